#!/usr/bin/env bash
# mutants.sh [N [SEED]]: changes one thing at a time in the C and SQL sources, and says which changes no
# test notices. N mutants of all there are, chosen by SEED (printed, so that a run can be repeated).
#
# Each is built and tried in a copy of the committed tree, by the suites of SUITES and the tests of the
# detections. Exit status 1 where more than a tenth survive.
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-10} seed=${2:-$RANDOM}
suites=${SUITES:-findings linux_views windows_views detections promises trust command_line unit_text audit_text}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git archive HEAD | tar x -C "$copy"

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

# Status 0 where a test fails, or the change does not build.
is_noticed() {
    ! (make -s -C "$copy" all check-build > "$copy/log" 2>&1 &&
        make -s -C "$copy" signals >> "$copy/log" 2>&1 &&
        make -s -C "$copy" check-fast SUITE="$suites" >> "$copy/log" 2>&1)
}

is_noticed && { echo "the tests fail without a change: see below"; tail -n 20 "$copy/log"; exit 2; }
survivors=0 tried=0
while read -r file line change; do
    cp "$copy/$file" "$copy/before"
    sed -i "$line$change" "$copy/$file"
    tried=$((tried + 1))
    if ! is_noticed; then
        survivors=$((survivors + 1))
        echo "survives: $file:$line: $change"
    fi
    cp "$copy/before" "$copy/$file"
done < <(mutants | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | cut -f2- | head -n "$n")
echo "seed $seed: $survivors of $tried mutants survive"
[ $((survivors * 10)) -le "$tried" ]
