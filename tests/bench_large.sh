#!/usr/bin/env bash
# bench_large.sh: whether large evidence costs time in proportion to its size, and no memory.
#
#     BUILD=build SCALE=1 tests/bench_large.sh [audit hosts units live events journal zip]
#
# At SCALE 1: an audit log of 1 GB, 1,000 hosts, 100,000 unit files, 10,000 units of a running systemd, an
# event log of 4 GB, a journal of 10 million entries, a zip of 10 GB (logs, and an image that is a hole); SCALE=0.1 is a tenth of each. Each is made and read in
# two sizes, the whole and a quarter, in one process for each query; printed are processor seconds (user and
# system), peak KiB, and the exponents of both: 1 is in proportion, 0 is no growth. The exit status is 1 where
# time grows with an exponent above 1.2, or memory above its limit: 0.2 of a log's reader, 1.1 of what has to
# hold a host's units or what several hosts are; or where a zip takes 64 MiB. What takes less than a fifth of a second says nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${BUILD:-build}") scale=${SCALE:-1} cc=${CC:-cc}
work=$(mktemp -d "${TMPDIR:-/tmp}/svcql-large-XXXXXX")
trap 'rm -rf "$work"' EXIT
missed=0 most=0 # KiB; 0: no limit

of() { awk -v n="$1" -v s="$scale" -v q="$2" 'BEGIN { printf "%d\n", n * s * q }'; }

# Processor seconds and peak KiB of a query: the SQL that gives the locations of evidence (or none), SQL.
measure() {
    local evidence=
    [ -z "$1" ] || evidence="INSERT INTO evidence(location) $1;"
    /usr/bin/time -f '%U %S %M' -o "$work/time" sqlite3 -batch -cmd ".load $build/svcql" \
        -cmd "DELETE FROM evidence; $evidence" :memory: "$2" > "$work/answer"
    awk '{ print $1 + $2, $3 }' "$work/time"
}

# compare TITLE MEMORY-LIMIT SMALL LARGE, each "size seconds KiB".
compare() {
    echo "$3 $4" | awk -v t="$1" -v limit="$2" -v most="$most" '{
        grown = log($4 / $1)
        time = $2 > 0 && $5 >= 0.2 ? log($5 / $2) / grown : 1
        memory = log($6 / $3) / grown
        bad = time > 1.2 || memory > limit || (most && $6 > most)
        printf "%-34s %10d %7.2f s %8d KiB %11d %7.2f s %8d KiB  time^%.2f memory^%.2f%s\n", t, $1, $2, $3,
               $4, $5, $6, time, memory, bad ? "  MISSED" : ""
        exit bad }' || missed=1
}

