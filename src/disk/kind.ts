/**
 * What a file is, by its content: names are anybody's. A file of ours carries a mark (a generator field, a magic number,
 * a checksum) or has exactly the columns of our tables; everything else is somebody else's.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { runConfigSchema } from "../config.js";
import { particularColumns, recordColumns } from "../training/record.js";
import { figureColumns } from "./figureColumns.js";

export type Kind =
  | "table"
  | "snapshot"
  | "weights"
  | "checkpoint"
  | "records"
  | "description"
  | "status"
  | "page"
  | "figure"
  | "claims"
  | "findings"
  | "corpus"
  | "journal";

const GENERATOR = /^unigram-lab /;
/** How the header of our safetensors begins, behind its length. */
const WEIGHTS = '{"__metadata__":{"format":"pt","producer":"unigram-lab"';
/** Bytes that are looked at first. */
const HEAD = 1 << 16;
/** Bytes that the first row of a table, or the footer of a Parquet file, may take; a row can hold a million probabilities. */
const MOST = 1 << 26;

const claim = ["experiment", "claim", "quantity", "post", "measured", "verdict", "rule"];
/** Since 0.2. */
const fullClaim = [
  ...claim,
  ...["whose", "falsifiedBy", "sampledOver", "interval", "asks", "noticed", "p", "claimVerdict"],
];
const firstStatus = ["total", "share", "secondsLeft", "running"];
const firstDescription = ["$schema", "base", "axes", "zip", "seeds", "where"];

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

const configFields = new Set(Object.keys((runConfigSchema() as { entries: object }).entries));
const particular: readonly string[] = particularColumns;

/** The config's fields, by dotted path; a table holds those that its runs have. */
const isConfigField = (name: string): boolean => {
  const [root, ...rest] = name.split(".");
  if (root === "config") return same(rest, ["learningRate"]) || same(rest, ["learningRateSchedule"]);
  return configFields.has(root) && rest.every((part) => /^\w+$/.test(part));
};

/** What may stand before the fields of the record, in this order, each group whole or left out. */
const beforeRecord = [
  ["experiment"],
  ["run"],
  ["bitsRevision"],
  ["backend", "adapter", "driver"],
  ["evaluations", "divergedAt"],
];

/** Exactly the columns of our tables: who ran, what was measured (some of it of some runs only), the config, and nothing else. */
function areColumns(names: readonly string[]): boolean {
  let at = 0;
  for (const group of beforeRecord) if (same(names.slice(at, at + group.length), group)) at += group.length;
  const rest = names.slice(at);
  const others = rest.slice(recordColumns.length);
  const own = particular.filter((name) => others.includes(name));
  return (
    names.slice(0, at).includes("run") &&
    same(rest.slice(0, recordColumns.length), recordColumns) &&
    same(others.slice(0, own.length), own) &&
    others.slice(own.length).every(isConfigField)
  );
}

const read = async (file: FileHandle, length: number, position = 0): Promise<Buffer> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
};

/** The kind of a file, "empty" for one that holds nothing, undefined for somebody else's. */
export async function kindOf(path: string): Promise<Kind | "empty" | undefined> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const head = await read(file, Math.min(size, HEAD));
    return (await binaryKind(file, head, size, path)) ?? (await textKind(file, head, size, path));
  } finally {
    await file.close();
  }
}

async function binaryKind(
  file: FileHandle,
  head: Buffer,
  size: number,
  path: string,
): Promise<Kind | undefined> {
  const magic = head.toString("latin1", 0, 4);
  // a text that begins with these letters has no version below 256
  if (magic === "ULAB" && head.length >= 8 && head.readUInt32LE(4) < 256) return "snapshot";
  if (magic === "PAR1") return (await isParquet(file, size)) ? "table" : undefined;
  if (magic === "\x93NUM") return (await areTokens(file, head, size, path)) ? "corpus" : undefined;
  if (magic === "\x89PNG") return (await isPng(file, size)) ? "figure" : undefined;
  if (head.toString("latin1", 8, 64).startsWith(WEIGHTS)) return "weights";
  // a damaged one of ours is ours
  if (head.toString("latin1", 4, 16) === '{"records":[') return "checkpoint";
  if (size < 4 + 32 || head.readUInt32LE(0) + 36 > size || head[4] !== 0x7b) return undefined;
  const length = head.readUInt32LE(0);
  const [header, sum] = [await read(file, length, 4), await read(file, 32, 4 + length)];
  return createHash("sha256").update(header).digest().equals(sum) ? "checkpoint" : undefined;
}

/** By its generator, or, of version 0.1, by its writer and its columns. */
async function isParquet(file: FileHandle, size: number): Promise<boolean> {
  if (size < 12) return false;
  const length = (await read(file, 4, size - 8)).readUInt32LE(0) + 8;
  if (length > size || length > MOST) return false;
  const footer = await read(file, length, size - length);
  try {
    const { key_value_metadata, created_by, schema } = parquetMetadata(new Uint8Array(footer).buffer);
    const generator = key_value_metadata?.find(({ key }) => key === "generator")?.value;
    if (generator !== undefined) return GENERATOR.test(generator);
    return created_by === "hyparquet" && areColumns(schema.slice(1).map(({ name }) => name));
  } catch {
    return false;
  }
}

