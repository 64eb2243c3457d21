// The update of all parameters of a member. The gradient of the output matrix is in registers, that of inputs' rows in scratch.

/** The optimizer's state of the output matrix, in the shape of `gradients`: in registers from step to step where KEEPS says so. */
const KEPT = max(1u, KEEPS * TILES);
var<private> keptState: array<array<vec4f, TILE_ROWS>, KEPT>;
var<private> keptState2: array<array<vec4f, TILE_ROWS>, KEPT>;

fn loadStates() {
  if KEEPS == 1u {
    for (var i = 0u; i < TILES; i++) {
      let tile = thread + i * THREADS;
      for (var r = 0u; r < TILE_ROWS; r++) {
        let b = tile / DIMENSION_QUADS * TILE_ROWS + r;
        for (var c = 0u; c < 4u; c++) {
          let d = 4u * (tile % DIMENSION_QUADS) + c;
          if b < V && d < D {
            keptState[i][r][c] = outputState((me * V + b) * PITCH + d);
            if OPTIMIZER == 0u {
              keptState2[i][r][c] = outputState2((me * V + b) * PITCH + d);
            }
          }
        }
      }
    }
  }
}

fn storeStates() {
  if KEEPS == 1u {
    for (var i = 0u; i < TILES; i++) {
      let tile = thread + i * THREADS;
      for (var r = 0u; r < TILE_ROWS; r++) {
        let b = tile / DIMENSION_QUADS * TILE_ROWS + r;
        for (var c = 0u; c < 4u; c++) {
          let d = 4u * (tile % DIMENSION_QUADS) + c;
          if b < V && d < D {
            storeOutputState((me * V + b) * PITCH + d, keptState[i][r][c]);
            if OPTIMIZER == 0u {
              storeOutputState2((me * V + b) * PITCH + d, keptState2[i][r][c]);
            }
          }
        }
      }
    }
  }
}

/** An embedding that is not the output matrix. */
fn updateEmbedding(at: u32, d: u32, gradient: f32, s: array<f32, 8>) {
  var state = 0.0;
  var state2 = 0.0;
  if HAS_STATE == 1u {
    state = embeddingState[at];
  }
  if OPTIMIZER <= 1u {
    state2 = embeddingState2[select(at, me * PITCH + d, OPTIMIZER == 1u)];
  }
  let next = updated(embedding[at], state, state2, gradient, s);
  if HAS_STATE == 1u {
    embeddingState[at] = next.state;
  }
  if OPTIMIZER == 0u {
    embeddingState2[at] = next.state2;
  }
  embedding[at] = next.weight;
}

/** The gradient of an embedding's value through the inputs of the batch. */
fn inputGradient(token: u32, d: u32) -> f32 {
  let slot = tokenSlot(token);
  if slot == 0u {
    return 0.0;
  }
  return scratch[me * SCRATCH + (slot - 1u) * D + d];
}

/** Second moments of every matrix's dimensions: sums over the rows of a tile, then over tiles in their order. */
fn coupleAll(inputs: u32, s: array<f32, 8>) {
  let begin = me * SCRATCH + (MOST + 2u) * D;
  for (var i = 0u; i < TILES; i++) {
    let tile = thread + i * THREADS;
    if tile < ROW_TILES * DIMENSION_QUADS {
      var squares = vec4f();
      for (var r = 0u; r < TILE_ROWS; r++) {
        if tile / DIMENSION_QUADS * TILE_ROWS + r < V {
          squares += gradients[i][r] * gradients[i][r];
        }
      }
      for (var c = 0u; c < 4u; c++) {
        scratch[begin + 4u * tile + c] = squares[c];
      }
    }
  }
  storageBarrier();
  for (var d = thread; d < D; d += THREADS) {
    var squares = 0.0;
    for (var i = 0u; i < ROW_TILES; i++) {
      squares += scratch[begin + 4u * (i * DIMENSION_QUADS + d / 4u) + d % 4u];
    }
    storeOutputState2(me * PITCH + d, coupled(outputState2(me * PITCH + d), squares, f32(V), s));
    if TIED == 0u {
      squares = 0.0;
      for (var slot = 0u; slot < inputs; slot++) {
        let g = scratch[me * SCRATCH + slot * D + d];
        squares += g * g;
      }
      embeddingState2[me * PITCH + d] = coupled(embeddingState2[me * PITCH + d], squares, f32(V), s);
    }
  }
  storageBarrier();
}

