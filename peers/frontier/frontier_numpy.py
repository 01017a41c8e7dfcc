"""The frontier scenario in NumPy, read from its own TOML: an independent implementation.

    python3 -m venv .venv && .venv/bin/pip install numpy
    .venv/bin/python peers/frontier/frontier_numpy.py scenarios/frontier-ai-2025-05.toml 4000

Same specification (docs/model.md), other code, other random numbers: results agree with the
project's engine in distribution, up to what is left out here: capacity, take-or-pay,
the shadow run, entry, learning, unsold conditional tranches. Prints medians with 5 and 95 %
quantiles at a few dates, survival, and the time per path-quarter.
"""

import os
import sys
import time
import tomllib

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np

from quantities import Reader

G = 1e9
FUNDING_KINDS = {
    "pool_growth": "growth", "crash_hazard": "hazard", "listing_hazard": "hazard",
    "seek_runway": "duration", "round_quarters": "duration", "paid_at_close": "share",
    "pool_share": "share", "rescue": "share", "acquisition": "share",
    "acquisition_price": "share", "multiple": "ln", "mark_fade": "hazard",
}
TECHNOLOGY_KINDS = {
    "efficiency_growth": "growth", "efficiency_volatility": "volatility",
    "compute_price_drift": "growth", "compute_price_volatility": "volatility",
    "compute_price_reversion": "hazard", "depreciation": "hazard", "open_lag": "duration",
}
FIRM_KINDS = {
    "opex_growth": "growth", "research_growth": "growth", "load_factor": "share",
    "partner_share": "share", "research_of_raised": "share", "release_gap": "duration",
}
FIRM_ZERO = ["cash", "opex", "opex_growth", "opex_share", "research_floor", "research_growth",
             "research_share", "research_of_raised", "quality", "partner_share", "valuation",
             "parent_cap", "sale_value", "markup", "release_gap"]


def table(reader, section, kinds, path):
    """Every drawable key of a table as arrays."""
    out = {}
    for key, given in section.items():
        if isinstance(given, (str, dict)) and key not in TEXT:
            out[key] = reader.draw(given, kinds.get(key, "plain"), f"{path}.{key}")
    return out


TEXT = {"name", "kind", "region", "strategy", "segment", "nest", "choice", "sells", "lead_time",
        "interest", "share_target", "runway_min"}


