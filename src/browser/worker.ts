/** The worker of `openWorkers` and `trainInWorker`. */
import { serveRuns, type WorkerScope } from "./serveRuns.js";

serveRuns(self as unknown as WorkerScope);
