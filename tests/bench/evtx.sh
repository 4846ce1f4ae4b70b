#!/usr/bin/env bash
# evtx.sh: what a question to an event log costs, beside other readers of the same file.
#
#     BUILD=build tests/bench/evtx.sh [FILE.evtx]
#
# Without a file, one of 52,000 records is made. Each figure is the best of five.
set -euo pipefail
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

log=${1:-}
if [ -z "$log" ]; then
    ${CC:-cc} -O2 -w -D_GNU_SOURCE -Iinclude -Itables -Iext -Itests -o "$work/make_log" tests/bench/make_log.c \
        tests/make_evtx.c tables/formats/evtx/evtx_value.c tables/formats/text/buffer.c -lz -lm
    log=$work/made.evtx
    "$work/make_log" "$log" 52000
fi
size=$(stat -c %s "$log")
echo "$log: $size bytes"

# Run a query five times; print the best time of the shell's timer, and MB/s.
ask() {
    for _ in 1 2 3 4 5; do
        printf '.load %s\n.timer on\n%s;\n' "$build/svcql" "$2" | sqlite3 -batch :memory:
    done | awk -v what="$1" -v size="$size" '
        /^Run Time/ { t = $4; if (best == "" || t < best) best = t; next }
        { answer = $0 }
        END { printf "%-44s %8.1f ms %7.0f MB/s  (%s)\n", what, best * 1e3, size / 1e6 / (best > 0 ? best : 1e-4), answer }'
}

# The same for a program of others, once: they are slow.
run() {
    local what=$1 from to
    shift
    from=$(date +%s.%N)
    timeout 120 "$@" > /dev/null 2>&1 || true
    to=$(date +%s.%N)
    awk -v what="$what" -v size="$size" -v from="$from" -v to="$to" 'BEGIN {
        printf "%-44s %8.1f ms %7.1f MB/s\n", what, (to - from) * 1e3, size / 1e6 / (to - from) }'
}

system="time, computer, channel, provider_name, event_id, version, level, task, opcode, record_id, pid, tid"
texts="length(computer) + length(channel) + length(provider_name)"
from="FROM windows_events('$log')"
ask "count" "SELECT count(*) $from"
ask "System columns" "SELECT count(*) FROM (SELECT $system $from) WHERE time + event_id + version + level + task + opcode + record_id + pid + tid + $texts > 0"
ask "System columns and data" "SELECT count(*) FROM (SELECT $system, data $from) WHERE time + event_id + version + level + task + opcode + record_id + pid + tid + $texts + length(data) > 0"
ask "xml" "SELECT sum(length(xml)) $from"
ask "event_id = 7045" "SELECT count(*) $from WHERE event_id = 7045"
ask "event_id = 7045, values" "SELECT count(service_name || image_path) $from WHERE event_id = 7045"
ask "five minutes" "SELECT count(*) $from WHERE time BETWEEN 1700050000 AND 1700050300"
run "evtxexport -f xml" evtxexport -f xml "$log"
if [ "${PYTHON_EVTX:-}" ]; then
    run "python-evtx" evtx_dump.py "$log"
fi
