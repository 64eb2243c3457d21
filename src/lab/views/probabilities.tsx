/** What the focused run has learnt against what is true, a token a point. */
import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Frame } from "../../browser/liveRun.js";
import { shortNumber } from "../../figures/labels.js";
import type { RunConfig } from "../../index.js";
import { CanvasChart } from "../charts/canvasChart.js";
import type { CanvasPicture } from "../charts/canvasPlot.js";
import { rankColour } from "../looks.js";
import { inputWithin } from "../state/inputWithin.js";
import type { Lab, LabRun } from "../state/lab.js";
import { ofModel } from "./curvesOnly.js";
import { noFrame } from "./missing.js";
import { targetsOf, tokensOf } from "./tokens.js";
import type { ViewProps } from "./view.js";
import { whose } from "./whose.js";

/** What is true of one input of conditional data takes a moment to make. */
interface Conditional {
  config: RunConfig;
  input: number;
  targets: Float64Array | undefined;
}
const conditional = signal<Conditional | undefined>(undefined);

const isConditional = ({ targets, distribution }: RunConfig): boolean =>
  distribution.kind === "corpus" || (targets !== undefined && targets.kind !== "independent");

/** The input that is shown, where there is such a one. */
const inputOf = (lab: Lab): number | undefined =>
  inputWithin(lab.view.value.input, lab.focused.value.config.value.vocabSize);

function trueOf(lab: Lab): Float64Array | undefined {
  const config = lab.focused.value.config.value;
  const input = inputOf(lab);
  if (input === undefined || !isConditional(config)) return tokensOf(config).probabilities;
  const known = conditional.value;
  return known?.config === config && known.input === input ? known.targets : undefined;
}

/** The latest wins; what cannot be known here, such as a corpus, stays unknown. */
function followTargets(lab: Lab): () => void {
  return effect(() => {
    // it hears of a page without a run before the panel is gone
    const run: LabRun | undefined = lab.focused.value;
    if (!run) return;
    const config = run.config.value;
    const input = inputOf(lab);
    const known = conditional.peek();
    if (input === undefined || !isConditional(config) || (known?.config === config && known.input === input))
      return;
    const asked: Conditional = { config, input, targets: undefined };
    conditional.value = asked;
    targetsOf(config, input).then(
      (targets) => {
        if (conditional.peek() === asked) conditional.value = { ...asked, targets };
      },
      () => {},
    );
  });
}

/** Of a frame that has just what is looked at: one of another input, or of another vocabulary, is still on its way out. */
export function learnedOf(
  frame: Frame | undefined,
  vocabSize: number,
  input: number | undefined,
): Float64Array | undefined {
  const { probabilities, inputs } = frame ?? {};
  return probabilities?.length === vocabSize && inputs?.[0] === input ? probabilities : undefined;
}

const LABELLED = 6;

function picture(lab: Lab): CanvasPicture {
  const config = lab.focused.value.config.value;
  const V = config.vocabSize;
  const probabilities = trueOf(lab);
  const learned = learnedOf(lab.frame.value, V, inputOf(lab));
  const { order, ranks } = tokensOf(config);
  const positive = Array.from(probabilities ?? []).filter((p) => p > 0);
  const [least, largest] = [
    positive.reduce((a, b) => Math.min(a, b), 1),
    positive.reduce((a, b) => Math.max(a, b), 1e-300),
  ];
  // tokens that never occur have no place on the axis
  const tokens =
    probabilities && learned ? order.filter((token) => probabilities[token] > 0) : new Uint32Array(0);
  const xs = Float64Array.from(tokens, (token) => probabilities?.[token] ?? 0);
  const ys = Float64Array.from(tokens, (token) => Math.max(learned?.[token] ?? 0, 1e-300));
  const [low, high] = [least / 1.5, Math.min(1.2, largest * 1.5)];
  return {
    empty: !probabilities
      ? "What is true is not known here: a corpus, or a list that only its digest names."
      : learned
        ? undefined
        : noFrame("its predictions"),
    x: { title: "true probability", limits: [low, high], log: true },
    y: { title: "learnt probability", limits: [low / 10, Math.min(1.2, high * 3)], log: true },
    mark: "point",
    xs,
    ys,
    radius: () => (tokens.length > 2000 ? 1.5 : 3.5),
    colour: (i, { dark }) => rankColour(ranks[tokens[i]], V, dark),
    labelled: LABELLED,
    label: (i) => String(tokens[i]),
    behind({ ctx, x, y, colours }) {
      ctx.strokeStyle = colours.ink;
      ctx.setLineDash([5, 4]);
      ctx.beginPath();
      ctx.moveTo(x.toPixel(low), y.toPixel(low));
      ctx.lineTo(x.toPixel(high), y.toPixel(high));
      ctx.stroke();
    },
    say: (i) =>
      `token ${tokens[i]}: true ${shortNumber(xs[i], 3)}, learnt ${shortNumber(learned?.[tokens[i]] ?? 0, 3)}`,
  };
}

function table(lab: Lab) {
  const config = lab.focused.value.config.value;
  const { order } = tokensOf(config);
  const probabilities = trueOf(lab);
  const learned = learnedOf(lab.frame.value, config.vocabSize, inputOf(lab));
  const text = (value: number | undefined) => (value === undefined ? "" : shortNumber(value));
  return {
    caption: `Probabilities of ${whose(lab)}`,
    head: ["token", "true", "learnt"],
    count: order.length,
    row: (i: number) => [String(order[i]), text(probabilities?.[order[i]]), text(learned?.[order[i]])],
  };
}

const Input = ({ lab }: ViewProps) => (
  <label class="choice">
    input
    <input
      type="number"
      min={0}
      max={lab.focused.value.config.value.vocabSize - 1}
      step={1}
      placeholder="mean of all"
      value={inputOf(lab) ?? ""}
      onInput={({ currentTarget: { value, validity } }) => {
        if (validity.valid) lab.look({ input: value === "" ? undefined : Number(value) });
      }}
    />
  </label>
);

const Note = ({ lab }: ViewProps) => {
  const input = inputOf(lab);
  return (
    <>
      {whose(lab)}, {input === undefined ? "mean over inputs" : `after token ${input}`}; frequent tokens stand
      out
    </>
  );
};

export const Probabilities = ofModel(({ lab }) => {
  useEffect(() => followTargets(lab), [lab]);
  return (
    <CanvasChart
      name="Learnt against true probabilities of the focused run"
      picture={() => picture(lab)}
      table={() => table(lab)}
      note={<Note lab={lab} />}
      head={<Input lab={lab} />}
    />
  );
});
