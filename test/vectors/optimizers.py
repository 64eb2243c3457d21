"""Golden trajectories of every optimizer, and of exact gradients: PyTorch on given weights, on given batches or none.

Writes optimizers.json beside this file. Regenerate on Debian:

    apt-get install python3-torch
    python3 test/vectors/optimizers.py

Truth is PyTorch in float64; the same run in float32 gives `float32Deviation`, as in trajectories.py, which also says
how weights and batches come about. SGD and AdamW are torch.optim's. What torch does not have is written here from the
papers' formulas: sign descent (Bernstein et al. 2018) and Coupled Adam (Stollenwerk and Stollenwerk 2025, arXiv
2502.08441). Targets that depend on inputs come from their definitions, low-rank ones from the project's own stream.

Each case in the file is one model and one sequence of batches, with several runs on them:
  config            what of the RunConfig all runs share
  initialWeights    flat, row-major, as whole numbers in units of 2^-12: exact in float32
  inputs, targets   steps × batchSize tokens
  firstGradient     of the first batch at the initial weights: float64 to 8 significant digits
  runs              each with its name, config (what of the RunConfig is its own), losses, finalWeights and
                    float32Deviation; those of the sign optimizer also have `leastBuffer`, the smallest |buf| of all
                    steps in each array, but for those whose gradient is 0: theirs only fades, and keeps its sign
"""

# before torch: it sets the number of threads
from trajectories import (
    WEIGHT_UNIT,
    Unigram,
    draw_batches,
    initial_weights,
    learning_rate_at,
    probabilities_of,
    significant,
    write,
)

import math
from statistics import NormalDist

import numpy as np
import torch
import torch.nn.functional as F


class Sign(torch.optim.Optimizer):
    """buf ← momentum·buf + g, θ ← θ − lr·sign(buf); what is below 1e-30 in size is 0."""

    def __init__(self, parameters, momentum=0.0):
        super().__init__(parameters, {"lr": 0.0, "momentum": momentum})
        self.least_buffer = {}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for theta in group["params"]:
                state = self.state[theta]
                buffer = group["momentum"] * state.get("buffer", torch.zeros_like(theta)) + theta.grad
                buffer[buffer.abs() < 1e-30] = 0
                state["buffer"] = buffer
                theta -= group["lr"] * torch.sign(buffer)
                least = self.least_buffer.get(theta, math.inf)
                self.least_buffer[theta] = min([least, *buffer[theta.grad != 0].abs().tolist()])


