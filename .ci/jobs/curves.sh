#!/usr/bin/env bash
# Technology curves: accuracy bars in folds and honest about the calendar, surrogate tests in
# full, the shipped priors fitted again, and the example of every law.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo test --release --quiet -p warchest --test curves_bars
# Every law prints its forecast; a missing section is a law that no longer runs.
sections=$(cargo run --release --quiet -p warchest --example curve_models)
printf '%s\n' "$sections"
[ "$(grep -c '^  + 5 years: ' <<<"$sections")" = 15 ]
# The priors that ship are printed by the program that fits them.
priors=$(cargo run --release --quiet -p warchest --example fit_priors)
[ "$(grep -c ' technologies$' <<<"$priors")" = 4 ]
# One model over one panel: a line for each of the 4836 forecasts, and a header.
[ "$(cargo run --release --quiet -p warchest --example curve_panel -- B moore print | wc -l)" = 4837 ]
# Twin: a law that does not exist is refused.
cargo run --release --quiet -p warchest --example curve_panel -- B nonsense print >/dev/null 2>&1 && exit 1
echo 'curves: 4 passed, 0 failed'
