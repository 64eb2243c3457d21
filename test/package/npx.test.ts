/** Pages say how a figure is repeated with npx: that works in a clone too, of which npm makes the package's own command. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("npx unigram-lab runs in a clone that is built, without a network", () => {
  const env = {
    ...process.env,
    npm_config_cache: mkdtempSync(join(tmpdir(), "npx-")),
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  };
  const printed = execFileSync("npx", ["unigram-lab", "--version"], { cwd: root, env, encoding: "utf8" });
  expect(printed.trim()).toBe(version);
}, 60_000);
