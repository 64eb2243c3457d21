import { centredGram } from "../backend/reference/spectrum.js";
import { ConfigError } from "../config.js";
import { symmetricEigenvalues } from "../math/symmetricEigen.js";
import { type Spectrum, summarize } from "./spectrum.js";

/**
 * How many dimensions a matrix uses: the summary of its spectrum with the mean row removed (see Spectrum for each
 * figure's formula). All dimension figures are 1 when nothing is left after centring, NaN when an entry is not finite.
 * Takes about n³ steps, n = min(rows, cols), and rows·cols·n multiply-adds.
 * @param matrix rows×cols, row-major, such as an embedding of V×D
 * @throws ConfigError when the sizes do not fit the matrix
 */
export function effectiveDimension(
  matrix: Float32Array | Float64Array | number[],
  rows: number,
  cols: number,
): Spectrum {
  for (const [name, size] of [
    ["rows", rows],
    ["cols", cols],
  ]) {
    if (!Number.isInteger(size) || (size as number) < 1)
      throw new ConfigError(`${name}: expected a whole number from 1, got ${size}`);
  }
  if (matrix?.length !== rows * cols)
    throw new ConfigError(`matrix: expected ${rows * cols} values (rows · cols), got ${matrix?.length}`);
  const { n, gram, meanEnergyShare } = centredGram(matrix, rows, cols);
  return summarize(symmetricEigenvalues(gram, n), meanEnergyShare);
}
