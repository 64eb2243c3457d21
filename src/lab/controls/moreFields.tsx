/** All other settings of a run. */

import type { RunConfigInput } from "../../index.js";
import { ComputedBy } from "../gpu/computedBy.js";
import type { Lab } from "../state/lab.js";
import { Choice } from "./choice.js";
import { ScheduleEditor } from "./scheduleEditor.js";
import { type NumberField, Sliders } from "./sliders.js";
import "./moreFields.css";

const run: NumberField[] = [
  {
    path: "steps",
    label: "steps",
    title: "length of the run, in steps",
    scale: { min: 10, max: 100_000, log: true, whole: true },
  },
  {
    path: "batchSize",
    label: "B batch",
    title: "size of a batch, in pairs",
    scale: { min: 1, max: 4096, log: true, whole: true },
  },
  {
    path: "evaluateAt.perDecade",
    label: "evals",
    title: "evaluations a decade of steps",
    scale: { min: 1, max: 100, log: true, whole: true },
  },
  {
    path: "seed",
    label: "seed",
    title: "seed of weights and batches",
    scale: { min: 0, max: 100, whole: true },
  },
];

const data: NumberField[] = [
  {
    path: "targets.count",
    label: "topics",
    title: "number of topics: token i is of topic i mod n",
    scale: { min: 1, max: 100, log: true, whole: true },
  },
  {
    path: "targets.strength",
    label: "strength",
    title: "share of the targets that are of their input's topic",
    scale: { min: 0, max: 1 },
  },
  {
    path: "targets.rank",
    label: "rank",
    title: "rank of the factors of the joint distribution",
    scale: { min: 1, max: 64, log: true, whole: true },
  },
  {
    path: "targets.scale",
    label: "scale",
    title: "scale of the factors' product in the joint distribution",
    scale: { min: 0.1, max: 4, log: true },
  },
];

const initial: NumberField[] = [
  {
    path: "init.std",
    label: "std",
    title: "standard deviation of the initial weights",
    scale: { min: 1e-3, max: 3, log: true },
  },
  {
    path: "init.noise",
    label: "noise",
    title: "standard deviation of the noise on the unigram solution",
    scale: { min: 1e-6, max: 1, log: true },
  },
];

const optimizer: NumberField[] = [
  { path: "optimizer.beta1", label: "β₁", title: "decay of the first moment", scale: { min: 0, max: 0.999 } },
  {
    path: "optimizer.beta2",
    label: "β₂",
    title: "decay of the second moment",
    scale: { min: 0, max: 0.9999 },
  },
  {
    path: "optimizer.eps",
    label: "eps",
    title: "what is added to the root of the second moment",
    scale: { min: 1e-12, max: 1e-2, log: true },
  },
  {
    path: "optimizer.momentum",
    label: "momentum",
    title: "factor of the momentum buffer a step",
    scale: { min: 0, max: 0.99 },
  },
  { path: "optimizer.weightDecay", label: "decay", title: "weight decay", scale: { min: 0, max: 1 } },
];

const kinds: Record<string, NonNullable<RunConfigInput["targets"]>> = {
  independent: { kind: "independent" },
  topics: { kind: "topics", count: 8, strength: 0.5 },
  "low-rank": { kind: "low-rank", rank: 4, scale: 1 },
};

export function MoreFields({ lab }: { lab: Lab }) {
  const config = lab.focused.value.config.value;
  const end = { commit: true };
  const { targets, init, optimizer: moved, gradient, norm, tied, distribution } = config;
  return (
    <div class="fields">
      <ScheduleEditor lab={lab} />
      <ComputedBy lab={lab} />
      <Sliders lab={lab} fields={run} />
      {distribution.kind !== "corpus" && (
        <Choice
          label="data"
          title="how a target depends on its input"
          value={targets?.kind ?? "independent"}
          options={[
            ["independent", "independent"],
            ["topics", "topics"],
            ["low-rank", "low rank"],
          ]}
          onChange={(kind) => {
            const given = kinds[kind];
            lab.change(
              {
                targets:
                  given.kind === "topics"
                    ? { ...given, count: Math.min(given.count, config.vocabSize) }
                    : given,
              },
              end,
            );
          }}
        />
      )}
      <Sliders lab={lab} fields={data} />
      <Choice
        label="gradient"
        title="of a drawn batch, or of the population loss without noise"
        value={gradient}
        options={[
          ["sampled", "of a batch"],
          ["exact", "exact"],
        ]}
        onChange={(value) =>
          lab.change(
            value === "exact" ? { gradient: "exact", batchSize: undefined } : { gradient: "sampled" },
            end,
          )
        }
      />
      <Choice
        label="norm"
        title="what embeddings pass through before the unembedding"
        value={norm}
        options={[
          ["none", "none"],
          ["layernorm", "layer norm"],
          ["rmsnorm", "RMS norm"],
        ]}
        onChange={(value) => lab.change({ norm: value as typeof norm }, end)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={tied}
          onChange={({ currentTarget }) => lab.change({ tied: currentTarget.checked }, end)}
        />
        tied: one matrix for embedding and unembedding
      </label>
      <Choice
        label="init"
        title="what the run begins with"
        value={init.kind}
        options={[
          ["normal", "normal"],
          ["unigram", "unigram solution"],
        ]}
        onChange={(kind) =>
          lab.change({ init: kind === "unigram" ? { kind: "unigram", noise: 1e-3 } : undefined }, end)
        }
      />
      <Sliders lab={lab} fields={initial} />
      <Choice
        label="optimizer"
        title="what moves the weights"
        value={moved.kind}
        options={[
          ["adam", "Adam"],
          ["sgd", "SGD"],
          ["sign", "sign SGD"],
        ]}
        onChange={(kind) => lab.change({ optimizer: { kind } as RunConfigInput["optimizer"] }, end)}
      />
      <Sliders lab={lab} fields={optimizer} />
      {"coupled" in moved && (
        <label class="check">
          <input
            type="checkbox"
            checked={moved.coupled}
            onChange={({ currentTarget }) =>
              lab.change({ optimizer: { ...moved, coupled: currentTarget.checked } }, end)
            }
          />
          coupled: one second moment for all tokens
        </label>
      )}
      {"nesterov" in moved && (
        <label class="check">
          <input
            type="checkbox"
            checked={moved.nesterov}
            disabled={!moved.momentum}
            onChange={({ currentTarget }) =>
              lab.change({ optimizer: { ...moved, nesterov: currentTarget.checked } }, end)
            }
          />
          Nesterov's momentum
        </label>
      )}
    </div>
  );
}
