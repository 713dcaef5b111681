"""Makes reckoned.json: what lifelines, statsmodels and scipy say of some data sets, for src/score/stats/reckoned.rs to be compared with.

    python3 -m venv VENV && VENV/bin/pip install lifelines scipy statsmodels
    VENV/bin/python tests/stats/make.py > tests/stats/reckoned.json

Where nobody is left waiting, lifelines drops the infinite term of Greenwood's sum and prints a band of [0, 0], and R prints none; crickets
prints none, so such a step's band is null here, and the median's upper end looks only at steps that have one.
"""

import json
import platform
import sys
import warnings

import lifelines
import numpy as np
import scipy
import statsmodels
from lifelines import KaplanMeierFitter
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

warnings.simplefilter("ignore")
DAY = 86_400
WINDOW = 30 * DAY


def random_set(rng, n, scale, censor):
    """Log-normal waits with a share cut off at random moments of the window."""
    waits = np.exp(rng.normal(np.log(scale), 2.0, n)).astype(int)
    ends = np.where(rng.random(n) < censor, rng.integers(1, WINDOW, n), WINDOW)
    return [[int(min(wait, end)), bool(wait <= end)] for wait, end in zip(waits, ends)]


def data_sets():
    rng = np.random.default_rng(20261126)
    # The shape of InsideSales 2012: median 4 h 08 min, mean 40 h 56 min; so a log-normal with sigma = sqrt(2 ln(mean / median)).
    sigma = np.sqrt(2 * np.log((40 * 60 + 56) / (4 * 60 + 8)))
    skewed = np.exp(rng.normal(np.log(4 * 3600 + 8 * 60), sigma, 120)).astype(int)
    return {
        "one answered": [[212, True]],
        "one silent": [[WINDOW, False]],
        "three answered": [[60, True], [300, True], [5400, True]],
        "three, the last silent": [[60, True], [300, True], [WINDOW, False]],
        "all silent": [[WINDOW, False]] * 6 + [[5 * DAY, False]],
        "ties": [[300, True]] * 4 + [[600, True]] * 3 + [[600, False]] * 2 + [[900, True]] * 2 + [[900, False]],
        "exactly half at a step": [[10, True], [20, True], [30, False], [40, False]],
        "an answer at zero": [[0, True], [0, False], [7, True], [9, True]],
        "heavy censoring": [[i * 3600, i % 7 == 0] for i in range(1, 41)],
        "last observation censored": [[i * 600, True] for i in range(1, 10)] + [[6000, False]],
        "all answered at once": [[240, True]] * 5,
        "skewed as InsideSales 2012": [[int(min(wait, WINDOW)), bool(wait <= WINDOW)] for wait in skewed],
        "random 200": random_set(rng, 200, 6 * 3600, 0.3),
        "random 1000, mostly open": random_set(rng, 1000, 4 * DAY, 0.8),
    }


def curve(waits):
    seconds, answered = [wait for wait, _ in waits], [came for _, came in waits]
    fitted = KaplanMeierFitter(alpha=0.05).fit(seconds, answered)
    table, survival, band = fitted.event_table, fitted.survival_function_, fitted.confidence_interval_survival_function_
    steps = []
    for at in table.index:
        row = table.loc[at]
        if row["observed"] + row["censored"] == 0:
            continue
        share = float(survival.loc[at].iloc[0])
        # lifelines adds logarithms, which leaves a hair at the end.
        share = 0.0 if row["at_risk"] == row["observed"] else share
        low, high = (None, None) if share == 0.0 else map(float, band.loc[at])
        steps.append({"at_s": int(at), "at_risk": int(row["at_risk"]), "answered": int(row["observed"]),
                      "censored": int(row["censored"]), "waiting": share, "low": low, "high": high})
    half = lambda key: next((step["at_s"] for step in steps if step[key] is not None and step[key] <= 0.5 + 1e-9), None)
    low = next((step["at_s"] for step in steps if (0.0 if step["low"] is None else step["low"]) <= 0.5 + 1e-9), None)
    median = half("waiting")
    # Where no rounding is in the way, the library's own median must be the same.
    own = fitted.median_survival_time_
    clear = all(abs(step["waiting"] - 0.5) > 1e-9 for step in steps)
    assert not clear or (median is None) == bool(np.isinf(own)) and (median is None or median == own), (median, own)
    return {"waits": waits, "steps": steps, "median_s": median, "median_interval_s": [low, half("high")]}


def shares():
    pairs = [(0, 1), (1, 1), (0, 3), (1, 3), (3, 3), (4, 12), (8, 50), (13, 50), (0, 50), (50, 50), (577, 2241), (999, 1000)]
    return [{"part": part, "of": of, "interval": [float(edge) for edge in proportion_confint(part, of, alpha=0.05, method="wilson")]}
            for part, of in pairs]


def differences():
    pairs = [((0, 1), (1, 1)), ((1, 1), (1, 1)), ((0, 3), (3, 3)), ((2, 3), (1, 3)), ((56, 70), (48, 80)), ((9, 10), (3, 10)),
             ((5, 56), (0, 29)), ((0, 20), (0, 20)), ((13, 50), (4, 50)), ((700, 1000), (690, 1000))]
    out = []
    for earlier, later in pairs:
        interval = confint_proportions_2indep(later[0], later[1], earlier[0], earlier[1], method="newcomb", compare="diff", alpha=0.05)
        out.append({"earlier": earlier, "later": later, "interval": [float(edge) for edge in interval]})
    return out


def bootstraps():
    rng = np.random.default_rng(7)
    sets = {
        "three": [12.5, 48.0, 73.5],
        "eight": [88.2, 79.0, 94.5, 61.0, 59.0, 5.0, 69.0, 71.3],
        "caps": [59.0] * 6 + [15.0] * 4 + [0.0] * 3,
        "random 60": [round(float(score), 1) for score in np.clip(rng.normal(52, 21, 60), 0, 100)],
    }
    out = []
    for name, scores in sets.items():
        found = stats.bootstrap((scores,), np.mean, n_resamples=200_000, confidence_level=0.95, method="percentile", rng=1)
        out.append({"name": name, "scores": scores, "spread": float(np.std(scores) / np.sqrt(len(scores))),
                    "interval": [float(found.confidence_interval.low), float(found.confidence_interval.high)]})
    later, earlier = sets["random 60"], sets["eight"]
    found = stats.bootstrap((later, earlier), lambda a, b, axis=-1: np.mean(a, axis=axis) - np.mean(b, axis=axis),
                            n_resamples=200_000, confidence_level=0.95, method="percentile", rng=1)
    spread = float(np.sqrt(np.var(later) / len(later) + np.var(earlier) / len(earlier)))
    change = {"earlier": earlier, "later": later, "spread": spread,
              "interval": [float(found.confidence_interval.low), float(found.confidence_interval.high)]}
    return out, change


means, change = bootstraps()
json.dump({
    "made_by": {"python": platform.python_version(), "lifelines": lifelines.__version__, "numpy": np.__version__,
                "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "curves": [{"name": name, **curve(waits)} for name, waits in data_sets().items()],
    "shares": shares(),
    "differences": differences(),
    "bootstrap_means": means,
    "bootstrap_change": change,
}, sys.stdout, separators=(",", ":"))
print()
