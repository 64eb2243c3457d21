"""Golden trajectories: the same toy model trained by PyTorch on given weights and given batches.

Writes trajectories.json beside this file. Regenerate on Debian:

    apt-get install python3-torch
    python3 test/vectors/trajectories.py

Truth is PyTorch in float64. The same run in float32 gives `float32Deviation`: how far PyTorch's own single precision
strays, and so what may fairly be asked of another one. Batches and initial weights come from numpy RandomState seeds;
on another machine or torch version the last digits may differ.

Each case in the file:
  config            RunConfig of the project, defaults left out
  initialWeights    flat, row-major, as whole numbers in units of 2^-12: exact in float32
  inputs, targets   steps × batchSize tokens
  learningRates     of each step
  losses            of each step in nats, before its update: float64 to 15 significant digits
  finalWeights      flat, row-major: float64 to 9 significant digits
  float32Deviation  largest |loss32 - loss64|/loss64 over the steps, largest |w32 - w64| over the final weights
"""

import json
import os
from pathlib import Path

# one thread, so that every sum has one order; BLAS reads these when torch is loaded
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

STEPS = 60
NORM_EPS = 1e-5
WEIGHT_UNIT = 2.0**-12


class Unigram(nn.Module):
    def __init__(self, weights, tied, norm):
        super().__init__()
        self.norm = norm
        self.embedding = nn.Parameter(weights["embedding"].clone())
        self.unembedding = self.embedding if tied else nn.Parameter(weights["unembedding"].clone())
        if norm != "none":
            self.gain = nn.Parameter(weights["gain"].clone())
        if norm == "layernorm":
            self.bias = nn.Parameter(weights["bias"].clone())

    def forward(self, inputs):
        x = F.embedding(inputs, self.embedding)
        if self.norm == "layernorm":
            x = F.layer_norm(x, x.shape[-1:], self.gain, self.bias, NORM_EPS)
        elif self.norm == "rmsnorm":
            x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + NORM_EPS) * self.gain
        return x @ self.unembedding.T


def learning_rate_at(schedule, step):
    """Constant, or piecewise linear: of two points at one step the later holds from that step on."""
    if not isinstance(schedule, dict):
        return schedule
    points = schedule["points"]
    if step < points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x0 <= step < x1:
            return y0 + (y1 - y0) * (step - x0) / (x1 - x0)
    return points[-1][1]


def initial_weights(random, config):
    """Gaussians of the usual size; gain and bias off 1 and 0, so that a kernel which ignores them is found out."""
    V, D = config["vocabSize"], config["embeddingDim"]
    weights = {"embedding": random.randn(V, D) / np.sqrt(D)}
    if not config["tied"]:
        weights["unembedding"] = random.randn(V, D) / np.sqrt(D)
    if config["norm"] != "none":
        weights["gain"] = 1 + 0.2 * random.randn(D)
    if config["norm"] == "layernorm":
        weights["bias"] = 0.2 * random.randn(D)
    return {name: np.rint(array / WEIGHT_UNIT).astype(int) for name, array in weights.items()}


def probabilities_of(config):
    """p_i ∝ i^-exponent, or as given."""
    distribution = config["distribution"]
    if distribution["kind"] == "given":
        return np.array(distribution["probabilities"])
    p = np.arange(1, config["vocabSize"] + 1) ** -float(distribution["exponent"])
    return p / p.sum()


def draw_batches(random, config):
    """Inputs and targets, each steps × batchSize, independent draws."""
    p = probabilities_of(config)
    shape = (config["steps"], config["batchSize"])
    return tuple(random.choice(len(p), size=shape, p=p) for _ in range(2))


