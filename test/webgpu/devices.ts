/** A WebGPU to test with: Dawn's, on SwiftShader of Debian's Chromium where there is no card; undefined where there is none. */
export async function testGpu(): Promise<GPU | undefined> {
  process.env.VK_ICD_FILENAMES ??= "/usr/lib/chromium/vk_swiftshader_icd.json";
  try {
    const { create, globals } = await import("webgpu" as string);
    Object.assign(globalThis, globals);
    const gpu = create([]) as GPU;
    if (await gpu.requestAdapter()) return gpu;
  } catch (error) {
    console.log(`no WebGPU: ${(error as Error).message}`);
  }
  console.log("skipped: there is no WebGPU adapter here");
  return undefined;
}
