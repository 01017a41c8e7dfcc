#!/usr/bin/env bash
# A minute of changed scenarios, market files and claims files each: none panics, hangs, or is
# refused without a place, a message and an explained code. Another seed: WARCHEST_FUZZ_SEED.
set -euo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
WARCHEST_FUZZ_SECONDS=${WARCHEST_FUZZ_SECONDS:-60} \
  cargo test --quiet -p warchest-cli --bin warchest -- fuzz:: --nocapture >"$log" 2>&1 ||
  { tail -n 200 "$log"; exit 1; }
grep ' inputs, ' "$log" | cut -c1-160
[ "$(grep -c ' inputs, ' "$log")" = 3 ]
echo 'fuzz: 3 passed, 0 failed'
