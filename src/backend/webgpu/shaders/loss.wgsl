// reads: losses: f32, columns: vec4f, probabilities: f32
// writes: control: u32, stepLosses: f32
//
// The mean loss of a step in nats, in the order of a binary tree over 256 sums; a loss that is not finite stops all that
// follows.

const LN2 = 0.6931471805599453;
var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  if EXACT == 1u {
    for (var a = thread; a < V; a += 256u) {
      if probabilities[a] > 0.0 {
        sum += probabilities[a] * columns[a].z * LN2;
      }
    }
  } else {
    for (var i = thread; i < B; i += 256u) {
      sum += losses[i] / f32(B);
    }
  }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half >>= 1u) {
    if thread < half {
      sums[thread] += sums[thread + half];
    }
    workgroupBarrier();
  }
  if thread == 0u && control[STOPPED] == 0u {
    let loss = sums[0];
    stepLosses[control[STEP]] = loss;
    // NaN and infinity have all bits of their exponent set
    if (bitcast<u32>(loss) & 0x7f800000u) == 0x7f800000u {
      control[STOPPED] = 1u;
    }
  }
}
