//! Units of quantities: which measure what, and how many of one make another.

/// What a number of a scenario measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dim {
    /// USD.
    Money,
    /// USD per quarter.
    MoneyFlow,
    /// Standard deviation of a money flow: grows with the square root of time.
    MoneyVolatility,
    /// USD per RT.
    TaskPrice,
    /// USD per seat and quarter.
    SeatPrice,
    /// [`Dim::TaskPrice`] or [`Dim::SeatPrice`], as the segment sells.
    Price,
    /// Per USD/RT.
    TaskSlope,
    /// Per USD/seat/quarter.
    SeatSlope,
    /// [`Dim::TaskSlope`] or [`Dim::SeatSlope`], as the segment sells.
    Slope,
    /// RT per quarter.
    Tasks,
    /// RT per seat and quarter.
    TasksPerSeat,
    /// Persons, seats.
    People,
    /// [`Dim::People`], [`Dim::Tasks`] or [`Dim::MoneyFlow`], as the segment sells.
    Size,
    /// USD per H100-equivalent hour.
    ComputePrice,
    /// H100-equivalent hours.
    Compute,
    /// H100-equivalent hours per quarter.
    Capacity,
    /// USD per (H100-equivalent hour per quarter).
    CapacityCost,
    /// Log rate per quarter.
    Growth,
    /// Standard deviation of a log change: grows with the square root of time.
    Volatility,
    /// Probability, or share that goes, per quarter.
    Hazard,
    /// A rate per quarter, proportional to time.
    Rate,
    /// Fraction of a whole.
    Share,
    /// Fraction that may exceed one.
    Ratio,
    /// Quarters.
    Duration,
    /// A pure number.
    Number,
    /// A positive pure number of which the engine reads the logarithm.
    LogNumber,
}

/// How a [`Dim`] is named and written.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// In words.
    pub words: &'static str,
    /// The engine's unit.
    pub canonical: &'static str,
    /// Quantities a person would write.
    pub examples: &'static str,
    /// The unit to suggest for a bare number.
    pub suggest: &'static str,
}

impl Dim {
    /// Every dimension.
    pub const ALL: [Dim; 26] = [
        Dim::Money,
        Dim::MoneyFlow,
        Dim::MoneyVolatility,
        Dim::TaskPrice,
        Dim::SeatPrice,
        Dim::Price,
        Dim::TaskSlope,
        Dim::SeatSlope,
        Dim::Slope,
        Dim::Tasks,
        Dim::TasksPerSeat,
        Dim::People,
        Dim::Size,
        Dim::ComputePrice,
        Dim::Compute,
        Dim::Capacity,
        Dim::CapacityCost,
        Dim::Growth,
        Dim::Volatility,
        Dim::Hazard,
        Dim::Rate,
        Dim::Share,
        Dim::Ratio,
        Dim::Duration,
        Dim::Number,
        Dim::LogNumber,
    ];

    /// How it is named and written.
    pub fn written(self) -> Written {
        let row = WRITTEN.iter().find(|row| row.0 == self).unwrap_or(&WRITTEN[0]);
        Written { words: row.1, canonical: row.2, examples: row.3, suggest: row.4 }
    }

    /// Whether it is written without a unit.
    pub fn is_pure(self) -> bool {
        matches!(self, Dim::Number | Dim::LogNumber)
    }

    /// Whether a plain interval of it is logit-normal.
    pub fn is_share(self) -> bool {
        self == Dim::Share
    }
}

