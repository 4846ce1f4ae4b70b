#!/bin/bash
# journal.sh -- the table journal beside journalctl, over a journal written for it.
#
#     tests/bench/journal.sh [ENTRIES]      500000 entries by default; BUILD/svcql.so must exist,
#     BUILD being build
#
# Prints medians of RUNS whole processes, less the time of `true`, and the ratios that matter. The
# journal is written by systemd-journal-remote from its export format, one entry in a hundred by
# systemctl, one second apart, the last one now.
set -euo pipefail

entries=${1:-500000}
runs=${RUNS:-5}
remote=/lib/systemd/systemd-journal-remote
extension=$(cd "$(dirname "$0")/../.." && realpath "${BUILD:-build}")/svcql
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -x $remote ] || {
    echo "skipped: needs the Debian package systemd-journal-remote"
    exit 0
}

# make N DIR: a journal of N entries, in as many files as it is rotated into.
make() {
    mkdir "$2"
    awk -v n="$1" -v now="$(date +%s)" 'BEGIN {
        for (i = 1; i <= n; i++) {
            t = (now - n + i) "000000"
            comm = i % 100 == 0 ? "systemctl" : "daemon" i % 97
            printf "__REALTIME_TIMESTAMP=%s\n__MONOTONIC_TIMESTAMP=%d000000\n", t, i
            print "_BOOT_ID=0123456789abcdef0123456789abcdef"
            print "_MACHINE_ID=fedcba9876543210fedcba9876543210\n_HOSTNAME=bench"
            print "PRIORITY=" i % 8 "\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=" comm
            print "_TRANSPORT=syslog\n_PID=" 1000 + i % 30000 "\n_UID=" i % 5 "\n_GID=" i % 5
            print "_COMM=" comm "\n_EXE=/usr/bin/" comm
            print "_CMDLINE=/usr/bin/" comm " --option=" i % 5000
            print "_CAP_EFFECTIVE=1ffffffffff\n_SYSTEMD_SLICE=system.slice"
            print "_SYSTEMD_CGROUP=/system.slice/" comm ".service"
            print "_SYSTEMD_UNIT=" comm ".service\n_SELINUX_CONTEXT=unconfined"
            print "_SYSTEMD_INVOCATION_ID=00112233445566778899aabbccddeef" i % 10
            print "MESSAGE=request " i " of client " i % 5000 " took " i % 977 " ms\n"
        }
    }' | $remote --split-mode=none -o "$2/bench.journal" - >/dev/null 2>&1
}

# median COMMAND...: milliseconds of whole processes.
median() {
    for _ in $(seq "$runs"); do
        begin=$(date +%s%N)
        "$@" >/dev/null
        echo $((($(date +%s%N) - begin) / 1000))
    done | sort -n | awk '{ a[NR] = $1 } END { printf "%.1f", a[int((NR + 1) / 2)] / 1000 }'
}

sql() {
    sqlite3 -cmd ".load $extension" :memory: "$1"
}

less() {
    awk -v a="$1" -v b="$nothing" 'BEGIN { printf "%.1f", a - b }'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

big="$work/big"
small="$work/small"
make "$entries" "$big"
make $((entries / 10)) "$small"
nothing=$(median true)
load=$(less "$(median sql 'SELECT 1')")
match="SELECT time, pid, uid, exe, cmdline, message, unit FROM journal WHERE file = '$big' AND comm = 'systemctl'"
ours=$(less "$(median sql "$match")")
theirs=$(less "$(median journalctl -o json --directory "$big" _COMM=systemctl)")
all=$(less "$(median sql "SELECT sum(length(fields)) FROM journal WHERE file = '$big'")")
theirs_all=$(less "$(RUNS=1 runs=1 median journalctl -o json --directory "$big")")
last="SELECT count(message) FROM journal WHERE time > unixepoch() - 300 AND file ="
last_big=$(less "$(median sql "$last '$big'")")
last_small=$(less "$(median sql "$last '$small'")")
columns=$(less "$(median sql "SELECT sum(length(message) + length(cmdline) + pid) FROM journal WHERE file = '$big'")")
memory=$(/usr/bin/time -f %M sqlite3 -cmd ".load $extension" :memory: \
    "SELECT sum(length(fields)) FROM journal WHERE file = '$big'" 2>&1 >/dev/null | tail -1)

echo "entries: $entries ($(du -sm "$big" | cut -f1) MiB in $(find "$big" -type f | wc -l) files); sqlite3 with the extension alone: $load ms"
echo "comm = 'systemctl', seven columns: $ours ms; journalctl -o json: $theirs ms; ratio $(ratio "$ours" "$theirs") (goal 0.3)"
echo "all entries, three columns: $columns ms"
echo "all entries, all fields as JSON: $all ms; journalctl -o json: $theirs_all ms; ratio $(ratio "$all" "$theirs_all")"
echo "last five minutes: $last_big ms; of a journal a tenth as long: $last_small ms"
echo "peak memory, all fields: $((memory >> 10)) MiB (goal under 64)"
