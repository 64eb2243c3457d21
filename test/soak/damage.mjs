/**
 * Snapshots, journals and checkpoints, each damaged in one of four ways (cut, bits flipped, blocks swapped, a run of zero
 * bytes): refused in one short line, or read to exactly what was written. Never another value, never another error.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { check, dist, draws, inFolder, progress } from "./tools.mjs";

const { createTrainer, restoreTrainer } = await import(dist("index.js"));
const { Journal, sweep } = await import(dist("sweep.js"));

const ways = {
  cut: (bytes, draw) => bytes.subarray(0, draw(bytes.length)),
  flipped: (bytes, draw) => {
    for (let left = 1 + draw(8); left > 0; left--) bytes[draw(bytes.length)] ^= 1 << draw(8);
    return bytes;
  },
  swapped: (bytes, draw) => {
    const length = 1 + draw(Math.min(512, bytes.length >> 1));
    const [a, b] = [draw(bytes.length - length + 1), draw(bytes.length - length + 1)];
    const first = Buffer.from(bytes.subarray(a, a + length));
    bytes.copyWithin(a, b, b + length);
    bytes.set(first, b);
    return bytes;
  },
  zeroed: (bytes, draw) => {
    const at = draw(bytes.length);
    return bytes.fill(0, at, Math.min(bytes.length, at + 1 + draw(4096)));
  },
};

/** Another file than `whole`, and the way it came about. */
function damaged(whole, draw) {
  for (;;) {
    const way = Object.keys(ways)[draw(4)];
    const bytes = ways[way](Buffer.from(whole), draw);
    if (!bytes.equals(whole)) return { way, bytes };
  }
}

/** What `use` gives, or undefined when it refuses as it should. */
async function orRefused(use) {
  try {
    return await use();
  } catch (error) {
    const { name, message } = error;
    check(name === "ConfigError" && message.length < 300 && !/\n/.test(message), `${name}: ${message}`);
    return undefined;
  }
}

const base = { vocabSize: 30, embeddingDim: 6, steps: 400, evaluateEvery: 50 };

async function snapshots(count, draw) {
  const wholes = [];
  for (const config of [base, { ...base, tied: false }, { ...base, norm: "layernorm", tied: false }])
    for (const steps of [0, 130]) {
      const trainer = await createTrainer(config);
      if (steps > 0) await trainer.advance(steps);
      wholes.push(await trainer.snapshot());
      const records = [];
      for await (const record of trainer.run()) records.push(record);
      wholes.push(await trainer.snapshot({ records }));
      trainer.dispose();
    }
  let read = 0;
  for (let i = 0; i < count; i++) {
    const whole = wholes[draw(wholes.length)];
    const { way, bytes } = damaged(whole, draw);
    const trainer = await orRefused(() => restoreTrainer(bytes));
    if (!trainer) continue;
    read++;
    check(Buffer.from(await trainer.snapshot()).equals(whole), `snapshot ${i} (${way}) is another's`);
    trainer.dispose();
  }
  return `${count} damaged snapshots: ${count - read} refused, ${read} read to the same`;
}

/** A result without what the clock says. */
const essence = ({ seconds: _, stepSeconds: __, ...rest }) => JSON.stringify(rest);

async function journals(count, draw, folder) {
  const directory = join(folder, "journals");
  const results = [];
  for await (const result of sweep(
    { base, axes: { learningRate: [0.001, 0.01] }, seeds: 5 },
    { journal: directory },
  ))
    results.push(result);
  const truth = new Map(results.map((result) => [result.run, essence(result)]));
  const path = join(directory, "journal.ndjson");
  const whole = await readFile(path);
  const read = async (journal) => {
    const runs = [];
    for await (const result of journal.results()) {
      check(essence(result) === truth.get(result.run), `run ${result.run} is another`);
      runs.push(result.run);
    }
    check(new Set(runs).size === runs.length, "a run twice");
    return new Set(runs);
  };
  const figures = { refused: 0, lines: 0, lost: 0 };
  for (let i = 0; i < count; i++) {
    const { way, bytes } = damaged(whole, draw);
    await writeFile(path, bytes);
    const journal = await orRefused(() => Journal.open(directory));
    if (!journal) {
      figures.refused++;
      check((await readFile(path)).equals(bytes), `journal ${i} (${way}) was refused and changed`);
      continue;
    }
    const kept = await read(journal);
    figures.lines += kept.size;
    figures.lost += truth.size - kept.size;
    // an end that was cut at a line's is no damage
    const silent = journal.notices.length === 0;
    check(!silent || whole.subarray(0, bytes.length).equals(bytes), `journal ${i} (${way}): not said`);
    for (const result of results) if (!kept.has(result.run)) await journal.append(result);
    await journal.close();
    const again = await Journal.read(directory);
    check((await read(again)).size === truth.size, `journal ${i} (${way}): not whole again`);
    await again.close();
  }
  return `${count} damaged journals of ${truth.size} runs: ${figures.refused} refused unchanged, in the others ${figures.lines} runs read to the same, ${figures.lost} missed, said, and whole again once appended`;
}

async function checkpoints(count, draw, folder) {
  const description = { base: { ...base, steps: 6000, evaluateEvery: 500 }, seeds: 25 };
  const truth = new Map();
  for await (const result of sweep(description)) truth.set(result.run, essence(result));

  // the latest that each of them wrote
  const first = join(folder, "checkpoints");
  const written = new Map();
  const onProgress = () => {
    for (const name of existsSync(join(first, "checkpoints")) ? readdirSync(join(first, "checkpoints")) : [])
      try {
        if (name.endsWith(".checkpoint")) written.set(name, readFileSync(join(first, "checkpoints", name)));
      } catch {
        // its run is done by now
      }
  };
  for await (const _ of sweep(description, { journal: first, threads: 2, checkpointEvery: 0, onProgress }));
  check(written.size > 10, `only ${written.size} checkpoints were seen`);

  const figures = { tried: 0, resumed: 0, sweeps: 0 };
  while (figures.tried < count) {
    const directory = join(folder, `resumed-${figures.sweeps++}`);
    await mkdir(join(directory, "checkpoints"), { recursive: true });
    for (const [name, whole] of written)
      await writeFile(join(directory, "checkpoints", name), damaged(whole, draw).bytes);
    figures.tried += written.size;
    const onEvent = (event) => {
      if (event.event === "finished" && event.resumedFrom > 0) figures.resumed++;
    };
    let runs = 0;
    for await (const result of sweep(description, { journal: directory, threads: 2, onEvent })) {
      check(essence(result) === truth.get(result.run), `run ${result.run} is another after its checkpoint`);
      runs++;
    }
    check(runs === truth.size, `${runs} of ${truth.size} runs`);
    await rm(directory, { recursive: true });
    progress(`${figures.tried} checkpoints`);
  }
  return `${figures.tried} damaged checkpoints: ${figures.tried - figures.resumed} passed over, ${figures.resumed} read to the same, every run as one that was never stopped`;
}

export const damage = ({ damaged: count, seed }) =>
  inFolder(async (folder) =>
    [
      await snapshots(count, draws(seed)),
      await journals(count, draws(seed + 1), folder),
      await checkpoints(count, draws(seed + 2), folder),
    ].join("\n"),
  );
