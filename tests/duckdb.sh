#!/bin/sh
# duckdb.sh FILE TABLE: what DuckDB says of an export of svcql merge: the types of its columns and how many rows.
# The Python package duckdb 2.0.1 comes from its registry into a folder that is removed afterwards. Exit status 77
# where it cannot be had, with the reason.
set -eu
file=$(readlink -f "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! python3 -m pip --version >/dev/null 2>&1; then
    echo 'python3 -m pip is missing'
    exit 77
fi
if ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --timeout 10 --retries 1 \
    --target "$folder/python" 'duckdb==2.0.1' >"$folder/log" 2>&1; then
    echo "the Python package duckdb 2.0.1 cannot be had: $(tail -n 1 "$folder/log")"
    exit 77
fi
PYTHONPATH=$folder/python python3 -c '
import duckdb, sys
table = duckdb.sql("SELECT * FROM read_json_auto(?)", params=[sys.argv[1]])
print(" ".join(f"{name}:{kind}" for name, kind in zip(table.columns, table.types)), len(table.fetchall()))
' "$file"
