/**
 * Two commits, turn by turn in one run: `npm run bench -- --against <git ref>`. The other commit is checked out into a
 * folder of its own, built with this one's packages, and both must give the same loss to six digits before they are timed.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median, paired, ratio } from "./paired.mjs";
import { sizes } from "./sizes.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));

export async function benchAgainst(ref) {
  const folder = await mkdtemp(join(tmpdir(), "unigram-lab-against-"));
  const git = (...args) => execFileSync("git", args, { cwd: here, stdio: "pipe" });
  try {
    git("worktree", "add", "--detach", folder, ref);
    await symlink(join(here, "node_modules"), join(folder, "node_modules"));
    execFileSync("npm", ["run", "build"], { cwd: folder, stdio: "pipe" });
    const libraries = {
      here: await import("../dist/index.js"),
      [ref]: await import(pathToFileURL(join(folder, "dist/index.js")).href),
    };
    const results = [];
    for (const [vocabSize, embeddingDim] of sizes) {
      const contenders = [];
      const losses = [];
      for (const [name, { createTrainer }] of Object.entries(libraries)) {
        const trainer = await createTrainer({ vocabSize, embeddingDim, steps: 1e9, spectrum: false });
        losses.push((await trainer.advance(5)).loss);
        const seconds = async (steps) => {
          const from = performance.now();
          await trainer.advance(steps);
          return (performance.now() - from) / 1000;
        };
        contenders.push({ name, seconds, trainer });
      }
      if (!(Math.abs(losses[0] - losses[1]) < 1e-6 * losses[0])) throw new Error(`losses differ: ${losses}`);
      const turns = await paired(...contenders, { turns: 15, turnSeconds: 0.2 });
      for (const { trainer } of contenders) trainer.dispose();
      const [here, there] = ["own", "other"].map((side) => median(turns.map((turn) => turn[side])));
      const faster = ratio(turns);
      results.push({ vocabSize, embeddingDim, turns, ratio: faster });
      console.log(
        `V ${vocabSize}, D ${embeddingDim}: ${ref} ${there.toPrecision(3)} ms, here ${here.toPrecision(3)} ms, ${faster.toFixed(3)} times as fast`,
      );
    }
    return results;
  } finally {
    git("worktree", "remove", "--force", folder);
    await rm(folder, { recursive: true, force: true });
  }
}
