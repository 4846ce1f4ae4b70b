#!/usr/bin/env bash
# service_commands.sh -- the view service_commands over an audit log of 250 MB beside
# `ausearch -x systemctl`; the last five minutes of it and of a log ten times as long; and how fast
# service_command() reads lines.
#
# Best of ROUNDS, the two of a pair taking turns: processor ms, elapsed ms, peak KiB.
set -euo pipefail
build=${BUILD:-build} rounds=${ROUNDS:-5} here=$(dirname "$0")
command -v ausearch >/dev/null || { echo "skipped: needs auditd"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${CC:-cc}" -O2 -o "$work/make" "$here/make_audit_log.c"
events=${EVENTS:-232000} last=1790000000
for host in day days; do
    mkdir -p "$work/$host/etc" "$work/$host/var/log/audit"
    echo "$host" > "$work/$host/etc/hostname"
    echo ID=debian > "$work/$host/etc/os-release"
done
"$work/make" "$events" $last > "$work/day/var/log/audit/audit.log"
"$work/make" $((events * 10)) $last 864000 > "$work/days/var/log/audit/audit.log"

timed() { # command: processor ms, elapsed ms, KiB
    /usr/bin/time -f '%U %S %e %M' -o "$work/time" "$@" > /dev/null 2>&1
    awk '{ printf "%d %d %d\n", ($1 + $2) * 1000, $3 * 1000, $4 }' "$work/time"
}
view() { # folder, query
    timed sqlite3 -cmd ".load $build/svcql" :memory: \
        "DELETE FROM evidence" "INSERT INTO evidence(location) VALUES ('$1')" "$2"
}
best() { sort -n | head -1; }
show() { awk -v t="$1" '{ printf "%-44s %6d ms processor %6d ms elapsed %7d KiB\n", t, $1, $2, $3 }'; }

: > "$work/ours"
: > "$work/theirs"
for ((i = 0; i < rounds; i++)); do
    timed ausearch -if "$work/day/var/log/audit/audit.log" -x systemctl --format csv >> "$work/theirs"
    view "$work/day" "SELECT * FROM service_commands" >> "$work/ours"
done
best < "$work/theirs" | show "ausearch -x systemctl --format csv"
best < "$work/ours" | show "SELECT * FROM service_commands"
paste -d' ' <(best < "$work/ours") <(best < "$work/theirs") |
    awk '{ printf "%44s %6.2f times as fast by processor time, %.2f elapsed (aim: 4)\n", "", $4 / $1, $5 / $2 }'
recent="SELECT * FROM service_commands WHERE time > $((last - 300))"
for host in day days; do
    for ((i = 0; i < rounds; i++)); do view "$work/$host" "$recent"; done | best |
        show "the last five minutes, $(du -m "$work/$host/var/log/audit/audit.log" | cut -f1) MiB"
done
view "$work/days" "SELECT count(*) FROM service_commands" | show "all of the longer log"

sqlite3 -cmd ".load $build/svcql" "$work/lines.db" "
    CREATE TABLE lines AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500000)
    SELECT '/usr/bin/python3 /opt/app/worker.py --queue q' || i || ' --concurrency 4' AS plain,
           'sudo systemctl --now enable unit' || i || '.service' AS tool FROM n;"
for column in plain tool; do
    none=$(timed sqlite3 -cmd ".load $build/svcql" "$work/lines.db" "SELECT count($column) FROM lines" | cut -d' ' -f1)
    all=$(timed sqlite3 -cmd ".load $build/svcql" "$work/lines.db" \
        "SELECT count(service_command($column)) FROM lines" | cut -d' ' -f1)
    awk -v t="service_command(), $column lines" -v a="$all" -v n="$none" \
        'BEGIN { printf "%-44s %6.2f million lines a second\n", t, 0.5 / ((a - n) / 1000) }'
done
