/** What each experiment draws: the data, the labels and the domains in its specifications. */
import { describe, expect, test } from "vitest";
import { zipfMoments } from "../../src/analysis/zipfMoments.js";
import { analyse } from "../../src/experiments/experiment.js";
import { experiments } from "../../src/experiments/index.js";
import { lawEmbedding } from "../../src/experiments/post/tiedScalarLaw.js";
import { drawFigures } from "../../src/figures/drawing.js";
import { metaOf } from "../../src/figures/figure.js";
import { sizeOf } from "../../src/figures/joined.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runsOf, type Values } from "./syntheticRuns.js";

const find = (name: string) =>
  experiments.find((experiment) => experiment.name === name) as (typeof experiments)[number];

/** Falling curves, another one for each condition, whose band stays clear of 0. */
const falling =
  (labels: string[]): Values =>
  (label, step, seed) =>
    ((labels.indexOf(label) + 1) / (1 + step / 100)) * (1 + 0.1 * seed);
const valuesOf = (name: string, quick = true) =>
  falling(
    find(name)
      .conditions(quick)
      .map(({ label }) => label),
  );

// biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
type Spec = any;

/** Name and views of each figure of three seeds; `only`: labels that have runs. */
function draw(name: string, only?: string[]) {
  const experiment = find(name);
  const runs = runsOf(experiment.conditions(true), 3, valuesOf(name));
  if (only) for (const label of runs.keys()) if (!only.includes(label)) runs.delete(label);
  return analyse(experiment, runs, true).figures.map(({ panels, ...figure }) => ({
    ...figure,
    views: panels as Spec[],
  }));
}

interface Expected {
  title?: unknown;
  /** Curves: legend entry, condition whose values they are. */
  curves: [legend: string, label: string][];
  /** What is added to the values: the entropy, where the loss is drawn. */
  shift?: number;
  every: number;
  y: string;
  xDomain: [number, number];
  yDomain?: [number, number];
  log?: { x?: boolean; y?: boolean };
  legend: string[];
  rules?: { label: string; value: unknown }[];
  post?: { condition: string; step: number; mean: unknown }[];
  segments?: { label: string; step: number; mean: unknown; endStep: number; end: unknown }[];
}

function expectView(view: Spec, values: Values, wanted: Expected) {
  const { curves, every, shift = 0, log = {}, xDomain } = wanted;
  const rows = curves.flatMap(([condition, label]) =>
    Array.from(
      { length: (label.includes("of warmup") || label === "no warmup" ? 400 : 3000) / every + 1 },
      (_, i) => {
        const step = i * every;
        // of 1, 1.1 and 1.2 times the first the mean is 1.1 times and the deviation 0.1 times it
        const first = values(label, step, 0);
        const close = (x: number) => expect.closeTo(x + shift, 9);
        return { condition, step, mean: close(1.1 * first), low: close(first), high: close(1.2 * first) };
      },
    ).filter(({ step }) => !log.x || step > 0),
  );
  const [band, line, ...rest] = view.layer;
  expect(view.title).toEqual(wanted.title);
  expect(band.data.values).toEqual(rows);
  expect(line.data.values).toEqual(rows);
  const { x, y, color } = line.encoding;
  expect(x.scale).toEqual({ ...(log.x ? { type: "log" } : {}), nice: false, domain: xDomain });
  expect(y.scale).toEqual({
    ...(log.y ? { type: "log" } : {}),
    zero: false,
    ...(wanted.yDomain ? { domain: wanted.yDomain } : {}),
  });
  expect(y.axis.title).toBe(wanted.y);
  expect(color.scale.domain).toEqual(wanted.legend);
  const within = rest.filter(({ mark }: Spec) => !mark.shape?.startsWith("triangle"));
  expect(within.map(({ mark, data }: Spec) => [mark.type, data.values])).toEqual([
    ...(wanted.rules ? [["rule", wanted.rules]] : []),
    ...(wanted.segments ? [["rule", wanted.segments]] : []),
    ...(wanted.post ? [["point", wanted.post.map((value) => ({ ...value, source: "post" }))]] : []),
  ]);
}

