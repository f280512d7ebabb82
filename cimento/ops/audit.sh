#!/bin/sh
# Look for known vulnerabilities of what requirements.txt pins: `make audit`. Asks the package index
# about each package, so it needs a network; cimento/ops/audit.py says what came of it.
set -eu
cd "$(dirname "$0")/../.."

tools=.tools/audit
[ -x "$tools/bin/pip-audit" ] || {
    python3 -m venv "$tools"
    "$tools/bin/python" -m pip install -q --require-hashes -r requirements/audit.txt
}
report=$(mktemp)
trap 'rm -f "$report"' EXIT
# It fails when it finds something, too: then there is a report.
"$tools/bin/pip-audit" --require-hashes --disable-pip -r requirements.txt \
    --progress-spinner off -f json -o "$report" 2>"$report.log" || [ -s "$report" ] || {
    tail -n 3 "$report.log" >&2
    rm -f "$report.log"
    echo "NOT AUDITED: the package index could not be asked (above)." >&2
    exit 2
}
rm -f "$report.log"
.venv/bin/cimento audit "$report"
