#!/usr/bin/env bash
# mutants.sh [N [SEED]]: changes one thing at a time in the C and SQL sources, and reports which
# changes no test notices. N mutants of all there are, chosen by SEED (printed, so that a run can be
# repeated).
#
# Each is built and tried in a copy of the committed tree, which begins with what build/ has of it: first by
# the suites that are named like the file, then by those of SUITES and the tests of the detections. One that
# tests/mutants.txt names, with its reason, is not counted. BASELINE=passed: the tests of the tree itself need
# not be run first. Exit status 1 where more than a tenth survive,
# and more than one.
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-10} seed=${2:-$RANDOM}
suites=${SUITES:-findings linux_views windows_views detections promises trust command_line unit_text audit_text}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git archive HEAD | tar x -C "$copy"
if [ -d build ]; then # its objects are newer than the tree, which has the commit's time
    tar c --exclude='build/hosts' --exclude='build/san' --exclude='build/clang' --exclude='build/fuzz' \
        --exclude='build/corpus' build | tar x -C "$copy"
fi

# One mutant a line: file, line number, what to put in the place of what.
mutants() {
    git grep -nE ' (<|>|<=|>=|==|!=|&&) ' -- 'tables/*.c' 'ext/*.c' | awk -F: '
        $3 !~ /^ *(\/?\*|#)/ {
            if ($0 ~ / && /) print $1, $2, "s/ && / || /"
            else if ($0 ~ / <= /) print $1, $2, "s/ <= / < /"
            else if ($0 ~ / < /) print $1, $2, "s/ < / <= /"
            else if ($0 ~ / == /) print $1, $2, "s/ == / != /"
            else if ($0 ~ / != /) print $1, $2, "s/ != / == /"
            else if ($0 ~ / > /) print $1, $2, "s/ > / >= /"
        }'
    git grep -nE '^-- weight:' -- 'sql/signals/*.sql' | awk -F: '{ print $1, $2, "s/[0-9][0-9]*/1/" }'
    git grep -nE ' AND | = | > ' -- 'sql/findings/*.sql' 'sql/facts/*.sql' | awk -F: '
        $3 !~ /^ *--/ {
            if ($0 ~ / AND /) print $1, $2, "s/ AND / OR /"
            else if ($0 ~ / > /) print $1, $2, "s/ > / >= /"
            else if ($0 ~ / = /) print $1, $2, "s/ = / <> /"
        }'
}

# Suites whose name is a part of the file's path, or has its beginning.
near() {
    case $1 in ext/program/*) echo "schedule configuration program" ;; esac
    for suite in "$copy"/tests/check_*.c; do
        name=$(basename "$suite" .c)
        name=${name#check_}
        case $(basename "$1" | sed 's/[.][a-z]*$//') in
        "$name"* | "${name%s}"*) echo "$name" ;;
        esac
    done
}

tries() { make -s -C "$copy" "$@" >> "$copy/log" 2>&1; }

# Status 0 where a test fails, or the change does not build.
is_noticed() {
    local named
    : > "$copy/log"
    named=$(near "$1" | xargs)
    ! { tries all check-build && { [ -z "$named" ] || tries check-fast SUITE="$named"; } && tries signals &&
        tries check-fast SUITE="$suites"; }
}

# Whether tests/mutants.txt has this line of this file.
is_known() {
    awk -F '\t' -v file="$1" -v line="$(sed -n "$2{s/^ *//;p}" "$1")" \
        '$1 == file && $2 == line { found = 1 } END { exit !found }' tests/mutants.txt
}

[ "${BASELINE:-}" = passed ] || ! is_noticed none || { echo "the tests fail without a change: see below"; tail -n 20 "$copy/log"; exit 2; }
survivors=0 tried=0
while read -r file line change; do
    cp "$copy/$file" "$copy/before"
    sed -i "$line$change" "$copy/$file"
    tried=$((tried + 1))
    if ! is_noticed "$file" && ! is_known "$file" "$line"; then
        survivors=$((survivors + 1))
        echo "survives: $file:$line: $change: $(sed -n "$line{s/^ *//;p}" "$file")"
    fi
    cp "$copy/before" "$copy/$file"
done < <(mutants | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | cut -f2- | head -n "$n")
echo "seed $seed: $survivors of $tried mutants survive"
[ "$survivors" -le 1 ] || [ $((survivors * 10)) -le "$tried" ]
