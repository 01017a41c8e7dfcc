#!/usr/bin/env bash
# WebAssembly in Node gives the outcome hash of every native instruction-set path.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=wasm32-unknown-unknown
cargo build --release --quiet -p warchest-web --target $target
native=$(cargo run --release --quiet -p warchest --example outcome_hash -- 2000 7)
wasm=$(node .ci/jobs/wasm.mjs target/$target/release/warchest_web.wasm 2000 7)
other=$(node .ci/jobs/wasm.mjs target/$target/release/warchest_web.wasm 2000 8)
printf '%s\n%s\n' "$native" "$wasm"
[ "$(printf '%s\n%s\n' "$native" "$wasm" | awk '{print $2}' | sort -u | wc -l)" = 1 ]
# Twin: another seed gives another hash.
[ "${other#wasm }" != "${wasm#wasm }" ]
echo 'wasm: 2 passed, 0 failed'
