// uses: random, optimizer, scalars, residentDraw, residentRows
// reads: tables
// writes: run, embedding: f32, embeddingState: f32, embeddingState2: f32, unembedding: f32, unembeddingState: f32, unembeddingState2: f32, gainBias: f32, gainBiasState: f32, gainBiasState2: f32
//
// The smallest models, of at most 32 tokens and 8 dimensions: a workgroup of 32 threads each, many steps in one dispatch. Thread a
// has token a: row a of the embedding and of the output matrix with all of the optimizer's state in its registers, and column a of
// the logits (of input a). Gain and bias belong to dimensions: thread d has dimension d of them. Every step
//
//   draw, publish rows;  barrier;  logits, softmax, loss, G, dx;  barrier;  dU from all inputs, sums over tokens;  barrier;  update
//
// A member whose loss is not finite idles through the steps that are left.

/** What the optimizer updates at a time, and words from a row of a matrix to the next. */
alias Values = f32;
const PITCH = 4u * D4;

var<private> me: u32;
var<private> thread: u32;
var<workgroup> toDo: u32;
/** How often input a has target b, at a·V + b; and the gradient with respect to that logit. */
var<workgroup> counts: array<atomic<u32>, V * V>;
var<workgroup> g: array<f32, V * V>;
/** Rows of the output matrix; x of every token, where it is not its row; gain and bias. */
var<workgroup> rows: array<f32, V * D>;
var<workgroup> x: array<f32, V * D>;
var<workgroup> norms: array<f32, 2u * D>;
/** What each token gives to the loss, to gain and bias, and (coupled Adam) to the sums of squares of both matrices. */
var<workgroup> losses: array<f32, V>;
var<workgroup> normParts: array<f32, max(1u, u32(NORM != 0u) * 2u * V * D)>;
var<workgroup> squares: array<f32, max(1u, u32(OPTIMIZER == 1u) * 2u * V * D)>;

const LN2 = 0.6931471805599453;
const LOG2_E = 1.4426950408889634;
const COPIES = NORM != 0u || TIED == 0u;

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
  var e = loadEmbedding();
  var u = loadUnembedding();
  var gain = loadNorm();
  startPairs(member.seed, member.source);
  var done = 0u;
  var mean = 0.0;
  var finite = true;
  for (var step = 0u; step < count; step++) {
    if EVERY_INPUT == 0u && finite {
      let key = randomBits(batchKey, vec2u(member.firstStep + step, 0u));
      for (var i = 0u; i * THREADS < B; i++) {
        if i * THREADS + thread < B {
          let pair = drawPair(key, i);
          atomicAdd(&counts[pair.x * V + pair.y], 1u);
        }
      }
    }
    if thread < D && NORM != 0u {
      norms[thread] = gain.weight[0];
      norms[D + thread] = gain.weight[1];
    }
    if NORM != 0u {
      workgroupBarrier();
    }
    // mean and 1/σ of the token's row
    var moments = vec2f(0.0, 1.0);
    if thread < V {
      moments = momentsOf(&e);
      for (var d = 0u; d < D; d++) {
        rows[thread * D + d] = select(u.weight[d], e.weight[d], TIED == 1u);
        if COPIES {
          x[thread * D + d] = normed(e.weight[d], d, moments);
        }
      }
    }
    workgroupBarrier();
    var dE = array<f32, D>();
    var dU = array<f32, D>();
    if thread < V {
      dE = throughLogits();
      goBack(&dE, &e, moments);
    }
    workgroupBarrier();
    mean = 0.0;
    for (var a = 0u; a < V; a++) {
      mean += losses[a];
    }
    mean *= LN2;
    if thread < V {
      for (var a = 0u; a < V; a++) {
        let error = g[a * V + thread];
        for (var d = 0u; d < D; d++) {
          dU[d] += error * inputValue(a, d);
        }
      }
    }
    var dGain = array<f32, 2>();
    if NORM != 0u && thread < D {
      for (var a = 0u; a < V; a++) {
        dGain[0] += normParts[a * 2u * D + thread];
        dGain[1] += normParts[a * 2u * D + D + thread];
      }
    }
    if TIED == 1u {
      for (var d = 0u; d < D; d++) {
        dE[d] += dU[d];
      }
    }
    if OPTIMIZER == 1u && thread < V {
      for (var d = 0u; d < D; d++) {
        squares[thread * 2u * D + d] = dE[d] * dE[d];
        squares[thread * 2u * D + D + d] = dU[d] * dU[d];
      }
    }
    workgroupBarrier();
    // NaN and infinity have all bits of their exponent set
    finite = finite && (bitcast<u32>(mean) & 0x7f800000u) != 0x7f800000u;
    if finite {
      let s = scalarsOf(me, step);
      updateRow(&e, dE, 0u, s);
      if TIED == 0u {
        updateRow(&u, dU, D, s);
      }
      if NORM != 0u {
        updateNorm(&gain, dGain, s);
      }
      done += 1u;
    } else if done == step {
      // the first that is not: of those after it nothing is kept
      storeLoss(mean);
    }
  }
  storeEmbedding(e);
  storeUnembedding(u);
  storeNorm(gain);
  if finite {
    storeLoss(mean);
  }
  if thread == 0u {
    run.control[me].done += done;
    run.control[me].stopped = select(1u, 0u, finite);
  }
}

fn storeLoss(loss: f32) {
  if thread == 0u {
    run.control[me].loss = loss;
  }
}

