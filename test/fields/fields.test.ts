import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addReproduce } from "../../src/cli/reproduce.js";
import { addSweep } from "../../src/cli/sweep.js";
import { addTrain } from "../../src/cli/train.js";
import { parseConfig } from "../../src/config.js";
import { defaultOf } from "../../src/fields/explained.js";
import { fields } from "../../src/fields/fields.js";
import { help } from "../../src/fields/help.js";
import { sweepJsonSchema } from "../../src/sweep/jsonSchema.js";

interface Json {
  properties?: Record<string, Json>;
  oneOf?: Json[];
  anyOf?: Json[];
  type?: string;
  enum?: string[];
  const?: string;
  description?: string;
}

const { base } = (sweepJsonSchema() as Json).properties as Record<string, Json>;

/** Every field that the published schema has, however it got there: path, schema, kind of its parent. */
function published(schema: Json, path = ""): [path: string, field: Json, kind: string | undefined][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (name === "kind") return [];
    const full = path === "" ? name : `${path}.${name}`;
    const kind = schema.properties?.kind?.const;
    return [[full, field, kind] as [string, Json, string | undefined], ...published(field, full)];
  });
  return [
    ...own,
    ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((one) => published(one, path)),
  ];
}

const all = published(base);
const fieldAt = (path: string) =>
  fields.find((field) => field.path === path) ?? fields.find((field) => field.path === `${path}.kind`);

test("the schema is walked as far as it goes", () => {
  const paths = all.map(([path]) => path);
  expect(paths).toEqual(expect.arrayContaining(["vocabSize", "optimizer.nesterov", "evaluateAt.perDecade"]));
  expect(paths.length).toBeGreaterThan(30);
});

test.each(all)("%s has a flag, is explained, and editors say so", (path, schema, kind) => {
  const field = fieldAt(path);
  expect(field, "no flag").toBeDefined();
  expect(help[path]?.text, "not explained in src/fields/help.ts").toMatch(/\w{2}/);
  expect(schema.description).toContain(help[path].text);
  if (kind !== undefined) expect(field?.kinds).toContain(kind);
  // two kinds that have a field have it alike
  const types: Record<string, string> = { integer: "number" };
  const type = types[schema.type as string] ?? schema.type;
  if (type === "number" || type === "boolean") expect(field?.type).toBe(type);
  if (schema.enum) expect(field?.words).toEqual(schema.enum);
});

test("nothing is explained that is not there, and every flag is of one field", () => {
  const paths = new Set(all.map(([path]) => path));
  expect(Object.keys(help).filter((path) => !paths.has(path))).toEqual([]);
  expect(new Set(fields.map(({ path }) => path.replace(/\.kind$/, "")))).toEqual(paths);
  const flags = fields.flatMap(({ flag, type }) => (type === "boolean" ? [flag, `no-${flag}`] : [flag]));
  expect(new Set(flags).size).toBe(flags.length);
});

/** Properties without a description, wherever they are; of kinds the schema says itself which there are. */
function unexplained(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {} } = schema as Json;
  const own = Object.entries(properties)
    .filter(([name, field]) => field.description === undefined && !(name === "kind" && field.const))
    .map(([name]) => `${path}/${name}`);
  return [...own, ...Object.entries(schema).flatMap(([name, part]) => unexplained(part, `${path}/${name}`))];
}

test("editors say of every property of a sweep what it is, also of schedules and interventions", () => {
  expect(unexplained(sweepJsonSchema())).toEqual([]);
  const { properties, $defs } = sweepJsonSchema() as unknown as Json & { $defs: Record<string, Json> };
  // each on its own place
  const kinds = properties?.base.properties?.distribution.oneOf?.map(
    (one) => one.properties?.kind.description,
  );
  expect(kinds).toEqual([undefined, undefined, undefined]);
  expect(properties?.axes.description).toContain("every combination");
  expect(JSON.stringify($defs)).toContain("corner points [step, rate]");
  expect(JSON.stringify(properties?.base)).toContain("embedding's entries get");
});

test("flags that there were keep their names", () => {
  const flags = fields.map(({ flag }) => flag);
  for (const flag of [
    ..."vocab-size embedding-dim exponent init-std beta1 beta2 eps batch-size steps evaluate-every seed".split(
      " ",
    ),
    ..."tied norm learning-rate evaluation".split(" "),
  ])
    expect(flags).toContain(flag);
});

test("defaults as they are said are those of a config", () => {
  const config = parseConfig({});
  const at = (path: string): unknown =>
    path
      .split(".")
      .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], config);
  let compared = 0;
  for (const field of fields) {
    const { path } = field;
    const value = at(path);
    if (value === undefined || path === "init.std") continue;
    compared++;
    // "128, none with exact gradients"
    expect(defaultOf(field)?.split(/,? /)[0], path).toBe(String(value));
  }
  expect(compared).toBeGreaterThan(18);
});

describe("each command that takes them", () => {
  test.each([
    ["train", addTrain],
    ["sweep", addSweep],
    ["reproduce", addReproduce],
  ])("%s has a flag for every field, and none of its own by that name", (_, add) => {
    const program = new Command();
    // commander refuses a flag that is there already
    add(program);
    const longs = program.commands[0].options.map(({ long }) => long);
    for (const { flag, type } of fields) {
      expect(longs).toContain(`--${flag}`);
      if (type === "boolean") expect(longs).toContain(`--no-${flag}`);
    }
  });
});
