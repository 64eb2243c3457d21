/** Writes the tables of bench/README.md and README.md, between their markers, from the newest raw results. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { gpuTables } from "./gpuTable.mjs";
import { median, ratio, undisturbed } from "./paired.mjs";

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

const otherMedian = (turns) => short(median(turns.map(({ other }) => other)));
/** Ours beside all the others. */
const ownMedian = (pairs) => short(median(pairs.flatMap(({ turns }) => turns.map(({ own }) => own))));
const times = (turns) => (turns.length ? `${ratio(turns).toFixed(2)}×` : "–");

/** ms a step and times over ours. */
function comparison(rows) {
  const names = [...new Set(rows.flatMap(({ pairs }) => pairs.map(({ other }) => other)))];
  const cells = ({ vocabSize, embeddingDim, pairs }) => [
    `${vocabSize}, ${embeddingDim}`,
    ownMedian(pairs),
    ...names.map((name) => {
      const turns = pairs.find(({ other }) => other === name)?.turns;
      return turns ? `${otherMedian(turns)} (${times(turns)})` : "–";
    }),
  ];
  return table(["V, D", rows[0].pairs[0].own, ...names], rows.map(cells));
}

/** Times over ours by all turns and by those that the machine's neighbours left alone. */
function turnsOfPairs(rows, bestRoof) {
  const cells = ({ vocabSize, embeddingDim }, { own, other, turns }) => {
    const quiet = undisturbed(turns, bestRoof);
    const size = `${vocabSize}, ${embeddingDim}`;
    return [size, own, other, times(turns), String(turns.length), times(quiet), String(quiet.length)];
  };
  return table(
    ["V, D", "ours", "other", "all", "turns", "undisturbed", "turns"],
    rows.flatMap((row) => row.pairs.map((pair) => cells(row, pair))),
  );
}

async function peers(kind) {
  const { environment, bestRoof, results, threads, evaluations, sweeps } = await newest(kind);
  const all = [...results, ...threads, ...evaluations];
  const roofs = all.flatMap(({ pairs }) => pairs.flatMap(({ turns }) => turns.map(({ roof }) => roof)));
  return [
    machine(environment),
    comparison(results),
    "Two threads each:",
    comparison(threads),
    "The exact population loss:",
    comparison(evaluations),
    `The roof stood at ${short(median(roofs))} GFLOP/s in the median of the turns, at ${short(bestRoof)} at best.`,
    turnsOfPairs(all, bestRoof),
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
  async gpu() {
    const all = await newest("gpu");
    if (!all) return ["No card has been timed yet."];
    const { date, adapter, driver, dawn, commit } = all.environment;
    const { torch, gpu } = all.torch?.find((row) => row.torch) ?? {};
    const beside = torch ? `, beside PyTorch ${torch} on ${gpu}` : "";
    const seconds = all.reproduce?.seconds;
    return [
      `${date.slice(0, 10)}, ${adapter} (${driver}), Dawn ${dawn}, commit ${commit}${beside}. –: not measured.`,
      ...gpuTables(all).map(({ head, rows }) => table(head, rows)),
      `\`reproduce --seeds 5 --backend webgpu\`: ${seconds ? `${short(seconds)} s` : "not measured"}.`,
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

/** For README.md: the time of others over ours. */
async function speed() {
  const [strict, revectorized] = [await newest("peers"), await newest("revectorized")];
  const over = ({ results }, { vocabSize, embeddingDim }, name) => {
    const row = results.find((each) => each.vocabSize === vocabSize && each.embeddingDim === embeddingDim);
    const turns = row.pairs.find(({ other }) => other === name)?.turns;
    return turns ? times(turns) : "–";
  };
  const names = ["pytorch eager", "pytorch fast", "jax-js", "tfjs"];
  const { torch, cpu, node } = strict.environment;
  const rows = strict.results.map((row) => [
    `${row.vocabSize}, ${row.embeddingDim}`,
    ownMedian(row.pairs),
    ...names.map((name) => over(strict, row, name)),
    over(revectorized, row, "pytorch eager"),
  ]);
  const others = ["PyTorch eager", "PyTorch fast", "jax-js", "TensorFlow.js"];
  return [
    table(["V, D", "ours, ms", ...others, "PyTorch eager, ours revectorized"], rows),
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
