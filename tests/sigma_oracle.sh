#!/usr/bin/env bash
# sigma_oracle.sh [EVIDENCE...] -- public Sigma rules by svcql and by pySigma's SQLite backend, hit for hit.
# Installs pySigma from PyPI in a temporary folder, so it is not part of make check. Rules and logs are those of
# $SVCQL_EVIDENCE; RULES names another folder of rules.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${SVCQL_EVIDENCE:-}" ] || { echo "skipped sigma_oracle.sh: no SVCQL_EVIDENCE"; exit 0; }
venv=${VENV:-$(mktemp -d)}
[ -n "${VENV:-}" ] || trap 'rm -rf "$venv"' EXIT
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q pysigma==2.0.1 pysigma-backend-sqlite==2.1.1
[ $# -gt 0 ] || set -- "$SVCQL_EVIDENCE/evtx" "$SVCQL_EVIDENCE/audit" "$SVCQL_EVIDENCE/json"
"$venv/bin/python" tests/sigma_oracle.py "${BUILD:-build}/svcql" "${RULES:-$SVCQL_EVIDENCE/sigma}" "$@"
