#!/usr/bin/env bash
# mutants.sh [N [SEED]]: changes one thing at a time in the C and SQL sources, and reports which changes no test
# notices. N mutants of all there are, spread over rooms and kinds of change and chosen by SEED (printed, so that a
# run can be repeated); with LIST=tests/mutants.list of those that it names, which a run has seen noticed and which
# CI samples.
#
# Each is built and tried in a copy of the committed tree, which begins with what build/ has of it, by
#   C:    the suites that run the changed line, as build/lines/lines says (tests/mutants_lines.sh makes it, once),
#         those of the file's name first, then the quickest. A line that no suite runs is not tried: it survives.
#   SQL:  the detections' own tests, the golden files and the guide, the suite of columns for the view and those that
#         read it, the suites that name one of these. A weight also by `make judge`, which CI runs too: only labelled
#         cases tell a right one from a wrong one.
#   LIST: the suite that the list names, and no other.
# What of C survives these is tried by calls that fail: `oom` and `faults` on each table, with calls for memory, reads,
# opens and folders that come from the changed object's code; before, of formats, by the suite `corpus` with sanitizers, which
# see what is read one byte beyond its end, where the tree has build/san/check.
# A mutant that hangs is noticed by the limit of LIMIT seconds for one suite, or of 150 of the processor's for one process. Suites whose oracle is that nothing
# crashes are not asked: `robust` below.
#
# A survivor that tests/mutants.txt names, with its reason, is counted apart. RESULTS=FILE gets a line for each:
# noticed, survives or named, its file, line, change, and what noticed it. What does not build is no mutant. JOBS=2:
# two at a time, each in a copy of its own. NEAR=6 asks the first six suites of each alone, and `edges` and `columns`, which
# compare all that is read: quick, and more survive.
# ONLY='^sql/' draws from the files that it fits, an extended regexp.
# Exit status 1 where one of the list survives or the list has fewer than 150 that are still lines of the sources;
# of all, where more than a tenth survive.
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-10} seed=${2:-$RANDOM}
jobs=${JOBS:-1} limit=${LIMIT:-300} list=${LIST:-}
robust='attack corpus damage evtx_oracle faults oom soak trust'
lines=build/lines/lines weight='s/[0-9][0-9]*/1/'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is built on other systems only, or in the static program: no suite here can run it.
elsewhere=(':!ext/*/windows/*' ':!ext/*/macos/*' ':!ext/host/other/*' ':!ext/static/*' ':!tables/linux/process_list.c')

# The smaller or larger of two is the same where they are equal, so that no test can tell < from <= there.
operand='((sizeof )?[A-Za-z0-9_>.)(*-]+( [-+] [A-Za-z0-9_>.)(*-]+)?)'
of_two="$operand (<|>|<=|>=) $operand [?] (\\1 : \\5|\\5 : \\1)([];,)]|\$)"

