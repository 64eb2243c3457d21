// P(b|a), from p (V f32) or, for tables, from row b for the inputs a (V × V f32): `probabilities` and `conditional`.

fn targetProbability(b: u32, a: u32) -> f32 {
  if TARGET_KIND == 2u {
    return conditional[b * V + a];
  }
  if TARGET_KIND == 1u {
    let anyInput = (1.0 - TOPIC_STRENGTH) * probabilities[b];
    // conditional: λ/w of each topic
    return anyInput + select(0.0, probabilities[b] * conditional[a % TOPIC_COUNT], a % TOPIC_COUNT == b % TOPIC_COUNT);
  }
  return probabilities[b];
}
