#!/usr/bin/env bash
# audit.sh -- audit_events beside ausearch and libauparse over generated logs of 250 MB and, for
# ranges of time, of ten times as much; what it costs in memory.
#
# As csv: whole processes on both sides, medians. Else best of ROUNDS, the two of a pair taking turns; ours is a
# program that has the extension loaded and reads every value, theirs a whole process of ausearch or a program
# that uses its library. A line reads: what, wall ms, processor ms, MB/s of
# processor time, peak KiB.
set -euo pipefail
build=${BUILD:-build} rounds=${ROUNDS:-5} here=$(dirname "$0")
[ -f /usr/include/auparse.h ] || { echo "skipped: needs libauparse-dev and auditd"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cc=${CC:-cc}
$cc -O2 -o "$work/make" "$here/make_audit_log.c"
$cc -O2 -o "$work/loop" "$here/audit_loop.c" -lauparse -lsqlite3
events=${EVENTS:-232000} last=1790000000
mkdir -p "$work/root/var/log/audit" "$work/root/etc"
: > "$work/root/etc/passwd"
"$work/make" "$events" $last > "$work/root/var/log/audit/audit.log"
ln "$work/root/var/log/audit/audit.log" "$work/audit.log"
bytes=$(stat -c %s "$work/audit.log")

best() { # of the lines on input, the one with the least processor time
    sort -n -k2 | head -1
}
show() { # title, then a line of loop's
    awk -v t="$1" -v b="${2:-$bytes}" '{
        printf "%-48s %9.2f ms %9.2f ms %6.0f MB/s %7d KiB\n", t, $1, $2, b / $2 / 1000, $3 }'
}
pair() { # title, at least, query, theirs: loop's arguments
    local title=$1 least=$2 query=$3
    shift 3
    : > "$work/ours"
    : > "$work/theirs"
    for ((i = 0; i < rounds; i++)); do
        "$work/loop" query "$build/svcql" "$query" >> "$work/ours"
        "$work/loop" "$@" >> "$work/theirs"
    done
    best < "$work/theirs" | show "$title: $1"
    best < "$work/ours" | show "$title: audit_events"
    paste -d' ' <(best < "$work/ours") <(best < "$work/theirs") | awk -v l="$least" '{
        printf "%48s %9.2f times as fast by processor time (aim: %s)\n", "", $7 / $2, l }'
}
log="audit_events('$work/audit.log')"

# whole TITLE, QUERY, THEIRS...: processor time of whole processes by turns, both writing csv, ours as the shell does it.
${CC:-cc} -O2 -o "$work/pair" "$here/pair.c"
whole() {
    local title=$1 query=$2 ours theirs ratio memory
    read -r ours memory theirs ratio < <("$work/pair" "$rounds" \
        "sqlite3 -csv -cmd '.load $build/svcql' :memory: \"$query\"" "$3 2>/dev/null")
    awk -v t="$title" -v o="$ours" -v m="$memory" -v q="$theirs" -v r="$ratio" 'BEGIN {
        printf "%-48s %9.1f ms, %d KiB; ausearch %.1f ms: %.2f times as fast\n", t, o, m, q, r }'
}
# What ausearch's csv has of an event: node, time, serial, type, session, who, action, result, object, program.
as_csv="host, type, datetime, serial, category, ses, login_user, user, syscall, success, path, pid, exe"

echo "$events events, $((bytes / 1000000)) MB"
pair "program is systemctl" 4 "SELECT time, pid, auid, uid, tty, comm, exe, cmdline, success
    FROM $log WHERE exe = '/usr/bin/systemctl'" run ausearch -if "$work/audit.log" -x systemctl --format csv
pair "service_commands" 4 "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('$work/root');
    SELECT * FROM service_commands" run ausearch -if "$work/audit.log" -x systemctl --format csv
whole "all events as csv, 13 columns" "SELECT $as_csv FROM $log" "ausearch -if '$work/audit.log' --format csv"
whole "all events as csv, SELECT *, 13 times as long" "SELECT * FROM $log" "ausearch -if '$work/audit.log' --format csv"
whole "one program as csv, 13 columns" "SELECT $as_csv FROM $log WHERE exe = '/usr/bin/systemctl'" \
    "ausearch -if '$work/audit.log' -x systemctl --format csv"
pair "all rows, all columns" 3 "SELECT * FROM $log" interpret "$work/audit.log"
pair "all rows, all columns" - "SELECT * FROM $log" auparse "$work/audit.log"

echo "the last five minutes"
recent() { # title, file, bytes
    local query="SELECT * FROM audit_events('$2') WHERE time > $((last - 300))"
    for ((i = 0; i < rounds; i++)); do
        "$work/loop" query "$build/svcql" "$query"
    done | sort -n | head -1 | tee "$work/recent" | show "$1" "$3"
    awk -v r="$(cut -d' ' -f1 "$work/recent")" -v f="$4" \
        'BEGIN { printf "%48s %9.2f %% of the full scan of 250 MB (aim: 1)\n", "", 100 * r / f }'
}
full=$(for ((i = 0; i < rounds; i++)); do
    "$work/loop" query "$build/svcql" "SELECT * FROM $log"
done | sort -n | head -1 | cut -d' ' -f1)
recent "of a day, 250 MB" "$work/audit.log" "$bytes" "$full"
"$work/make" $((events * 10)) $last 864000 > "$work/long.log"
recent "of ten days, 2.5 GB" "$work/long.log" "$(stat -c %s "$work/long.log")" "$full"
"$work/loop" query "$build/svcql" "SELECT count(*) FROM audit_events('$work/long.log')" |
    show "count(*) of 2.5 GB" "$(stat -c %s "$work/long.log")"
