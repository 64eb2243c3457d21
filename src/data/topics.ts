/**
 * Topics: P(b|a) = (1-λ) p_b + λ p_b [t(a) = t(b)] / w_t(a), with t(i) = i mod K and w_k the probability of topic k. Logits
 * of rank K can express it. It needs no V² table, so it works at any V.
 */
import { log } from "../math/elementary.js";
import { entropy } from "./entropy.js";
import { independentSource } from "./independent.js";
import { randomBits } from "./random.js";
import { type AliasTable, aliasTable, drawPairs, drawToken } from "./sampling.js";
import type { TokenSource } from "./source.js";
import type { Topics } from "./targets.js";

/** Word 2^40 + i of a stream, far from the words of tokens, decides whether target i keeps to its input's topic. */
const COINS = 2 ** 40;

/**
 * A single topic, or a strength of 0, is the independent case, and is drawn as that.
 * @param p length V, summing to 1 up to rounding
 */
export function topicsSource(p: Float64Array, topics: Topics): TokenSource {
  const { count: K, strength } = topics;
  if (K === 1 || strength === 0) return independentSource(p);
  const V = p.length;
  const table = aliasTable(p);
  const masses = topicMasses(p, K);
  const tables = topicTables(p, masses);
  const H = entropy(p);
  const sizeOf = (topic: number) => Math.ceil((V - topic) / K);
  const startOf = (topic: number) => topic * Math.floor(V / K) + Math.min(topic, V % K);

  return {
    probabilities: p,
    marginal: p,
    entropy: H,
    // rounding may leave it just below 0 where the target is a copy of the input
    conditionalEntropy: Math.max(0, H - mutualInformation(masses, strength)),
    conditional: true,
    targets(input) {
      const topic = input % K;
      if (masses[topic] === 0) return p;
      const probabilities = p.map((x) => (1 - strength) * x);
      for (let b = topic; b < V; b += K) probabilities[b] += (strength * p[b]) / masses[topic];
      return probabilities;
    },
    draw: (key, count) =>
      drawPairs(table, key, count, (input, bits, pair) => {
        const within = Number(randomBits(key, COINS + pair) >> 32n) < strength * 2 ** 32;
        if (!within) return drawToken(table, bits);
        const topic = input % K;
        return topic + K * drawToken(tables, bits, startOf(topic), sizeOf(topic));
      }),
    bytes: 8 * V,
  };
}

/** w_k, the probability of each topic's tokens. */
function topicMasses(p: Float64Array, K: number): Float64Array {
  const masses = new Float64Array(K);
  for (let i = 0; i < p.length; i++) masses[i % K] += p[i];
  return masses;
}

/** The topics' alias tables, one after another, V columns in all: of topic k, column j stands for token k + K·j. */
function topicTables(p: Float64Array, masses: Float64Array): AliasTable {
  const [V, K] = [p.length, masses.length];
  const tables = { thresholds: new Uint32Array(V), aliases: new Uint32Array(V) };
  for (let topic = 0, start = 0; topic < K; topic++) {
    const restricted = new Float64Array(Math.ceil((V - topic) / K));
    // a topic of probability 0 is never drawn: its columns stay 0
    if (masses[topic] > 0) {
      for (let j = 0; j < restricted.length; j++) restricted[j] = p[topic + K * j] / masses[topic];
      const { thresholds, aliases } = aliasTable(restricted);
      tables.thresholds.set(thresholds, start);
      tables.aliases.set(aliases, start);
    }
    start += restricted.length;
  }
  return tables;
}

/** I = Σ_k w_k [((1-λ) w_k + λ) ln(1 - λ + λ/w_k) + (1-λ) (1-w_k) ln(1-λ)] in nats, with 0 ln 0 = 0. */
function mutualInformation(masses: Float64Array, strength: number): number {
  const apart = 1 - strength;
  let sum = 0;
  for (const w of masses) {
    if (w === 0) continue;
    sum += w * (apart * w + strength) * log(apart + strength / w);
    if (apart > 0) sum += w * apart * (1 - w) * log(apart);
  }
  return sum;
}
