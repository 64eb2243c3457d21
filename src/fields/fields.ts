/**
 * The fields of a config as a list, walked out of its schema: a new field is here by itself, and with it on the command
 * line; explained.ts says what it is.
 */
import type * as v from "valibot";
import { runConfigSchema } from "../config.js";

/** What a value is: "kind" chooses the kind of its parent, "choice" is one of some words, "list" JSON. */
export type FieldType = "number" | "boolean" | "choice" | "kind" | "schedule" | "list" | "text";

export interface Field {
  /** Dotted path in the config; `optimizer.kind` chooses the kind of `optimizer`. */
  path: string;
  /** Name of its flag, without dashes. */
  flag: string;
  type: FieldType;
  /** Whether a number must be whole. */
  whole: boolean;
  /** Words it can be, of a choice or a kind. */
  words: string[];
  /** Kinds of its parent that have it; empty for a field of every config. */
  kinds: string[];
  /** The schema's default as it is said; undefined where it has none. */
  byDefault: string | undefined;
}

/** As much of valibot's schemas as is walked here. */
export interface Schema extends v.GenericSchema {
  wrapped?: Schema;
  default?: unknown;
  entries?: Record<string, Schema>;
  options?: unknown[];
  literal?: unknown;
  /** What a value passes through, the schema itself first. */
  pipe?: { type: string }[];
  item?: Schema;
  items?: Schema[];
  getter?: (input: unknown) => Schema;
}

/** Objects whose fields have flags without their name: `--exponent`, `--momentum`, but `--targets-count`. */
const unprefixed = new Set(["distribution", "optimizer"]);

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `optimizer.kind` → optimizer, `optimizer.weightDecay` → weight-decay, `targets.count` → targets-count. */
function flagOf(path: string): string {
  const [parent, child] = path.split(".");
  if (child === undefined || child === "kind") return kebab(parent);
  return unprefixed.has(parent) ? kebab(child) : `${kebab(parent)}-${kebab(child)}`;
}

/** The objects that a field may be, by kind; none for a field without kinds. */
function objectsOf(schema: Schema): [kind: string, entries: Record<string, Schema>][] {
  const objects = schema.type === "variant" ? (schema.options as Schema[]) : [schema];
  return objects.flatMap(({ entries }): [string, Record<string, Schema>][] =>
    entries?.kind ? [[String(entries.kind.literal), entries]] : [],
  );
}

/** The schemas of a config's fields. */
const entries = (runConfigSchema() as Schema).entries as Record<string, Schema>;

const types: Record<string, FieldType> = {
  number: "number",
  boolean: "boolean",
  picklist: "choice",
  array: "list",
  string: "text",
};

/** A default of the schema as it is said: the kind of an object stands for it. */
function said(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null && "kind" in value) return String(value.kind);
  return String(value);
}

function fieldOf(path: string, given: Schema, kinds: string[]): Field {
  const schema = given.wrapped ?? given;
  const objects = objectsOf(schema);
  const isKind = objects.length > 0;
  const type = isKind ? "kind" : schema === entries.learningRate.wrapped ? "schedule" : types[schema.type];
  if (type === undefined) throw new Error(`${path}: no flag can give a ${schema.type}`);
  return {
    path: isKind ? `${path}.kind` : path,
    flag: flagOf(path),
    type,
    whole: schema.pipe?.some(({ type }) => type === "integer") ?? false,
    words: isKind ? objects.map(([kind]) => kind) : type === "choice" ? (schema.options as string[]) : [],
    kinds,
    byDefault: said(given.default),
  };
}

/** All of them, in the config's order, those of an object's kinds behind the one that chooses the kind. */
function walk(entries: Record<string, Schema>): Field[] {
  return Object.entries(entries).flatMap(([name, given]) => {
    const own = new Map<string, Field>();
    for (const [kind, inner] of objectsOf(given.wrapped ?? given))
      for (const [child, schema] of Object.entries(inner)) {
        if (child === "kind") continue;
        const path = `${name}.${child}`;
        const known = own.get(path);
        if (known) known.kinds.push(kind);
        else own.set(path, fieldOf(path, schema, [kind]));
      }
    return [fieldOf(name, given, []), ...own.values()];
  });
}

/** What a user can set of a run. */
export const fields: readonly Field[] = walk(entries);
