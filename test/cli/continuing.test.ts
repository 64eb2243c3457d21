/** What is gone on with: a resumed run with another rate, and a finished sweep with more steps. */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { configHash } from "../../src/config.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { unigramLab, withoutHash } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const small = ["--vocab-size", "50", "--embedding-dim", "8"];

describe("a resumed run with another learning rate is one run with both", () => {
  let dir = "";
  const train = (...args: string[]) => unigramLab(["train", ...args], dir);
  beforeAll(async () => {
    dir = await folder();
    await train(...small, "--steps", "300", "--learning-rate", "cosine:0.1:0.01:400", "--snapshot", "s");
  });

  test.each([
    ["0.02", [[300, 0.02]]],
    // a schedule counts the steps of the run
    ["cosine:0.02:0:300:600", [[300, { kind: "cosine", from: 0.02, to: 0, start: 300, end: 600 }]]],
    [
      "0.5@200:0.02@450:0.001",
      [
        [300, 0.02],
        [450, 0.001],
      ],
    ],
  ])("--learning-rate %s", async (rate, parts) => {
    const more = ["--resume", "s", "--steps", "600", "--learning-rate", rate];
    const { code, stderr } = await train(...more, "--snapshot", "t", "--out", "resumed.csv");
    expect(code).toBe(0);
    const [said, command] = stderr.trimEnd().split("\n");
    const { config: kept } = decodeSnapshot(await readFile(join(dir, "t")));
    const cosine = { kind: "cosine", from: 0.1, to: 0.01, start: 0, end: 400 };
    expect(kept.learningRate).toEqual({ kind: "sequence", parts: [[0, cosine], ...parts] });
    expect(said).toBe(
      `from step 300 on the learning rate is another; as a whole this is run ${configHash(kept)}:`,
    );
    expect(command).toMatch(/^unigram-lab train --vocab-size 50 --embedding-dim 8 --learning-rate cosine:/);

    const [, , ...flags] = command.split(" ");
    await train(...flags, "--snapshot", "u", "--out", "whole.csv");
    expect(await readFile(join(dir, "resumed.csv"))).toEqual(await readFile(join(dir, "whole.csv")));
    expect(await readFile(join(dir, "t"))).toEqual(await readFile(join(dir, "u")));
  });

  test("the rate that it has from there on anyway changes nothing", async () => {
    const same = "0.5@300:cosine:0.1:0.01:400";
    const { code, stderr } = await train("--resume", "s", "--steps", "310", "--learning-rate", same);
    expect([code, withoutHash(stderr)]).toEqual([0, ""]);
  });

  test("a rate for no step at all is refused", async () => {
    expect(await train("--resume", "s", "--learning-rate", "0.02")).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "error: --learning-rate: expected --steps above 300 with it, all that the snapshot's run has, got 300\n",
    });
  });
});

