// uses: block, logitAt
// reads: batch, work, logits
// writes: results
//
// The mean prediction (V) += Σ_j share_j q_j(b) over the slots of a block, in their order.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let r = id.x;
  let count = slotsHere(member);
  if r >= block.rows || count == 0u {
    return;
  }
  var sum = 0.0;
  for (var j = 0u; j < count; j++) {
    let here = member * WIDTH + j;
    sum += results.shares[member * MOST + block.first + j] * exp2(logitAt(member, r, j) - work.most[here]) * work.factor[here];
  }
  results.meanPrediction[member * V + block.firstRow + r] += sum;
}
