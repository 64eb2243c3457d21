/**
 * What each field of a config means, for `--help` and for the JSON Schema of a sweep. Apart from the schemas, so that no
 * page loads it.
 */

export interface Help {
  /** What it is, as a phrase. */
  text: string;
  /** What its value is called. */
  value?: string;
  unit?: string;
  /** Its default, where that is no constant of the schema. */
  byDefault?: string;
}

/** By dotted path; a field that several kinds have is explained once. */
export const help: Record<string, Help> = {
  vocabSize: { text: "size of the vocabulary", value: "V", unit: "tokens" },
  embeddingDim: { text: "size of an embedding", value: "D", unit: "dimensions" },
  distribution: { text: "how often each token is drawn" },
  "distribution.exponent": { text: "exponent of the Zipf law p_i ∝ i^-x" },
  "distribution.probabilities": { text: "V probabilities that sum to 1", value: "list" },
  "distribution.digest": {
    text: "SHA-256 of the corpus or the probabilities, which are handed in at run time",
    value: "hex",
  },
  "distribution.heldOut": { text: "fraction of the corpus, from its end, that is not trained on" },
  targets: { text: "how a target depends on its input" },
  "targets.count": { text: "number of topics: token i is of topic i mod n", value: "n" },
  "targets.strength": { text: "share of the targets that are of their input's topic, 0 to 1" },
  "targets.rank": { text: "rank of the factors of the joint distribution", value: "n" },
  "targets.scale": { text: "scale of the factors' product in the joint distribution" },
  "targets.seed": { text: "seed of the factors, apart from the run's", value: "n" },
  tied: { text: "one matrix for embedding and unembedding" },
  norm: { text: "what embeddings pass through before the unembedding" },
  init: { text: "what the run begins with: drawn weights or the unigram solution of rank 1" },
  "init.std": { text: "standard deviation of the initial weights", byDefault: "D^-1/2" },
  "init.noise": { text: "standard deviation of the noise on the unigram solution" },
  optimizer: { text: "what moves the weights" },
  "optimizer.beta1": { text: "decay of the first moment, β₁" },
  "optimizer.beta2": { text: "decay of the second moment, β₂" },
  "optimizer.eps": { text: "what is added to the root of the second moment" },
  "optimizer.weightDecay": {
    text: "weight decay: decoupled as AdamW's with adam, added to the gradient with sgd",
  },
  "optimizer.coupled": { text: "one second moment for all tokens (Coupled Adam)" },
  "optimizer.momentum": { text: "factor of the momentum buffer a step, 0 for none" },
  "optimizer.nesterov": { text: "Nesterov's momentum, which needs a momentum above 0" },
  gradient: { text: "the gradient of a drawn batch or of the population loss" },
  learningRate: { text: "learning rate: a number or a schedule", value: "rate" },
  interventions: {
    text: "what is done to the run between the evaluation at a step and the next update",
    value: "list",
    byDefault: "nothing",
  },
  batchSize: {
    text: "size of a batch",
    value: "B",
    unit: "pairs",
    byDefault: "128, none with exact gradients",
  },
  steps: { text: "length of the run", value: "n", unit: "steps" },
  evaluateEvery: { text: "distance between two evaluations", value: "n", unit: "steps" },
  evaluateAt: {
    text: "in place of evenly spaced evaluations: steps evenly spaced on a logarithmic axis",
    byDefault: "none",
  },
  "evaluateAt.perDecade": { text: "evaluations a decade of steps", value: "n" },
  evaluation: { text: "how the loss is measured", byDefault: "exact up to V = 10000, then stratified" },
  "evaluation.size": { text: "size of the sample", value: "n", unit: "pairs" },
  "evaluation.exactInputs": {
    text: "most frequent inputs, evaluated exactly",
    value: "n",
    unit: "inputs",
  },
  "evaluation.sampledInputs": {
    text: "sample of the other inputs",
    value: "n",
    unit: "inputs",
  },
  spectrum: { text: "measure the spectrum of the embedding at every evaluation" },
  arithmetic: { text: "relaxed lets products fuse multiply and add: faster, not the same bits everywhere" },
  seed: { text: "seed of weights and batches", value: "n" },
};

/** What the parts of a field are, by the kind that has them: of schedules and interventions. */
export const partHelp: Record<string, Record<string, string>> = {
  "piecewise-linear": {
    points:
      "corner points [step, rate] in ascending steps: linear between them, constant beyond the ends; two at one step are a jump",
  },
  cosine: {
    from: "rate up to the step start",
    to: "rate from the step end on",
    start: "step at which the rate begins to change",
    end: "step at which it is that of to",
  },
  sequence: { parts: "schedules [step, schedule], each from its step of the run on; the first at step 0" },
  "reset-moments": { step: "updates that are done before it" },
  rescale: {
    step: "updates that are done before it",
    embeddingRms: "root mean square that the embedding's entries get; the function stays",
    unembeddingRms: "root mean square that the unembedding's entries get; the function stays",
  },
  gradient: {
    step: "updates that are done before it",
    gradient: "gradients from there on: exact, or of drawn batches",
    freezeSecondMoment: "whether Adam's second moment stays as it is from there on",
  },
};
