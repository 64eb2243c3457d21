// A step's batch: every thread draws and keeps its own pairs. Distinct inputs have slots in the order of tokens; where gradients
// are exact, every token is an input and slot a is token a. Whole numbers are counted atomically, in whatever order.

/** Pairs of a thread. */
const PAIRS = (B + THREADS - 1u) / THREADS;
const MASKS = (V + 31u) / 32u;
const QUADS = SLOTS / 4u;
/** Counts of a quad of slots are fields of one word, or of two. */
const COUNT_WORDS = COUNT_BITS / 8u;

/** Input, and target above it in the upper half. */
var<private> pairs: array<u32, PAIRS>;
var<private> source: u32;
/** Distinct inputs. */
var<private> inputCount: u32;
var<private> batchKey: vec2u;
var<private> firstOffset: vec2u;
/** How often a token is an input; then 1 + its slot, or 0. */
var<workgroup> tokens: array<atomic<u32>, V>;
/** Which tokens are inputs, a bit each. */
var<workgroup> masks: array<atomic<u32>, MASKS>;
/** Of each slot its token, and how often that is an input in the upper half. */
var<workgroup> slots: array<u32, MOST>;
var<workgroup> slotCount: u32;
/** Of each token b and slot of a block, how many pairs there are. */
var<workgroup> counts: array<atomic<u32>, select(V * QUADS * COUNT_WORDS, 1u, EXACT == 1u)>;

fn startPairs(seed: vec2u, from_: u32) {
  source = from_;
  batchKey = purposeKey(seed, 0u);
  firstOffset = streamOffset(vec2u(2u * thread, 0u));
}

fn drawToken(bits: vec2u, column: u32, entry: vec2u) -> u32 {
  return select(entry.y, column, bits.x < entry.x);
}

fn drawTarget(input: u32, key: vec2u, pair: u32, bits: vec2u) -> u32 {
  if TARGET_KIND == 2u {
    let column = multiply32(bits.y, V).y;
    return drawToken(bits, column, targetTables[(source * V + input) * V + column]);
  }
  if TARGET_KIND == 1u {
    // word 2^40 + pair; the threshold is λ·2^32, or all of them
    let coin = randomBits(key, vec2u(pair, 256u)).y;
    if TOPIC_ALWAYS == 1u || coin < TOPIC_THRESHOLD {
      let topic = input % TOPIC_COUNT;
      // the tables of topics one after another: topics before V mod TOPIC_COUNT have a token more
      let begin = topic * (V / TOPIC_COUNT) + min(topic, V % TOPIC_COUNT);
      let size = V / TOPIC_COUNT + select(0u, 1u, topic < V % TOPIC_COUNT);
      let column = multiply32(bits.y, size).y;
      return topic + TOPIC_COUNT * drawToken(bits, column, targetTables[source * V + begin + column]);
    }
  }
  let column = multiply32(bits.y, V).y;
  return drawToken(bits, column, aliasTable[source * V + column]);
}

/** The pairs of a step, and how many distinct inputs they have. */
fn drawBatch(step: u32) -> u32 {
  if EXACT == 1u {
    inputCount = V;
    return V;
  }
  for (var a = thread; a < V; a += THREADS) {
    atomicStore(&tokens[a], 0u);
  }
  for (var i = thread; i < MASKS; i += THREADS) {
    atomicStore(&masks[i], 0u);
  }
  workgroupBarrier();
  let key = randomBits(batchKey, vec2u(step, 0u));
  for (var i = 0u; i < PAIRS; i++) {
    let pair = thread + i * THREADS;
    if pair < B {
      let at = add64(key, add64(firstOffset, multiply64(streamOffset(vec2u()), vec2u(2u * i * THREADS, 0u))));
      let bits = mix(at);
      let column = multiply32(bits.y, V).y;
      let input = drawToken(bits, column, aliasTable[source * V + column]);
      let target_ = drawTarget(input, key, pair, mix(add64(at, streamOffset(vec2u()))));
      pairs[i] = input | (target_ << 16u);
      atomicAdd(&tokens[input], 1u);
      atomicOr(&masks[input / 32u], 1u << (input % 32u));
    }
  }
  workgroupBarrier();
  for (var a = thread; a < V; a += THREADS) {
    let often = atomicLoad(&tokens[a]);
    if often > 0u {
      var slot = countOneBits(atomicLoad(&masks[a / 32u]) & ((1u << (a % 32u)) - 1u));
      for (var i = 0u; i < a / 32u; i++) {
        slot += countOneBits(atomicLoad(&masks[i]));
      }
      slots[slot] = a | (often << 16u);
      atomicStore(&tokens[a], slot + 1u);
    }
  }
  if thread == 0u {
    var count = 0u;
    for (var i = 0u; i < MASKS; i++) {
      count += countOneBits(atomicLoad(&masks[i]));
    }
    slotCount = count;
  }
  inputCount = workgroupUniformLoad(&slotCount);
  return workgroupUniformLoad(&slotCount);
}

