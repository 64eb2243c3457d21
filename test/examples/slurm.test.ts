/** The batch script of examples/slurm, task by task in the variables that Slurm sets; test/sweep/slurm.sh has a real Slurm. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examples, project } from "./project.js";

const script = await readFile(join(examples, "slurm/sweep.sbatch"), "utf8");

test("the tasks of the array, merged, are the sweep in one piece", async () => {
  const { dir, run, remove } = await project("slurm");
  try {
    const [, last] = /^#SBATCH --array=0-(\d+)$/m.exec(script) ?? [];
    expect(last).toBe("15");
    for (let task = 0; task <= Number(last); task++)
      await run("bash", ["sweep.sbatch"], {
        SLURM_ARRAY_TASK_ID: `${task}`,
        SLURM_ARRAY_TASK_COUNT: `${Number(last) + 1}`,
        SLURM_ARRAY_TASK_MIN: "0",
        SLURM_ARRAY_TASK_MAX: last as string,
        SLURM_ARRAY_TASK_STEP: "1",
      });
    const parts = (await readdir(dir)).filter((name) => name.startsWith("results-"));
    expect(parts).toHaveLength(16);
    await run("unigram-lab", ["merge", "merged", ...parts]);
    await run("unigram-lab", ["sweep", "sweep.json", "--out", "whole"]);
    for (const name of ["merged", "whole"])
      await run("unigram-lab", ["export", name, "--out", `${name}.csv`]);
    const merged = await readFile(join(dir, "merged.csv"), "utf8");
    expect(merged).toBe(await readFile(join(dir, "whole.csv"), "utf8"));
    // 2 dimensions, 7 rates, 3 seeds
    expect(
      new Set(
        merged
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => line.split(",")[0]),
      ).size,
    ).toBe(42);
  } finally {
    await remove();
  }
});

test("where a document shows a batch script, it is this one", async () => {
  const plain = script.replace(/^# .*\n/gm, "");
  const documents = ["README.md", ...(await readdir("docs")).map((name) => `docs/${name}`)];
  for (const path of documents.filter((name) => name.endsWith(".md")))
    for (const [, block] of (await readFile(path, "utf8")).matchAll(
      /^```\w*\n(#!\/bin\/bash\n#SBATCH[^`]*)```/gm,
    ))
      expect(block, path).toBe(plain);
});