fn momentsOf(e: ptr<function, Row>) -> vec2f {
  if NORM == 0u {
    return vec2f(0.0, 1.0);
  }
  var mean = 0.0;
  if NORM == 1u {
    for (var d = 0u; d < D; d++) {
      mean += (*e).weight[d];
    }
    mean /= f32(D);
  }
  var sum = 0.0;
  for (var d = 0u; d < D; d++) {
    let centred = (*e).weight[d] - mean;
    sum += centred * centred;
  }
  return vec2f(mean, 1.0 / sqrt(sum / f32(D) + 1e-5));
}

fn normed(value: f32, d: u32, moments: vec2f) -> f32 {
  if NORM == 0u {
    return value;
  }
  let scaled = (value - moments.x) * moments.y * norms[d];
  return select(scaled, scaled + norms[D + d], NORM == 1u);
}

/** x of a token. */
fn inputValue(token: u32, d: u32) -> f32 {
  if COPIES {
    return x[token * D + d];
  }
  return rows[token * D + d];
}

/** The thread's input: its loss, its G to `g`, counts back to 0; returns dx. */
fn throughLogits() -> array<f32, D> {
  var logits = array<f32, V>();
  for (var d = 0u; d < D; d++) {
    let value = inputValue(thread, d) * LOG2_E;
    for (var b = 0u; b < V; b++) {
      logits[b] += value * rows[b * D + d];
    }
  }
  var most = logits[0];
  for (var b = 1u; b < V; b++) {
    most = max(most, logits[b]);
  }
  var sum = 0.0;
  var often = 0u;
  for (var b = 0u; b < V; b++) {
    sum += exp2(logits[b] - most);
    if EVERY_INPUT == 0u {
      often += atomicLoad(&counts[thread * V + b]);
    }
  }
  let mass = inputMass(often);
  let scale = mass / sum;
  let logSum = log2(sum);
  var loss = 0.0;
  var dx = array<f32, D>();
  for (var b = 0u; b < V; b++) {
    let below = logits[b] - most;
    var wanted = 0.0;
    if EVERY_INPUT == 1u {
      wanted = mass * targetProbability(source, b, thread);
    } else {
      wanted = f32(atomicLoad(&counts[thread * V + b])) / f32(B);
      atomicStore(&counts[thread * V + b], 0u);
    }
    if wanted > 0.0 {
      // below 0 by rounding alone; max would hide NaN
      let surprise = logSum - below;
      loss += select(surprise, 0.0, surprise < 0.0) * wanted;
    }
    // a token that is no input gives nothing, whatever its logits
    let error = select(exp2(below) * scale - wanted, 0.0, mass == 0.0);
    g[thread * V + b] = error;
    for (var d = 0u; d < D; d++) {
      dx[d] += error * rows[b * D + d];
    }
  }
  losses[thread] = loss;
  return dx;
}

/** The share of the loss that the thread's input has. */
fn inputMass(often: u32) -> f32 {
  if EVERY_INPUT == 1u {
    return probabilityOf(source, thread);
  }
  return f32(often) / f32(B);
}

/** dx → the gradient of the embedding's row; what the token gives to gain and bias to `normParts`. */
fn goBack(dx: ptr<function, array<f32, D>>, e: ptr<function, Row>, moments: vec2f) {
  if NORM != 0u {
    var sumH = 0.0;
    var sumHx = 0.0;
    for (var d = 0u; d < D; d++) {
      let normalised = ((*e).weight[d] - moments.x) * moments.y;
      normParts[thread * 2u * D + d] = (*dx)[d] * normalised;
      normParts[thread * 2u * D + D + d] = (*dx)[d];
      let h = (*dx)[d] * norms[d];
      sumH += h;
      sumHx += h * normalised;
    }
    let meanH = select(0.0, sumH / f32(D), NORM == 1u);
    let meanHx = sumHx / f32(D);
    for (var d = 0u; d < D; d++) {
      let normalised = ((*e).weight[d] - moments.x) * moments.y;
      (*dx)[d] = ((*dx)[d] * norms[d] - meanH - normalised * meanHx) * moments.y;
    }
  }
}

/** The update of a row; `part` says which half of `squares` is the matrix's own. */
fn updateRow(row: ptr<function, Row>, gradient: array<f32, D>, part: u32, s: array<f32, 8>) {
  var g = gradient;
  for (var d = 0u; d < D; d++) {
    if OPTIMIZER == 1u {
      // the second moment of a dimension, of the mean of g² over the vocabulary: every thread forms the same
      var sum = 0.0;
      for (var a = 0u; a < V; a++) {
        sum += squares[a * 2u * D + part + d];
      }
      (*row).state2[d] = coupled((*row).state2[d], sum, f32(V), s);
    }
    let next = updated((*row).weight[d], (*row).state[d], (*row).state2[d], g[d], s);
    (*row).weight[d] = next.weight;
    (*row).state[d] = next.state;
    if OPTIMIZER == 0u {
      (*row).state2[d] = next.state2;
    }
  }
}

fn updateNorm(norm: ptr<function, Norm>, gradient: array<f32, 2>, s: array<f32, 8>) {
  var g = gradient;
  for (var i = 0u; i < select(1u, 2u, NORM == 1u); i++) {
    if OPTIMIZER == 1u {
      // of one row, the mean over rows is its own
      (*norm).state2[i] = coupled((*norm).state2[i], g[i] * g[i], 1.0, s);
    }
    let next = updated((*norm).weight[i], (*norm).state[i], (*norm).state2[i], g[i], s);
    (*norm).weight[i] = next.weight;
    (*norm).state[i] = next.state;
    if OPTIMIZER == 0u {
      (*norm).state2[i] = next.state2;
    }
  }
}
