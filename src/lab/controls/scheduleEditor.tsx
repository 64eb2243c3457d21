/** The schedule as corner points: drawn with the pointer, moved by keys. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { learningRateAt, type ScheduleInput } from "../../index.js";
import type { Lab } from "../state/lab.js";
import { numberText, rateText } from "../state/label.js";
import { atPoint, closestPoint, type Point, pointsOf, removed } from "./schedulePoints.js";

const WIDTH = 280;
const HEIGHT = 120;

const presets: Record<string, (rate: number, steps: number) => ScheduleInput> = {
  constant: (rate) => rate,
  warmup: (rate, steps) => ({
    kind: "piecewise-linear",
    points: [
      [0, 0],
      [Math.round(steps / 10), rate],
    ],
  }),
  "linear decay": (rate, steps) => ({
    kind: "piecewise-linear",
    points: [
      [Math.round(steps / 2), rate],
      [steps, 0],
    ],
  }),
  cosine: (rate, steps) => ({ kind: "cosine", from: rate, to: 0, start: 0, end: steps }),
  "warm up, hold, decay": (rate, steps) => ({
    kind: "piecewise-linear",
    points: [
      [0, 0],
      [Math.round(steps / 10), rate],
      [Math.round((steps * 4) / 5), rate],
      [steps, 0],
    ],
  }),
};

export function ScheduleEditor({ lab }: { lab: Lab }) {
  const held = useRef<number | undefined>(undefined);
  const top = useSignal<number | undefined>(undefined);
  const run = lab.focused.value;
  const { learningRate, steps } = run.config.value;
  const points = pointsOf(learningRate, steps);
  const largest = Math.max(...points.map(([, rate]) => rate), 1e-6);
  // the axis stays while a point is dragged
  const most = top.value ?? largest * 1.25;
  const x = (step: number) => (step / steps) * WIDTH;
  const y = (rate: number) => HEIGHT - (rate / most) * HEIGHT;

  const set = (next: Point[], isEnd: boolean) =>
    lab.change({ learningRate: { kind: "piecewise-linear", points: next } }, { commit: isEnd });
  const pointAt = (event: PointerEvent, svg: SVGSVGElement): Point => {
    const box = svg.getBoundingClientRect();
    const step = Math.round(((event.clientX - box.left) / box.width) * steps);
    const rate = (1 - (event.clientY - box.top) / box.height) * most;
    return [Math.max(0, Math.min(steps, step)), Math.max(0, Math.min(most, Number(rate.toPrecision(3))))];
  };
  const path = Array.from({ length: 141 }, (_, i) => {
    const step = (i / 140) * steps;
    return `${i === 0 ? "M" : "L"}${x(step).toFixed(1)} ${y(learningRateAt(learningRate, step)).toFixed(1)}`;
  }).join("");

  const onKey = (event: KeyboardEvent, i: number) => {
    const [step, rate] = points[i];
    const along = Math.max(1, Math.round(steps / 100));
    const moves: Record<string, Point> = {
      ArrowLeft: [step - along, rate],
      ArrowRight: [step + along, rate],
      ArrowUp: [step, rate + most / 50],
      ArrowDown: [step, rate - most / 50],
    };
    const moved = moves[event.key];
    if (moved) set(atPoint(points, i, moved, steps), true);
    else if (event.key === "Delete" || event.key === "Backspace") set(removed(points, i), true);
    else return;
    event.preventDefault();
  };

  return (
    <fieldset class="schedule">
      <legend>learning rate over steps: {rateText(learningRate)}</legend>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be drawn on */}
      <svg
        viewBox={`-8 -8 ${WIDTH + 16} ${HEIGHT + 16}`}
        role="group"
        aria-label="corner points of the learning rate"
        onPointerDown={(event) => {
          const svg = event.currentTarget;
          const point = pointAt(event, svg);
          const { next, index } = closestPoint(points, point, steps, most);
          top.value = most;
          held.current = index;
          svg.setPointerCapture(event.pointerId);
          set(next, false);
        }}
        onPointerMove={(event) => {
          if (held.current === undefined) return;
          set(atPoint(points, held.current, pointAt(event, event.currentTarget), steps), false);
        }}
        onPointerUp={() => {
          if (held.current === undefined) return;
          held.current = undefined;
          top.value = undefined;
          set(points, true);
        }}
      >
        <rect x="0" y="0" width={WIDTH} height={HEIGHT} class="ground" />
        <path d={path} class="line" />
        {points.map(([step, rate], i) => (
          <circle
            key={i}
            cx={x(step)}
            cy={y(rate)}
            r="6"
            tabIndex={0}
            role="slider"
            aria-label={`corner ${i + 1} of ${points.length}`}
            aria-valuenow={rate}
            aria-valuetext={`step ${step}, rate ${numberText(rate)}`}
            onKeyDown={(event) => onKey(event, i)}
          />
        ))}
      </svg>
      <p class="faint">
        0 to {steps.toLocaleString("en")} steps, up to {numberText(Number(most.toPrecision(3)))}; click for a
        corner, Delete removes it
      </p>
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
