#!/usr/bin/env bash
# Price games on random logit and nested-logit markets: none fails, medians and residuals meet
# their bars. Its twin, with a bar that nothing can meet, must fail.
set -euo pipefail
cd "$(dirname "$0")/../.."
check() { cargo run --release --quiet -p warchest --example nested_robustness -- "$@"; }
check
told=$(check --starve) && exit 1
grep -q '^7 settings, 7 above their bars' <<<"$told"
echo 'pricing: 2 passed, 0 failed'
