// uses: block, outputGradient
// reads: batch, run, work, logits, tables
// writes: gradient
//
// gradient (rows × D) ← or += dU of a block's slots, where there are several blocks, or an optimizer that wants the whole
// gradient before it moves a row.

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let count = slotsHere(member);
  if count == 0u {
    return;
  }
  let firstRow = group.x * TOKENS;
  let firstD = 2u * D_GROUPS * group.y;
  outputGradient(member, firstRow, firstD, count, thread);
  let s = thread % D_GROUPS;
  let t = thread / D_GROUPS;
  for (var i = 0u; i < 8u; i++) {
    let r = firstRow + 8u * t + i;
    for (var h = 0u; h < 2u; h++) {
      let d = firstD + 2u * s + h;
      if r < block.rows && d < D4 {
        let at = (member * ROWS + r) * D4 + d;
        gradient[at] = select(gradient[at], vec4f(0.0), block.first == 0u) + sums[2u * i + h];
      }
    }
  }
}
