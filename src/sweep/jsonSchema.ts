import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { runConfigSchema } from "../config.js";
import { publishedSchema } from "./description.js";

/** The JSON Schema of sweep.json, from which editors complete it; what it cannot say is checked when the sweep is read. */
export function sweepJsonSchema(): Record<string, unknown> {
  const options = { errorMode: "ignore", typeMode: "input" } as const;
  const { $schema, ...sweep } = toJsonSchema(publishedSchema() as v.GenericSchema, options);
  const { $schema: _, ...base } = toJsonSchema(runConfigSchema() as v.GenericSchema, options);
  return { $schema, title: "A sweep of unigram-lab", ...sweep, properties: { ...sweep.properties, base } };
}
