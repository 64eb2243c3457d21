// reads: control: u32, unembedding: f32, x: f32
// writes: logits: f32
//
// logits (V × WIDTH) ← U xᵀ in base 2 for the slots of a block, in tiles of 16 × 16.

const LOG2_E = 1.4426950408889634;
var<workgroup> rows: array<array<f32, 17>, 16>;
var<workgroup> columns: array<array<f32, 17>, 16>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let count = min(control[DISTINCT], block.first + WIDTH);
  if block.first + group.x * 16u >= count {
    return;
  }
  let j = group.x * 16u + local.x;
  let slot = block.first + j;
  let token = (group.y + group.z * 32768u) * 16u + local.y;
  // the rows that this tile's columns and rows are read by
  let loadedSlot = block.first + group.x * 16u + local.y;
  var sum = 0.0;
  for (var d = 0u; d < D; d += 16u) {
    let at = d + local.x;
    rows[local.y][local.x] = 0.0;
    columns[local.y][local.x] = 0.0;
    if at < D && token < V {
      rows[local.y][local.x] = unembedding[token * D + at];
    }
    if at < D && loadedSlot < count {
      columns[local.y][local.x] = x[loadedSlot * D + at];
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      sum += rows[local.y][k] * columns[local.x][k];
    }
    workgroupBarrier();
  }
  if token < V && slot < count {
    logits[token * WIDTH + j] = sum * LOG2_E;
  }
}
