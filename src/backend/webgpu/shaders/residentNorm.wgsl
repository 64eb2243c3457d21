// x = norm(E_a) of a block's inputs, and the way back. x lies in workgroup memory of its own, but where it is a row of the
// output matrix that lies there anyway: tied, no norm.

const COPIES = NORM != 0u || TIED == 0u || RESIDENT == 0u;
var<workgroup> x: array<vec4f, max(1u, u32(COPIES) * SLOTS * STRIDE)>;
/** Mean and 1/σ of every slot's row. */
var<workgroup> moments: array<vec2f, max(1u, u32(NORM != 0u) * MOST)>;

fn embeddingValue(token: u32, d: u32) -> f32 {
  if TIED == 1u && RESIDENT == 1u {
    return weights[token * STRIDE + d / 4u][d % 4u];
  }
  return embedding[(me * V + token) * PITCH + d];
}

fn findMoments(inputs: u32) {
  if NORM != 0u {
    for (var slot = thread; slot < inputs; slot += THREADS) {
      let token = slotToken(slot);
      var mean = 0.0;
      if NORM == 1u {
        for (var d = 0u; d < D; d++) {
          mean += embeddingValue(token, d);
        }
        mean /= f32(D);
      }
      var squares = 0.0;
      for (var d = 0u; d < D; d++) {
        let centred = embeddingValue(token, d) - mean;
        squares += centred * centred;
      }
      moments[slot] = vec2f(mean, 1.0 / sqrt(squares / f32(D) + 1e-5));
    }
    workgroupBarrier();
  }
}

/** x of a block; rows beyond the last input are 0. */
fn copyInputs(first: u32, inputs: u32) {
  if COPIES {
    for (var i = thread; i < SLOTS * DIMENSION_QUADS; i += THREADS) {
      let j = i / DIMENSION_QUADS;
      let k = i % DIMENSION_QUADS;
      let slot = first + j;
      var quad = vec4f();
      if slot < inputs {
        let token = slotToken(slot);
        for (var c = 0u; c < 4u; c++) {
          let d = 4u * k + c;
          if d < D {
            var value = embeddingValue(token, d);
            if NORM != 0u {
              value = (value - moments[slot].x) * moments[slot].y * gainBias[2u * me * PITCH + d];
            }
            if NORM == 1u {
              value += gainBias[(2u * me + 1u) * PITCH + d];
            }
            quad[c] = value;
          }
        }
      }
      x[j * STRIDE + k] = quad;
    }
    workgroupBarrier();
  }
}

/** Where the row of a block's slot begins, for inputQuad. */
fn inputRow(first: u32, j: u32) -> u32 {
  if COPIES {
    return j * STRIDE;
  }
  return slotToken(first + j) * STRIDE;
}

fn inputQuad(at: u32) -> vec4f {
  if COPIES {
    return x[at];
  }
  return weights[at];
}

/** dx in scratch → the gradient of the inputs' rows; gradients of gain and bias behind it. */
fn goBackThroughNorm(inputs: u32) {
  if NORM != 0u {
    let begin = me * SCRATCH;
    for (var d = thread; d < D; d += THREADS) {
      var gain = 0.0;
      var bias = 0.0;
      for (var slot = 0u; slot < inputs; slot++) {
        let gradient = scratch[begin + slot * D + d];
        gain += gradient * (embeddingValue(slotToken(slot), d) - moments[slot].x) * moments[slot].y;
        bias += gradient;
      }
      scratch[begin + MOST * D + d] = gain;
      scratch[begin + MOST * D + D + d] = bias;
    }
    storageBarrier();
    for (var slot = thread; slot < inputs; slot += THREADS) {
      let token = slotToken(slot);
      let row = begin + slot * D;
      let mean = moments[slot].x;
      let scale = moments[slot].y;
      var sumH = 0.0;
      var sumHx = 0.0;
      for (var d = 0u; d < D; d++) {
        let h = scratch[row + d] * gainBias[2u * me * PITCH + d];
        sumH += h;
        sumHx += h * (embeddingValue(token, d) - mean) * scale;
      }
      let meanH = select(0.0, sumH / f32(D), NORM == 1u);
      let meanHx = sumHx / f32(D);
      for (var d = 0u; d < D; d++) {
        let h = scratch[row + d] * gainBias[2u * me * PITCH + d];
        scratch[row + d] = (h - meanH - (embeddingValue(token, d) - mean) * scale * meanHx) * scale;
      }
    }
    storageBarrier();
  }
}