class CoupledAdam(torch.optim.Optimizer):
    """Adam whose second moment is the mean over the rows of a matrix; a vector keeps its own."""

    def __init__(self, parameters, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
        super().__init__(parameters, {"lr": 0.0, "settings": (beta1, beta2, eps, weight_decay)})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2, eps, weight_decay = group["settings"]
            for theta in group["params"]:
                squares = theta.grad**2
                if theta.dim() == 2:
                    squares = squares.mean(0, keepdim=True)
                state = self.state[theta]
                t = state["t"] = state.get("t", 0) + 1
                m = state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * theta.grad
                v = state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * squares
                theta *= 1 - group["lr"] * weight_decay
                theta -= group["lr"] * (m / (1 - beta1**t)) / (torch.sqrt(v / (1 - beta2**t)) + eps)


def optimizer_of(config, parameters):
    optimizer = dict(config["optimizer"])
    kind = optimizer.pop("kind")
    weight_decay = optimizer.pop("weightDecay", 0)
    if kind == "sgd":
        return torch.optim.SGD(parameters, lr=0.0, weight_decay=weight_decay, **optimizer)
    if kind == "sign":
        return Sign(parameters, **optimizer)
    if optimizer.pop("coupled", False):
        return CoupledAdam(parameters, weight_decay=weight_decay, **optimizer)
    betas = (optimizer.pop("beta1", 0.9), optimizer.pop("beta2", 0.999))
    return torch.optim.AdamW(parameters, betas=betas, weight_decay=weight_decay, **optimizer)


def topics(p, count, strength):
    """P(b|a) = (1−λ) p_b + λ p_b [t(a) = t(b)]/w_t(a), t(i) = i mod count; an input that never occurs has no say."""
    topic = np.arange(len(p)) % count
    mass = np.array([p[topic == k].sum() for k in range(count)])[topic]
    same = topic[:, None] == topic[None, :]
    within = np.divide(p[None, :], mass[:, None], out=np.zeros((len(p), len(p))), where=same & (mass[:, None] > 0))
    return (1 - strength) * p[None, :] + strength * within


def normal_stream(seed, purpose, count):
    """Number i of a stream of the project: SplitMix64 at a counter, through the normal quantile."""
    mask, gamma = 2**64 - 1, 0x9E3779B97F4A7C15

    def mix(z):
        z &= mask
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        return z ^ z >> 31

    key = mix(mix(mix(seed + gamma) + gamma * (purpose + 1)) + gamma)
    uniforms = ((mix(key + gamma * (i + 1)) >> 11) * 2.0**-53 + 2.0**-54 for i in range(count))
    return np.array([NormalDist().inv_cdf(u) for u in uniforms])


LOW_RANK_FACTORS = 5


def low_rank(p, rank, scale, seed):
    """J_ab = r_a exp(scale·A_a·B_b/√rank) c_b with both marginals p, by Sinkhorn scaling; P(b|a) = J_ab/p_a."""
    V = len(p)
    left, right = normal_stream(seed, LOW_RANK_FACTORS, 2 * V * rank).reshape(2, V, rank)
    kernel = np.exp(scale * left @ right.T / np.sqrt(rank))
    c = np.ones(V)
    for _ in range(1000):
        r = p / (kernel @ c)
        c = p / (kernel.T @ r)
    joint = r[:, None] * kernel * c[None, :]
    assert np.abs(joint.sum(0) / p - 1).max() < 1e-14 and np.abs(joint.sum(1) / p - 1).max() < 1e-14
    return joint / joint.sum(1, keepdims=True)


def targets_of(config):
    """P(b|a), V×V."""
    p = probabilities_of(config)
    targets = dict(config.get("targets", {"kind": "independent"}))
    kind = targets.pop("kind")
    if kind == "topics":
        return topics(p, **targets)
    if kind == "low-rank":
        return low_rank(p, **targets)
    return np.tile(p, (len(p), 1))


def population_loss(model, p, targets):
    """Σ_a p_a [lse_a − Σ_b P(b|a) logit_ab]"""
    logits = model(torch.arange(len(p)))
    return (p * (torch.logsumexp(logits, -1) - (targets * logits).sum(-1))).sum()


def losses_of(config, model, inputs, targets, dtype):
    """Loss of a step, before its update."""
    if config.get("gradient") == "exact":
        p, rows = (torch.tensor(array, dtype=dtype) for array in (probabilities_of(config), targets_of(config)))
        return lambda step: population_loss(model, p, rows)
    return lambda step: F.cross_entropy(model(torch.from_numpy(inputs[step])), torch.from_numpy(targets[step]))


def model_of(config, weights, dtype):
    parameters = {name: torch.tensor(array * WEIGHT_UNIT, dtype=dtype) for name, array in weights.items()}
    return Unigram(parameters, config["tied"], config["norm"])


def train(config, weights, inputs, targets, dtype):
    """Losses before each update, the weights after the last, and the least buffers of the sign optimizer."""
    model = model_of(config, weights, dtype)
    loss_of = losses_of(config, model, inputs, targets, dtype)
    optimizer = optimizer_of(config, model.parameters())
    losses = []
    for step in range(config["steps"]):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate_at(config["learningRate"], step)
        loss = loss_of(step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    final = {name: getattr(model, name).detach().double().numpy() for name in weights}
    least_of = getattr(optimizer, "least_buffer", {})
    least = {name: least_of[getattr(model, name)] for name in weights if least_of}
    return np.array(losses), final, least


def run(name, shared, own, weights, inputs, targets):
    config = {**shared, **own}
    losses, final, least = train(config, weights, inputs, targets, torch.float64)
    losses32, final32, _ = train(config, weights, inputs, targets, torch.float32)
    return {
        "name": name,
        "config": own,
        "losses": significant(losses, 15),
        "finalWeights": {name: significant(array, 9) for name, array in final.items()},
        "float32Deviation": {
            "loss": significant(np.abs(losses32 / losses - 1).max(), 2)[0],
            "weights": significant(max(np.abs(final32[name] - final[name]).max() for name in final), 2)[0],
        },
        **({"leastBuffer": {name: significant(value, 3)[0] for name, value in least.items()}} if least else {}),
    }


def zipf(exponent):
    return {"kind": "zipf", "exponent": exponent}


def case(name, seed, config, runs):
    shared = {"distribution": zipf(1), **config}
    batches = {"batchSize": shared.pop("batchSize"), "steps": shared["steps"]}
    random = np.random.RandomState(seed)
    weights = initial_weights(random, shared)
    inputs, targets = draw_batches(random, {**shared, **batches})
    model = model_of(shared, weights, torch.float64)
    losses_of(shared, model, inputs, targets, torch.float64)(0).backward()
    own = lambda given: given if given.get("gradient") == "exact" else {"batchSize": batches["batchSize"], **given}
    return {
        "name": name,
        "config": shared,
        "initialWeights": {name: array.ravel().tolist() for name, array in weights.items()},
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
        "firstGradient": {name: significant(getattr(model, name).grad.numpy(), 8) for name in weights},
        "runs": [run(name, shared, own(given), weights, inputs, targets) for name, given in runs.items()],
    }


def with_rate(learning_rate, kind, **optimizer):
    return {"optimizer": {"kind": kind, **optimizer}, "learningRate": learning_rate}


SGD = {
    "SGD": with_rate(0.5, "sgd"),
    "SGD, momentum": with_rate(0.1, "sgd", momentum=0.9),
    "SGD, Nesterov's momentum, weight decay": with_rate(0.1, "sgd", momentum=0.9, nesterov=True, weightDecay=0.02),
    "SGD, weight decay": with_rate(0.5, "sgd", weightDecay=0.1),
}
ADAMW = {
    "AdamW": with_rate(0.02, "adam", weightDecay=0.1),
    "AdamW, weight decay 0.01": with_rate(0.02, "adam", weightDecay=0.01),
}
COUPLED = {
    "Coupled Adam": with_rate(0.02, "adam", coupled=True),
    "Coupled Adam, weight decay, other betas": with_rate(
        0.02, "adam", coupled=True, weightDecay=0.1, beta1=0.8, beta2=0.95, eps=1e-3
    ),
}
SIGN = {
    "signSGD": with_rate(0.004, "sign"),
    "Signum": with_rate(0.004, "sign", momentum=0.9),
}
SOURCES = {
    "independent": {"kind": "independent"},
    "topics": {"kind": "topics", "count": 4, "strength": 0.4},
    "low-rank": {"kind": "low-rank", "rank": 3, "scale": 1.5, "seed": 7},
}
EXACT = {
    f"exact gradient, {source} targets, {name}": {**optimizer, "gradient": "exact", "targets": targets}
    for source, targets in SOURCES.items()
    for name, optimizer in (("Adam", with_rate(0.02, "adam")), ("SGD", with_rate(0.3, "sgd", momentum=0.5)))
}
WITH_ZEROS = {"kind": "given", "probabilities": [x / 16 for x in (4, 0, 2, 1, 0, 1, 4, 0, 2, 1, 0, 1, 0)]}
# no buffer of the sign optimizer comes near 0 from these
SEEDS = {
    ("tied", "none"): 3,
    ("tied", "layernorm"): 2,
    ("tied", "rmsnorm"): 1,
    ("untied", "none"): 9,
    ("untied", "layernorm"): 16,
    ("untied", "rmsnorm"): 2,
}
SCHEDULE = {"kind": "piecewise-linear", "points": [[2, 0], [8, 0.05], [20, 0.05], [20, 0.01], [30, 0.001]]}


def chosen(runs, *names):
    return {name: runs[name] for name in names}


def cases():
    everything = {**SGD, **ADAMW, **COUPLED, **SIGN, **EXACT}
    small = {"vocabSize": 13, "embeddingDim": 5, "batchSize": 24, "steps": 30}
    for (tied, norm), seed in SEEDS.items():
        yield case(f"{tied}, {norm}", seed, {**small, "tied": tied == "tied", "norm": norm}, everything)
    zeros = {
        f"exact gradient, {source} targets": {
            **with_rate(0.02, "adam", weightDecay=0.1, coupled=True),
            "gradient": "exact",
            "targets": targets,
        }
        for source, targets in (("independent", SOURCES["independent"]), ("topics", {**SOURCES["topics"], "count": 3}))
    }
    model = {"tied": False, "norm": "rmsnorm"}
    yield case("tokens of probability 0", 2, {**small, **model, "distribution": WITH_ZEROS}, zeros)

    rare = {"vocabSize": 30, "embeddingDim": 8, "batchSize": 40, "steps": 32, "distribution": zipf(1.5)}
    scheduled = {
        f"{name}, a rate that changes": {**given, "learningRate": SCHEDULE}
        for name, given in chosen(everything, "SGD, Nesterov's momentum, weight decay", "AdamW", "Signum").items()
    }
    # what is left of a gradient after some fifteen steps without another is 0
    fading = {"Signum, momentum 0.01": with_rate(0.004, "sign", momentum=0.01)}
    yield case("rare inputs", 17, {**rare, "tied": False, "norm": "none"}, {**scheduled, **fading})

    # more distinct inputs than a kernel may take in one block, more rows than one chunk has
    large = {"vocabSize": 170, "embeddingDim": 3, "batchSize": 300, "steps": 6, "distribution": zipf(0)}
    of_all_rows = chosen(everything, "Coupled Adam, weight decay, other betas", "Signum")
    exact = chosen(everything, "exact gradient, topics targets, Adam")
    yield case("V 170, tied, none", 67, {**large, "tied": True, "norm": "none"}, {**of_all_rows, **exact})
    nesterov = chosen(everything, "SGD, Nesterov's momentum, weight decay")
    model = {**large, "tied": False, "norm": "layernorm"}
    yield case("V 170, untied, layernorm", 27, model, {**nesterov, **of_all_rows})


def main():
    everything = list(cases())
    write("optimizers.json", {}, everything)
    for given in everything:
        print(given["name"])
        for trained in given["runs"]:
            print("   ", trained["name"], trained["losses"][0], trained["losses"][-1], trained["float32Deviation"])


if __name__ == "__main__":
    main()
