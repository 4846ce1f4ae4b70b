#!/usr/bin/env bash
# mutants.sh [N [SEED]]: changes one thing at a time in the C and SQL sources, and reports which changes
# no test notices. N mutants of all there are, spread over rooms and kinds of change and chosen by SEED (printed,
# so that a run can be repeated); with LIST=tests/mutants.list of those that it names, which a run has seen
# noticed and which CI samples.
#
# Each is built and tried in a copy of the committed tree, which begins with what build/ has of it: first by the
# suites that are named like the file or name it, then by the tests of the detections, then by SUITES.
# A survivor that tests/mutants.txt names, with its reason, is not counted. BASELINE=passed: the tests of the tree
# itself need not be run first. RESULTS=FILE gets a line for each: noticed, survives or named, its file, line,
# change, and what noticed it. What does not build is none.
# Exit status 1 where one of the list survives without a reason, or where the list has fewer than 150 that are still
# lines of the sources; of all, where more than a tenth survive.
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-10} seed=${2:-$RANDOM}
suites=${SUITES-findings linux_views windows_views detections promises trust command_line unit_text audit_text}
results=$(realpath -m "${RESULTS:-/dev/null}")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git archive HEAD | tar x -C "$copy"
if [ -d build ]; then # of this tree: nothing of it is to be made again
    tar c --exclude='build/hosts' --exclude='build/san' --exclude='build/clang' --exclude='build/fuzz' \
        --exclude='build/corpus' --exclude='build/coverage' --exclude='build/threads' build | tar x -C "$copy"
    find "$copy/build" -exec touch {} +
fi

