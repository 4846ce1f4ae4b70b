#!/usr/bin/env bash
# findings.sh -- findings and incidents over an empty host, which is what planning takes (aims: 25 and 60 ms
# with .load and the first statement, which stand alone before them); over a host with 300 units, packages,
# a journal of 10,000 entries (where a systemd may be booted to write it) and 10 MB of audit log; of the
# last five minutes of audit logs of one day that are 100 MB and 1 GB long, and of the whole of them, with what
# happened to services in them, their gaps and spans; then over 1, 10 and 100 hosts of evidence.
#
# Best of ROUNDS, whole processes: processor ms, elapsed ms, peak KiB. Aim: the host under 1 s; hosts
# linear.
set -euo pipefail
build=${BUILD:-build} rounds=${ROUNDS:-3} here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
last=1790000000
"${CC:-cc}" -O2 -o "$work/make" "$here/make_audit_log.c"

make_host() { # folder, units, events of audit
    local i
    mkdir -p "$1/etc/systemd/system" "$1/var/log/audit"
    basename "$1" > "$1/etc/hostname"
    echo ID=debian > "$1/etc/os-release"
    for ((i = 0; i < $2; i++)); do
        printf '[Unit]\nDescription=Unit %d\n[Service]\nExecStart=/usr/sbin/unit%d --run\nUser=u%d\n' \
            "$i" "$i" "$i" > "$1/etc/systemd/system/unit$i.service"
    done
    "$work/make" "$3" $last > "$1/var/log/audit/audit.log"
    mkdir -p "$1/var/lib/dpkg/info"
    printf 'Package: cron\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n' > "$1/var/lib/dpkg/status"
    printf '/.\n/usr\n/usr/sbin\n/usr/sbin/cron\n' > "$1/var/lib/dpkg/info/cron.list"
}
question='SELECT * FROM findings'
timed() { # hosts: processor ms, elapsed ms, KiB
    {
        echo 'DELETE FROM evidence;'
        printf "INSERT INTO evidence(location) VALUES ('%s');\n" "$@"
        echo "SELECT count(*) FROM ($question);"
    } > "$work/query.sql"
    /usr/bin/time -f '%U %S %e %M' -o "$work/time" \
        sqlite3 -cmd ".load $build/svcql" :memory: < "$work/query.sql" > /dev/null
    awk '{ printf "%d %d %d\n", ($1 + $2) * 1000, $3 * 1000, $4 }' "$work/time"
}
best() { sort -n | head -1; }
show() { awk -v t="$1" '{ printf "%-44s %6d ms processor %6d ms elapsed %7d KiB\n", t, $1, $2, $3 }'; }

mkdir -p "$work/empty/etc"
echo empty > "$work/empty/etc/hostname"
for question in 'SELECT name FROM signals' 'SELECT * FROM findings' 'SELECT * FROM incidents' \
    'SELECT * FROM svcql_columns'; do
    for ((r = 0; r < rounds; r++)); do timed "$work/empty"; done | best | show "empty host, $question"
done
question='SELECT * FROM findings'
make_host "$work/one" 300 9300
entries=0
if "$build/systemd-fixture" start "$work/box" > /dev/null 2>&1; then # a real journal, of journald
    "$build/systemd-fixture" exec "$work/box" sh -c \
        'seq 9800 | sed "s/^/a line of a service, number /" | systemd-cat -t bench; journalctl --sync'
    mkdir -p "$work/one/var/log"
    cp -r "$work/box/journal" "$work/one/var/log/journal"
    "$build/systemd-fixture" stop "$work/box"
    entries=$(journalctl -q -D "$work/one/var/log/journal" -o cat | wc -l)
fi
for ((r = 0; r < rounds; r++)); do timed "$work/one"; done | best |
    show "300 units, $entries entries, $(du -m "$work/one/var/log/audit/audit.log" | cut -f1) MiB of audit"
question='SELECT * FROM incidents'
for ((r = 0; r < rounds; r++)); do timed "$work/one"; done | best | show 'the same, incidents'
for n in 93000 930000; do
    make_host "$work/day" 20 $n
    mb=$(du -m "$work/day/var/log/audit/audit.log" | cut -f1)
    question="SELECT * FROM findings WHERE time > $((last - 300))"
    for ((r = 0; r < rounds; r++)); do timed "$work/day"; done | best |
        show "last five minutes of a day of $mb MB of audit"
    question='SELECT * FROM findings'
    timed "$work/day" | show "all of it"
    question='SELECT * FROM incidents'
    timed "$work/day" | show "all of it, incidents"
    question="SELECT * FROM service_events WHERE action = 'created'"
    timed "$work/day" | show "services that were created, of which audit has none"
    question="SELECT time, service FROM service_events WHERE action = 'started'"
    timed "$work/day" | show "services that were started"
    question='SELECT * FROM coverage_gaps'
    timed "$work/day" | show "gaps"
    question='SELECT host, log, seen_from, seen_to FROM coverage_spans'
    timed "$work/day" | show "spans of logs"
    rm -r "$work/day"
done
question='SELECT * FROM findings'
for n in 1 10 100; do
    for ((i = 0; i < n; i++)); do
        [ -d "$work/h$i" ] || make_host "$work/h$i" 20 500
    done
    mapfile -t hosts < <(for ((i = 0; i < n; i++)); do echo "$work/h$i"; done)
    for ((r = 0; r < rounds; r++)); do timed "${hosts[@]}"; done | best | show "$n hosts of 20 units, half a MiB of audit"
done
