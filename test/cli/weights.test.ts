/** Weights in files: of a run that `train` ends, of a run that a sweep kept, of a snapshot. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { configHash } from "../../src/config.js";
import { kindOf } from "../../src/disk/kind.js";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import { weightsHash } from "../../src/model/weightsHash.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { unigramLab } from "./commandLine.js";

const hasNumpy = (python: string) => spawnSync(python, ["-c", "import numpy"]).status === 0;
const python = ["/usr/bin/python3", "python3"].find(hasNumpy) ?? "";

let dir = "";
const run = (...args: string[]) => unigramLab(args, dir);
const model = ["--vocab-size", "7", "--embedding-dim", "5", "--no-tied", "--norm", "layernorm"];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});

/** The header of a file, without what is said of the data's places. */
async function header(path: string) {
  const bytes = await readFile(join(dir, path));
  const { __metadata__: metadata, ...tensors } = JSON.parse(
    bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString(),
  );
  return {
    metadata,
    tensors: Object.entries(tensors as Record<string, { shape: number[] }>).map(([name, { shape }]) => [
      name,
      shape,
    ]),
  };
}

test("train --weights: PyTorch's names, and where they come from", async () => {
  const files = ["--snapshot", "s", "--weights", "w.safetensors"];
  const trained = await run("train", ...model, "--steps", "30", ...files);
  const { config, state } = decodeSnapshot(await readFile(join(dir, "s")));
  expect(trained).toMatchObject({
    code: 0,
    stderr: `written: w.safetensors, s\nfinal weights ${weightsHash(state.weights).slice(0, 12)} (sha256)\n`,
  });
  expect(decodeSafetensors(await readFile(join(dir, "w.safetensors")))).toEqual(state.weights);
  const { metadata, tensors } = await header("w.safetensors");
  expect(tensors).toEqual([
    ["embedding.weight", [7, 5]],
    ["unembedding.weight", [7, 5]],
    ["norm.weight", [5]],
    ["norm.bias", [5]],
  ]);
  expect(metadata).toMatchObject({ run: configHash(config), step: "30" });
  expect(metadata.generator).toMatch(/^unigram-lab \d/);
  expect(configHash(JSON.parse(metadata.config))).toBe(metadata.run);

  await run("train", "--vocab-size", "7", "--steps", "3", "--weights", "tied.safetensors");
  expect((await header("tied.safetensors")).tensors).toEqual([["embedding.weight", [7, 100]]]);
  expect(await kindOf(join(dir, "tied.safetensors"))).toBe("weights");
});

test.skipIf(python === "")("NumPy reads them (python3-numpy)", async () => {
  await run("train", ...model, "--steps", "30", "--snapshot", "s", "--weights", "n.safetensors");
  const script = `
import json, struct, numpy as np
raw = open("n.safetensors", "rb").read()
(n,) = struct.unpack("<Q", raw[:8])
header, data = json.loads(raw[8:8 + n]), raw[8 + n:]
a, b = header["unembedding.weight"]["data_offsets"]
print(json.dumps(np.frombuffer(data[a:b], "<f4").reshape(header["unembedding.weight"]["shape"]).tolist()))`;
  const rows = JSON.parse(execFileSync(python, ["-c", script], { cwd: dir, encoding: "utf8" }));
  const { weights } = decodeSnapshot(await readFile(join(dir, "s"))).state;
  expect(Float32Array.from(rows.flat())).toEqual(weights.unembedding);
  expect(rows).toHaveLength(7);
});

test("weights DIR RUN: of a kept run; of a snapshot the same", async () => {
  await run("sweep", ...model, "--steps", "20", "--seeds", "2", "--keep-snapshots", "--out", "kept");
  const [name] = (await readdir(join(dir, "kept/snapshots"))).map((file) => file.replace(".snapshot", ""));
  const written = await run("weights", "kept", name);
  expect(written).toEqual({
    code: 0,
    stdout: "",
    stderr: `run ${name} at step 20 of 20 in ${name}.safetensors\n`,
  });
  // a beginning that is its own names it too
  expect(await run("weights", "kept", name.slice(0, 5))).toEqual(written);
  expect(await run("weights", "kept", "")).toMatchObject({
    code: 2,
    stderr: "error: RUN: expected the beginning of one name, got , which 2 runs of kept begin with\n",
  });
  const path = `kept/snapshots/${name}.snapshot`;
  expect(await run("weights", path, "--out", "w2.safetensors")).toMatchObject({ code: 0 });
  const weights = await readFile(join(dir, `${name}.safetensors`));
  expect(await readFile(join(dir, "w2.safetensors"))).toEqual(weights);
  expect(decodeSafetensors(weights)).toEqual(decodeSnapshot(await readFile(join(dir, path))).state.weights);
  // over its own file as often as one likes, over nobody else's
  expect(await run("weights", "kept", name)).toMatchObject({ code: 0 });
  await writeFile(join(dir, "mine.safetensors"), "mine");
  const refused = await run("weights", "kept", name, "--out", "mine.safetensors");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("(--force replaces it)");
  expect(await readFile(join(dir, "mine.safetensors"), "utf8")).toBe("mine");

  const near = await run("weights", "kept", `${name.slice(0, 10)}-`);
  expect(near.stderr).toBe(
    `error: RUN: expected one of the runs of kept, got ${name.slice(0, 10)}- (did you mean ${name}?)\n`,
  );
});

test("what cannot be had is one line that says how it can", async () => {
  await run("sweep", ...model, "--steps", "20", "--out", "bare");
  const run0 = JSON.parse(
    (await run("sweep", ...model, "--steps", "20", "--out", "bare", "--dry-run", "--json")).stdout,
  ).run;
  for (const [args, message] of [
    [
      ["weights", "bare"],
      "RUN: expected one of the runs of bare, got none (unigram-lab export bare --runs --out runs.csv lists them)",
    ],
    [
      ["weights", "bare", run0],
      `RUN: expected a run with a snapshot, got ${run0}, which has none: sweep --keep-snapshots keeps them`,
    ],
    [
      ["weights", "absent", "x"],
      "DIR: expected the directory of a sweep (with journal.ndjson), got absent (no such file)",
    ],
    [
      ["weights", "bare/runs.parquet"],
      "FROM: expected the directory of a sweep or a snapshot, got bare/runs.parquet (expected the bytes of a unigram-lab snapshot, got something else)",
    ],
    [["weights", "bare/runs.parquet", "x"], "RUN: expected nothing with a snapshot, got x"],
    [["train", "--weights", "w.pt"], "--weights: expected a file that ends in .safetensors, got w.pt"],
    [
      ["train", "--weights", "a.safetensors", "--snapshot", "./a.safetensors"],
      "--weights: expected another file than --snapshot, got a.safetensors",
    ],
  ] as const)
    expect(await run(...args)).toEqual({ code: 2, stdout: "", stderr: `error: ${message}\n` });
});
