// reads: control: u32, logits: f32, unembedding: f32
// writes: dxParts: f32
//
// dxParts (SLICES × WIDTH × D) ← Σ_b G_b U_b over one slice of the vocabulary, in tiles of 16 slots × 16 dimensions.

var<workgroup> g: array<array<f32, 17>, 16>;
var<workgroup> u: array<array<f32, 17>, 16>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  if block.first + group.y * 16u >= control[DISTINCT] {
    return;
  }
  let j = group.y * 16u + local.y;
  let d = group.x * 16u + local.x;
  let slice = group.z;
  let rows = (V + SLICES - 1u) / SLICES;
  let end = min(V, (slice + 1u) * rows);
  var sum = 0.0;
  for (var b = slice * rows; b < end; b += 16u) {
    g[local.y][local.x] = 0.0;
    u[local.y][local.x] = 0.0;
    if b + local.y < end {
      g[local.y][local.x] = logits[(b + local.y) * WIDTH + group.y * 16u + local.x];
      if d < D {
        u[local.y][local.x] = unembedding[(b + local.y) * D + d];
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      sum += g[k][local.y] * u[k][local.x];
    }
    workgroupBarrier();
  }
  if d < D {
    dxParts[(slice * WIDTH + j) * D + d] = sum;
  }
}
