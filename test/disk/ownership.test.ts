/** Whose a file is: all that this package writes is known by its content, and nothing else is. */
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, expect, test } from "vitest";
import { kindOf } from "../../src/disk/kind.js";
import { createTrainer, encodeSafetensors } from "../../src/index.js";
import { claimsJson } from "../../src/report/claims.js";
import { exportRuns, writeRecords } from "../../src/report/index.js";
import { writeCheckpoint } from "../../src/sweep/checkpoint.js";
import { Journal, sweep } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

let dir = "";
const at = (name: string) => join(dir, name);
const probabilities = Array.from({ length: 20_000 }, () => 1 / 20_000);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const base = { vocabSize: 6, embeddingDim: 2, steps: 20, evaluateEvery: 10 };
  const axes = { evaluation: [{ kind: "exact" }, { kind: "sampled", size: 50 }, { kind: "stratified" }] };
  for await (const _ of sweep({ base, axes, seeds: 2 }, { journal: at("swept") }));
  const journal = await Journal.read(at("swept"));
  for (const extension of ["parquet", "csv", "json"])
    for (const rows of ["evaluations", "runs"] as const)
      await exportRuns(journal, at(`${rows}.${extension}`), rows);
  await journal.close();
  // a row that is longer than what is looked at first
  const wide = runOf(
    { vocabSize: probabilities.length, steps: 100, distribution: { kind: "given", probabilities } },
    { excess: () => 1 },
  );
  for (const extension of ["parquet", "csv", "json", "ndjson"])
    await writeRecords(at(`wide.${extension}`), [wide]);
  const measured = { mean: 1, standardDeviation: 0, seeds: 1 };
  const claim = {
    experiment: "e",
    claim: "c",
    quantity: "q",
    post: null,
    measured,
    verdict: "holds",
    rule: "r",
  };
  const full = {
    ...claim,
    whose: "ours",
    falsifiedBy: "f",
    sampledOver: "draws",
    asks: "above 0",
    noticed: null,
  };
  await writeFile(
    at("claims.json"),
    claimsJson([{ ...full, p: { holds: 0.01, fails: 0.99 }, claimVerdict: null } as never]),
  );
  const trainer = await createTrainer(base);
  await writeFile(at("s.snapshot"), await trainer.snapshot());
  await writeFile(at("w.safetensors"), encodeSafetensors(await trainer.weights(), base));
  const header = { records: wide.records, seconds: 1, stepSeconds: 1 };
  await writeCheckpoint(at("run.checkpoint"), header, await trainer.snapshot());
  await mkdir(at("first"));
  await mkdir(at("alone"));
  const description = `${JSON.stringify({ base, seeds: 2 }, null, 2)}\n`;
  await writeFile(at("first/sweep.json"), description);
  await copyFile(at("swept/journal.ndjson"), at("first/journal.ndjson"));
  await writeFile(at("alone/sweep.json"), description);
});

const rest = `"total":3,"share":0.5,"secondsLeft":null,"running":[]}`;
const made: [string, string, string | undefined][] = [
  ["empty", "", "empty"],
  ["one line feed", "\n", "empty"],
  ["an empty table", "[]\n", "table"],
  ["status.json of version 0.1", `{${rest}\n`, "status"],
  ["status.json", `{"generator":"unigram-lab 0.2.0",${rest}\n`, "status"],
  ["sweep.json", '{ "generator": "unigram-lab 0.2.0", "sweeps": [] }', "description"],
  ["a page", '<!doctype html>\n<html><head><meta name="generator" content="unigram-lab 0.2.0">', "page"],
  ["a page of version 0.1", "<!doctype html>\n<dl><dt>versions</dt><dd>unigram-lab 0.1.0, Node 20", "page"],
  ["an SVG", '<svg width="3" height="3"><metadata>unigram-lab 0.2.0</metadata></svg>', "figure"],
  ["another SVG", '<?xml version="1.0"?>\n<svg width="3"><!-- unigram-lab 0.2.0 --></svg>', "figure"],
  ["notes", "learning rates that I tried\n", undefined],
  ["notes in JSON", '{ "unigram-lab": "best runs", "run": "0123456789abcdef" }', undefined],
  ["another generator", '{"generator":"another-lab 1.0","base":{}}', undefined],
  ["somebody's rows", '[{"run":"a","step":1,"loss":2}]', undefined],
  ["somebody's lines", '{"run":"a","step":1}\n{"run":"b","step":2}\n', undefined],
  ["somebody's list", "[1, 2, 3]\n", undefined],
  ["somebody's page", "<!doctype html>\n<p>unigram-lab 0.2.0 is nice", undefined],
  ["somebody's SVG", "<svg width='3'><text>unigram-lab 0.2.0</text></svg>", undefined],
  ["somebody's CSV", "run,step,loss\na,1,2\n", undefined],
  ["a text that begins as a snapshot", "ULABORATORY NOTES, page 1\n", undefined],
  ["a text that begins as a table", "PAR1 was the first of them", undefined],
  ["a description by hand", '{ "base": { "steps": 3 } }\n', undefined],
  ["a brace", "{", undefined],
  ["depth", "[".repeat(200_000), undefined],
  ["depth in an object", `{"a":${"[".repeat(200_000)}`, undefined],
];

