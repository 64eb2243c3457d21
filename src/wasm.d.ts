/** WebAssembly is bundled as what makes its bytes, or left to the runtime, which gives a module. */
declare module "*.wasm" {
  const source: (() => Uint8Array<ArrayBuffer>) | WebAssembly.Module;
  export default source;
}

/** Shaders are bundled as text. */
declare module "*.wgsl" {
  const text: string;
  export default text;
}
