import type { Experiment } from "./experiment.js";
import { noisePlateauConditions } from "./noisePlateauRuns.js";

export const noisePlateau: Experiment = {
  name: "noise-plateau",
  part: "beyond",
  title: "A plateau made of noise",
  summary: "",
  source: null,
  seeds: 3,
  sampledOver: "initialisations, draws and drawings of the data",
  conditions: noisePlateauConditions,
  claims: () => [],
  figures: () => [],
};
