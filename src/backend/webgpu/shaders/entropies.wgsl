// uses: total
// reads: control: u32, logits: f32, columns: vec4f
// writes: entropies: f32
//
// −Σ_b q ln q of what each input of a block predicts: a workgroup a slot.

const LN2 = 0.6931471805599453;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slot = block.first + group.x;
  if slot >= control[DISTINCT] {
    return;
  }
  var sum = 0.0;
  for (var b = thread; b < V; b += 64u) {
    let below = logits[b * WIDTH + group.x] - columns[slot].x;
    sum += exp2(below) / columns[slot].w * (columns[slot].y - below);
  }
  let entropy = total(sum, thread) * LN2;
  if thread == 0u {
    entropies[slot] = max(0.0, entropy);
  }
}
