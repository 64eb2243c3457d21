/** The program that trains some runs with this library and prints their records. */
import { ConfigError, type RunConfig } from "../config.js";
import { type Fields, shortest } from "./implied.js";
import { placeholderOf, trainFlags } from "./trainCommand.js";

const identifier = /^[A-Za-z_$][\w$]*$/;

const braced = (parts: readonly string[]): string => (parts.length > 0 ? `{ ${parts.join(", ")} }` : "{}");

/** An object's fields as a program has them: names without quotes where that will do. */
const partsOf = (object: object): string[] =>
  Object.entries(object).map(
    ([name, value]) => `${identifier.test(name) ? name : JSON.stringify(name)}: ${literal(value)}`,
  );

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return typeof value === "object" && value !== null ? braced(partsOf(value)) : JSON.stringify(value);
}

/** Runs that differ in nothing but their seeds. */
interface Group {
  fields: Fields;
  seeds: number[];
}

function groupsOf(configs: readonly RunConfig[]): Group[] {
  const groups = new Map<string, Group>();
  for (const config of configs) {
    const { seed = 0, ...fields } = shortest(config);
    const key = JSON.stringify(fields);
    const group = groups.get(key);
    if (group) group.seeds.push(seed as number);
    else groups.set(key, { fields, seeds: [seed as number] });
  }
  return [...groups.values()];
}

function loopOf({ fields, seeds: [seed, ...more] }: Group): string {
  const print = "console.log(JSON.stringify(record));";
  if (more.length > 0)
    return `for (const seed of ${literal([seed, ...more])})
  for await (const record of train(${braced([...partsOf(fields), "seed"])}))
    ${print}`;
  const config = seed === 0 ? fields : { ...fields, seed };
  return `for await (const record of train(${literal(config)}))\n  ${print}`;
}

/**
 * TypeScript, and JavaScript as well: `node FILE.mjs` prints a record a line, those of the first run first, as
 * `unigram-lab train --json` prints them.
 * @throws ConfigError for a config whose tokens or counts are in a file of their own
 */
export function codeOf(configs: readonly RunConfig[]): string {
  const file = configs.map(placeholderOf).find((one) => one !== undefined);
  if (file !== undefined)
    throw new ConfigError(
      `distribution: expected one that is in the config, got one of a file: the command line takes it as ${file}`,
    );
  const weights = ["unigram-lab train", ...trainFlags(configs[0]), "--weights run.safetensors"].join(" ");
  return `// npm install unigram-lab
import { train } from "unigram-lab";

${groupsOf(configs).map(loopOf).join("\n")}

// for PyTorch, weights by the names that torch has for them: ${weights}
`;
}
