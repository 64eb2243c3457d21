// The three products of a block: logits = U xᵀ, dx = Gᵀ U, dU += G x, in tiles of registers, four slots or four dimensions wide.
// Arrays of a loop's body are set to 0 in so many words: a driver was seen to keep what they had in the pass before.

/** Logits in base 2, then G: token b has slots 4q … 4q + 3 of a block at b·QUADS + q. */
var<workgroup> g: array<vec4f, V * QUADS>;
const ROW_TILES = (V + TILE_ROWS - 1u) / TILE_ROWS;
/** dU of a thread: TILES tiles of TILE_ROWS tokens × 4 dimensions. */
var<private> gradients: array<array<vec4f, TILE_ROWS>, TILES>;

/** Tiles of LOGIT_ROWS tokens × 4 slots. */
fn findLogits(first: u32, quads: u32) {
  for (var tile = thread; tile < (V + LOGIT_ROWS - 1u) / LOGIT_ROWS * QUADS; tile += THREADS) {
    let q = tile % QUADS;
    let begin = tile / QUADS * LOGIT_ROWS;
    if q < quads {
      let row0 = inputRow(first, 4u * q);
      let row1 = inputRow(first, 4u * q + 1u);
      let row2 = inputRow(first, 4u * q + 2u);
      let row3 = inputRow(first, 4u * q + 3u);
      var sums = array<vec4f, LOGIT_ROWS>();
      for (var k = 0u; k < DIMENSION_QUADS; k++) {
        let x0 = inputQuad(row0 + k);
        let x1 = inputQuad(row1 + k);
        let x2 = inputQuad(row2 + k);
        let x3 = inputQuad(row3 + k);
        for (var r = 0u; r < LOGIT_ROWS; r++) {
          let w = outputQuad(min(begin + r, V - 1u), k);
          sums[r] += vec4f(dot(w, x0), dot(w, x1), dot(w, x2), dot(w, x3));
        }
      }
      for (var r = 0u; r < LOGIT_ROWS; r++) {
        if begin + r < V {
          g[(begin + r) * QUADS + q] = sums[r] * LOG2_E;
        }
      }
    }
  }
}

/** dx of a block's slots to scratch, in tiles of 4 slots × 4 dimensions. */
fn findInputGradients(first: u32, quads: u32, inputs: u32) {
  for (var tile = thread; tile < quads * DIMENSION_QUADS; tile += THREADS) {
    let q = tile / DIMENSION_QUADS;
    let k = tile % DIMENSION_QUADS;
    var sums = array<vec4f, 4>();
    for (var b = 0u; b < V; b++) {
      let errors = g[b * QUADS + q];
      let w = outputQuad(b, k);
      sums[0] += errors.x * w;
      sums[1] += errors.y * w;
      sums[2] += errors.z * w;
      sums[3] += errors.w * w;
    }
    for (var s = 0u; s < 4u; s++) {
      let slot = first + 4u * q + s;
      for (var c = 0u; c < 4u; c++) {
        if slot < inputs && 4u * k + c < D {
          scratch[me * SCRATCH + slot * D + 4u * k + c] = sums[s][c];
        }
      }
    }
  }
}

fn addOutputGradients(first: u32, quads: u32) {
  for (var i = 0u; i < TILES; i++) {
    let tile = thread + i * THREADS;
    if tile < ROW_TILES * DIMENSION_QUADS {
      let k = tile % DIMENSION_QUADS;
      let begin = tile / DIMENSION_QUADS * TILE_ROWS;
      for (var q = 0u; q < quads; q++) {
        let x0 = inputQuad(inputRow(first, 4u * q) + k);
        let x1 = inputQuad(inputRow(first, 4u * q + 1u) + k);
        let x2 = inputQuad(inputRow(first, 4u * q + 2u) + k);
        let x3 = inputQuad(inputRow(first, 4u * q + 3u) + k);
        for (var r = 0u; r < TILE_ROWS; r++) {
          let errors = g[min(begin + r, V - 1u) * QUADS + q];
          gradients[i][r] += errors.x * x0 + errors.y * x1 + errors.z * x2 + errors.w * x3;
        }
      }
    }
  }
}
