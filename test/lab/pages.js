/** The lab's page in Chromium: served by the command, or as a file; what goes wrong in it fails whoever opened it. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const cli = join(root, "dist/cli.js");
/** Debian's, or another by CHROMIUM. */
export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** `unigram-lab lab`, as its users start it. */
export async function serveLab(...args) {
  const child = spawn(process.execPath, [cli, "lab", ...args, "--no-open", "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`unigram-lab lab ended with ${code}`))),
  ]);
  return {
    url: JSON.parse(line).url,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended;
    },
  };
}

/** A folder for `use`, removed afterwards. */
export async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), "unigram-lab-page-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const openChromium = (args = []) =>
  chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", ...args] });

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/**
 * A page of its own, with its own storage; closed behind `use`, and whatever it complained of is an error.
 * @param expected what it may complain of, as a pattern
 */
export async function withPage(browser, url, use, { expected, before, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const complaints = [];
  const complain = (kind, text) => {
    // Chromium's own words to whoever asks for a GPU where there is none
    if (text === "No available adapters.") return;
    if (!expected?.test(text)) complaints.push(`${kind}: ${text}`);
  };
  context.on("weberror", (error) => complain("error", error.error().message));
  context.on("console", (message) => {
    // what a content security policy refuses is an error on the console, too
    if (["error", "warning"].includes(message.type())) complain(message.type(), message.text());
  });
  try {
    const page = await context.newPage();
    await before?.(page, context);
    await page.goto(url);
    const result = await use(page, context);
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join("\n")}`);
    return result;
  } finally {
    await context.close();
  }
}

/** Until the page stands: its lab is `lab` in the console. */
export const whenOpen = (page) => page.waitForFunction(() => globalThis.lab?.runs?.value.length > 0);

const isOver = () =>
  globalThis.lab.runs.value.every((run) =>
    run.replicas.value.every(({ status, weightsHash }) =>
      status === "ended" ? weightsHash !== undefined : ["diverged", "failed"].includes(status),
    ),
  );

/** Hashes of the final weights, by run and seed, once all runs have come to their ends. */
export async function finalHashes(page) {
  await whenOpen(page);
  await page.waitForFunction(isOver, undefined, { timeout: 240_000 });
  return page.evaluate(() =>
    globalThis.lab.runs.value.map((run) => run.replicas.value.map(({ weightsHash }) => weightsHash)),
  );
}

/** What the page's runs are, as one reads it there. */
export async function stateOf(page) {
  await whenOpen(page);
  return page.evaluate(() => {
    const { lab } = globalThis;
    return {
      focus: lab.focused.value.letter,
      notice: lab.notice.value,
      scrubbed: lab.scrubbed.value,
      runs: lab.runs.value.map(({ letter, config, pinned, shown, replicas }) => ({
        letter,
        config: config.value,
        pinned: pinned.value,
        shown: shown.value,
        replicas: replicas.value.map(({ step, status, failure, weightsHash, records }) => ({
          ...{ step, status, failure, weightsHash },
          records: records.length,
        })),
      })),
    };
  });
}

/** Until `holds`, which is asked again and again. */
export async function until(holds, what, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await holds();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it did not come to pass: ${what}`);
}
