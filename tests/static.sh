#!/usr/bin/env bash
# static.sh PROGRAM LIBRARY CHECK: the static program is one, finds what the other one finds, alone in an empty root and
# where the kernel is that of RHEL 7 (3.10), and passes the program's suites.
set -euo pipefail
program=$(realpath "$1") library=$(realpath "$2") check=$(realpath "$3")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "static: $*" >&2; exit 1; }

[ "$(stat -c %s "$program")" -lt 6000000 ] || fail "$(stat -c %s "$program") bytes"
! readelf -lW "$program" | grep -E 'INTERP|DYNAMIC' || fail "it is not static"

mkdir -p "$dir/root/tmp"
ln -sf "$library" "$(dirname "$program")/svcql.so" # for the suites of the stock shell
cp "$program" "$dir/root/svcql"
cp -a tests/fixtures/linux "$dir/root/hosts"
tar -C "$dir/root/hosts/compromised" -czf "$dir/root/hosts/web7.tar.gz" .

# Texts alone: SQLite writes a number with 15 digits, and since 3.53 with 17.
findings='SELECT datetime, severity, subject, why, signals, source, record FROM findings ORDER BY 3, 1, 5'

# hunt NAME ROOT COMMAND...: the findings of every host there, in $dir/NAME.
hunt() {
    local name=$1 root=$2 host status
    shift 2
    for host in benign compromised beacon web7.tar.gz; do
        status=0
        "$@" query -f ndjson -e "$root/$host" "$findings" > "$dir/rows" 2> "$dir/error" || status=$?
        [ "$status" -eq 0 ] || { cat "$dir/error" >&2; fail "$name ends with $status for $host"; }
        sed "s|$root/||g" "$dir/rows"
    done > "$dir/$name"
}
hunt stock "$dir/root/hosts" "$(dirname "$library")/svcql"
[ "$(wc -l < "$dir/stock")" -gt 12 ] || fail "the fixtures have no findings"

hunt alone /hosts chroot "$dir/root" /svcql
diff "$dir/stock" "$dir/alone" || fail "alone, it finds something else"

# The system calls that came after Linux 3.10, as far as a program or its C library may try them.
newer=openat2,statx,faccessat2,getrandom,memfd_create,renameat2,copy_file_range,close_range,clone3,preadv2,rseq,pidfd_open,execveat
hunt old "$dir/root/hosts" strace -f -qq -o "$dir/calls" -e "trace=$newer" -e "inject=$newer:error=ENOSYS" "$program"
grep -q ENOSYS "$dir/calls" || fail "no newer call was refused"
diff "$dir/stock" "$dir/old" || fail "with the calls of Linux 3.10, it finds something else"

answer=$(echo "SELECT (count(*) > 50) || ' ' || sqlite_version() FROM svcql_tables" | chroot "$dir/root" /svcql shell 2>&1)
[[ $answer =~ ^1\ 3\.[0-9.]+$ ]] || fail "its shell says $answer"

# shellcheck disable=SC2086 # names of suites
SVCQL_PROGRAM=$program "$check" ${SUITE:-program configuration sigma_command merge service}
echo "static: $(stat -c %s "$program") bytes"
