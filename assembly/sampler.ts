import { double, word, words } from "./memory";
import { GOLDEN, mix } from "./random";

/**
 * Walker's alias table by Vose's method. out: `size` entries of (u32 threshold, u32 alias); a draw takes the column if
 * its low 32 bits fall below the threshold. scratch: 12 bytes a token.
 */
export function buildAliasTable(out: usize, probabilities: usize, size: u32, scratch: usize): void {
  const scaled = scratch;
  const stack = double(scratch, size);
  // one array holds both stacks: small ones grow from the left, large ones from the right
  let small: u32 = 0;
  let large: u32 = size;
  let likeliest: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const p = load<f64>(double(probabilities, i));
    if (p > load<f64>(double(probabilities, likeliest))) likeliest = i;
    const value = p * f64(size);
    store<f64>(double(scaled, i), value);
    if (value < 1.0) store<u32>(word(stack, small++), i);
    else store<u32>(word(stack, --large), i);
  }
  while (small > 0 && large < size) {
    const s = load<u32>(word(stack, --small));
    const l = load<u32>(word(stack, large++));
    const value = load<f64>(double(scaled, s));
    const threshold = Math.floor(value * 4294967296.0);
    store<u32>(double(out, s), threshold >= 4294967295.0 ? 0xffffffff : u32(threshold));
    store<u32>(double(out, s), l, 4);
    const left = load<f64>(double(scaled, l)) + value - 1.0;
    store<f64>(double(scaled, l), left);
    if (left < 1.0) store<u32>(word(stack, small++), l);
    else store<u32>(word(stack, --large), l);
  }
  // columns that rounding left unfilled keep their own token, unless its probability is 0
  while (small > 0) fill(out, load<u32>(word(stack, --small)), probabilities, likeliest);
  while (large < size) fill(out, load<u32>(word(stack, large++)), probabilities, likeliest);
}

function fill(out: usize, token: u32, probabilities: usize, likeliest: u32): void {
  const possible = load<f64>(double(probabilities, token)) > 0.0;
  store<u32>(double(out, token), possible ? 0xffffffff : 0);
  store<u32>(double(out, token), possible ? token : likeliest, 4);
}

/** The token that 64 random bits name: the upper 32 choose the column, the lower 32 choose within it. */
@inline
export function drawToken(aliasTable: usize, size: u32, bits: u64): u32 {
  const column = u32(((bits >> 32) * u64(size)) >> 32);
  const entry = load<u64>(double(aliasTable, column));
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
  // the counter is advanced by adding, not multiplied out: a token costs three multiplications
  let counter = key + GOLDEN * (first + 1);
  const stride = GOLDEN * by;
  for (let i: usize = 0; i < words(count); i += 4) {
    store<u32>(out + i, drawToken(aliasTable, size, mix(counter)));
    counter += stride;
  }
}
