#!/usr/bin/env bash
# systemd.sh: how long systemd_units takes beside systemctl, on a real systemd with 300 extra units.
#
# Whole processes, less the time of `true`; medians of ROUNDS, the two of a pair taking turns. Needs
# root. A line reads: what, ours ms, theirs ms, ratio, and the ratio it must stay below.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build} rounds=${ROUNDS:-9} units=${UNITS:-300}
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 0; }
box=$(mktemp -d)
fixture=$build/systemd-fixture
"$fixture" start "$box" > /dev/null
trap '"$fixture" stop "$box"; rm -rf "$box"' EXIT

# Inside, everything runs in this one script.
"$fixture" exec "$box" env UNITS="$units" ROUNDS="$rounds" SO="$PWD/$build/svcql" bash -euo pipefail -c '
for ((i = 0; i < UNITS; i++)); do
    printf "[Unit]\nDescription=Bench %d\n[Service]\nExecStart=/bin/sleep %d\nUser=tester\n" $i $i \
        > /etc/systemd/system/bench-$i.service
done
mkdir -p /etc/systemd/system/fixture.target.wants
for ((i = 0; i < UNITS; i++)); do
    ln -s ../bench-$i.service /etc/systemd/system/fixture.target.wants/bench-$i.service
done
systemctl daemon-reload
systemctl is-system-running --wait --quiet || true

ms() { # time of a command, in microseconds
    local start=${EPOCHREALTIME/./}
    "$@" > /dev/null
    echo $((${EPOCHREALTIME/./} - start))
}
median() { sort -n | sed -n "$(((ROUNDS + 1) / 2))p"; }
sql() { sqlite3 -batch -cmd ".load $SO" :memory: "$1"; }
base=$(for ((i = 0; i < ROUNDS; i++)); do ms true; done | median)

pair() { # title, limit, before, ours, theirs...
    local title=$1 limit=$2 before=$3 query=$4 ours theirs
    shift 4
    : > /tmp/ours; : > /tmp/theirs
    for ((i = 0; i < ROUNDS; i++)); do
        $before; ms sql "$query" >> /tmp/ours
        $before; ms "$@" >> /tmp/theirs
    done
    ours=$(($(median < /tmp/ours) - base)) theirs=$(($(median < /tmp/theirs) - base))
    awk -v t="$title" -v o=$ours -v p=$theirs -v l="$limit" "BEGIN {
        printf \"%-52s %8.1f ms %8.1f ms  %.2f (at most %s)%s\n\", t, o / 1000, p / 1000, o / p, l, \
               (o / p > l ? \"  MISSED\" : \"\") }"
}
count=$(sql "SELECT count(*) FROM systemd_units WHERE scope = \"system\"")
echo "$count units; ours, theirs, ratio"
every="SELECT * FROM systemd_units WHERE scope = \"system\""
pair "all columns : systemctl show * --all" 0.6 true "$every" systemctl show "*" --all --no-pager
pair "the same after daemon-reload" 0.6 "systemctl daemon-reload" "$every" \
    systemctl show "*" --all --no-pager
pair "id, active_state : list-units --output=json" 0.5 true \
    "SELECT id, active_state FROM systemd_units WHERE scope = \"system\"" \
    systemctl list-units --all --output=json --no-pager
pair "one column, user : show * -p User" 1 true \
    "SELECT id, user FROM systemd_units WHERE scope = \"system\"" \
    systemctl show "*" --all -p Id,User --no-pager
'
