// p and P(b|a) of a source.

fn probabilityOf(source: u32, token: u32) -> f32 {
  return tables.probabilities[source * V + token];
}

fn targetProbability(source: u32, b: u32, a: u32) -> f32 {
  if TARGET_KIND == 2u {
    // (V × V), row b for the inputs a
    return tables.conditional[(source * V + b) * V + a];
  }
  let p = probabilityOf(source, b);
  if TARGET_KIND == 1u {
    // λ/w of each topic
    let own = p * tables.conditional[source * TOPIC_COUNT + a % TOPIC_COUNT];
    return (1.0 - TOPIC_STRENGTH) * p + select(0.0, own, a % TOPIC_COUNT == b % TOPIC_COUNT);
  }
  return p;
}
