// One update of `Values`, of which the file that uses this says whether it is one or four, as assembly/optimizer.ts: `s` are the scalars of the step, in the order of src/optimizer/.

struct Updated {
  weight: Values,
  state: Values,
  state2: Values,
}

const LARGEST_MOMENT = 8.507059173023462e37;
const LEAST = 1e-30;
const LEAST_EPS = 1.2e-38;

/** @param state2 of coupled Adam brought up to date before */
fn updated(theta: Values, state: Values, state2: Values, g: Values, s: array<f32, 8>) -> Updated {
  if OPTIMIZER <= 1u {
    let m = s[2] * state + s[6] * g;
    var v = state2;
    if OPTIMIZER == 0u {
      v = min(s[3] * state2 + s[7] * g * g, Values(LARGEST_MOMENT));
    }
    return Updated(s[5] * theta - s[0] * m / (sqrt(v) / s[1] + max(s[4], LEAST_EPS)), m, v);
  }
  if OPTIMIZER == 2u {
    let decayed = g + s[3] * theta;
    let buffer = select(decayed, s[1] * state + decayed, HAS_STATE == 1u);
    return Updated(theta - s[0] * select(buffer, decayed + s[1] * buffer, s[2] == 1.0), buffer, Values());
  }
  let given = select(g, s[1] * state + g, HAS_STATE == 1u);
  let direction = select(given, Values(), abs(given) < Values(LEAST));
  return Updated(theta - s[0] * sign(direction), direction, Values());
}

/** Coupled Adam: the second moment of dimensions of a matrix, of Σ g² over its rows. */
fn coupled(state2: Values, squares: Values, rows: f32, s: array<f32, 8>) -> Values {
  return min(s[3] * state2 + s[7] * squares / rows, Values(LARGEST_MOMENT));
}
