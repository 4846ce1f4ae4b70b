#!/usr/bin/env bash
# newest.sh -- the newest rows, the last one's time and the last five minutes of logs of three sizes.
#
#     tests/bench/newest.sh [EVENTS]      of the smallest audit log, 20,000 by default (22 MB); the next ones
#                                         are four and sixteen times as long
#
# Processor milliseconds of whole processes, medians of RUNS, less those of `SELECT 1`; how they grow with the
# log, as the exponent of its length; and journalctl beside, over a journal of as many entries. A question that
# should cost the same whatever the length, and grows, fails.
set -euo pipefail

events=${1:-20000}
runs=${RUNS:-5}
remote=/lib/systemd/systemd-journal-remote
here=$(cd "$(dirname "$0")/../.." && pwd)
extension=$(realpath "${BUILD:-$here/build}")/svcql
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
last=1790000000
bad=0

${CC:-cc} -O2 -w -o "$work/make" "$here/tests/bench/make_audit_log.c"
for n in 1 4 16; do # as dense: as many events a second
    "$work/make" $((n * events)) $last $((n * events / 4)) > "$work/audit$n.log"
done

# median COMMAND...: processor milliseconds of whole processes.
median() {
    for _ in $(seq "$runs"); do
        /usr/bin/time -f '%U %S' -o "$work/time" "$@" > /dev/null
        awk '{ print ($1 + $2) * 1000 }' "$work/time"
    done | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}
sql() { sqlite3 -cmd ".load $extension" :memory: "$1"; }
ask() { median sqlite3 -cmd ".load $extension" :memory: "$1"; }
nothing=$(ask 'SELECT 1')

# grows TITLE LIMIT SQL: SQL with %s for the log, at each size; the exponent may be LIMIT at most.
grows() {
    local times=()
    for n in 1 4 16; do
        # shellcheck disable=SC2059
        times+=("$(ask "$(printf "$3" "'$work/audit$n.log'")")")
    done
    awk -v t="$1" -v limit="$2" -v nothing="$nothing" -v a="${times[0]}" -v b="${times[1]}" -v c="${times[2]}" 'BEGIN {
        a -= nothing; b -= nothing; c -= nothing
        low = a > 10 ? a : 10 # the clock counts in tens of milliseconds
        exponent = log((c > 10 ? c : 10) / low) / log(16)
        printf "%-46s %7d %7d %7d ms   exponent %.2f (at most %.2f)\n", t, a, b, c, exponent, limit
        exit exponent > limit }' || bad=1
}

echo "audit logs of $(du -m "$work"/audit*.log | cut -f1 | sort -n | tr '\n' ' ')MB; .load and SELECT 1 $nothing ms"
grows 'newest 20 of audit_events' 0.3 'SELECT datetime, cmdline FROM audit_events(%s) ORDER BY time DESC LIMIT 20'
grows 'oldest 20 of audit_events' 0.3 'SELECT datetime, cmdline FROM audit_events(%s) ORDER BY time LIMIT 20'
grows 'max(time) of audit_events' 0.3 'SELECT max(time) FROM audit_events(%s)'
grows 'last five minutes of audit_events' 0.3 "SELECT count(cmdline) FROM audit_events(%s) WHERE time > $last - 300"
grows 'last five minutes by datetime' 0.3 "SELECT count(cmdline) FROM audit_events(%s) WHERE datetime > utc_datetime($last - 300)"
grows 'all of audit_events' 1.1 'SELECT sum(length(cmdline)) FROM audit_events(%s)'

# A journal in files of FILES entries, as journald rotates it.
make_journal() { # entries, first, file
    awk -v n="$1" -v first="$2" 'BEGIN { for (i = 0; i < n; i++) {
        printf "__REALTIME_TIMESTAMP=%d000000\n__MONOTONIC_TIMESTAMP=%d000000\n", first + i, first + i - 1700000000
        print "_BOOT_ID=0123456789abcdef0123456789abcdef\n_MACHINE_ID=fedcba9876543210fedcba9876543210"
        print "PRIORITY=6\nSYSLOG_IDENTIFIER=daemon" i % 97 "\n_PID=" 1000 + i % 3000 "\nMESSAGE=request " i "\n" } }' |
        $remote --split-mode=none -o "$3" - > /dev/null 2>&1
}
if [ -x $remote ]; then
    mkdir "$work/journal"
    for ((i = 0; i < 400; i++)); do
        make_journal 250 $((last - 100000 + 250 * i)) "$work/journal/f$i.journal"
    done
    ours=$(ask "SELECT datetime, message FROM journal('$work/journal') ORDER BY time DESC LIMIT 20")
    echo "newest 20 of a journal of 400 files: $(awk -v a="$ours" -v b="$nothing" 'BEGIN { print a - b }') ms;" \
        "journalctl -n 20: $(median journalctl -q --directory "$work/journal" -n 20) ms"
else
    echo "newest 20 of a journal: skipped, needs the Debian package systemd-journal-remote"
fi
exit $bad
