"""Writes the runs of an exported table for TensorBoard, a folder a run, named by the numbers that differ between runs.

    unigram-lab export results --out runs.csv && pip install pandas torch tensorboard
    python to_tensorboard.py runs.csv && tensorboard --logdir tensorboard
"""

import sys

import pandas as pd
from torch.utils.tensorboard import SummaryWriter

metrics = ["trainLoss", "loss", "excessLoss", "learningRate", "effectiveDimension"]
table = pd.read_csv(sys.argv[1], dtype={"run": str}, float_precision="round_trip")
settings = table.loc[:, "vocabSize":].select_dtypes("number")
varied = settings.columns[settings.nunique() > 1]
for name, records in table.groupby("run"):
    values = [f"{path.removeprefix('config.')}={records[path].iloc[0]:g}" for path in varied]
    with SummaryWriter(f"tensorboard/{' '.join([*values, name[:6]])}") as writer:
        for metric in metrics:
            for step, value in records.set_index("step")[metric].dropna().items():
                writer.add_scalar(metric, value, step)
