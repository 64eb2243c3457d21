/**
 * Raw results of benches, bench/results/KIND-DATE.json. On disk the turns of a pair are a column each ({ roof: […], own: […],
 * other: […] }), in code a list of { roof, own, other }; numbers have five digits.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";

const folder = new URL("results/", import.meta.url);
export const fileOf = (kind, date) => new URL(`${kind}-${date.slice(0, 10)}.json`, folder);

const columns = (turns) =>
  Object.fromEntries(Object.keys(turns[0] ?? {}).map((key) => [key, turns.map((turn) => turn[key])]));
const rows = (columns) =>
  (Object.values(columns)[0] ?? []).map((_, i) =>
    Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values[i]])),
  );

/** As text: what holds no list or object of its own is one line. */
export function encode(raw) {
  const short = (key, value) => {
    if (key === "turns" && Array.isArray(value) && typeof value[0] !== "number") return columns(value);
    return typeof value === "number" ? Number(value.toPrecision(5)) : value;
  };
  const lines = JSON.stringify(raw, short, 1);
  return `${lines.replace(/[[{][^[\]{}]*[\]}]/g, (inner) => inner.replaceAll(/\s*\n\s*/g, ""))}\n`;
}
export const decode = (text) =>
  JSON.parse(text, (key, value) =>
    key === "turns" && typeof value === "object" && !Array.isArray(value) ? rows(value) : value,
  );

export const save = (file, raw) => writeFile(file, encode(raw));
export const read = async (file) => decode(await readFile(file, "utf8"));

/** The results of a kind that are kept: the newest. */
export async function newest(kind) {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${kind}-`)).sort();
  return names.length ? read(new URL(names.at(-1), folder)) : undefined;
}
