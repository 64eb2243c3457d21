/** Opens the page: what its link holds, or what it begins with. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { openWorkers } from "../browser/openWorkers.js";
import type { RunConfig, RunConfigInput } from "../index.js";
import type { LabLink } from "../link/link.js";
import { isFollowed } from "./directory/isFollowed.js";
import { App } from "./layout/app.js";
import { whyNot } from "./layout/whyNot.js";
import { createLab } from "./state/createLab.js";
import { defaultLink } from "./state/defaults.js";
import { viewNamed } from "./views/index.js";

/** Of use where a link is read or written, which is not before something is done. */
const codec = () => import("../link/codec.js");

/** The link in the address; the page's own where there is none, with what is wrong with it. */
async function linkOf(hash: string, own: Promise<LabLink>): Promise<{ link: LabLink; wrong?: string }> {
  if (hash.length < 2) return { link: await own };
  try {
    const [{ decodeLink }, { shortest }] = await Promise.all([codec(), import("../fields/implied.js")]);
    const link = await decodeLink(hash);
    // what follows from the rest is left out, so that it goes on following when a slider is moved
    return {
      link: {
        ...link,
        runs: link.runs.map((run) => ({
          ...run,
          config: shortest(run.config as RunConfig) as RunConfigInput,
        })),
      },
    };
  } catch (error) {
    return { link: await own, wrong: `this link is damaged: ${(error as Error).message}` };
  }
}

/** Milliseconds that the page waits to hear of a directory. */
const PATIENCE = 2000;
const late = () => new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));

/** @param worker makes a worker */
export async function start(worker: () => Worker): Promise<void> {
  const hasDirectory = signal(false);
  // runs of a directory are what it was opened for: none is trained beside them, unless the answer is late
  const own = Promise.race([isFollowed().then((is) => (hasDirectory.value = is)), late()]).then(
    (is): LabLink => (is ? { runs: [] } : defaultLink),
  );
  const root = document.getElementById("lab") as HTMLElement;
  const missing = await whyNot();
  if (missing) {
    root.textContent = missing;
    return;
  }
  const { link, wrong } = await linkOf(location.hash, own);
  const lab = createLab({
    workers: openWorkers({ worker }),
    link,
    // no link is without a run: a page of a directory's runs alone has its bare address, and is looked at as ever when it
    // is opened again
    encode: async (link) => (link.runs.length === 0 ? "" : (await codec()).encodeLink(link)),
    needs: (panels) => panels.flatMap((name) => viewNamed(name)?.needs ?? []),
    elsewhere: async (config) => (await import("../fields/trainCommand.js")).trainCommand(config),
  });
  lab.presenting.value = new URLSearchParams(location.search).get("present") === "1";
  if (wrong) lab.notice.value = wrong;
  // a link that is pasted over this page's
  addEventListener("hashchange", async () => {
    if (history.state?.lab) return;
    const { link, wrong } = await linkOf(location.hash, own);
    if (wrong) lab.notice.value = wrong;
    else lab.open(link);
  });
  // for the console, and for who watches the page from without
  Object.assign(globalThis, { lab });
  root.textContent = "";
  render(<App lab={lab} hasDirectory={hasDirectory} />, root);
}
