/**
 * bench/figures/growth.png from the newest raw growth: time and memory against V, D, B and threads, the count of
 * operations dashed.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import * as vega from "vega";
import { compile } from "vega-lite";
import { newest } from "./rawResults.mjs";

const { growth } = await newest("bench");

const titles = {
  vocabSize: "V, at D = 64, B = 128",
  embeddingDim: "D, at V = 1000, B = 128",
  batchSize: "B, at V = 1000, D = 100",
  threads: "threads, at V × D as written, B = 128",
};
const counts = [...new Set(growth.threads.map(({ threads }) => threads))];
const most = Math.max(...counts);
const detail = { field: "model" };
const panel = (axis, y, title, dashed) => {
  const x = {
    field: axis,
    type: "quantitative",
    scale: { type: "log", ...(axis === "threads" && { domain: [1, most] }) },
    axis: {
      title: titles[axis],
      grid: false,
      ...(axis === "threads" ? { values: counts } : { tickCount: 5 }),
      format: "~s",
    },
  };
  const values = growth[axis].map((result) => ({
    ...result,
    model: axis === "threads" ? `${result.vocabSize} × ${result.embeddingDim}` : "",
    // the same operations at the rate of the roof, which is one thread's, as it was beside these turns
    roof: (result.milliseconds * result.ofRoof) / result.threads,
    weights: (12 * result.vocabSize * result.embeddingDim) / 2 ** 20,
  }));
  const scaled = (field) => ({
    field,
    type: "quantitative",
    scale: { type: "log" },
    axis: { title, tickCount: 5, format: "~g" },
  });
  const up = y === "mebibytes" ? -1.3 : 1;
  return {
    width: 230,
    height: 180,
    data: { values },
    layer: [
      {
        mark: { type: "line", strokeDash: [5, 4], color: "#59636e" },
        encoding: { x, y: scaled(dashed), detail },
      },
      { mark: { type: "line", point: true, color: "#0072B2" }, encoding: { x, y: scaled(y), detail } },
      // where no other line stands
      ...[
        {
          filter: "datum.model && datum.threads === 1 && datum.embeddingDim === 100",
          align: "left",
          dx: 6,
          dy: -8 * up,
        },
        {
          filter: `datum.model && datum.threads === ${most} && datum.embeddingDim > 100`,
          align: "right",
          dy: 12 * up,
        },
      ].map(({ filter, ...place }) => ({
        transform: [{ filter }],
        mark: { type: "text", ...place, fontSize: 11, color: "#59636e" },
        encoding: { x, y: scaled(y), text: { field: "model" } },
      })),
    ],
  };
};
const axes = Object.keys(titles);
const spec = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  columns: 4,
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