test("panels of the post's figures are no wider than a phone's page, and legends name a look once", async () => {
  const post = experiments.filter(({ part }) => part === "post");
  const figures = post.flatMap((experiment) =>
    experiment.figures(runsOf(experiment.conditions(true), 3, valuesOf(experiment.name)), true),
  );
  const { drawn } = await drawFigures(figures);
  expect(drawn).toHaveLength(9);
  for (const { name, panels, legend } of drawn) {
    for (const { light } of panels) expect([name, sizeOf(light).width <= 358]).toEqual([name, true]);
    const looks = legend.map(({ label: _, ...look }) => JSON.stringify(look));
    expect([name, new Set(looks).size]).toEqual([name, legend.length]);
    expect(new Set(legend.map(({ label }) => label)).size).toBe(legend.length);
  }
}, 30_000);

const same = (labels: string[]) => labels.map((label): [string, string] => [label, label]);
const points = (condition: string, ...values: [number, number][]) =>
  values.map(([step, mean]) => ({ condition, step, mean }));

describe("embedding-1d", () => {
  const name = "embedding-1d";
  const labels = ["tied", "untied", "tied, layernorm", "untied, layernorm"];
  const moments = zipfMoments(10, 1);
  const post = {
    tied: points(
      "tied",
      [0, 2.62],
      [100, 2.243],
      [200, 2.133],
      [300, 2.08],
      [400, 2.05],
      [500, 2.035],
      [3000, 2],
    ),
    untied: points("untied", [0, 2.415], [100, 2.115], [200, 2.01], [300, 1.996], [3000, 1.995]),
  };
  const loss = {
    shift: moments.entropy,
    every: 20,
    y: "loss (nats)",
    xDomain: [0, 3000] as [number, number],
    yDomain: [1.98, 2.7] as [number, number],
    rules: [{ label: "entropy 1.994", value: moments.entropy }],
  };
  const excess = {
    every: 20,
    y: "excess loss (nats)",
    log: { x: true, y: true },
    xDomain: [20, 3000] as [number, number],
    yDomain: [1e-4, 1] as [number, number],
  };
  const law = [2.4, 2.42, 2.44].reduce((sum, c) => sum + moments.variance ** 2 / 2 / c ** 4 / 3, 0);

  test("loss and excess loss of all conditions", () => {
    const [figure, ...others] = draw(name);
    expect(figure.name).toBe(name);
    expect(others.map((other) => other.name)).toEqual(["embedding-1d-embedding"]);
    expect(figure.columns).toBe(2);
    expect(figure.views).toHaveLength(2);
    const all = { curves: same(labels), legend: labels };
    expectView(figure.views[0], valuesOf(name), { ...all, ...loss, post: [...post.tied, ...post.untied] });
    const rules = [{ label: "½(Var ln p)²/c⁴ at the final c", value: expect.closeTo(law, 12) }];
    expectView(figure.views[1], valuesOf(name), { ...all, ...excess, rules });
  });

  test("without tied runs: no law, no embedding, none of the post's tied values", () => {
    const some = ["untied", "untied, layernorm"];
    const figures = draw(name, some);
    expect(figures).toHaveLength(1);
    const all = { curves: same(some), legend: some };
    expectView(figures[0].views[0], valuesOf(name), { ...all, ...loss, post: post.untied });
    expectView(figures[0].views[1], valuesOf(name), { ...all, ...excess });
  });

  test("without untied ones none of the post's untied values; without any no curve at all", () => {
    const all = { curves: same(["tied"]), legend: ["tied"] };
    expectView(draw(name, ["tied"])[0].views[0], valuesOf(name), { ...all, ...loss, post: post.tied });
    const [empty] = draw(name, []);
    expectView(empty.views[0], valuesOf(name), { ...loss, curves: [], legend: [], xDomain: [0, 0] });
  });

  test("runs that kept no embedding tell nothing of the law", () => {
    const experiment = find(name);
    const runs = runsOf(experiment.conditions(true), 3, valuesOf(name));
    const bare = (runs.get("tied") as RunResult[]).map((run) => ({ ...run, finalEmbedding: null }));
    const { claims, figures } = analyse(experiment, new Map([...runs, ["tied", bare]]), true);
    expect(figures).toHaveLength(1);
    expect(claims).toHaveLength(6);
    // an embedding of zeros has an infinite law, which is no line
    const zeros = bare.map((run) => ({ ...run, finalEmbedding: Array(10).fill(0) }));
    const flat = analyse(experiment, new Map([["tied", zeros]]), true).figures[0].panels as Spec[];
    expect(flat[1].layer).toHaveLength(2);
  });

  test("the embedding, token by token, its sign made positive", () => {
    const experiment = find(name);
    const runs = runsOf(experiment.conditions(true), 3, valuesOf(name));
    // one seed found the other sign
    const tied = runs.get("tied") as RunResult[];
    const mixed = tied.map((run, i) =>
      i === 1 ? { ...run, finalEmbedding: (run.finalEmbedding as number[]).map((e) => -e) } : run,
    );
    const posts = [2.72, 2.42, 2.235, 2.16, 2.055, 1.985, 1.905, 1.81, 1.76, 1.765];
    const each = [2.4, 2.42, 2.44].map((c) => lawEmbedding(c, moments));
    const dots = posts.map((post, i) => {
      const values = each.map((embedding) => embedding[i]);
      const mean = values.reduce((sum, e) => sum + e / 3, 0);
      const spread = Math.sqrt(values.reduce((sum, e) => sum + (e - mean) ** 2, 0) / 2);
      const close = (x: number) => expect.closeTo(x, 10);
      return {
        token: i + 1,
        mean: close(mean),
        low: close(mean - spread),
        high: close(mean + spread),
        law: close(lawEmbedding(2.42, moments)[i]),
        post,
      };
    });
    const { figures } = analyse(experiment, new Map([...runs, ["tied", mixed]]), true);
    const { data, layer } = figures[1].panels[0] as Spec;
    expect(data.values).toEqual(dots);
    const drawn = layer.map(({ mark, encoding }: Spec) => [mark.type, mark.shape, encoding.y.field]);
    expect(drawn).toEqual([
      ["line", undefined, "law"],
      ["rule", undefined, "low"],
      ["point", "circle", "mean"],
      ["point", "diamond", "post"],
    ]);
    const { legend = [], rows = [] } = metaOf(figures[1].panels[0]);
    expect(legend.map(({ label, stroke, dash, point }) => [label, stroke, dash, point?.shape])).toEqual([
      ["measured, mean ± sd", 2, undefined, "circle"],
      ["c + (ln p + H)/c", 2, layer[0].mark.strokeDash, undefined],
      ["post", undefined, undefined, "diamond"],
    ]);
    expect(rows).toHaveLength(30);
    expect(rows.filter(({ kind }) => kind === "post").map(({ mean }) => mean)).toEqual(posts);
  });

  test("the sign of an embedding is that of its mean under p", () => {
    const experiment = find(name);
    const [tied] = runsOf(experiment.conditions(true), 1, valuesOf(name)).get("tied") as RunResult[];
    const mostly = (first: number, rest: number) => [first, ...Array(9).fill(rest)];
    for (const [embedding, shown] of [
      [mostly(3, -0.1), mostly(3, -0.1)],
      [mostly(-3, 0.1), mostly(3, -0.1)],
    ]) {
      const runs = new Map([["tied", [{ ...tied, finalEmbedding: embedding }]]]);
      const spec = analyse(experiment, runs, true).figures[1].panels[0] as Spec;
      expect(spec.data.values.map(({ mean }: Spec) => mean)).toEqual(shown);
    }
  });
});

