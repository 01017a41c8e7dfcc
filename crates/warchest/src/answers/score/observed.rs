//! Figures of what happened, one a row, read from text.

use super::error::{ScoreError, Source};
use crate::curves::series::closest;
use miette::{NamedSource, SourceSpan};
use std::ops::Range;
use std::sync::Arc;

/// What a figure is of.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A figure of a firm, by its key in the firm's series.
    Firm {
        /// Key in the series.
        figure: &'static str,
        /// Firm.
        firm: String,
    },
    /// Rent of an hour of compute.
    ComputePrice,
    /// In business and independent at the end of the quarter.
    Alive {
        /// Firm.
        firm: String,
    },
    /// Something that a run does not record by quarter.
    Unrecorded,
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Line of the table, from 1.
    pub line: usize,
    /// What it is, as written.
    pub name: String,
    /// What it is.
    pub item: Item,
    /// Year.
    pub year: i32,
    /// 1..=4.
    pub quarter: u8,
    /// In the unit as written.
    pub value: f64,
    /// Least and most that sources say, where they disagree.
    pub range: Option<(f64, f64)>,
    /// As written.
    pub unit: String,
    /// What the unit is worth in the run's: US dollars.
    pub factor: f64,
    /// Where it was read.
    pub source: String,
    /// What a reader must know of it; empty where there is nothing.
    pub note: String,
    /// Where the cells of item and quarter stand.
    pub at: [SourceSpan; 2],
}

/// The figures of a table.
#[derive(Clone, Debug)]
pub struct Observations {
    /// In the order of the table.
    pub rows: Vec<Observed>,
    /// The table.
    pub file: Source,
}

/// First words of items, what follows them, and how a run calls the figure.
const KINDS: [(&str, &str, Option<&str>); 7] = [
    ("revenue", "FIRM", Some("revenue")),
    ("levered", "FIRM", Some("levered_fcf")),
    ("valuation", "FIRM", Some("valuation")),
    ("alive", "FIRM", None),
    ("price", "SEGMENT FIRM", None),
    ("share", "SEGMENT FIRM", None),
    ("adopters", "paying FIRM", None),
];

const COMPUTE: &str = "compute price";

const MULTIPLES: [(&str, f64); 5] =
    [("USD", 1.0), ("kUSD", 1e3), ("MUSD", 1e6), ("GUSD", 1e9), ("TUSD", 1e12)];

/// A cell with its place in the text.
type Cell = (String, Range<usize>);

/// Columns by name.
struct Columns {
    names: Vec<String>,
}

impl Columns {
    fn cell<'a>(&self, cells: &'a [Cell], name: &str) -> Option<&'a Cell> {
        cells.get(self.names.iter().position(|column| column == name)?)
    }
}

/// Reads a table: a header with `item`, `quarter`, `value`, `unit`, `source`, perhaps `low`,
/// `high` and `note` (other columns are left alone), then one figure a line. Rows that can be read are
/// returned beside everything that is wrong with the others.
pub fn read(name: &str, text: &str) -> (Observations, Vec<ScoreError>) {
    let file: Source = Arc::new(NamedSource::new(name, Arc::from(text)));
    let (mut rows, mut errors): (Vec<Observed>, Vec<ScoreError>) = (Vec::new(), Vec::new());
    let mut start = 0;
    let mut columns: Option<Columns> = None;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let at = start;
        start += whole.len();
        let line = whole.trim_end_matches(['\n', '\r']);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let span = at..at + line.len();
        let context = Context { file: &file, line: number + 1, span: span.clone() };
        match (&columns, cells(line, at)) {
            (_, Err(place)) => {
                let why = "a double quote is not closed".to_string();
                errors.push(context.row(
                    &why,
                    "close it on the same line, \"\" inside is one",
                    place,
                ));
            }
            (None, Ok(cells)) => match header(cells, &context) {
                Ok(found) => columns = Some(found),
                Err(wrong) => {
                    errors.extend(wrong);
                    break;
                }
            },
            (Some(columns), Ok(cells)) => match context.observed(columns, &cells) {
                Err(error) => errors.push(error),
                Ok(row) => match again(&rows, &row) {
                    false => rows.push(row),
                    true => errors.push(ScoreError::Twice {
                        quarter: format!("{}Q{}", row.year, row.quarter),
                        at: row.at[0],
                        item: row.name,
                        file: file.clone(),
                    }),
                },
            },
        }
    }
    if rows.is_empty() && errors.is_empty() {
        errors.push(ScoreError::Empty { name: name.to_string() });
    }
    (Observations { rows, file }, errors)
}

