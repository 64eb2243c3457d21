// reads: rowParts
// writes: results
//
// The embedding's mean row: the chunks in their order.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let d = id.x;
  if d >= D4 {
    return;
  }
  var sum = vec4f(0.0);
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    sum += rowParts[(member * CHUNKS + chunk) * D4 + d];
  }
  results.meanRow[member * D4 + d] = sum / f32(V);
}
