// reads: embedding
// writes: rowParts
//
// Σ of each dimension of the embedding over a chunk of CHUNK_ROWS rows.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let d = group.x * 64u + thread;
  if d >= D4 {
    return;
  }
  var sum = vec4f(0.0);
  for (var r = group.y * CHUNK_ROWS; r < min(block.rows, (group.y + 1u) * CHUNK_ROWS); r++) {
    sum += embedding[(member * ROWS + r) * D4 + d];
  }
  rowParts[(member * CHUNKS + block.firstChunk + group.y) * D4 + d] = sum;
}
