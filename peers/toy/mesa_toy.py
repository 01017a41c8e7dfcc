"""PRICEWAR-TOY-1 in Mesa: one agent a firm, one model a path. See docs/benchmarks.md."""

import mesa
import numpy as np

FIRMS, QUARTERS = 10, 40


class Firm(mesa.Agent):
    def __init__(self, model, i):
        super().__init__(model)
        self.i = i
        self.taste, self.cost, self.fixed = 2 - 0.10 * i, 1 + 0.02 * i, 0.10 - 0.003 * i
        self.cash, self.alive, self.markup = 2 - 0.08 * i, True, 0.60 - 0.02 * i

    def price_it(self):
        normal = self.model.random.gauss
        self.cost *= np.exp(-0.08 - 0.06**2 / 2 + 0.06 * normal(0, 1))
        self.taste += 0.10 * normal(0, 1)
        self.price = self.cost * (1 + self.markup * self.model.k)
        self.weight = np.exp(self.taste - self.price) if self.alive else 0.0

    def sell(self):
        self.fixed *= np.exp(0.015)
        if self.alive:
            share = self.weight / self.model.total
            self.cash += self.model.size * share * (self.price - self.cost) - self.fixed
            if self.cash < 0:
                self.alive = False
                self.model.ruins[self.i, self.model.t] += 1


class Market(mesa.Model):
    def __init__(self, seed, ruins):
        super().__init__(rng=seed)
        self.size, self.k, self.t, self.ruins = 4.0, 1.0, 0, ruins
        for i in range(FIRMS):
            Firm(self, i)

    def step(self):
        self.size *= np.exp(0.06 - 0.05**2 / 2 + 0.05 * self.random.gauss(0, 1))
        self.agents.do("price_it")
        self.total = 1.0 + sum(firm.weight for firm in self.agents)
        self.agents.do("sell")
        self.k *= 0.97
        self.t += 1


def simulate(paths, seed):
    """Counts of ruins, shape (firms, quarters), and the mean cash at the end, shape (firms,)."""
    ruins, cash = np.zeros((FIRMS, QUARTERS), dtype=np.int64), np.zeros(FIRMS)
    for path in range(paths):
        market = Market(seed + path, ruins)
        for _ in range(QUARTERS):
            market.step()
        cash += [firm.cash for firm in market.agents]
    return ruins, cash / paths
