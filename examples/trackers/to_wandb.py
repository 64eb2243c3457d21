"""Puts the runs of an exported table into Weights & Biases, each under the name that it has here.

    unigram-lab export results --out runs.csv && pip install pandas wandb && python to_wandb.py runs.csv
"""

import sys

import pandas as pd
import wandb

metrics = ["trainLoss", "loss", "excessLoss", "learningRate", "effectiveDimension"]
table = pd.read_csv(sys.argv[1], dtype={"run": str}, float_precision="round_trip")
for name, records in table.groupby("run"):
    settings = records.loc[:, "vocabSize":].dropna(axis=1).rename(columns=lambda path: path.replace(".", "_"))
    with wandb.init(project="unigram-lab", id=name, name=name, config=settings.to_dict("records")[0]) as run:
        for record in records[["step", *metrics]].to_dict("records"):
            step = record.pop("step")
            run.log({metric: value for metric, value in record.items() if pd.notna(value)}, step=step)
