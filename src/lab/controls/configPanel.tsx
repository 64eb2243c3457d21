/** The settings of the focused run: what is changed most often; the rest is loaded when it is opened. */
import { useSignal } from "@preact/signals";
import { offeredSeconds } from "../gpu/worth.js";
import { Later } from "../layout/later.js";
import type { Lab } from "../state/lab.js";
import { rateText } from "../state/label.js";
import { RateControl } from "./rateControl.js";
import { type NumberField, Sliders } from "./sliders.js";

const first: NumberField[] = [
  {
    path: "vocabSize",
    label: "V tokens",
    title: "size of the vocabulary, in tokens",
    scale: { min: 2, max: 10_000, log: true, whole: true },
  },
  {
    path: "embeddingDim",
    label: "D dims",
    title: "size of an embedding, in dimensions",
    scale: { min: 1, max: 1000, log: true, whole: true },
  },
  {
    path: "distribution.exponent",
    label: "α Zipf",
    title: "exponent of the Zipf law p_i ∝ i^−α",
    scale: { min: 0, max: 4 },
  },
];

const loadOffer = () => import("../gpu/offer.js").then(({ GpuOffer }) => GpuOffer);
const loadMore = () => import("./moreFields.js").then(({ MoreFields }) => MoreFields);

export function ConfigPanel({ lab }: { lab: Lab }) {
  const isOpen = useSignal(false);
  const run = lab.focused.value;
  if (!run) return null;
  const { learningRate } = run.config.value;
  const seconds = offeredSeconds(run);
  return (
    <section class="controls" aria-label={`settings of run ${run.letter}`}>
      <h2>
        run {run.letter}
        <span class="faint"> lr {rateText(learningRate)}</span>
      </h2>
      {seconds > 0 && <Later load={loadOffer} props={{ lab, seconds }} />}
      <Sliders lab={lab} fields={first} />
      <RateControl lab={lab} />
      <button
        type="button"
        class="more"
        aria-expanded={isOpen.value}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {isOpen.value ? "▾" : "▸"} schedule, data, model, optimizer
      </button>
      {isOpen.value && <Later load={loadMore} props={{ lab }} />}
    </section>
  );
}
