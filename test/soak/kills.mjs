/**
 * A sweep that checkpoints every 40 ms is killed (SIGKILL) at random moments and started again until it is done, over and
 * over: its export is that of one which nobody killed, byte for byte, and nothing is left beside it.
 */
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, draws, inFolder, progress, unigramLab } from "./tools.mjs";

const program = fileURLToPath(new URL("sweepProcess.mjs", import.meta.url));
const formats = ["csv", "parquet", "json"];

/** Runs the sweep, and kills it `delay` milliseconds after its start or its first line; what it finished from where. */
function attempt(directory, kill) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, directory]);
    let output = "";
    let errors = "";
    let timer;
    const arm = () => {
      timer ??= setTimeout(() => child.kill("SIGKILL"), kill.delay);
    };
    if (kill?.fromStart) arm();
    child.stdout.on("data", (text) => {
      output += text;
      if (kill) arm();
    });
    child.stderr.on("data", (text) => {
      errors += text;
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const resumed = output.split("\n").slice(1, -1).map(Number);
      if (signal === "SIGKILL" || code === 0) resolve({ done: code === 0, resumed });
      else reject(new Error(`the sweep ended with ${signal ?? code}: ${errors}`));
    });
  });
}

async function exported(directory) {
  const files = [];
  for (const format of formats) {
    const path = join(directory, `export.${format}`);
    const { code, stderr } = await unigramLab(["export", directory, "--out", path]);
    check(code === 0, stderr);
    files.push(await readFile(path));
  }
  return files;
}

export const kills = ({ kills: wanted, seed }) =>
  inFolder(async (folder) => {
    const draw = draws(seed);
    const whole = join(folder, "whole");
    await mkdir(whole);
    const from = performance.now();
    check((await attempt(whole)).done, "the sweep did not end by itself");
    // so that a sweep is killed a few times, whatever the machine
    const most = Math.ceil((performance.now() - from) / 2);
    const expected = await exported(whole);
    const figures = { kills: 0, sweeps: 0, runs: 0, resumed: 0 };
    while (figures.kills < wanted) {
      const directory = join(folder, String(figures.sweeps));
      await mkdir(directory);
      for (let done = false; !done; ) {
        // one in five within the start, before anything is open
        const fromStart = draw(5) === 0;
        const kill = figures.kills < wanted && { fromStart, delay: draw(most) };
        const result = await attempt(directory, kill || undefined);
        done = result.done;
        figures.runs += result.resumed.length;
        figures.resumed += result.resumed.filter((step) => step > 0).length;
        if (!done) figures.kills++;
      }
      figures.sweeps++;
      const files = await exported(directory);
      for (const [i, format] of formats.entries())
        check(files[i].equals(expected[i]), `sweep ${figures.sweeps}: the ${format} differs; seed ${seed}`);
      const left = (await readdir(directory)).filter((name) => !/^(journal\.ndjson|export\..*)$/.test(name));
      check(left.length === 0, "left behind:", left.join(", "));
      const merged = await unigramLab(["merge", join(folder, `merged-${figures.sweeps}`), whole, directory]);
      check(merged.code === 0, "merge:", merged.stderr);
      progress(`${figures.kills} kills, ${figures.sweeps} sweeps`);
    }
    return `${figures.kills} kills over ${figures.sweeps} sweeps and ${figures.runs} runs, ${figures.resumed} of them resumed from a checkpoint: all exports (${formats.join(", ")}) byte for byte those of a sweep in one piece, nothing left behind`;
  });
