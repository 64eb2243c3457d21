// uses: block, updateAt
// reads: batch, run, work
// writes: weights, state, state2
//
// Gain (D values) and bias (D behind them) of a norm: what the slots give, in their order, and the update.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let d = id.x;
  let trained = select(D4, 2u * D4, NORM == 1u);
  let count = distinctOf(member);
  if d >= trained || count == 0u || run.control[member].stopped == 1u {
    return;
  }
  var g = vec4f(0.0);
  for (var slot = 0u; slot < count; slot++) {
    g += work.gainBiasParts[(member * MOST + slot) * 2u * D4 + d];
  }
  let s = scalarsOf(member, block.step);
  let at = member * 2u * D4 + d;
  if OPTIMIZER == 1u {
    // of one row, the mean over rows is its own
    state2[at] = coupled(state2[at], g * g, 1.0, s);
  }
  updateAt(at, at, g, s);
}
