#!/usr/bin/env bash
# The memory of a run does not grow with its paths: four times the paths, the same peak, and far
# below the 1 GiB that ten million paths of the toy may take (docs/benchmarks.md has that figure).
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Peak resident memory of a command, in kB: the kernel's high-water mark, read until it ends.
peak() {
  "$@" >/dev/null 2>&1 &
  local pid=$! found most=0
  while found=$(awk '/VmHWM/ {print $2}' "/proc/$pid/status" 2>/dev/null) && [ -n "$found" ]; do
    most=$found
    sleep 0.05
  done
  wait "$pid"
  echo "$most"
}
run() { # detail, paths
  peak target/release/warchest run scenarios/toy.toml --plain --threads 2 \
    --detail "$1" --paths "$2" --out "$folder/$1-$2"
  rm -rf "$folder/$1-$2"
}
passed=0
# The least of three: how far the writer of rows lags behind moves a peak by a third either way.
least() {
  for _ in 1 2 3; do run "$@"; done | sort -n | head -1
}
for detail in ends rows; do
  few=$(least $detail 300000)
  many=$(least $detail 1200000)
  echo "$detail: $few kB at 300,000 paths, $many kB at 1,200,000"
  # Room for an allocator's whims; growth with the paths would be a factor of four.
  ((many < few + few / 4 + 8192))
  ((many < 262144))
  passed=$((passed + 1))
done
# Twin: a run that keeps all it makes must fail the comparison.
keep='BEGIN { for (i = 0; i < n; i++) kept[i] = sprintf("%4096d", i) }'
few=$(peak awk -v n=20000 "$keep")
many=$(peak awk -v n=80000 "$keep")
((many >= few + few / 4 + 8192))
echo "memory: $((passed + 1)) passed, 0 failed"
