// The pairs of a block's slots whose targets are in a range of rows, in their order: a set of up to 256 at a time, found by all
// threads together, that each then walks through.

var<workgroup> found: array<atomic<u32>, 8>;

/** The block's pairs: begin and end among those of the step, which are in the order of their slots. */
fn pairsHere(member: u32, count: u32) -> vec2u {
  // with exact gradients there are none; and of one token there is nothing to learn
  if EVERY_INPUT == 1u || V == 1u {
    return vec2u(0u);
  }
  let starts = listOf(member) * (MOST + 1u) + block.first;
  return vec2u(batch.starts[starts], batch.starts[starts + count]);
}

/** To be called by all threads together: which of the pairs from `begin` on have targets in [low, high). */
fn findPairs(member: u32, begin: u32, end: u32, low: u32, high: u32, thread: u32, threads: u32) {
  for (var i = thread; i < 8u; i += threads) {
    atomicStore(&found[i], 0u);
  }
  workgroupBarrier();
  for (var i = thread; i < 256u && begin + i < end; i += threads) {
    let token = batch.pairs[listOf(member) * B + begin + i].y;
    if token >= low && token < high {
      atomicOr(&found[i / 32u], 1u << (i % 32u));
    }
  }
  workgroupBarrier();
}
