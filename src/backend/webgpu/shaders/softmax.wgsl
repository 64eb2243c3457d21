// uses: block, total, logitAt
// reads: batch, parts, logits
// writes: work
//
// Of each slot of a block: the largest logit, what 2^(l − largest) is multiplied by to be n q/B, and the losses of its
// pairs whose targets are rows of this shard. A workgroup a slot.

const LN2 = 0.6931471805599453;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let j = group.x;
  if j >= slotsHere(member) {
    return;
  }
  var most = -3e38;
  for (var tile = thread; tile < TILES; tile += 64u) {
    most = max(most, parts[(member * TILES + tile) * WIDTH + j].x);
  }
  most = largest(most, thread);
  var sum = 0.0;
  for (var tile = thread; tile < TILES; tile += 64u) {
    let part = parts[(member * TILES + tile) * WIDTH + j];
    sum += part.y * exp2(part.x - most);
  }
  sum = total(sum, thread);

  let slot = block.first + j;
  let starts = listOf(member) * (MOST + 1u) + slot;
  let begin = batch.starts[starts];
  let end = batch.starts[starts + 1u];
  let logSum = log2(sum);
  var losses = 0.0;
  for (var i = begin + thread; i < end; i += 64u) {
    let r = batch.pairs[listOf(member) * B + i].y - block.firstRow;
    if r < block.rows {
      let l = logitAt(member, r, j);
      let loss = (logSum - (l - most)) * LN2;
      // below 0 by rounding alone; max would hide NaN
      losses += f32(batch.weights[listOf(member) * B + i]) * select(loss, 0.0, loss < 0.0);
    }
  }
  losses = total(losses, thread) / f32(B);
  if thread == 0u {
    let here = member * WIDTH + j;
    work.most[here] = most;
    // divided by the sum: a logarithm subtracted would round seven times as far
    work.factor[here] = f32(batch.counts[listOf(member) * MOST + slot]) / f32(B) / sum;
    let loss = member * MOST + slot;
    work.slotLoss[loss] = select(work.slotLoss[loss], 0.0, block.firstRow == 0u) + losses;
  }
}