fn again(rows: &[Observed], row: &Observed) -> bool {
    let words = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = |row: &Observed| (words(&row.name), row.year, row.quarter);
    rows.iter().any(|other| key(other) == key(row))
}

fn header(cells: Vec<Cell>, context: &Context) -> Result<Columns, Vec<ScoreError>> {
    let names: Vec<String> = cells
        .into_iter()
        .map(|(name, _)| name.trim_start_matches('\u{feff}').to_string())
        .collect();
    let missing: Vec<ScoreError> = ["item", "quarter", "value", "unit", "source"]
        .into_iter()
        .filter(|column| !names.iter().any(|name| name == column))
        .map(|column| ScoreError::Column {
            column,
            found: names.join(", "),
            at: context.span.clone().into(),
            file: context.file.clone(),
        })
        .collect();
    if missing.is_empty() { Ok(Columns { names }) } else { Err(missing) }
}

/// The cells of one line, trimmed, with their places; a cell in double quotes may hold commas
/// and doubled quotes. The error is the place of a quote that is not closed.
fn cells(line: &str, start: usize) -> Result<Vec<Cell>, Range<usize>> {
    let mut out = Vec::new();
    let (mut cell, mut from, mut quote) = (String::new(), 0, None);
    let mut letters = line.char_indices().peekable();
    let close = |cell: &mut String, range: Range<usize>| {
        let text = std::mem::take(cell);
        (text.trim().to_string(), start + range.start..start + range.end)
    };
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' if quote.is_some() && letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quote = if quote.is_some() { None } else { Some(at) },
            ',' if quote.is_none() => {
                out.push(close(&mut cell, from..at));
                from = at + 1;
            }
            other => cell.push(other),
        }
    }
    if let Some(at) = quote {
        return Err(start + at..start + line.len());
    }
    out.push(close(&mut cell, from..line.len()));
    Ok(out)
}

/// The line that is being read.
struct Context<'a> {
    file: &'a Source,
    line: usize,
    span: Range<usize>,
}

