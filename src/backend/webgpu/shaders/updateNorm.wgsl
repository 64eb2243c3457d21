// uses: optimizer
// reads: control: u32, scalars: f32, gainBiasParts: f32
// writes: gainBias: f32, gainBiasState: f32, gainBiasState2: f32
//
// Gain (D values) and bias (D behind them): what the slots give, in their order, and the update.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x;
  let trained = select(D, 2u * D, NORM == 1u);
  if at >= trained || control[STOPPED] == 1u {
    return;
  }
  var g = 0.0;
  for (var slot = 0u; slot < control[DISTINCT]; slot++) {
    g += gainBiasParts[slot * 2u * D + at];
  }
  let s = scalarsOf(control[STEP]);
  if OPTIMIZER == 1u {
    // of one row, the mean over rows is its own
    gainBiasState2[at] = min(s[3] * gainBiasState2[at] + s[7] * g * g, LARGEST_MOMENT);
  }
  let next = updated(gainBias[at], gainBiasState[at], gainBiasState2[at], g, s);
  gainBias[at] = next.weight;
  gainBiasState[at] = next.state;
  gainBiasState2[at] = next.state2;
}
