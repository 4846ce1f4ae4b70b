#!/usr/bin/env bash
# sigma.sh [LOG.evtx]: 200 converted rules over one event log, beside one full read of it, in one run.
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
        /usr/bin/time -f %U -o "$box/t" sqlite3 -cmd ".load $so" :memory: \
            "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('$log'); $1" >/dev/null
        cat "$box/t"
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
