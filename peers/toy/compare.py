"""Toy market: paths per CPU second of this project and of others, interleaved in one run.

    python3 -m venv .venv && .venv/bin/pip install -r peers/toy/requirements.txt
    cargo build --release --example toy_speed
    .venv/bin/python peers/toy/compare.py

Each round runs every contender once on one thread; medians and ratios are printed. Ruin
probabilities are held against the reference answer, 4 standard errors wide. CPU time is that of
the process (of the child process for this project and for Node, start-up included for ours).
"""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import jax_toy
import mesa_toy
import numba_toy
import numpy_toy

ROUNDS = int(os.environ.get("ROUNDS", "7"))
# Ruin within 40 quarters, 16,000,000 paths of an independent implementation.
REFERENCE = {0: 0.05037, 2: 0.17038, 4: 0.37861, 6: 0.61687, 8: 0.80942}


def check(name, ruins, paths):
    """Raises unless the ruin probabilities are those of the reference."""
    for firm, expected in REFERENCE.items():
        found = ruins[firm] / paths
        error = (expected * (1 - expected) / paths) ** 0.5 + 0.000125
        if abs(found - expected) > 4 * error:
            raise SystemExit(f"{name}: firm {firm} ruined with {found}, expected {expected}")


def python_peer(module, paths):
    start = time.process_time()
    ruins, _ = module.simulate(paths, seed=7)
    spent = time.process_time() - start
    check(module.__name__, ruins.sum(axis=1), paths)
    return paths / spent


def child_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(paths):
    before = child_seconds()
    command = ["target/release/examples/toy_speed", str(paths)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = child_seconds() - before
    ruins = [int(n) for n in re.search(r"ruins: ([\d ]+)", text).group(1).split()]
    check("warchest", ruins, paths)
    return paths / spent


def javascript(paths):
    command = ["node", os.path.join(HERE, "toy.mjs"), str(paths)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    check("javascript", found["ruins"], paths)
    return found["rate"]


def main():
    numba_toy.simulate(10, 1)
    jax_toy.simulate(20_000, 1)
    contenders = {
        "warchest": lambda: ours(400_000),
        "Numba": lambda: python_peer(numba_toy, 100_000),
        "NumPy": lambda: python_peer(numpy_toy, 20_000),
        "JAX float64": lambda: python_peer(jax_toy, 20_000),
        "JavaScript": lambda: javascript(20_000),
        "Mesa": lambda: python_peer(mesa_toy, 300),
    }
    rates = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            rates[name].append(contender())
    ours_median = statistics.median(rates["warchest"])
    print("| tool | paths per CPU second, median (range) | warchest is faster by |\n|---|---|---|")
    for name, values in rates.items():
        median = statistics.median(values)
        print(f"| {name} | {median:,.0f} ({min(values):,.0f}–{max(values):,.0f}) | × {ours_median / median:.1f} |")


if __name__ == "__main__":
    main()
