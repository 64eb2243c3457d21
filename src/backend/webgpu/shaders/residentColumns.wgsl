// Softmax of a block's columns: PARTS parts of the tokens at a stride (b ≡ p mod PARTS) have a maximum and a sum each, then those
// in their order. Columns are computed four at a time.

/** Of each part and quad its maxima, and its sums behind them. */
var<workgroup> partials: array<vec4f, 2u * PARTS * QUADS>;
var<workgroup> columnMost: array<vec4f, QUADS>;
/** log2 Σ 2^(logit − most), and what share of the loss the input has over that sum. */
var<workgroup> columnLog: array<vec4f, QUADS>;
var<workgroup> columnScale: array<vec4f, QUADS>;

fn findColumns(first: u32, quads: u32) {
  let q = thread % QUADS;
  let p = thread / QUADS;
  if p < PARTS && q < quads {
    var most = g[p * QUADS + q];
    for (var b = p + PARTS; b < V; b += PARTS) {
      most = max(most, g[b * QUADS + q]);
    }
    var sum = vec4f();
    for (var b = p; b < V; b += PARTS) {
      sum += exp2(g[b * QUADS + q] - most);
    }
    partials[2u * thread] = most;
    partials[2u * thread + 1u] = sum;
  }
  workgroupBarrier();
  if thread < quads {
    var most = partials[2u * thread];
    for (var i = 1u; i < PARTS; i++) {
      most = max(most, partials[2u * (i * QUADS + thread)]);
    }
    var sum = vec4f();
    for (var i = 0u; i < PARTS; i++) {
      let at = 2u * (i * QUADS + thread);
      sum += partials[at + 1u] * exp2(partials[at] - most);
    }
    columnMost[thread] = most;
    columnLog[thread] = log2(sum);
    let slot = first + 4u * thread;
    let masses = vec4f(slotMass(slot), slotMass(slot + 1u), slotMass(slot + 2u), slotMass(slot + 3u));
    // a probability is divided by the sum: its logarithm would round seven times as far
    columnScale[thread] = masses / sum;
  }
  workgroupBarrier();
}

/** Logits → G: a slot's mass times q(b|a), less the mass of the target. Returns the thread's share of the loss, in base 2. */
fn logitsToErrors(first: u32, quads: u32) -> f32 {
  var loss = 0.0;
  for (var i = thread; i < V * QUADS; i += THREADS) {
    let q = i % QUADS;
    if q < quads {
      let below = g[i] - columnMost[q];
      let wanted = targetMasses(i / QUADS, first, q);
      let surprise = columnLog[q] - below;
      // below 0 by rounding alone; max would hide NaN. What no pair has may be infinite
      let own = select(surprise, vec4f(), surprise < vec4f()) * wanted;
      loss += dot(select(vec4f(), own, wanted > vec4f()), vec4f(1.0));
      // of slots beyond the last one, and of inputs that never come, nothing
      g[i] = select(exp2(below) * columnScale[q] - wanted, vec4f(), columnScale[q] == vec4f());
    }
  }
  return loss;
}