fn addInputGradients() {
  for (var i = 0u; i < TILES; i++) {
    let tile = thread + i * THREADS;
    let k = tile % DIMENSION_QUADS;
    for (var r = 0u; r < TILE_ROWS; r++) {
      let b = tile / DIMENSION_QUADS * TILE_ROWS + r;
      if b < V && tokenSlot(b) > 0u {
        for (var c = 0u; c < 4u; c++) {
          if 4u * k + c < D {
            gradients[i][r][c] += inputGradient(b, 4u * k + c);
          }
        }
      }
    }
  }
}

fn updateOutput(s: array<f32, 8>) {
  for (var i = 0u; i < TILES; i++) {
    let tile = thread + i * THREADS;
    let k = tile % DIMENSION_QUADS;
    for (var r = 0u; r < TILE_ROWS; r++) {
      let b = tile / DIMENSION_QUADS * TILE_ROWS + r;
      if b < V {
        let before = outputQuad(b, k);
        var behind = vec4f();
        for (var c = 0u; c < 4u; c++) {
          let d = 4u * k + c;
          if d < D {
            let at = (me * V + b) * PITCH + d;
            var state = 0.0;
            var state2 = 0.0;
            if KEEPS == 1u {
              state = keptState[i][r][c];
              state2 = keptState2[i][r][c];
            } else if HAS_STATE == 1u {
              state = outputState(at);
              if OPTIMIZER == 0u {
                state2 = outputState2(at);
              }
            }
            if OPTIMIZER == 1u {
              state2 = outputState2(me * PITCH + d);
            }
            let next = updated(before[c], state, state2, gradients[i][r][c], s);
            behind[c] = next.weight;
            if KEEPS == 1u {
              keptState[i][r][c] = next.state;
              keptState2[i][r][c] = next.state2;
            } else if HAS_STATE == 1u {
              storeOutputState(at, next.state);
              if OPTIMIZER == 0u {
                storeOutputState2(at, next.state2);
              }
            }
            if RESIDENT == 0u {
              storeOutput(at, next.weight);
            }
          }
        }
        if RESIDENT == 1u {
          weights[b * STRIDE + k] = behind;
        }
      }
      gradients[i][r] = vec4f();
    }
  }
}

/** Gain (D values) and bias (D behind them). */
fn updateNorm(s: array<f32, 8>) {
  for (var i = thread; i < select(D, 2u * D, NORM == 1u); i += THREADS) {
    let at = (2u * me + i / D) * PITCH + i % D;
    let g = scratch[me * SCRATCH + MOST * D + i];
    var state = 0.0;
    var state2 = 0.0;
    if HAS_STATE == 1u {
      state = gainBiasState[at];
    }
    if OPTIMIZER <= 1u {
      state2 = gainBiasState2[at];
    }
    if OPTIMIZER == 1u {
      // of one row, the mean over rows is its own
      state2 = coupled(state2, g * g, 1.0, s);
    }
    let next = updated(gainBias[at], state, state2, g, s);
    gainBias[at] = next.weight;
    if HAS_STATE == 1u {
      gainBiasState[at] = next.state;
    }
    if OPTIMIZER <= 1u {
      gainBiasState2[at] = next.state2;
    }
  }
}

fn update(inputs: u32, step: u32) {
  let s = scalarsOf(me, step);
  if TIED == 1u {
    addInputGradients();
  }
  if OPTIMIZER == 1u {
    coupleAll(inputs, s);
  }
  updateOutput(s);
  if TIED == 0u {
    for (var i = thread; i < V * D; i += THREADS) {
      let at = (me * V + i / D) * PITCH + i % D;
      updateEmbedding(at, i % D, inputGradient(i / D, i % D), s);
    }
  }
  if NORM != 0u {
    updateNorm(s);
  }
}
