#!/usr/bin/env bash
# The pages of `warchest curve` in a browser: nothing loaded, nothing complained of, nothing cut
# off, wide and narrow, light and dark; and again from the same command, the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --quiet -p warchest-cli
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
curve() { target/release/warchest curve "$@" >/dev/null; }
make() {
  mkdir -p "$1"
  curve forecast solar-pv --from 2013 --horizon 17 --report "$1/pv.html" --svg "$1/pv.svg"
  curve forecast llm-price-at-gpqa/llm-gpqa-gpt-4o --from 2025-05-31 --report "$1/llm.html"
  curve forecast farmer-lafond-2016/crude-oil --model moore --report "$1/oil.html"
  printf 'year,cost\n2022,130\n2023,115\n2024,112\n' > "$folder/own.csv"
  curve forecast "$folder/own.csv" --report "$1/own.html"
  curve since-launch --report "$1/launch.html" --svg "$1/launch.svg"
}
make "$folder/a"
make "$folder/b"
diff -r "$folder/a" "$folder/b"
node crates/warchest-cli/tests/browser/look.mjs "$folder"/a/*.html
echo 'curve-pages: 6 passed, 0 failed'
