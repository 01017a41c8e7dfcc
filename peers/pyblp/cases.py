"""The two mergers that PyBLP's tutorials compute, for both programs.

The data ship inside the installed package and are read there; nothing is copied.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyblp

pyblp.options.verbose = False


@dataclass
class Case:
    """One merger: PyBLP's results, who merges, and the same market as a warchest file."""

    name: str
    results: object
    products: pd.DataFrame
    keep: str
    goes: str
    toml: str
    tight: float = 1e-17

    def merged(self) -> pd.Series:
        firms = self.products["firm_ids"].astype(str)
        return firms.replace(self.goes, self.keep)


def merger(keep: str, goes: str) -> str:
    return f'\n[[experiment]]\nname = "merger"\nmerger = ["{keep}", "{goes}"]\n'


def tables(products: str, agents: str) -> str:
    return f'[tables]\nproducts = "{products}"\nagents = "{agents}"\n'


def random(column: str, draws: dict[str, float]) -> str:
    inside = ", ".join(f'"{name}" = {float(value)!r}' for name, value in draws.items() if value != 0.0)
    return f'[[demand.random]]\ncolumn = "{column}"\ndraws = {{ {inside} }}\n'


def nevo(optimize: bool = True) -> Case:
    """Fake cereal: 94 markets, 24 products, 20 consumers, at the tutorial's estimates."""
    products = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.NEVO_AGENTS_LOCATION)
    problem = pyblp.Problem(
        (
            pyblp.Formulation("0 + prices", absorb="C(product_ids)"),
            pyblp.Formulation("1 + prices + sugar + mushy"),
        ),
        products,
        pyblp.Formulation("0 + income + income_squared + age + child"),
        agents,
    )
    results = problem.solve(
        np.diag([0.3302, 2.4526, 0.0163, 0.2441]),
        [
            [5.4819, 0.0, 0.2037, 0.0],
            [15.8935, -1.2000, 0.0, 2.6342],
            [-0.2506, 0.0, 0.0511, 0.0],
            [1.2650, 0.0, -0.8091, 0.0],
        ],
        optimization=pyblp.Optimization("bfgs", {"gtol": 1e-5}) if optimize else pyblp.Optimization("return"),
        method="1s",
    )
    people = ["income", "income_squared", "age", "child"]
    text = 'title = "Nevo fake cereal: firms 1 and 2 merge"\n'
    text += tables(pyblp.data.NEVO_PRODUCTS_LOCATION, pyblp.data.NEVO_AGENTS_LOCATION)
    text += f'[demand]\nkind = "mixed"\nprice = {float(results.beta[0, 0])!r}\n'
    for row, column in enumerate(["1", "prices", "sugar", "mushy"]):
        draws = {f"nodes{row}": results.sigma[row, row]}
        draws |= dict(zip(people, results.pi[row]))
        text += random(column, draws)
    return Case("Nevo", results, products, "1", "2", text + merger("1", "2"))


def autos() -> Case:
    """Automobiles of 1971 to 1990: 20 markets, 200 consumers, the tutorial's starting values."""
    products = pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)
    agents = pd.read_csv(pyblp.data.BLP_AGENTS_LOCATION)
    problem = pyblp.Problem(
        (
            pyblp.Formulation("1 + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + prices + hpwt + air + mpd + space"),
            pyblp.Formulation("1 + log(hpwt) + air + log(mpg) + log(space) + trend"),
        ),
        products,
        pyblp.Formulation("0 + I(1 / income)"),
        agents,
        costs_type="log",
    )
    sigma = np.diag([3.612, 0.0, 4.628, 1.818, 1.050, 2.056])
    results = problem.solve(
        sigma,
        np.c_[[0.0, -43.501, 0.0, 0.0, 0.0, 0.0]],
        optimization=pyblp.Optimization("return"),
        method="1s",
        check_optimality="gradient",
    )
    text = 'title = "BLP automobiles: firms 16 and 19 merge"\n'
    text += tables(pyblp.data.BLP_PRODUCTS_LOCATION, pyblp.data.BLP_AGENTS_LOCATION)
    text += '[demand]\nkind = "mixed"\nprice = 0.0\n'
    text += random("prices", {"1/income": results.pi[1, 0]})
    for node, (row, column) in enumerate([(0, "1"), (2, "hpwt"), (3, "air"), (4, "mpd"), (5, "space")]):
        text += random(column, {f"nodes{node}": results.sigma[row, row]})
    return Case("BLP autos", results, products, "16", "19", text + merger("16", "19"), tight=1e-19)


def binary() -> Path:
    """The release build of warchest."""
    return Path(__file__).resolve().parents[2] / "target" / "release" / "warchest"
