#!/usr/bin/env bash
# newest.sh -- how each question grows with a log: audit and event logs of three sizes, as dense as each other.
#
#     tests/bench/newest.sh [EVENTS]      of the smallest audit log, 50,000 by default (54 MB, three and a half hours);
#                                         the next ones are four and sixteen times as long
#
# Then the newest 20 events of audit logs of one day that are 100 MB and 1 GB long, and of the views over them.
#
# Processor milliseconds of whole processes, medians of RUNS, less those of `SELECT 1`; how they grow with the
# log, as the exponent of its length; and journalctl beside, over a journal of as many entries. A question that
# should cost the same whatever the length, and grows, fails.
set -euo pipefail

events=${1:-50000}
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

# exponent TITLE LIMIT MS MS MS: of logs each four times as long; it may be LIMIT at most.
exponent() {
    awk -v t="$1" -v limit="$2" -v nothing="$nothing" -v a="$3" -v b="$4" -v c="$5" 'BEGIN {
        a -= nothing; b -= nothing; c -= nothing
        low = a > 10 ? a : 10 # the clock counts in tens of milliseconds
        exponent = log((c > 10 ? c : 10) / low) / log(16)
        printf "%-46s %7d %7d %7d ms   exponent %.2f (at most %.2f)\n", t, a, b, c, exponent, limit
        exit exponent > limit }' || bad=1
}

# grows TITLE LIMIT SQL: SQL with %s for the audit log, at each size.
grows() {
    local times=()
    for n in 1 4 16; do
        # shellcheck disable=SC2059
        times+=("$(ask "$(printf "$3" "'$work/audit$n.log'")")")
    done
    exponent "$1" "$2" "${times[@]}"
}

echo "audit logs of $(du -m "$work"/audit*.log | cut -f1 | sort -n | tr '\n' ' ')MB; .load and SELECT 1 $nothing ms"
grows 'newest 20 of audit_events' 0.3 'SELECT datetime, cmdline FROM audit_events(%s) ORDER BY time DESC LIMIT 20'
grows 'oldest 20 of audit_events' 0.3 'SELECT datetime, cmdline FROM audit_events(%s) ORDER BY time LIMIT 20'
grows 'max(time) of audit_events' 0.3 'SELECT max(time) FROM audit_events(%s)'
grows 'min(time) of audit_events' 0.3 'SELECT min(time) FROM audit_events(%s)'
grows 'last five minutes of audit_events' 0.3 "SELECT count(cmdline) FROM audit_events(%s) WHERE time > $last - 300"
grows 'last five minutes by datetime' 0.3 "SELECT count(cmdline) FROM audit_events(%s) WHERE datetime > utc_datetime($last - 300)"
grows 'all of audit_events' 1.1 'SELECT sum(length(cmdline)) FROM audit_events(%s)'

# The same of views, over a host that has the log.
for n in 1 4 16; do
    mkdir -p "$work/host$n/etc" "$work/host$n/var/log/audit"
    echo "host$n" > "$work/host$n/etc/hostname"
    echo ID=debian > "$work/host$n/etc/os-release"
    ln "$work/audit$n.log" "$work/host$n/var/log/audit/audit.log"
done
host_of() { # of a log: what makes the host that has it the only evidence
    printf "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s');" "$1"
}
hosts_grow() { # TITLE LIMIT SQL, without the log
    local times=()
    for n in 1 4 16; do times+=("$(ask "$(host_of "$work/host$n") $3")"); done
    exponent "$1" "$2" "${times[@]}"
}
hosts_grow 'newest 20 of process_events' 0.3 'SELECT * FROM process_events ORDER BY time DESC LIMIT 20'
hosts_grow 'newest 20 of file_events' 0.3 'SELECT * FROM file_events ORDER BY time DESC LIMIT 20'
hosts_grow 'max(time) of file_events' 0.3 'SELECT max(time) FROM file_events'
hosts_grow 'max(time) of network_events' 0.3 'SELECT max(time) FROM network_events'
hosts_grow 'newest 20 of service_events' 0.3 'SELECT * FROM service_events ORDER BY time DESC LIMIT 20'
hosts_grow 'newest 20 of service_commands' 0.3 'SELECT * FROM service_commands ORDER BY time DESC LIMIT 20'
hosts_grow 'newest 20 of timeline' 0.3 'SELECT * FROM timeline ORDER BY time DESC LIMIT 20'
hosts_grow 'findings of the last five minutes' 0.3 "SELECT * FROM findings WHERE time > $last - 300"
hosts_grow 'service_commands of the last five minutes' 0.3 "SELECT * FROM service_commands WHERE time > $last - 300"
hosts_grow 'first and last record of logs' 0.3 'SELECT host, log, seen_from, seen_to FROM coverage_spans'
hosts_grow 'gaps of logs' 1.1 'SELECT * FROM coverage_gaps'
hosts_grow 'findings' 1.1 'SELECT * FROM findings'

