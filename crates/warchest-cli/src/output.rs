//! Standard output is data. A reader that closes the pipe early (`| head`) is no error.

use crate::error::CliError;
use std::io::{ErrorKind, Write};

/// Writes `text` to standard output, colours stripped where they are not wanted.
///
/// # Errors
/// [`CliError::Stdout`] when it cannot be written; `main` forgives a closed pipe.
pub fn print(text: &str) -> miette::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
        CliError::Stdout {
            closed: error.kind() == ErrorKind::BrokenPipe,
            reason: error.to_string(),
        }
        .into()
    })
}

/// Writes `value` to standard output as indented JSON with a final newline.
///
/// # Errors
/// As [`print()`].
pub fn print_json<T: serde::Serialize>(value: &T) -> miette::Result<()> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| CliError::Stdout { closed: false, reason: error.to_string() })?;
    text.push('\n');
    print(&text)
}

/// True when the report only says that nobody reads standard output any more.
pub fn is_closed_pipe(report: &miette::Report) -> bool {
    matches!(report.downcast_ref::<CliError>(), Some(CliError::Stdout { closed: true, .. }))
}
