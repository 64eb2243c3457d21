// uses: block, outputGradient, updateAt, inputRow
// reads: batch, run, work, logits, tables
// writes: weights, state, state2
//
// dU of one block's slots with the update behind it: no gradient of V × D is ever written. When tied, dx of the batch's inputs is
// added to their rows.

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
  let s = thread % D_GROUPS;
  let t = thread / D_GROUPS;
  let scalars = scalarsOf(member, block.step);
  for (var i = 0u; i < 8u; i++) {
    let r = firstRow + 8u * t + i;
    if r < block.rows {
      let row = inputRowOf(member, block.firstRow + r);
      for (var h = 0u; h < 2u; h++) {
        let d = firstD + 2u * s + h;
        if d < D4 {
          updateAt((member * ROWS + r) * D4 + d, member * D4 + d, sums[2u * i + h] + inputGradientAt(row, d), scalars);
        }
      }
    }
  }
}
