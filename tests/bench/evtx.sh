#!/usr/bin/env bash
# evtx.sh: what a question to an event log costs, beside other readers of the same file.
#
#     BUILD=build tests/bench/evtx.sh [FILE.evtx]
#
# Without a file, one of 52,000 records is made. Of queries alone the least user and system time of five; beside others, whole processes
# by turns, median user and system time.
set -euo pipefail
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

log=${1:-}
if [ -z "$log" ]; then
    ${CC:-cc} -O2 -w -D_GNU_SOURCE -Iinclude -Itables -Iext -Itests -o "$work/make_log" tests/bench/make_log.c \
        tests/make_evtx.c tables/formats/evtx/evtx_value.c tables/formats/text/buffer.c tables/formats/text/input.c -lz -lm
    log=$work/made.evtx
    "$work/make_log" "$log" 52000
fi
size=$(stat -c %s "$log")
echo "$log: $size bytes"

# Run a query five times, each after the third argument; print the best time of the shell's timer, and MB/s.
ask() {
    for _ in 1 2 3 4 5; do
        printf '.load %s\n%s;\n.timer on\n%s;\n' "$build/svcql" "${3-}" "$2" | sqlite3 -batch :memory:
    done | awk -v what="$1" -v size="$size" '
        /^Run Time/ { t = $6 + $8; if (best == "" || t < best) best = t; next }
        { answer = $0 }
        END { printf "%-44s %8.1f ms %7.0f MB/s  (%s)\n", what, best * 1e3, size / 1e6 / (best > 0 ? best : 1e-4), answer }'
}

${CC:-cc} -O2 -o "$work/pair" tests/bench/pair.c

# peer TITLE QUERY PEER COMMAND: processor time of whole processes by turns, the same kind of text written by both.
peer() {
    local ours theirs ratio memory
    read -r ours memory theirs ratio < <("$work/pair" "${ROUNDS:-5}" \
        "sqlite3 -cmd '.load $build/svcql' :memory: \"$2\"" "$4")
    awk -v t="$1" -v p="$3" -v o="$ours" -v q="$theirs" -v r="$ratio" -v m="$memory" 'BEGIN {
        printf "%-44s %8.1f ms, %d KiB; %s %.1f ms: %.2f times as fast\n", t, o, m, p, q, r }'
}

system="time, computer, channel, provider_name, event_id, version, level, task, opcode, record_id, pid, tid"
texts="length(computer) + length(channel) + length(provider_name)"
from="FROM windows_events('$log')"
mkdir "$work/evidence" && ln "$log" "$work/evidence/log.evtx" 2>/dev/null || cp "$log" "$work/evidence/log.evtx"
evidence="DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('$work/evidence')"
last=$(sqlite3 -cmd ".load $build/svcql" :memory: "SELECT max(time) - 300 $from")
ask "count" "SELECT count(*) $from"
ask "System columns" "SELECT count(*) FROM (SELECT $system $from) WHERE time + event_id + version + level + task + opcode + record_id + pid + tid + $texts > 0"
ask "System columns and data" "SELECT count(*) FROM (SELECT $system, data $from) WHERE time + event_id + version + level + task + opcode + record_id + pid + tid + $texts + length(data) > 0"
ask "xml" "SELECT sum(length(xml)) $from"
ask "event_id = 7045" "SELECT count(*) $from WHERE event_id = 7045"
ask "event_id = 7045, values" "SELECT count(service_name || image_path) $from WHERE event_id = 7045"
ask "record_id = 40000" "SELECT count(*) $from WHERE record_id = 40000"
ask "five minutes" "SELECT count(*) $from WHERE time BETWEEN 1700050000 AND 1700050300"
# Of views, with the planning of them; beside one read with data.
ask "findings" "SELECT count(*) FROM (SELECT * FROM findings)" "$evidence"
ask "incidents" "SELECT count(*) FROM (SELECT * FROM incidents)" "$evidence"
ask "findings of the last five minutes" "SELECT count(*) FROM (SELECT * FROM findings WHERE time > $last)" "$evidence"
ask "timeline of the last five minutes" "SELECT count(*) FROM (SELECT * FROM timeline WHERE time > $last)" "$evidence"
ask "spans" "SELECT count(*) FROM (SELECT log, seen_from, seen_to FROM coverage_spans)" "$evidence"
peer "xml, written out" "SELECT xml $from" "evtxexport -f xml" "evtxexport -f xml '$log'"
# The Rust reader, by the Python package evtx; its start is that of Python.
if version=$(python3 -c 'import importlib.metadata, evtx; print(importlib.metadata.version("evtx"))' 2>/dev/null); then
    cat > "$work/rust.py" <<'PYTHON'
import sys
import evtx
parser = evtx.PyEvtxParser(sys.argv[2], number_of_threads=1)
for record in parser.records() if sys.argv[1] == "xml" else parser.records_json():
    sys.stdout.write(record["data"])
PYTHON
    peer "xml, written out" "SELECT xml $from" "evtx $version, one thread" "python3 $work/rust.py xml '$log'"
    peer "System columns and data, written out" "SELECT $system, data $from" "evtx $version, its JSON" \
        "python3 $work/rust.py json '$log'"
    peer "a start: .load and SELECT 1" "SELECT 1" "Python's, import evtx" "python3 -c 'import evtx'"
else
    echo "evtx of Rust: skipped, needs the Python package evtx"
fi
