// The scalars of a member's step in the submission, in the order of src/optimizer/.

fn scalarsOf(member: u32, step: u32) -> array<f32, 8> {
  var s: array<f32, 8>;
  for (var i = 0u; i < 8u; i++) {
    s[i] = run.scalars[(run.members[member].table * STEPS + step) * 8u + i];
  }
  return s;
}
