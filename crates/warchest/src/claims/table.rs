//! Rows of data that claims rest on: one fact per row, each with its unit and source.

use super::error::{ClaimError, Source};
use super::period::Period;
use super::unit::{self, Scale, Unit};
use miette::NamedSource;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Table it comes from, as the claims file names it.
    pub table: String,
    /// Line of the table, from 1.
    pub line: usize,
    /// Whom it is about.
    pub entity: String,
    /// What is measured.
    pub metric: String,
    /// When.
    pub period: Period,
    /// The number as written.
    pub value: f64,
    /// The unit as written, with its scale.
    pub scale: Scale,
    /// Spread between sources as written, where they disagree.
    pub low: Option<f64>,
    /// See `low`.
    pub high: Option<f64>,
    /// `A` official, `B` press naming a primary source, `C` one secondary page, `D` from
    /// memory, `M` computed from other rows.
    pub confidence: String,
    /// Page, filing or repository.
    pub source: String,
    /// When the fact could first be known, where the table says it.
    pub known_at: Option<Period>,
}

/// Number of a row in [`Tables`].
pub type RowId = usize;

/// All rows a claims file may use.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    rows: Vec<Row>,
    series: BTreeMap<(String, String), Vec<RowId>>,
}

/// A row as it is shown beside a verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownRow {
    /// Table.
    pub table: String,
    /// Line of the table, from 1.
    pub line: usize,
    /// Whom it is about.
    pub entity: String,
    /// What is measured.
    pub metric: String,
    /// When.
    pub period: String,
    /// The number as written.
    pub value: f64,
    /// The unit as written.
    pub unit: String,
    /// Confidence code.
    pub confidence: String,
    /// Page, filing or repository.
    pub source: String,
    /// When it could first be known.
    pub known_at: Option<String>,
}

/// Where a table keeps what a row needs: by the name of its own column, or once for all rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Our name to the table's name of the column.
    pub columns: BTreeMap<String, String>,
    /// Our name to the one value of all rows.
    pub fixed: BTreeMap<String, String>,
}

impl Tables {
    /// Adds a table of comma-separated values with one header line.
    ///
    /// Under a `layout` that renames columns, rows without a value are left out.
    ///
    /// # Errors
    /// Every row that cannot be read, and every second row for one entity, metric and period.
    pub fn add(&mut self, name: &str, text: &str, layout: &Layout) -> Result<(), Vec<ClaimError>> {
        let file: Source = Arc::new(NamedSource::new(name, Arc::from(text)));
        let mut errors = Vec::new();
        let mut lines = records(text).into_iter();
        let header: BTreeMap<String, usize> = lines
            .next()
            .map(|(_, _, cells)| cells.into_iter().enumerate().map(|(i, n)| (n, i)).collect())
            .unwrap_or_default();
        for (line, span, cells) in lines {
            let cell = |name: &str| {
                let column = layout.columns.get(name).map_or(name, String::as_str);
                let there = header.get(column).and_then(|i| cells.get(*i)).map(|s| s.trim());
                layout.fixed.get(name).map(String::as_str).or(there).unwrap_or("").to_string()
            };
            if !layout.columns.is_empty() && cell("value").is_empty() {
                continue;
            }
            match row(name, line, &cell) {
                Ok(row) => {
                    let key = (row.entity.clone(), row.metric.clone());
                    let seen = self.series.entry(key).or_default();
                    if seen.iter().any(|id| self.rows[*id].period == row.period) {
                        let name = format!("{} {} {}", row.entity, row.metric, row.period);
                        errors.push(ClaimError::Twice {
                            name,
                            at: span.into(),
                            file: file.clone(),
                        });
                    } else {
                        seen.push(self.rows.len());
                        self.rows.push(row);
                    }
                }
                Err(why) => {
                    errors.push(ClaimError::Row { why, at: span.into(), file: file.clone() });
                }
            }
        }
        let rows = &self.rows;
        for ids in self.series.values_mut() {
            ids.sort_by_key(|id| rows[*id].period);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The row.
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[id]
    }

    /// Rows of a series in calendar order, if there are any.
    pub fn series(&self, entity: &str, metric: &str) -> Option<&[RowId]> {
        self.series.get(&(entity.to_string(), metric.to_string())).map(Vec::as_slice)
    }

    /// The nearest series by name: same metric of a like-named entity, or a like-named metric.
    pub fn nearest(&self, entity: &str, metric: &str) -> Option<(String, String)> {
        let wanted = format!("{entity} {metric}");
        let names: BTreeMap<String, &(String, String)> =
            self.series.keys().map(|key| (format!("{} {}", key.0, key.1), key)).collect();
        let of_entity: Vec<&str> = names
            .iter()
            .filter(|(_, key)| key.0 == entity)
            .map(|(name, _)| name.as_str())
            .collect();
        super::error::nearest(&wanted, of_entity.into_iter())
            .or_else(|| super::error::nearest(&wanted, names.keys().map(String::as_str)))
            .map(|name| names[&name].clone())
    }

    /// Names of the metrics of an entity.
    pub fn metrics(&self, entity: &str) -> BTreeSet<&str> {
        self.series.keys().filter(|key| key.0 == entity).map(|key| key.1.as_str()).collect()
    }

    /// The row, ready to be shown.
    pub fn shown(&self, id: RowId) -> ShownRow {
        let row = &self.rows[id];
        ShownRow {
            table: row.table.clone(),
            line: row.line,
            entity: row.entity.clone(),
            metric: row.metric.clone(),
            period: row.period.to_string(),
            value: row.value,
            unit: row.scale.text.clone(),
            confidence: row.confidence.clone(),
            source: row.source.clone(),
            known_at: row.known_at.map(|p| p.to_string()),
        }
    }
}

fn row(table: &str, line: usize, cell: &dyn Fn(&str) -> String) -> Result<Row, String> {
    let number = |name: &str| -> Result<Option<f64>, String> {
        let text = cell(name);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(Some(x)),
            _ => Err(format!("`{name}` is `{text}`; it must be a finite number")),
        }
    };
    for name in ["entity", "metric", "source"] {
        if cell(name).is_empty() {
            return Err(format!("`{name}` is empty"));
        }
    }
    let period = Period::parse(&cell("period"))
        .ok_or_else(|| format!("`{}` is no year, quarter, month or day", cell("period")))?;
    let unit = cell("unit");
    let scale = unit::parse(&unit).unwrap_or_else(|_| Scale {
        factor: 1.0,
        unit: Unit::base(&unit),
        text: unit.clone(),
    });
    let known_at = Period::parse(&cell("known_at"));
    Ok(Row {
        table: table.into(),
        line,
        entity: cell("entity"),
        metric: cell("metric"),
        period,
        value: number("value")?.ok_or("`value` is empty")?,
        scale,
        low: number("low")?,
        high: number("high")?,
        confidence: cell("confidence"),
        source: cell("source"),
        known_at,
    })
}

