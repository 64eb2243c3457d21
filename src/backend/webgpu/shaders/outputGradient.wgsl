// uses: tile, source, error, pairs
//
// dU = Gᵀ x of a tile of TOKENS rows × 8 × D_GROUPS dimensions, for the slots of a block: into the sums of each thread, which
// has rows 8 t … 8 t + 7 of the tile and dimensions 8 s … 8 s + 7.

const TOKENS = 8u * TOKEN_GROUPS;

const ROW_STRIDE = TOKENS / 4u + 1u;
const D_STRIDE = 2u * D_GROUPS + 1u;
const THREADS = TOKEN_GROUPS * D_GROUPS;

var<workgroup> errors: array<vec4f, DEPTH_ROWS * ROW_STRIDE>;
var<workgroup> inputs: array<vec4f, DEPTH_ROWS * D_STRIDE>;

fn input(member: u32, j: u32, d: u32, count: u32) -> vec4f {
  let value = work.x[(member * WIDTH + min(j, WIDTH - 1u)) * D4 + min(d, D4 - 1u)];
  return select(vec4f(0.0), value, j < count && d < D4);
}

/** To be called by all threads together. */
fn outputGradient(member: u32, firstRow: u32, firstD: u32, count: u32, thread: u32) {
  let s = thread % D_GROUPS;
  let t = thread / D_GROUPS;
  loadColumns(member, thread, THREADS);
  workgroupBarrier();
  for (var j = 0u; j < count; j += DEPTH_ROWS) {
    for (var task = thread; task < DEPTH_ROWS / 4u * TOKENS / 4u; task += THREADS) {
      let four = task % (DEPTH_ROWS / 4u);
      let r = task / (DEPTH_ROWS / 4u);
      let turned = transpose(mat4x4f(
        errorAt(member, firstRow + 4u * r, j / 4u + four, count), errorAt(member, firstRow + 4u * r + 1u, j / 4u + four, count),
        errorAt(member, firstRow + 4u * r + 2u, j / 4u + four, count), errorAt(member, firstRow + 4u * r + 3u, j / 4u + four, count)));
      let at = 4u * four * ROW_STRIDE + r;
      errors[at] = turned[0];
      errors[at + ROW_STRIDE] = turned[1];
      errors[at + 2u * ROW_STRIDE] = turned[2];
      errors[at + 3u * ROW_STRIDE] = turned[3];
    }
    for (var task = thread; task < DEPTH_ROWS * 2u * D_GROUPS; task += THREADS) {
      let k = task / (2u * D_GROUPS);
      let d = task % (2u * D_GROUPS);
      inputs[k * D_STRIDE + d] = input(member, j + k, firstD + d, count);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH_ROWS; k++) {
      addOuter(errors[k * ROW_STRIDE + 2u * t], errors[k * ROW_STRIDE + 2u * t + 1u],
        inputs[k * D_STRIDE + 2u * s], inputs[k * D_STRIDE + 2u * s + 1u]);
    }
    workgroupBarrier();
  }
  let own = pairsHere(member, count);
  let low = block.firstRow + firstRow;
  for (var at = own.x; at < own.y; at += 256u) {
    findPairs(member, at, own.y, low, min(low + TOKENS, block.firstRow + block.rows), thread, THREADS);
    for (var word = 0u; word < 8u; word++) {
      for (var bits = atomicLoad(&found[word]); bits != 0u; bits &= bits - 1u) {
        let number = listOf(member) * B + at + 32u * word + firstTrailingBit(bits);
        let pair = batch.pairs[number];
        let i = pair.y - low - 8u * t;
        if i < 8u {
          let j = pair.x - block.first;
          let share = f32(batch.weights[number]) / f32(B);
          subtractFromRow(i, share * input(member, j, firstD + 2u * s, count),
            share * input(member, j, firstD + 2u * s + 1u, count));
        }
      }
    }
    workgroupBarrier();
  }
}
