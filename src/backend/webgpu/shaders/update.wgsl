// uses: block, gradientRow, updateAt
// reads: batch, run, work, gradient
// writes: weights, state, state2
//
// The update of a matrix whose gradient is there: dU in `gradient` where it is an unembedding, dx of the batch's inputs where it is
// an embedding, both when tied.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let at = id.x + id.y * 64u * 32768u;
  if at >= block.rows * D4 || distinctOf(member) == 0u || run.control[member].stopped == 1u {
    return;
  }
  let r = at / D4;
  let d = at % D4;
  updateAt(member * ROWS * D4 + at, member * D4 + d, gradientAt(member, r, d), scalarsOf(member, block.step));
}
