#!/usr/bin/env bash
# Every identity of the books holds in every quarter of every shipped scenario.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
for scenario in scenarios/*.toml; do
  target/release/warchest run "$scenario" --audit --paths 512 --plain --detail ends --json \
    --out "$folder/run" >"$folder/found.json" 2>"$folder/said" || { cat "$folder/said"; exit 1; }
  found=$(grep -E '"(audited_paths|identity_failures)"' "$folder/found.json" | tr -d ' \n')
  echo "$scenario: $found"
  [ "$found" = '"audited_paths":512,"identity_failures":0' ]
  rm -rf "$folder/run"
  passed=$((passed + 1))
done
((passed >= 4))
echo "audit: $passed passed, 0 failed"
