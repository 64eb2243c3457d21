/** Whether a high rate without a warmup leaves a run at the unigram entropy, and where it keeps the memory of it. */
import type { Experiment } from "./experiment.js";
import { conditionsOf } from "./stickyPlateauSettings.js";

export const stickyPlateau: Experiment = {
  name: "sticky-plateau",
  part: "beyond",
  title: "The sticky plateau",
  summary: "",
  source: null,
  seeds: 5,
  sampledOver: "initialisations, draws and drawings of the data",
  conditions: conditionsOf,
  claims: () => [],
  figures: () => [],
};
