//! One line on stderr: paths done, paths per second, time left, survival of the worst firm.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use warchest::answers::proportion;
use warchest::simulate::outcome::Tally;
use warchest::world::World;

/// Seconds between two lines when stderr is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// Talks about a run.
pub struct Progress {
    bar: ProgressBar,
    terminal: bool,
    started: Instant,
    said: Instant,
    done_before: u64,
    total: u64,
}

impl Progress {
    /// A line for a run of `total` paths.
    pub fn new(total: u64) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            Some(total),
            if terminal {
                ProgressDrawTarget::stderr_with_hz(8)
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
            bar.set_style(style);
        }
        let now = Instant::now();
        Progress { bar, terminal, started: now, said: now, done_before: 0, total }
    }

    /// `paths` more were there already: they do not count as speed.
    pub fn skip(&mut self, paths: u64) {
        self.done_before += paths;
    }

    /// Says where the run stands.
    pub fn say(&mut self, world: &World, tally: &Tally) {
        if !self.terminal && self.said.elapsed() < PAUSE {
            return;
        }
        let line = self.line(world, tally);
        self.said = Instant::now();
        if self.terminal {
            self.bar.set_position(tally.paths);
            self.bar.set_message(line);
        } else {
            anstream::eprintln!("{line}");
        }
    }

    fn line(&self, world: &World, tally: &Tally) -> String {
        let spent = self.started.elapsed().as_secs_f64().max(1e-3);
        let rate = tally.paths.saturating_sub(self.done_before) as f64 / spent;
        let left = self.total.saturating_sub(tally.paths) as f64 / rate.max(1e-9);
        let mut line = format!(
            "{} of {} paths, {}/s",
            grouped(tally.paths),
            grouped(self.total),
            grouped(rate as u64)
        );
        if rate > 0.0 {
            line += &format!(", {} left", clock(left));
        }
        if let Some(worst) = worst(world, tally) {
            line += &format!(", {worst}");
        }
        line
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Survival of the reported firm with the least, with its error.
fn worst(world: &World, tally: &Tally) -> Option<String> {
    let reported = world.firms.iter().zip(&tally.firms).filter(|(firm, _)| firm.reported);
    let (firm, found) = reported.min_by_key(|(_, found)| found.alive)?;
    let survival = proportion(found.alive, tally.paths);
    let (value, se) = (100.0 * survival.value, 100.0 * survival.se);
    Some(format!("worst: {} survives {value:.1} ± {se:.1} %", firm.name))
}

fn clock(seconds: f64) -> String {
    let s = seconds.min(359_999.0) as u64;
    if s < 3600 {
        format!("{}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(10_000_000), "10,000,000");
    }
}
