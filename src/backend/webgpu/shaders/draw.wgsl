// uses: random
// reads: keys: vec2u, aliasTable: vec2u, targetTables: vec2u, topicStarts: vec2u
// writes: inputs: u32, targets: u32
//
// Pairs of many steps: key s is that of step s. aliasTable: V entries of threshold and alias; targetTables: those of topics one
// after another (topicStarts: begin and size of each), or of every input.

fn drawToken(bits: vec2u, column: u32, entry: vec2u) -> u32 {
  return select(entry.y, column, bits.x < entry.x);
}

fn drawTarget(input: u32, key: vec2u, pair: u32, bits: vec2u) -> u32 {
  if TARGET_KIND == 2u {
    let column = multiply32(bits.y, V).y;
    return drawToken(bits, column, targetTables[input * V + column]);
  }
  if TARGET_KIND == 1u {
    // word 2^40 + pair; the threshold is λ·2^32, or all of them
    let coin = randomBits(key, vec2u(pair, 256u)).y;
    if TOPIC_ALWAYS == 1u || coin < TOPIC_THRESHOLD {
      let topic = input % TOPIC_COUNT;
      let part = topicStarts[topic];
      let column = multiply32(bits.y, part.y).y;
      return topic + TOPIC_COUNT * drawToken(bits, column, targetTables[part.x + column]);
    }
  }
  let column = multiply32(bits.y, V).y;
  return drawToken(bits, column, aliasTable[column]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  if at >= block.pairs {
    return;
  }
  let key = keys[at / B];
  let pair = at % B;
  let first = randomBits(key, vec2u(2u * pair, 0u));
  let column = multiply32(first.y, V).y;
  let input = drawToken(first, column, aliasTable[column]);
  inputs[at] = input;
  targets[at] = drawTarget(input, key, pair, randomBits(key, vec2u(2u * pair + 1u, 0u)));
}