# twice TITLE MEMORY-LIMIT SIZE MAKE EVIDENCE SQL: MAKE is called with the size and a folder, which
# EVIDENCE and SQL name as @; # is the size.
twice() {
    local title=$1 limit=$2 size=$3 make=$4 evidence sql=$6 lines=() n q
    for q in 0.25 1; do
        n=$(of "$size" $q)
        mkdir "$work/made"
        "$make" "$n" "$work/made"
        evidence=${5//@/$work/made}
        evidence=${evidence//#/$n}
        lines+=("$n $(measure "$evidence" "${sql//@/$work/made}")")
        rm -rf "$work/made"
    done
    compare "$title" "$limit" "${lines[@]}"
}

make_audit() { "$work/make_audit_log" "$1" 1790000000 > "$2/audit.log"; }
make_events() { "$work/make_log" "$2/made.evtx" "$1"; }

make_hosts() {
    local i
    for ((i = 0; i < $1; i++)); do
        mkdir -p "$2/h$i"
        cp -r tests/fixtures/linux/beacon/. "$2/h$i/"
        echo "h$i" > "$2/h$i/etc/hostname"
    done
}

make_units() {
    local i
    mkdir -p "$2/etc/systemd/system"
    for ((i = 0; i < $1; i++)); do
        printf '[Unit]\nDescription=Unit %d\n[Service]\nExecStart=/usr/bin/agent --number %d\n' $i $i \
            > "$2/etc/systemd/system/u$i.service"
    done
}

# journald's own writer, which need not be installed: from its package, unpacked here. Fails where there is none.
journal_remote=/lib/systemd/systemd-journal-remote journal_libraries=
get_journal_remote() {
    local deb
    [ ! -x "$journal_remote" ] || return 0
    mkdir "$work/remote"
    (cd "$work/remote" && apt-get -q download systemd-journal-remote libmicrohttpd12) > /dev/null 2>&1 || return 1
    for deb in "$work"/remote/*.deb; do
        dpkg -x "$deb" "$work/remote"
    done
    journal_remote=$(find "$work/remote" -path '*/lib/systemd/systemd-journal-remote')
    journal_libraries=$(dirname "$(find "$work/remote" -name 'libmicrohttpd.so.12')")
    [ -x "$journal_remote" ] && LD_LIBRARY_PATH=$journal_libraries "$journal_remote" --version > /dev/null 2>&1
}

make_journal() {
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++) {
            printf "__REALTIME_TIMESTAMP=%d000000\n__MONOTONIC_TIMESTAMP=%d000000\n", 1700000000 + i, i
            print "_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=bench\nPRIORITY=" i % 8
            print "SYSLOG_IDENTIFIER=d" i % 97 "\n_PID=" 1000 + i % 30000 "\n_COMM=d" i % 97
            print "MESSAGE=request " i " took " i % 977 " ms\n"
        }
    }' | LD_LIBRARY_PATH=$journal_libraries "$journal_remote" --split-mode=none -o "$2/bench.journal" - > /dev/null 2>&1
}

# A zip of so many MB: audit logs, deflated, 4 of 100 parts of it before they are, and a raw image of zeros that is stored,
# and takes no room on this disk.
make_zip() {
    make_audit 24000 "$2" # 25 MB
    python3 - "$1" "$2" << 'PYTHON'
import os, sys, zipfile, zlib

megabytes, folder = int(sys.argv[1]), sys.argv[2]
log = os.path.join(folder, "audit.log")
with zipfile.ZipFile(os.path.join(folder, "case.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as case:
    for i in range(max(1, megabytes * 4 // 100 // 25)):
        case.write(log, f"h{i}/var/log/audit/audit.log")
    image = zipfile.ZipInfo("image/disk.raw")
    image.file_size = image.compress_size = megabytes << 20
    image.header_offset, image.CRC = case.fp.tell(), 0
    zeros = bytes(1 << 20)
    for i in range(megabytes):
        image.CRC = zlib.crc32(zeros, image.CRC)
    case.fp.write(image.FileHeader(zip64=True))
    case.fp.seek(image.file_size, os.SEEK_CUR)
    case.start_dir = case.fp.tell()
    case.filelist.append(image)
os.remove(log)
PYTHON
}

live() {
    local box=$work/box lines=() n q
    for q in 0.25 1; do
        n=$(of 10000 $q)
        mkdir "$box"
        "$build/systemd-fixture" start "$box" > /dev/null
        # shellcheck disable=SC2016 # the shell inside expands it
        lines+=("$n $("$build/systemd-fixture" exec "$box" env N="$n" SO="$build/svcql" bash -euc '
            mkdir -p /etc/systemd/system/fixture.target.wants
            for ((i = 0; i < N; i++)); do
                printf "[Service]\nExecStart=/bin/sleep %d\n" $i > /etc/systemd/system/bench-$i.service
                ln -s ../bench-$i.service /etc/systemd/system/fixture.target.wants/
            done
            systemctl daemon-reload
            /usr/bin/time -f "%U %S %M" -o /tmp/time sqlite3 -batch -cmd ".load $SO" :memory: \
                "SELECT count(exec_start) FROM systemd_units" > /tmp/answer
            [ "$(cat /tmp/answer)" -ge "$N" ] || { echo "only $(cat /tmp/answer) of $N units" >&2; exit 1; }
            awk "{ print \$1 + \$2, \$3 }" /tmp/time')")
        "$build/systemd-fixture" stop "$box"
        rm -rf "$box"
    done
    compare "live units: all columns" 1.1 "${lines[@]}"
}

one() {
    case $1 in
    audit)
        $cc -O2 -w -o "$work/make_audit_log" tests/bench/make_audit_log.c
        twice "audit log, events: count" 0.2 930000 make_audit "" "SELECT count(*), sum(length(cmdline)) FROM audit_events('@/audit.log')"
        ;;
    hosts) twice "hosts: findings" 1.1 1000 make_hosts "SELECT '@/h' || value FROM generate_series(0, # - 1)" "SELECT count(*) FROM findings" ;;
    units) twice "unit files: findings" 1.1 100000 make_units "SELECT '@'" "SELECT count(*) FROM findings" ;;
    live)
        if [ "$(id -u)" = 0 ]; then live; else echo "live: skipped, needs root"; fi
        ;;
    events)
        $cc -O2 -w -D_GNU_SOURCE -Iinclude -Itables -Iext -Itests -o "$work/make_log" tests/bench/make_log.c \
            tests/make_evtx.c tables/formats/evtx/evtx_value.c tables/formats/text/buffer.c tables/formats/text/input.c -lz -lm
        twice "event log, records: data" 0.2 6500000 make_events "" "SELECT count(*), sum(length(data)) FROM windows_events('@/made.evtx')"
        ;;
    zip)
        $cc -O2 -w -o "$work/make_audit_log" tests/bench/make_audit_log.c
        most=65536
        twice "zip, MB: commands of audit logs" 0.2 10240 make_zip "SELECT '@/case.zip'" "SELECT count(*), sum(length(cmdline)) FROM audit_events"
        most=0
        ;;
    journal)
        if get_journal_remote; then
            twice "journal, entries: messages" 0.2 10000000 make_journal "" "SELECT count(*), sum(length(message)) FROM journal WHERE file = '@'"
        else
            echo "journal: skipped, needs systemd-journal-remote or a mirror of it"
        fi
        ;;
    *)
        echo "no $1: audit hosts units live events journal zip" >&2
        exit 2
        ;;
    esac
}

[ $# -gt 0 ] || set -- audit hosts units live events journal zip
for what; do
    one "$what"
done
exit $missed
