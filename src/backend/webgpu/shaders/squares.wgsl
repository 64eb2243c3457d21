// uses: total
// reads: control: u32, scalars: f32, gradient: f32, dx: f32, tokenSlot: u32
// writes: state2: f32
//
// Coupled Adam: the second moment of each dimension of a matrix, of the mean of g² over the vocabulary.

const LARGEST_MOMENT = 8.507059173023462e37;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let d = group.x;
  if control[STOPPED] == 1u {
    return;
  }
  var sum = 0.0;
  for (var token = thread; token < V; token += 64u) {
    var g = 0.0;
    if block.isUnembedding == 1u {
      g = gradient[token * D + d];
    }
    if block.isEmbedding == 1u && tokenSlot[token] > 0u {
      g += dx[(tokenSlot[token] - 1u) * D + d];
    }
    sum += g * g;
  }
  let squares = total(sum, thread);
  if thread == 0u {
    let at = control[STEP] * 8u;
    state2[d] = min(scalars[at + 3u] * state2[d] + scalars[at + 7u] * squares / f32(V), LARGEST_MOMENT);
  }
}
