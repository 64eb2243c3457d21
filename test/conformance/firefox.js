/** Firefox without a driver: a process with a throw-away profile that opens one address; its page says what it found by itself. */
import { spawn } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./project.js";

/** Debian's, or another by FIREFOX. */
export const firefoxPath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

export const isThere = () =>
  access(firefoxPath).catch(() => {
    throw new Error(`there is no ${firefoxPath}`);
  });

/** Nothing that asks, phones home or restores. */
const preferences = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "captivedetect.canonicalURL": "",
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.systemAddon.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
};

export async function firefoxVersion() {
  const { stdout } = await run(firefoxPath, ["--version"]);
  return stdout.trim().split(" ").at(-1);
}

/**
 * @param url what it opens
 * @param result settles when the page has said what it found
 * @returns what `result` gives
 */
export async function withFirefox(url, result) {
  const profile = await mkdtemp(join(tmpdir(), "unigram-lab-firefox-"));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, "user.js"), lines.join(""));
  // a home of its own too: it writes there beside its profile
  const child = spawn(firefoxPath, ["--headless", "--no-remote", "--profile", profile, url], {
    env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: "1" },
    stdio: "ignore",
    detached: true,
  });
  const ended = new Promise((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`Firefox ended: ${signal ?? code}`)));
  });
  ended.catch(() => {});
  try {
    return await Promise.race([result, ended]);
  } finally {
    const gone = child.exitCode === null && new Promise((resolve) => child.once("exit", resolve));
    try {
      // its content processes too
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // it is gone already
    }
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
