/** The roof on a thread of its own: answers every message with its rate. */
import { parentPort } from "node:worker_threads";
import { roof } from "./roof.mjs";

parentPort.on("message", () => parentPort.postMessage(roof()));