/// Dimension, words, engine unit, examples, unit to suggest.
type Row = (Dim, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const WRITTEN: [Row; 26] = [
    (Dim::Money, "an amount of money", "USD", "`17.5 GUSD`, `300 MUSD`", "GUSD"),
    (Dim::MoneyFlow, "money per time", "USD/quarter", "`1.25 GUSD/quarter`, `5 GUSD/year`", "GUSD/year"),
    (Dim::MoneyVolatility, "the spread of a money flow", "USD/quarter", "`0.4 GUSD/quarter`, `5 GUSD/year` (grows with the root of time)", "GUSD/year"),
    (Dim::TaskPrice, "a price per task", "USD/RT", "`2.50 USD/RT`", "USD/RT"),
    (Dim::SeatPrice, "a price per seat and time", "USD/seat/quarter", "`20 USD/seat/month`, `1 USD/user/month`", "USD/seat/month"),
    (Dim::Price, "a price", "", "`2.50 USD/RT`, `20 USD/seat/month`", "USD/RT"),
    (Dim::TaskSlope, "utility per price", "per USD/RT", "`1 per USD/RT`", "per USD/RT"),
    (Dim::SeatSlope, "utility per price", "per USD/seat/quarter", "`0.05 per USD/seat/month`", "per USD/seat/month"),
    (Dim::Slope, "utility per price", "", "`1 per USD/RT`, `0.05 per USD/seat/month`", "per USD/RT"),
    (Dim::Tasks, "tasks per time", "RT/quarter", "`4 GRT/quarter`", "GRT/quarter"),
    (Dim::TasksPerSeat, "tasks per seat and time", "RT/seat/quarter", "`0.5 RT/user/month`", "RT/seat/month"),
    (Dim::People, "a number of people", "person", "`500 Musers`, `2.5 Gpeople`, `30 Mseats`", "Mpeople"),
    (Dim::Size, "the size of a market", "", "`12 GUSD/year` (budget), `30 Mseats` or `4 GRT/quarter` (unit), `500 Musers` (free)", "GUSD/year"),
    (Dim::ComputePrice, "a price of compute", "USD/H100h", "`2.30 USD/H100h`", "USD/H100h"),
    (Dim::Compute, "an amount of compute", "H100h", "`200 MH100h`", "MH100h"),
    (Dim::Capacity, "computing capacity", "H100h/quarter", "`300 kH100` (chips), `650 MH100h/quarter`", "kH100"),
    (Dim::CapacityCost, "the cost of capacity", "USD·quarter/H100h", "`30 kUSD/H100`", "kUSD/H100"),
    (Dim::Growth, "growth per time", "/quarter", "`30 %/year`, `x7 /year`, `÷10 /year`, `0.06 /quarter` (log rate)", "%/year"),
    (Dim::Volatility, "a spread per time", "/quarter", "`6 %/quarter`, `35 %/year` (grows with the root of time)", "%/quarter"),
    (Dim::Hazard, "a share or chance per time", "/quarter", "`1.5 %/quarter`, `20 %/year`", "%/quarter"),
    (Dim::Rate, "a rate per time", "/quarter", "`8 %/year`, `1.07 /year`", "%/year"),
    (Dim::Share, "a share", "", "`20 %`", "%"),
    (Dim::Ratio, "a ratio", "", "`60 %`, `150 %`", "%"),
    (Dim::Duration, "a length of time", "quarter", "`6 quarters`, `18 months`, `2 years`", "quarters"),
    (Dim::Number, "a pure number", "", "`1.5`", ""),
    (Dim::LogNumber, "a positive pure number", "", "`27`", ""),
];

/// A ratio of whole numbers, so that converting `1 GUSD` or a price per H100-hour is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction(pub u128, pub u128);

impl Fraction {
    /// The product in lowest terms; `None` past 128 bits.
    fn times(self, other: Fraction) -> Option<Fraction> {
        let top = self.0.checked_mul(other.0)?;
        let bottom = self.1.checked_mul(other.1)?;
        let (mut a, mut b) = (top, bottom);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Some(Fraction(top / a, bottom / a))
    }

    /// How many of `other` one of these is.
    pub fn over(self, other: Fraction) -> Fraction {
        self.times(other.inverse()).unwrap_or(Fraction(1, 1))
    }

    fn inverse(self) -> Fraction {
        Fraction(self.1, self.0)
    }

    /// As a number.
    pub fn value(self) -> f64 {
        self.0 as f64 / self.1 as f64
    }

    /// `x` of these, rounded at most twice.
    pub fn of(self, x: f64) -> f64 {
        x * self.0 as f64 / self.1 as f64
    }
}

/// Powers of USD, RT, heads, H100, time.
pub type Powers = [i8; 5];

/// A unit: how many base units (USD, RT, heads, H100, quarters) it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Without its time part.
    pub scale: Fraction,
    /// Its time part, in quarters (`/year` is 1/4).
    pub time: Fraction,
    /// What it measures.
    pub powers: Powers,
    /// Written with a `%`.
    pub percent: bool,
}

const ATOMS: &[(&str, usize, u128, u128)] = &[
    ("USD", 0, 1, 1),
    ("RT", 1, 1, 1),
    ("seat", 2, 1, 1),
    ("seats", 2, 1, 1),
    ("user", 2, 1, 1),
    ("users", 2, 1, 1),
    ("person", 2, 1, 1),
    ("persons", 2, 1, 1),
    ("people", 2, 1, 1),
    ("H100", 3, 1, 1),
    ("H100s", 3, 1, 1),
    ("quarter", 4, 1, 1),
    ("quarters", 4, 1, 1),
    ("month", 4, 1, 3),
    ("months", 4, 1, 3),
    ("year", 4, 4, 1),
    ("years", 4, 4, 1),
    ("h", 4, 2, 4383),
];

const PREFIXES: [(char, u128); 4] =
    [('k', 1_000), ('M', 1_000_000), ('G', 1_000_000_000), ('T', 1_000_000_000_000)];

/// Units to offer when one is misspelt.
pub const KNOWN: &[&str] = &[
    "%",
    "%/year",
    "%/quarter",
    "%/month",
    "/year",
    "/quarter",
    "USD",
    "kUSD",
    "MUSD",
    "GUSD",
    "TUSD",
    "GUSD/year",
    "MUSD/year",
    "GUSD/quarter",
    "MUSD/quarter",
    "USD/RT",
    "USD/seat/month",
    "USD/user/month",
    "per USD/RT",
    "per USD/seat/month",
    "GRT/quarter",
    "RT/user/month",
    "seats",
    "Mseats",
    "users",
    "Musers",
    "people",
    "Mpeople",
    "Gpeople",
    "USD/H100h",
    "kUSD/H100",
    "H100h",
    "MH100h",
    "GH100h",
    "H100",
    "kH100",
    "MH100",
    "quarters",
    "quarter",
    "months",
    "month",
    "years",
    "year",
];

