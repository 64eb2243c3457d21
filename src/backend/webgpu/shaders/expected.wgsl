// uses: block, source
// reads: batch, run, columnParts, tables
// writes: work, results
//
// The parts of each slot of a block in their order: its largest logit, what makes a probability or a gradient of 2^(l − largest),
// the logarithm of their sum, and its expected loss.

const LN2 = 0.6931471805599453;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let j = id.x;
  if j >= slotsHere(member) {
    return;
  }
  let begin = member * CHUNKS * WIDTH + j;
  var most = columnParts[begin].x;
  for (var chunk = 1u; chunk < CHUNKS; chunk++) {
    most = max(most, columnParts[begin + chunk * WIDTH].x);
  }
  var sum = 0.0;
  var expected = 0.0;
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    let part = columnParts[begin + chunk * WIDTH];
    sum += part.y * exp2(part.x - most);
    // about the largest logit of all, so that what is common to a row cancels
    expected += part.z + part.w * (part.x - most);
  }
  let slot = block.first + j;
  let loss = (log2(sum) - expected) * LN2;
  // below 0 by rounding alone; max would hide NaN
  let inputLoss = select(loss, 0.0, loss < 0.0);
  work.most[member * WIDTH + j] = most;
  work.logSum[member * WIDTH + j] = log2(sum);
  work.factor[member * WIDTH + j] = 1.0 / sum;
  if EVERY_INPUT == 1u {
    let p = probabilityOf(run.members[member].source, slot);
    work.factor[member * WIDTH + j] = p / sum;
    // an input that never occurs is left out, even where its loss is infinite
    work.slotLoss[member * MOST + slot] = select(0.0, p * inputLoss, p > 0.0);
  } else {
    results.inputLosses[member * MOST + slot] = inputLoss;
  }
}
