#!/usr/bin/env bash
# systemd.sh: how long systemd_units takes beside systemctl, on a real systemd with 300 extra units.
#
# Whole processes, less the time of `true`; medians of ROUNDS, the two of a pair taking turns. Needs
# root. A line reads: what, our time, theirs, the ratio, and what it should be at most.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
fixture=$build/systemd-fixture
[ "$(id -u)" = 0 ] || { echo "skipped: needs root"; exit 0; }
box=$(mktemp -d)
trap '"$fixture" stop "$box"; rm -rf "$box"' EXIT
"$fixture" start "$box" > /dev/null

cat > "$box/inside.sh" <<'INSIDE'
set -euo pipefail
for ((i = 0; i < UNITS; i++)); do
    printf '[Unit]\nDescription=Bench %d\n[Service]\nExecStart=/bin/sleep %d\nUser=tester\n' \
        "$i" "$i" > "/etc/systemd/system/bench-$i.service"
    mkdir -p /etc/systemd/system/fixture.target.wants
    ln -s "../bench-$i.service" /etc/systemd/system/fixture.target.wants/
done
systemctl daemon-reload

sql() { sqlite3 -batch -cmd ".load $SO" :memory: "$1"; }
us() { # microseconds that a command takes
    local start=${EPOCHREALTIME/./}
    "$@" > /dev/null
    echo $((${EPOCHREALTIME/./} - start))
}
median() { sort -n | sed -n "$(((ROUNDS + 1) / 2))p"; }
nothing() { for ((i = 0; i < ROUNDS; i++)); do us env true; done | median; }
base=$(nothing)

pair() { # title, limit, command before each, our query, their command
    local title=$1 limit=$2 before=$3 query=$4 ours theirs
    shift 4
    : > /tmp/ours
    : > /tmp/theirs
    for ((i = 0; i < ROUNDS; i++)); do
        $before
        us sql "$query" >> /tmp/ours
        $before
        us "$@" >> /tmp/theirs
    done
    ours=$(($(median < /tmp/ours) - base))
    theirs=$(($(median < /tmp/theirs) - base))
    awk -v t="$title" -v o=$ours -v p=$theirs -v l="$limit" 'BEGIN {
        printf "%-46s %8.1f ms %8.1f ms %6.2f (at most %s)%s\n", t, o / 1000, p / 1000, o / p, l,
               (o / p > l ? "  MISSED" : "") }'
}

system="FROM systemd_units WHERE scope = 'system'"
echo "$(sql "SELECT count(*) $system") units; of that, .load alone: $(us sql 'SELECT 1') us"
pair "all columns : show '*' --all" 0.6 true "SELECT * $system" \
    systemctl show '*' --all --no-pager
pair "the same after daemon-reload" 0.6 "systemctl daemon-reload" "SELECT * $system" \
    systemctl show '*' --all --no-pager
pair "id, active_state : list-units --output=json" 0.5 true "SELECT id, active_state $system" \
    systemctl list-units --all --output=json --no-pager
pair "id, user : show '*' -p Id,User" 1 true "SELECT id, user $system" \
    systemctl show '*' --all -p Id,User --no-pager
pair "state after daemon-reload : show -p UnitFileState" 1 "systemctl daemon-reload" \
    "SELECT id, unit_file_state $system" systemctl show '*' --all -p Id,UnitFileState --no-pager
INSIDE
"$fixture" exec "$box" env UNITS="${UNITS:-300}" ROUNDS="${ROUNDS:-9}" SO="$PWD/$build/svcql" \
    bash "$box/inside.sh"
