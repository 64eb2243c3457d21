/** WebAssembly is bundled as bytes, or left to the runtime, which gives a module. */
declare module "*.wasm" {
  const source: Uint8Array | WebAssembly.Module;
  export default source;
}
