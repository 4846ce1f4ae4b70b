#!/bin/sh
# Services of real SYSTEM hives by registry_services and by libhivex, side by side.
set -eu
build=${BUILD:-build}
hives=${SVCQL_EVIDENCE:-}/hives/mkorman90+regipy/regipy_tests/data
if [ ! -f "$hives/SYSTEM_B" ]; then
    echo "skipped: no real hives, set SVCQL_EVIDENCE"
    exit 0
fi
${CC:-cc} -O2 -Wall -Wextra -o "$build/bench-hive" "$(dirname "$0")/hive.c" -lsqlite3 -lhivex
"$build/bench-hive" "$build/svcql.so" "$hives/SYSTEM_B" "$hives/SYSTEM_WIN_10_1709"
