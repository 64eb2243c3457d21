// The heart of the products: a thread keeps 8 × 8 sums, row i in sums[2 i] and sums[2 i + 1], and adds one outer product
// of 8 rows and 8 columns at a time, which it reads from workgroup memory.

var<private> sums: array<vec4f, 16>;

fn addOuter(a: vec4f, a2: vec4f, b: vec4f, b2: vec4f) {
  sums[0] = fma(vec4f(a.x), b, sums[0]);
  sums[1] = fma(vec4f(a.x), b2, sums[1]);
  sums[2] = fma(vec4f(a.y), b, sums[2]);
  sums[3] = fma(vec4f(a.y), b2, sums[3]);
  sums[4] = fma(vec4f(a.z), b, sums[4]);
  sums[5] = fma(vec4f(a.z), b2, sums[5]);
  sums[6] = fma(vec4f(a.w), b, sums[6]);
  sums[7] = fma(vec4f(a.w), b2, sums[7]);
  sums[8] = fma(vec4f(a2.x), b, sums[8]);
  sums[9] = fma(vec4f(a2.x), b2, sums[9]);
  sums[10] = fma(vec4f(a2.y), b, sums[10]);
  sums[11] = fma(vec4f(a2.y), b2, sums[11]);
  sums[12] = fma(vec4f(a2.z), b, sums[12]);
  sums[13] = fma(vec4f(a2.z), b2, sums[13]);
  sums[14] = fma(vec4f(a2.w), b, sums[14]);
  sums[15] = fma(vec4f(a2.w), b2, sums[15]);
}

/** Subtracts from row i; without an index that is known only then, which would drive the sums out of registers. */
fn subtractFromRow(i: u32, left: vec4f, right: vec4f) {
  for (var k = 0u; k < 8u; k++) {
    sums[2u * k] -= select(vec4f(0.0), left, k == i);
    sums[2u * k + 1u] -= select(vec4f(0.0), right, k == i);
  }
}