def train(config, weights, inputs, targets, learning_rates, dtype):
    """Losses before each update, and the weights after the last."""
    model = Unigram(
        {name: torch.tensor(array * WEIGHT_UNIT, dtype=dtype) for name, array in weights.items()},
        config["tied"],
        config["norm"],
    )
    adam = config.get("optimizer", {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8})
    optimizer = torch.optim.Adam(model.parameters(), betas=(adam["beta1"], adam["beta2"]), eps=adam["eps"])
    losses = []
    for step, learning_rate in enumerate(learning_rates):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        loss = F.cross_entropy(model(torch.from_numpy(inputs[step])), torch.from_numpy(targets[step]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    # in the order and under the names of `weights`
    final = {name: getattr(model, name).detach().double().numpy() for name in weights}
    return np.array(losses), final


def significant(array, digits):
    return [float(f"{x:.{digits}g}") for x in np.ravel(array)]


def trajectory(name, seed, config, change_initial=lambda weights: weights):
    config = {
        "vocabSize": 29,
        "embeddingDim": 13,
        "distribution": {"kind": "zipf", "exponent": 0},
        "tied": True,
        "norm": "none",
        "learningRate": 0.01,
        "batchSize": 24,
        "steps": STEPS,
        **config,
    }
    random = np.random.RandomState(seed)
    weights = change_initial(initial_weights(random, config))
    inputs, targets = draw_batches(random, config)
    learning_rates = [learning_rate_at(config["learningRate"], step) for step in range(config["steps"])]
    run = (config, weights, inputs, targets, learning_rates)
    losses, final = train(*run, torch.float64)
    losses32, final32 = train(*run, torch.float32)
    weight_deviation = max(np.abs(final32[name] - final[name]).max() for name in final)
    return {
        "name": name,
        "config": config,
        "initialWeights": {name: array.ravel().tolist() for name, array in weights.items()},
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
        "learningRates": learning_rates,
        "losses": significant(losses, 15),
        "finalWeights": {name: significant(array, 9) for name, array in final.items()},
        "float32Deviation": {
            "loss": significant(np.abs(losses32 / losses - 1).max(), 2)[0],
            "weights": significant(weight_deviation, 2)[0],
        },
    }


def untrained_norm(weights):
    """Gain 1 and bias 0, as a run starts: at D = 1 all logits are then 0."""
    return {**weights, "gain": np.array([round(1 / WEIGHT_UNIT)]), "bias": np.array([0])}


def trajectories():
    for tied in (True, False):
        for norm in ("none", "layernorm", "rmsnorm"):
            name = f"{'tied' if tied else 'untied'}, {norm}"
            yield trajectory(name, 1, {"tied": tied, "norm": norm})
    yield trajectory(
        "schedule with a warm-up and a jump",
        2,
        {
            "tied": False,
            "learningRate": {
                "kind": "piecewise-linear",
                "points": [[2, 0], [12, 0.02], [30, 0.02], [30, 0.005], [50, 0.001]],
            },
        },
    )
    yield trajectory(
        "one dimension, tied, layernorm",
        3,
        {
            "vocabSize": 10,
            "embeddingDim": 1,
            "norm": "layernorm",
            "distribution": {"kind": "zipf", "exponent": 1},
        },
        untrained_norm,
    )
    yield trajectory("larger: V 211, D 40, tied", 4, {"vocabSize": 211, "embeddingDim": 40, "batchSize": 32})
    yield trajectory(
        "other betas, eps near the gradient",
        5,
        {"norm": "rmsnorm", "optimizer": {"kind": "adam", "beta1": 0.8, "beta2": 0.95, "eps": 1e-3}},
    )
    yield trajectory("Zipf batches", 6, {"tied": False, "distribution": {"kind": "zipf", "exponent": 1.5}})
    # more distinct inputs a batch than a kernel may take in one block
    yield trajectory(
        "large batch, untied, layernorm",
        7,
        {"vocabSize": 211, "embeddingDim": 9, "tied": False, "norm": "layernorm", "batchSize": 256, "steps": 20},
    )


def write(name, head, cases):
    """One line a field, so that a diff shows what moved."""
    lines = [
        "{"
        + ",\n".join(f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in case.items())
        + "}"
        for case in cases
    ]
    start = json.dumps({"torch": torch.__version__, "weightUnit": WEIGHT_UNIT, **head}, separators=(",", ":"))[:-1]
    Path(__file__).with_name(name).write_text(start + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n")


def main():
    cases = list(trajectories())
    write("trajectories.json", {}, cases)
    for case in cases:
        print(case["name"], case["losses"][0], case["losses"][-1], case["float32Deviation"])


if __name__ == "__main__":
    main()
