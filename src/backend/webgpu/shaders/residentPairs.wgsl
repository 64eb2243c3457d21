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
/** Distinct inputs. */
var<private> inputCount: u32;
/** How often a token is an input; then 1 + its slot, or 0. */
var<workgroup> tokens: array<atomic<u32>, V>;
/** Which tokens are inputs, a bit each. */
var<workgroup> masks: array<atomic<u32>, MASKS>;
/** Of each slot its token, and how often that is an input in the upper half. */
var<workgroup> slots: array<u32, MOST>;
var<workgroup> slotCount: u32;
/** Of each token b and slot of a block, how many pairs there are. */
var<workgroup> counts: array<atomic<u32>, max(1u, u32(EVERY_INPUT == 0u) * V * QUADS * COUNT_WORDS)>;

/** The pairs of a step, and how many distinct inputs they have. */
fn drawBatch(step: u32) -> u32 {
  if EVERY_INPUT == 1u {
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
    if thread + i * THREADS < B {
      let pair = drawPair(key, i);
      pairs[i] = pair.x | (pair.y << 16u);
      atomicAdd(&tokens[pair.x], 1u);
      atomicOr(&masks[pair.x / 32u], 1u << (pair.x % 32u));
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
  let inputs = workgroupUniformLoad(&slotCount);
  inputCount = inputs;
  return inputs;
}

/** The token of a slot; beyond the last one, that of the last. */
fn slotToken(slot: u32) -> u32 {
  let known = min(slot, inputCount - 1u);
  if EVERY_INPUT == 1u {
    return known;
  }
  return slots[known] & 0xffffu;
}

/** 1 + the slot of a token, 0 where it is no input. */
fn tokenSlot(token: u32) -> u32 {
  if EVERY_INPUT == 1u {
    return token + 1u;
  }
  return atomicLoad(&tokens[token]);
}

/** The share of the loss that an input has. */
fn slotMass(slot: u32) -> f32 {
  if slot >= inputCount {
    return 0.0;
  }
  if EVERY_INPUT == 1u {
    return probabilityOf(source, slot);
  }
  return f32(slots[slot] >> 16u) / f32(B);
}

/** Adds a block's pairs to `counts`, which are 0 before. */
fn countPairs(first: u32) {
  if EVERY_INPUT == 0u {
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
  if EVERY_INPUT == 1u {
    var masses = vec4f();
    for (var c = 0u; c < 4u; c++) {
      let slot = first + 4u * q + c;
      if slot < V {
        masses[c] = slotMass(slot) * targetProbability(source, b, slot);
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
