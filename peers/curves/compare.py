"""warchest, statsforecast and NumPy on the panels of docs/curves.md in one run.

Usage: python peers/curves/compare.py [folder of the release examples] [--quick]
Panel B: 66 technologies, expanding windows of at least eight points, ten steps: 4836 forecasts,
728 fits a model. Accuracy by one code for all; CPU time of one thread. `--quick` leaves out
AutoARIMA and most surrogates.
"""

import os
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import null  # noqa: E402
import numpy as np  # noqa: E402
import panel as data  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.special import ndtri  # noqa: E402
from statsforecast.models import (  # noqa: E402
    ARIMA,
    AutoARIMA,
    AutoETS,
    DynamicOptimizedTheta,
    Holt,
    RandomWalkWithDrift,
)

OURS = ["naive", "moore", "moore-0.25", "moore-0.63", "trend", "pooled", "pooled-scaled", "pooled-two-kinds"]
THEIRS = {
    "ARIMA(0,1,1) + drift": lambda: ARIMA(order=(0, 1, 1), include_drift=True),
    "AutoETS (AZN)": lambda: AutoETS(model="AZN", season_length=1),
    "Holt (AAN)": lambda: Holt(season_length=1),
    "Dynamic optimised Theta": lambda: DynamicOptimizedTheta(season_length=1),
    "AutoARIMA": lambda: AutoARIMA(season_length=1),
}


def children_cpu() -> float:
    """CPU seconds of all finished child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(folder: Path, *arguments: str) -> tuple[str, float]:
    """What the example `curve_panel` prints, and its CPU seconds."""
    before = children_cpu()
    command = [str(folder / "curve_panel"), *arguments]
    text = subprocess.run(command, check=True, capture_output=True, text=True, cwd=data.ROOT).stdout
    return text, children_cpu() - before


def our_forecasts(folder: Path, model: str) -> tuple[pd.DataFrame, float]:
    """Forecasts of panel B by one of our models, and CPU seconds of one pass."""
    text, _ = ours(folder, "B", model, "print")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    columns = ["technology", "origin", "tau", "error", "pit", "crps", "ln_pdf"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype({name: float for name in columns[1:]})
    passes = 3 if model.startswith("pooled") else 300
    empty = ours(folder, "B", model, "0")[1]
    return frame, max(ours(folder, "B", model, str(passes))[1] - empty, 0.0) / passes


def their_forecasts(panel: dict, make) -> tuple[pd.DataFrame, float, int]:
    """Forecasts of panel B by a model of statsforecast, CPU seconds, windows it refused."""
    rows, refused, spent = [], 0, 0.0
    width = ndtri(0.95)
    for name, origin, past, ahead in data.expanding(panel):
        before = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = make().forecast(y=past, h=len(ahead), level=[90])
            sigma = (found["hi-90"] - found["mean"]) / width
            sound = np.all(np.isfinite(sigma)) and np.all(sigma > 0)
        except Exception:  # noqa: BLE001 - a refusal is counted, whatever its class
            sound = False
        spent += time.process_time() - before
        if not sound:
            refused += 1
            found = RandomWalkWithDrift().forecast(y=past, h=len(ahead), level=[90])
            sigma = (found["hi-90"] - found["mean"]) / width
        pit, crps, ln_pdf = data.normal_scores(ahead, found["mean"], sigma)
        for k in range(len(ahead)):
            rows.append((name, origin, k + 1, ahead[k] - found["mean"][k], pit[k], crps[k], ln_pdf[k]))
    columns = ["technology", "origin", "tau", "error", "pit", "crps", "ln_pdf"]
    return pd.DataFrame(rows, columns=columns), spent, refused


def line(name: str, row: dict, seconds: float, note: str = "") -> None:
    """One row of the table."""
    cells = [
        name,
        f"{row['RMSE']:.3f}",
        f"{row['CRPS']:.3f}",
        f"{row['ratio']:.3f} [{row['low']:.2f}, {row['high']:.2f}]",
        f"{row['logS']:.3f}",
        f"{row['cover50']:.2f}/{row['cover90']:.2f}/{row['cover95']:.2f}",
        f"{seconds:.3g}",
        note,
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def panel_b(folder: Path, quick: bool) -> None:
    """The table of panel B."""
    panel = data.log_costs()
    base, _ = our_forecasts(folder, "moore")
    print("| model | RMSE | CRPS | ratio | logS | cover 50/90/95 | CPU s | note |")
    print("|---|---|---|---|---|---|---|---|")
    for model in OURS:
        frame, seconds = our_forecasts(folder, model)
        note = "warchest; priors of ten folds fitted too" if model.startswith("pooled") else "warchest"
        line(model, data.table_row(frame, base), seconds, note)
    for name, make in THEIRS.items():
        if quick and name == "AutoARIMA":
            continue
        frame, seconds, refused = their_forecasts(panel, make)
        line(name, data.table_row(frame, base), seconds, f"statsforecast; {refused} of 728 windows refused")


def null_times(folder: Path, quick: bool) -> None:
    """Hindcast and surrogate test: ours and NumPy, interleaved."""
    panel = data.improving(data.log_costs())
    surrogates = 200 if quick else 1000
    empty = ours(folder, "A", "moore-0.63", "0")[1]
    print("\n| work | warchest CPU | NumPy CPU | ratio |\n|---|---|---|---|")
    for _ in range(3):
        ours_s = max(ours(folder, "A", "moore-0.63", "500")[1] - empty, 0.0) / 500
        before = time.process_time()
        for _ in range(5):
            pit, crps, _ = null.hindcast(panel)
        theirs_s = (time.process_time() - before) / 5
        print(f"| 6391 forecasts with scores | {ours_s * 1e3:.2f} ms | {theirs_s * 1e3:.2f} ms | {theirs_s / ours_s:.0f} |")
    text, all_s = ours(folder, "A", "surrogates", "10000")
    ours_s = all_s - empty
    before = time.process_time()
    p = null.surrogate_p(panel, surrogates, 1)
    theirs_s = (time.process_time() - before) * 10_000 / surrogates
    print(f"| 10,000 surrogate panels | {ours_s:.2f} s | {theirs_s:.1f} s ({surrogates} done) | {theirs_s / ours_s:.0f} |")
    one, many = (ours(folder, "A", "paths", times)[1] for times in ("1", "6"))
    ours_s = (many - one) / 5
    before = time.process_time()
    costs = null.price_paths(panel["photovoltaics"], 1_000_000, 20, np.random.default_rng(1))
    theirs_s = time.process_time() - before
    print(f"| 10^6 price paths of 20 steps | {ours_s * 1e3:.0f} ms | {theirs_s * 1e3:.0f} ms | {theirs_s / ours_s:.1f} |")
    quantiles = np.quantile(costs[:, 19], [0.05, 0.5, 0.95])
    print(f"\nphotovoltaics 20 years on, by NumPy: {quantiles}; by warchest: {ours(folder, 'A', 'paths', '0')[0].strip()}")
    print(f"\np by NumPy: {p}; by warchest: {text.strip()}")
    print(f"CRPS by NumPy {crps.mean():.6f}, coverage of 90 % {np.mean(np.abs(2 * pit - 1) <= 0.9):.6f}")


def main() -> None:
    """Both parts."""
    plain = [a for a in sys.argv[1:] if not a.startswith("--")]
    folder = Path(plain[0] if plain else data.ROOT / "target/release/examples").resolve()
    quick = "--quick" in sys.argv
    null_times(folder, quick)
    print()
    panel_b(folder, quick)


if __name__ == "__main__":
    main()
