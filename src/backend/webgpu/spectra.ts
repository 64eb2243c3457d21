/** Gram matrices of members' centred embeddings: slices on the device, their sum and the eigenvalues here, in f64. */
import { symmetricEigenvalues } from "../../math/symmetricEigen.js";
import type { Eigenvalues } from "../backend.js";
import { centredGram } from "../reference/spectrum.js";
import type { DeviceBuffers } from "./device.js";
import type { Member } from "./member.js";
import { matrixOf, matrixParts } from "./states.js";

/** Multiply-adds that the host has done before a device has answered. */
const SMALL = 2 ** 17;

export async function eigenvaluesOf(
  buffers: DeviceBuffers,
  asks: readonly { member: Member }[],
): Promise<Eigenvalues[]> {
  const { plan } = buffers;
  const { vocabSize: V, embeddingDim: D } = asks[0].member.config;
  const { D4, GRAM_SIDE: n, GRAM_SLICES, GRAM_TILES } = plan.constants;
  if (V * D * n <= SMALL || plan.arrays.gram === 4 || (D > V && plan.shards.length > 1))
    return onHost(buffers, asks);
  const groups = Math.ceil(D4 / 64);
  const dispatches = [
    ...plan.shards.map(({ chunks }, shard) => buffers.dispatch("means", "list", shard, [groups, chunks], {})),
    buffers.dispatch("meanRow", "list", 0, [groups], {}),
    ...plan.shards.map(({ gramSlices }, shard) =>
      buffers.dispatch("gram", "list", shard, [GRAM_TILES * GRAM_TILES, gramSlices], {}),
    ),
  ];
  const wide = 4 * Math.ceil(n / 4);
  const words = GRAM_SLICES * n * wide;
  const read = await buffers.read(
    asks.flatMap(({ member: { index } }) => [
      { buffer: "gram", at: words * index, words },
      { buffer: "results", field: "meanRow", at: 4 * D4 * index, words: 4 * D4 },
    ]),
    dispatches,
  );
  return Promise.all(
    asks.map(async ({ member }, i) => {
      const [slices, mean] = [read[2 * i], read[2 * i + 1]];
      const gram = new Float64Array(n * n);
      for (let slice = 0; slice < GRAM_SLICES; slice++)
        for (let y = 0; y < n; y++)
          for (let x = 0; x <= y; x++) gram[n * y + x] += slices[(slice * n + y) * wide + x];
      let energy = 0;
      for (let y = 0; y < n; y++) {
        energy += gram[n * y + y];
        for (let x = 0; x < y; x++) gram[n * x + y] = gram[n * y + x];
      }
      // squares beyond f32
      if (!Number.isFinite(energy)) return (await onHost(buffers, [{ member }]))[0];
      let meanEnergy = 0;
      for (let d = 0; d < D; d++) meanEnergy += V * mean[d] * mean[d];
      return {
        values: symmetricEigenvalues(gram, n),
        meanEnergyShare: energy + meanEnergy === 0 ? 0 : meanEnergy / (energy + meanEnergy),
      };
    }),
  );
}

/**
 * Where that is quicker, no one buffer holds all rows of a short, wide embedding, or squares are beyond f32.
 */
async function onHost(buffers: DeviceBuffers, asks: readonly { member: Member }[]): Promise<Eigenvalues[]> {
  const { vocabSize: V, embeddingDim: D } = asks[0].member.config;
  const shards = buffers.plan.shards.length;
  const read = await buffers.read(
    asks.flatMap(({ member }) => matrixParts(buffers, "embedding", member.index)),
  );
  return asks.map((_, i) => {
    const embedding = matrixOf(read.slice(shards * i, shards * (i + 1)), D);
    const { n, gram, meanEnergyShare } = centredGram(embedding, V, D);
    return { values: symmetricEigenvalues(gram, n), meanEnergyShare };
  });
}
