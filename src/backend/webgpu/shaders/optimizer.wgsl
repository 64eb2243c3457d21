// One update of four values, as assembly/optimizer.ts: `s` are the scalars of the step, in the order of src/optimizer/.

struct Updated {
  weight: vec4f,
  state: vec4f,
  state2: vec4f,
}

const LARGEST_MOMENT = 8.507059173023462e37;
const LEAST = 1e-30;
const LEAST_EPS = 1.2e-38;

/** @param state2 of coupled Adam brought up to date before */
fn updated(theta: vec4f, state: vec4f, state2: vec4f, g: vec4f, s: array<f32, 8>) -> Updated {
  if OPTIMIZER <= 1u {
    let m = s[2] * state + s[6] * g;
    var v = state2;
    if OPTIMIZER == 0u {
      v = min(s[3] * state2 + s[7] * g * g, vec4f(LARGEST_MOMENT));
    }
    return Updated(s[5] * theta - s[0] * m / (sqrt(v) / s[1] + max(s[4], LEAST_EPS)), m, v);
  }
  if OPTIMIZER == 2u {
    let decayed = g + s[3] * theta;
    let buffer = select(decayed, s[1] * state + decayed, HAS_STATE == 1u);
    return Updated(theta - s[0] * select(buffer, decayed + s[1] * buffer, s[2] == 1.0), buffer, vec4f());
  }
  let given = select(g, s[1] * state + g, HAS_STATE == 1u);
  let direction = select(given, vec4f(), abs(given) < vec4f(LEAST));
  return Updated(theta - s[0] * sign(direction), direction, vec4f());
}

/** Coupled Adam: the second moment of four dimensions of a matrix, of Σ g² over its rows. */
fn coupled(state2: vec4f, squares: vec4f, rows: f32, s: array<f32, 8>) -> vec4f {
  return min(s[3] * state2 + s[7] * squares / rows, vec4f(LARGEST_MOMENT));
}
