//! Sentences computed from the numbers: the verdict and the headlines.

use super::input::{Breaking, Firm, ReportInput, Stress};
use super::svg::Unit;
use super::svg::number::{capital, word};

/// `a`, `a and b`, `a, b and c`; from the fifth on, `and n others`.
pub fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_string(),
        [one] => one.to_string(),
        [first @ .., last] if names.len() <= 4 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} others", names[..3].join(", "), word(names.len() - 3)),
    }
}

/// How many of `n`, with its verb: `none of these two statements is`, `two of nine firms are`.
/// `one`: what a single one is called; `which`: a word before the number; `many`: what they are.
pub fn of(k: usize, n: usize, (one, which, many): (&str, &str, &str)) -> String {
    let gap = if which.is_empty() { "" } else { " " };
    match (k, n) {
        (0, 1) => format!("{} is not", capital(one)),
        (1, 1) => format!("{} is", capital(one)),
        (0, _) => format!("None of {which}{gap}{} {many} is", word(n)),
        _ => format!(
            "{} of {which}{gap}{} {many} {}",
            capital(&word(k)),
            word(n),
            if k == 1 { "is" } else { "are" }
        ),
    }
}

/// Probability of being alive and independent at the end; NaN when the run does not say.
pub fn end_survival(firm: &Firm) -> f64 {
    firm.survival.last().map_or(f64::NAN, |e| e.value)
}

/// Firms from the least to the most likely to survive.
pub fn by_risk(input: &ReportInput) -> Vec<usize> {
    let mut order: Vec<usize> = (0..input.firms.len()).collect();
    order.sort_by(|&a, &b| {
        end_survival(&input.firms[a]).total_cmp(&end_survival(&input.firms[b])).then(a.cmp(&b))
    });
    order
}

/// How the end of the run is called: `the end of 2030`, or `the end of the run` within a year.
pub fn end_of_run(input: &ReportInput) -> String {
    let past = input.calendar.first_quarter as usize - 1 + input.quarters;
    let year = input.calendar.first_year + (past / 4) as i32;
    match past % 4 {
        0 => format!("the end of {}", year - 1),
        quarter => format!("{} {year}", ["", "March", "June", "September"][quarter]),
    }
}

/// The answer in one sentence.
pub fn verdict(input: &ReportInput) -> String {
    let n = input.firms.len();
    if let Some(words) = &input.verdict {
        return words.clone();
    }
    let order = by_risk(input);
    let (Some(&worst), Some(&best)) = (order.first(), order.last()) else {
        return format!("The market runs to {}; no firm is reported.", end_of_run(input));
    };
    let (worst, best) = (&input.firms[worst], &input.firms[best]);
    let alive = |firm: &Firm| Unit::Share.show(end_survival(firm));
    if n == 1 {
        return format!(
            "{} is alive at {} on {} of paths.",
            worst.name,
            end_of_run(input),
            alive(worst)
        );
    }
    format!(
        "By {}, {:.1} of {} firms are expected to be alive and independent: {} is the most \
         likely to be gone ({} chance of survival), {} the least ({}).",
        end_of_run(input),
        input.mean_survivors.value,
        word(n),
        worst.name,
        alive(worst),
        best.name,
        alive(best)
    )
}

/// The finding of the survival curves.
pub fn survival(input: &ReportInput) -> String {
    let order = by_risk(input);
    let doomed: Vec<&str> = order
        .iter()
        .filter(|&&i| end_survival(&input.firms[i]) < 0.5)
        .map(|&i| input.firms[i].name.as_str())
        .collect();
    let (n, end) = (input.firms.len(), end_of_run(input));
    let same = |a: usize, b: usize| end_survival(&input.firms[a]) == end_survival(&input.firms[b]);
    match (doomed.len(), order.first()) {
        (0, Some(&worst)) if end_survival(&input.firms[worst]) > 0.995 => {
            format!("Nobody runs out of money before {end}")
        }
        (0, Some(&worst)) if n == 1 => {
            let name = &input.firms[worst].name;
            format!("{name} is more likely than not to be there at {end}")
        }
        (0, Some(&worst)) if order.iter().all(|&i| same(i, worst)) => {
            format!("No firm is more likely than not to be gone by {end}")
        }
        (0, Some(&worst)) => format!(
            "No firm is more likely than not to be gone by {end}; {} comes closest",
            input.firms[worst].name
        ),
        (k, _) if k == n && n > 1 => {
            format!("All {} firms are more likely than not to be gone by {end}", word(n))
        }
        (1, _) if n == 1 => format!("{} is more likely than not to be gone by {end}", doomed[0]),
        (1, _) => format!(
            "One of {} firms, {}, is more likely than not to be gone by {end}",
            word(n),
            doomed[0]
        ),
        (k, _) => {
            let head = format!("{} of {} firms", capital(&word(k)), word(n));
            format!("{head} are more likely than not to be gone by {end}")
        }
    }
}

