#!/usr/bin/env bash
# unit_files.sh: how long unit_files and unit_settings take beside systemctl, on a real systemd, and
# whether extra unit files cost in proportion.
#
# Whole processes, less the time of `true`; medians of ROUNDS, the two of a pair taking turns; the last
# lines are processor time. Needs root. A line reads: what, ours ms, theirs ms, ratio, and the ratio
# it must stay below.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build} rounds=${ROUNDS:-7}
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 0; }
box=$(mktemp -d)
fixture=$build/systemd-fixture
"$fixture" start "$box" > /dev/null
trap '"$fixture" stop "$box"; rm -rf "$box"' EXIT

# shellcheck disable=SC2016 # the shell inside expands it
"$fixture" exec "$box" env ROUNDS="$rounds" SO="$PWD/$build/svcql" bash -euo pipefail -c '
systemctl is-system-running --wait --quiet || true

ms() { # time of a command, in microseconds
    local start=${EPOCHREALTIME/./}
    "$@" > /dev/null
    echo $((${EPOCHREALTIME/./} - start))
}
median() { sort -n | sed -n "$(((ROUNDS + 1) / 2))p"; }
sql() { sqlite3 -batch -cmd ".load $SO" :memory: "$1"; }
base=$(for ((i = 0; i < ROUNDS; i++)); do ms true; done | median)

pair() { # title, limit, query, theirs...
    local title=$1 limit=$2 query=$3 ours theirs
    shift 3
    : > /tmp/ours; : > /tmp/theirs
    for ((i = 0; i < ROUNDS; i++)); do
        ms sql "$query" >> /tmp/ours
        ms "$@" >> /tmp/theirs
    done
    ours=$(($(median < /tmp/ours) - base)) theirs=$(($(median < /tmp/theirs) - base))
    awk -v t="$title" -v o=$ours -v p=$theirs -v l="$limit" "BEGIN {
        printf \"%-52s %8.1f ms %8.1f ms  %.3f (at most %s)%s\n\", t, o / 1000, p / 1000, o / p, l, \
               (o / p > l ? \"  MISSED\" : \"\") }"
}
add() { # make units bench-FIRST to bench-LAST, each with a link and a drop-in
    local i
    mkdir -p /etc/systemd/system/bench.target.wants
    for ((i = $1; i < $2; i++)); do
        printf "[Unit]\nDescription=Bench %d\n[Service]\nExecStart=/bin/sleep %d\n[Install]\nWantedBy=bench.target\n" \
            $i $i > /etc/systemd/system/bench$i.service
        ln -s ../bench$i.service /etc/systemd/system/bench.target.wants/bench$i.service
        mkdir /etc/systemd/system/bench$i.service.d
        printf "[Service]\nUser=tester\n" > /etc/systemd/system/bench$i.service.d/user.conf
    done
}
cpu() { # processor time of a query, in microseconds
    local TIMEFORMAT="%3U %3S"
    { time sql "$1" > /dev/null; } 2>&1 | awk "{ printf \"%d\\n\", (\$1 + \$2) * 1000000 }"
}
cost() { for ((i = 0; i < ROUNDS; i++)); do cpu "$1"; done | median; }

columns=$(sql "SELECT group_concat(name) FROM svcql_columns WHERE table_name = \"unit_files\" AND NOT hidden
    AND name NOT IN (\"sha256\", \"package\", \"package_altered\")")
all="SELECT $columns FROM unit_files"
count=$(sql "SELECT count(*) FROM unit_files")
echo "$count files; ours, theirs, ratio"
pair "all columns but digests and packages : list-unit-files" 0.1 "$all" \
    systemctl list-unit-files --no-pager
pair "name, state : list-unit-files" 0.1 "SELECT name, state FROM unit_files" \
    systemctl list-unit-files --no-pager
pair "one unit by name : is-enabled" 3 \
    "SELECT state FROM unit_files WHERE name = \"systemd-journald.service\"" \
    systemctl is-enabled systemd-journald.service
pair "all settings : systemctl cat of all units" 2 "SELECT * FROM unit_settings" \
    sh -c "systemctl cat --no-pager \"*\" 2>/dev/null || true"

for query in "$all" "SELECT * FROM unit_settings"; do
    rm -rf /etc/systemd/system/bench*
    none=$(cost "$query"); add 0 1000
    once=$(cost "$query"); add 1000 2000
    twice=$(cost "$query")
    awk -v q="${query##* }" -v a=$none -v b=$once -v c=$twice "BEGIN {
        r = (c - b) / (b - a)
        printf \"%-52s %8.1f ms %8.1f ms  %.2f (at most 2)%s\n\", q \": 1,000 extra units, 1,000 more\", \
               (b - a) / 1000, (c - b) / 1000, r, (r > 2 ? \"  MISSED\" : \"\") }"
done
'
