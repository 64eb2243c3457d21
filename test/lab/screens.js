/** The page's screens: how one gets there, for what is looked at on every one of them. */
import { encodeLink } from "./configs.js";
import { finalHashes } from "./pages.js";

const config = { vocabSize: 40, embeddingDim: 8, steps: 300, evaluateAt: { kind: "log", perDecade: 5 } };

/** Short runs, one over seeds, one pinned. */
export const linkToRuns = (url) =>
  encodeLink(
    {
      runs: [
        { config, seeds: 3 },
        { config: { ...config, learningRate: 0.01 }, pinned: true },
      ],
    },
    url,
  );

export const screens = {
  "the page": async () => {},
  "all panels": (page) =>
    page.evaluate(() =>
      globalThis.lab.look({
        panels: [
          "loss",
          "excess-loss",
          "decomposition",
          "effective-dimension",
          "spectrum",
          "embedding",
          "probabilities",
        ],
      }),
    ),
  "more settings": async (page) => {
    await page.getByRole("button", { name: /schedule, data, model/ }).click();
    await page.getByRole("spinbutton", { name: "steps, exactly" }).waitFor();
  },
  "the share dialog": async (page) => {
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("dialog").waitFor();
    await page.getByRole("button", { name: "Command line" }).click();
    await page.locator("dialog pre").waitFor();
  },
  "the tour": async (page) => {
    await page.getByRole("button", { name: "Tour", exact: true }).click();
    await page.getByRole("button", { name: "Leave the tour" }).waitFor();
  },
  "a chapter at its end": async (page) => {
    await page.getByRole("button", { name: "Tour", exact: true }).click();
    await page.getByRole("button", { name: /^Run: / }).click();
    await page.locator(".tour-findings").waitFor();
  },
  "a notice": async (page) => {
    await page.evaluate(() => {
      globalThis.lab.notice.value = "vocabSize: expected a whole number, got 1.5";
    });
    await page.locator(".toast", { hasText: "vocabSize" }).waitFor();
  },
};

/** Until nothing moves any more. */
export async function settled(page) {
  await finalHashes(page);
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(500);
}
