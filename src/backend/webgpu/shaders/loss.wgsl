// The mean loss of a step in nats, in a fixed order; one that is not finite stops its member, from this update on.

const LOSSES = 32u;
var<workgroup> losses: array<f32, LOSSES>;

/** To be called by all threads of one workgroup. */
fn endLoss(member: u32, thread: u32, threads: u32) {
  for (var part = thread; part < LOSSES; part += threads) {
    var sum = 0.0;
    for (var slot = part; slot < distinctOf(member); slot += LOSSES) {
      sum += work.slotLoss[member * MOST + slot];
    }
    losses[part] = sum;
  }
  workgroupBarrier();
  var loss = 0.0;
  for (var part = 0u; part < LOSSES; part++) {
    loss += losses[part];
  }
  if thread == 0u && run.control[member].stopped == 0u {
    run.control[member].loss = loss;
    // NaN and infinity have all bits of their exponent set
    if (bitcast<u32>(loss) & 0x7f800000u) == 0x7f800000u {
      run.control[member].stopped = 1u;
    } else {
      run.control[member].done += 1u;
    }
  }
}
