// uses: source
// reads: control: u32, distinct: u32, logits: f32, probabilities: f32, conditional: f32
// writes: parts: vec4f
//
// Of each column of a block and each chunk of ROWS tokens: the largest logit, Σ 2^(l − largest), Σ P(b|a) l and Σ P(b|a), but where
// single pairs are what counts.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let j = group.x * 64u + thread;
  let slot = block.first + j;
  if j >= WIDTH || slot >= control[DISTINCT] {
    return;
  }
  let input = distinct[slot];
  let end = min(V, (group.y + 1u) * ROWS);
  var most = logits[group.y * ROWS * WIDTH + j];
  for (var b = group.y * ROWS; b < end; b++) {
    most = max(most, logits[b * WIDTH + j]);
  }
  var sum = 0.0;
  var expected = 0.0;
  var mass = 0.0;
  for (var b = group.y * ROWS; b < end; b++) {
    let l = logits[b * WIDTH + j];
    sum += exp2(l - most);
    if block.pairs == 0u {
      let p = targetProbability(b, input);
      if p > 0.0 {
        expected += p * (l - most);
        mass += p;
      }
    }
  }
  parts[group.y * WIDTH + j] = vec4f(most, sum, expected, mass);
}
