#!/usr/bin/env bash
# sigma.sh [LOG.evtx]: 200 converted rules over one event log, beside one full read of it, in one run; then all
# public rules of $SVCQL_EVIDENCE in YAML, their start-up and memory. With ZIRCOLITE, a folder of Zircolite whose
# requirements $PYTHON has, the rules for Windows over the public event logs by both, in one run.
# Without a log, one of about 100 MB is made from the real ones of $SVCQL_EVIDENCE.
set -euo pipefail
cd "$(dirname "$0")/../.."
so=$PWD/${BUILD:-build}/svcql
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT

log=${1:-}
if [ -z "$log" ]; then
    [ -n "${SVCQL_EVIDENCE:-}" ] || { echo "skipped sigma.sh: no log, and no SVCQL_EVIDENCE"; exit 0; }
    log=$box/big.evtx
    # Chunks are independent: a header and the chunks of all logs, over and over, are a log.
    first=$(find "$SVCQL_EVIDENCE/evtx" -name '*.evtx' -size +60k | sort | head -n 1)
    head -c 4096 "$first" >"$log"
    while [ "$(stat -c %s "$log")" -lt 100000000 ]; do
        find "$SVCQL_EVIDENCE/evtx" -name '*.evtx' -print0 | sort -z | while IFS= read -r -d '' f; do
            tail -c +4097 "$f"
        done >>"$log"
    done
fi

channels=(System Security Microsoft-Windows-Sysmon/Operational)
events=(7045 4688 1 4697 4657 13 12 11 5145 7040)
for i in $(seq 200); do
    printf "SELECT * FROM logs WHERE Channel='%s' AND (EventID=%s AND (ServiceName LIKE '%%x%s%%' ESCAPE '\\' OR ImagePath LIKE '%%\\\\\\\\a%s.exe' ESCAPE '\\' OR CommandLine LIKE '%%b%s%%' ESCAPE '\\'));\n" \
        "${channels[i % 3]}" "${events[i % 10]}" "$i" "$i" "$i"
done >"$box/rules.sql"

seconds() {
    for _ in 1 2 3; do
        /usr/bin/time -f '%U %S' -o "$box/t" sqlite3 -cmd ".load $so" :memory: \
            "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('$log'); $1" >/dev/null
        awk '{ print $1 + $2 }' "$box/t"
    done | sort -n | sed -n 2p
}
full=$(seconds 'SELECT sum(length(data)), sum(length(channel)) FROM windows_events')
rules=$(seconds "SELECT count(*) FROM svcql_rules('$box/rules.sql')")
size=$(stat -c %s "$log")
awk -v f="$full" -v r="$rules" -v s="$size" 'BEGIN {
    printf "log                         %8.1f MB\n", s / 1e6
    printf "one full read with data     %8.2f s\n", f
    printf "200 rules                   %8.2f s\n", r
    printf "ratio                       %8.2f  (goal: at most 3)\n", r / f }'

public=${SVCQL_EVIDENCE:-}/sigma
[ -d "$public" ] || { echo "skipped: no public rules"; exit 0; }
mkdir "$box/empty"
measure() { # seconds of processor time and KiB of one run; the median of three
    for _ in 1 2 3; do
        /usr/bin/time -f '%U %S %M' -o "$box/t" sqlite3 -cmd ".load $so" :memory: \
            "DELETE FROM evidence; $1" >/dev/null
        awk '{ print $1 + $2, $3 }' "$box/t"
    done | sort -n | sed -n 2p
}
all="SELECT count(*) FROM svcql_rules('$public')"
put="INSERT INTO evidence(location) VALUES('$log');"
read -r load _ <<<"$(measure 'SELECT 1')"
read -r start _ <<<"$(measure "$all")"
read -r whole _ <<<"$(measure "$put SELECT sum(length(data)), sum(length(channel)) FROM windows_events")"
read -r match memory <<<"$(measure "$put $all")"
count=$(find "$public" -name '*.yml' | wc -l)
awk -v n="$count" -v l="$load" -v s="$start" -v w="$whole" -v m="$match" -v k="$memory" 'BEGIN {
    printf "%d rules in YAML: start-up   %8.0f ms (3,000: %.0f; goal: at most 150)\n", n, (s - l) * 1000,
        (s - l) * 1000 * 3000 / n
    printf "one full read with data     %8.2f s\n", w
    printf "all rules, start-up apart   %8.2f s\n", m - s + l
    printf "ratio                       %8.2f  (goal: at most 1.3)\n", (m - s + l) / w
    printf "memory                      %8.0f MiB (goal: at most 64)\n", k / 1024 }'

[ -n "${ZIRCOLITE:-}" ] || { echo "skipped: no ZIRCOLITE"; exit 0; }
windows=$public/rules/windows logs=$SVCQL_EVIDENCE/evtx svcql=$PWD/${BUILD:-build}/svcql python=${PYTHON:-python3}
cost() { # seconds of processor time, KiB
    /usr/bin/time -f '%U %S %M' -o "$box/t" "$@" >"$box/log" 2>&1 || [ $? -lt 2 ]
    tail -n 1 "$box/t" | awk '{ printf "%.2f s, %.0f MiB\n", $1 + $2, $3 / 1024 }'
}
cd "$box"
cp -r "$ZIRCOLITE" zircolite && cd zircolite
"$python" zircolite.py -e "$logs" -r "$windows" -p sysmon windows-logsources -sr -o "$box/first.json" >/dev/null 2>&1
# Hits are a rule, a log and a record. What svcql alone has are rules of process_creation on Security's 4688, which the
# pipelines leave to Sysmon, and records of damaged logs.
"$svcql" sigma -e "$logs" -f ndjson "$windows" >"$box/hits.ndjson" 2>/dev/null || [ $? -lt 2 ]
"$python" - "$box/first.json" "$box/hits.ndjson" <<'END'
import json, os, sys
theirs = {(rule["id"], match["OriginalLogfile"], str(match["EventRecordID"]))
          for rule in json.load(open(sys.argv[1])) for match in rule["matches"]}
ours = {(hit["id"], os.path.basename(hit["source"]), hit["record"])
        for hit in map(json.loads, open(sys.argv[2]))}
print(f"hits of both {len(theirs & ours)}; of Zircolite alone {len(theirs - ours)}; of svcql alone {len(ours - theirs)}")
END
for _ in 1 2 3; do
    echo "svcql sigma                 $(cost "$svcql" sigma -e "$logs" -f ndjson "$windows")"
    echo "Zircolite, rules converted  $(cost "$python" zircolite.py -e "$logs" -r ruleset-*.json -o "$box/out.json")"
done
