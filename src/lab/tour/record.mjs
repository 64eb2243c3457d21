/**
 * Records the runs of the tour that are too costly to make while a reader waits: `node src/lab/tour/record.mjs [NAME …]`,
 * behind a build. Reads recorded/plans.json and writes recorded/NAME.json: per arm and seed the columns that the chapter
 * needs, every number as it is.
 */
import { readFile, writeFile } from "node:fs/promises";
import { bitsRevision, configHash, parseConfig, train } from "../../../dist/index.js";

const at = (path) => new URL(path, import.meta.url);
const read = async (path) => JSON.parse(await readFile(at(path), "utf8"));

const plans = await read("recorded/plans.json");
const { version } = await read("../../../package.json");
const asked = process.argv.slice(2);
for (const name of asked)
  if (!(name in plans))
    throw new Error(`NAME: expected one of ${Object.keys(plans).join(", ")}, got ${name}`);

/** Of one seed; data that depend on their input are drawn anew for each where the plan says so. */
const configOf = ({ targets, ...config }, seed, drawing) =>
  parseConfig({
    ...config,
    seed,
    ...(targets ? { targets: drawing === "each seed" ? { ...targets, seed } : targets } : {}),
  });

for (const name of asked.length > 0 ? asked : Object.keys(plans)) {
  const { columns, drawing, arms } = plans[name];
  const recorded = [];
  for (const { label, seeds, config } of arms) {
    const runs = [];
    for (let seed = 0; seed < seeds; seed++) {
      const complete = configOf(config, seed, drawing);
      const records = [];
      const from = performance.now();
      for await (const record of train(complete)) records.push(record);
      const seconds = Math.round((performance.now() - from) / 1000);
      console.error(
        `${name}, ${label}, seed ${seed}: ${seconds} s, ends at a loss of ${records.at(-1).loss}`,
      );
      const [{ loss, excessLoss, unigramExcess = excessLoss }] = records;
      // column by column, which compresses better; what differs from the excess loss by a constant is left out
      runs.push({
        hash: configHash(complete),
        config: complete,
        entropy: loss - unigramExcess,
        conditionalEntropy: loss - excessLoss,
        columns: Object.fromEntries(columns.map((column) => [column, records.map((it) => it[column])])),
      });
    }
    recorded.push({ label, runs });
  }
  await writeFile(
    at(`recorded/${name}.json`),
    `${JSON.stringify({ version, bitsRevision, command: `node src/lab/tour/record.mjs ${name}`, arms: recorded })}\n`,
  );
}
