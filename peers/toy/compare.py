"""Toy market: paths per CPU second of this project, Numba and NumPy, interleaved in one run.

    python3 -m venv .venv && .venv/bin/pip install numpy numba
    cargo build --release --example toy_speed
    .venv/bin/python peers/toy/compare.py

Each round runs every contender once, one thread each; the medians and the ratios are printed, and
each contender's ruin probabilities are held against the reference answer (4 standard errors).
"""

import os
import re
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numba_toy
import numpy_toy

ROUNDS = int(os.environ.get("ROUNDS", "7"))
# Ruin within 40 quarters, 16,000,000 paths of an independent implementation.
REFERENCE = {0: 0.05037, 2: 0.17038, 4: 0.37861, 6: 0.61687, 8: 0.80942}


def check(name, ruins, paths):
    for firm, expected in REFERENCE.items():
        found = ruins[firm].sum() / paths
        error = (expected * (1 - expected) / paths) ** 0.5 + 0.000125
        assert abs(found - expected) <= 4 * error, (name, firm, found, expected)


def python_peer(module, paths):
    start = time.process_time()
    ruins, _ = module.simulate(paths, seed=7)
    spent = time.process_time() - start
    check(module.__name__, ruins, paths)
    return paths / spent


def ours(paths):
    command = ["target/release/examples/toy_speed", str(paths)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"paths per CPU second: ([0-9.e+]+)", text).group(1))


def main():
    numba_toy.simulate(10, 1)
    rates = {"warchest": [], "numba": [], "numpy": []}
    for _ in range(ROUNDS):
        rates["warchest"].append(ours(400_000))
        rates["numba"].append(python_peer(numba_toy, 100_000))
        rates["numpy"].append(python_peer(numpy_toy, 20_000))
    ours_median = statistics.median(rates["warchest"])
    for name, values in rates.items():
        median = statistics.median(values)
        spread = f"{min(values):,.0f} to {max(values):,.0f}"
        print(f"{name:10} {median:12,.0f} paths per CPU second ({spread}); ours is x{ours_median / median:.2f}")


if __name__ == "__main__":
    main()
