// A member's tokens: those that the CPU draws, bit for bit. Tables are those of its source, one source after another. Pair i of a
// step has numbers 2i and 2i + 1 of the step's stream; what a thread's first number adds to the key is formed once.

var<private> source: u32;
var<private> batchKey: vec2u;
var<private> firstOffset: vec2u;

fn startPairs(seed: vec2u, sourceOfMember: u32) {
  source = sourceOfMember;
  batchKey = purposeKey(seed, 0u);
  firstOffset = streamOffset(vec2u(2u * thread, 0u));
}

fn drawToken(bits: vec2u, column: u32, entry: vec2u) -> u32 {
  return select(entry.y, column, bits.x < entry.x);
}

fn drawTarget(input: u32, key: vec2u, pair: u32, bits: vec2u) -> u32 {
  if TARGET_KIND == 2u {
    let column = multiply32(bits.y, V).y;
    return drawToken(bits, column, tables.targetTables[(source * V + input) * V + column]);
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
      return topic + TOPIC_COUNT * drawToken(bits, column, tables.targetTables[source * V + begin + column]);
    }
  }
  let column = multiply32(bits.y, V).y;
  return drawToken(bits, column, tables.aliasTable[source * V + column]);
}

/** Input and target of the thread's pair number i, which is pair thread + i·THREADS of the step with this key. */
fn drawPair(key: vec2u, i: u32) -> vec2u {
  let further = multiply64(streamOffset(vec2u()), vec2u(2u * i * THREADS, 0u));
  let at = add64(key, add64(firstOffset, further));
  let bits = mix(at);
  let column = multiply32(bits.y, V).y;
  let input = drawToken(bits, column, tables.aliasTable[source * V + column]);
  return vec2u(input, drawTarget(input, key, thread + i * THREADS, mix(add64(at, streamOffset(vec2u())))));
}

/** P(b|a) of the member's source. */
fn targetProbabilityOf(b: u32, a: u32) -> f32 {
  if TARGET_KIND == 2u {
    return tables.conditional[(source * V + b) * V + a];
  }
  let p = tables.probabilities[source * V + b];
  if TARGET_KIND == 1u {
    // conditional: λ/w of each topic
    let topic = a % TOPIC_COUNT;
    return (1.0 - TOPIC_STRENGTH) * p + select(0.0, p * tables.conditional[source * TOPIC_COUNT + topic], topic == b % TOPIC_COUNT);
  }
  return p;
}
