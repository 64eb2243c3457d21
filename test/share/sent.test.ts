/** What the link to others holds of runs that the page did not compute. */
import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { parseConfig, type RunConfigInput } from "../../src/index.js";
import { contentOf, noticesOf } from "../../src/lab/share/content.js";
import { isOnlyHere } from "../../src/lab/share/onlyHere.js";
import { sentOf } from "../../src/lab/share/sent.js";
import type { Lab, LabRun, Origin, Replica } from "../../src/lab/state/lab.js";
import { checkLinkRoom } from "../../src/lab/state/room.js";
import { checkLink } from "../../src/link/checkLink.js";
import { labOf, labRun } from "./fakeLab.js";

const runOf = (letter: string, origin: Origin, seeds: number[], input: RunConfigInput = {}): LabRun =>
  labRun(
    letter,
    seeds.map(
      (seed): Replica => ({
        config: parseConfig({ vocabSize: 12, steps: 40, ...input, seed }),
        ...{ records: [], step: 40, status: "ended", failure: undefined, seconds: 0 },
        ...{ entropy: undefined, conditionalEntropy: undefined, expectedHash: undefined },
        weightsHash: origin === "here" ? "ab".repeat(32) : undefined,
      }),
    ),
    { origin },
  );

function sent(runs: LabRun[], focused = runs[0], step?: number) {
  const lab: Lab = {
    ...labOf(runs),
    focused: signal(focused),
    link: () => ({ runs: [], view: { panels: ["loss"], ...(step === undefined ? {} : { step }) } }),
  };
  const { link, ...others } = sentOf(lab);
  if (link) checkLinkRoom(checkLink(link));
  return { link, notices: noticesOf(others), untrained: others.untrained };
}
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const A = () => runOf("A", "here", [0]);

describe("runs of a directory", () => {
  test("go as configs with their seeds, without hashes, in the page's order", () => {
    const D = runOf("D", "directory", [2, 3, 4], { learningRate: 0.02 });
    const { link, notices, untrained } = sent([A(), D], D, 7);
    expect(link?.runs.map(({ seeds, hashes }) => [seeds, hashes?.length])).toEqual([
      [undefined, 1],
      [3, undefined],
    ]);
    expect(link?.runs[1].config).toMatchObject({ seed: 2, learningRate: 0.02 });
    expect(link).toMatchObject({ focus: 1, view: { step: 7 } });
    expect(notices).toEqual([
      "D: trained from step 0 by whoever opens the link, since this page did not compute them.",
    ]);
    expect(contentOf(sent([D]).link ?? { runs: [] }, untrained)).toBe(
      "1 run, 3 seeds in all, view, no result to compare with",
    );
  });

  test("are several where a line does not hold their seeds", () => {
    const seedsOf = (seeds: number[]) =>
      sent([runOf("D", "directory", seeds)]).link?.runs.map(({ config, seeds = 1 }) => [config.seed, seeds]);
    expect(seedsOf([0, 1, 5])).toEqual([
      [0, 2],
      [5, 1],
    ]);
    expect(seedsOf(range(40))).toEqual([
      [0, 32],
      [32, 8],
    ]);
    expect(sent([runOf("D", "directory", [0, 2])]).notices[1]).toMatch(/^D: several lines/);
  });

  test("that nobody could open are left out, and each is said with its reason", () => {
    const distribution = { kind: "corpus", digest: "0".repeat(64), heldOut: 0 } as never;
    const { link, notices } = sent(
      [
        A(),
        runOf(
          "B",
          "directory",
          range(30).map((i) => 2 * i),
        ),
        runOf("C", "recorded", [0, 1]),
        runOf("D", "directory", [0], { vocabSize: 40_000, embeddingDim: 2000 }),
        runOf("E", "directory", [0]),
        runOf("F", "directory", [0], { distribution }),
      ],
      undefined,
    );
    expect(link?.runs).toHaveLength(2);
    expect(notices.slice(1).join("\n")).toMatch(
      /link: B, .*26 lines.*\n.*link: C, recorded.*\n.*link: D, too large.*\n.*link: F, trained on a file/,
    );
  });

  test("no run at all is no link", () => {
    const { link, notices } = sent([runOf("C", "recorded", [0])]);
    expect(link).toBeUndefined();
    expect(notices).toHaveLength(1);
  });

  test("the step of a run that is not sent is not another's", () => {
    const C = runOf("C", "recorded", [0]);
    expect(sent([A(), C], C, 7).link?.view).toEqual({ panels: ["loss"] });
  });
});

test("addresses of this machine alone", () => {
  const here = ["http://127.0.0.1:8010/", "http://localhost/", "http://[::1]:1/", "file:///home/me/lab.html"];
  const there = ["https://example.org/lab/", "http://192.168.0.2:8010/", "https://localhost.example.org/"];
  for (const [addresses, holds] of [
    [here, true],
    [there, false],
  ] as const)
    for (const address of addresses) expect(isOnlyHere(new URL(address)), address).toBe(holds);
});
