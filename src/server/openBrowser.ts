/** The user's browser, where there is one to be seen. */
import { spawn } from "node:child_process";

/** Whether a browser that opens would be in somebody's way, or in nobody's sight. */
const isUnseen = ({ CI, DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean =>
  Boolean(CI) || (!["darwin", "win32"].includes(platform) && !DISPLAY && !WAYLAND_DISPLAY);

/** The command that opens an address; undefined where it should not be opened. */
export function opener(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string[] | undefined {
  if (isUnseen(env, platform)) return undefined;
  if (platform === "darwin") return ["open", url];
  // the first argument in quotes would be a window's title
  return platform === "win32" ? ["cmd", "/c", "start", "", url] : ["xdg-open", url];
}

/** Opens it and does not look back: the address has been said. */
export function openBrowser(url: string): void {
  const [command, ...args] = opener(url) ?? [];
  if (command === undefined) return;
  const child = spawn(command, args, { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  child.unref();
}
