/** Where the focused run's tokens stand along two principal axes, or on the line where there is but one dimension. */
import { useComputed } from "@preact/signals";
import { useState } from "preact/hooks";
import { shortNumber } from "../../figures/labels.js";
import { CanvasChart } from "../charts/canvasChart.js";
import type { CanvasPicture } from "../charts/canvasPlot.js";
import { stillness } from "../charts/theme.js";
import { rankColour } from "../looks.js";
import type { Lab } from "../state/lab.js";
import { Choice, Toggle } from "./choice.js";
import { ofModel } from "./curvesOnly.js";
import { EmbeddingMemory } from "./embeddingMemory.js";
import { noFrame } from "./missing.js";
import { radiusOf, tokensOf } from "./tokens.js";
import type { ViewProps } from "./view.js";
import { whose } from "./whose.js";

/** Axes that can be chosen. */
const MOST_AXES = 6;
/** The most frequent have names. */
const LABELLED = 8;
/** The most frequent have trails. */
const TRAILED = 60;

function picture(lab: Lab, memory: EmbeddingMemory, atRest: boolean): CanvasPicture {
  const config = lab.focused.value.config.value;
  const shares = lab.frame.value?.projection?.shares;
  const { axes: chosen, trail } = lab.view.value;
  const coordinates = memory.take(lab.focused.value, lab.frame.value);
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
  const reach = memory.reach([first, second], [across, upwards], atRest || stillness());
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
    radius: (rank) => radiusOf(rank, V),
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
    caption: `Embedding of ${whose(lab)}`,
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
    {whose(lab)}: {lab.focused.value.config.value.vocabSize} tokens; frequent ones stand out
  </>
);

export const Embedding = ofModel(({ lab }) => {
  const [memory] = useState(() => new EmbeddingMemory());
  const atRest = useComputed(
    () => lab.scrubbed.value !== undefined || lab.focused.value.replicas.value[0]?.status !== "running",
  );
  return (
    <CanvasChart
      name="Embedding of the focused run along its principal axes"
      picture={() => picture(lab, memory, atRest.value)}
      table={() => table(lab)}
      note={<Note lab={lab} />}
      head={<Axes lab={lab} />}
    />
  );
});
