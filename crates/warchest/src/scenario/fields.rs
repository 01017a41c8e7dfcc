//! What a scenario may say: every table and key, its unit, default, range and meaning.
//!
//! The checker, `show --resolved`, the JSON Schema and `docs/scenario.md` all read these
//! tables, so that they cannot disagree.

use super::unit::Dim;

mod firm;
mod market;
mod run;
mod technology;

pub use firm::{COMMITMENT, FIRM, PRODUCT, PRODUCT_MARKET};
pub use market::{MARKET, REGION, SEGMENT};
pub use run::{CHECK, CLOCK, CORRELATE, DEFAULT, META, REPORT, ROOT, SHOCK, STRESS};
pub use technology::{FUNDING, TECHNOLOGY};

/// A table of a scenario.
#[derive(Debug)]
pub struct Section {
    /// As in an error: `firm`, `firm.product`.
    pub name: &'static str,
    /// As in a file: `[[firm]]`.
    pub header: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// TOML text of the default; `None`: see `required`.
    pub default: Option<&'static str>,
    /// Must be given.
    pub required: bool,
    /// Smallest and largest value in engine units.
    pub bounds: (f64, f64),
    /// The range in words; empty for any finite number.
    pub range: &'static str,
    /// A value of the start that cannot be drawn per quarter.
    pub at_start: bool,
    /// What it means.
    pub doc: &'static str,
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Free text.
    Text,
    /// Text that names this entry.
    Name,
    /// YYYY-MM-DD.
    Date,
    /// A quarter, `2026-Q1`.
    When,
    /// True or false.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A quantity, possibly uncertain.
    Quantity(Dim),
    /// A quantity that is known.
    Fixed(Dim),
    /// A list of known quantities.
    FixedList(Dim),
    /// The name of another entry: a region, a segment.
    Reference(&'static str),
    /// Names of other entries.
    References(&'static str),
    /// Free names.
    Names,
    /// Calendar years.
    Years,
    /// Pairs of numbers.
    Points,
    /// A correlation or a matrix of them.
    Rho,
    /// A table.
    Table(&'static Section),
    /// A list of tables, told apart by the key named here (empty: appended).
    Tables(&'static Section, &'static str),
}

/// Most dollars that can be given, ten times what the world produces in a year: whole dollars stay
/// exact up to nine times as many.
pub const MONEY: f64 = 1e15;

/// Anything finite.
const ANY: (f64, f64) = (f64::MIN, f64::MAX);

impl Field {
    const fn new(key: &'static str, kind: Kind) -> Field {
        Field {
            key,
            kind,
            default: None,
            required: false,
            bounds: ANY,
            range: "",
            at_start: false,
            doc: "",
        }
    }

    const fn or(mut self, default: &'static str) -> Field {
        self.default = Some(default);
        self
    }

    const fn required(mut self) -> Field {
        self.required = true;
        self
    }

    const fn within(mut self, low: f64, high: f64, range: &'static str) -> Field {
        self.bounds = (low, high);
        self.range = range;
        self
    }

    const fn at_start(mut self) -> Field {
        self.at_start = true;
        self
    }

    const fn doc(mut self, doc: &'static str) -> Field {
        self.doc = doc;
        self
    }

    /// At least zero; money at most [`MONEY`].
    const fn positive(self) -> Field {
        use Dim::{Money, MoneyFlow, MoneyVolatility};
        let most = match self.kind {
            Kind::Quantity(Money | MoneyFlow | MoneyVolatility) => MONEY,
            _ => f64::MAX,
        };
        self.within(0.0, most, "at or above 0")
    }

    /// A quantity.
    const fn q(key: &'static str, dim: Dim) -> Field {
        let field = Field::new(key, Kind::Quantity(dim));
        match dim {
            Dim::Share => field.within(0.0, 1.0, "between 0 % and 100 %"),
            Dim::Hazard => field.within(0.0, 1.0, "between 0 % and 100 % per quarter"),
            Dim::MoneyFlow => {
                field.within(-MONEY, MONEY, "between -1000 and 1000 TUSD per quarter")
            }
            Dim::Volatility | Dim::MoneyVolatility | Dim::Money | Dim::People => field.positive(),
            _ => field,
        }
    }

    /// An example of what could stand there, for messages.
    pub fn example(&self) -> String {
        match self.kind {
            Kind::Text | Kind::Flag | Kind::Choice(_) | Kind::FixedList(_)
                if self.default.is_some_and(|default| default != "\"\"") =>
            {
                self.default.unwrap_or_default().to_string()
            }
            Kind::Text | Kind::Name => String::from("\"...\""),
            Kind::Date => String::from("\"2025-05-31\""),
            Kind::When => String::from("\"2026-Q1\""),
            Kind::Flag => String::from("true"),
            Kind::Choice(words) => format!("\"{}\"", words[0]),
            Kind::Quantity(dim) | Kind::Fixed(dim) => example_of(dim),
            Kind::FixedList(dim) => format!("[{}]", example_of(dim)),
            Kind::Reference(_) => String::from("\"NAME\""),
            Kind::References(_) | Kind::Names => String::from("[\"NAME\"]"),
            Kind::Years => String::from("[2027, 2030]"),
            Kind::Points => String::from("[[0.0, 0.5], [0.5, 0.0]]"),
            Kind::Rho => String::from("0.5"),
            Kind::Table(_) => String::from("{ ... }"),
            Kind::Tables(..) => String::from("[{ ... }]"),
        }
    }

    /// How the key is written, for messages.
    pub fn usage(&self) -> String {
        match self.kind {
            Kind::Tables(section, _) => {
                format!("write each entry under a line `{}` of its own", section.header)
            }
            Kind::Table(section) => format!("write its keys under a line `{}`", section.header),
            _ => format!("for example `{} = {}`", self.key, self.example()),
        }
    }

    /// What it means, to stand inside a sentence.
    pub fn meaning(&self) -> String {
        let doc = self.doc.trim_end_matches('.');
        let doc = doc.split(". ").next().unwrap_or(doc);
        let mut letters = doc.chars();
        match (letters.next(), doc.chars().nth(1)) {
            (Some(first), Some(second)) if second.is_lowercase() => {
                first.to_lowercase().chain(letters).collect()
            }
            _ => doc.to_string(),
        }
    }
}

/// The first example of a dimension, as TOML.
fn example_of(dim: Dim) -> String {
    let first = dim.written().examples.split('`').nth(1).unwrap_or("1");
    if dim.is_pure() { first.to_string() } else { format!("\"{first}\"") }
}

impl Section {
    /// The field of a key.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// Every table below (and with) this one, depth first, with the path of keys that leads there.
pub fn walk(section: &'static Section, visit: &mut dyn FnMut(&'static Section)) {
    visit(section);
    for field in section.fields {
        match field.kind {
            Kind::Table(inner) | Kind::Tables(inner, _) if inner.name != "default" => {
                walk(inner, visit);
            }
            _ => {}
        }
    }
}
