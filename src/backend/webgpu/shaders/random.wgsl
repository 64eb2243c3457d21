// SplitMix64 read at a counter, as assembly/random.ts: 64-bit numbers are vec2u(low, high).

fn add64(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

/** Low and high words of a product of 32-bit numbers. */
fn multiply32(a: u32, b: u32) -> vec2u {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let other = a0 * b1 + (middle & 0xffffu);
  return vec2u(a * b, a1 * b1 + (middle >> 16u) + (other >> 16u));
}

fn multiply64(a: vec2u, b: vec2u) -> vec2u {
  let low = multiply32(a.x, b.x);
  return vec2u(low.x, low.y + a.x * b.y + a.y * b.x);
}

/** value ^ (value >> shift), shift below 32 */
fn xorShift(value: vec2u, shift: u32) -> vec2u {
  return vec2u(value.x ^ ((value.x >> shift) | (value.y << (32u - shift))), value.y ^ (value.y >> shift));
}

fn mix(value: vec2u) -> vec2u {
  var z = multiply64(xorShift(value, 30u), vec2u(0x1ce4e5b9u, 0xbf58476du));
  z = multiply64(xorShift(z, 27u), vec2u(0x133111ebu, 0x94d049bbu));
  return xorShift(z, 31u);
}

/** What number `index` of any stream adds to its key, before the two are mixed. */
fn streamOffset(index: vec2u) -> vec2u {
  return multiply64(vec2u(0x7f4a7c15u, 0x9e3779b9u), add64(index, vec2u(1u, 0u)));
}

/** Number `index` of the stream of a key. */
fn randomBits(key: vec2u, index: vec2u) -> vec2u {
  return mix(add64(key, streamOffset(index)));
}

/** The key of one stream, as src/data/random.ts forms it: of a seed, of a purpose under it, of a step under that. */
fn streamKey(seed: vec2u, purpose: u32, step: u32) -> vec2u {
  return randomBits(purposeKey(seed, purpose), vec2u(step, 0u));
}

/** What the keys of all steps are made from. */
fn purposeKey(seed: vec2u, purpose: u32) -> vec2u {
  return randomBits(randomBits(seed, vec2u(0u, 0u)), vec2u(purpose, 0u));
}
