// The scalars of a member's step, in the order of src/optimizer/.

const LARGEST_MOMENT = 8.507059173023462e37;

fn scalarsOf(member: u32) -> array<f32, 8> {
  var s: array<f32, 8>;
  for (var i = 0u; i < 8u; i++) {
    s[i] = run.scalars[(run.members[member].table * STEPS + block.step) * 8u + i];
  }
  return s;
}
