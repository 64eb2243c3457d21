// uses: optimizer
// reads: control: u32, scalars: f32, gradient: f32, dx: f32, tokenSlot: u32
// writes: weights: f32, state: f32, state2: f32
//
// The update of a matrix. Its gradient: `gradient`, where the matrix is an unembedding; dx of the batch's inputs, where it
// is an embedding; both when tied.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  if at >= V * D || control[STOPPED] == 1u {
    return;
  }
  let token = at / D;
  let d = at % D;
  var g = 0.0;
  if block.isUnembedding == 1u {
    g = gradient[at];
  }
  if block.isEmbedding == 1u && tokenSlot[token] > 0u {
    g += dx[(tokenSlot[token] - 1u) * D + d];
  }
  let row = select(at, d, OPTIMIZER == 1u);
  let s2 = select(0.0, state2[min(row, arrayLength(&state2) - 1u)], OPTIMIZER <= 1u);
  let s1 = select(0.0, state[min(at, arrayLength(&state) - 1u)], HAS_STATE == 1u);
  let next = updated(weights[at], s1, s2, g, scalarsOf(control[STEP]));
  weights[at] = next.weight;
  if HAS_STATE == 1u {
    state[at] = next.state;
  }
  if OPTIMIZER == 0u {
    state2[at] = next.state2;
  }
}
