/**
 * V8's revectorizer, which makes 256-bit code of the kernel's 128-bit vectors with the same bits (Node 24 and newer). It is
 * experimental: it is turned on for this process only after another one has shown that a small run keeps its hash.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import type { VectorBits } from "../backend/wasm/vectorBits.js";

let on = false;
/** Width of this process's vectors, for the kernel. */
export const vectorBits = (): VectorBits => (on ? 256 : 128);

const FLAG = "--experimental-wasm-revectorize";
/** Of selfCheck's runs, on any runtime. */
export const KNOWN_HASH = "c57e346e9cb646f1fc75799aa15533fb8d1d49b3d718c1174f23e9e353f57aee";

/** Prints the hash of two small runs, one for either way a step is computed; sizes with every edge of the tiles. */
export const selfCheck = (library: string): string => `
import { createHash } from "node:crypto";
import { createTrainer } from ${JSON.stringify(library)};
const hash = createHash("sha256");
for (const config of [{ vocabSize: 101, embeddingDim: 47 }, { vocabSize: 230, embeddingDim: 29, tied: false, norm: "layernorm" }]) {
  const trainer = await createTrainer({ ...config, learningRate: 0.01 }, { vectorBits: 256 });
  await trainer.advance(30);
  const { embedding } = await trainer.weights();
  hash.update(embedding).update(String((await trainer.evaluate()).loss));
}
console.log(hash.digest("hex"));`;

/** Says what came of it in one line. */
export async function revectorize(): Promise<string> {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 24) return `V8's revectorizer is off: Node ${process.versions.node} is older than 24`;
  const library = new URL("./index.js", import.meta.url).href;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      FLAG,
      "--input-type=module",
      "--eval",
      selfCheck(library),
    ]);
    if (stdout.trim() !== KNOWN_HASH) return "V8's revectorizer is off: with it a small run has another hash";
  } catch (error) {
    return `V8's revectorizer is off: the self-check failed (${(error as Error).message.split("\n")[0]})`;
  }
  setFlagsFromString(FLAG);
  on = true;
  return "V8's revectorizer is on: a small run keeps its hash";
}
