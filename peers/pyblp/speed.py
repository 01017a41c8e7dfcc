"""CPU time of warchest and of PyBLP on the same mergers, interleaved. Ratios are the result.

Usage: python peers/pyblp/speed.py [path of warchest] [rounds]
Both start from the prices before the merger; ours stops at rounding, PyBLP at its default
(simple iteration, 1e-12) and with SQUAREM. CPU time of one thread on both sides.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import cases  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pyblp  # noqa: E402

MARKETS = 3


def plain_logit() -> cases.Case:
    """One cereal market without consumer heterogeneity."""
    products = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)
    problem = pyblp.Problem(pyblp.Formulation("0 + prices", absorb="C(product_ids)"), products)
    results = problem.solve(method="1s")
    text = 'title = "plain logit"\n[tables]\n'
    text += f'products = "{pyblp.data.NEVO_PRODUCTS_LOCATION}"\n'
    text += f'[demand]\nkind = "logit"\nslope = {-float(results.beta[0, 0])!r}\n'
    return cases.Case("plain logit, 24 products", results, products, "1", "2", text + cases.merger("1", "2"))


def many_consumers(count: int, folder: Path) -> cases.Case:
    """A few cereal markets with consumers drawn anew from the table's own."""
    draws = np.random.default_rng(20260101)
    products = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION)
    products = products[products.market_ids.isin(products.market_ids.unique()[:MARKETS])].copy()
    people = []
    for market in products.market_ids.unique():
        some = agents.sample(count, replace=True, random_state=draws.integers(2**31))
        nodes = {f"nodes{k}": draws.standard_normal(count) for k in range(4)}
        people.append(some.assign(market_ids=market, weights=1 / count, **nodes))
    people = pd.concat(people)
    products.to_csv(folder / "products.csv", index=False)
    people.to_csv(folder / f"agents{count}.csv", index=False)
    problem = pyblp.Problem(
        (pyblp.Formulation("1 + prices"), pyblp.Formulation("1 + prices + sugar + mushy")),
        products,
        pyblp.Formulation("0 + income + income_squared + age + child"),
        people,
    )
    sigma = np.diag([0.5, 3.0, 0.01, 0.1])
    pi = np.zeros((4, 4))
    pi[0, 0] = 2.0
    results = problem.solve(sigma, pi, beta=[None, -40.0], optimization=pyblp.Optimization("return"), method="1s")
    text = 'title = "consumers"\n' + cases.tables(str(folder / "products.csv"), str(folder / f"agents{count}.csv"))
    text += '[demand]\nkind = "mixed"\nprice = -40.0\n'
    for row, column in enumerate(["1", "prices", "sugar", "mushy"]):
        extra = {"income": pi[0, 0]} if row == 0 else {}
        text += cases.random(column, {f"nodes{row}": sigma[row, row]} | extra)
    return cases.Case(f"24 products, {count} consumers", results, products, "1", "2", text + cases.merger("1", "2"))


def theirs(case: cases.Case, method: str, costs, only: str | None) -> float:
    begun = time.process_time()
    iteration = pyblp.Iteration(method, {"atol": 1e-12})
    firms = case.merged()
    if only is not None:
        firms = firms[case.products["market_ids"].astype(str) == only]
        costs = costs[(case.products["market_ids"].astype(str) == only).to_numpy()]
    case.results.compute_prices(firm_ids=firms, costs=costs, market_id=only, iteration=iteration)
    return time.process_time() - begun


def ours(path: Path, warchest: str, repeats: int) -> dict:
    command = [warchest, "price", str(path), "--json", "--quick", "--repeat", str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)["timing"]


def compare(case: cases.Case, warchest: str, rounds: int, folder: Path) -> None:
    path = folder / "market.toml"
    path.write_text(case.toml)
    markets = case.products["market_ids"].nunique()
    costs = case.results.compute_costs()
    mine, simple, squarem = [], [], []
    for _ in range(rounds):
        timing = ours(path, warchest, 40)
        mine.append(timing["cpu_median"])
        simple.append(theirs(case, "simple", costs, None))
        squarem.append(theirs(case, "squarem", costs, None))
    a, b, c = (statistics.median(values) / markets for values in (mine, simple, squarem))
    per_market = timing["evaluations"] / markets
    print(
        f"{case.name:32} {markets:3} markets  warchest {1e6 * a:9.1f} us ({per_market:.1f} evaluations)"
        f"  PyBLP {1e3 * b:7.2f} ms = {b / a:6.1f} x  SQUAREM {1e3 * c:7.2f} ms = {c / a:6.1f} x",
        flush=True,
    )


def main() -> None:
    warchest = sys.argv[1] if len(sys.argv) > 1 else str(cases.binary())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for make in (
            plain_logit,
            lambda: cases.nevo(optimize=False),
            lambda: many_consumers(1000, folder),
            lambda: many_consumers(5000, folder),
            cases.autos,
        ):
            compare(make(), warchest, rounds, folder)


if __name__ == "__main__":
    main()
