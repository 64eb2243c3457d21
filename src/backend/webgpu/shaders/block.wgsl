// Where a dispatch stands: members are the workgroups' z, their arrays follow one another.

/** Place of this step's (or list's) words in the arrays of a batch. */
fn listOf(member: u32) -> u32 {
  return member * STEPS + block.step;
}

/** Distinct inputs of this step or list in all; 0 for a member that has none to do, or has stopped. */
fn distinctOf(member: u32) -> u32 {
  return batch.distinctCount[listOf(member)];
}

/** Those of this block: 0 to WIDTH. */
fn slotsHere(member: u32) -> u32 {
  let all = distinctOf(member);
  return select(0u, min(WIDTH, all - block.first), all > block.first);
}

/** The input of a slot. With exact gradients every token is an input, in its own slot. */
fn inputOf(member: u32, slot: u32) -> u32 {
  if EVERY_INPUT == 1u {
    return slot;
  }
  return batch.distinct[listOf(member) * MOST + slot];
}

/** 1 for the components of a vector that are below D, 0 for those that fill it up. */
fn inside(d: u32) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), vec4u(4u * d) + vec4u(0u, 1u, 2u, 3u) < vec4u(D));
}
