// Σ over a workgroup of 64, in the order of a binary tree; all of its threads come here together.

var<workgroup> sums: array<f32, 64>;

fn total(value: f32, thread: u32) -> f32 {
  sums[thread] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half >>= 1u) {
    if thread < half {
      sums[thread] += sums[thread + half];
    }
    workgroupBarrier();
  }
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}