class World:
    """The scenario drawn for all paths."""

    def __init__(self, text, paths, seed):
        raw = tomllib.loads(text)
        self.reader = reader = Reader(paths, seed)
        for pair in raw.get("correlate", []):
            reader.correlate(pair["names"], pair["rho"])
        self.paths = paths
        defaults = raw.get("default", {})
        self.technology = table(reader, raw["technology"], TECHNOLOGY_KINDS, "technology")
        self.funding = table(reader, raw["funding"], FUNDING_KINDS, "funding")
        self.funding["multiple"] = np.exp(self.funding["multiple"])
        self.regions = {}
        kinds = {"innovation": "rate", "imitation": "rate"}
        for region in raw["region"]:
            merged = {**defaults.get("region", {}), **region}
            self.regions[region["name"]] = {
                key: self.rate(value) if key in kinds else reader.draw(value)
                for key, value in merged.items() if key not in ("name", "north_america")
            }
        self.firms = [{**defaults.get("firm", {}), **firm} for firm in raw["firm"]]
        self.names = [firm["name"] for firm in self.firms]
        self.drawn = [table(reader, firm, FIRM_KINDS, f"firm.{firm['name']}") for firm in self.firms]
        for firm in self.drawn:
            for key in FIRM_ZERO:
                firm.setdefault(key, np.zeros(paths))
        self.markets = [market for segment in raw["segment"] for market in self.open(segment)]

    def rate(self, given):
        text = given["value"]
        low, _, high = text.partition(" to ")
        low = self.reader.literal(low, "rate")
        if not high:
            return np.full(self.paths, low)
        high = self.reader.literal(high, "rate")
        middle, width = np.log(low * high) / 2, np.log(high / low) / 2 / 1.6448536269514722
        return np.exp(middle + width * self.reader.rng.standard_normal(self.paths))

    def open(self, segment):
        """The markets of a segment, with their offers."""
        kinds = {"reoptimise": "hazard", "reprice": "hazard", "growth": "growth",
                 "rt_growth": "growth", "ad_growth": "growth", "volatility": "volatility",
                 "adopters_share": "share"}
        reader, name = self.reader, segment["name"]
        shared = table(reader, segment, kinds, f"segment.{name}")
        for place in segment["market"]:
            own = table(reader, place, kinds, f"segment.{name}.market.{place['region']}")
            market = {**shared, **own, "region": place["region"], "choice": segment["choice"],
                      "name": f"{name} in {place['region']}"}
            self.offers(market, name)
            yield market

    def offers(self, market, segment):
        """Who sells there: price, cost, share."""
        reader, firms = self.reader, []
        columns = {"list": [], "cost": [], "share": [], "offset": []}
        for at, firm in enumerate(self.firms):
            for product in firm.get("product", []):
                here = [p for p in product["market"] if p["region"] == market["region"]]
                if product["segment"] != segment or not here:
                    continue
                key = (at, segment)
                if key not in self.__dict__.setdefault("products", {}):
                    self.products[key] = (reader.draw(product.get("list_price", "0 USD/RT")),
                                          reader.draw(product["unit_cost"]),
                                          reader.draw(product.get("quality_offset", 0.0)))
                price, cost, offset = self.products[key]
                firms.append(at)
                columns["list"].append(price)
                columns["cost"].append(cost / self.drawn[at]["load_factor"])
                columns["share"].append(reader.draw(here[0]["share"], "share"))
                columns["offset"].append(offset)
        market["firms"] = np.array(firms)
        for key, rows in columns.items():
            market[key] = np.array(rows)
        partner = np.array([self.drawn[at]["partner_share"] for at in firms])
        market["partner"] = partner


class State:
    """What changes."""

    def __init__(self, world):
        paths, firms = world.paths, len(world.firms)
        take = lambda key: np.array([firm[key] for firm in world.drawn])
        self.cash, self.quality, self.floor, self.opex = (
            take("cash"), take("quality"), take("research_floor"), take("opex"))
        self.quality_start = self.quality.copy()
        self.alive = np.ones((firms, paths))
        self.stock = np.ones((firms, paths))
        self.efficiency, self.rent_gap, self.mood = np.zeros(paths), np.zeros(paths), np.zeros(paths)
        self.flow, self.raised, self.growth = (np.zeros((firms, paths)) for _ in range(3))
        self.owed, self.tranche = np.zeros((firms, paths)), np.zeros((firms, paths))
        self.legacy, self.scale = np.zeros((firms, paths)), np.ones((firms, paths))
        self.revenue, self.history = np.zeros((firms, paths)), []
        self.adopters = {name: region["adopters"].copy() for name, region in world.regions.items()}
        self.open = np.array([firm.get("serves_open", False) for firm in world.firms])
        self.frontier = [self.quality[~self.open].max(0)]
        self.open_quality = self.quality[self.open].max(0)
        for market in world.markets:
            start_market(world, self, market)


def start_market(world, state, market):
    """Tastes that reproduce the shares of the start at list prices."""
    share, price = market["share"], market["list"]
    quality = market["quality_weight"] * (state.quality[market["firms"]] + market["offset"])
    market["price"], market["held"] = price.copy(), share.copy()
    if market["choice"] == "budget":
        market["held"] = share / share.sum(0)
        market["taste"] = np.log(share) / (market["substitution"] - 1) + np.log(price) - quality
        market["trend"], market["fade"] = market["size"].copy(), np.ones(world.paths)
        market["index"] = -np.log(share.sum(0)) / (market["substitution"] - 1)
    else:
        slope = market.get("price_slope", 0.0)
        market["taste"] = np.log(share / (1 - share.sum(0))) + slope * price - quality
    market["tasks"] = market.get("rt_per_unit", np.ones(world.paths)).copy()


