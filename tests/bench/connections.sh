#!/usr/bin/env bash
# connections.sh -- what a connection costs: processor time of .load and of a first statement, whole processes, medians
# of ROUNDS by turns; and the memory of each of 200 connections after .load, after statements on tables, and after those on views
# (aim: below 1 MB); last after one on the view that is the largest with those it reads.
set -euo pipefail
build=$(cd "${BUILD:-build}" && pwd) rounds=${ROUNDS:-9} here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -O2 -o "$work/pair" "$here/pair.c"
${CC:-cc} -O2 -o "$work/connections" "$here/connections.c" -lsqlite3
for statement in 'SELECT 1' 'SELECT count(*) FROM svcql_settings' 'SELECT 1 FROM findings LIMIT 0'; do
    read -r ms kib < <("$work/pair" "$rounds" \
        "sqlite3 -cmd '.load $build/svcql' :memory: '$statement' > /dev/null")
    echo ".load and $statement: $ms ms, $kib KiB"
done
"$work/connections" "$build/svcql" 'SELECT 1' 'SELECT count(*) FROM svcql_settings' \
    'SELECT count(*) FROM cron_jobs' 'DELETE FROM evidence' 'SELECT * FROM findings' \
    'SELECT * FROM incidents' 'SELECT * FROM services' 'SELECT * FROM timeline' 'SELECT * FROM asked_by'