test.each(made)("%s is told by its content", async (name, content, kind) => {
  await writeFile(at(name), content);
  expect(await kindOf(at(name))).toBe(kind);
});

test("all that this package writes is known, whatever the runs, rows of any width", async () => {
  for (const extension of ["parquet", "csv", "json"])
    for (const name of ["evaluations", "runs", "wide"])
      expect(await kindOf(at(`${name}.${extension}`)), `${name}.${extension}`).toBe("table");
  expect(await kindOf(at("wide.ndjson"))).toBe("table");
  expect(await kindOf(at("claims.json"))).toBe("claims");
  expect(await kindOf(at("s.snapshot"))).toBe("snapshot");
  expect(await kindOf(at("w.safetensors"))).toBe("weights");
  expect(await kindOf(at("run.checkpoint"))).toBe("checkpoint");
  expect(await kindOf(at("swept/journal.ndjson"))).toBe("journal");
  // version 0.1 left its descriptions unmarked: the journal beside it tells
  expect(await kindOf(at("first/sweep.json"))).toBe("description");
  expect(await kindOf(at("alone/sweep.json"))).toBeUndefined();
});

test("a table of ours with a column more, or one less, is somebody's", async () => {
  const csv = await readFile(at("evaluations.csv"), "utf8");
  const [header, ...lines] = csv.trim().split("\n");
  for (const changed of [`${header},mine`, header.replace(",trainLoss", ""), `mine,${header}`]) {
    await writeFile(at("changed.csv"), [changed, ...lines].join("\n"));
    expect(await kindOf(at("changed.csv"))).toBeUndefined();
  }
  const rows = JSON.parse(await readFile(at("evaluations.json"), "utf8"));
  await writeFile(at("changed.json"), JSON.stringify(rows.map((row: object) => ({ ...row, mine: 1 }))));
  expect(await kindOf(at("changed.json"))).toBeUndefined();
  const columnData = header.split(",").map((name) => ({ name, data: [1], type: "DOUBLE" as const }));
  const parquet = async (columns: typeof columnData, kvMetadata?: { key: string; value: string }[]) => {
    await writeFile(at("p.parquet"), new Uint8Array(parquetWriteBuffer({ columnData: columns, kvMetadata })));
    return kindOf(at("p.parquet"));
  };
  // of version 0.1, which did not sign them
  expect(await parquet(columnData)).toBe("table");
  expect(await parquet([...columnData, { name: "mine", data: [1], type: "DOUBLE" }])).toBeUndefined();
  expect(await parquet(columnData, [{ key: "generator", value: "another-lab 1.0" }])).toBeUndefined();
});

test("a PNG is known by a chunk of text, wherever it stands, and a damaged one ends the search", async () => {
  const chunk = (type: string, content: string) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(content.length);
    head.write(type, 4);
    return Buffer.concat([head, Buffer.from(content, "latin1"), Buffer.alloc(4)]);
  };
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const kind = async (...chunks: Buffer[]) => {
    await writeFile(at("f.png"), Buffer.concat([signature, ...chunks]));
    return kindOf(at("f.png"));
  };
  const [header, data] = [chunk("IHDR", "x".repeat(13)), chunk("IDAT", "y".repeat(70_000))];
  const ours = chunk("tEXt", "Software\0unigram-lab 0.2.0");
  expect(await kind(header, ours, data)).toBe("figure");
  expect(await kind(header, data, ours)).toBe("figure");
  expect(await kind(header, data)).toBeUndefined();
  expect(await kind(header, chunk("tEXt", "Software\0another"), data)).toBeUndefined();
  expect(await kind(Buffer.alloc(100_000))).toBeUndefined();
});
