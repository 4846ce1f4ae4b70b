#!/bin/sh
# osquery-peers.sh PROGRAM [EVIDENCE]: osquery's own clients as the peers of svcql osquery: the Python package
# osquery 3.1.1 and, where there is a Go compiler, osquery-go. Both come from their registries into a folder that
# is removed afterwards. Exit status 77 where the Python package cannot be had, with the reason.
set -eu
program=$(readlink -f "$1")
evidence=$(readlink -f "${2:-tests/fixtures/linux/compromised}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! python3 -m pip --version >/dev/null 2>&1; then
    echo 'python3 -m pip is missing'
    exit 77
fi
if ! python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action ignore --timeout 10 --retries 1 \
    --target "$folder/python" 'osquery==3.1.1' >"$folder/log" 2>&1; then
    echo "the Python package osquery 3.1.1 cannot be had: $(tail -n 1 "$folder/log")"
    exit 77
fi
PYTHONPATH=$folder/python python3 "$here/osquery_peers.py" "$program" "$evidence" "$folder"
