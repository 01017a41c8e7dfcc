"""The two mergers that PyBLP's tutorials compute, for both programs.

The data ship inside the installed package and are read there; nothing is copied.
"""

import re
from dataclasses import dataclass, field
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
    # Printed figures: name, digits as printed, half a unit of the last one.
    anchors: list[tuple[str, float, float]] = field(default_factory=list)

    def merged(self) -> pd.Series:
        firms = self.products["firm_ids"].astype(str)
        return firms.replace(self.goes, self.keep)


    def twin(self) -> str:
        """The same market with every taste for prices 0.01 % stronger: the anchors must see it."""

        def stronger(found: re.Match) -> str:
            return found[1] + repr(1.0001 * float(found[2]))

        number = r"(-?[0-9.]+(?:e-?[0-9]+)?)"
        text = re.sub(r"(\n(?:price|slope) = )" + number, stronger, self.toml)
        return re.sub(r'("1/income" = )' + number, stronger, text)


def printed(names: list[str], digits: list[str]) -> list[tuple[str, float, float]]:
    """Figures with the room that their last digit leaves."""
    room = [0.5 * 10.0 ** -len(text.partition(".")[2]) for text in digits]
    return [(name, float(text), half) for name, text, half in zip(names, digits, room)]


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
    first = [f"{what} {j}" for what in ("before", "after", "cost") for j in range(4)]
    anchors = printed(
        ["mean change", "firm 1", "firm 2", "firm 3", *first, "surplus before", "surplus after"],
        "10.15517 12.0895 14.6146 0.4629 .072088 .114178 .132391 .130344 .085376 .127055 .147482 .145309"
        " .035925 .086653 .089382 .091608 .0342467 .0295852".split(),
    )
    return Case("Nevo", results, products, "1", "2", text + merger("1", "2"), anchors=anchors)


def one_nest(folder: Path) -> Case:
    """Fake cereal in one nest, estimated by PyBLP: rho is .98, where the zeta map is slow."""
    products = pd.read_csv(pyblp.data.NEVO_PRODUCTS_LOCATION)
    products["nesting_ids"] = 1
    products["demand_instruments20"] = products.groupby("market_ids")["shares"].transform("size")
    products.to_csv(folder / "one_nest.csv", index=False)
    results = pyblp.Problem(pyblp.Formulation("0 + prices"), products).solve(rho=0.7)
    price, rho = float(results.beta[0, 0]), float(results.rho[0, 0])
    # The tutorial prints this ratio.
    if abs(price / (1 - rho) + 67.39338888) > 5e-9:
        raise SystemExit(f"one nest: alpha/(1 - rho) is {price / (1 - rho)!r}, not -67.39338888")
    text = f'title = "one nest"\n[tables]\nproducts = "{folder / "one_nest.csv"}"\n'
    text += f'[demand]\nkind = "nested"\nslope = {-price!r}\nrho = {rho!r}\n'
    return Case("one nest", results, products, "1", "2", text + merger("1", "2"), tight=1e-16)


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
    anchors = printed(["mean change"], ["4.784343"])
    return Case("BLP autos", results, products, "16", "19", text + merger("16", "19"), tight=1e-19, anchors=anchors)


def binary() -> Path:
    """The release build of warchest."""
    return Path(__file__).resolve().parents[2] / "target" / "release" / "warchest"
