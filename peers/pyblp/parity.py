"""Post-merger prices of warchest and of PyBLP, product by product, and the figures that others
print for these mergers. Exits with 1 past 5e-11, past half a unit of a printed digit, or when a
market with tastes 0.01 % off passes too.

Usage: python peers/pyblp/parity.py [path of warchest]

PyBLP stops when the first-order conditions, in units of share, fall below `atol`. At its default
of 1e-12 a car with a share of 2e-5 is still 2e-5 away from its price; so the bar is applied to three
things: the answer of PyBLP's own map iterated until no price moves by more than 1e-12, the answer
that PyBLP gives at 1e-19, and at 1e-12 the gap in the unit that PyBLP stops on, times the slope of
the share.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cases
import numpy as np
import pyblp

BAR = 5e-11


def ours(text: str, warchest: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.toml"
        path.write_text(text)
        done = subprocess.run([warchest, "price", str(path), "--json", "--quick"], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)


def rows(answer: dict, which) -> dict[str, np.ndarray]:
    found = [row for market in answer["markets"] for row in which(market)["products"]]
    return {key: np.array([row[key] for row in found], float) for key in ("cost", "price", "share", "own_elasticity")}


def on_prices(initial, contraction, callback, atol: float, max_evaluations: int):
    """PyBLP's map, iterated plainly until no price moves by more than `atol`."""
    x = initial
    for _ in range(max_evaluations):
        previous, x = x, contraction(x)[0]
        callback()
        if np.abs(x - previous).max() < atol:
            return x, True
    return x, False


def theirs(case: cases.Case, costs: np.ndarray, atol: float, method="simple") -> np.ndarray:
    iteration = pyblp.Iteration(method, {"atol": atol, "max_evaluations": 20000})
    return case.results.compute_prices(firm_ids=case.merged(), costs=costs, iteration=iteration).flatten()


def misses(case: cases.Case, answer: dict) -> list[str]:
    """The printed figures that the answer does not meet."""
    before = rows(answer, lambda market: market["before"])
    after = rows(answer, lambda market: market["experiments"][0]["after"])
    means = answer["experiments"][0]
    found = {"mean change": means["price_change_percent"]}
    found |= {f"firm {firm}": value for firm, value in means["price_change_percent_by_firm"]}
    found |= {f"before {j}": before["price"][j] for j in range(4)}
    found |= {f"after {j}": after["price"][j] for j in range(4)}
    found |= {f"cost {j}": before["cost"][j] for j in range(4)}
    found["surplus before"] = means["consumer_surplus_before"]
    found["surplus after"] = means["consumer_surplus_after"]
    return [f"{name}: {found[name]!r}, printed {value}" for name, value, room in case.anchors if abs(found[name] - value) > room]


def compare(case: cases.Case, warchest: str) -> bool:
    answer = ours(case.toml, warchest)
    before = rows(answer, lambda market: market["before"])
    after = rows(answer, lambda market: market["experiments"][0]["after"])
    costs = case.results.compute_costs()
    prices = theirs(case, costs, 1e-12)
    loose = np.abs(after["price"] - prices).max()
    slope = np.abs(after["own_elasticity"] * after["share"] / after["price"])
    in_shares = (slope * np.abs(after["price"] - prices)).max()
    stopped = np.abs(after["price"] - theirs(case, costs, 1e-12, on_prices)).max()
    prices = theirs(case, costs, case.tight)
    observed = case.products["prices"].to_numpy()
    gap = np.abs(after["price"] - prices).max()
    worst = max(m["experiments"][0]["after"]["status"]["foc"] for m in answer["markets"])
    means = answer["experiments"][0]
    change = 100 * (prices / observed - 1)
    print(f"{case.name}: {len(answer['markets'])} markets, {len(prices)} products")
    print(f"  largest gap of costs                {np.abs(before['cost'] - costs.flatten()).max():.2e}")
    print(f"  largest gap of prices after merger  {gap:.2e}   (bar {BAR:.0e}; PyBLP at {case.tight:.0e})")
    print(f"  the same, its map at 1e-12 of price {stopped:.2e}")
    print(f"  the same, PyBLP at 1e-12 of share   {loose:.2e}, in shares {in_shares:.2e}")
    print(f"  our largest |FOC|/q after merger    {worst:.2e}")
    print(f"  mean price change   warchest {means['price_change_percent']:+.6f} %   PyBLP {change.mean():+.6f} %")
    by_firm = ", ".join(f"{firm} {value:+.4f} %" for firm, value in means["price_change_percent_by_firm"][:4])
    print(f"  by firm             {by_firm}")
    print(f"  consumer surplus    {means['consumer_surplus_before']:.7f} -> {means['consumer_surplus_after']:.7f}")
    print(f"  first products      {after['price'][:4]} costs {before['cost'][:4]}")
    missed = misses(case, answer)
    for line in missed:
        print(f"  MISSED {line}")
    twin = ours(case.twin(), warchest)
    away = np.abs(rows(twin, lambda market: market["experiments"][0]["after"])["price"] - prices).max()
    seen = away > BAR and (not case.anchors or bool(misses(case, twin)))
    met = f"{len(case.anchors) - len(missed)} of {len(case.anchors)} printed figures met; " if case.anchors else ""
    print(f"  {met}tastes 0.01 % off are {away:.0e} away: {'seen' if seen else 'NOT SEEN'}", flush=True)
    return max(gap, stopped, in_shares) <= BAR and not missed and seen


def main() -> None:
    warchest = sys.argv[1] if len(sys.argv) > 1 else str(cases.binary())
    with tempfile.TemporaryDirectory() as name:
        makers = (cases.nevo, lambda: cases.one_nest(Path(name)), cases.autos)
        passed = [compare(make(), warchest) for make in makers]
    print(f"parity: {sum(passed)} passed, {len(passed) - sum(passed)} failed")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
