"""The panels, the protocols and the scores, written without warchest."""

import csv
import math
from pathlib import Path

import numpy as np
from scipy.special import ndtr
from scipy.stats import t as student

ROOT = Path(__file__).resolve().parents[2]
LOG_SCORE_MAX = 20.0


def log_costs() -> dict[str, np.ndarray]:
    """Log costs of the 66 technologies of Farmer and Lafond (2016), by name."""
    costs: dict[str, list[float]] = {}
    with (ROOT / "data/farmer-lafond-2016/series.csv").open() as file:
        for row in csv.DictReader(file):
            costs.setdefault(row["series"], []).append(math.log(float(row["cost"])))
    return {name: np.array(values) for name, values in costs.items()}


def improving(panel: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The technologies whose mean change is below zero at p < 0.10, one-sided."""

    def p_value(y: np.ndarray) -> float:
        d = np.diff(y)
        return student.cdf(d.mean() / (d.std(ddof=1) / math.sqrt(len(d))), len(d) - 1)

    return {name: y for name, y in panel.items() if p_value(y) < 0.10}


def expanding(panel: dict[str, np.ndarray], points: int = 8, most: int = 10):
    """Every window of panel B: name, origin, log costs up to it, log costs after it."""
    for name, y in panel.items():
        for origin in range(points - 1, len(y) - 1):
            yield name, origin, y[: origin + 1], y[origin + 1 : origin + 1 + most]


def normal_scores(realised, mean, sigma):
    """PIT, CRPS and log density of a normal forecast."""
    z = (realised - mean) / sigma
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    pit = ndtr(z)
    crps = sigma * (z * (2 * pit - 1) + 2 * density - 1 / math.sqrt(math.pi))
    return pit, crps, -0.5 * z * z - 0.5 * math.log(2 * math.pi) - np.log(sigma)


def student_scores(realised, mean, scale, df):
    """PIT, CRPS and log density of a Student forecast (Jordan, Krueger, Lerch 2019)."""
    z = (realised - mean) / scale
    pit = student.cdf(z, df)
    lbeta = lambda a, b: math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)  # noqa: E731
    spread = 2 * math.sqrt(df) / (df - 1) * math.exp(lbeta(0.5, df - 0.5) - 2 * lbeta(0.5, df / 2))
    crps = z * (2 * pit - 1) + 2 * student.pdf(z, df) * (df + z * z) / (df - 1) - spread
    return pit, scale * crps, student.logpdf(z, df) - np.log(scale)


def table_row(frame, base) -> dict[str, float]:
    """RMSE, CRPS, ratio of CRPS with its interval, log score and coverage of one model.

    `frame` has columns technology, error, pit, crps, ln_pdf; `base` is that of the reference.
    """
    ours = frame.groupby("technology", sort=True)["crps"].mean()
    ratio = np.log((ours / base.groupby("technology", sort=True)["crps"].mean()).to_numpy())
    rng = np.random.default_rng(2016)
    means = ratio[rng.integers(0, len(ratio), (2000, len(ratio)))].mean(axis=1)
    low, high = np.exp(np.quantile(means, [0.025, 0.975]))
    costs = np.minimum(-frame["ln_pdf"], LOG_SCORE_MAX)
    inside = np.abs(2 * frame["pit"] - 1)
    return {
        "RMSE": math.sqrt((frame["error"] ** 2).mean()),
        "CRPS": frame["crps"].mean(),
        "ratio": math.exp(ratio.mean()),
        "low": low,
        "high": high,
        "logS": costs.groupby(frame["technology"]).mean().mean(),
        **{f"cover{p}": (inside <= p / 100).mean() for p in (50, 90, 95)},
    }
