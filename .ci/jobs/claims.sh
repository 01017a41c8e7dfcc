#!/usr/bin/env bash
# The article's claims with a run of the scenario they name: what lies ahead is answered, the
# report carries the table as its first appendix, and the page stands alone in a browser, wide and
# narrow, light and dark.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo build --release --quiet -p warchest-cli
warchest=target/release/warchest
article=claims/article-2025-05-30.toml
$warchest run scenarios/frontier-ai-2025-05.toml --paths 64 --out "$folder/run" >"$folder/screen" 2>&1
$warchest claims "$article" --run "$folder/run" --report "$folder/claims.html" >"$folder/with"
[ "$(grep -c 'not testable before 2035; the model says' "$folder/with")" = 3 ]
grep -q 'of: warchest run scenarios/frontier-ai-2025-05.toml --paths 64' "$folder/with"
# Twin: without a run there is nothing to say.
$warchest claims "$article" >"$folder/without"
[ "$(grep -c 'the model says' "$folder/without")" = 0 ]
# The appendix begins after the limits, with the claims.
order=$(grep -oE '<section [^>]*id="[a-z]+"' "$folder/run/report.html" | sed 's/.*id=//' | tr -d '"\n')
[[ $order == *limitsclaimschecks* ]]
node crates/warchest-cli/tests/browser/look.mjs "$folder/claims.html"
echo 'claims: 4 passed, 0 failed'
