"""Hindcast, surrogate test and price paths in NumPy, vectorised over origins, panels and paths."""

import math

import numpy as np
import panel as data
from scipy.stats import t as student

M, MOST, THETA = 5, 20, 0.63
GRID = np.linspace(-15, 15, 1000)


def factors(theta: float) -> np.ndarray:
    """Root of A*/(1 + theta^2) at horizons 1 to 20."""
    tau = np.arange(1, MOST + 1)
    a = -2 * theta + (1 + 2 * (M - 1) * theta / M + theta**2) * (tau + tau**2 / M)
    return np.sqrt(a / (1 + theta**2))


def scaled_errors(y: np.ndarray) -> list[np.ndarray]:
    """E/K by horizon for every origin of the rows of `y` (panels by points)."""
    points = y.shape[1]
    d = np.diff(y, axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(d, M, axis=1)[:, : points - 1 - M]
    drift = windows.mean(axis=2)
    volatility = windows.std(axis=2, ddof=1)
    out = []
    for tau in range(1, min(MOST, points - 1 - M) + 1):
        origins = points - M - tau
        now = y[:, M : M + origins]
        ahead = y[:, M + tau : M + tau + origins]
        out.append((ahead - now - tau * drift[:, :origins]) / volatility[:, :origins])
    return out


def hindcast(panel: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PIT, CRPS and log density of all 6391 forecasts."""
    root = factors(THETA)
    scale, error = [], []
    for y in panel.values():
        d = np.diff(y)
        windows = np.lib.stride_tricks.sliding_window_view(d, M)[: len(y) - 1 - M]
        volatility = windows.std(axis=1, ddof=1)
        for k, e in enumerate(scaled_errors(y[None, :])):
            k_hat = volatility[: e.shape[1]]
            error.append(e[0] * k_hat)
            scale.append(root[k] * k_hat)
    error, scale = np.concatenate(error), np.concatenate(scale)
    return data.student_scores(error, 0.0, scale, M - 1)


def distances(errors: np.ndarray, law: np.ndarray) -> np.ndarray:
    """Sum of absolute and squared differences and the largest, of one panel's errors."""
    share = np.searchsorted(np.sort(errors), GRID, side="right") / len(errors)
    off = np.abs(share - law)
    return np.array([off.sum(), (off**2).sum(), off.max()])


def pooled(panels: list[np.ndarray]) -> np.ndarray:
    """Scaled errors of every panel: panels by forecasts."""
    root = factors(THETA)
    parts = [e / root[k] for y in panels for k, e in enumerate(scaled_errors(y))]
    return np.concatenate(parts, axis=1)


def surrogate_p(panel: dict[str, np.ndarray], surrogates: int, seed: int) -> np.ndarray:
    """Shares of surrogate panels further from Student's law than the panel."""
    rng = np.random.default_rng(seed)
    law = student.cdf(GRID, M - 1)
    found = distances(pooled([y[None, :] for y in panel.values()])[0], law)
    larger = np.zeros(3)
    batch = 100
    for _ in range(surrogates // batch):
        made = []
        for y in panel.values():
            d = np.diff(y)
            mu, k = d.mean(), d.std(ddof=1) / math.sqrt(1 + THETA**2)
            v = rng.normal(0.0, k, (batch, len(y)))
            steps = mu + v[:, 1:] + THETA * v[:, :-1]
            made.append(np.concatenate([np.zeros((batch, 1)), steps.cumsum(axis=1)], axis=1))
        for row in pooled(made):
            larger += distances(row, law) > found
    return larger / surrogates


def price_paths(y: np.ndarray, paths: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Joint price paths of Moore's law: drift, echo and scale drawn once a path."""
    d = np.diff(y)
    m, variance = len(d), d.var(ddof=1)
    sigma2 = variance / (1 + THETA**2)
    echo = 1 + THETA
    drift_variance = sigma2 * (THETA**2 + (m - 1) * echo**2 + 1) / m**2
    spread = [[drift_variance, -sigma2 * THETA / m], [-sigma2 * THETA / m, sigma2 * THETA**2]]
    factor = np.linalg.cholesky(np.array(spread))
    w = np.sqrt((m - 1) / rng.chisquare(m - 1, paths))
    drift, level = factor @ rng.standard_normal((2, paths)) * w
    shocks = rng.standard_normal((paths, steps)) * (w * np.sqrt(sigma2))[:, None]
    walk = shocks.copy()
    walk[:, 1:] += THETA * shocks[:, :-1]
    walk += (d.mean() + drift)[:, None]
    walk = walk.cumsum(axis=1)
    walk += (y[-1] + level)[:, None]
    return np.exp(walk, out=walk)
