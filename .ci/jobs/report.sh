#!/usr/bin/env bash
# The report in a browser: nothing loaded, nothing complained of, nothing cut off, wide and
# narrow, light and dark.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
WARCHEST_SAMPLE_REPORT="$folder/sample.html" \
  cargo test --quiet -p warchest-cli --bin warchest -- report::tests::sample_page >/dev/null 2>&1
# Twin: a page that loads, complains and overflows must fail.
printf '<!DOCTYPE html><title>x</title><p style="width:3000px">x</p><img src="https://example.org/x.png">' \
  > "$folder/broken.html"
node crates/warchest-cli/tests/browser/look.mjs "$folder/sample.html"
complaints=$(node crates/warchest-cli/tests/browser/look.mjs "$folder/broken.html") && exit 1
grep -q 'request: https://example.org/x.png' <<<"$complaints"
grep -q 'px wide in 390' <<<"$complaints"
echo 'report: 2 passed, 0 failed'
