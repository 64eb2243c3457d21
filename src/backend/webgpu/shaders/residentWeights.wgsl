// The output matrix U (V × D; E when tied) of a member, four dimensions at a time: row b has its quad k at b·STRIDE + k of
// workgroup memory, where it fits (STRIDE is odd, so that rows begin in different banks), or else in its buffer.
// Dimensions from D on are 0. Here and in the files beside it, an array that a run does not need has one element.

const DIMENSION_QUADS = (D + 3u) / 4u;
var<workgroup> weights: array<vec4f, max(1u, RESIDENT * V * STRIDE)>;

fn storedOutput(at: u32) -> f32 {
  if TIED == 1u {
    return embedding[at];
  }
  return unembedding[at];
}

fn storeOutput(at: u32, value: f32) {
  if TIED == 1u {
    embedding[at] = value;
  } else {
    unembedding[at] = value;
  }
}

fn outputState(at: u32) -> f32 {
  if TIED == 1u {
    return embeddingState[at];
  }
  return unembeddingState[at];
}

fn storeOutputState(at: u32, value: f32) {
  if TIED == 1u {
    embeddingState[at] = value;
  } else {
    unembeddingState[at] = value;
  }
}

fn outputState2(at: u32) -> f32 {
  if TIED == 1u {
    return embeddingState2[at];
  }
  return unembeddingState2[at];
}

fn storeOutputState2(at: u32, value: f32) {
  if TIED == 1u {
    embeddingState2[at] = value;
  } else {
    unembeddingState2[at] = value;
  }
}

fn storedQuad(b: u32, k: u32) -> vec4f {
  let at = (me * V + b) * PITCH + 4u * k;
  var quad = vec4f();
  for (var c = 0u; c < 4u; c++) {
    if 4u * k + c < D {
      quad[c] = storedOutput(at + c);
    }
  }
  return quad;
}

fn outputQuad(b: u32, k: u32) -> vec4f {
  if RESIDENT == 1u {
    return weights[b * STRIDE + k];
  }
  return storedQuad(b, k);
}

fn loadWeights() {
  if RESIDENT == 1u {
    for (var i = thread; i < V * DIMENSION_QUADS; i += THREADS) {
      let b = i / DIMENSION_QUADS;
      let k = i % DIMENSION_QUADS;
      weights[b * STRIDE + k] = storedQuad(b, k);
    }
    workgroupBarrier();
  }
}

fn storeWeights() {
  if RESIDENT == 1u {
    workgroupBarrier();
    for (var i = thread; i < V * D; i += THREADS) {
      storeOutput((me * V + i / D) * PITCH + i % D, weights[i / D * STRIDE + i % D / 4u][i % D % 4u]);
    }
  }
}
