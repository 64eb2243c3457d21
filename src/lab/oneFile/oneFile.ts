/** The page and its workers in one classic script. */
import { keepScript, ownWorker } from "./ownWorker.js";

if (typeof document === "undefined")
  import("../../browser/serveRuns.js").then(({ serveRuns }) => serveRuns(self as never));
else {
  keepScript();
  import("../start.js").then(({ start }) => start(ownWorker));
}