impl Context<'_> {
    /// A row that cannot be read, `file:line: what was found`.
    fn row(&self, why: &str, allowed: &str, at: Range<usize>) -> ScoreError {
        ScoreError::Row {
            why: format!("{}:{}: {why}", self.file.name(), self.line),
            allowed: allowed.to_string(),
            at: at.into(),
            file: self.file.clone(),
        }
    }

    fn observed(&self, columns: &Columns, cells: &[Cell]) -> Result<Observed, ScoreError> {
        let (found, wanted) = (cells.len(), columns.names.len());
        if found != wanted {
            let why = format!("the row has {found} cells, the first line {wanted}");
            let allowed = "one cell per column; text that holds a comma stands in double quotes";
            return Err(self.row(&why, allowed, self.span.clone()));
        }
        let nothing = (String::new(), self.span.clone());
        let cell = |name: &str| columns.cell(cells, name).unwrap_or(&nothing);
        for name in ["item", "quarter", "value", "unit", "source"] {
            if cell(name).0.is_empty() {
                let why = format!("`{name}` is empty");
                let allowed = "item, quarter, value, unit and source are in every row";
                return Err(self.row(&why, allowed, self.span.clone()));
            }
        }
        let item = self.item(cell("item"))?;
        let (year, quarter) = quarter(&cell("quarter").0).ok_or_else(|| {
            let why = format!("`quarter` is `{}`", cell("quarter").0);
            self.row(&why, "a quarter is written 2025Q4", cell("quarter").1.clone())
        })?;
        let value = self.number("value", cell("value"))?;
        if matches!(item, Item::Alive { .. }) && value != 0.0 && value != 1.0 {
            let why = format!("`value` is `{}`", cell("value").0);
            let allowed = "an event is 1 when it holds at the end of the quarter, and 0 otherwise";
            return Err(self.row(&why, allowed, cell("value").1.clone()));
        }
        Ok(Observed {
            line: self.line,
            name: cell("item").0.clone(),
            year,
            quarter,
            value,
            range: self.range(value, cell("low"), cell("high"))?,
            unit: cell("unit").0.clone(),
            factor: self.factor(&item, cell("unit"))?,
            source: cell("source").0.clone(),
            note: cell("note").0.clone(),
            at: [cell("item").1.clone().into(), cell("quarter").1.clone().into()],
            item,
        })
    }

    fn number(&self, name: &str, (text, at): &Cell) -> Result<f64, ScoreError> {
        text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| {
            let why = format!("`{name}` is `{text}`");
            self.row(&why, "a number with a decimal point, such as 5.2 or -3.7", at.clone())
        })
    }

    fn range(&self, value: f64, low: &Cell, high: &Cell) -> Result<Option<(f64, f64)>, ScoreError> {
        if low.0.is_empty() && high.0.is_empty() {
            return Ok(None);
        }
        if low.0.is_empty() || high.0.is_empty() {
            let why = "one of `low` and `high` is empty";
            return Err(self.row(why, "give both, or neither", self.span.clone()));
        }
        let (least, most) = (self.number("low", low)?, self.number("high", high)?);
        if !(least <= value && value <= most) {
            let why = format!("{value} is not between `low` {least} and `high` {most}");
            let at = low.1.start..high.1.end.max(low.1.end);
            return Err(self.row(&why, "low <= value <= high", at));
        }
        Ok(Some((least, most)))
    }

    fn item(&self, (text, at): &Cell) -> Result<Item, ScoreError> {
        if text == COMPUTE {
            return Ok(Item::ComputePrice);
        }
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim().to_string();
        let kind = KINDS.iter().find(|(word, _, _)| *word == first);
        match kind {
            Some((word, wanted, _)) if rest.is_empty() => {
                let allowed = format!("write `{word} {wanted}`");
                Err(self.row(&format!("`item` is `{text}`, of nobody"), &allowed, at.clone()))
            }
            Some((_, _, Some(figure))) => Ok(Item::Firm { figure, firm: rest }),
            Some(("alive", _, _)) => Ok(Item::Alive { firm: rest }),
            Some(_) => Ok(Item::Unrecorded),
            None => {
                let near = closest(first, KINDS.iter().map(|(word, _, _)| *word));
                let all: Vec<String> =
                    KINDS.iter().map(|(word, rest, _)| format!("{word} {rest}")).collect();
                let meant = if near.is_empty() { near } else { format!("did you mean `{near}`? ") };
                Err(ScoreError::Item {
                    found: text.clone(),
                    allowed: format!("{meant}items are: {}, {COMPUTE}", all.join(", ")),
                    at: at.clone().into(),
                    file: self.file.clone(),
                })
            }
        }
    }

    /// What the unit is worth in that of the run.
    fn factor(&self, item: &Item, (text, at): &Cell) -> Result<f64, ScoreError> {
        let money = |text: &str| MULTIPLES.iter().find(|(unit, _)| *unit == text).map(|m| m.1);
        let (found, item, allowed) = match item {
            Item::Firm { figure: "valuation", .. } => {
                (money(text), "a valuation", "GUSD (or USD, kUSD, MUSD, TUSD)")
            }
            Item::Firm { .. } => (
                text.strip_suffix("/quarter").and_then(money),
                "money of a quarter",
                "GUSD/quarter (or USD/quarter, kUSD/quarter, MUSD/quarter, TUSD/quarter)",
            ),
            Item::ComputePrice => {
                ((text == "USD/H100h").then_some(1.0), "the rent of compute", "USD/H100h")
            }
            Item::Alive { .. } => {
                let found = (text == "alive and independent").then_some(1.0);
                (found, "an event", "alive and independent")
            }
            Item::Unrecorded => (Some(1.0), "", ""),
        };
        found.ok_or_else(|| ScoreError::Unit {
            found: text.clone(),
            item,
            allowed,
            at: at.clone().into(),
            file: self.file.clone(),
        })
    }
}

