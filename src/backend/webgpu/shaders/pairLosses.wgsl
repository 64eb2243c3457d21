// reads: control: u32, slots: u32, targets: u32, logits: f32, columns: vec4f
// writes: losses: f32
//
// −ln q(b|a) of the pairs whose input is in the block: of a batch, or of an evaluation's list.

const LN2 = 0.6931471805599453;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if i >= block.pairs {
    return;
  }
  let slot = slots[i];
  if slot < block.first || slot >= block.first + WIDTH || slot >= control[DISTINCT] {
    return;
  }
  let begin = select(0u, control[STEP] * B, block.ofStep == 1u);
  let l = logits[targets[begin + i] * WIDTH + slot - block.first];
  let loss = (columns[slot].y - (l - columns[slot].x)) * LN2;
  // below 0 by rounding alone; max would hide NaN
  losses[i] = select(loss, 0.0, loss < 0.0);
}