# One mutant a line: file, line number, what to put in the place of what.
mutants() {
    git grep -nE ' (<|>|<=|>=|==|!=|&&|\|\||\+=) ' -- 'tables/*.c' 'ext/*.c' | awk -F: '
        $3 !~ /^ *(\/?\*|#)/ {
            if ($0 ~ / && /) print $1, $2, "s/ && / || /"
            else if ($0 ~ / \|\| /) print $1, $2, "s/ || / \\&\\& /"
            else if ($0 ~ / <= /) print $1, $2, "s/ <= / < /"
            else if ($0 ~ / < /) print $1, $2, "s/ < / <= /"
            else if ($0 ~ / == /) print $1, $2, "s/ == / != /"
            else if ($0 ~ / != /) print $1, $2, "s/ != / == /"
            else if ($0 ~ / > /) print $1, $2, "s/ > / >= /"
            else if ($0 ~ / \+= /) print $1, $2, "s/ += / -= /"
        }'
    git grep -nE '= (optarg|true);' -- 'ext/program/*.c' | awk -F: '{ print $1, $2, "s/[^ (]* = \\(optarg\\|true\\);/\\1;/" }'
    git grep -nE '^    [{]"[a-z]+", (0|.[a-zA-Z0-9].), ("|NULL)' -- 'ext/program/*.c' | awk -F: '{ print $1, $2, "s/{\"/{\"no-/" }'
    git grep -nE "^    [(]'[^']" -- 'sql/lists/*.sql' | awk -F: '{ print $1, $2, "s/('\''/('\''x-/" }'
    git grep -nE '^-- weight:' -- 'sql/signals/*.sql' | awk -F: '{ print $1, $2, "s/[0-9][0-9]*/1/" }'
    git grep -nE ' AND | = | > | IS NOT | IN \(| BETWEEN ' -- 'sql/*/*.sql' | awk -F: '
        $3 !~ /^ *--/ && $1 !~ /^sql\/lists/ {
            if ($0 ~ / BETWEEN /) print $1, $2, "s/ BETWEEN / NOT BETWEEN /"
            else if ($0 ~ / AND /) print $1, $2, "s/ AND / OR /"
            else if ($0 ~ / IS NOT /) print $1, $2, "s/ IS NOT / IS /"
            else if ($0 ~ / IN \(/) print $1, $2, "s/ IN (/ NOT IN (/"
            else if ($0 ~ / > /) print $1, $2, "s/ > / >= /"
            else if ($0 ~ / = /) print $1, $2, "s/ = / <> /"
        }'
    git grep -nE '[ (][0-9]{2,}' -- 'sql/*/*.sql' | awk -F: '
        $3 !~ /^ *--/ && $1 !~ /^sql\/(lists|signals)/ { print $1, $2, "s/\\([ (]\\)[0-9][0-9]\\{1,\\}/\\10/" }'
}

# The line of the list: file, the line as it stands, the change, and the suite that noticed it.
listed() {
    local file text change suite number
    while IFS=$'\t' read -r file text change suite; do
        number=$(awk -v text="${text//\\/\\\\}" '{ line = $0; sub(/^ */, "", line) } line == text { print NR; exit }' "$file") || true
        if [ -n "$number" ]; then printf '%s %s %s\t%s\n' "$file" "$number" "$change" "$suite"; fi
    done < <(grep -v '^#' "$LIST")
}

# One of each kind of change in each room, then a second one, and so on.
spread() {
    awk -v seed="$1" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | cut -f2- |
        awk '{ room = $1; sub(/\/[^\/]*$/, "", room); change = $0; sub(/^[^ ]* [^ ]* /, "", change); sub(/\t.*/, "", change)
               print n[room, change]++ "\t" $0 }' | sort -sn | cut -f2-
}

# The suites to begin with: those that have the file's name, or its beginning, or name it, and those of its room.
near() {
    local stem name suite
    stem=$(basename "$1" | sed 's/[.][a-z]*$//')
    for suite in "$copy"/tests/check_*.c; do
        name=$(basename "$suite" .c)
        name=${name#check_}
        case $stem in
        "$name"* | "${name%s}"*) echo "$name" ;;
        esac
    done
    grep -lw "$stem" "$copy"/tests/check_*.c | sed 's/.*check_//; s/[.]c$//' | head -n 4 || true
    case $1 in
    sql/signals/*) echo make-signals signals detections ;;
    ext/program/osquery/*) echo osquery ;;
    ext/program/*) echo program configuration schedule report ;;
    ext/evidence/*) echo root_names frame fleet root discovery ;;
    ext/table/*) echo frame order ;;
    ext/*) echo functions detections findings ;;
    tables/linux/units/* | tables/formats/unit/*) echo unit_text unit_files unit_commands unit_settings ;;
    tables/linux/logs/* | tables/formats/log/*) echo auth_events audit_events shell_history journal ;;
    tables/formats/audit/*) echo audit_text audit_events ;;
    tables/formats/journal/*) echo journal ;;
    tables/linux/packages/* | tables/formats/package/*) echo packages package_history ;;
    tables/linux/access/* | tables/formats/access/*) echo sudoers polkit accounts posture ;;
    tables/linux/systemd/* | tables/formats/dbus/*) echo systemd_units dbus reload_changes ;;
    tables/formats/thrift/*) echo osquery ;;
    tables/formats/sigma/*) echo sigma sigma_rules sigma_reference ;;
    tables/windows/* | tables/formats/hive/* | tables/formats/evtx/*) echo hive registry registry_services evtx windows_events ;;
    tables/macos/* | tables/formats/plist/*) echo plist launchd ;;
    tables/formats/command/*) echo command_line unit_commands ;;
    tables/formats/text/*) echo proc_text functions frame ;;
    sql/posture/*) echo posture ;;
    sql/compat/*) echo compat ;;
    sql/*) echo findings linux_views windows_views ;;
    esac
}

# What is compiled anew looks at the bounds of arrays, as the run under sanitizers does.
tries() {
    timeout 300 make -s -C "$copy" BUILD=build WERROR=0 \
        CFLAGS='-fsanitize=bounds -fsanitize-undefined-trap-on-error' "$@" >> "$copy/log" 2>&1
}
# A suite passes; make-signals: the tests that detections have in their files.
passes() {
    if [ "$1" = make-signals ]; then tries signals; else (cd "$copy" && CK_FORK=yes timeout 300 build/check "$1") >> "$copy/log" 2>&1; fi
}

# Status 0 where a test fails, which `by` is set to: of the suite in the list, those near the file, and the others.
is_noticed() {
    for by in $({ echo "$2"; near "$1"; case $1 in sql/* | none) echo make-signals ;; esac; echo "$suites"; } |
        tr ' ' '\n' | awk 'NF && !seen[$0]++'); do
        passes "$by" || return 0
    done
    by=
    return 1
}

# Whether tests/mutants.txt has this line of this file.
is_known() {
    awk -F '\t' -v file="$1" -v line="$(sed -n "$2{s/^ *//;p}" "$1")" \
        '$1 == file && $2 == line { found = 1 } END { exit !found }' tests/mutants.txt
}

[ "${BASELINE:-}" = passed ] || { tries build/check build/svcql && ! is_noticed none ''; } || { echo "the tests fail without a change: see below"; tail -n 20 "$copy/log"; exit 2; }
survivors=0 tried=0
while IFS=$'\t' read -r line suite; do
    read -r file line change <<< "$line"
    cp -p "$copy/$file" "$copy/before"
    sed -i "$line$change" "$copy/$file"
    text=$(sed -n "$line{s/^ *//;p}" "$file")
    verdict=survives by=
    : > "$copy/log"
    if ! tries build/check build/svcql; then
        cp "$copy/before" "$copy/$file"
        continue
    fi
    tried=$((tried + 1))
    if is_noticed "$file" "$suite"; then
        verdict=noticed
    elif is_known "$file" "$line"; then
        verdict=named
    else
        survivors=$((survivors + 1))
        echo "survives: $file:$line: $change: $text"
    fi
    printf '%s\t%s\t%s\t%s\t%s\n' "$verdict" "$file" "$text" "$change" "$by" >> "$results"
    cp "$copy/before" "$copy/$file"
done < <(if [ -n "${LIST:-}" ]; then listed; else mutants; fi > "$copy/all"; spread "$seed" < "$copy/all" | sed "${n}q")
echo "seed $seed: $survivors of $tried mutants survive"
if [ -n "${LIST:-}" ]; then
    [ "$survivors" -eq 0 ] && [ "$(wc -l < "$copy/all")" -ge 150 ]
else
    [ $((survivors * 10)) -le "$tried" ]
fi
