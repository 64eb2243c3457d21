// reads: distinct: u32
// writes: control: u32, tokenSlot: u32
//
// The end of a step: no token has a slot any more, and the next step's pairs and scalars are due.

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  for (var slot = thread; slot < control[DISTINCT]; slot += 256u) {
    if EXACT == 0u {
      tokenSlot[distinct[slot]] = 0u;
    }
  }
  workgroupBarrier();
  if thread == 0u && control[STOPPED] == 0u {
    control[STEP] += 1u;
  }
}
