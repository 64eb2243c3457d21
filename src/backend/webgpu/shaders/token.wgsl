// uses: random
//
// How tokens are drawn: the CPU's, bit for bit. Tables are those of a source, one source after another.

fn drawToken(bits: vec2u, column: u32, entry: vec2u) -> u32 {
  return select(entry.y, column, bits.x < entry.x);
}

fn drawInput(source: u32, bits: vec2u) -> u32 {
  let column = multiply32(bits.y, V).y;
  return drawToken(bits, column, tables.aliasTable[source * V + column]);
}

/** The target of a pair with this input: `bits` are its own number of the stream of `key`. */
fn drawTarget(source: u32, input: u32, key: vec2u, pair: u32, bits: vec2u) -> u32 {
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
  return drawInput(source, bits);
}
