#!/bin/sh
# Look for known vulnerabilities of what requirements.txt pins: `make audit`. Asks the package index
# about each package, so it needs a network; those in requirements/known_vulnerabilities.txt are
# known, and told there. Fails on any other.
set -eu
cd "$(dirname "$0")/../.."

tools=.tools/audit
[ -x "$tools/bin/pip-audit" ] || {
    python3 -m venv "$tools"
    "$tools/bin/python" -m pip install -q --require-hashes -r requirements/audit.txt
}
known=$(sed -n 's/^\([A-Z][A-Z]*-[0-9A-Za-z-]*\) .*/--ignore-vuln \1/p' requirements/known_vulnerabilities.txt)
# shellcheck disable=SC2086 # one word each
exec "$tools/bin/pip-audit" --require-hashes --disable-pip -r requirements.txt $known