/** The token of a slot; beyond the last one, that of the last. */
fn slotToken(slot: u32) -> u32 {
  let known = min(slot, inputCount - 1u);
  if EXACT == 1u {
    return known;
  }
  return slots[known] & 0xffffu;
}

/** 1 + the slot of a token, 0 where it is no input. */
fn tokenSlot(token: u32) -> u32 {
  if EXACT == 1u {
    return token + 1u;
  }
  return atomicLoad(&tokens[token]);
}

/** The share of the loss that an input has. */
fn slotMass(slot: u32) -> f32 {
  if slot >= inputCount {
    return 0.0;
  }
  if EXACT == 1u {
    return probabilities[source * V + slot];
  }
  return f32(slots[slot] >> 16u) / f32(B);
}

/** Adds a block's pairs to `counts`, which are 0 before. */
fn countPairs(first: u32) {
  if EXACT == 0u {
    for (var i = 0u; i < PAIRS; i++) {
      if thread + i * THREADS < B {
        // slots before the block's wrap around
        let j = atomicLoad(&tokens[pairs[i] & 0xffffu]) - 1u - first;
        if j < SLOTS {
          let field = j % 4u * COUNT_BITS;
          let at = ((pairs[i] >> 16u) * QUADS + j / 4u) * COUNT_WORDS + field / 32u;
          atomicAdd(&counts[at], 1u << (field % 32u));
        }
      }
    }
  }
}

/** Σ over b of this is a slot's mass: what each of a quad of slots asks of token b. Counts are 0 behind it. */
fn targetMasses(b: u32, first: u32, q: u32) -> vec4f {
  if EXACT == 1u {
    var masses = vec4f();
    for (var c = 0u; c < 4u; c++) {
      let slot = first + 4u * q + c;
      if slot < V {
        masses[c] = slotMass(slot) * targetProbabilityOf(b, slot);
      }
    }
    return masses;
  }
  let at = (b * QUADS + q) * COUNT_WORDS;
  var found = vec4u();
  if COUNT_BITS == 8u {
    let word = atomicLoad(&counts[at]);
    found = vec4u(word, word >> 8u, word >> 16u, word >> 24u) & vec4u(0xffu);
    atomicStore(&counts[at], 0u);
  } else {
    let low = atomicLoad(&counts[at]);
    let high = atomicLoad(&counts[at + 1u]);
    found = vec4u(low, low >> 16u, high, high >> 16u) & vec4u(0xffffu);
    atomicStore(&counts[at], 0u);
    atomicStore(&counts[at + 1u], 0u);
  }
  return vec4f(found) / f32(B);
}

/** P(b|a) of the member's source. */
fn targetProbabilityOf(b: u32, a: u32) -> f32 {
  if TARGET_KIND == 2u {
    return conditional[(source * V + b) * V + a];
  }
  let p = probabilities[source * V + b];
  if TARGET_KIND == 1u {
    // conditional: λ/w of each topic
    let topic = a % TOPIC_COUNT;
    return (1.0 - TOPIC_STRENGTH) * p + select(0.0, p * conditional[source * TOPIC_COUNT + topic], topic == b % TOPIC_COUNT);
  }
  return p;
}
