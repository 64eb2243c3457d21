/**
 * Random numbers as a function of (seed, purpose, step, index), never of who asks first: SplitMix64 (Steele, Lea and
 * Flood 2014) over a counter, its key hashed from the first three.
 */
export const GOLDEN: u64 = 0x9e3779b97f4a7c15;

@inline
export function mix(z: u64): u64 {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

export function streamKey(seed: u64, purpose: u64, step: u64): u64 {
  return mix(mix(mix(seed + GOLDEN) + GOLDEN * (purpose + 1)) + GOLDEN * (step + 1));
}

@inline
export function randomBits(key: u64, index: u64): u64 {
  return mix(key + GOLDEN * (index + 1));
}
