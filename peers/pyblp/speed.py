"""CPU time of warchest and of PyBLP on the same mergers, interleaved. Ratios are the result.

Usage: python peers/pyblp/speed.py [path of warchest] [rounds]
Both start from the prices before the merger; ours stops at rounding, PyBLP at its default
(simple iteration, 1e-12) and with SQUAREM. CPU time of one thread on both sides; medians over the
rounds, and exit 1 when a ratio is under its bar. Variables that force a processor on PyBLP's linear
algebra are unset, so that it runs as its users have it.
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
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

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


def ours(path: Path, warchest: str, repeats: int, threads: int = 1) -> dict:
    command = [warchest, "price", str(path), "--json", "--quick", "--repeat", str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"RAYON_NUM_THREADS": str(threads)})
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)["timing"]


def compare(case: cases.Case, consumers: int, bars: tuple[float, float], run: tuple[str, int, Path]) -> bool:
    warchest, rounds, folder = run
    path = folder / "market.toml"
    path.write_text(case.toml)
    markets = case.products["market_ids"].nunique()
    costs = case.results.compute_costs()
    mine, simple, squarem = [], [], []
    for _ in range(rounds):
        timing = ours(path, warchest, 7)
        mine.append(timing["cpu_median"])
        simple.append(theirs(case, "simple", costs, None))
        squarem.append(theirs(case, "squarem", costs, None))
    a, b, c = (statistics.median(values) / markets for values in (mine, simple, squarem))
    per_market = timing["evaluations"] / markets
    cells = timing["evaluations"] * len(case.products) / markets * consumers
    met = b / a >= bars[0] and c / a >= bars[1]
    print(
        f"{case.name:28} {markets:3} markets  warchest {1e6 * a:9.1f} us ({per_market:.1f} evaluations,"
        f" {1e9 * a * markets / cells:5.2f} ns a cell)  PyBLP {1e3 * b:7.2f} ms = {b / a:6.1f} x"
        f"  SQUAREM {1e3 * c:7.2f} ms = {c / a:6.1f} x  {'ok' if met else f'UNDER {bars}'}",
        flush=True,
    )
    return met


def two_threads(warchest: str, rounds: int, folder: Path) -> bool:
    """Wall time of the cereal merger on one thread over that on two."""
    path = folder / "market.toml"
    path.write_text(cases.nevo(optimize=False).toml)
    ratios = []
    for _ in range(rounds):
        one, two = (ours(path, warchest, 15, threads)["wall_least"] for threads in (1, 2))
        ratios.append(one / two)
    print(f"two threads on 94 cereal markets: {statistics.median(ratios):.2f} x one")
    return statistics.median(ratios) >= 1.9


def main() -> None:
    warchest = sys.argv[1] if len(sys.argv) > 1 else str(cases.binary())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = (warchest, rounds, folder)
        met = [
            compare(plain_logit(), 1, (400.0, 0.0), run),
            compare(cases.nevo(optimize=False), 20, (75.0, 45.0), run),
            compare(many_consumers(1000, folder), 1000, (0.0, 7.0), run),
            compare(many_consumers(5000, folder), 5000, (0.0, 6.0), run),
            compare(cases.autos(), 200, (0.0, 6.0), run),
            two_threads(warchest, rounds, folder),
        ]
    print(f"speed: {sum(met)} passed, {len(met) - sum(met)} failed")
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
