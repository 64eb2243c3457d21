// uses: block, outputGradient, optimizer, scalars, inputRow
// reads: batch, run, work, logits, tables
// writes: weights, state, state2
//
// dU of one block's slots with the update behind it: no gradient of V × D is ever written. When tied, dx of the batch's inputs is
// added to their rows.

alias Values = vec4f;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let count = slotsHere(member);
  if count == 0u || run.control[member].stopped == 1u {
    return;
  }
  let firstRow = group.x * TOKENS;
  let firstD = 2u * D_GROUPS * group.y;
  outputGradient(member, firstRow, firstD, count, thread);
  // by numbers that are known, so that the sums stay in registers
  updateRows(member, firstRow, firstD, thread, 0u, sums[0], sums[1], sums[2], sums[3]);
  updateRows(member, firstRow, firstD, thread, 2u, sums[4], sums[5], sums[6], sums[7]);
  updateRows(member, firstRow, firstD, thread, 4u, sums[8], sums[9], sums[10], sums[11]);
  updateRows(member, firstRow, firstD, thread, 6u, sums[12], sums[13], sums[14], sums[15]);
}

/** Rows i and i + 1 of the thread, whose dU is g: all of their loads before the first store, which no compiler may put first. */
fn updateRows(member: u32, firstRow: u32, firstD: u32, thread: u32, i: u32, g0: vec4f, g1: vec4f, g2: vec4f, g3: vec4f) {
  let scalars = scalarsOf(member, block.step);
  let row = firstRow + 8u * (thread / D_GROUPS) + i;
  let vector = firstD + 2u * (thread % D_GROUPS);
  var g = array<vec4f, 4>(g0, g1, g2, g3);
  var theta = array<vec4f, 4>();
  var before = array<vec4f, 4>();
  var before2 = array<vec4f, 4>();
  for (var k = 0u; k < 4u; k++) {
    let r = min(row + k / 2u, block.rows - 1u);
    let d = min(vector + k % 2u, D4 - 1u);
    let at = (member * ROWS + r) * D4 + d;
    theta[k] = weights[at];
    if HAS_STATE == 1u {
      before[k] = state[at];
    }
    if OPTIMIZER == 0u {
      before2[k] = state2[at];
    }
    g[k] += inputGradientAt(inputRowOf(member, block.firstRow + r), d);
  }
  for (var k = 0u; k < 4u; k++) {
    let r = row + k / 2u;
    let d = vector + k % 2u;
    let next = updated(theta[k], before[k], before2[k], g[k], scalars);
    if r < block.rows && d < D4 {
      let at = (member * ROWS + r) * D4 + d;
      weights[at] = next.weight;
      if HAS_STATE == 1u {
        state[at] = next.state;
      }
      if OPTIMIZER == 0u {
        state2[at] = next.state2;
      }
    }
  }
}
