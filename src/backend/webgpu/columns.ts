/** Logits of blocks of inputs, and what their columns sum up to. */
import type { DeviceBuffers } from "./device.js";
import type { Variant } from "./plan.js";
import type { Block } from "./program.js";
import type { Dispatch } from "./recorder.js";

/** x, the logits, and of each tile and slot the largest logit and the sum of powers. */
export function logitsOf(buffers: DeviceBuffers, variant: Variant, block: Block): Dispatch[] {
  const { shards, width } = buffers.plan;
  return [
    ...shards.map((_, shard) => buffers.dispatch("gather", variant, shard, [width], block)),
    ...shards.map(({ tiles }, shard) => buffers.dispatch("logits", variant, shard, [tiles], block)),
  ];
}

/** Those, and the expected loss of each input, in whose sums all logits count. */
export function columnsOf(buffers: DeviceBuffers, variant: Variant, block: Block): Dispatch[] {
  const { shards, width } = buffers.plan;
  const groups = Math.ceil(width / 64);
  return [
    ...logitsOf(buffers, variant, block),
    ...shards.map(({ chunks }, shard) =>
      buffers.dispatch("columns", variant, shard, [groups, chunks], block),
    ),
    buffers.dispatch("expected", variant, 0, [groups], block),
  ];
}

/** dx of a block, and with `gradient` its part of dU. */
export function gradientOf(
  buffers: DeviceBuffers,
  block: Block,
  { intoGradient }: { intoGradient: boolean },
): Dispatch[] {
  const { shards, width, dTiles } = buffers.plan;
  const normed = buffers.plan.constants.NORM !== 0;
  return [
    ...shards.map(({ slices }, shard) =>
      buffers.dispatch("inputGradient", "steps", shard, [dTiles, slices], block),
    ),
    ...(normed ? shards : [shards[0]]).map((_, shard) =>
      buffers.dispatch("backward", "steps", shard, [width], block),
    ),
    ...(intoGradient
      ? shards.map(({ tiles }, shard) =>
          buffers.dispatch("accumulate", "steps", shard, [tiles, dTiles], block),
        )
      : []),
  ];
}
