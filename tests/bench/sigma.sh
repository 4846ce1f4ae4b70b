#!/usr/bin/env bash
# sigma.sh [LOG.evtx]: 200 converted rules over one event log, beside one full read of it, in one run; then all
# public rules of $SVCQL_EVIDENCE in YAML over it and over an audit log, ROUNDS (9) times by turns, with start-up and
# memory. With ZIRCOLITE, a folder of Zircolite whose requirements $PYTHON has, the rules for Windows over the public
# event logs by both, in one run. Without a log, one of about 100 MB is made from the real ones of $SVCQL_EVIDENCE.
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
mkdir -p "$box/root/var/log/audit" "$box/root/etc"
: >"$box/root/etc/passwd"
${CC:-cc} -O2 -o "$box/make_audit" tests/bench/make_audit_log.c
"$box/make_audit" 93000 1790000000 >"$box/root/var/log/audit/audit.log"

# Questions by turns; of each the median of its seconds of processor time, and of KiB.
TIMEFORMAT='%3U %3S'
all="SELECT count(*) FROM svcql_rules('$public')"
windows="INSERT INTO evidence(location) VALUES('$log');" linux="INSERT INTO evidence(location) VALUES('$box/root');"
windows_full="SELECT sum(length(data)), sum(length(channel)) FROM windows_events"
linux_full="SELECT sum(length(record)), sum(length(type)), sum(length(cmdline)), sum(length(argv)), sum(length(paths)),
    sum(length(objects)), sum(length(proctitle)), sum(length(exe)), sum(length(comm)), sum(length(key)),
    sum(length(user)), sum(length(cwd)), sum(length(address)) FROM audit_events"
questions=("SELECT 1" "$all" "$windows $windows_full" "$windows $all" "$linux $linux_full" "$linux $all")
for ((round = 0; round < ${ROUNDS:-9}; round++)); do
    for i in "${!questions[@]}"; do
        { time /usr/bin/time -f %M -o "$box/kib" sqlite3 -cmd ".load $so" :memory: \
            "DELETE FROM evidence; ${questions[i]}" >/dev/null; } 2>"$box/seconds"
        echo "$(tail -n 1 "$box/seconds") $(tail -n 1 "$box/kib")" >>"$box/q$i"
    done
done
for i in "${!questions[@]}"; do
    awk '{ print $1 + $2, $3 }' "$box/q$i" | sort -n | sed -n "$(((${ROUNDS:-9} + 1) / 2))p"
done >"$box/medians"
count=$(find "$public" -name '*.yml' | wc -l)
awk -v n="$count" '{ t[NR] = $1; k[NR] = $2 } END {
    start = t[2] - t[1]
    printf "%d rules in YAML: start-up   %8.0f ms (3,000: %.0f; goal: at most 150)\n", n, start * 1000,
        start * 1000 * 3000 / n
    for (i = 3; i <= 5; i += 2) {
        print i == 3 ? "event log" : "audit log of 100 MB, 93,000 events"
        printf "one full read with data     %8.2f s\n", t[i]
        printf "all rules, start-up apart   %8.2f s\n", t[i + 1] - start
        printf "ratio                       %8.2f%s\n", (t[i + 1] - start) / t[i], i == 3 ? "  (goal: at most 1.3)" : ""
        printf "memory                      %8.0f MiB (goal: at most 64)\n", k[i + 1] / 1024
    } }' "$box/medians"

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