/// `2025Q4` or `2025-Q4`.
pub(super) fn quarter(text: &str) -> Option<(i32, u8)> {
    let (year, quarter) = text.split_once('Q')?;
    let year = year.strip_suffix('-').unwrap_or(year);
    let plain = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
    let quarter = ["1", "2", "3", "4"].iter().position(|name| *name == quarter)?;
    plain.then(|| Some((year.parse().ok()?, quarter as u8 + 1)))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use miette::Diagnostic;

    const HEAD: &str = "item,quarter,value,low,high,unit,source,note\n";

    fn codes(text: &str) -> Vec<String> {
        let code = |e: &ScoreError| e.code().map_or_else(String::new, |code| code.to_string());
        read("t.csv", text).1.iter().map(code).collect()
    }

    #[test]
    fn the_table_that_ships_is_read_whole() {
        let text = include_str!("../../../../../data/frontier-outcomes/series.csv");
        let (found, errors) = read("series.csv", text);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(found.rows.len(), text.lines().count() - 1);
        let first = &found.rows[0];
        assert_eq!((first.line, first.year, first.quarter, first.factor), (2, 2025, 4, 1e9));
        assert_eq!((first.value, first.range), (5.2, Some((4.4, 5.4))));
        let firm = "OpenAI".to_string();
        assert_eq!(first.item, Item::Firm { figure: "revenue", firm });
        assert_eq!(&text[first.at[1].offset()..][..first.at[1].len()], "2025Q4");
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let text = format!(
            "{HEAD}revenue A,2025-4,1,,,GUSD/quarter,s,\nrevenue A,2025Q4,1,,,GUSD,s,\n\
             revnue A,2025Q4,1,,,GUSD/quarter,s,\nrevenue,2025Q4,1,,,GUSD/quarter,s,\n\
             revenue A,2025Q4,one,,,GUSD/quarter,s,\nrevenue A,2025Q4,1,2,3,GUSD/quarter,s,\n\
             revenue A,2025Q4,1,2,,GUSD/quarter,s,\nalive A,2025Q4,0.5,,,alive and independent,s,\n\
             revenue A,2025Q4,1,,,GUSD/quarter,,\nrevenue A,2025Q4,1,,,GUSD/quarter,s,a,b\n\
             revenue A,2025Q4,1,,,GUSD/quarter,s,\"a\nrevenue A,2025-Q4,1,,,GUSD/quarter,s,\n\
             revenue A,2025Q4,2,,,GUSD/quarter,s,\nrevenue A,2025Q4,NaN,,,GUSD/quarter,s,\n"
        );
        let row = "score::row";
        let expected = [
            row,
            "score::unit",
            "score::item",
            row,
            row,
            row,
            row,
            row,
            row,
            row,
            row,
            "score::twice",
            row,
        ];
        assert_eq!(codes(&text), expected);
        let (_, errors) = read("t.csv", &text);
        assert_eq!(errors[0].to_string(), "t.csv:2: `quarter` is `2025-4`");
        let help = errors[2].help().expect("help").to_string();
        assert!(help.starts_with("did you mean `revenue`?"), "{help}");
    }

    #[test]
    fn tables_without_rows_or_columns() {
        assert_eq!(codes(""), ["score::empty"]);
        assert_eq!(codes(HEAD), ["score::empty"]);
        assert_eq!(codes("item,quarter\n"), ["score::column"; 3]);
    }

    #[test]
    fn quarters() {
        assert_eq!((quarter("2025Q4"), quarter("2025-Q4")), (Some((2025, 4)), Some((2025, 4))));
        for wrong in ["", "Q4", "2025Q5", "2025Q", "25Q1", "2025 Q1", "2025q1", "-025Q1"] {
            assert_eq!(quarter(wrong), None, "{wrong}");
        }
    }
}
