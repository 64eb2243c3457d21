/** Training off a page's thread, links to the lab, and the command line of a config: `unigram-lab/browser`. */
export { trainCommand as commandLine } from "../fields/trainCommand.js";
export { decodeLink, encodeLink } from "../link/codec.js";
export type { LabLink, LinkedRun, LinkedView } from "../link/link.js";
export type {
  AddOptions,
  Frame,
  FrameField,
  FrameOptions,
  LiveRun,
  LiveStatus,
  Opened,
  Workers,
  WorkersOptions,
} from "./liveRun.js";
export { openWorkers } from "./openWorkers.js";
export { trainInWorker, type WorkerOptions, type WorkerRun } from "./trainInWorker.js";
