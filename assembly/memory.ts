/**
 * Addresses and sizes in linear memory, where an element has 4 bytes (f32, u32) or 8 (f64, a pair of u32). Loops that walk
 * an array add the bytes themselves.
 */

/** Where element i of 4 bytes stands. */
@inline
export function word(base: usize, i: u32): usize {
  return base + (<usize>i << 2);
}

/** Where element i of 8 bytes stands. */
@inline
export function double(base: usize, i: u32): usize {
  return base + (<usize>i << 3);
}

/** Bytes of n words. */
@inline
export function words(n: u32): usize {
  return <usize>n << 2;
}

/** Bytes of n doubles. */
@inline
export function doubles(n: u32): usize {
  return <usize>n << 3;
}
