//! Statements with numbers, each with a verdict computed from data.
//!
//! [`read`] turns a claims file and its tables into [`ClaimsFile`] and [`Tables`]; [`judge`]
//! gives a [`Report`]: per claim the stated value, the recomputed one under each reading, the
//! verdict, and the rows it rests on. The caller reads the files; `docs/claims.md` describes
//! the language.
//!
//! ```
//! let text = r#"
//! title = "An example"
//! as_of = "2025-05-31"
//! [[table]]
//! path = "sales.csv"
//! [[claim]]
//! id = "sales"
//! says = "Sales were 30 million dollars in 2020 and 2021 together."
//! stated = "30 MUSD"
//! [[claim.reading]]
//! name = "as booked"
//! value = 'sum(series("Firm", "sales", 2020..2021))'
//! "#;
//! let table = "entity,metric,period,value,unit,confidence,source\n\
//!              Firm,sales,2020,10,MUSD,A,report\nFirm,sales,2021,20.5,MUSD,A,report\n";
//! let (file, tables) =
//!     warchest::claims::read("example.toml", text, &mut |_| Ok(table.to_string())).unwrap();
//! let report = warchest::claims::judge(&file, &tables, None).unwrap();
//! assert_eq!(report.claims[0].words, "holds");
//! assert_eq!(report.claims[0].readings[0].shown, "30.5 MUSD");
//! ```

mod error;
mod eval;
mod file;
mod functions;
mod lex;
mod missing;
mod parse;
mod period;
mod sizing;
mod table;
mod unit;
mod value;
mod verdict;
mod words;

pub use error::ClaimError;
pub use file::{ClaimsFile, read};
pub use functions::{FUNCTIONS, Function};
pub use missing::{Missing, Run};
pub use sizing::{SizingLine, SizingResult};
pub use table::{Layout, ShownRow, Tables};
pub use verdict::{ChartData, ClaimResult, ModelNote, ReadingResult, Report, Verdict, judge};
