"""PRICEWAR-TOY-1 in Numba: one path at a time, compiled, PCG64 normals. See docs/benchmarks.md."""

import math

import numba
import numpy as np

FIRMS, QUARTERS = 10, 40


@numba.njit(fastmath=True)
def _simulate(paths, rng, ruins, total):
    taste, cost, fixed = np.empty(FIRMS), np.empty(FIRMS), np.empty(FIRMS)
    cash, weight, price = np.empty(FIRMS), np.empty(FIRMS), np.empty(FIRMS)
    alive = np.empty(FIRMS, dtype=numba.boolean)
    growth = math.exp(0.015)
    for _ in range(paths):
        size, k = 4.0, 1.0
        for i in range(FIRMS):
            taste[i], cost[i], fixed[i] = 2 - 0.10 * i, 1 + 0.02 * i, 0.10 - 0.003 * i
            cash[i], alive[i] = 2 - 0.08 * i, True
        for t in range(QUARTERS):
            size *= math.exp(0.06 - 0.05**2 / 2 + 0.05 * rng.standard_normal())
            sum_weight = 1.0
            for i in range(FIRMS):
                cost[i] *= math.exp(-0.08 - 0.06**2 / 2 + 0.06 * rng.standard_normal())
                taste[i] += 0.10 * rng.standard_normal()
                price[i] = cost[i] * (1 + (0.60 - 0.02 * i) * k)
                weight[i] = math.exp(taste[i] - price[i]) if alive[i] else 0.0
                sum_weight += weight[i]
            for i in range(FIRMS):
                fixed[i] *= growth
                if alive[i]:
                    cash[i] += size * weight[i] / sum_weight * (price[i] - cost[i]) - fixed[i]
                    if cash[i] < 0:
                        alive[i] = False
                        ruins[i, t] += 1
            k *= 0.97
        for i in range(FIRMS):
            total[i] += cash[i]


def simulate(paths, seed):
    """Counts of ruins, shape (firms, quarters), and the mean cash at the end, shape (firms,)."""
    ruins, total = np.zeros((FIRMS, QUARTERS), dtype=np.int64), np.zeros(FIRMS)
    _simulate(paths, np.random.Generator(np.random.PCG64(seed)), ruins, total)
    return ruins, total / paths
