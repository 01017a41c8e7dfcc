#!/usr/bin/env bash
# The shipped toy against 16,000,000 paths of an independent implementation: within four standard
# errors at 2,000,000 paths.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
run() { # name, flags
  local name=$1
  shift
  target/release/warchest run scenarios/toy.toml --plain --detail ends --paths 2000000 --seed 3 \
    --json --out "$folder/$name" "$@" >"$folder/$name.json" 2>"$folder/$name.said"
}
run toy
node .ci/jobs/toy.mjs "$folder/toy.json"
# Twin: operating expense of one firm a fifth of a per cent higher is seen.
run twin --set 'firm.F4.opex="88.176 MUSD/quarter"'
if node .ci/jobs/toy.mjs "$folder/twin.json" >"$folder/twin.said"; then exit 1; fi
grep -q 'F4' "$folder/twin.said"
echo 'toy: 2 passed, 0 failed'
