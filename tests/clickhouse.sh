#!/bin/sh
# clickhouse.sh FILE: what ClickHouse says of findings.ndjson, an export of svcql merge: the types of its columns,
# and the answer of the query that svcql(1) has as an example. It is ClickHouse as a library, the Python package chdb-core 26.9.0, which
# comes from its registry into a folder that is removed afterwards (530 MB). Exit status 77 where it cannot be had,
# with the reason.
set -eu
file=$(readlink -f "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! python3 -m pip --version >/dev/null 2>&1; then
    echo 'python3 -m pip is missing'
    exit 77
fi
# What else the package names is for data frames.
if ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --timeout 10 --retries 1 \
    --no-deps --target "$folder/python" 'chdb-core==26.9.0' >"$folder/log" 2>&1; then
    echo "the Python package chdb-core 26.9.0 cannot be had: $(tail -n 1 "$folder/log")"
    exit 77
fi
query=$(sed -n 's/\\-/-/g; s/^clickhouse-local -q "\(.*\)"$/\1/p' ext/program/svcql.1)
cd "${file%/*}"
PYTHONPATH=$folder/python python3 -c '
import chdb, sys
for query in sys.argv[1:]:
    print(chdb.query(query, "TSV"))
' "DESCRIBE file('${file##*/}', JSONEachRow)" "$query"
