/** Training off a page's thread: `unigram-lab/browser`. */
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
