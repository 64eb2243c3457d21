/** Where the focused run's tokens stand along two principal axes, or on the line where there is but one dimension. */
import { useRef } from "preact/hooks";
import { shortNumber } from "../../figures/labels.js";
import { CanvasChart } from "../charts/canvasChart.js";
import type { CanvasPicture } from "../charts/canvasPlot.js";
import { steadyReach } from "../charts/plane.js";
import { stillness } from "../charts/theme.js";
import { rankColour } from "../looks.js";
import type { Lab } from "../state/lab.js";
import { Choice, Toggle } from "./choice.js";
import { noFrame } from "./missing.js";
import { turned } from "./steadyAxes.js";
import { tokensOf } from "./tokens.js";
import type { ViewProps } from "./view.js";

/** Axes that can be chosen. */
const MOST_AXES = 6;
/** The most frequent have names. */
const LABELLED = 8;
/** A trail is of so many frames, and the most frequent tokens have one. */
const TRAIL = 24;
const TRAILED = 60;

/** What a picture remembers of those before it. */
interface Memory {
  run: string;
  axes: number;
  step: number;
  coordinates?: Float64Array;
  past: Float64Array[];
  /** Half of what is seen, across and upwards. */
  reach?: readonly [number, number] | undefined;
}

const MARGIN = 1.12;

function remember(memory: Memory, lab: Lab): Float64Array | undefined {
  const frame = lab.frame.value;
  const projection = frame?.projection;
  if (!frame || !projection) return undefined;
  const axes = projection.shares.length;
  const run = lab.focused.value.letter;
  const same =
    memory.run === run &&
    memory.axes === axes &&
    memory.coordinates?.length === projection.coordinates.length;
  if (same && memory.step === frame.step && memory.coordinates) {
    // a frame is drawn again for another theme or size
    if (memory.past.length > 0) return memory.coordinates;
  }
  const next = turned(projection.coordinates.slice(), same ? memory.coordinates : undefined, axes);
  // trails do not lead from a run's end to its beginning
  const past = same && frame.step > memory.step ? memory.past.slice(1 - TRAIL) : [];
  Object.assign(memory, { run, axes, step: frame.step, coordinates: next, past: [...past, next] });
  if (!same) memory.reach = undefined;
  return next;
}

function picture(lab: Lab, memory: Memory): CanvasPicture {
  const config = lab.focused.value.config.value;
  const shares = lab.frame.value?.projection?.shares;
  const coordinates = remember(memory, lab);
  const { axes: chosen, trail } = lab.view.value;
  const count = shares?.length ?? 0;
  const line = config.embeddingDim === 1;
  const [first, second] = line ? [0, 0] : chosen;
  const V = coordinates && count > 0 ? coordinates.length / count : 0;
  const fits = V === config.vocabSize;
  const { order, ranks } = tokensOf(config);
  const lacking = Math.max(first, second) >= count;
  const at = (from: Float64Array, token: number, axis: number) => from[token * count + axis];
  const [xs, ys] = [new Float64Array(fits && !lacking ? V : 0), new Float64Array(fits && !lacking ? V : 0)];
  let [across, upwards] = [0, 0];
  for (let rank = 0; rank < xs.length; rank++) {
    xs[rank] = at(coordinates as Float64Array, order[rank], first);
    ys[rank] = line ? rank + 1 : at(coordinates as Float64Array, order[rank], second);
    across = Math.max(across, Math.abs(xs[rank]));
    upwards = Math.max(upwards, Math.abs(ys[rank]));
  }
  const reach = [across, upwards].map((furthest, i) =>
    steadyReach(memory.reach?.[i], furthest * MARGIN || 1, stillness()),
  ) as [number, number];
  if (xs.length > 0) memory.reach = reach;
  const title = (axis: number) => `axis ${axis + 1} (${shortNumber(100 * (shares?.[axis] ?? 0), 3)} %)`;
  return {
    empty:
      !coordinates || !fits
        ? noFrame("where its tokens are")
        : lacking
          ? `The frame has ${count} axes: axis ${Math.max(first, second) + 1} comes with the next one.`
          : undefined,
    x: { title: title(first), limits: [-reach[0], reach[0]], log: false },
    y: line
      ? { title: "rank of the token", limits: [0.8, V * 1.2], log: true, whole: true }
      : { title: title(second), limits: [-reach[1], reach[1]], log: false },
    equal: !line,
    mark: "point",
    xs,
    ys,
    radius: (rank) => (V > 2000 ? 1.5 : Math.max(2.5, 6 - rank * 0.4)),
    colour: (rank, { dark }) => rankColour(rank, V, dark),
    labelled: line ? 0 : LABELLED,
    label: (rank) => String(order[rank]),
    behind({ ctx, x, y, colours }) {
      if (!trail || line) return;
      ctx.lineWidth = 1;
      for (let rank = Math.min(TRAILED, V) - 1; rank >= 0; rank--) {
        ctx.strokeStyle = rankColour(rank, V, colours.dark);
        ctx.globalAlpha = 0.45;
        ctx.beginPath();
        for (const one of memory.past)
          ctx.lineTo(x.toPixel(at(one, order[rank], first)), y.toPixel(at(one, order[rank], second)));
        ctx.stroke();
      }
      ctx.globalAlpha = 1;
    },
    say: (rank) =>
      `token ${order[rank]}, rank ${ranks[order[rank]] + 1}: ${shortNumber(xs[rank], 3)}${line ? "" : `, ${shortNumber(ys[rank], 3)}`}`,
  };
}