describe("representation-collapse", () => {
  const name = "representation-collapse";
  const raised = "lr 0.001 → 0.01 at 1500";
  const labels = ["lr 0.001", "lr 0.01", "lr 0.1", raised];
  const rules = [{ label: "Gaussian matrix: 60.15", value: 60.15 }];
  const common = {
    every: 100,
    y: "effective dimension n_eff",
    legend: labels,
    rules,
    xDomain: [0, 3000] as [number, number],
  };
  const last = points(raised, [1500, 44], [1600, 38], [1700, 35.7], [2000, 32.3], [2500, 27.4], [3000, 25]);

  test("all conditions, with the post's values of each", () => {
    const [{ views }, ...others] = draw(name);
    expect(others).toEqual([]);
    const steps = [0, 100, 200, 300, 400, 500, 1000, 1500, 2000, 3000];
    const all = (label: string, ...values: number[]) =>
      points(label, ...steps.map((step, i): [number, number] => [step, values[i]]));
    expectView(views[0], valuesOf(name), {
      ...common,
      curves: same(labels),
      post: [
        ...all("lr 0.001", 60, 52, 39, 36.3, 36, 37.5, 42, 44, 45.7, 46.8),
        ...all("lr 0.01", 60, 37, 35.8, 33.3, 31.5, 32.5, 29, 26.3, 25.8, 23),
        ...all("lr 0.1", 60, 25, 24.4, 25, 23, 23.5, 22.4, 23, 21.8, 22.5),
        ...last,
      ],
    });
  });

  test("only what there is", () => {
    const [{ views }] = draw(name, [raised]);
    expectView(views[0], valuesOf(name), { ...common, curves: same([raised]), post: last });
  });
});