# One mutant a line: file, line number, what to put in the place of what.
mutants() {
    git grep -nE ' (<|>|<=|>=|==|!=|&&|\|\||\+=) ' -- 'tables/*.c' 'ext/*.c' "${elsewhere[@]}" |
        grep -vE "^[^&|]*${of_two}[^&|]*\$" | awk -F: '
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
    git grep -nE '= (optarg|true);' -- 'ext/program/*.c' "${elsewhere[@]}" | awk -F: '{ print $1, $2, "s/[^ (]* = \\(optarg\\|true\\);/\\1;/" }'
    git grep -nE '^    [{]"[a-z]+", (0|.[a-zA-Z0-9].), ("|NULL)' -- 'ext/program/*.c' "${elsewhere[@]}" | awk -F: '{ print $1, $2, "s/{\"/{\"no-/" }'
    git grep -nE "^    [(]'[^']" -- 'sql/lists/*.sql' | awk -F: '{ print $1, $2, "s/('\''/('\''x-/" }'
    git grep -nE '^-- weight:' -- 'sql/signals/*.sql' | awk -F: -v change="$weight" '{ print $1, $2, change }'
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

# The lines of the list, and the suite of each: file, the line as it stands, the change, the suite.
listed() {
    local file text change suite number
    while IFS=$'\t' read -r file text change suite; do
        number=$(awk -v text="${text//\\/\\\\}" '{ line = $0; sub(/^ */, "", line) } line == text { print NR; exit }' "$file") || true
        if [ -n "$number" ]; then printf '%s %s %s\t%s\n' "$file" "$number" "$change" "$suite"; fi
    done < <(grep -v '^#' "$list")
}

# One of each kind of change in each room, then a second one, and so on.
spread() {
    awk -v seed="$1" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | cut -f2- |
        awk '{ room = $1; sub(/\/[^\/]*$/, "", room); change = $0; sub(/^[^ ]* [^ ]* /, "", change); sub(/\t.*/, "", change)
               print n[room, change]++ "\t" $0 }' | sort -sn | cut -f2-
}

# The suites that run a line, those of the file's name first, then the quickest; where the file has changed since the
# lines were noted, or the line is no code of its own, those that run the file.
running() {
    local changed=0
    git diff --quiet "$(cat "$lines.commit")" HEAD -- "$1" || changed=1
    awk -F '\t' -v file="$1" -v line="$2" -v robust=" $robust " -v changed="$changed" '
        $3 != file || index(robust, " " $1 " ") { next }
        { stem = file; gsub(/.*\/|[.]c$/, "", stem)
          at = (index(stem, $1) == 1 ? 0 : $2) "\t" $1; all[at]
          if (index($4, ":" line ":")) { hits[at]; found = 1 } else if (index($4, "~" line ":")) idle = 1 }
        END { if (found && !changed) { for (at in hits) print at } else if (changed || !idle) for (at in all) print at }' "$lines" |
        sort -n | cut -f2
}

# The views that read a view of that name, and itself; X_signals is made of X_facts by the build.
readers() {
    local names=$1 more
    while more=$({ tr ' ' '\n' <<< "$names"; tr ' ' '\n' <<< "$names" | sed -n 's/_facts$/_signals/p'
                   git grep -lwE "$(tr ' ' '|' <<< "$names")" -- 'sql/*/*.sql' | sed 's/.*\///; s/[.]sql$//'; } | sort -u | xargs) &&
        [ "$more" != "$names" ]; do
        names=$more
    done
    echo "$names"
}

# What to try a change of SQL by: judging FILE CHANGE.
judging() {
    local name suite
    name=$(basename "$1" .sql)
    echo make-signals
    case $1 in
    sql/signals/*) printf '%s\n' signals detections findings make-golden make-guide ;;
    *)
        printf '%s\n' make-golden make-guide columns
        for suite in $(git grep -lwE "$(readers "$name" | tr ' ' '|')" -- 'tests/check_*.c' | sed 's/.*check_//; s/[.]c$//'); do
            case " $robust " in *" $suite "*) ;; *)
                awk -F '\t' -v suite="$suite" -v near="$(grep -cw "$name" "tests/check_$suite.c")" \
                    '$1 == suite { cost = $2 } END { print (near ? 0 : 1000) + (cost ? cost : 10) "\t" suite }' "$lines" ;;
            esac
        done | sort -n | cut -f2
        ;;
    esac
    if [ "$2" = "$weight" ]; then echo make-judge; fi
}

# Everything below works in one copy. What is compiled anew looks at the bounds of arrays, as the run under
# sanitizers does.
tries() {
    timeout "$limit" make -s -C "$copy" BUILD=build WERROR=0 LDFLAGS=-Wl,--strip-debug \
        CFLAGS='-O1 -fsanitize=bounds -fsanitize-undefined-trap-on-error' "$@" >> "$copy/log" 2>&1 < /dev/null
}
passes() {
    case $1 in
    make-*) tries "${1#make-}" ;;
    *) (cd "$copy" && ulimit -t 150 && timeout "$limit" build/check "$1") >> "$copy/log" 2>&1 < /dev/null ;;
    esac
}

# Whether the suites of failing calls pass, which have those fail that come from this object: its code gets a section of
# its own, which they know by name (tests/faults.c). To be too slow for them is no failure.
bears_failures() {
    local suite status
    objcopy --rename-section .text=suspect "$1"
    tries build/check || return 0
    for suite in oom faults; do
        status=0
        (cd "$copy" && ulimit -t 150 && CK_RUN_CASE='n-th call' timeout $((2 * limit)) build/check "$suite") >> "$copy/log" 2>&1 < /dev/null || status=$?
        case $status in 0 | 124) ;; *) echo "$suite" && return 1 ;; esac
    done
}

# Whether the formats' seeds, and what is made of them, are read within their bounds.
stays_within() {
    local object=$copy/build/san/${1%.c}.o status=0
    case $1 in tables/formats/*) ;; *) return 0 ;; esac
    if [ ! -x "$copy/build/san/check" ]; then return 0; fi
    cp "$object" "$copy/san-object"
    if make -s -C "$copy" SAN=1 WERROR=0 build/san/check >> "$copy/log" 2>&1; then
        (cd "$copy" && timeout "$limit" build/san/check corpus) >> "$copy/log" 2>&1 < /dev/null || status=$?
    fi
    cp "$copy/san-object" "$object"
    case $status in 0 | 124) ;; *) echo "corpus with sanitizers" && return 1 ;; esac
}

begin_copy() {
    copy=$work/$1
    mkdir "$copy"
    git archive HEAD | tar x -C "$copy"
    if [ -d build ]; then # of this tree: nothing of it is to be made again
        tar c --exclude='build/hosts' --exclude='build/clang' --exclude='build/fuzz' \
            --exclude='build/corpus' --exclude='build/coverage' --exclude='build/lines' --exclude='build/threads' build | tar x -C "$copy"
        find "$copy/build" -exec touch {} +
    fi
    tries all build/check build/systemd-fixture || { echo "the tree does not build: "; tail -n 20 "$copy/log"; return 2; }
}

# Whether tests/mutants.txt has this line of this file.
is_known() {
    awk -F '\t' -v file="$1" -v text="$2" '$1 == file && $2 == text { found = 1 } END { exit !found }' tests/mutants.txt
}

# try FILE LINE CHANGE [SUITE]: a line of the results.
try() {
    local file=$1 line=$2 change=$3 text verdict=survives by='' suites object=$copy/build/${1%.c}.o
    text=$(sed -n "$line{s/^ *//;p}" "$copy/$file")
    cp "$copy/$file" "$copy/before"
    case $file in *.sql) SVCQL_COLUMNS=$(readers "$(basename "$file" .sql)") && export SVCQL_COLUMNS ;;
                  *.c) unset SVCQL_COLUMNS && cp "$object" "$copy/object" ;; esac
    sed -i "$line$change" "$copy/$file"
    : > "$copy/log"
    if tries all build/check; then
        case $file:${4:-} in
        *:?*) suites=$4 ;;
        *.c:) suites=$(running "$file" "$line") ;;
        *) suites=$(judging "$file" "$change") ;;
        esac
        [ -z "${NEAR:-}" ] || suites=$(printf '%s\n' $suites | awk -v near="$NEAR" 'NR <= near || /^(edges|columns)$/')
        for by in $suites ''; do
            if [ -n "$by" ] && ! passes "$by"; then verdict=noticed; break; fi
        done
        if [ $verdict = survives ] && is_known "$file" "$text"; then verdict=named; fi
        case $verdict:$file:${4:-} in survives:*.c:) by=$(stays_within "$file" && bears_failures "$object") || verdict=noticed ;; esac
        if [ -z "$suites" ] && [ $verdict = survives ]; then by='run by no suite'; fi
        printf '%s\t%s\t%s\t%s\t%s\n' "$verdict" "$file" "$text" "$change" "$by" >> "$work/results"
        if [ $verdict = survives ]; then echo "survives: $file:$line: $change: $text${by:+ ($by)}"; fi
    fi
    cp "$copy/before" "$copy/$file"
    case $file in *.c) cp "$copy/object" "$object" ;; esac # newer than its source: not to be made again
}

