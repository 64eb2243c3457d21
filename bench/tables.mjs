/** Writes the tables of bench/README.md and README.md, between their markers, from the newest raw results. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { median } from "./paired.mjs";

const folder = new URL("results/", import.meta.url);
const newest = async (kind) => {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${kind}-`)).sort();
  return names.length ? JSON.parse(await readFile(new URL(names.at(-1), folder), "utf8")) : undefined;
};
const short = (x) => String(Number(x.toPrecision(3)));
/** Cells padded, as the formatter leaves them. */
const table = (head, rows) => {
  const widths = head.map((cell, i) => Math.max(3, cell.length, ...rows.map((row) => row[i].length)));
  return [head, widths.map((width) => "-".repeat(width)), ...rows]
    .map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`)
    .join("\n");
};
const machine = ({ date, cpu, cores, node, commit, torch }) =>
  `${date.slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}${torch ? `, PyTorch ${torch}` : ""}, commit ${commit}.`;

async function peers(kind) {
  const { environment, results, threads, evaluations, sweeps } = await newest(kind);
  const roofs = results.flatMap(({ times }) => times["unigram-lab"].roofs);
  const slowed = (name) => {
    const times = results.map((row) => row.times[name]).map((time) => time.median / time.best);
    return `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`;
  };
  const fastest = (row, own, other) => [
    `${row.vocabSize}, ${row.embeddingDim}`,
    other,
    `${row.speedup[other].toFixed(2)}×`,
    `${(row.times[other].best / row.times[own].best).toFixed(2)}×`,
  ];
  const names = [...new Set(results.flatMap(({ times }) => Object.keys(times)))];
  const cell = ({ times, speedup }, name) =>
    times[name]
      ? `${short(times[name].median)}${speedup[name] === 1 ? "" : ` (${speedup[name].toFixed(2)}×)`}`
      : "–";
  return [
    machine(environment),
    table(
      ["V, D", ...names],
      results.map((row) => [
        `${row.vocabSize}, ${row.embeddingDim}`,
        ...names.map((name) => cell(row, name)),
      ]),
    ),
    "Two threads each, in brackets the time over ours:",
    table(
      ["V, D", ...Object.keys(threads[0].times)],
      threads.map((row) => [
        `${row.vocabSize}, ${row.embeddingDim}`,
        ...Object.keys(threads[0].times).map((name) => cell(row, name)),
      ]),
    ),
    `Beside our turns the roof stood at ${short(median(roofs))} GFLOP/s in the median and ${short(Math.max(...roofs))} at best; our median turn took ${slowed("unigram-lab")} times our fastest, PyTorch's (eager) ${slowed("pytorch eager")} times its own. The time over ours as the median of ratios within a turn, and the fastest turn of the other over our fastest:`,
    table(
      ["V, D", "against", "median", "fastest turns"],
      [
        ...results.map((row) => fastest(row, "unigram-lab", "pytorch eager")),
        ...threads.map((row) => fastest(row, "unigram-lab, 2 threads", "pytorch eager, 2 threads")),
      ],
    ),
    `The exact population loss: ${evaluations
      .map(
        ({ vocabSize, embeddingDim, times, speedup }) =>
          `at V ${vocabSize}, D ${embeddingDim} ${short(times["unigram-lab"].median)} ms, PyTorch's (no_grad, one thread) ${short(times["pytorch, no_grad"].median)} ms (${speedup.toFixed(2)}×)`,
      )
      .join("; ")}.`,
    `A sweep at V = D = 100 on two cores: ${short(sweeps.stepsPerSecond.ours)} steps a second, two processes of PyTorch side by side ${short(sweeps.stepsPerSecond.pytorch)}.`,
  ];
}

const parts = {
  peers: () => peers("peers"),
  revectorized: () => peers("revectorized"),
  async kernels() {
    const { environment, kernels, steps, evaluation } = await newest("bench");
    const { roofGigaflops, nanoseconds, ...products } = kernels;
    return [
      machine(environment),
      table(
        ["kernel", "rate", "of the roof"],
        [
          ["tile on data in the L1 cache: the roof", `${short(roofGigaflops)} GFLOP/s`, ""],
          ...Object.entries(products).map(([name, { gigaflops, ofRoof }]) => [
            `product for ${name}`,
            `${short(gigaflops)} GFLOP/s`,
            `${Math.round(100 * ofRoof)} %`,
          ]),
          ["exp", `${short(nanoseconds.exp)} ns a value`, ""],
          ["Adam", `${short(nanoseconds.adam)} ns a parameter`, ""],
          ["drawing", `${short(nanoseconds.draw)} ns a token`, ""],
          ...[...steps, ...evaluation].map(({ label, vocabSize, embeddingDim, milliseconds, ...rate }) => [
            label ?? `step, V ${vocabSize}, D ${embeddingDim}`,
            `${short(milliseconds)} ms${rate.gigaflops ? `, ${short(rate.gigaflops)} GFLOP/s` : ""}`,
            rate.gigaflops ? `${Math.round(100 * rate.ofRoof)} %` : "",
          ]),
        ],
      ),
    ];
  },
  async whole() {
    const { environment, pool, reproduce } = await newest("bench");
    return [
      machine(environment),
      [
        `- ${pool.runs} runs of 280 steps at V = D = 100 on ${pool.threads} threads: ${short(pool.seconds)} s, ${short(100 * pool.inSteps)} % of it in steps.`,
        `- \`reproduce --seeds 1\`: ${short(reproduce.seconds)} s, ${short(100 * reproduce.outsideSteps)} % of the runs' time outside steps.`,
      ].join("\n"),
    ];
  },
  async growth() {
    const { environment, growth } = await newest("bench");
    const rows = Object.entries(growth).flatMap(([axis, results]) =>
      results.map((result) => [
        axis === "threads" ? "threads" : { vocabSize: "V", embeddingDim: "D", batchSize: "B" }[axis],
        `${result.vocabSize}, ${result.embeddingDim}, ${result.batchSize}`,
        String(result.threads),
        short(result.milliseconds),
        short(result.gigaflops),
        `${Math.round(100 * result.ofRoof)} %`,
        short(result.mebibytes),
      ]),
    );
    return [
      machine(environment),
      table(["axis", "V, D, B", "threads", "ms a step", "GFLOP/s by 6uVD", "of the roof", "MiB"], rows),
    ];
  },
};