/** Tokens have no place for a mark: the file beside them, which has one, names their digest. */
async function areTokens(file: FileHandle, head: Buffer, size: number, path: string): Promise<boolean> {
  if (head.length < 10) return false;
  const beside = await open(path.replace(/npy$/, "json"), "r").catch(() => undefined);
  if (beside === undefined) return false;
  let description: Record<string, unknown> | undefined;
  try {
    description = parse(await firstObject(beside, (await beside.stat()).size));
  } catch {
    return false;
  } finally {
    await beside.close();
  }
  if (description === undefined || !isCorpus(description)) return false;
  const hash = createHash("sha256");
  for (let at = 10 + head.readUInt16LE(8); at < size; ) {
    const piece = await read(file, MOST, at);
    if (piece.length === 0) return false;
    hash.update(piece);
    at += piece.length;
  }
  return hash.digest("hex") === description.digest;
}

/** Whether one of its text chunks names us. */
async function isPng(file: FileHandle, size: number): Promise<boolean> {
  for (let at = 8, chunks = 0; at + 12 <= size && chunks < 1000; chunks++) {
    const head = await read(file, 8, at);
    const length = head.readUInt32BE(0);
    if (head.toString("latin1", 4, 8) === "tEXt") {
      const text = (await read(file, Math.min(length, 200), at + 8)).toString("latin1");
      if (/^(generator|Software)\0unigram-lab /.test(text)) return true;
    }
    at += 12 + length;
  }
  return false;
}

async function textKind(
  file: FileHandle,
  head: Buffer,
  size: number,
  path: string,
): Promise<Kind | "empty" | undefined> {
  const text = head.toString("utf8");
  if (size <= 2 && text.trim() === "") return "empty";
  if (/^\{"sum":"[0-9a-f]{64}","(result|failure)":\{"run":"/.test(text)) return "journal";
  if (/^\s*\{/.test(text)) return objectKind(await firstObject(file, size), path);
  if (/^\s*\[\s*\]\s*$/.test(text)) return "table";
  if (/^\s*\[\s*\{/.test(text)) return rowKind(await firstObject(file, size));
  if (/^<!doctype html>/i.test(text)) {
    const first = "<dt>versions</dt><dd>unigram-lab ";
    return text.includes('<meta name="generator" content="unigram-lab ') || text.includes(first)
      ? "page"
      : undefined;
  }
  if (/^<!-- findings of unigram-lab /.test(text)) return "findings";
  if (/^(<\?xml[^>]*>\s*)?<svg\s/.test(text))
    return /(<metadata[^>]*>|<!--)\s*(<generator>|generator: ?)?unigram-lab /.test(text)
      ? "figure"
      : undefined;
  const names = (await firstLine(file, size)).split(",");
  return areColumns(names) ? "table" : same(names, figureColumns) ? "figure" : undefined;
}

/** The first line of a text, without its end; empty when it is longer than any header. */
async function firstLine(file: FileHandle, size: number): Promise<string> {
  const head = await read(file, Math.min(size, HEAD));
  const end = head.indexOf(10);
  return end < 0 ? "" : head.toString("utf8", 0, end);
}

/** The text from the first brace to the one that closes it, read as far as need be; undefined when there is none. */
async function firstObject(file: FileHandle, size: number): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let depth = 0;
  let quoted = false;
  let escaped = false;
  for (let at = 0; at < Math.min(size, MOST); ) {
    const piece = await read(file, HEAD, at);
    if (piece.length === 0) break;
    pieces.push(piece);
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i];
      if (escaped) escaped = false;
      else if (quoted) {
        if (byte === 0x5c) escaped = true;
        else if (byte === 0x22) quoted = false;
      } else if (byte === 0x22) quoted = true;
      else if (byte === 0x7b) depth++;
      else if (byte === 0x7d && --depth === 0) {
        const text = Buffer.concat(pieces).toString("utf8", 0, at + i + 1);
        return text.slice(text.indexOf("{"));
      }
    }
    at += piece.length;
  }
  return undefined;
}

const parse = (text: string | undefined): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
};

const isOurs = ({ generator }: Record<string, unknown>): boolean =>
  typeof generator === "string" && GENERATOR.test(generator);

const isCorpus = (value: Record<string, unknown>): boolean =>
  isOurs(value) && "tokenizer" in value && "digest" in value;

/** A row of an array: of a table, or of claims. */
function rowKind(text: string | undefined): Kind | undefined {
  const names = Object.keys(parse(text) ?? {});
  return areColumns(names) ? "table" : same(names, claim) || same(names, fullClaim) ? "claims" : undefined;
}

/** An object that stands for itself, or the first row of a table of lines. */
async function objectKind(text: string | undefined, path: string): Promise<Kind | undefined> {
  const value = parse(text);
  if (value === undefined) return undefined;
  const names = Object.keys(value);
  if (areColumns(names)) return "table";
  if (isCorpus(value)) return "corpus";
  const ours = isOurs(value);
  if (ours && "recordsOf" in value) return "records";
  if (ours || same(names, firstStatus))
    return firstStatus.every((name) => names.includes(name)) ? "status" : "description";
  // version 0.1 gave its descriptions no mark: one that it wrote has its layout, and other files of it beside
  const known = names.length > 0 && names.every((name) => firstDescription.includes(name));
  if (!known || JSON.stringify(value, null, 2) !== text) return undefined;
  for (const [name, kind] of [
    ["journal.ndjson", "journal"],
    ["status.json", "status"],
  ])
    if ((await kindOf(join(dirname(path), name)).catch(() => undefined)) === kind) return "description";
  return undefined;
}
