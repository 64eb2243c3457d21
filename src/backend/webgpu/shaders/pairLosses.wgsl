// uses: block, logitAt
// reads: batch, work, logits
// writes: results
//
// −ln q(b|a) of a list's pairs (slot, target) whose slot is in the block and whose target is a row of this shard.

const LN2 = 0.6931471805599453;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let i = id.x;
  if i >= batch.pairCount[member] {
    return;
  }
  let pair = batch.pairs[listOf(member) * B + i];
  let j = pair.x - block.first;
  let r = pair.y - block.firstRow;
  if j >= slotsHere(member) || r >= block.rows {
    return;
  }
  let here = member * WIDTH + j;
  let loss = (work.logSum[here] - (logitAt(member, r, j) - work.most[here])) * LN2;
  results.losses[member * B + i] = select(loss, 0.0, loss < 0.0);
}
