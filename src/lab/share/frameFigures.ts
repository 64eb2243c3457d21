/** How the focused run's model is, as figures: where its tokens are, its spectrum, what it predicts. */
import { type DrawnRow, palette, type Spec, withMeta } from "../../figures/figure.js";
import { labelled, logTicks } from "../../figures/ticks.js";
import { type RunConfig, tokenProbabilities } from "../../index.js";
import type { Lab } from "../state/lab.js";
import { settingOf, withCaption } from "./caption.js";
import { nameOf } from "./files.js";
import { type Offer, pictureSize } from "./offer.js";

interface Point {
  token: number;
  x: number;
  y: number;
}

interface Axis {
  title: string;
  scale?: Spec;
  ticks?: readonly number[];
}

const channel = (field: string, { title, scale = {}, ticks }: Axis): Spec => ({
  field,
  type: "quantitative",
  scale: { nice: false, zero: false, ...scale },
  axis: { title, grid: false, ...(ticks ? labelled(ticks) : { tickCount: 5 }) },
});

const rowsOf = (points: readonly Point[], xName: string, yName: string): DrawnRow[] =>
  points.map(({ token, x, y }) => ({
    ...{ kind: "measured", series: `token ${token}`, xName, x, yName, mean: y },
    ...{ low: null, high: null },
  }));

/** Points, the most frequent tokens with their numbers; over a dashed line, where there is one. */
function scatter(
  points: readonly Point[],
  x: Axis,
  y: Axis,
  line?: readonly { x: number; y: number }[],
): Spec {
  const encoding = { x: channel("x", x), y: channel("y", y) };
  return withMeta(
    {
      ...pictureSize,
      layer: [
        ...(line
          ? [
              {
                data: { values: line },
                mark: { type: "line", strokeDash: [5, 4], strokeWidth: 1.3, color: "#808080" },
                encoding,
              },
            ]
          : []),
        {
          data: { values: points },
          mark: { type: "point", filled: true, size: 28, opacity: 0.8, color: palette[0] },
          encoding,
        },
        {
          data: { values: points.slice(0, LABELLED) },
          mark: { type: "text", dx: 7, align: "left", fontSize: 10 },
          encoding: { ...encoding, text: { field: "token" } },
        },
      ],
    },
    { rows: rowsOf(points, x.title, y.title) },
  );
}
const LABELLED = 6;

/** Tokens from the most to the least frequent; as they are numbered where the page does not know. */
function known(config: RunConfig): { probabilities: Float64Array | undefined; order: number[] } {
  let probabilities: Float64Array | undefined;
  try {
    probabilities = tokenProbabilities(config.distribution, config.vocabSize);
  } catch {
    // named by a digest alone
  }
  const order = Array.from({ length: config.vocabSize }, (_, token) => token);
  if (probabilities) order.sort((a, b) => Number(probabilities?.[b]) - Number(probabilities?.[a]) || a - b);
  return { probabilities, order };
}

export function frameFigures(lab: Lab): Offer[] {
  const frame = lab.frame.value;
  const run = lab.focused.value;
  if (!frame) return [];
  const config = run.config.value;
  const { projection, eigenvalues, probabilities: learned } = frame;
  const where = `run ${[run.letter, run.label.value].filter(Boolean).join(": ")}, step ${frame.step.toLocaleString("en")}`;
  const offer = (name: string, title: string, caption: string, make: () => Spec): Offer => ({
    ...{ name, title: `${title} of ${run.letter}`, file: `${name}-${nameOf(run)}-step-${frame.step}` },
    make: () => ({
      name,
      caption: `${caption} (${where}).`,
      // of the first seed alone
      panels: [withCaption(make(), `${title}, ${where}`, [settingOf([config])])],
    }),
  });
  const { probabilities, order } = known(config);
  const found: Offer[] = [];
  if (eigenvalues) {
    const sum = eigenvalues.reduce((all, value) => all + Math.max(0, value), 0) || 1;
    const bars = Array.from(eigenvalues, (value, i) => ({
      token: i + 1,
      x: i + 1,
      y: Math.max(0, value) / sum,
    }));
    found.push(
      offer("spectrum", "Spectrum", "Eigenvalues of the centred embedding, as shares of the variance", () => {
        const [x, y] = [{ title: "eigenvalue, largest first" }, { title: "share of the variance" }];
        return withMeta(
          {
            ...pictureSize,
            data: { values: bars },
            mark: {
              type: "bar",
              color: palette[0],
              width: Math.max(1, (0.8 * pictureSize.width) / bars.length),
            },
            encoding: {
              x: channel("x", { ...x, scale: { domain: [0.4, bars.length + 0.6] } }),
              y: channel("y", { ...y, scale: { zero: true, nice: true } }),
            },
          },
          {
            rows: rowsOf(bars, x.title, y.title).map((row) => ({ ...row, series: `eigenvalue ${row.x}` })),
          },
        );
      }),
    );
  }
  const count = projection?.shares.length ?? 0;
  const isLine = config.embeddingDim === 1;
  const [first, second] = isLine ? [0, 0] : lab.view.value.axes;
  if (
    projection &&
    projection.coordinates.length === count * config.vocabSize &&
    Math.max(first, second) < count
  ) {
    const title = (axis: number) => `axis ${axis + 1} (${(100 * projection.shares[axis]).toFixed(1)} %)`;
    const points = order.map((token, rank) => ({
      token,
      x: projection.coordinates[token * count + first],
      y: isLine ? rank + 1 : projection.coordinates[token * count + second],
    }));
    const reach =
      1.1 * points.reduce((most, { x, y }) => Math.max(most, Math.abs(x), isLine ? 0 : Math.abs(y)), 1e-30);
    const square = { scale: { domain: [-reach, reach] } };
    found.push(
      offer("embedding", "Embedding", "Where the tokens are along principal axes of the embedding", () =>
        scatter(
          points,
          { title: title(first), ...square },
          isLine
            ? {
                title: "rank of the token",
                scale: { type: "log" },
                ticks: logTicks(1, config.vocabSize, 5, true),
              }
            : { title: title(second), ...square },
        ),
      ),
    );
  }
  if (probabilities && learned?.length === config.vocabSize && frame.inputs === undefined) {
    const points = order
      .map((token) => ({ token, x: probabilities[token], y: Math.max(learned[token], 1e-12) }))
      .filter(({ x }) => x > 0);
    if (points.length > 0) {
      const [least, most] = [points[points.length - 1].x, points[0].x];
      const lowest = points.reduce((low, { y }) => Math.min(low, y), least);
      const highest = points.reduce((high, { y }) => Math.max(high, y), most);
      found.push(
        offer(
          "probabilities",
          "Probabilities",
          "Mean prediction of each token against its true probability",
          () =>
            scatter(
              points,
              {
                title: "true probability",
                scale: { type: "log", padding: 8 },
                ticks: logTicks(least, most, 5),
              },
              {
                title: "learnt probability",
                scale: { type: "log", padding: 8 },
                ticks: logTicks(lowest, highest, 5),
              },
              [least, most].map((p) => ({ x: p, y: p })),
            ),
        ),
      );
    }
  }
  return found;
}
