/** How the focused run's model is, as figures: where its tokens are, its spectrum, what it predicts. */
import { type DrawnRow, palette, type Spec, withMeta } from "../../figures/figure.js";
import { textWidth } from "../../figures/textWidth.js";
import { byFrequency } from "../../figures/theme.js";
import { labelled, logTicks } from "../../figures/ticks.js";
import { type AxisSpan, equalSpans, pixelAxis } from "../charts/plane.js";
import { placeNames } from "../charts/pointNames.js";
import type { Lab } from "../state/lab.js";
import { roundAbove } from "../views/shares.js";
import { radiusOf, tokensOf } from "../views/tokens.js";
import { settingOf, withCaption } from "./caption.js";
import { nameOf } from "./files.js";
import { type Offer, pictureSize } from "./offer.js";

interface Point {
  token: number;
  x: number;
  y: number;
}

interface Axis extends AxisSpan {
  title: string;
  ticks?: readonly number[];
}

const channel = (field: string, { title, log, limits, ticks }: Axis): Spec => ({
  field,
  type: "quantitative",
  scale: { ...(log ? { type: "log" } : { zero: false }), nice: false, domain: limits },
  axis: { title, grid: false, ...(ticks ? labelled(ticks) : { tickCount: 5 }) },
});

const rowsOf = (points: readonly Point[], xName: string, yName: string): DrawnRow[] =>
  points.map(({ token, x, y }) => ({
    ...{ kind: "measured", series: `token ${token}`, xName, x, yName, mean: y },
    ...{ low: null, high: null },
  }));

/** Size of a point's number. */
const TYPE = 10;

/** The first points with their numbers, where there is room for one. */
function namesOf(points: readonly Point[], x: Axis, y: Axis, radius: (rank: number) => number, most: number) {
  const { width, height } = pictureSize;
  const [across, up] = [pixelAxis(x, 0, width), pixelAxis(y, height, 0)];
  const places = placeNames(
    {
      xs: points.map((point) => across.toPixel(point.x)),
      ys: points.map((point) => up.toPixel(point.y)),
      radius,
    },
    points.slice(0, most).map(({ token }) => textWidth(String(token), TYPE)),
    TYPE,
    { left: 0, right: width, top: 0, bottom: height },
  );
  return places.flatMap((place, i) =>
    place ? [{ token: points[i].token, x: across.toValue(place[0]), y: up.toValue(place[1]) }] : [],
  );
}

interface Scatter {
  x: Axis;
  y: Axis;
  /** Pixels of a point. */
  radius: (rank: number) => number;
  /** How many of the first have their numbers. */
  named: number;
  /** A dashed line under the points. */
  line?: readonly { x: number; y: number }[];
}

/** Tokens from the most to the least frequent, as the page draws them. */
function scatter(points: readonly Point[], { x, y, radius, named, line }: Scatter): Spec {
  const encoding = { x: channel("x", x), y: channel("y", y) };
  // by the logarithm of the rank, as frequencies fall
  const rare = (rank: number) => (points.length > 1 ? Math.log1p(rank) / Math.log(points.length) : 0);
  const drawn = points.map((point, rank) => ({ ...point, rare: rare(rank), size: (2 * radius(rank)) ** 2 }));
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
          // the first lie uppermost
          data: { values: drawn.reverse() },
          mark: { type: "point", filled: true, opacity: 1 },
          encoding: {
            ...encoding,
            color: { field: "rare", type: "quantitative", scale: byFrequency, legend: null },
            size: { field: "size", type: "quantitative", scale: null, legend: null },
          },
        },
        {
          data: { values: namesOf(points, x, y, radius, named) },
          mark: { type: "text", align: "center", baseline: "middle", fontSize: TYPE },
          encoding: { ...encoding, text: { field: "token" } },
        },
      ],
    },
    { rows: rowsOf(points, x.title, y.title) },
  );
}

/** With a little room beside the least and the largest. */
const logarithmic = (least: number, largest: number) => ({
  limits: [least / 1.4, largest * 1.4] as const,
  log: true,
  ticks: logTicks(least, largest, 5),
});

export function frameFigures(lab: Lab): Offer[] {
  const frame = lab.frame.value;
  const run = lab.focused.value;
  if (!frame) return [];
  const config = run.config.value;
  const { projection, eigenvalues, probabilities: learned } = frame;
  const where = `run ${[run.letter, run.label.value].filter(Boolean).join(": ")}, step ${frame.step.toLocaleString("en")}`;
  const offer = (
    name: string,
    title: string,
    caption: string,
    make: () => Spec,
    ...more: readonly string[]
  ): Offer => ({
    ...{ name, title: `${title} of ${run.letter}`, file: `${name}-${nameOf(run)}-step-${frame.step}` },
    make: () => ({
      name,
      caption: `${caption} (${where}).`,
      // of the first seed alone
      panels: [withCaption(make(), `${title}, ${where}`, [settingOf([config]), ...more])],
    }),
  });
  const V = config.vocabSize;
  const tokens = tokensOf(config);
  const order = Array.from(tokens.order);
  const { probabilities } = tokens;
  const byRank = "The more a token stands out, the more frequent it is.";
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
        const x = {
          title: "eigenvalue, largest first",
          limits: [0.4, bars.length + 0.6],
          log: false,
        } as const;
        const top = roundAbove(bars[0].y || 1);
        const y = { title: "share of the variance", limits: [0, top], log: false } as const;
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
              x: channel("x", x),
              y: channel("y", y),
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
  if (projection && projection.coordinates.length === count * V && Math.max(first, second) < count) {
    const title = (axis: number) => `axis ${axis + 1} (${(100 * projection.shares[axis]).toFixed(1)} %)`;
    const points = order.map((token, rank) => ({
      token,
      x: projection.coordinates[token * count + first],
      y: isLine ? rank + 1 : projection.coordinates[token * count + second],
    }));
    const reach = (of: (point: Point) => number) =>
      1.12 * points.reduce((most, point) => Math.max(most, Math.abs(of(point))), 1e-30);
    const [right, top] = [reach(({ x }) => x), reach(({ y }) => y)];
    const { width, height } = pictureSize;
    const equal = isLine
      ? { x: [-right, right] as const, y: [0.8, V * 1.2] as const }
      : equalSpans([-right, right], [-top, top], width, height);
    const x = { title: title(first), limits: equal.x, log: false };
    const y = isLine
      ? { title: "rank of the token", limits: equal.y, log: true, ticks: logTicks(1, V, 5, true) }
      : { title: title(second), limits: equal.y, log: false };
    found.push(
      offer(
        "embedding",
        "Embedding",
        "Where the tokens are along principal axes of the embedding",
        () => scatter(points, { x, y, radius: (rank) => radiusOf(rank, V), named: isLine ? 0 : 8 }),
        byRank,
      ),
    );
  }
  if (probabilities && learned?.length === V && frame.inputs === undefined) {
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
            scatter(points, {
              x: { title: "true probability", ...logarithmic(least, most) },
              y: { title: "learnt probability", ...logarithmic(lowest, highest) },
              radius: () => (points.length > 2000 ? 1.5 : 3.5),
              named: 6,
              line: [least, most].map((p) => ({ x: p, y: p })),
            }),
          byRank,
        ),
      );
    }
  }
  return found;
}
