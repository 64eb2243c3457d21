/**
 * Hours of a bad machine in minutes, outside `npm test`: nothing lost, nothing silently different.
 *   npm run soak -- [kills] [damage] [full-disk] [--seed 1] [--kills 300] [--damaged 2000] [--sizes 20]
 * All three when none is named. Prints a line for bench/LOG.md; exit code 1 at the first thing that should not be.
 */
import { parseArgs } from "node:util";
import { damage } from "./damage.mjs";
import { fullDisk } from "./fullDisk.mjs";
import { kills } from "./kills.mjs";

const soaks = { kills, damage, "full-disk": fullDisk };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    kills: { type: "string", default: "300" },
    damaged: { type: "string", default: "2000" },
    sizes: { type: "string", default: "20" },
  },
});
const counts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
for (const name of positionals.length > 0 ? positionals : Object.keys(soaks)) {
  if (!soaks[name]) throw new Error(`${name}: expected one of ${Object.keys(soaks).join(", ")}`);
  const from = performance.now();
  const figures = await soaks[name](counts);
  console.log(`${figures}\n(seed ${counts.seed}, ${Math.round((performance.now() - from) / 1000)} s)`);
}
