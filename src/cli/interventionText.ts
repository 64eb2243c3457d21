/** Interventions as typed on a command line: `500:reset-moments,800:gradient:gradient=exact`, or JSON. */
import { ConfigError } from "../config.js";
import { parseNumber, parseScalar } from "./numbers.js";

const form = "STEP:KIND[:NAME=VALUE...]";

/** What `--help` says of them. */
export const interventionHelp = `Interventions, between the evaluation at a step and the next update:
${[
  ["STEP:reset-moments", "the optimizer starts afresh"],
  ["STEP:rescale:embeddingRms=X", "another size of the weights, the same"],
  ["            :unembeddingRms=X", "function (one of them, or both)"],
  ["STEP:gradient:gradient=exact", "exact gradients from there on (sampled"],
  ["             :freezeSecondMoment=true", "for batches), Adam's v as it is"],
]
  .map(([text, meaning]) => `  ${text.padEnd(38)}${meaning}`)
  .join("\n")}
  several between commas, or as JSON: '[{"step":500,"kind":"reset-moments"}]'`;

/**
 * Interventions as a config takes them; what they are made of is checked with the config.
 * @throws ConfigError that names `field` and the form
 */
export function parseInterventions(field: string, text: string): unknown {
  const value = parseScalar(text);
  if (value !== undefined) return value;
  return text.split(",").map((one) => {
    const [step, kind, ...rest] = one.trim().split(":");
    const fields = rest.map((pair) => pair.split("="));
    if (!kind || fields.some(({ length }) => length !== 2))
      throw new ConfigError(`${field}: expected ${form} or JSON, got ${JSON.stringify(one)}`);
    return {
      step: parseNumber(field, step),
      kind,
      ...Object.fromEntries(fields.map(([name, typed]) => [name, parseScalar(typed) ?? typed])),
    };
  });
}
