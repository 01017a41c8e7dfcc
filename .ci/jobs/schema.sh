#!/usr/bin/env bash
# The JSON Schema of a scenario, judged by a validator of others: what ships and every right
# example pass, what is misspelt, of a wrong type or without a unit does not.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=python3
if ! $python -c 'import jsonschema, tomllib' 2>/dev/null; then
  [ -x .venv/bin/python ] || $python -m venv .venv
  python=.venv/bin/python
  $python -m pip --quiet install 'jsonschema>=4.18'
fi
$python .ci/jobs/schema.py
