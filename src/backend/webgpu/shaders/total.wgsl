// Over a workgroup of 64, in a fixed order: eight threads sum up eight values each, then each thread all eight sums. All of its
// threads come here together.

var<workgroup> values: array<f32, 64>;
var<workgroup> eighths: array<f32, 8>;

fn total(value: f32, thread: u32) -> f32 {
  values[thread] = value;
  workgroupBarrier();
  if thread < 8u {
    var sum = 0.0;
    for (var i = 0u; i < 8u; i++) {
      sum += values[8u * thread + i];
    }
    eighths[thread] = sum;
  }
  workgroupBarrier();
  var all = 0.0;
  for (var i = 0u; i < 8u; i++) {
    all += eighths[i];
  }
  return all;
}

fn largest(value: f32, thread: u32) -> f32 {
  values[thread] = value;
  workgroupBarrier();
  if thread < 8u {
    var most = values[8u * thread];
    for (var i = 1u; i < 8u; i++) {
      most = max(most, values[8u * thread + i]);
    }
    eighths[thread] = most;
  }
  workgroupBarrier();
  var most = eighths[0];
  for (var i = 1u; i < 8u; i++) {
    most = max(most, eighths[i]);
  }
  return most;
}
