/** The schedule as corner points: drawn with the pointer, moved by keys, or typed. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { learningRateAt, type ScheduleInput } from "../../index.js";
import type { Lab } from "../state/lab.js";
import { numberText, rateText } from "../state/label.js";
import { NumberBox } from "./numberBox.js";
import { atPoint, closestPoint, type Point, pointsOf, removed } from "./schedulePoints.js";

const WIDTH = 280;
const HEIGHT = 120;
/** Pixels that a pointer has to go before a corner follows it. */
const REST = 4;

const linear = (...points: Point[]): ScheduleInput => ({ kind: "piecewise-linear", points });
const presets: Record<string, (rate: number, steps: number) => ScheduleInput> = {
  constant: (rate) => rate,
  warmup: (rate, steps) => linear([0, 0], [Math.round(steps / 10), rate]),
  "linear decay": (rate, steps) => linear([Math.round(steps / 2), rate], [steps, 0]),
  cosine: (rate, steps) => ({ kind: "cosine", from: rate, to: 0, start: 0, end: steps }),
  "warm up, hold, decay": (rate, steps) =>
    linear([0, 0], [Math.round(steps / 10), rate], [Math.round((steps * 4) / 5), rate], [steps, 0]),
};

export function ScheduleEditor({ lab }: { lab: Lab }) {
  const held = useRef<{ index: number; x: number; y: number; moved: boolean } | undefined>(undefined);
  /** Largest rate of the axis while a corner is dragged. */
  const top = useSignal<number | undefined>(undefined);
  const selected = useSignal(0);
  const { learningRate, steps } = lab.focused.value.config.value;
  const points = pointsOf(learningRate, steps);
  const index = Math.min(selected.value, points.length - 1);
  const largest = Math.max(...points.map(([, rate]) => rate), 1e-6);
  const most = top.value ?? largest * 1.25;
  const x = (step: number) => (step / steps) * WIDTH;
  const y = (rate: number) => HEIGHT - (rate / most) * HEIGHT;

  const set = (next: Point[], isEnd: boolean) =>
    lab.change({ learningRate: linear(...next) }, { commit: isEnd });
  const move = (to: Point, isEnd: boolean) => set(atPoint(points, index, to, steps), isEnd);
  const remove = () => {
    set(removed(points, index), true);
    selected.value = Math.max(0, index - 1);
  };
  const pointAt = (event: PointerEvent, svg: SVGSVGElement): Point => {
    const matrix = svg.getScreenCTM();
    if (!matrix) return points[index];
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const within = (value: number, end: number) => Math.max(0, Math.min(end, value));
    return [
      Math.round(within((at.x / WIDTH) * steps, steps)),
      Number(within((1 - at.y / HEIGHT) * most, most).toPrecision(3)),
    ];
  };
  const path = Array.from({ length: 141 }, (_, i) => {
    const step = (i / 140) * steps;
    return `${i === 0 ? "M" : "L"}${x(step).toFixed(1)} ${y(learningRateAt(learningRate, step)).toFixed(1)}`;
  }).join("");

  const onKey = (event: KeyboardEvent) => {
    const [step, rate] = points[index];
    const along = Math.max(1, Math.round(steps / 100));
    const moves: Record<string, Point> = {
      ArrowLeft: [step - along, rate],
      ArrowRight: [step + along, rate],
      ArrowUp: [step, rate + most / 50],
      ArrowDown: [step, rate - most / 50],
    };
    const moved = moves[event.key];
    if (moved) move(moved, true);
    else if (event.key === "Delete" || event.key === "Backspace") remove();
    else return;
    event.preventDefault();
  };

  return (
    <fieldset class="schedule">
      <legend>schedule</legend>
      <p title={rateText(learningRate)}>{rateText(learningRate)}</p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be drawn on */}
      <svg
        viewBox={`-8 -14 ${WIDTH + 16} ${HEIGHT + 34}`}
        role="group"
        aria-label="corner points of the learning rate"
        onPointerDown={(event) => {
          const svg = event.currentTarget;
          const { next, index: taken, isNew } = closestPoint(points, pointAt(event, svg), steps, most);
          top.value = most;
          selected.value = taken;
          held.current = { index: taken, x: event.clientX, y: event.clientY, moved: isNew };
          svg.setPointerCapture(event.pointerId);
          if (isNew) set(next, false);
        }}
        onPointerMove={(event) => {
          const hold = held.current;
          if (!hold) return;
          hold.moved ||= Math.hypot(event.clientX - hold.x, event.clientY - hold.y) > REST;
          if (hold.moved) set(atPoint(points, hold.index, pointAt(event, event.currentTarget), steps), false);
        }}
        onPointerUp={() => {
          if (held.current?.moved) set(points, true);
          held.current = undefined;
          top.value = undefined;
        }}
      >
        <rect x="0" y="0" width={WIDTH} height={HEIGHT} class="ground" />
        <text x="0" y="-4">
          {numberText(Number(most.toPrecision(3)))}
        </text>
        <text x="0" y={HEIGHT + 14}>
          step 0
        </text>
        <text x={WIDTH} y={HEIGHT + 14} class="end">
          {steps.toLocaleString("en")}
        </text>
        <path d={path} class="line" />
        {points.map(([step, rate], i) => (
          <circle
            key={i}
            cx={x(step)}
            cy={y(rate)}
            r="6"
            class={i === index ? "selected" : ""}
            tabIndex={0}
            role="slider"
            aria-label={`corner ${i + 1} of ${points.length}`}
            aria-valuenow={rate}
            aria-valuetext={`step ${step}, rate ${numberText(rate)}`}
            onFocus={() => {
              selected.value = i;
            }}
            onKeyDown={onKey}
          />
        ))}
      </svg>
      <div class="corner">
        <label>
          step
          <NumberBox
            value={points[index][0]}
            onChange={(step) => move([step || 0, points[index][1]], true)}
          />
        </label>
        <label>
          rate
          <NumberBox
            step="any"
            value={points[index][1]}
            onChange={(rate) => move([points[index][0], rate || 0], true)}
          />
        </label>
        <button type="button" disabled={points.length < 2} onClick={remove}>
          Remove
        </button>
      </div>
      <p class="faint">Tap for a corner, drag it, or move it by arrow keys.</p>
      <div class="tools">
        {Object.entries(presets).map(([name, make]) => (
          <button
            type="button"
            key={name}
            onClick={() => lab.change({ learningRate: make(largest, steps) }, { commit: true })}
          >
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