# Every jobs-th mutant from that one on.
share() {
    local line suite file number change
    begin_copy "$1"
    while IFS=$'\t' read -r line suite; do
        read -r file number change <<< "$line"
        try "$file" "$number" "$change" "$suite"
    done < <(awk -v first="$1" -v jobs="$jobs" 'NR % jobs == first % jobs' "$work/chosen")
}

if [ -n "$list" ]; then listed; else mutants | grep -E "${ONLY:-.}"; fi > "$work/all"
spread "$seed" < "$work/all" | awk -v n="$n" 'NR <= n' > "$work/chosen"
[ -n "$list" ] || [ -s "$lines" ] || ./tests/mutants_lines.sh
touch "$work/results"
for ((job = 0; job < jobs; job++)); do share "$job" & done
status=0
for ((job = 0; job < jobs; job++)); do wait -n || status=2; done
[ -z "${RESULTS:-}" ] || cp "$work/results" "$RESULTS"
[ $status -eq 0 ] || exit $status
awk -F '\t' -v seed="$seed" -v list="$list" -v listed="$(wc -l < "$work/all")" '
    { n[$1]++; tried++ }
    END { printf "seed %s: of %d mutants %d are noticed, %d survive, %d more are named in tests/mutants.txt\n", seed, tried,
              n["noticed"], n["survives"], n["named"]
          exit list ? n["survives"] > 0 || listed < 150 : n["survives"] * 10 > tried }' "$work/results"
