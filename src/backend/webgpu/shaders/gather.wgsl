// uses: total
// reads: control: u32, distinct: u32, embedding: f32, gainBias: f32
// writes: x: f32, moments: vec2f
//
// x (slots × D) ← norm(E) for the distinct inputs of a block, a workgroup each; mean and 1/σ are kept for the way back.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slot = block.first + group.x;
  if slot >= control[DISTINCT] {
    return;
  }
  let row = distinct[slot] * D;
  var mean = 0.0;
  var scale = 1.0;
  if NORM != 0u {
    if NORM == 1u {
      var sum = 0.0;
      for (var d = thread; d < D; d += 64u) {
        sum += embedding[row + d];
      }
      mean = total(sum, thread) / f32(D);
    }
    var squares = 0.0;
    for (var d = thread; d < D; d += 64u) {
      let centred = embedding[row + d] - mean;
      squares += centred * centred;
    }
    scale = 1.0 / sqrt(total(squares, thread) / f32(D) + 1e-5);
  }
  for (var d = thread; d < D; d += 64u) {
    var value = embedding[row + d];
    if NORM != 0u {
      value = (value - mean) * scale * gainBias[d];
    }
    if NORM == 1u {
      value += gainBias[D + d];
    }
    x[slot * D + d] = value;
  }
  if thread == 0u {
    moments[slot] = vec2f(mean, scale);
  }
}
