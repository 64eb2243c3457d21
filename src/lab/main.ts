/** The page as a folder of files: its workers' script lies beside the library. */
import { start } from "./start.js";

void start(() => new Worker(new URL("../browserWorker.js", import.meta.url), { type: "module" }));