/// Lines of a table: number of the line, place in the text, cells. A cell in double quotes may
/// hold commas, line ends and doubled quotes; empty lines and lines that start with `#` are
/// left out.
fn records(text: &str) -> Vec<(usize, std::ops::Range<usize>, Vec<String>)> {
    let (mut found, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut line, mut first_line, mut start) = (false, 1, 1, 0);
    let mut letters = text.char_indices().peekable();
    let mut close = |cells: &mut Vec<String>, line: usize, span: std::ops::Range<usize>| {
        let cells = std::mem::take(cells);
        let empty = cells.iter().all(String::is_empty);
        let comment = cells.first().is_some_and(|c| c.starts_with('#'));
        if !empty && !comment {
            found.push((line, span, cells));
        }
    };
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' if quoted && letters.peek().is_some_and(|(_, next)| *next == '"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' => {
                line += 1;
                if quoted {
                    cell.push(letter);
                } else {
                    cells.push(std::mem::take(&mut cell));
                    close(&mut cells, first_line, start..at);
                    (first_line, start) = (line, at + 1);
                }
            }
            _ => cell.push(letter),
        }
    }
    cells.push(cell);
    close(&mut cells, first_line, start..text.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "entity,metric,period,value,unit,low,high,confidence,source,known_at\n";

    #[test]
    fn reads_quotes_and_sorts_by_date() {
        let mut tables = Tables::default();
        let text = format!(
            "{HEAD}\"A, Inc\",sales,2021,2,GUSD,,,A,\"he said \"\"so\"\"\",2022-02-01\n# note\n\nX,y,2020,1,x,,,B,s,\n\"A, Inc\",sales,2020,1,GUSD,,,A,s,\n"
        );
        tables.add("t.csv", &text, &Layout::default()).unwrap();
        let ids = tables.series("A, Inc", "sales").unwrap();
        assert_eq!(tables.row(ids[0]).period, Period::year(2020));
        assert_eq!(tables.row(ids[1]).source, "he said \"so\"");
        assert_eq!(tables.row(ids[1]).line, 2);
        assert_eq!(tables.nearest("A, Inc", "sale").unwrap().1, "sales");
    }

    #[test]
    fn reports_every_bad_row() {
        let text = format!(
            "{HEAD}X,y,2020,one,x,,,B,s,\nX,y,soon,1,x,,,B,s,\nX,y,2020,1,x,,,B,s,\nX,y,2020,2,x,,,B,s,\n,y,2020,2,x,,,B,s,\nX,y,2021,NaN,x,,,B,s,\n"
        );
        let errors = Tables::default().add("t.csv", &text, &Layout::default()).unwrap_err();
        assert_eq!(errors.len(), 5, "{errors:?}");
    }
}
