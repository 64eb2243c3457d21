// uses: optimizer, scalars
//
// The update of four values in `weights`, `state` and `state2`.

alias Values = vec4f;

/** @param at place of the values; `row` of those of a state of one row */
fn updateAt(at: u32, row: u32, g: vec4f, s: array<f32, 8>) {
  var before = vec4f();
  var before2 = vec4f();
  if HAS_STATE == 1u {
    before = state[at];
  }
  if OPTIMIZER <= 1u {
    before2 = state2[select(at, row, OPTIMIZER == 1u)];
  }
  let next = updated(weights[at], before, before2, g, s);
  weights[at] = next.weight;
  if HAS_STATE == 1u {
    state[at] = next.state;
  }
  if OPTIMIZER == 0u {
    state2[at] = next.state2;
  }
}
