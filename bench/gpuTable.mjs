/** What a GPU is to reach, and tables of what bench/gpu.mjs has measured. */

/** µs a step: what a prototype took, and the most that it may be. B = 128, tied, drawing included. */
const single = [
  { vocabSize: 50304, embeddingDim: 100, prototype: 221, reach: 150 },
  { vocabSize: 10000, embeddingDim: 100, prototype: 83, reach: 65 },
  { vocabSize: 100, embeddingDim: 10000, prototype: 113, reach: 85 },
  { vocabSize: 131072, embeddingDim: 256, prototype: 1068, reach: 850 },
  { vocabSize: 1000000, embeddingDim: 64, prototype: 2244, reach: 1900 },
];
/** Steps a second of all members together. */
const together = [
  { vocabSize: 100, embeddingDim: 100, members: 1056, prototype: 3.8e6, reach: 5e6 },
  { vocabSize: 10, embeddingDim: 1, members: 4096, prototype: 721e6, reach: 800e6 },
  { vocabSize: 1000, embeddingDim: 100, members: 256, prototype: 235e3, reach: 350e3 },
];
export const goals = [...single, ...together];

/** Not measured. */
const MISSING = "–";
const short = (x) => (x === undefined ? MISSING : String(Number(x.toPrecision(3))));
const counted = (x) => {
  if (x === undefined) return MISSING;
  return x >= 1e6 ? `${short(x / 1e6)} M` : x >= 1e3 ? `${short(x / 1e3)} k` : short(x);
};

/** PyTorch's best µs a step at this size among the forms that draw their batches. */
function best(torch, { vocabSize, embeddingDim, members }, tf32) {
  const times = (torch ?? [])
    .filter(
      ({ V, D, M, us, form }) =>
        V === vocabSize &&
        D === embeddingDim &&
        us &&
        !/fixed/.test(form) &&
        (M ?? 1) > 1 === (members ?? 1) > 1,
    )
    .filter((row) => row.tf32 === tf32)
    .map(({ us, M }) => us / (M ?? 1));
  return times.length ? Math.min(...times) : undefined;
}

/** Heads and rows, of single models and of many at once. */
export function gpuTables({ results, torch }) {
  const sizes = [...goals, ...results].filter(
    (size, i, all) => all.findIndex((other) => sameSize(size, other)) === i,
  );
  const of = (size) => results.find((result) => sameSize(size, result)) ?? {};
  const name = ({ vocabSize, embeddingDim }) => `${vocabSize}, ${embeddingDim}`;
  const alone = sizes.filter(({ members = 1 }) => members === 1);
  const many = sizes.filter(({ members = 1 }) => members > 1);
  const perSecond = (microseconds) => (microseconds === undefined ? undefined : 1e6 / microseconds);
  return [
    {
      head: ["V, D", "GPU µs", "wall µs", "wall/GPU", "prototype", "reach", "PyTorch", "TF32"],
      rows: alone.map((size) => {
        const { gpu, wall } = of(size);
        const over = gpu && wall ? short(wall.median / gpu.median) : MISSING;
        const torches = [false, true].map((tf32) => short(best(torch, size, tf32)));
        const goal = [size.prototype, size.reach].map((x) => (x ? String(x) : ""));
        return [name(size), short(gpu?.median), short(wall?.median), over, ...goal, ...torches];
      }),
    },
    {
      head: ["V, D", "models", "steps/s, GPU", "wall", "prototype", "reach", "PyTorch"],
      rows: many.map((size) => {
        const { gpu, wall } = of(size);
        const rate = (time) => counted(perSecond(time === undefined ? undefined : time / size.members));
        const goal = [size.prototype, size.reach].map((x) => (x ? counted(x) : ""));
        const pytorch = counted(perSecond(best(torch, size, false)));
        return [name(size), String(size.members), rate(gpu?.median), rate(wall?.median), ...goal, pytorch];
      }),
    },
  ];
}

const sameSize = (a, b) =>
  a.vocabSize === b.vocabSize && a.embeddingDim === b.embeddingDim && (a.members ?? 1) === (b.members ?? 1);