/// What people write for prefixes and currencies, and what it is here.
const HABITS: &[(&str, &str)] = &[
    ("$", "USD"),
    ("usd", "USD"),
    ("dollars", "USD"),
    ("bn", "GUSD"),
    ("B", "GUSD"),
    ("billion", "GUSD"),
    ("bn USD", "GUSD"),
    ("billion USD", "GUSD"),
    ("BUSD", "GUSD"),
    ("USD bn", "GUSD"),
    ("m", "MUSD"),
    ("mn", "MUSD"),
    ("million", "MUSD"),
    ("million USD", "MUSD"),
    ("trillion", "TUSD"),
    ("tn", "TUSD"),
    ("percent", "%"),
    ("USD/Mtok", "USD/RT"),
    ("pa", "%/year"),
    ("p.a.", "%/year"),
    ("% p.a.", "%/year"),
    ("%/yr", "%/year"),
    ("/yr", "/year"),
    ("yr", "years"),
    ("q", "quarters"),
    ("EUR", "USD"),
    ("CNY", "USD"),
];

/// The unit that was probably meant by one nobody knows.
pub fn meant(found: &str) -> Option<String> {
    let habit = HABITS.iter().find(|(written, _)| *written == found);
    match habit {
        Some((_, unit)) => Some((*unit).to_string()),
        None => super::nearest::nearest(found, KNOWN.iter().copied()),
    }
}

/// Reads a unit: atoms with prefixes joined by `/` and `·`, `%` in front, or `per UNIT`.
/// `None` when a piece is unknown.
pub fn parse(text: &str) -> Option<Unit> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("per ") {
        let once = !rest.trim_start().starts_with("per ");
        return once.then(|| parse(rest)).flatten().map(inverse);
    }
    let (percent, rest) = match text.strip_prefix('%') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let mut unit = Unit {
        scale: if percent { Fraction(1, 100) } else { Fraction(1, 1) },
        time: Fraction(1, 1),
        powers: [0; 5],
        percent,
    };
    let mut under = false;
    let mut pieces = 0;
    for (at, piece) in rest.split('/').enumerate() {
        under |= at > 0;
        if at == 0 && piece.trim().is_empty() && (percent || rest.starts_with('/')) {
            continue;
        }
        for atom in piece.split('·') {
            pieces += 1;
            if pieces > 8 {
                return None;
            }
            let part = atom_unit(atom.trim())?;
            unit = product(unit, if under { inverse(part) } else { part })?;
        }
    }
    Some(unit)
}

fn inverse(unit: Unit) -> Unit {
    Unit {
        scale: unit.scale.inverse(),
        time: unit.time.inverse(),
        powers: unit.powers.map(|power| -power),
        percent: unit.percent,
    }
}

fn product(a: Unit, b: Unit) -> Option<Unit> {
    let mut powers = a.powers;
    for (power, more) in powers.iter_mut().zip(b.powers) {
        *power += more;
    }
    Some(Unit {
        scale: a.scale.times(b.scale)?,
        time: a.time.times(b.time)?,
        powers,
        percent: a.percent,
    })
}

fn atom_unit(text: &str) -> Option<Unit> {
    if let Some(chips) = text.strip_suffix("H100h") {
        let chips = atom_unit(&format!("{chips}H100"))?;
        return product(chips, atom_unit("h")?);
    }
    let plain = |name: &str, prefix: u128| {
        let (_, base, top, bottom) = *ATOMS.iter().find(|atom| atom.0 == name)?;
        if base == 4 && prefix != 1 {
            return None;
        }
        let mut powers = [0; 5];
        powers[base] = 1;
        let amount = Fraction(top * prefix, bottom);
        let one = Fraction(1, 1);
        let (scale, time) = if base == 4 { (one, amount) } else { (amount, one) };
        Some(Unit { scale, time, powers, percent: false })
    };
    plain(text, 1).or_else(|| {
        let (_, prefix) = PREFIXES.iter().find(|(letter, _)| text.starts_with(*letter))?;
        plain(&text[1..], *prefix)
    })
}

/// What a unit measures, in words.
pub fn measures(unit: &Unit) -> String {
    let same = |dim: &&Dim| {
        let written = dim.written().canonical;
        !written.is_empty() && parse(written).is_some_and(|known| known.powers == unit.powers)
    };
    let bare = Dim::ALL.iter().find(same).map(|dim| dim.written().words);
    match bare {
        _ if unit.powers == [0; 5] => String::from("a share"),
        Some("the spread of a money flow") => String::from("money per time"),
        Some(words) => words.to_string(),
        None => String::from("something else"),
    }
}