def budget_choice(utility, price, sigma):
    """Shares and log price index of a CES market."""
    v = (sigma - 1) * (utility - np.log(price))
    top = v.max(0)
    weight = np.exp(np.maximum(v - top, -700))
    total = weight.sum(0)
    return weight / total, -(top + np.log(total)) / (sigma - 1)


def budget_prices(utility, cost, moves, price, sigma, epsilon):
    """Bertrand-Nash by damped best replies in logs."""
    for _ in range(200):
        share, _ = budget_choice(utility, price, sigma)
        eta = np.maximum(sigma * (1 - share) + epsilon * share, 1.0001)
        wanted = np.where(moves, cost * eta / (eta - 1), price)
        step = np.log(wanted / price)
        price = price * np.exp(0.6 * step)
        if np.abs(step).max() < 1e-4:
            break
    return price


def unit_choice(utility, price, slope):
    v = np.minimum(utility - slope * price, 600)
    weight = np.exp(v)
    return weight / (1 + weight.sum(0))


def unit_prices(utility, cost, moves, price, slope):
    for _ in range(300):
        share = unit_choice(utility, price, slope)
        wanted = np.where(moves, cost + 1 / (slope * (1 - share)), price)
        if np.abs(wanted - price).max() < 1e-3:
            break
        price = price + 0.5 * (wanted - price)
    return price


def nature(world, state, rng):
    """Step 1: efficiency, rent, mood, pool."""
    t, f = world.technology, world.funding
    state.efficiency += t["efficiency_growth"] + t["efficiency_volatility"] * rng.standard_normal(world.paths)
    state.rent_gap = (state.rent_gap * (1 - t["compute_price_reversion"])
                      + t["compute_price_volatility"] * rng.standard_normal(world.paths))
    state.crash = rng.random(world.paths) <= f["crash_hazard"]
    state.mood = (state.mood * f["mood_persistence"] + f["mood_volatility"] * rng.standard_normal(world.paths)
                  - f["crash_depth"] * state.crash)


def research(world, state, rng):
    """Step 4: spending, releases, the open frontier."""
    t = world.technology
    rent = t["compute_price"] * np.exp(state.rent_gap)
    spend = np.zeros_like(state.cash)
    state.released = np.zeros_like(state.cash, dtype=bool)
    for at, firm in enumerate(world.drawn):
        state.floor[at] *= np.exp(firm["research_growth"])
        spend[at] = (np.maximum(state.floor[at], firm["research_share"] * state.revenue[at])
                     + firm["research_of_raised"] * state.raised[at]) * state.alive[at]
        if "research_stock" in firm:
            state.stock[at] += np.exp(state.efficiency) * spend[at] / rent / firm["research_stock"]
        gap = np.where(firm["release_gap"] > 0, firm["release_gap"], np.inf)
        out = (rng.random(world.paths) <= 1 - np.exp(-1 / gap)) & (state.alive[at] > 0)
        found = (state.quality_start[at] + t["research_productivity"] * np.log(state.stock[at])
                 + t["release_noise"] * rng.standard_normal(world.paths))
        if not state.open[at]:
            state.quality[at] = np.where(out, np.maximum(state.quality[at], found), state.quality[at])
        state.released[at] = out
    best = np.where(state.alive[~state.open] > 0, state.quality[~state.open], -1e9).max(0)
    state.frontier.append(np.maximum(state.frontier[-1], best))
    past = np.array(state.frontier)
    where = len(past) - 1 - t["open_lag"]
    below = np.clip(np.floor(where), 0, len(past) - 1).astype(int)
    above = np.minimum(below + 1, len(past) - 1)
    part = where - below
    lanes = np.arange(world.paths)
    then = past[below, lanes] * (1 - part) + past[above, lanes] * part
    found = then + t["open_noise"] * rng.standard_normal(world.paths)
    state.renewed = (where >= 0) & (found > state.open_quality)
    state.open_quality = np.where(state.renewed, found, state.open_quality)
    state.quality[state.open] = state.open_quality
    return spend


