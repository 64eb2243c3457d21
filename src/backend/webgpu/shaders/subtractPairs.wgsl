// reads: control: u32, slots: u32, targets: u32
// writes: logits: f32
//
// G ← G − c/B: every slot goes through its own pairs in their order, so that no two threads meet.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.x;
  let slot = block.first + j;
  if j >= WIDTH || slot >= control[DISTINCT] {
    return;
  }
  let begin = control[STEP] * B;
  for (var i = 0u; i < B; i++) {
    if slots[i] == slot {
      logits[targets[begin + i] * WIDTH + j] -= 1.0 / f32(B);
    }
  }
}
