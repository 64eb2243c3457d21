// uses: source
// reads: control: u32, distinct: u32, counts: u32, columns: vec4f, probabilities: f32, conditional: f32
// writes: logits: f32
//
// Logits of a block → G: n q/B of a batch (its pairs are subtracted behind), p (q − P) where gradients are exact.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  let token = id.y + id.z * 32768u;
  let slot = block.first + j;
  if j >= WIDTH || token >= V {
    return;
  }
  let at = token * WIDTH + j;
  if slot >= control[DISTINCT] {
    logits[at] = 0.0;
    return;
  }
  let q = exp2(logits[at] - columns[slot].x) / columns[slot].w;
  if EXACT == 1u {
    let input = distinct[slot];
    logits[at] = probabilities[input] * (q - targetProbability(token, input));
  } else {
    logits[at] = q * f32(counts[slot]) / f32(B);
  }
}
