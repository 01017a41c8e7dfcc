//! Series by name from the folder of data, or from a user's own file.

use super::wrong::Wrong;
use crate::error::CliError;
use std::io::Read;
use std::path::{Path, PathBuf};
use warchest::curves::series::{Family, near_names, parse_bare, parse_date, parse_family};
use warchest::curves::{CurveError, Passport, Series};

/// Most bytes of a table.
const LIMIT: u64 = 8 << 20;

/// A series and where it comes from.
#[derive(Clone, Debug)]
pub struct Found {
    /// The series.
    pub series: Series,
    /// Name under which it is found again.
    pub name: String,
    /// Passport of its family; none for a user's own file.
    pub passport: Option<Passport>,
}

/// The folder of data.
///
/// # Errors
/// [`Wrong::NoData`] when none is named and there is none here or above.
pub fn folder(named: Option<&Path>) -> miette::Result<PathBuf> {
    if let Some(folder) = named {
        return match folder.is_dir() {
            true => Ok(folder.to_path_buf()),
            false => Err(CliError::read(folder, "it is not a folder").into()),
        };
    }
    let here = std::env::current_dir().unwrap_or_default();
    let mut above = here.ancestors().map(|folder| folder.join("data"));
    Ok(above.find(|data| data.join("solar-pv").is_dir()).ok_or(Wrong::NoData)?)
}

/// Every family of series in the folder of data, by name. Folders that hold other tables are
/// passed over.
///
/// # Errors
/// A series or a passport that cannot be read.
pub fn families(named: Option<&Path>) -> miette::Result<Vec<(String, Family)>> {
    let folder = folder(named)?;
    let entries = std::fs::read_dir(&folder).map_err(|e| CliError::read(&folder, e))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let mut found = Vec::new();
    for name in names {
        let csv = folder.join(&name).join("series.csv");
        if !csv.is_file() {
            continue;
        }
        let text = read(&csv)?;
        let passport = read(&folder.join(&name).join("passport.toml"))?;
        match parse_family(&text, &passport, &name) {
            Ok(family) => found.push((name, family)),
            Err(CurveError::Column { .. }) => {}
            Err(error) => return Err(Wrong::locate(error, &csv.display().to_string(), &text)),
        }
    }
    if found.is_empty() {
        return Err(Wrong::EmptyData { folder }.into());
    }
    Ok(found)
}

/// A table of the folder of data that is not a series.
///
/// # Errors
/// A file that cannot be read.
pub fn table(named: Option<&Path>, family: &str) -> miette::Result<String> {
    read(&folder(named)?.join(family).join("series.csv"))
}