/** For README.md: the time of others over ours, medians and in brackets fastest turns. */
async function speed() {
  const [strict, revectorized] = [await newest("peers"), await newest("revectorized")];
  const over = (row, other) =>
    row?.times[other]
      ? `${short(row.speedup[other])}× (${short(row.times[other].best / row.times["unigram-lab"].best)}×)`
      : "–";
  const alsoRevectorized = ({ vocabSize, embeddingDim }) =>
    revectorized.results.find((row) => row.vocabSize === vocabSize && row.embeddingDim === embeddingDim);
  const { torch, cpu, node } = strict.environment;
  return [
    table(
      [
        "V, D",
        "ours at best, ms",
        "PyTorch eager",
        "PyTorch fast",
        "jax-js",
        "TensorFlow.js",
        "PyTorch eager, ours revectorized",
      ],
      strict.results.map((row) => [
        `${row.vocabSize}, ${row.embeddingDim}`,
        short(row.times["unigram-lab"].best),
        over(row, "pytorch eager"),
        over(row, "pytorch fast"),
        over(row, "jax-js"),
        over(row, "tfjs"),
        over(alsoRevectorized(row), "pytorch eager"),
      ]),
    ),
    `${cpu}, PyTorch ${torch}, Node ${node}; the last column in a run of its own with Node ${revectorized.environment.node}.`,
  ];
}

async function fill(file, parts) {
  let text = await readFile(file, "utf8");
  for (const [name, make] of Object.entries(parts)) {
    const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [text.indexOf(from), text.indexOf(to)];
    if (start < 0 || end < 0) throw new Error(`${file} has no ${from} … ${to}`);
    text = `${text.slice(0, start + from.length)}\n\n${(await make()).join("\n\n")}\n\n${text.slice(end)}`;
  }
  await writeFile(file, text);
}
await fill(new URL("README.md", import.meta.url), parts);
await fill(new URL("../README.md", import.meta.url), { speed });
