/** The program that trains some runs with this library and prints their records. */
import { ConfigError, type RunConfig } from "../config.js";
import { type Fields, shortest } from "./implied.js";
import { placeholderOf, trainFlags } from "./trainCommand.js";

const identifier = /^[A-Za-z_$][\w$]*$/;

/** A value of JSON as a program has it: names without quotes. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const own = Object.entries(value).filter(([, field]) => field !== undefined);
  if (own.length === 0) return "{}";
  const fields = own.map(
    ([name, field]) => `${identifier.test(name) ? name : JSON.stringify(name)}: ${literal(field)}`,
  );
  return `{ ${fields.join(", ")} }`;
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

const loopOf = (fields: string, seeds: readonly number[]): string =>
  seeds.length === 1
    ? `for await (const record of train(${fields === "{}" && seeds[0] === 0 ? "" : fields}))\n  console.log(JSON.stringify(record));`
    : `for (const seed of ${literal(seeds)})\n  for await (const record of train({ ...${fields}, seed }))\n    console.log(JSON.stringify(record));`;

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
  const loops = groupsOf(configs).map(({ fields, seeds }) => {
    const own = seeds.length === 1 && seeds[0] !== 0 ? { ...fields, seed: seeds[0] } : fields;
    return loopOf(literal(own), seeds);
  });
  const weights = ["unigram-lab train", ...trainFlags(configs[0]), "--weights run.safetensors"].join(" ");
  return `// npm install unigram-lab
import { train } from "unigram-lab";

${loops.join("\n")}

// for PyTorch, weights by the names that torch has for them: ${weights}
`;
}
