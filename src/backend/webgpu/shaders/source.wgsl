// p and P(b|a) of a member's source.

fn probabilityOf(member: u32, token: u32) -> f32 {
  return tables.probabilities[run.members[member].source * V + token];
}

fn targetProbability(member: u32, b: u32, a: u32) -> f32 {
  let source = run.members[member].source;
  if TARGET_KIND == 2u {
    // (V × V), row b for the inputs a
    return tables.conditional[(source * V + b) * V + a];
  }
  let p = tables.probabilities[source * V + b];
  if TARGET_KIND == 1u {
    // λ/w of each topic
    let own = p * tables.conditional[source * TOPIC_COUNT + a % TOPIC_COUNT];
    return (1.0 - TOPIC_STRENGTH) * p + select(0.0, own, a % TOPIC_COUNT == b % TOPIC_COUNT);
  }
  return p;
}
