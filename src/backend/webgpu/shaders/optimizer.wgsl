// One update of one value, as assembly/optimizer.ts: `s` are the scalars of the step, in the order of src/optimizer/.

struct Updated {
  weight: f32,
  state: f32,
  state2: f32,
}

const LARGEST_MOMENT = 8.507059173023462e37;
const LEAST = 1e-30;

fn updated(weight: f32, state: f32, state2: f32, gradient: f32, s: array<f32, 8>) -> Updated {
  var scalars = s;
  if OPTIMIZER <= 1u {
    let m = scalars[2] * state + scalars[6] * gradient;
    // of coupled Adam the second moment has been brought up to date
    let v = select(state2, min(scalars[3] * state2 + scalars[7] * gradient * gradient, LARGEST_MOMENT), OPTIMIZER == 0u);
    let difference = scalars[0] * m / (sqrt(v) / scalars[1] + max(scalars[4], 1.2e-38));
    return Updated(scalars[5] * weight - difference, m, v);
  }
  if OPTIMIZER == 2u {
    let g = gradient + scalars[3] * weight;
    let buffer = scalars[1] * state + g;
    let direction = select(buffer, g + scalars[1] * buffer, scalars[2] == 1.0);
    return Updated(weight - scalars[0] * direction, buffer, 0.0);
  }
  var direction = scalars[1] * state + gradient;
  if abs(direction) < LEAST {
    direction = 0.0;
  }
  return Updated(weight - scalars[0] * sign(direction), direction, 0.0);
}

fn scalarsOf(step: u32) -> array<f32, 8> {
  var s: array<f32, 8>;
  for (var i = 0u; i < 8u; i++) {
    s[i] = scalars[step * 8u + i];
  }
  return s;
}
