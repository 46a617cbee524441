"""Trains boosted trees on random rows, writes them with their covers, and times xgboost's own pred_contribs."""
import json
import sys
import time

import numpy as np
import xgboost as xgb

rows, inputs, trees, depth, folder = (int(a) if a.isdigit() else a for a in sys.argv[1:6])
threads = [int(a) for a in sys.argv[6].split(",")]
random = np.random.default_rng(1)
x = random.normal(size=(rows, inputs)).astype(np.float32)
y = x @ random.normal(size=inputs) + np.sin(3 * x[:, 0]) * x[:, 1] + random.normal(size=rows)
matrix = xgb.DMatrix(x, label=y)
model = xgb.train({"max_depth": depth, "eta": 0.1, "min_child_weight": 0, "lambda": 0}, matrix, trees)
seconds, cpu = {}, {}
for n in threads:
    model.set_param({"nthread": n})
    start, started = time.perf_counter(), time.process_time()
    contribs = model.predict(matrix, pred_contribs=True)
    seconds[n], cpu[n] = time.perf_counter() - start, time.process_time() - started
x.tofile(f"{folder}/x.bin")
contribs.astype(np.float64).tofile(f"{folder}/contribs.bin")
dump = [json.loads(t) for t in model.get_dump(dump_format="json", with_stats=True)]
json.dump({"version": xgb.__version__, "seconds": seconds, "cpu": cpu, "trees": dump}, open(f"{folder}/model.json", "w"))
