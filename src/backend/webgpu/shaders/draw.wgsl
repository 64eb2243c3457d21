// uses: token
// reads: run, tables
// writes: batch
//
// Pairs of all steps of a submission, or of one long list (from pair block.first on).

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let step = block.step + id.x / B;
  if id.x >= block.pairs || step >= run.members[member].count {
    return;
  }
  let pair = block.first + id.x % B;
  let key = streamKey(run.members[member].seed, block.purpose, run.members[member].firstStep + step);
  let first = randomBits(key, vec2u(2u * pair, 0u));
  let source = run.members[member].source;
  let input = drawInput(source, first);
  let at = (member * STEPS + step) * B + id.x % B;
  batch.inputs[at] = input;
  batch.targets[at] = drawTarget(source, input, key, pair, randomBits(key, vec2u(2u * pair + 1u, 0u)));
}
