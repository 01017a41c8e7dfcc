"""The frontier scenario: CPU time of this project and of the NumPy version, interleaved.

    python3 -m venv .venv && .venv/bin/pip install numpy
    cargo build --release
    .venv/bin/python peers/frontier/compare.py target/release/warchest scenarios/frontier-ai-2025-05.toml

Each round runs both once on one thread, 4,000 paths of 40 quarters: the whole process of this
project (`--plain --detail ends`, start-up and run folder included) and the simulation alone of the
other. Prints medians, their ratio, the gain of a second thread, and survival side by side.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
import frontier_numpy

PATHS, QUARTERS = 4000, 40
ROUNDS = int(os.environ.get("ROUNDS", "5"))


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(warchest: str, scenario: str, paths: int = PATHS, threads: int = 1) -> tuple[float, float, dict]:
    """CPU seconds, wall seconds, summary."""
    with tempfile.TemporaryDirectory() as folder:
        command = [warchest, "run", scenario, "--plain", "--detail", "ends", "--json"]
        command += ["--paths", str(paths), "--threads", str(threads), "--out", f"{folder}/run"]
        cpu, wall = children(), time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        cpu, wall = children() - cpu, time.perf_counter() - wall
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return cpu, wall, json.loads(done.stdout)


def theirs(scenario: str):
    text = Path(scenario).read_text(encoding="utf-8")
    begun = time.process_time()
    world, rows = frontier_numpy.run(text, PATHS)
    spent = time.process_time() - begun
    return spent, dict(zip(world.names, rows[-1]["alive"].mean(axis=1)))


def main() -> None:
    warchest, scenario = sys.argv[1], sys.argv[2]
    mine, other = [], []
    for _ in range(ROUNDS):
        cpu, _, summary = ours(warchest, scenario)
        mine.append(cpu)
        spent, alive = theirs(scenario)
        other.append(spent)
    per = 1e6 / PATHS / QUARTERS
    a, b = statistics.median(mine), statistics.median(other)
    print(f"warchest {a * per:6.2f} µs per path-quarter ({min(mine) * per:.2f} to {max(mine) * per:.2f})")
    print(f"NumPy    {b * per:6.1f} µs per path-quarter ({min(other) * per:.1f} to {max(other) * per:.1f})")
    print(f"ratio {b / a:.0f}")
    walls = [[ours(warchest, scenario, 8 * PATHS, threads)[1] for threads in (1, 2)] for _ in range(ROUNDS)]
    print(f"two threads: {statistics.median(one / two for one, two in walls):.2f} x one, {8 * PATHS} paths")
    for firm in summary["firms"]:
        name = firm["name"]
        if name in alive:
            print(f"{name:12} independent: {firm['survival']['value']:.3f}  NumPy {alive[name]:.3f}")


if __name__ == "__main__":
    main()
