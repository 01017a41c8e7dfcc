"""PRICEWAR-TOY-1 in NumPy: whole arrays of paths, PCG64 normals. See docs/benchmarks.md."""

import numpy as np

FIRMS, QUARTERS = 10, 40


def simulate(paths, seed):
    """Counts of ruins, shape (firms, quarters), and the mean cash at the end, shape (firms,)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    i = np.arange(FIRMS)
    size = np.full(paths, 4.0)
    taste = np.tile(2 - 0.10 * i, (paths, 1))
    cost = np.tile(1 + 0.02 * i, (paths, 1))
    fixed = 0.10 - 0.003 * i
    cash = np.tile(2 - 0.08 * i, (paths, 1))
    alive = np.ones((paths, FIRMS), dtype=bool)
    markup = 0.60 - 0.02 * i
    ruins = np.zeros((FIRMS, QUARTERS), dtype=np.int64)
    k = 1.0
    for t in range(QUARTERS):
        size *= np.exp(0.06 - 0.05**2 / 2 + 0.05 * rng.standard_normal(paths))
        cost *= np.exp(-0.08 - 0.06**2 / 2 + 0.06 * rng.standard_normal((paths, FIRMS)))
        taste += 0.10 * rng.standard_normal((paths, FIRMS))
        price = cost * (1 + markup * k)
        weight = alive * np.exp(taste - price)
        share = weight / (1 + weight.sum(axis=1, keepdims=True))
        fixed = fixed * np.exp(0.015)
        cash += alive * (size[:, None] * share * (price - cost) - fixed)
        dies = alive & (cash < 0)
        ruins[:, t] = dies.sum(axis=0)
        alive &= ~dies
        k *= 0.97
    return ruins, cash.mean(axis=0)