def jumps(world, state, rng):
    """Tastes jump at releases; list prices may move. One draw per product."""
    drawn = {}
    for market in world.markets:
        for row, at in enumerate(market["firms"]):
            key = (at, market["name"].rsplit(" in ", 1)[0])
            if key not in drawn:
                jump = rng.standard_t(3, world.paths) * world.technology["taste_jump"]
                # Who serves open models takes a better one as a release.
                out = state.released[at] | (state.renewed & bool(state.open[at]))
                moves = out | (rng.random(world.paths) <= market["reprice"])
                drawn[key] = (jump * state.released[at], moves)
            jump, moves = drawn[key]
            market["taste"][row] += jump
            market.setdefault("moves", np.zeros_like(market["cost"], dtype=bool))[row] = moves


def sell(world, state, market, quarter, rng, books):
    """Steps 3, 5 to 8 of one market."""
    t, firms = world.technology, market["firms"]
    region = world.regions[market["region"]]
    market["tasks"] *= np.exp(market.get("rt_growth", np.zeros(world.paths)))
    better = state.quality[firms] - state.quality_start[firms]
    cost = (market["cost"] * market["tasks"] * np.exp(t["cost_of_quality"] * better - state.efficiency)
            * np.exp(state.rent_gap) * region["compute_price_factor"])
    alive = state.alive[firms] > 0
    utility = market["taste"] + market["quality_weight"] * (state.quality[firms] + market["offset"])
    utility = np.where(alive, utility, -1e3)
    effective = cost / (1 - market["partner"])
    moves = market["moves"] & alive
    price = market["price"]
    for row, at in enumerate(firms):
        rule, firm = world.firms[at]["strategy"], world.drawn[at]
        if rule == "cost-plus":
            price[row] = np.where(moves[row], cost[row] * (1 + firm["markup"]), price[row])
            moves[row] = False
        if rule == "penetrate":
            target = float(world.firms[at]["share_target"]["value"].rstrip(" %")) / 100
            value = np.where(market["held"][row] < target, firm["sale_value"] * cost[row], 0.0)
            effective[row] = np.maximum(effective[row] - value, 0.05 * cost[row])
    if market["choice"] == "budget":
        choice, spend = budget(world, market, utility, effective, moves, price, rng)
    else:
        slope = market.get("price_slope", 0.0)
        if market["choice"] == "unit":
            price = unit_prices(utility, effective, moves, price, slope)
        choice = unit_choice(utility, price, slope)
        spend = None
    market["price"] = price if spend is None else market["price"]
    theta = market["reoptimise"]
    lost = (market["held"] * ~alive).sum(0)
    market["held"] = (1 - theta) * market["held"] * alive + (theta + (1 - theta) * lost) * choice
    post(state, market, cost, spend, quarter, books)


def budget(world, market, utility, effective, moves, price, rng):
    sigma, epsilon = market["substitution"], market["market_elasticity"]
    change = market["growth"] * np.maximum(0, 1 - market["trend"] / market["ceiling"]) * market["fade"]
    market["fade"] *= market["persistence"]
    market["trend"] *= np.exp(change + market["volatility"] * rng.standard_normal(world.paths))
    price = budget_prices(utility, effective, moves, price, sigma, epsilon)
    market["price"] = price
    choice, index = budget_choice(utility, price, sigma)
    return choice, market["trend"] * np.exp((1 - epsilon) * (index - market["index"]))


