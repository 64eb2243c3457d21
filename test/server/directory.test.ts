/** Following a journal: all of it once, whatever becomes of the process that writes it. */
import { spawn } from "node:child_process";
import { appendFile, copyFile, mkdtemp, readFile, rename, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { configHash, parseConfig } from "../../src/config.js";
import { serve } from "../../src/server/serve.js";
import { type DirectoryNews, readDirectory } from "../../src/sweep/directoryNews.js";
import { encodeLine } from "../../src/sweep/journalLine.js";
import type { RunResult } from "../../src/sweep/result.js";
import { cli, unigramLab } from "../cli/commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));

/** A finished run as a sweep would leave it. */
function result(seed: number, records = 1): RunResult {
  const config = parseConfig({ vocabSize: 5, embeddingDim: 2, steps: records, seed });
  return {
    run: configHash(config),
    bitsRevision: 2,
    config,
    records: Array.from({ length: records }, (_, step) => ({ step, loss: 1 / (step + 1) }) as never),
    finalEmbedding: [1, 2],
    finalUnembedding: null,
    divergedAt: null,
    bytes: 1,
    seconds: 1,
    stepSeconds: 1,
  };
}

const namesOf = ({ runs }: DirectoryNews) => runs.map(({ run }) => run);

test("a directory that is not there yet, then a journal that grows: each run is told once", async () => {
  const dir = join(await folder(), "later");
  const before = await readDirectory(dir);
  expect(before).toMatchObject({
    runs: [],
    failed: [],
    more: false,
    writing: false,
    total: null,
    cursor: "",
  });

  const journal = join(await folder(), "journal.ndjson");
  await writeFile(journal, "");
  const empty = await readDirectory(journal, before.cursor);
  expect(empty).toMatchObject({ runs: [], anew: true });
  await writeFile(journal, Buffer.concat([1, 2].map((seed) => encodeLine("result", result(seed)))));
  expect(await readDirectory(journal, empty.cursor)).toMatchObject({ anew: false, runs: [{}, {}] });
  const first = await readDirectory(journal, before.cursor);
  expect(namesOf(first)).toEqual([result(1).run, result(2).run]);
  expect(first.anew).toBe(true);
  expect(first.runs[0]).toMatchObject({ config: result(1).config, bitsRevision: 2, divergedAt: null });
  // what a page of charts does not draw is not sent
  expect(first.runs[0]).not.toHaveProperty("finalEmbedding");
  const second = await readDirectory(journal, first.cursor);
  expect(second).toMatchObject({ runs: [], anew: false, more: false, cursor: first.cursor });
  await appendFile(journal, encodeLine("result", result(3)));
  const { run, config } = result(4);
  await appendFile(journal, encodeLine("failure", { run, config, error: "no memory", attempts: 2 }));
  const third = await readDirectory(journal, second.cursor);
  expect(namesOf(third)).toEqual([result(3).run]);
  expect(third.failed).toEqual([{ run, config, error: "no memory" }]);
  expect(third.anew).toBe(false);
});

test("half a line waits for its other half; one that was torn for good is passed over", async () => {
  const journal = join(await folder(), "journal.ndjson");
  const line = encodeLine("result", result(2));
  await writeFile(journal, Buffer.concat([encodeLine("result", result(1)), line.subarray(0, 100)]));
  const first = await readDirectory(journal);
  expect(namesOf(first)).toEqual([result(1).run]);
  expect((await readDirectory(journal, first.cursor)).cursor).toBe(first.cursor);
  await appendFile(journal, line.subarray(100));
  const second = await readDirectory(journal, first.cursor);
  expect(namesOf(second)).toEqual([result(2).run]);
  // killed in the middle of a line, which the next process closes
  await appendFile(
    journal,
    Buffer.concat([line.subarray(0, 50), Buffer.from("\n"), encodeLine("result", result(3))]),
  );
  const third = await readDirectory(journal, second.cursor);
  expect(third).toMatchObject({ damaged: 1, anew: false });
  expect(namesOf(third)).toEqual([result(3).run]);
});

test("a journal that was replaced, or cut, is told from its beginning", async () => {
  const dir = await folder();
  const journal = join(dir, "journal.ndjson");
  await writeFile(journal, Buffer.concat([1, 2, 3].map((seed) => encodeLine("result", result(seed)))));
  const first = await readDirectory(dir);
  // repaired: the same lines in another file
  await copyFile(journal, join(dir, "copy"));
  await rename(join(dir, "copy"), journal);
  const second = await readDirectory(dir, first.cursor);
  expect(second.anew).toBe(true);
  expect(second.runs).toHaveLength(3);
  await writeFile(journal, encodeLine("result", result(4)));
  const third = await readDirectory(dir, second.cursor);
  expect(third.anew).toBe(true);
  expect(namesOf(third)).toEqual([result(4).run]);
  for (const cursor of [
    "nonsense",
    "1-2",
    "1-2-3",
    "-1",
    "1-1-99999999999999999999",
    first.cursor.replace(/^\d+/, "0"),
  ])
    expect(namesOf(await readDirectory(dir, cursor))).toEqual([result(4).run]);
});

test("a journal made anew in the place of a removed one, with its number, is told from its beginning", async () => {
  const dir = await folder();
  const journal = join(dir, "journal.ndjson");
  await writeFile(journal, encodeLine("result", result(1)));
  const first = await readDirectory(dir);
  const { ino } = await stat(journal);
  // the same file, as its number says: longer than what was read, and of other runs
  await writeFile(journal, Buffer.concat([2, 3, 4].map((seed) => encodeLine("result", result(seed, 7)))));
  expect((await stat(journal)).ino).toBe(ino);
  const second = await readDirectory(dir, first.cursor);
  expect(second).toMatchObject({ anew: true, damaged: 0 });
  expect(namesOf(second)).toEqual([2, 3, 4].map((seed) => result(seed, 7).run));
  expect(await readDirectory(dir, second.cursor)).toMatchObject({ anew: false, runs: [] });
});

test("a large journal comes in pages of about a megabyte, and a line that is larger by itself", async () => {
  const journal = join(await folder(), "journal.ndjson");
  const lines = Array.from({ length: 60 }, (_, seed) =>
    encodeLine("result", result(seed, seed === 30 ? 60_000 : 2000)),
  );
  await writeFile(journal, Buffer.concat(lines));
  const told: string[] = [];
  let cursor: string | undefined;
  let answers = 0;
  for (let more = true; more; answers++) {
    const news = await readDirectory(journal, cursor);
    expect(news.runs.length).toBeGreaterThan(0);
    expect(JSON.stringify(news).length).toBeLessThan(4 << 20);
    told.push(...namesOf(news));
    ({ more, cursor } = news);
  }
  expect(told).toEqual(
    Array.from({ length: 60 }, (_, seed) => result(seed, seed === 30 ? 60_000 : 2000).run),
  );
  expect(answers).toBeGreaterThan(3);
});

test("a sweep that runs, is killed and goes on: its runs, each once, through the server", async () => {
  const dir = await folder();
  const args = [
    "sweep",
    "--vary",
    "vocabSize=300,310,320,330,340,350",
    "--steps",
    "2500",
    "--out",
    join(dir, "swept"),
  ];
  const served = await serve({ port: 0, directory: join(dir, "swept") });
  const told = new Map<string, number>();
  let cursor = "";
  let last: DirectoryNews | undefined;
  const look = async () => {
    const response = await fetch(`${served.url}api/directory?cursor=${encodeURIComponent(cursor)}`);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    // every second, beside a sweep that wants the processor
    expect(response.headers.get("content-encoding")).toBeNull();
    last = (await response.json()) as DirectoryNews;
    if (last.anew) told.clear();
    for (const { run } of last.runs) told.set(run, (told.get(run) ?? 0) + 1);
    cursor = last.cursor;
    return last;
  };
  expect((await look()).writing).toBe(false);
  const child = spawn(process.execPath, [cli, ...args], { stdio: "ignore" });
  const killed = new Promise((resolve) => child.on("exit", resolve));
  while (told.size === 0) {
    await look();
    await sleep(20);
  }
  expect(last?.writing).toBe(true);
  child.kill("SIGKILL");
  await killed;
  await look();
  const then = told.size;
  expect(then).toBeLessThan(6);
  expect(last).toMatchObject({ writing: false, running: [] });
  const resumed = unigramLab(args);
  let running = 0;
  for (let ended = false; !ended; ) {
    ended = await Promise.race([resumed.then(() => true), sleep(50).then(() => false)]);
    running = Math.max(running, (await look()).running.length);
  }
  expect((await resumed).code).toBe(0);
  await look();
  expect(last).toMatchObject({ writing: false, running: [], total: 6, anew: false, more: false });
  expect([...told.values()]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(running).toBeGreaterThan(0);
  const written = (await readFile(join(dir, "swept/journal.ndjson"), "utf8")).match(/"run":"[0-9a-f]{16}"/g);
  expect(new Set(written?.map((text) => text.slice(7, -1)))).toEqual(new Set(told.keys()));
  await served.close();
});
