"""Writes golden.json: what scipy says of small samples with and without ties. Run: python3 golden.py"""
import json
import os
import sys
import warnings

import numpy as np
import scipy
from scipy import stats
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
pairs = {
    "normal, shifted": (rng.normal(0, 1, 60), rng.normal(0.6, 1.4, 45)),
    "no difference": (rng.normal(5, 2, 200), rng.normal(5, 2, 300)),
    "many ties": (rng.integers(0, 6, 150), rng.integers(1, 7, 80)),
    "skewed, far apart": (rng.exponential(1, 400), rng.exponential(3, 350)),
    "tiny": (np.array([1.0, 2.0, 2.0, 5.5]), np.array([2.0, 3.0, 7.0])),
    "negative and large": (rng.normal(-1e6, 10, 90), rng.normal(-1e6 + 4, 10, 70)),
}


def numbers(x, y):
    ad = stats.anderson_ksamp([x, y])
    cvm = stats.cramervonmises_2samp(x, y, method="asymptotic")
    mw = stats.mannwhitneyu(x, y, method="asymptotic")
    t = stats.ttest_ind(y, x, equal_var=False)
    ks = stats.ks_2samp(x, y)
    return {
        "reference": [float(v) for v in x],
        "current": [float(v) for v in y],
        "ks": [ks.statistic, ks.pvalue],
        "wasserstein": stats.wasserstein_distance(x, y),
        "energy": stats.energy_distance(x, y),
        "anderson_darling": ad.statistic,
        "anderson_darling_p": ad.significance_level,
        "cramer_von_mises": [cvm.statistic, cvm.pvalue],
        "mann_whitney": [mw.statistic, mw.pvalue],
        "t": [t.statistic, t.pvalue],
    }


tables = {
    "four categories": [[120, 60, 15, 5], [80, 70, 30, 9]],
    "two categories": [[410, 90], [350, 130]],
    "an empty cell": [[30, 0], [25, 4]],
    "tiny": [[8, 2], [1, 5]],
    "unseen category": [[500, 300, 0], [450, 280, 60]],
    "large": [[1036000, 1077000], [2452000, 2478000]],
}


def counts(table):
    a = np.array(table)
    chi2, p, dof, _ = stats.chi2_contingency(a, correction=False)
    used = a[:, a.sum(0) > 0]
    g, g_p, _, _ = stats.chi2_contingency(used, correction=False, lambda_="log-likelihood")
    p1, p2 = a / a.sum(1, keepdims=True)
    result = {
        "table": table,
        "chi2": [chi2, p],
        "g": [g, g_p],
        "js": float(jensenshannon(p1, p2, base=2)),
        "hellinger": float(np.sqrt(np.sum((np.sqrt(p1) - np.sqrt(p2)) ** 2) / 2)),
        "tvd": float(np.abs(p1 - p2).sum() / 2),
        "kl": float(stats.entropy(np.maximum(p1, 1e-4), np.maximum(p2, 1e-4)))
        if (p1 >= 1e-4).all() and (p2 >= 1e-4).all()
        else None,
    }
    if a.shape[1] == 2:
        odds, fisher = stats.fisher_exact(a)
        pooled = a[:, 1].sum() / a.sum()
        n, m = a.sum(1)
        z = (p2[1] - p1[1]) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        result["fisher"] = fisher
        result["z"] = [z, 2 * stats.norm.sf(abs(z))]
    return result


document = {
    "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
    "numbers": {name: numbers(x, y) for name, (x, y) in pairs.items()},
    "counts": {name: counts(table) for name, table in tables.items()},
    "tails": {
        "chi2": [[x, df, stats.chi2.sf(x, df)] for x, df in [(0.3, 1), (40, 3), (900, 200), (5100, 5000), (4800, 5000)]],
        "t": [[t, df, 2 * stats.t.sf(t, df)] for t, df in [(0.1, 5), (2, 1e6), (15, 2000), (30, 6e6), (1.7, 3.3)]],
        "normal": [[z, 2 * stats.norm.sf(z)] for z in [0.1, 1.96, 5, 12, 26, 37]],
        "kstwo": [
            [n, d, stats.kstwo.sf(d, n)]
            for n, d in [(10, 0.2), (50, 0.1), (50, 0.25), (139, 0.06), (150, 0.05), (1000, 0.03), (3720, 0.2), (90000, 0.006)]
        ],
    },
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.json"), "w") as file:
    json.dump(document, file, indent=1)
    file.write("\n")
