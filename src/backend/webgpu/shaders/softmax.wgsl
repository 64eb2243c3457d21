// reads: control: u32, parts: vec4f
// writes: columns: vec4f
//
// The parts of each column in their order: the largest logit, log2 Σ 2^(l − largest), that
// less Σ P (l − largest), which is an input's expected loss in base 2, and the sum itself: a probability is divided by it,
// since a logarithm would round seven times as far.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  let slot = block.first + j;
  if j >= WIDTH || slot >= control[DISTINCT] {
    return;
  }
  var most = parts[j].x;
  for (var chunk = 1u; chunk < CHUNKS; chunk++) {
    most = max(most, parts[chunk * WIDTH + j].x);
  }
  var sum = 0.0;
  var expected = 0.0;
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    let part = parts[chunk * WIDTH + j];
    sum += part.y * exp2(part.x - most);
    // about the largest logit of all, so that what is common to a row cancels
    expected += part.z + part.w * (part.x - most);
  }
  columns[slot] = vec4f(most, log2(sum), log2(sum) - expected, sum);
}
