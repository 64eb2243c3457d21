"""The same training step in PyTorch, driven line by line over stdin: one JSON command a line, one JSON answer a line.

{"make": {"vocabSize", "embeddingDim", "batchSize", "form"}}   a fresh model; form is "eager" or "fast"
{"steps": n}                                                   n steps -> {"seconds": s}
{"check": {"embedding", "batches", ...}}                       losses of given batches from given weights
{"evaluate": n}                                                n exact population losses -> {"seconds": s}

"eager" is what a researcher writes: draw with torch.multinomial, embed, cross_entropy, backward, torch.optim.Adam.
"fast" is PyTorch's best honest form here: batches drawn ahead in one call, Adam with foreach=True where it has it.
Threads come from the environment (OMP_NUM_THREADS and OPENBLAS_NUM_THREADS, which set_num_threads does not bind).
"""

import inspect
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
torch.set_num_threads(threads)
FOREACH = "foreach" in inspect.signature(torch.optim.Adam).parameters


class Model:
    def __init__(self, vocabSize, embeddingDim, batchSize, form):
        torch.manual_seed(0)
        p = 1 / torch.arange(1, vocabSize + 1, dtype=torch.float64)
        self.p = (p / p.sum()).float()
        self.batch = batchSize
        self.form = form
        self.embedding = torch.nn.Parameter(torch.randn(vocabSize, embeddingDim) * embeddingDim**-0.5)
        options = {"foreach": True} if form == "fast" and FOREACH else {}
        self.optimizer = torch.optim.Adam([self.embedding], lr=1e-3, **options)

    def step(self, inputs, targets):
        logits = self.embedding[inputs] @ self.embedding.T
        loss = F.cross_entropy(logits, targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, steps):
        start = time.perf_counter()
        if self.form == "fast":
            pairs = torch.multinomial(self.p, 2 * self.batch * steps, replacement=True).view(steps, 2, self.batch)
            for inputs, targets in pairs:
                self.step(inputs, targets)
        else:
            for _ in range(steps):
                inputs = torch.multinomial(self.p, self.batch, replacement=True)
                targets = torch.multinomial(self.p, self.batch, replacement=True)
                self.step(inputs, targets)
        return time.perf_counter() - start

    @torch.no_grad()
    def evaluate(self, count):
        start = time.perf_counter()
        for _ in range(count):
            loss = 0.0
            for rows in torch.arange(len(self.p)).split(1024):
                logits = self.embedding[rows] @ self.embedding.T
                loss += float((self.p[rows] * (torch.logsumexp(logits, 1) - logits @ self.p)).sum())
        return time.perf_counter() - start


model = None
for line in sys.stdin:
    command = json.loads(line)
    answer = {"ok": True, "torch": torch.__version__, "threads": threads}
    if "make" in command:
        model = Model(**command["make"])
    elif "steps" in command:
        answer = {"seconds": model.run(command["steps"])}
    elif "evaluate" in command:
        answer = {"seconds": model.evaluate(command["evaluate"])}
    elif "check" in command:
        check = command["check"]
        model = Model(check["vocabSize"], check["embeddingDim"], check["batchSize"], check["form"])
        with torch.no_grad():
            model.embedding.copy_(torch.tensor(check["embedding"]).view_as(model.embedding))
        losses = [
            float(model.step(torch.tensor(batch["inputs"]), torch.tensor(batch["targets"])))
            for batch in check["batches"]
        ]
        answer = {"losses": losses}
    print(json.dumps(answer), flush=True)
