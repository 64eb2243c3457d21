/** The page and its workers in one classic script. */
import { keepScript } from "./ownWorker.js";

if (typeof document === "undefined")
  import("../../browser/serveRuns.js").then(({ serveRuns }) => serveRuns(self));
else {
  keepScript();
  import("../main.js");
}