describe("learning-rate-decay", () => {
  const name = "learning-rate-decay";
  const kinds = ["constant", "decayed"];
  const { entropy } = zipfMoments(100, 1);
  const view = (d: number, ...last: number[]): Expected => ({
    title: `D = ${d}`,
    curves: kinds.map((kind): [string, string] => [kind, `D ${d}, ${kind}`]),
    shift: entropy,
    every: 100,
    y: "loss (nats)",
    xDomain: [0, 3000],
    yDomain: [3.66, 4],
    legend: kinds,
    rules: [{ label: "entropy 3.681", value: entropy }],
    post: kinds.flatMap((kind, i) => points(kind, [3000, last[i]])),
  });

  test("a panel for each dimension", () => {
    const [{ views, columns }, overDimensions, ...others] = draw(name);
    expect(others).toEqual([]);
    expect(columns).toBe(3);
    expect(views).toHaveLength(3);
    // the final loss of each kind over D, and the post's
    const points = (overDimensions.views[0].data as { values: { series: string; x: number; mean: number }[] })
      .values;
    expect(points.filter(({ series }) => series === "post, decayed").map(({ x, mean }) => [x, mean])).toEqual(
      [
        [1, 3.72],
        [10, 3.703],
        [100, 3.705],
      ],
    );
    expect(points.filter(({ series }) => series === "constant").map(({ x }) => x)).toEqual([1, 10, 100]);
    expectView(views[0], valuesOf(name), view(1, 3.72, 3.72));
    expectView(views[1], valuesOf(name), view(10, 3.712, 3.703));
    expectView(views[2], valuesOf(name), view(100, 3.745, 3.705));
  });

  test("a dimension of which one kind has run is shown, one without runs is not", () => {
    const [{ views }] = draw(name, ["D 10, decayed"]);
    expect(views).toHaveLength(1);
    const wanted = view(10, 3.712, 3.703);
    expectView(views[0], valuesOf(name), { ...wanted, curves: [wanted.curves[1]] });
    expect(draw(name, [])).toEqual([]);
  });
});