/// Whether the text means a file rather than a name.
fn is_file(wanted: &str) -> bool {
    let path = Path::new(wanted.split('#').next().unwrap_or_default());
    path.is_file() || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

/// One series: `solar-pv`, `farmer-lafond-2016/dram`, `dram`, `my.csv` or `my.csv#member`.
///
/// # Errors
/// [`Wrong::Unknown`] with the nearest names, [`Wrong::Ambiguous`], and whatever is wrong with
/// a file.
pub fn series(wanted: &str, data: Option<&Path>) -> miette::Result<Found> {
    if is_file(wanted) {
        return own(wanted);
    }
    let families = families(data)?;
    let lower = wanted.to_lowercase();
    let mut names = Vec::new();
    let mut hits = Vec::new();
    for (family, members) in &families {
        let single = members.series.len() == 1;
        for series in &members.series {
            let full = match single {
                true => family.clone(),
                false => format!("{family}/{}", series.id),
            };
            let exact = full.to_lowercase() == lower
                || format!("{family}/{}", series.id).to_lowercase() == lower;
            if exact || series.id.to_lowercase() == lower {
                hits.push((exact, full.clone(), series, members));
            }
            names.push(full);
            names.push(series.id.clone());
        }
    }
    if hits.iter().any(|hit| hit.0) {
        hits.retain(|hit| hit.0);
    }
    match hits.as_slice() {
        [(_, name, series, members)] => Ok(Found {
            series: (*series).clone().with_experience(),
            name: name.clone(),
            passport: Some(members.passport.clone()),
        }),
        [] => {
            names.extend(families.into_iter().map(|(name, _)| name));
            let near = near_names(&lower, names.iter().map(String::as_str), 3);
            Err(Wrong::Unknown { wanted: wanted.to_string(), near }.into())
        }
        several => {
            let choices = several.iter().map(|hit| hit.1.clone()).collect();
            let count = several.len();
            Err(Wrong::Ambiguous { wanted: wanted.to_string(), count, choices }.into())
        }
    }
}

/// Every series of a family or of a user's own file, with the name to print.
///
/// # Errors
/// As [`series`].
pub fn panel(wanted: &str, data: Option<&Path>) -> miette::Result<(String, Vec<Series>, bool)> {
    if is_file(wanted) {
        let all = own_file(wanted)?;
        return Ok((wanted.to_string(), all, true));
    }
    let families = families(data)?;
    let lower = wanted.to_lowercase();
    if let Some((name, family)) = families.iter().find(|(name, _)| name.to_lowercase() == lower) {
        return Ok((name.clone(), family.series.clone(), false));
    }
    let near = near_names(&lower, families.iter().map(|(name, _)| name.as_str()), 3);
    Err(Wrong::Unknown { wanted: wanted.to_string(), near }.into())
}

fn own(wanted: &str) -> miette::Result<Found> {
    let (path, member) = match wanted.split_once('#') {
        Some((path, member)) => (path, Some(member)),
        None => (wanted, None),
    };
    let mut all = own_file(path)?;
    let at = match member {
        None if all.len() == 1 => 0,
        None => {
            let choices = all.iter().take(6).map(|s| format!("{path}#{}", s.id)).collect();
            let wanted = path.to_string();
            return Err(Wrong::Ambiguous { wanted, count: all.len(), choices }.into());
        }
        Some(member) => all.iter().position(|series| series.id == member).ok_or_else(|| {
            let near = near_names(member, all.iter().map(|series| series.id.as_str()), 3);
            Wrong::Unknown { wanted: member.to_string(), near }
        })?,
    };
    Ok(Found { series: all.swap_remove(at), name: wanted.to_string(), passport: None })
}

fn own_file(path: &str) -> miette::Result<Vec<Series>> {
    let file = Path::new(path);
    let text = read(file)?;
    let header = text.lines().next().unwrap_or_default();
    if !header.contains(',') {
        for (mark, with) in [(';', "semicolons"), ('\t', "tabs")] {
            if header.contains(mark) {
                return Err(Wrong::Separator { path: file.to_path_buf(), with }.into());
            }
        }
    }
    let stem = file.file_stem().map_or_else(|| path.into(), |stem| stem.to_string_lossy());
    let all = parse_bare(&text, &stem).map_err(|error| Wrong::locate(error, path, &text))?;
    if all.is_empty() {
        return Err(Wrong::Empty { path: file.to_path_buf() }.into());
    }
    Ok(all.into_iter().map(Series::with_experience).collect())
}

/// The text of a file, not larger than [`LIMIT`].
fn read(path: &Path) -> miette::Result<String> {
    let wrong = |error: std::io::Error| CliError::read(path, error);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(wrong)?;
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Wrong::Size { path: path.to_path_buf(), limit: LIMIT }.into());
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Wrong::Wide { path: path.to_path_buf() }.into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        Wrong::Encoding { path: path.to_path_buf(), line }.into()
    })
}

/// A date of the command line, as a decimal year.
///
/// # Errors
/// [`Wrong::Date`].
pub fn date(flag: &'static str, text: &str) -> Result<f64, Wrong> {
    parse_date(text.trim()).ok_or_else(|| Wrong::Date { flag, found: text.to_string() })
}
