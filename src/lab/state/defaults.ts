/** What the page begins with: the collapse of the embedding at three rates, which is the question of the first chapter too. */
import type { RunConfigInput } from "../../index.js";
import type { LabLink } from "../../link/link.js";
import type { ViewState } from "./lab.js";

/** Evaluations at even distances on a logarithmic axis: they take less than a tenth of the time. */
const defaultInput: RunConfigInput = { evaluateAt: { kind: "log", perDecade: 10 } };

export const defaultLink: LabLink = {
  runs: [1e-3, 3e-3, 1e-2].map((learningRate) => ({ config: { ...defaultInput, learningRate } })),
};

export const defaultView: ViewState = {
  panels: ["excess-loss", "effective-dimension", "embedding", "probabilities", "spectrum"],
  logX: true,
  fit: undefined,
  axes: [0, 1],
  trail: false,
  input: undefined,
};
