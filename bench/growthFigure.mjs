/** bench/figures/growth.png from the newest raw growth: time and memory against V, D and B, the count of operations dashed. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import * as vega from "vega";
import { compile } from "vega-lite";

const folder = new URL("results/", import.meta.url);
const name = (await readdir(folder))
  .filter((file) => file.startsWith("bench-"))
  .sort()
  .at(-1);
const { growth } = JSON.parse(await readFile(new URL(name, folder), "utf8"));

const titles = {
  vocabSize: "V, at D = 64, B = 128",
  embeddingDim: "D, at V = 1000, B = 128",
  batchSize: "B, at V = 1000, D = 100",
};
const panel = (axis, y, title, dashed) => {
  const x = {
    field: axis,
    type: "quantitative",
    scale: { type: "log" },
    axis: { title: titles[axis], grid: false, tickCount: 5, format: "~s" },
  };
  const values = growth[axis].map((result) => ({
    ...result,
    // the same operations at the rate of the roof, as it was beside these turns
    roof: result.milliseconds * result.ofRoof,
    weights: (12 * result.vocabSize * result.embeddingDim) / 2 ** 20,
  }));
  const scaled = (field) => ({
    field,
    type: "quantitative",
    scale: { type: "log" },
    axis: { title, tickCount: 5, format: "~g" },
  });
  return {
    width: 230,
    height: 180,
    data: { values },
    layer: [
      { mark: { type: "line", strokeDash: [5, 4], color: "#59636e" }, encoding: { x, y: scaled(dashed) } },
      { mark: { type: "line", point: true, color: "#0072B2" }, encoding: { x, y: scaled(y) } },
    ],
  };
};
const axes = Object.keys(titles);
const spec = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  columns: 3,
  concat: [
    ...axes.map((axis) => panel(axis, "milliseconds", "ms a step", "roof")),
    ...axes.map((axis) => panel(axis, "mebibytes", "MiB", "weights")),
  ],
};
const config = {
  font: "Inter",
  background: "#ffffff",
  view: { stroke: null },
  padding: 12,
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 400, gridOpacity: 0.4 },
};
const view = new vega.View(vega.parse(compile(spec, { config }).spec), { renderer: "none" });
const svg = await view.toSVG();
const fontFiles = ["400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"].map((file) =>
  fileURLToPath(new URL(`../node_modules/@expo-google-fonts/inter/${file}`, import.meta.url)),
);
const png = new Resvg(svg, {
  fitTo: { mode: "zoom", value: 2 },
  font: { fontFiles, loadSystemFonts: false, defaultFontFamily: "Inter" },
});
await writeFile(new URL("figures/growth.png", import.meta.url), png.render().asPng());
