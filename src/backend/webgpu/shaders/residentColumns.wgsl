// Softmax of a block's columns: PARTS parts of the tokens at a stride (b ≡ p mod PARTS) have a maximum and a sum each, then those in
// their order. Columns are computed four at a time.

var<workgroup> partials: array<f32, max(THREADS, 8u * PARTS * QUADS)>;
var<workgroup> columnMost: array<vec4f, QUADS>;
/** Σ 2^(logit − most), and its logarithm. */
var<workgroup> columnSum: array<vec4f, QUADS>;
var<workgroup> columnLog: array<vec4f, QUADS>;
/** What share of the loss each input has. */
var<workgroup> columnMass: array<vec4f, QUADS>;

fn partialQuad(at: u32) -> vec4f {
  return vec4f(partials[at], partials[at + 1u], partials[at + 2u], partials[at + 3u]);
}

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
    for (var c = 0u; c < 4u; c++) {
      partials[8u * thread + c] = most[c];
      partials[8u * thread + 4u + c] = sum[c];
    }
  }
  workgroupBarrier();
  if thread < quads {
    var most = partialQuad(8u * thread);
    for (var i = 1u; i < PARTS; i++) {
      most = max(most, partialQuad(8u * (i * QUADS + thread)));
    }
    var sum = vec4f();
    for (var i = 0u; i < PARTS; i++) {
      let at = 8u * (i * QUADS + thread);
      sum += partialQuad(at + 4u) * exp2(partialQuad(at) - most);
    }
    columnMost[thread] = most;
    columnSum[thread] = sum;
    columnLog[thread] = log2(sum);
    let slot = first + 4u * thread;
    columnMass[thread] = vec4f(slotMass(slot), slotMass(slot + 1u), slotMass(slot + 2u), slotMass(slot + 3u));
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
      // a probability is divided by the sum: its logarithm would round seven times as far
      let errors = exp2(below) / columnSum[q] * columnMass[q] - wanted;
      g[i] = select(vec4f(), errors, columnMass[q] > vec4f());
    }
  }
  return loss;
}