/// The finding of one stress.
pub fn stress(stress: &Stress, firms: &[Firm]) -> String {
    let mut broken: Vec<Broken<'_>> = Vec::new();
    let mut open: Vec<(f64, bool, &str)> = Vec::new();
    let mut already: Vec<&str> = Vec::new();
    for (breaking, firm) in stress.breaking.iter().zip(firms) {
        match breaking {
            Breaking::Unsettled { low, high, breaks } => {
                open.push((low.abs().min(high.abs()), *breaks, &firm.name));
            }
            Breaking::At { size, low, high } => broken.push(Broken {
                size: *size,
                low: low.abs().min(high.abs()),
                high: low.abs().max(high.abs()),
                name: &firm.name,
            }),
            Breaking::Already => already.push(&firm.name),
            Breaking::Never => {}
        }
    }
    broken.sort_by(|a, b| a.size.abs().total_cmp(&b.size.abs()));
    let largest = stress.sizes.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
    let largest = largest.unwrap_or(0.0);
    let name = &stress.name;
    let Some(first) = broken.first() else {
        let open: Vec<&str> = open.iter().map(|(_, _, name)| *name).collect();
        return if !open.is_empty() {
            format!(
                "{name}: these paths do not settle whether and where {} would break",
                list(&open)
            )
        } else if already.is_empty() {
            format!("{name}: nobody breaks, even at a size of {}", Unit::Share.show(largest))
        } else {
            format!("{name}: it breaks nobody who was not already below even odds")
        };
    };
    let size = Unit::Share.show(first.size);
    let near: Vec<&str> =
        broken.iter().filter(|other| other.low <= first.high).map(|other| other.name).collect();
    let count = broken.len() + open.iter().filter(|(_, breaks, _)| *breaks).count();
    if count == 1 && open.is_empty() {
        format!("{name}: only {} breaks, at a size of {size}", first.name)
    } else if count == 1 {
        let open: Vec<&str> = open.iter().map(|(_, _, name)| *name).collect();
        format!(
            "{name}: {} breaks, at a size of {size}; whether {} would is not settled",
            first.name,
            list(&open)
        )
    } else if near.len() > 1 {
        let (near, all) = (list(&near), count == near.len());
        match all {
            true => format!("{name}: {near} break at about the same size, from {size}"),
            false => format!(
                "{name}: {} firms break, {near} first, at about the same size, from {size}",
                word(count)
            ),
        }
    } else if open.iter().any(|(low, ..)| *low <= first.high) {
        format!(
            "{name}: {} firms break, {} at a size of {size}; not all points are settled",
            word(count),
            first.name
        )
    } else {
        format!("{name}: {} firms break, {} first, at a size of {size}", word(count), first.name)
    }
}

/// A breaking point; its interval without sign.
struct Broken<'a> {
    size: f64,
    low: f64,
    high: f64,
    name: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn names_are_listed_as_in_print() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d", "e"]), "a, b, c and two others");
    }

    #[test]
    fn counts_speak_of_none_one_and_all() {
        let statements = ("this statement", "these", "statements");
        assert_eq!(of(0, 2, statements), "None of these two statements is");
        assert_eq!(of(1, 1, statements), "This statement is");
        assert_eq!(of(1, 9, ("", "", "firms")), "One of nine firms is");
        assert_eq!(of(0, 1, ("Runner", "", "")), "Runner is not");
    }

    #[test]
    fn the_end_of_a_run_has_a_name() {
        let mut input = sample::small();
        (input.calendar.first_year, input.calendar.first_quarter) = (2025, 3);
        input.quarters = 22;
        assert_eq!(end_of_run(&input), "the end of 2030");
        input.quarters = 23;
        assert_eq!(end_of_run(&input), "March 2031");
    }

    #[test]
    fn only_a_settled_point_is_quoted() {
        let input = sample::small();
        let say = |breaking: &[Breaking]| {
            let mut stress =
                Stress { name: "War".into(), sizes: vec![0.0, 1.0], ..Stress::default() };
            stress.breaking = breaking.to_vec();
            super::stress(&stress, &input.firms)
        };
        let names: Vec<&str> = input.firms.iter().map(|firm| firm.name.as_str()).collect();
        let at = |size: f64| Breaking::At { size, low: size - 0.1, high: size + 0.1 };
        let open = Breaking::Unsettled { low: 0.1, high: 0.9, breaks: true };
        let (a, b) = (names[0], names[1]);
        let found = say(&[at(0.3), at(0.7)]);
        assert_eq!(found, format!("War: two firms break, {a} first, at a size of 30\u{a0}%"));
        let found = say(&[at(0.5), at(0.4)]);
        assert_eq!(found, format!("War: {b} and {a} break at about the same size, from 40\u{a0}%"));
        let found = say(&[open, Breaking::Already]);
        assert_eq!(
            found,
            format!("War: these paths do not settle whether and where {a} would break")
        );
        let found = say(&[open, at(0.3)]);
        assert!(found.ends_with("at a size of 30\u{a0}%; not all points are settled"), "{found}");
    }

    #[test]
    fn headlines_count_the_doomed() {
        let mut input = sample::small();
        let set = |input: &mut ReportInput, ends: &[f64]| {
            for (firm, &end) in input.firms.iter_mut().zip(ends) {
                firm.survival.last_mut().unwrap().value = end;
            }
        };
        let ends = [0.4, 0.9, 0.3, 0.8];
        set(&mut input, &ends);
        assert!(survival(&input).starts_with("Two of four firms are more likely"));
        assert_eq!(by_risk(&input), vec![2, 0, 3, 1]);
        set(&mut input, &[0.4, 0.9, 0.8, 0.8]);
        assert!(survival(&input).starts_with("One of four firms, "));
        set(&mut input, &[0.8; 4]);
        assert!(survival(&input).ends_with("gone by the end of 2030"), "{}", survival(&input));
        input.firms.truncate(1);
        assert!(survival(&input).contains("is more likely than not to be there at"));
        set(&mut input, &[1.0; 4]);
        assert!(survival(&input).starts_with("Nobody runs out"));
    }
}
