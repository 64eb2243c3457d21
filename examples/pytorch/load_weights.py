"""A trained model in PyTorch: its weights, under the names that PyTorch's modules have, and its loss computed anew.

    unigram-lab train --vocab-size 200 --no-tied --norm layernorm --weights run.safetensors
    pip install torch safetensors && python load_weights.py run.safetensors
"""

import json
import sys

import torch
from safetensors import safe_open
from torch import nn

with safe_open(sys.argv[1], framework="pt") as file:
    config = json.loads(file.metadata()["config"])
    weights = {name: file.get_tensor(name) for name in file.keys()}
V, D = config["vocabSize"], config["embeddingDim"]


class Unigram(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, D)
        norm = {"none": "Identity", "layernorm": "LayerNorm", "rmsnorm": "RMSNorm"}[config["norm"]]
        self.norm = getattr(nn, norm)(D, eps=1e-5)
        self.unembedding = nn.Linear(D, V, bias=False)
        if config["tied"]:
            self.unembedding.weight = self.embedding.weight

    def forward(self, tokens):
        return self.unembedding(self.norm(self.embedding(tokens)))


model = Unigram()
# a tied model's one matrix is in the file once
model.load_state_dict({"unembedding.weight": weights["embedding.weight"], **weights})

# the population loss, over all pairs of an input a and a target b that both follow Zipf's law
p = torch.arange(1, V + 1, dtype=torch.float64) ** -config["distribution"]["exponent"]
p /= p.sum()
with torch.no_grad():
    log_q = model(torch.arange(V)).double().log_softmax(-1)
loss = -(p @ log_q @ p)
entropy = -(p @ p.log())
print(f"loss {loss:.5f} nats, {loss - entropy:.5f} above the entropy of the tokens")
