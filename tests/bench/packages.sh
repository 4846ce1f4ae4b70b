#!/bin/bash
# packages.sh -- the index of packages: how long it takes to load, and what it adds to memory.
#
#     tests/bench/packages.sh [PATHS]      150000 by default; BUILD/svcql.so must exist, BUILD being
#     build
#
# Makes a root whose dpkg database lists that many paths, each with its digest, in packages of 200.
# Prints medians of RUNS whole processes, less a process that asks nothing.
set -euo pipefail

paths=${1:-150000}
runs=${RUNS:-5}
extension=$(cd "$(dirname "$0")/../.." && realpath "${BUILD:-build}")/svcql
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make() {
    mkdir -p "$work/root/var/lib/dpkg/info" "$work/root/etc"
    awk -v n="$paths" -v dir="$work/root/var/lib/dpkg" 'BEGIN {
        for (i = 0; i < n; i++) {
            name = "package" int(i / 200)
            if (i % 200 == 0) {
                if (i) { close(list); close(sums) }
                list = dir "/info/" name ".list"
                sums = dir "/info/" name ".md5sums"
                printf "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.%d\n" \
                       "Description: a package of the benchmark\n\n", name, i > (dir "/status")
                print "/." > list
            }
            path = "usr/share/" name "/component" i % 17 "/file-of-some-length-" i
            print "/" path > list
            printf "%032x  %s\n", i, path > sums
        }
    }'
}

# median SQL: milliseconds.
median() {
    for _ in $(seq "$runs"); do
        begin=$(date +%s%N)
        sqlite3 -cmd ".load $extension" :memory: "$1" >/dev/null
        echo $((($(date +%s%N) - begin) / 1000))
    done | sort -n | awk '{ a[NR] = $1 } END { printf "%.1f", a[int((NR + 1) / 2)] / 1000 }'
}

less() {
    awk -v a="$1" -v b="$nothing" 'BEGIN { printf "%.1f", a - b }'
}

memory() {
    /usr/bin/time -f %M sqlite3 -cmd ".load $extension" :memory: "$1" 2>&1 >/dev/null | tail -1
}

make
nothing=$(median 'SELECT 1')
from="FROM package_files WHERE root = '$work/root'"
one="SELECT package $from AND path = '/usr/share/package7/component3/file-of-some-length-1414'"

echo "$paths paths: index and one owner $(less "$(median "$one")") ms (goal 900);" \
    "all rows $(less "$(median "SELECT count(*) $from")") ms;" \
    "all digests $(less "$(median "SELECT count(digest) $from")") ms"
echo "peak memory: $(($(memory "$one") >> 10)) MiB, of which $(($(memory 'SELECT 1') >> 10)) MiB without the index"
