import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { runConfigSchema } from "../config.js";
import { explained } from "../fields/explained.js";
import { fields } from "../fields/fields.js";
import { partHelp } from "../fields/help.js";
import { publishedSchema } from "./description.js";
import { descriptionHelp } from "./descriptionHelp.js";

type Json = Record<string, unknown>;

const descriptions = new Map(fields.map((field) => [field.path.replace(/\.kind$/, ""), explained(field)]));

/** What is in an object or a list, but for its named properties. */
const inside = ({ anyOf = [], oneOf = [], items, additionalProperties }: Json): Json[] =>
  [anyOf, oneOf, items, additionalProperties]
    .flat()
    .filter((schema): schema is Json => typeof schema === "object" && schema !== null);

/** What no path of a field names: parts of a schedule or an intervention by their kind, fields of the sweep by their object. */
function partsOf(properties: Record<string, Json>, isConfig: boolean): Record<string, string> {
  const { const: kind } = properties.kind ?? {};
  const own = isConfig ? undefined : descriptionHelp[Object.keys(properties)[0]];
  return partHelp[String(kind)] ?? own ?? {};
}

/** Tells an editor what each field is: `schema` describes the field of a config at `path`, or one of its kinds. */
function explain(schema: Json, path: string | undefined): void {
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  for (const [name, field] of Object.entries(properties)) {
    const own = path === undefined ? undefined : path === "" ? name : `${path}.${name}`;
    const description = (own && descriptions.get(own)) ?? partsOf(properties, path !== undefined)[name];
    if (description !== undefined) field.description = description;
    explain(field, own);
  }
  for (const part of inside(schema)) explain(part, path);
}

/** The JSON Schema of sweep.json, from which editors complete it; what it cannot say is checked when the sweep is read. */
export function sweepJsonSchema(): Record<string, unknown> {
  const options = { errorMode: "ignore", typeMode: "input" } as const;
  const { $schema, ...sweep } = toJsonSchema(publishedSchema() as v.GenericSchema, options);
  // what refers to a definition looks for it at the root
  const { $schema: _, $defs, ...base } = toJsonSchema(runConfigSchema() as v.GenericSchema, options);
  explain(base as Json, "");
  explain(sweep as Json, undefined);
  for (const definition of Object.values($defs ?? {})) explain(definition as Json, undefined);
  const described = { ...(base as Json), description: descriptionHelp.$schema.base };
  return {
    $schema,
    title: "A sweep of unigram-lab",
    ...sweep,
    properties: { ...sweep.properties, base: described },
    $defs,
  };
}
