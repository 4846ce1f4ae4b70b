#!/usr/bin/env bash
# schedule.sh -- what svcql schedule costs: a tick over logs of 10 MB, 100 MB and 1 GB, a tick of the
# shipped pack on this host, and the service at rest.
#
# Processor time is that of the process that ran the query, as the table svcql_schedule keeps it, best of
# ROUNDS; of a tick also that of the whole program, its start included, as the median. SIZES are events of the audit logs; REST is how many seconds at rest are measured.
set -euo pipefail
build=$(cd "${BUILD:-build}" && pwd) rounds=${ROUNDS:-5} rest=${REST:-60} here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
pid=
finish() {
    if [ -n "$pid" ]; then kill "$pid"; fi
    rm -rf "$work"
}
trap finish EXIT

${CC:-cc} -O2 -o "$work/make" "$here/make_audit_log.c"
state() { sqlite3 "$work/state.db" "$1"; }

# The log is a day long and ends now; the second and later ticks read what is new since the first.
tick() { # events
    local best=
    rm -f "$work"/state.db*
    "$work/make" "$1" "$(date +%s)" 86400 > "$work/audit.log"
    for ((i = 0; i <= rounds; i++)); do
        "$build/svcql" schedule --once --config "$work/log.json" --state "$work/state.db" --output "$work/log"
        if [ "$i" -eq 0 ]; then first=$(state 'SELECT round(cpu * 1000, 1) FROM svcql_schedule'); continue; fi
        cpu=$(state 'SELECT cpu * 1000 FROM svcql_schedule')
        best=$(printf '%s\n%s\n' "$best" "$cpu" | grep . | sort -g | head -1)
    done
    awk -v s="$(stat -c %s "$work/audit.log")" -v b="$best" -v f="$first" 'BEGIN {
        printf "a tick over a log of %7.1f MB    %8.2f ms (the first, of all of it: %.1f ms)\n", s / 1e6, b, f }'
}
cat > "$work/log.json" <<JSON
{"options": {"query_timeout": 600}, "schedule": {"q": {"removed": false, "query":
 "SELECT datetime, exe, cmdline FROM audit_events('$work/audit.log') WHERE exe = '/usr/bin/systemctl' AND time >= coalesce(last_run(), unixepoch() - 86400) - 60"}}}
JSON
for events in ${SIZES:-9300 93000 930000}; do tick "$events"; done
rm -f "$work"/audit.log "$work"/state.db*

${CC:-cc} -O2 -o "$work/pair" "$here/pair.c"
echo '{"schedule": {"q": {"interval": 60, "query": "SELECT 1 AS one"}}}' > "$work/one.json"
for config in "--config $work/one.json" ""; do
    read -r ms kib < <("$work/pair" $((2 * rounds)) \
        "$build/svcql schedule --once $config --state $work/pair.db --output $work/log")
    echo "a tick of the whole program, ${config:+SELECT 1}${config:-the shipped pack}: $ms ms, $kib KiB" |
        sed "s|SELECT 1--config .*one.json|SELECT 1|"
    rm -f "$work"/pair.db*
done

for ((i = 0; i < 4 * rounds; i++)); do
    "$build/svcql" schedule --once --state "$work/state.db" --output "$work/log"
    state "SELECT name, cpu * 1000, memory / 1024.0 FROM svcql_schedule"
done | sort -t'|' -k1,1 -k2,2g | awk -F'|' '!seen[$1]++ {
    printf "a quiet tick of %-22s %7.2f ms, %5.1f MiB\n", $1, $2, $3 }'

"$build/svcql" schedule --state "$work/state.db" --output "$work/log" &
pid=$!
sleep 5
used() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$pid/stat"; } # its own and its children's
before=$(used)
sleep "$rest"
after=$(used)
awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$rest" 'BEGIN {
    printf "at rest, queries included            %8.3f %% of a processor over %d s\n", 100 * t / hz / s, s }'
awk '/VmHWM|VmRSS/ { printf "resident: %s %.1f MiB\n", $1, $2 / 1024 }' "/proc/$pid/status"
