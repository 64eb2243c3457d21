/**
 * Makes docs/beyond.md, docs/figures and FINDINGS.md of a report of the second part:
 * node docs/beyond.mjs unigram-lab-report
 */
import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const report = process.argv[2] ?? "unigram-lab-report";
const root = fileURLToPath(new URL("..", import.meta.url));
const claims = JSON.parse(await readFile(join(report, "claims.json"), "utf8"));
const listed = JSON.parse(
  execFileSync(process.execPath, [join(root, "dist/cli.js"), "reproduce", "--list", "--json"], {
    encoding: "utf8",
  }),
).filter(({ part }) => part === "beyond");
const page = await readFile(join(report, "index.html"), "utf8");

const cell = (text) => String(text).replaceAll("|", "\\|");
const number = (x) => x === null ? "–" : Number(x.toPrecision(4)).toString().replace("-", "−");
const measured = ({ mean, standardDeviation, seeds }) =>
  `${number(mean)}${seeds > 1 ? ` ± ${Number(standardDeviation.toPrecision(2))}` : ""} (${seeds})`;
const plain = (html) =>
  html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

const folder = join(root, "docs/figures");
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const drawn = await readdir(join(report, "figures"));

const lines = [
  "# Beyond the post",
  "",
  "Made by `node docs/beyond.mjs` of a report of `unigram-lab reproduce beyond`. Losses are in nats; measured values are means ± standard deviations over seeds (how many in brackets). The sentences that these runs bear out are in [FINDINGS.md](../FINDINGS.md), with the numbers of other programs beside ours.",
  "",
];
for (const { name, title, summary } of listed) {
  const own = claims.filter(({ experiment }) => experiment === name);
  if (own.length === 0) continue;
  lines.push(`## ${title}`, "", `\`unigram-lab reproduce ${name}\``, "", summary, "");
  const captions = page.matchAll(/<figure [^>]*id="figure-([^"]+)"[^>]*>[\s\S]*?<figcaption>([^<]*)</g);
  for (const [, figure, caption] of captions) {
    if (!figure.startsWith(name) || !drawn.includes(`${figure}.png`)) continue;
    await copyFile(join(report, "figures", `${figure}.png`), join(folder, `${figure}.png`));
    lines.push(`![${plain(caption).replaceAll(/[[\]]/g, "")}](figures/${figure}.png)`, "", `*${plain(caption)}*`, "");
  }
  lines.push(
    `Seeds differ in ${own[0].sampledOver}.`,
    "",
    "| verdict | claim | whose | quantity | measured |",
    "| --- | --- | --- | --- | --- |",
    ...own.map(
      ({ verdict, claim, whose, quantity, measured: m }) =>
        `| ${verdict} | ${cell(claim)} | ${cell(whose)} | ${cell(quantity)} | ${measured(m)} |`,
    ),
    "",
  );
}
await writeFile(join(root, "docs/beyond.md"), lines.join("\n"));
await copyFile(join(report, "FINDINGS.md"), join(root, "FINDINGS.md"));
