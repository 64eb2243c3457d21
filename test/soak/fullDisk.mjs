/**
 * Every command that writes, on a disk that is too small in 20 ways: one line and an exit code other than 0, or the right
 * result; no file half-written; and the same command works once there is room.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { check, inFolder, unigramLab } from "./tools.mjs";

const run = promisify(execFile);

/** Files of a folder that are the same however often they are made, by path. */
async function files(folder, same) {
  const found = new Map();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isFile() && same.test(name)) found.set(name, await readFile(path));
  }
  return found;
}

const bytesOf = async (folder) => {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    sum +=
      4096 * (entry.isFile() ? Math.ceil((await stat(join(entry.parentPath, entry.name))).size / 4096) : 1);
  return sum;
};

export const fullDisk = ({ sizes }) =>
  inFolder(async (folder) => {
    const disk = join(folder, "disk");
    await mkdir(disk);
    try {
      await run("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", disk]);
      await run("umount", [disk]);
    } catch {
      return "full disk: SKIPPED, mounting a tmpfs is not allowed here";
    }
    const swept = join(folder, "swept");
    const other = join(folder, "other");
    const sweepOf = (axes, seeds, out) => [
      "sweep",
      ...axes.flatMap((axis) => ["--vary", axis]),
      "--seeds",
      seeds,
      "--out",
      out,
    ];
    for (const [shard, out] of [swept, other].entries()) {
      const axes = ["vocabSize=20,30", "steps=200", "evaluateEvery=2", "learningRate=0.001,0.01"];
      const { code, stderr } = await unigramLab([...sweepOf(axes, "8", out), "--shard", `${shard}/2`]);
      check(code === 0, stderr);
    }
    /** Command, and the files that are the same every time. */
    const commands = {
      train: [
        [
          "train",
          "--vocab-size",
          "200",
          "--embedding-dim",
          "60",
          "--steps",
          "300",
          "--evaluate-every",
          "3",
          "--out",
          "r.csv",
          "--snapshot",
          "s.snapshot",
        ],
        /^(r\.csv|s\.snapshot)$/,
      ],
      sweep: [sweepOf(["vocabSize=20,30", "steps=200"], "40", "swept"), /runs\.parquet$/],
      reproduce: [
        ["reproduce", "embedding-1d", "--quick", "--seeds", "1", "--out", "report"],
        /(claims\.json|\.parquet|\.svg|\.png)$/,
      ],
      merge: [["merge", "merged", swept, other], /^no table$/],
      export: [["export", swept, "--out", "runs.parquet"], /^runs\.parquet$/],
      report: [["report", swept, "--out", "drawn"], /\.(svg|png)$/],
    };
    const lines = [];
    for (const [name, [args, same]] of Object.entries(commands)) {
      const free = join(folder, `free-${name}`);
      await mkdir(free);
      const first = await unigramLab(args, free);
      check(first.code === 0, name, first.stderr);
      const expected = await files(free, same);
      const need = await bytesOf(free);
      const figures = { refused: 0, done: 0 };
      for (let i = 0; i < sizes; i++) {
        // from a page to a little more than it takes, by equal factors
        const bytes = 4096 * Math.ceil((4096 * ((1.3 * need) / 4096) ** (i / (sizes - 1))) / 4096);
        const where = `${name} on ${bytes} bytes:`;
        await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", disk]);
        try {
          const { code, stderr } = await unigramLab(args, disk);
          check(!/^\s+at /m.test(stderr), where, stderr);
          const made = await files(disk, same);
          for (const [path, content] of made)
            check(expected.get(path)?.equals(content), where, path, "is there and is not what it should be");
          if (code === 0) {
            figures.done++;
            check(made.size === expected.size, where, `${made.size} of ${expected.size} files, exit code 0`);
          } else {
            figures.refused++;
            const errors = stderr.split("\n").filter((line) => line.startsWith("error"));
            check(errors.length === 1, where, stderr || `exit code ${code} and no line`);
          }
          await run("mount", ["-o", "remount,size=256m", disk]);
          const again = await unigramLab(args, disk);
          check(again.code === 0, where, "with room, exit code", again.code, again.stderr);
          const all = await files(disk, same);
          for (const [path, content] of expected)
            check(all.get(path)?.equals(content), where, path, "is not what it should be, with room");
          const left = (await readdir(disk, { recursive: true })).filter((path) => path.endsWith(".partial"));
          check(left.length === 0, where, "left behind:", left.join(", "));
          if (name === "sweep" || name === "merge") {
            const directory = name === "sweep" ? "swept" : "merged";
            const table = async (at) => {
              await unigramLab(["export", directory, "--out", "all.csv"], at);
              return readFile(join(at, "all.csv"));
            };
            check((await table(disk)).equals(await table(free)), where, "another table");
          }
        } finally {
          await run("umount", [disk]);
        }
      }
      lines.push(
        `${name} on ${sizes} full disks (4 kB to ${Math.ceil((1.3 * need) / 1024)} kB): ${figures.refused} refused in one line, ${figures.done} done; all done and right once there was room`,
      );
      process.stderr.write(`${lines.at(-1)}\n`);
    }
    return lines.join("\n");
  });
