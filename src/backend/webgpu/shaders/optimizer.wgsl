// uses: scalars
//
// One update of four values, as assembly/optimizer.ts: `s` are the scalars of the step, in the order of src/optimizer/.

const LEAST = 1e-30;
const LEAST_EPS = 1.2e-38;

/** @param at place of the values; `row` of those of a state of one row */
fn updateAt(at: u32, row: u32, g: vec4f, s: array<f32, 8>) {
  let theta = weights[at];
  if OPTIMIZER <= 1u {
    let m = s[2] * state[at] + s[6] * g;
    var v: vec4f;
    if OPTIMIZER == 0u {
      v = min(s[3] * state2[at] + s[7] * g * g, vec4f(LARGEST_MOMENT));
      state2[at] = v;
    } else {
      // of coupled Adam: brought up to date before
      v = state2[row];
    }
    state[at] = m;
    weights[at] = s[5] * theta - s[0] * m / (sqrt(v) / s[1] + max(s[4], LEAST_EPS));
    return;
  }
  if OPTIMIZER == 2u {
    let decayed = g + s[3] * theta;
    var buffer = decayed;
    if HAS_STATE == 1u {
      buffer += s[1] * state[at];
      state[at] = buffer;
    }
    weights[at] = theta - s[0] * select(buffer, decayed + s[1] * buffer, s[2] == 1.0);
    return;
  }
  var direction = g;
  if HAS_STATE == 1u {
    direction += s[1] * state[at];
  }
  direction = select(direction, vec4f(0.0), abs(direction) < vec4f(LEAST));
  if HAS_STATE == 1u {
    state[at] = direction;
  }
  weights[at] = theta - s[0] * sign(direction);
}
