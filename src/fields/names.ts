/** Every name of a field: its path in the config, its flag, and what stands behind the dot where only one field is called so. */
import { runConfigSchema } from "../config.js";
import { type Field, fields, type Schema } from "./fields.js";

const camel = (name: string): string => name.replace(/-+(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Without the kinds, which are called as the object whose kind they choose. */
const lastNameOf = ({ path }: Field): string | undefined => /\.(?!kind$)(\w+)$/.exec(path)?.[1];

/** Those who write what everybody writes are understood. */
export const usual: ReadonlyMap<string, string> = new Map([["lr", "learningRate"]]);

/**
 * The field that a name means: `distribution.exponent`, `exponent`, `optimizer.weight-decay`, `weight-decay` and
 * `weightDecay`, `optimizer` for its kind, `lr`; undefined where none is called so, or several are and no flag is.
 */
export function fieldNamed(name: string): Field | undefined {
  const asked = camel(usual.get(name) ?? name);
  const only = fields.filter((field) => lastNameOf(field) === asked);
  return (
    fields.find(({ path }) => path === asked) ??
    fields.find(({ flag }) => camel(flag) === asked) ??
    (only.length === 1 ? only[0] : undefined)
  );
}

/** A schema as the objects, lists and values that it may be: all kinds of a variant, what is behind a default. */
function expanded(schema: Schema): Schema[] {
  if (schema.wrapped) return expanded(schema.wrapped);
  if (schema.getter) return expanded(schema.getter({}));
  if (schema.type === "variant" || schema.type === "union")
    return (schema.options as Schema[]).flatMap(expanded);
  return [schema];
}

/** Names that an object of a config may hold at a path, those of all its kinds: `interventions.0`, `learningRate.parts.1.1`. */
export function namesAt(path: readonly string[]): string[] {
  let schemas = expanded(runConfigSchema() as Schema);
  for (const part of path)
    schemas = schemas.flatMap(({ entries = {}, item, items = [] }) =>
      [entries[part], item, items[Number(part)]].flatMap((schema) => (schema ? expanded(schema) : [])),
    );
  return [...new Set(schemas.flatMap(({ entries = {} }) => Object.keys(entries)))];
}