describe("a finished sweep with more steps", () => {
  const swept = [...small, "--vary", "learningRate=0.001,0.01", "--seeds", "2"];
  const place = async () => {
    const dir = await folder();
    return {
      dir,
      sweep: (...args: string[]) => unigramLab(["sweep", ...args], dir),
      rows: async (out: string) => {
        await unigramLab(["export", out, "--out", `${out}.csv`], dir);
        return (await readFile(join(dir, `${out}.csv`), "utf8")).trim().split("\n");
      },
      sweeps: async (out: string) =>
        JSON.parse(await readFile(join(dir, out, "sweep.json"), "utf8")).sweeps as { base: object }[],
    };
  };

  test("--steps alone goes on from kept snapshots; the directory remembers both, and both can be run again", async () => {
    const { dir, sweep, rows, sweeps } = await place();
    const first = [...swept, "--steps", "250", "--out", "results", "--keep-snapshots"];
    const dry = await sweep(...first, "--dry-run");
    expect(dry.stderr).toContain("4 snapshots in results/snapshots: 19 KiB of disk, up to 5 KiB each, and");
    await sweep(...first);
    const again = await sweep(...first);
    expect(again.stderr).not.toContain("no snapshot");

    const longer = ["--steps", "700", "--out", "results"];
    const planned = await sweep(...longer, "--dry-run");
    expect(planned.stderr).toContain("4 runs go on from the snapshots of shorter ones, at step 250\n");
    // what is left is what it costs
    const operations = ({ stderr }: { stderr: string }) => Number(/([\d.e+]+) operations/.exec(stderr)?.[1]);
    const anew = await sweep(...swept, "--steps", "700", "--out", "elsewhere", "--dry-run");
    expect(Math.abs(operations(planned) / operations(anew) - 450 / 700)).toBeLessThan(0.05);
    expect(await sweeps("results")).toHaveLength(1);
    const { code, stderr } = await sweep(...longer);
    expect(code).toBe(0);
    expect(stderr).toBe(
      "4 runs on 2 threads\n4 runs went on from the snapshots of shorter ones, at step 250\n4 of 4 runs in results/runs.parquet, and 4 others\nunigram-lab best results and unigram-lab report results show it\n".replace(
        "2 threads",
        /on (\d+ threads?)/.exec(stderr)?.[1] ?? "",
      ),
    );
    expect((await sweeps("results")).map(({ base }) => base)).toEqual([
      { vocabSize: 50, embeddingDim: 8, steps: 250 },
      { vocabSize: 50, embeddingDim: 8, steps: 700 },
    ]);
    expect((await unigramLab(["status", "results"], dir)).stdout).toContain("8 of 8 runs finished");

    // as in one go, by the file that the directory has, and by the commands of both
    await sweep("results/sweep.json", "--out", "whole");
    expect(await rows("whole")).toEqual(await rows("results"));
    for (const args of [first, [...swept, ...longer], longer, ["results/sweep.json", "--out", "results"]])
      expect(await sweep(...args)).toMatchObject({ code: 0 });
    expect(await sweeps("results")).toHaveLength(2);
    const refused = await sweep("results/sweep.json", "--seeds", "3", "--out", "results");
    expect(refused.stderr).toBe(
      "error: FILE: expected one sweep where flags say more of it, got the 2 of results/sweep.json\n",
    );
  });

  test("every sweep of the directory goes on, once; a shorter one or another wants --add", async () => {
    const { sweep, sweeps } = await place();
    const out = ["--out", "results"];
    await sweep(...swept, "--steps", "20", ...out);
    await sweep(...small, "--vary", "batchSize=4,8", "--steps", "20", ...out, "--add");
    const { stderr } = await sweep("--steps", "40", ...out, "--json");
    expect(stderr).toContain("6 runs on");
    expect(stderr).toContain("no snapshots of shorter runs are there (--keep-snapshots keeps them): all");
    await sweep("--steps", "60", ...out);
    expect((await sweeps("results")).map(({ base }) => (base as { steps: number }).steps)).toEqual([
      20, 20, 40, 40, 60, 60,
    ]);
    for (const other of [
      ["--steps", "10"],
      [...swept, "--steps", "10"],
    ])
      expect((await sweep(...other, ...out)).stderr).toBe(
        "error: --steps: expected more than the 60 that the sweep of results has already, got 10; --add runs this one there too\n",
      );
    expect((await sweep(...small, "--vary", "batchSize=8,16", ...out)).stderr).toContain(
      "which is of another one (base, axes differ); --add runs this one there too",
    );
    expect(await sweep("--steps", "10", ...out, "--add")).toMatchObject({ code: 0 });
    expect((await sweeps("results")).at(-1)).toMatchObject({ base: { steps: 10 }, axes: {} });
  });

  test("a rate that fell to its end before says so, once a schedule", async () => {
    const { sweep } = await place();
    const rates = "learningRate=0.1,cosine:0.1:0:20,linear-decay:0.1:0.01:10:20,warmup:20:0.1,0.1@15:0";
    const first = await sweep(...small, "--vary", rates, "--seeds", "2", "--steps", "20", "--out", "results");
    expect(first.stderr).not.toContain("ends at step");
    const { stderr } = await sweep("--steps", "40", "--out", "results", "--dry-run");
    expect(stderr.split("\n").slice(0, 4)).toEqual([
      "the schedule cosine 0.1 → 0 ends at step 20; steps 20 to 40 train at rate 0",
      expect.stringMatching(
        /^the schedule linear decay .* ends at step 20; steps 20 to 40 train at rate 0.01$/,
      ),
      expect.stringMatching(/^the schedule .* ends at step 15; steps 15 to 40 train at rate 0$/),
      expect.stringContaining("10 runs"),
    ]);
  });

  test("a sweep of a file's counts goes on when the file is handed in again", async () => {
    const { dir, sweep } = await place();
    const counts = Array.from({ length: 300 }, (_, i) => 300 - i).join("\n");
    await writeFile(join(dir, "counts.csv"), counts);
    const file = ["--distribution", "counts.csv", "--out", "results"];
    await sweep(...file, "--embedding-dim", "4", "--steps", "20", "--keep-snapshots");
    expect((await sweep(...file, "--steps", "40")).stderr).toContain("1 run went on from the snapshot of a");
  });

  test("the snapshots of shards come along when they are merged", async () => {
    const { dir, sweep } = await place();
    const shard = (i: number) => [...swept, "--steps", "20", "--shard", `${i}/2`, "--out", `part-${i}`];
    for (const i of [0, 1]) await sweep(...shard(i), "--keep-snapshots");
    const { stderr } = await unigramLab(["merge", "whole", "part-0", "part-1"], dir);
    expect(stderr).toContain("4 runs added, 0 there more than once, 4 runs in whole, 4 snapshots copied\n");
    expect((await sweep("--steps", "40", "--out", "whole")).stderr).toContain("4 runs went on from");
  });

  test("of a run that several directories have, the snapshot comes from whichever kept it", async () => {
    const { dir, sweep } = await place();
    const first = [...swept, "--steps", "20"];
    await sweep(...first, "--out", "without");
    await sweep(...first, "--out", "with", "--keep-snapshots");
    const merge = async (...args: string[]) => (await unigramLab(["merge", ...args], dir)).stderr;
    expect(await merge("whole", "without", "with")).toContain(
      "4 runs added, 4 there more than once, 4 runs in whole, 4 snapshots copied\n",
    );
    // also later, and none a second time
    expect(await merge("later", "without")).toContain(
      "4 runs added, 0 there more than once, 4 runs in later\n",
    );
    for (const copied of [", 4 snapshots copied", ""])
      expect(await merge("later", "with")).toContain(
        `0 runs added, 4 there more than once, 4 runs in later${copied}\n`,
      );
  });

  test("what was not kept is said, and what stands in the way refused before a step", async () => {
    const { dir, sweep } = await place();
    await sweep(...small, "--steps", "20", "--out", "results");
    const { stderr } = await sweep(...small, "--steps", "20", "--out", "results", "--keep-snapshots");
    expect(stderr).toContain(
      "1 run was finished without --keep-snapshots and has no snapshot; what is finished is not run again\n",
    );
    await mkdir(join(dir, "other"));
    await writeFile(join(dir, "other/snapshots"), "mine");
    expect(await sweep(...small, "--steps", "20", "--out", "other", "--keep-snapshots")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^error: --keep-snapshots: other\/snapshots\/[0-9a-f]{16}\.snapshot: expected a file that can be written, got ENOTDIR\n$/,
      ),
    });
  });
});