describe("scaling-law", () => {
  const name = "scaling-law";

  test("a panel for each condition, the post's slope from our first mean on", () => {
    const [{ views, columns }, exponents, ...others] = draw(name);
    expect(others).toEqual([]);
    expect(columns).toBe(3);
    expect(views).toHaveLength(5);
    // β over α, and over V, with the post's
    const stated = exponents.views.map((shown) =>
      (shown.data as { values: { series: string; x: number; mean: number }[] }).values
        .filter(({ series }) => series === "post")
        .map(({ x, mean }) => [x, mean]),
    );
    expect(stated).toEqual([
      [
        [0.5, 0.8],
        [1, 0.79],
        [2, 0.85],
        [4, 1.06],
      ],
      [
        [100, 0.79],
        [1000, 0.64],
      ],
    ]);
    const values = valuesOf(name);
    for (const [i, [V, exponent, beta, from]] of [
      [100, 1, 0.79, 300],
      [1000, 1, 0.64, 700],
      [100, 0.5, 0.8, 300],
      [100, 2, 0.85, 300],
      [100, 4, 1.06, 300],
    ].entries()) {
      const label = `V ${V}, α ${exponent}`;
      const start = 1.1 * values(label, from, 0);
      const stop = start * (2900 / from) ** -beta;
      const measured = Math.log((1 + 29) / (1 + from / 100)) / Math.log(2900 / from);
      expectView(views[i], values, {
        title: {
          text: `V = ${V}, α = ${exponent}`,
          subtitle: `β = ${measured.toFixed(3)} ± 0.000; post ${beta.toFixed(2)}`,
        },
        curves: [["measured, mean ± sd", label]],
        every: 100,
        y: "excess loss (nats)",
        log: { x: true, y: true },
        xDomain: [100, 3000],
        legend: ["measured, mean ± sd"],
        yDomain: [0.005, 5],
        // the post prints the exponent alone, and no circle says otherwise
        segments: [
          {
            ...{ label: "slope of the post's β", step: from, mean: expect.closeTo(start, 10) },
            ...{ endStep: 2900, end: expect.closeTo(stop, 10) },
          },
        ],
      });
    }
  });

  test("no runs, no figure", () => {
    expect(draw(name, [])).toEqual([]);
  });
});

describe("warmup", () => {
  const name = "warmup";
  const large = ["no warmup", "200 steps of warmup"];
  const small = ["lr 0.01", "lr 0.01, warmup 500", "lr 0.1", "lr 0.1, warmup 500"];
  const { entropy } = zipfMoments(2000, 1);
  const ofLarge: Expected = {
    curves: same(large),
    legend: large,
    every: 25,
    xDomain: [0, 400],
    y: "excess loss (nats)",
  };
  const ofSmall: Expected = {
    curves: same(small),
    legend: small,
    every: 100,
    xDomain: [0, 3000],
    y: "excess loss (nats)",
    log: { y: true },
    yDomain: [0.03, 1],
  };

  test("the large model, then the small one", () => {
    const [first, second, ...others] = draw(name);
    expect(others).toEqual([]);
    expect([first.name, second.name]).toEqual(["warmup", "warmup-dimension"]);
    expect([first.columns, second.columns]).toEqual([2, 2]);
    expect(first.caption).toContain("V = 2000, D = 100, lr 0.03");
    expect(first.views).toHaveLength(2);
    expectView(first.views[0], valuesOf(name), {
      ...ofLarge,
      shift: entropy,
      y: "loss (nats)",
      rules: [{ label: `unigram entropy ${entropy.toFixed(3)}`, value: expect.closeTo(entropy, 10) }],
    });
    expectView(first.views[1], valuesOf(name), ofLarge);
    expect(second.views).toHaveLength(2);
    expectView(second.views[0], valuesOf(name), {
      ...ofSmall,
      y: "effective dimension n_eff",
      log: {},
      yDomain: undefined,
    });
    expectView(second.views[1], valuesOf(name), ofSmall);
  });

  test("one model's runs draw that model's figure alone, whichever of its conditions has run", () => {
    for (const label of large) {
      const figures = draw(name, [label]);
      expect(figures.map((figure) => figure.name)).toEqual(["warmup"]);
      expectView(figures[0].views[1], valuesOf(name), { ...ofLarge, curves: same([label]) });
    }
    for (const label of small) {
      const figures = draw(name, [label]);
      expect(figures.map((figure) => figure.name)).toEqual(["warmup-dimension"]);
      expectView(figures[0].views[1], valuesOf(name), { ...ofSmall, curves: same([label]) });
    }
    expect(draw(name, [])).toEqual([]);
  });
});
