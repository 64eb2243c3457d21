/** Writes dist/sweep.schema.json from the schema that the sweep is checked with. */
import { writeFile } from "node:fs/promises";
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: ["src/sweep/jsonSchema.ts"],
  bundle: true,
  format: "esm",
  platform: "node",
  write: false,
});
const { sweepJsonSchema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
);
await writeFile("dist/sweep.schema.json", `${JSON.stringify(sweepJsonSchema(), null, 2)}\n`);
