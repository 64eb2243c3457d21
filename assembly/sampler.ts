import { GOLDEN, mix } from "./random";

/**
 * Walker's alias table by Vose's method. out: `size` entries of (u32 threshold, u32 alias); a draw takes the column if
 * its low 32 bits fall below the threshold. scratch: 12 bytes a token.
 */
export function buildAliasTable(out: usize, probabilities: usize, size: u32, scratch: usize): void {
  const scaled = scratch;
  const stack = scratch + (<usize>size << 3);
  // one array holds both stacks: small ones grow from the left, large ones from the right
  let small: u32 = 0;
  let large: u32 = size;
  let likeliest: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const p = load<f64>(probabilities + (<usize>i << 3));
    if (p > load<f64>(probabilities + (<usize>likeliest << 3))) likeliest = i;
    const value = p * f64(size);
    store<f64>(scaled + (<usize>i << 3), value);
    if (value < 1.0) store<u32>(stack + (<usize>(small++) << 2), i);
    else store<u32>(stack + (<usize>(--large) << 2), i);
  }
  while (small > 0 && large < size) {
    const s = load<u32>(stack + (<usize>(--small) << 2));
    const l = load<u32>(stack + (<usize>(large++) << 2));
    const value = load<f64>(scaled + (<usize>s << 3));
    const threshold = Math.floor(value * 4294967296.0);
    store<u32>(out + (<usize>s << 3), threshold >= 4294967295.0 ? 0xffffffff : u32(threshold));
    store<u32>(out + (<usize>s << 3), l, 4);
    const left = load<f64>(scaled + (<usize>l << 3)) + value - 1.0;
    store<f64>(scaled + (<usize>l << 3), left);
    if (left < 1.0) store<u32>(stack + (<usize>(small++) << 2), l);
    else store<u32>(stack + (<usize>(--large) << 2), l);
  }
  // columns that rounding left unfilled keep their own token, unless its probability is 0
  while (small > 0) fill(out, load<u32>(stack + (<usize>(--small) << 2)), probabilities, likeliest);
  while (large < size) fill(out, load<u32>(stack + (<usize>(large++) << 2)), probabilities, likeliest);
}

function fill(out: usize, token: u32, probabilities: usize, likeliest: u32): void {
  const possible = load<f64>(probabilities + (<usize>token << 3)) > 0.0;
  store<u32>(out + (<usize>token << 3), possible ? 0xffffffff : 0);
  store<u32>(out + (<usize>token << 3), possible ? token : likeliest, 4);
}

/** The token that 64 random bits name: the upper 32 choose the column, the lower 32 choose within it. */
@inline
export function drawToken(aliasTable: usize, size: u32, bits: u64): u32 {
  const column = u32(((bits >> 32) * u64(size)) >> 32);
  const entry = load<u64>(aliasTable + (<usize>column << 3));
  return u32(bits) < u32(entry) ? column : u32(entry >> 32);
}

/** `count` tokens: token i from random word first + i·by of the stream. */
export function drawTokens(
  out: usize,
  count: u32,
  aliasTable: usize,
  size: u32,
  key: u64,
  first: u64,
  by: u64,
): void {
  // the counter's own step, added instead of multiplied out: a token costs three multiplications
  let counter = key + GOLDEN * (first + 1);
  const stride = GOLDEN * by;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    store<u32>(out + i, drawToken(aliasTable, size, mix(counter)));
    counter += stride;
  }
}
