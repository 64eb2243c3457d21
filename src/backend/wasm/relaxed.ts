/** The kernels with relaxed multiply-add: faster where the machine fuses it, and not the same bits everywhere. */
export { default as alone } from "../../../build/kernel-relaxed.wasm";
export { default as shared } from "../../../build/kernel-relaxed-threads.wasm";
