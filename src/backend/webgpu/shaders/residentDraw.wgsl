// uses: token, source
//
// A member's tokens. Pair i of a step has numbers 2i and 2i + 1 of the step's stream; what a thread's first number adds to the key is formed once.

var<private> source: u32;
var<private> batchKey: vec2u;
var<private> firstOffset: vec2u;

fn startPairs(seed: vec2u, sourceOfMember: u32) {
  source = sourceOfMember;
  batchKey = purposeKey(seed, 0u);
  firstOffset = streamOffset(vec2u(2u * thread, 0u));
}

/** Input and target of the thread's pair number i, which is pair thread + i·THREADS of the step with this key. */
fn drawPair(key: vec2u, i: u32) -> vec2u {
  let further = multiply64(streamOffset(vec2u()), vec2u(2u * i * THREADS, 0u));
  let at = add64(key, add64(firstOffset, further));
  let bits = mix(at);
  let input = drawInput(source, bits);
  return vec2u(input, drawTarget(source, input, key, thread + i * THREADS, mix(add64(at, streamOffset(vec2u())))));
}
