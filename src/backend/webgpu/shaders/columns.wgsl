// uses: block, source, logitAt
// reads: batch, run, logits, tables
// writes: columnParts
//
// Of each slot of a block and each chunk of CHUNK_ROWS rows: the largest logit, Σ 2^(l − largest), Σ P(b|a) (l − largest) and
// Σ P(b|a), but where single pairs are what counts.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let j = group.x * 64u + thread;
  if j >= slotsHere(member) {
    return;
  }
  let input = inputOf(member, block.first + j);
  let begin = group.y * CHUNK_ROWS;
  let end = min(block.rows, begin + CHUNK_ROWS);
  var most = -3e38;
  for (var r = begin; r < end; r++) {
    most = max(most, logitAt(member, r, j));
  }
  var sum = 0.0;
  var expected = 0.0;
  var mass = 0.0;
  for (var r = begin; r < end; r++) {
    let l = logitAt(member, r, j);
    sum += exp2(l - most);
    if block.pairs == 0u {
      let p = targetProbability(run.members[member].source, block.firstRow + r, input);
      if p > 0.0 {
        expected += p * (l - most);
        mass += p;
      }
    }
  }
  columnParts[(member * CHUNKS + block.firstChunk + group.y) * WIDTH + j] = vec4f(most, sum, expected, mass);
}
