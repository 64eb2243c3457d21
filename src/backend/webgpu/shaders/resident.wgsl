// uses: random, optimizer, scalars, residentWeights, residentDraw, residentPairs, residentNorm, residentProducts, residentColumns, residentUpdate
// reads: tables
// writes: run, scratch: f32, embedding: f32, embeddingState: f32, embeddingState2: f32, unembedding: f32, unembeddingState: f32, unembeddingState2: f32, gainBias: f32, gainBiasState: f32, gainBiasState2: f32
//
// Many small models, each by a workgroup of its own, many steps in one dispatch. The output matrix (the embedding when tied)
// stays in workgroup memory where it fits, its gradient and the optimizer's state of it in registers. A step goes through its distinct inputs in blocks of
// SLOTS, a block's logits (V × SLOTS) becoming the gradient with respect to them in place:
//
//   pairs ⇒ slots;  for each block: x ⇒ logits ⇒ maxima and sums ⇒ G ⇒ dx (to scratch), dU (registers);  loss;  update
//
// All sums have a fixed order, and nothing is shared between members.

/** What the optimizer updates at a time, and words from a row of a matrix to the next. */
alias Values = f32;
const PITCH = 4u * D4;

var<private> me: u32;
var<private> thread: u32;
var<workgroup> toDo: u32;
var<workgroup> meanLoss: f32;

const LN2 = 0.6931471805599453;
const LOG2_E = 1.4426950408889634;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  me = group.x;
  thread = index;
  let member = run.members[group.x];
  if thread == 0u {
    toDo = select(member.count, 0u, run.control[me].stopped != 0u);
  }
  let count = workgroupUniformLoad(&toDo);
  if count == 0u {
    return;
  }
  loadWeights();
  loadStates();
  startPairs(member.seed, member.source);
  var done = 0u;
  for (; done < count; done++) {
    let distinct = drawBatch(member.firstStep + done);
    findMoments(distinct);
    var loss = 0.0;
    for (var first = 0u; first < distinct; first += SLOTS) {
      let quads = min(QUADS, (distinct - first + 3u) / 4u);
      copyInputs(first, distinct);
      countPairs(first);
      findLogits(first, quads);
      workgroupBarrier();
      findColumns(first, quads);
      loss += logitsToErrors(first, quads);
      workgroupBarrier();
      findInputGradients(first, quads, distinct);
      addOutputGradients(first, quads);
      workgroupBarrier();
    }
    storageBarrier();
    sumLosses(loss);
    let mean = workgroupUniformLoad(&meanLoss);
    // NaN and infinity have all bits of their exponent set
    if (bitcast<u32>(mean) & 0x7f800000u) == 0x7f800000u {
      break;
    }
    goBackThroughNorm(distinct);
    update(distinct, done);
    storageBarrier();
    workgroupBarrier();
  }
  storeWeights();
  storeStates();
  if thread == 0u {
    run.control[me].done += done;
    run.control[me].loss = meanLoss;
    run.control[me].stopped = select(1u, 0u, done == count);
  }
}

/** meanLoss ← Σ of what every thread has: 32 sums at a stride, then those in their order, in the room of the logits. */
fn sumLosses(loss: f32) {
  // threads beyond the cells of a block have none
  const having = min(THREADS, V * QUADS);
  if thread < having {
    g[thread] = vec4f(loss);
  }
  workgroupBarrier();
  if thread < min(32u, having) {
    var sum = 0.0;
    for (var i = thread; i < having; i += 32u) {
      sum += g[i].x;
    }
    g[thread] = vec4f(sum);
  }
  workgroupBarrier();
  if thread == 0u {
    var sum = 0.0;
    for (var i = 0u; i < min(32u, having); i++) {
      sum += g[i].x;
    }
    meanLoss = sum * LN2;
  }
}
