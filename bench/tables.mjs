/** Writes the tables of bench/README.md and README.md, between their markers, from the newest raw results. */
import { readFile, writeFile } from "node:fs/promises";
import { gpuTables } from "./gpuTable.mjs";
import { median } from "./paired.mjs";
import { pairTable, short, speedTable, table } from "./pairTable.mjs";
import { newest } from "./rawResults.mjs";

const machine = ({ date, cpu, cores, node, commit, torch }) =>
  `${date.slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}${torch ? `, PyTorch ${torch}` : ""}, commit ${commit}.`;

async function peers(kind) {
  const { environment, bestRoof, results, threads, evaluations, sweeps } = await newest(kind);
  const all = [...results, ...threads, ...evaluations];
  const roofs = all.flatMap(({ pairs }) => pairs.flatMap(({ turns }) => turns.map(({ roof }) => roof)));
  return [
    machine(environment),
    pairTable(results, bestRoof),
    "Two threads:",
    pairTable(threads, bestRoof),
    "The exact population loss:",
    pairTable(evaluations, bestRoof),
    `The roof stood at ${short(median(roofs))} GFLOP/s in the median of the turns, at ${short(bestRoof)} at best.`,
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
  async lab() {
    const { environment, four, latency, dragged } = await newest("lab");
    const { inSteps, other, seconds, workers, stepsPerSecond, framesPerSecond } = four;
    const sorted = [...latency.milliseconds].sort((a, b) => a - b);
    const at = (share) => `${short(sorted[Math.floor(share * (sorted.length - 1))])} ms`;
    const percent = (part) => `${Math.round(100 * part)} %`;
    return [
      `${machine(environment).slice(0, -1)}, Chromium ${environment.chromium.split(".")[0]} without a GPU.`,
      table(
        ["four runs at V = D = 100, five panels", ""],
        [
          ["frames a second", short(framesPerSecond)],
          ["of what workers compute, in steps", percent(inSteps / (inSteps + other))],
          [
            `of the time of ${workers} worker${workers > 1 ? "s" : ""}, in steps`,
            percent(inSteps / (seconds * workers)),
          ],
          ["steps a second, by run", stepsPerSecond.map((rate) => Math.round(rate)).join(", ")],
        ],
      ),
      table(
        ["a slider at (10,1), 3000 steps a run", ""],
        [
          ["input event to the whole new run drawn, median", at(0.5)],
          ["95th percentile", at(0.95)],
          ["dragged: frames a second", short(dragged.frames / dragged.seconds)],
          ["dragged: whole runs a second", short(dragged.runs / dragged.seconds)],
        ],
      ),
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

/** For README.md: PyTorch's step beside ours. */
async function speed() {
  const [strict, revectorized] = [await newest("peers"), await newest("revectorized")];
  const { torch, cpu } = strict.environment;
  const runs = [strict, revectorized].map((raw, i) => ({
    node: `${raw.environment.node.split(".")[0]}${i ? ", revectorized" : ""}`,
    results: raw.results,
  }));
  return [speedTable(runs, "pytorch eager"), `${cpu}, PyTorch ${torch} (eager).`];
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
