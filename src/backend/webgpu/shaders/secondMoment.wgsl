// uses: block, optimizer, scalars
// reads: batch, run, rowParts
// writes: state2
//
// Coupled Adam: the second moment of each dimension of a matrix, of the mean of g² over the vocabulary.

alias Values = vec4f;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let d = id.x;
  if d >= D4 || distinctOf(member) == 0u || run.control[member].stopped == 1u {
    return;
  }
  var sum = vec4f(0.0);
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    sum += rowParts[(member * CHUNKS + chunk) * D4 + d];
  }
  let s = scalarsOf(member, block.step);
  let at = member * D4 + d;
  state2[at] = coupled(state2[at], sum, f32(V), s);
}
