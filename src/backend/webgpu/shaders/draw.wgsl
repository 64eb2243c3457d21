// uses: random, source
// reads: run, tables
// writes: batch
//
// Pairs of all steps of a submission, or of one long list (from pair block.first on).

fn drawToken(bits: vec2u, column: u32, entry: vec2u) -> u32 {
  return select(entry.y, column, bits.x < entry.x);
}

fn drawTarget(member: u32, input: u32, key: vec2u, pair: u32, bits: vec2u) -> u32 {
  let source = run.members[member].source;
  if TARGET_KIND == 2u {
    let column = multiply32(bits.y, V).y;
    return drawToken(bits, column, tables.targetTables[(source * V + input) * V + column]);
  }
  if TARGET_KIND == 1u {
    // word 2^40 + pair; the threshold is λ·2^32, or all of them
    let coin = randomBits(key, vec2u(pair, 256u)).y;
    if TOPIC_ALWAYS == 1u || coin < TOPIC_THRESHOLD {
      let topic = input % TOPIC_COUNT;
      let part = tables.topicStarts[topic];
      let column = multiply32(bits.y, part.y).y;
      return topic + TOPIC_COUNT * drawToken(bits, column, tables.targetTables[source * V + part.x + column]);
    }
  }
  let column = multiply32(bits.y, V).y;
  return drawToken(bits, column, tables.aliasTable[source * V + column]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let step = block.step + id.x / B;
  if id.x >= block.pairs || step >= run.members[member].count {
    return;
  }
  let pair = block.first + id.x % B;
  let key = streamKey(run.members[member].seed, block.purpose, run.members[member].firstStep + step);
  let first = randomBits(key, vec2u(2u * pair, 0u));
  let column = multiply32(first.y, V).y;
  let input = drawToken(first, column, tables.aliasTable[run.members[member].source * V + column]);
  let at = (member * STEPS + step) * B + id.x % B;
  batch.inputs[at] = input;
  batch.targets[at] = drawTarget(member, input, key, pair, randomBits(key, vec2u(2u * pair + 1u, 0u)));
}
