// reads: control: u32, logits: f32, columns: vec4f, shares: f32
// writes: meanPrediction: f32
//
// meanPrediction (V) += Σ_j share_j q_j(b) over the slots of a block, in their order.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let b = id.x;
  if b >= V {
    return;
  }
  let count = min(control[DISTINCT], block.first + WIDTH);
  var sum = 0.0;
  for (var slot = block.first; slot < count; slot++) {
    sum += shares[slot] * exp2(logits[b * WIDTH + slot - block.first] - columns[slot].x) / columns[slot].w;
  }
  meanPrediction[b] += sum;
}
