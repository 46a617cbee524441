"""roc_auc + average_precision + log_loss + confusion matrix by scikit-learn, on rows that evaluate.ts wrote. Prints seconds."""

import sys
import time

import numpy as np
from sklearn.metrics import average_precision_score, confusion_matrix, log_loss, roc_auc_score

folder, dtype = sys.argv[1:3]
y = np.fromfile(f"{folder}/y", dtype=np.uint8)
score = np.fromfile(f"{folder}/score", dtype=dtype)
start = time.perf_counter()
auc = roc_auc_score(y, score)
average_precision = average_precision_score(y, score)
# scikit-learn 1.2 clips float32 scores at float32's epsilon.
loss = log_loss(y, score.astype(np.float64))
table = confusion_matrix(y, score >= 0.5)
seconds = time.perf_counter() - start
print(seconds, auc, average_precision, loss, table[1, 1])
