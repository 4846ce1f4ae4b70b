#!/usr/bin/env bash
# hive_oracle.sh [HIVE...] -- the tables shimcache and amcache_files against regipy and python-registry, row for
# row. Installs both from PyPI in a temporary folder, so it is not part of make check. Without arguments the hives
# are those of $SVCQL_EVIDENCE that have a cache; name an Amcache.hve to compare that.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${VENV:-$(mktemp -d)}
[ -n "${VENV:-}" ] || trap 'rm -rf "$venv"' EXIT
if [ $# -eq 0 ]; then
    [ -n "${SVCQL_EVIDENCE:-}" ] || { echo "skipped hive_oracle.sh: no SVCQL_EVIDENCE"; exit 0; }
    mapfile -t hives < <(find "$SVCQL_EVIDENCE/hives" -type f \( -iname 'system*' -o -iname '*amcache*' \) ! -iname '*.log?' \
                              ! -name '*Delta' ! -name 'corrupted*')
    set -- "${hives[@]}"
fi
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q regipy==6.2.1 python-registry==1.3.1
ulimit -v 4000000
timeout 600 "$venv/bin/python" tests/hive_oracle.py "${BUILD:-build}/svcql" "$@"
