"""Which learning rate is best for which vocabulary, from an exported table of a sweep; the cells open as a notebook.

    unigram-lab sweep --vary learningRate=log:1e-4:1e-1:4 --vary vocabSize=50,200 --steps 1000 --seeds 3 --out results
    unigram-lab export results --out runs.csv
    pip install pandas && python learning_rates.py runs.csv        # Debian, Ubuntu: apt install python3-pandas
"""

# %% One row an evaluation: what was measured, then every field of the config. Losses are in nats.
import sys

import pandas as pd

pd.set_option("display.width", 80)
file = sys.argv[1] if len(sys.argv) > 1 else "runs.csv"
records = pd.read_csv(file, float_precision="round_trip")  # every bit
rate = "config.learningRate"  # the config's; learningRate is the rate at that step, of a schedule too

# %% The end of every run. One whose loss stopped being finite has no loss there: it is counted, not averaged.
ends = records.sort_values("step").groupby("run").tail(1)
over_seeds = ends.groupby(["vocabSize", rate]).agg(
    mean=("excessLoss", "mean"),
    sd=("excessLoss", "std"),
    seeds=("excessLoss", "count"),
    diverged=("diverged", "sum"),
)
print("Excess loss at the end, over seeds:")
print(over_seeds.to_string(float_format="{:.4g}".format))

# %% The best rate of each vocabulary; losses of different vocabularies are not compared.
best = over_seeds["mean"].dropna().groupby("vocabSize").idxmin()
print("\nBest learning rate:")
for vocabulary, (_, best_rate) in best.items():
    print(f"  V {vocabulary}: {best_rate:g}")

# %% How fast: the first evaluation at which a run is within 0.1 nats of the entropy.
close = records[records["excessLoss"] < 0.1].groupby(["vocabSize", rate, "run"])["step"].min()
print("\nSteps to within 0.1 nats, median over the seeds that get there:")
print(close.groupby(["vocabSize", rate]).agg(["median", "count"]).to_string())
