// reads: control: u32, logits: f32, x: f32
// writes: gradient: f32
//
// gradient (V × D) ← or += G x for the slots of a block, in tiles of 16 tokens × 16 dimensions.

var<workgroup> g: array<array<f32, 17>, 16>;
var<workgroup> inputs: array<array<f32, 17>, 16>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let count = control[DISTINCT];
  if block.first > 0u && block.first >= count {
    return;
  }
  let token = (group.y + group.z * 32768u) * 16u + local.y;
  let d = group.x * 16u + local.x;
  let end = min(WIDTH, count - block.first);
  var sum = 0.0;
  for (var j = 0u; j < end; j += 16u) {
    g[local.y][local.x] = 0.0;
    inputs[local.y][local.x] = 0.0;
    if token < V && j + local.x < end {
      g[local.y][local.x] = logits[token * WIDTH + j + local.x];
    }
    if j + local.y < end && d < D {
      inputs[local.y][local.x] = x[(block.first + j + local.y) * D + d];
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      sum += g[local.y][k] * inputs[k][local.x];
    }
    workgroupBarrier();
  }
  if token < V && d < D {
    let at = token * D + d;
    gradient[at] = select(gradient[at], 0.0, block.first == 0u) + sum;
  }
}