function table(lab: Lab) {
  const { order } = tokensOf(lab.focused.value.config.value);
  const { coordinates, shares } = lab.frame.value?.projection ?? {};
  const count = shares?.length ?? 0;
  const axes = [...new Set(lab.view.value.axes)].filter((axis) => axis < count);
  return {
    caption: `Embedding of ${lab.focused.value.letter}, step ${lab.frame.value?.step ?? "–"}`,
    head: ["token", ...axes.map((axis) => `axis ${axis + 1}`)],
    count: coordinates ? order.length : 0,
    row: (i: number) => [
      String(order[i]),
      ...axes.map((axis) => shortNumber(coordinates?.[order[i] * count + axis] ?? Number.NaN)),
    ],
  };
}

const Axes = ({ lab }: ViewProps) => {
  const dimensions = Math.min(MOST_AXES, lab.focused.value.config.value.embeddingDim);
  const chosen = lab.view.value.axes;
  if (dimensions === 1) return null;
  const of = Array.from({ length: dimensions }, (_, axis) => [String(axis), `axis ${axis + 1}`] as const);
  return (
    <>
      {(["Axis across", "Axis upwards"] as const).map((name, which) => (
        <Choice
          key={name}
          name={name}
          value={String(chosen[which])}
          of={of}
          onChange={(axis) =>
            lab.look({ axes: which === 0 ? [Number(axis), chosen[1]] : [chosen[0], Number(axis)] })
          }
        />
      ))}
      <Toggle checked={lab.view.value.trail} onChange={(trail) => lab.look({ trail })}>
        trail
      </Toggle>
    </>
  );
};

const Note = ({ lab }: ViewProps) => (
  <>
    {lab.focused.value.letter}, step {lab.frame.value?.step ?? "–"}:{" "}
    {lab.focused.value.config.value.vocabSize} tokens; the stronger the colour, the more frequent
  </>
);

export function Embedding({ lab }: ViewProps) {
  const memory = useRef<Memory>({ run: "", axes: 0, step: -1, past: [] });
  return (
    <CanvasChart
      name="Embedding of the focused run along its principal axes"
      picture={() => picture(lab, memory.current)}
      table={() => table(lab)}
      note={<Note lab={lab} />}
      head={<Axes lab={lab} />}
    />
  );
}
