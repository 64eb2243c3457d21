/** Why this browser cannot show the page, in a line; undefined where it can. */

/** A module of one function that has a 128-bit constant: valid where there is SIMD. */
const simd = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
);
/** A module with nothing in it. */
const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

export async function whyNot(): Promise<string | undefined> {
  if (typeof WebAssembly !== "object")
    return "unigram-lab needs WebAssembly, which this browser does not have.";
  try {
    await WebAssembly.compile(empty);
  } catch {
    return "unigram-lab needs WebAssembly, which this page's Content-Security-Policy forbids: script-src must have 'wasm-unsafe-eval'.";
  }
  if (!WebAssembly.validate(simd))
    return "unigram-lab needs WebAssembly with SIMD (Chrome 91, Firefox 89, Safari 16.4 or newer).";
  if (typeof Worker !== "function") return "unigram-lab needs Web Workers, which this page does not have.";
  return undefined;
}
