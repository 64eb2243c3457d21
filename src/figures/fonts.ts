/** The bundled Inter, for pictures that must look the same on a machine without any font. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const faces = ["400Regular", "600SemiBold"];

/** Files of the font: beside the built bundle, or in the package that it comes from. */
export function fontFiles(): string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  return faces.map((face) => {
    const bundled = join(here, "fonts", `Inter_${face}.ttf`);
    if (existsSync(bundled)) return bundled;
    for (let folder = here; ; folder = dirname(folder)) {
      const installed = join(
        folder,
        "node_modules",
        "@expo-google-fonts",
        "inter",
        face,
        `Inter_${face}.ttf`,
      );
      if (existsSync(installed)) return installed;
      if (folder === dirname(folder))
        throw new Error(`the bundled font Inter_${face}.ttf is missing: ${bundled}`);
    }
  });
}
