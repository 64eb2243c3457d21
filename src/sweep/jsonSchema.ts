import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { runConfigSchema } from "../config.js";
import { explained, fields } from "../fields/fields.js";
import { publishedSchema } from "./description.js";

type Json = Record<string, unknown>;

const descriptions = new Map(fields.map((field) => [field.path.replace(/\.kind$/, ""), explained(field)]));

/** Tells an editor what each field of a config is: `schema` describes the field at `path`, or one of its kinds. */
function explain(schema: Json, path = ""): void {
  for (const [name, field] of Object.entries((schema.properties ?? {}) as Record<string, Json>)) {
    const own = path === "" ? name : `${path}.${name}`;
    const description = descriptions.get(own);
    if (description !== undefined) field.description = description;
    explain(field, own);
  }
  for (const kind of [...((schema.anyOf ?? []) as Json[]), ...((schema.oneOf ?? []) as Json[])])
    explain(kind, path);
}

/** The JSON Schema of sweep.json, from which editors complete it; what it cannot say is checked when the sweep is read. */
export function sweepJsonSchema(): Record<string, unknown> {
  const options = { errorMode: "ignore", typeMode: "input" } as const;
  const { $schema, ...sweep } = toJsonSchema(publishedSchema() as v.GenericSchema, options);
  // what refers to a definition looks for it at the root
  const { $schema: _, $defs, ...base } = toJsonSchema(runConfigSchema() as v.GenericSchema, options);
  explain(base as Json);
  return {
    $schema,
    title: "A sweep of unigram-lab",
    ...sweep,
    properties: { ...sweep.properties, base },
    $defs,
  };
}
