/**
 * The kernel's whole interface. Everything works on memory that the caller supplies; nothing is kept between calls.
 * The products, exp and Adam are exported for benches and tests, and because an exported function is never inlined into
 * a larger one, where V8 would run out of registers.
 */
export { adamUpdate } from "./adam";
export { gradientNorm } from "./exact";
export { addExpected, columnMax, exponentiate, fourLogits, packPanels, sumOfExponentials } from "./logits";
export { multiply, panel1x16, panel1x4, panel2x16, panel4x16, panel4x4, panel4x8 } from "./matmul";
export { serve } from "./parallel";
export { inputLosses, pairLosses, predictions } from "./population";
export { buildAliasTable, drawTokens } from "./sampler";
export { drawPairs } from "./source";
export { eigenvalues, spectrum } from "./spectrum";
export { advance, step } from "./step";
export { dot } from "./vector";
export { gaussianWeights } from "./weights";
export { streamKey } from "./random";

/** First free byte: everything below belongs to the compiler. */
export function heapBase(): usize {
  return __heap_base;
}