# Auth logs as rsyslog of Debian 12 writes them.
for n in 1 4 16; do
    seq $((n * events)) | awk -v first=$((last - n * events / 4)) '{ at = first + $1 / 4
        printf "%s.%06d+00:00 host sshd[%d]: Failed password for root from 10.0.%d.%d port %d ssh2\n",
            strftime("%Y-%m-%dT%H:%M:%S", at, 1), at * 1000000 % 1000000, $1 % 30000, $1 % 256, $1 / 256 % 256, $1 % 60000 }' \
        > "$work/auth$n.log"
done
auth_grows() { # TITLE LIMIT SQL with %s for the log
    local times=()
    for n in 1 4 16; do
        # shellcheck disable=SC2059
        times+=("$(ask "$(printf "$3" "'$work/auth$n.log'")")")
    done
    exponent "$1" "$2" "${times[@]}"
}
auth_grows 'newest 20 of auth_events' 0.3 'SELECT datetime, message FROM auth_events(%s) ORDER BY time DESC LIMIT 20'
auth_grows 'last five minutes of auth_events' 0.3 "SELECT count(message) FROM auth_events(%s) WHERE time > $last - 300"

# Event logs of as many events a second, each four times as long as the one before.
${CC:-cc} -O2 -w -D_GNU_SOURCE -I"$here/include" -I"$here/tables" -I"$here/ext" -I"$here/tests" -o "$work/make_log" \
    "$here/tests/bench/make_log.c" "$here/tests/make_evtx.c" "$here/tables/formats/evtx/evtx_value.c" \
    "$here/tables/formats/text/buffer.c" "$here/tables/formats/text/input.c" -lz -lm
for n in 1 4 16; do "$work/make_log" "$work/audit$n.log.evtx" $((n * 13000)); done
events_grow() { # TITLE LIMIT SQL with %s for the log
    local times=()
    for n in 1 4 16; do
        # shellcheck disable=SC2059
        times+=("$(ask "$(printf "$3" "'$work/audit$n.log.evtx'")")")
    done
    exponent "$1" "$2" "${times[@]}"
}
events_grow 'newest 20 of windows_events' 0.3 'SELECT datetime, event_id FROM windows_events(%s) ORDER BY time DESC LIMIT 20'
events_grow 'a record of windows_events by its number' 0.5 'SELECT data FROM windows_events(%s) WHERE record_id = 6000'
events_grow 'newest of windows_events by its chunks' 0.6 'SELECT min(time), max(time) FROM windows_events(%s) WHERE ends = 1'
events_grow 'all of windows_events' 1.1 'SELECT sum(length(data)) FROM windows_events(%s)'

for n in 93000 930000; do
    "$work/make" $n $last > "$work/day.log"
    echo "newest 20 of an audit log of one day, $(du -m "$work/day.log" | cut -f1) MB:" \
        "$(ask "SELECT datetime, cmdline FROM audit_events('$work/day.log') ORDER BY time DESC LIMIT 20" |
            awk -v b="$nothing" '{ print $1 - b }') ms"
    mkdir -p "$work/day$n/etc" "$work/day$n/var/log/audit"
    ln "$work/day.log" "$work/day$n/var/log/audit/audit.log"
    echo ID=debian > "$work/day$n/etc/os-release"
    for view in file_events network_events service_events service_commands timeline; do
        echo "newest 20 of $view of a host with that log:" \
            "$(ask "$(host_of "$work/day$n") SELECT * FROM $view ORDER BY time DESC LIMIT 20" |
                awk -v b="$nothing" '{ print $1 - b }') ms"
    done
    rm "$work/day.log"
done

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
