// uses: tile
// reads: embedding, results
// writes: gram
//
// The Gram matrix of the centred embedding, of its smaller side: D × D, over a slice of the rows at a time, or V × V, over a
// slice of the dimensions; in tiles of 128 × 128, those on and below the diagonal. The host adds the slices in f64.

const GRAM_DEPTH = 8u;
const STRIDE = 33u;

var<workgroup> left: array<vec4f, GRAM_DEPTH * STRIDE>;
var<workgroup> right: array<vec4f, GRAM_DEPTH * STRIDE>;

/** Four dimensions of a centred row, 0 beyond it. */
fn centred(member: u32, r: u32, d: u32) -> vec4f {
  if r < block.rows && d < D4 {
    return embedding[(member * ROWS + r) * D4 + d] - results.meanRow[member * D4 + d];
  }
  return vec4f(0.0);
}

/** Number k of the sum, of four rows (or columns) of the matrix from 4 `four` on. */
fn entry(member: u32, k: u32, four: u32) -> vec4f {
  if OF_DIMENSIONS == 1u {
    return centred(member, k, four);
  }
  return vec4f(centred(member, 4u * four, k / 4u)[k % 4u], centred(member, 4u * four + 1u, k / 4u)[k % 4u],
    centred(member, 4u * four + 2u, k / 4u)[k % 4u], centred(member, 4u * four + 3u, k / 4u)[k % 4u]);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let member = group.z;
  let i = group.x / GRAM_TILES;
  let j = group.x % GRAM_TILES;
  if j > i {
    return;
  }
  let s = thread % 16u;
  let t = thread / 16u;
  let begin = group.y * GRAM_ROWS;
  let end = min(select(4u * D4, block.rows, OF_DIMENSIONS == 1u), begin + GRAM_ROWS);
  for (var k = begin; k < end; k += GRAM_DEPTH) {
    let row = thread / 32u;
    let four = thread % 32u;
    let isHere = k + row < end;
    left[row * STRIDE + four] = select(vec4f(0.0), entry(member, k + row, 32u * i + four), isHere);
    right[row * STRIDE + four] = select(vec4f(0.0), entry(member, k + row, 32u * j + four), isHere);
    workgroupBarrier();
    for (var row2 = 0u; row2 < GRAM_DEPTH; row2++) {
      addOuter(left[row2 * STRIDE + 2u * t], left[row2 * STRIDE + 2u * t + 1u],
        right[row2 * STRIDE + 2u * s], right[row2 * STRIDE + 2u * s + 1u]);
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < 8u; row++) {
    let y = 128u * i + 8u * t + row;
    for (var h = 0u; h < 2u; h++) {
      let x = 32u * j + 2u * s + h;
      if y < GRAM_SIDE && x < (GRAM_SIDE + 3u) / 4u {
        gram[((member * GRAM_SLICES + block.firstGram + group.y) * GRAM_SIDE + y) * ((GRAM_SIDE + 3u) / 4u) + x] = sums[2u * row + h];
      }
    }
  }
}
