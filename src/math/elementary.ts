/**
 * exp, log, pow and cos from + − × ÷ alone. JavaScript's own differ between engines, so whatever defines a run uses
 * these. Both compilers read this file (`number` is f64 to AssemblyScript): kernel and TypeScript share one definition
 * and therefore their bits. Relative error below 4e-16 for log and exp (fdlibm's polynomials).
 */

const LN2_HIGH: number = 6.9314718036912381649e-1;
const LN2_LOW: number = 1.90821492927058770002e-10;

/** x·2^k in exact steps. */
function scale(x: number, k: number): number {
  let result = x;
  let left = k;
  while (left >= 64.0) {
    result *= 18446744073709551616.0;
    left -= 64.0;
  }
  while (left >= 1.0) {
    result *= 2.0;
    left -= 1.0;
  }
  while (left <= -64.0) {
    result *= 5.421010862427522e-20;
    left += 64.0;
  }
  while (left <= -1.0) {
    result *= 0.5;
    left += 1.0;
  }
  return result;
}

/** e^x: x = k ln2 + r, |r| ≤ ln2/2, then fdlibm's rational approximation on r. */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0.0;
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t *
              (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  return scale(1.0 - (low - (r * c) / (2.0 - c) - high), k);
}

/** ln x: x = m·2^k with m in [√½, √2), then fdlibm's series in s = (m−1)/(m+1). */
export function log(x: number): number {
  if (x === 0.0) return -Infinity;
  if (!(x > 0.0)) return NaN;
  if (x === Infinity) return x;
  let m = x;
  let k: number = 0.0;
  while (m >= 18446744073709551616.0) {
    m *= 5.421010862427522e-20;
    k += 64.0;
  }
  while (m < 5.421010862427522e-20) {
    m *= 18446744073709551616.0;
    k -= 64.0;
  }
  while (m >= 256.0) {
    m *= 0.00390625;
    k += 8.0;
  }
  while (m < 0.00390625) {
    m *= 256.0;
    k -= 8.0;
  }
  while (m >= 1.4142135623730951) {
    m *= 0.5;
    k += 1.0;
  }
  while (m < 0.7071067811865476) {
    m *= 2.0;
    k -= 1.0;
  }
  const f = m - 1.0;
  const s = f / (2.0 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + even + odd) + k * LN2_LOW) - f);
}

/** base^exponent for base > 0, as exp(exponent·ln base): relative error about |exponent·ln base|·2e-16. */
export function pow(base: number, exponent: number): number {
  if (exponent === 0.0) return 1.0;
  return exp(exponent * log(base));
}

/** cos(πx) for x in [0, 1]: the half wave of a cosine schedule; absolute error below 1e-15. */
export function cosPi(x: number): number {
  // reflect into [0, 1/2], where the Taylor series in (πx)² needs 11 terms
  const folded = x > 0.5 ? 1.0 - x : x;
  const t = folded * 3.141592653589793;
  const z = t * t;
  let term: number = 1.0;
  let sum: number = 1.0;
  for (let n: number = 1.0; n <= 12.0; n += 1.0) {
    term *= -z / ((2.0 * n - 1.0) * (2.0 * n));
    sum += term;
  }
  return x > 0.5 ? -sum : sum;
}
