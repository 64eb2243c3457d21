// SplitMix64 read at a counter, as assembly/random.ts: 64-bit numbers are vec2u(low, high).

fn add64(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

/** High and low words of a product of 32-bit numbers. */
fn multiply32(a: u32, b: u32) -> vec2u {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u);
  let other = a0 * b1 + (middle & 0xffffu);
  return vec2u((low & 0xffffu) | (other << 16u), a1 * b1 + (middle >> 16u) + (other >> 16u));
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

/** Number `index` of the stream of a key. */
fn randomBits(key: vec2u, index: vec2u) -> vec2u {
  return mix(add64(key, multiply64(vec2u(0x7f4a7c15u, 0x9e3779b9u), add64(index, vec2u(1u, 0u)))));
}

/** The key of a stream, as src/data/random.ts. */
fn streamKey(seed: vec2u, purpose: u32, step: u32) -> vec2u {
  let gamma = vec2u(0x7f4a7c15u, 0x9e3779b9u);
  var key = mix(add64(seed, gamma));
  key = mix(add64(key, multiply64(gamma, vec2u(purpose + 1u, 0u))));
  return mix(add64(key, multiply64(gamma, vec2u(step + 1u, 0u))));
}
