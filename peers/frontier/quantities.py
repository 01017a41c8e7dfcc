"""Quantities of a scenario file, drawn with NumPy: what the frontier scenarios need of the grammar.

Independent of the project's own reader; both follow docs/scenario.md.
"""

import math
import re

import numpy as np

Z90 = 1.6448536269514722
YEARLY = {"year": 0.25, "month": 3.0, "quarter": 1.0}
# Engine units of what the frontier scenarios write: USD, RT, people, H100 hours, quarters.
UNITS = {
    "": 1.0,
    "%": 0.01,
    "kUSD/H100": 1e3 / (4383.0 / 2.0),
    "GUSD": 1e9,
    "GUSD/year": 0.25e9,
    "GUSD/quarter": 1e9,
    "USD/RT": 1.0,
    "USD/seat/month": 3.0,
    "USD/user/month": 3.0,
    "per USD/seat/quarter": 1.0,
    "RT/seat/quarter": 1.0,
    "RT/user/quarter": 1.0,
    "Mpeople": 1e6,
    "MH100h": 1e6,
    "GH100h": 1e9,
    "USD/H100h": 1.0,
}
NUMBER = re.compile(r"\s*(x|÷)?\s*(-?[0-9_.]+)\s*(.*?)\s*$")


class Reader:
    """Draws every quantity once per path."""

    def __init__(self, paths, seed):
        self.paths = paths
        self.rng = np.random.default_rng(seed)
        self.shared = {}

    def normal(self, name):
        """The normal behind a name; correlated names were drawn before."""
        if name not in self.shared:
            self.shared[name] = self.rng.standard_normal(self.paths)
        return self.shared[name]

    def correlate(self, names, rho):
        """Normals of several names with one correlation between every two."""
        matrix = np.full((len(names), len(names)), float(rho))
        np.fill_diagonal(matrix, 1.0)
        lower = np.linalg.cholesky(matrix)
        for name, row in zip(names, lower @ self.rng.standard_normal((len(names), self.paths))):
            self.shared[name] = row

    def literal(self, text, kind):
        form, number, unit = NUMBER.match(text).groups()
        value = float(number.replace("_", ""))
        per = YEARLY.get(unit.split("/")[-1].strip(), 1.0)
        if kind == "growth":
            if form:
                return math.log(value if form == "x" else 1.0 / value) * per
            return math.log1p(value / 100.0) * per
        if kind == "volatility":
            return value / 100.0 * math.sqrt(per)
        if kind == "hazard":
            return 1.0 - (1.0 - value / 100.0) ** per
        if kind == "rate":
            return value / 100.0 * per
        if kind == "duration":
            return value * {"quarters": 1.0, "years": 4.0, "months": 1 / 3}[unit]
        return value * UNITS[unit]

    def draw(self, given, kind="plain", name=None):
        """An array over the paths; `kind` says how an interval of it is read."""
        text = given["value"] if isinstance(given, dict) else given
        if not isinstance(text, str):
            return np.full(self.paths, float(text))
        z = self.normal(name) if name else self.rng.standard_normal(self.paths)
        call = re.match(r"(normal|lognormal|uniform|triangular)\((.*)\)$", text.strip())
        if call:
            return self.called(call.group(1), call.group(2).split(","), kind, z)
        if " to " not in text:
            return np.full(self.paths, self.literal(text, kind))
        low, high = (self.literal(part, kind) for part in text.split(" to "))
        if kind in ("growth", "ln"):
            low, high = (math.log(low), math.log(high)) if kind == "ln" else (low, high)
            return (low + high) / 2 + z * (high - low) / 2 / Z90
        if kind in ("share", "hazard"):
            low, high = (math.log(p / (1 - p)) for p in (low, high))
            return 1.0 / (1.0 + np.exp(-((low + high) / 2 + z * (high - low) / 2 / Z90)))
        low, high = math.log(low), math.log(high)
        return np.exp((low + high) / 2 + z * (high - low) / 2 / Z90)

    def called(self, family, arguments, kind, z):
        a = [self.literal(argument, kind) for argument in arguments]
        if family == "normal":
            return a[0] + a[1] * z
        if family == "lognormal":
            return a[0] * np.exp(a[1] * z)
        if family == "uniform":
            return self.rng.uniform(a[0], a[1], self.paths)
        return self.rng.triangular(a[0], a[1], a[2], self.paths)