def post(state, market, cost, spend, quarter, books):
    """Sales and compute into the books of the quarter."""
    firms, held = market["firms"], market["held"]
    if spend is not None:
        sold = spend * held
        units = sold / market["price"]
    else:
        units = state.adopters[market["region"]] * market["adopters_share"] * held
        each = market["price"]
        if market["choice"] == "free":
            each = market["ad_revenue"] * np.exp(market["ad_growth"] * quarter)
        sold = units * each
    for row, at in enumerate(firms):
        books["revenue"][at] += sold[row]
        books["compute"][at] += units[row] * cost[row]
        books["net"][at] += sold[row] * (1 - market["partner"][row])
    if market["choice"] != "free":
        books["spend"] += sold.sum(0)


def close(world, state, books, spend, quarter):
    """Step 9: cash flows; growth of revenue."""
    for at, firm in enumerate(world.drawn):
        state.opex[at] *= np.exp(firm["opex_growth"])
        paid = (state.opex[at] + firm["opex_share"] * books["revenue"][at]) * state.alive[at]
        flow = books["net"][at] - books["compute"][at] - paid - spend[at]
        state.cash[at] += flow
        weight = 1.0 if quarter == 0 else 0.5
        state.flow[at] += weight * (flow - state.flow[at])
        books["flow"][at] = flow
    state.revenue = books["revenue"]
    state.history.append(books)
    if quarter:
        base = state.history[max(0, quarter - 4)]["revenue"]
        years = min(quarter, 4) / 4
        state.growth = np.clip(np.log(np.maximum(state.revenue, 1) / np.maximum(base, 1)) / years, -3, 3)


def raise_money(world, state, books, quarter, rng):
    """Steps 10 and 11: parents, rounds, tranches, exits."""
    f = world.funding
    factor = np.exp(f["pool_mood"] * state.mood)
    pool = f["pool"] * np.exp(f["pool_growth"] * quarter) * factor
    shut = state.crash | (factor < 0.5)
    asked = np.zeros_like(state.cash)
    for at, firm in enumerate(world.drawn):
        short = np.maximum(firm["cash"] - state.cash[at], 0)
        state.cash[at] += np.minimum(short, firm["parent_cap"]) * state.alive[at]
        if not world.firms[at].get("raises", True):
            continue
        value = mark(world, state, at, quarter)
        burn = -state.flow[at]
        left = np.where(burn > 0, state.cash[at] / np.maximum(burn, 1), 400)
        seeks = (state.alive[at] > 0) & (burn > 0) & (left < f["seek_runway"]) & (value > 0)
        margin = np.clip(books["flow"][at] / np.maximum(state.revenue[at], 1), -3, 3)
        x = (f["raise_constant"] + f["raise_growth"] * state.growth[at] + f["raise_mood"] * state.mood
             + f["raise_runway"] * np.log(np.maximum(left, 0.1)) + f["raise_margin"] * margin
             + f["raise_strategic"] * world.firms[at].get("strategic_investor", False))
        found = rng.random(world.paths) <= 1 / (1 + np.exp(-x))
        asked[at] = np.where(seeks & found, np.minimum(f["round_quarters"] * burn, f["pool_share"] * pool), 0)
    total = asked.sum(0)
    asked *= np.where(total > pool, pool / np.maximum(total, 1), 1)
    now = asked * f["paid_at_close"]
    tranche = np.where(shut, 0, np.minimum(state.owed, state.tranche)) * state.alive
    state.owed += asked - now - tranche
    state.tranche = np.where(asked > 0, state.owed / 4, state.tranche)
    state.raised = now + tranche
    state.cash += state.raised
    exits(world, state, pool, pool - asked.sum(0), rng)


def mark(world, state, at, quarter):
    """Value of the equity."""
    f, start = world.funding, world.drawn[at]["valuation"]
    feeling = np.exp(f["multiple_mood"] * state.mood)
    times = 4 * f["multiple"] * np.exp(f["multiple_growth"] * state.growth[at]) * feeling
    if quarter == 1:
        formula = state.history[0]["revenue"][at] * times
        state.legacy[at] = np.where(start > 0, np.maximum(start - formula, 0) / feeling, 0)
        state.scale[at] = np.where((start > 0) & (start < formula), start / np.maximum(formula, 1), 1)
    if quarter > 1:
        fade = f["mark_fade"] * state.alive[at]
        state.legacy[at] *= 1 - fade
        state.scale[at] += (1 - state.scale[at]) * fade
    value = state.scale[at] * state.revenue[at] * times + state.legacy[at] * feeling
    return np.where((start > 0) & (quarter == 0), start, value)


