// uses: block, total, logitAt
// reads: batch, work, logits
// writes: results
//
// −Σ_b q ln q of what each input of a block predicts, over the rows of this shard: a workgroup a slot.

const LN2 = 0.6931471805599453;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let j = group.x;
  if j >= slotsHere(member) {
    return;
  }
  let here = member * WIDTH + j;
  var sum = 0.0;
  for (var r = thread; r < block.rows; r += 64u) {
    let below = logitAt(member, r, j) - work.most[here];
    sum += exp2(below) * work.factor[here] * (work.logSum[here] - below);
  }
  let entropy = total(sum, thread) * LN2;
  if thread == 0u {
    let at = member * MOST + block.first + j;
    // below 0 by rounding alone; max would hide NaN
    results.entropies[at] = select(results.entropies[at], 0.0, block.firstRow == 0u) + select(entropy, 0.0, entropy < 0.0);
  }
}
