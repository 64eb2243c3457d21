import { toJsonSchema } from "@valibot/to-json-schema";
import { runConfigSchema } from "../config.js";
import { publishedSchema } from "./description.js";

/** The JSON Schema of sweep.json, from which editors complete it; what it cannot say is checked when the sweep is read. */
export function sweepJsonSchema(): Record<string, unknown> {
  const options = { errorMode: "ignore", typeMode: "input" } as const;
  const { $schema, ...sweep } = toJsonSchema(publishedSchema, options);
  const { $schema: _, ...base } = toJsonSchema(runConfigSchema, options);
  return { $schema, title: "A sweep of unigram-lab", ...sweep, properties: { ...sweep.properties, base } };
}