def exits(world, state, pool, left, rng):
    """Step 11 without takeovers; what is left of the pool goes round in the order of the firms."""
    f = world.funding
    for at in range(len(world.firms)):
        broke = (state.cash[at] < 0) & (state.alive[at] > 0)
        hole = -state.cash[at]
        most = np.minimum(f["pool_share"] * pool, left)
        helped = broke & (rng.random(world.paths) <= f["rescue"]) & (hole < most)
        if not world.firms[at].get("raises", True):
            helped[:] = False
        amount = np.minimum(hole + f["round_quarters"] * np.maximum(-state.flow[at], 0), most)
        state.cash[at] = np.where(helped, state.cash[at] + amount, state.cash[at])
        left = np.where(helped, left - amount, left)
        state.alive[at] = np.where(broke & ~helped, 0.0, state.alive[at])


def run(text, paths, seed=1, quarters=40):
    """Books, survival and prices by quarter."""
    world = World(text, paths, seed)
    state = State(world)
    rng = world.reader.rng
    out = []
    for quarter in range(quarters):
        nature(world, state, rng)
        spend = research(world, state, rng)
        jumps(world, state, rng)
        for name, region in world.regions.items():
            n, m = state.adopters[name], region["reachable"]
            hazard = 1 - np.exp(-(region["innovation"] + region["imitation"] * n / m))
            state.adopters[name] = n + hazard * np.maximum(m - n, 0)
        zero = lambda: np.zeros_like(state.cash)
        books = {"revenue": zero(), "compute": zero(), "net": zero(), "flow": zero(),
                 "spend": np.zeros(paths)}
        for market in world.markets:
            sell(world, state, market, quarter, rng, books)
        close(world, state, books, spend, quarter)
        raise_money(world, state, books, quarter, rng)
        out.append({"books": books, "alive": state.alive.copy(), "cash": state.cash.copy(),
                    "quality": state.quality.copy(), "research": spend,
                    "prices": {m["name"]: m["price"].copy() for m in world.markets}})
    return world, out


def show(world, out):
    print(f"{'quarter':8}{'firm':16}{'alive':>6}{'revenue/yr 5 50 95 %':>30}{'flow/qtr 5 50 95 %':>28}{'cash':>8}{'q':>6}")
    for quarter in (0, 2, 3, 9, 17, 25, 39):
        row = out[quarter]
        spend = np.percentile(row["books"]["spend"] * 4 / G, [5, 50, 95]).round(1)
        print(f"{quarter:<8}final spend per year {spend}")
        for at, name in enumerate(world.names):
            live = row["alive"][at] > 0
            if not live.any():
                continue
            revenue = np.percentile(row["books"]["revenue"][at][live] * 4 / G, [5, 50, 95]).round(2)
            flow = np.percentile(row["books"]["flow"][at][live] / G, [5, 50, 95]).round(2)
            print(f"{quarter:<8}{name:16}{live.mean():6.2f}{str(revenue):>30}{str(flow):>28}"
                  f"{np.median(row['cash'][at][live]) / G:8.1f}{np.median(row['quality'][at][live]):6.2f}")
    for name, price in out[-1]["prices"].items():
        path = [float(np.median(row["prices"][name][0])) for row in (out[0], out[3], out[9], out[17], out[39])]
        print(name, " ".join(f"{p:.3g}" for p in path))


if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with open(sys.argv[1], encoding="utf-8") as file:
        content = file.read()
    begun = time.process_time()
    drawn_world, rows = run(content, count)
    spent = time.process_time() - begun
    show(drawn_world, rows)
    print(f"{1e6 * spent / count / len(rows):.1f} µs of CPU per path-quarter, {count} paths")
