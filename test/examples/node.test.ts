/** The script of examples/node: what it prints is what the library measures, and its tables hold all of it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { createTrainer, parseConfig } from "../../src/index.js";
import { project } from "./project.js";

test("the script trains, sweeps, writes its tables, and runs nothing again", async () => {
  const { dir, run, remove } = await project("node");
  try {
    const printed = await run(process.execPath, ["learningRates.mjs"]);
    const lines = printed.trim().split("\n");

    // the cut run, of one piece
    const config = parseConfig({ vocabSize: 100, embeddingDim: 20, steps: 1000, learningRate: 0.01 });
    const trainer = await createTrainer(config);
    const { loss, excessLoss } = await trainer.advance(1000).then(() => trainer.evaluate());
    trainer.dispose();
    expect(lines[5]).toBe(
      `step 1000: loss ${loss?.toFixed(4)} nats, ${excessLoss?.toFixed(4)} above the entropy`,
    );

    const { buffer } = new Uint8Array(await readFile(join(dir, "learning-rates.parquet")));
    const rows = await parquetReadObjects({ file: buffer as ArrayBuffer });
    const ends = rows.filter(({ step }) => Number(step) === 1000);
    expect(ends).toHaveLength(18);
    const rates = [...new Set(ends.map((row) => Number(row["config.learningRate"])))].sort((a, b) => a - b);
    expect(lines.slice(6)).toEqual(
      rates.map((rate) => {
        const losses = ends
          .filter((row) => Number(row["config.learningRate"]) === rate)
          .map((row) => Number(row.excessLoss));
        const mean = losses.reduce((sum, loss) => sum + loss, 0) / 3;
        const range = Math.max(...losses) - Math.min(...losses);
        return `rate ${rate.toPrecision(2)}: ${mean.toFixed(4)} nats, range ${range.toFixed(4)}`;
      }),
    );
    const csv = (await readFile(join(dir, "learning-rates.csv"), "utf8")).trim().split("\n");
    expect(csv).toHaveLength(rows.length + 1);

    const journal = await readFile(join(dir, "learning-rates/journal.ndjson"));
    expect(await run(process.execPath, ["learningRates.mjs"])).toBe(printed);
    expect(await readFile(join(dir, "learning-rates/journal.ndjson"))).toEqual(journal);
  } finally {
    await remove();
  }
});
