// What a thread of residentTokens.wgsl keeps in its registers for a whole dispatch: a row of each matrix, gain and bias of a dimension.

/** A row of parameters and what the optimizer keeps of it. */
struct Row {
  weight: array<f32, D>,
  state: array<f32, D>,
  state2: array<f32, D>,
}

/** Gain and bias of one dimension. */
struct Norm {
  weight: array<f32, 2>,
  state: array<f32, 2>,
  state2: array<f32, 2>,
}

fn loadEmbedding() -> Row {
  var row = Row();
  if thread < V {
    for (var d = 0u; d < D; d++) {
      let at = (me * V + thread) * PITCH + d;
      row.weight[d] = embedding[at];
      if HAS_STATE == 1u {
        row.state[d] = embeddingState[at];
      }
      if OPTIMIZER <= 1u {
        row.state2[d] = embeddingState2[select(at, me * PITCH + d, OPTIMIZER == 1u)];
      }
    }
  }
  return row;
}

fn loadUnembedding() -> Row {
  var row = Row();
  if TIED == 0u && thread < V {
    for (var d = 0u; d < D; d++) {
      let at = (me * V + thread) * PITCH + d;
      row.weight[d] = unembedding[at];
      if HAS_STATE == 1u {
        row.state[d] = unembeddingState[at];
      }
      if OPTIMIZER <= 1u {
        row.state2[d] = unembeddingState2[select(at, me * PITCH + d, OPTIMIZER == 1u)];
      }
    }
  }
  return row;
}

/** Gain and bias of the thread's dimension. */
fn loadNorm() -> Norm {
  var norm = Norm();
  if NORM != 0u && thread < D {
    for (var i = 0u; i < 2u; i++) {
      let at = (2u * me + i) * PITCH + thread;
      norm.weight[i] = gainBias[at];
      if HAS_STATE == 1u {
        norm.state[i] = gainBiasState[at];
      }
      if OPTIMIZER <= 1u {
        norm.state2[i] = gainBiasState2[at];
      }
    }
  }
  return norm;
}

fn storeEmbedding(value: Row) {
  var row = value;
  if thread < V {
    for (var d = 0u; d < D; d++) {
      let at = (me * V + thread) * PITCH + d;
      embedding[at] = row.weight[d];
      if HAS_STATE == 1u {
        embeddingState[at] = row.state[d];
      }
      if OPTIMIZER == 0u || (OPTIMIZER == 1u && thread == 0u) {
        embeddingState2[select(at, me * PITCH + d, OPTIMIZER == 1u)] = row.state2[d];
      }
    }
  }
}

fn storeUnembedding(value: Row) {
  var row = value;
  if TIED == 0u && thread < V {
    for (var d = 0u; d < D; d++) {
      let at = (me * V + thread) * PITCH + d;
      unembedding[at] = row.weight[d];
      if HAS_STATE == 1u {
        unembeddingState[at] = row.state[d];
      }
      if OPTIMIZER == 0u || (OPTIMIZER == 1u && thread == 0u) {
        unembeddingState2[select(at, me * PITCH + d, OPTIMIZER == 1u)] = row.state2[d];
      }
    }
  }
}

fn storeNorm(value: Norm) {
  var norm = value;
  if NORM != 0u && thread < D {
    for (var i = 0u; i < 2u; i++) {
      let at = (2u * me + i) * PITCH + thread;
      gainBias[at] = norm.weight[i];
      if HAS_STATE == 1u {
        gainBiasState[at] = norm.state[i];
      }
      if OPTIMIZER <= 1u {
        gainBiasState2[at] = norm.state2[i];
      }
    }
  }
}
