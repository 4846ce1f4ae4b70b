#!/usr/bin/env bash
# plist.sh -- what 1,000 property lists cost: launch_daemons, a loop of libplist in one process, and plistutil run
# over each by a shell.
#
#     tests/bench/plist.sh [FOLDER OF PLISTS]
#
# The folder's launchd property lists, half of them made binary, are copied over and over until there
# are 1,000. Processor time of whole processes by turns; of ours also without .load and the first statement,
# as a program that loads the extension once has it. Of the shell's loop the same with `true` beside it.
# The columns `label, error` are what the loop of libplist does: every file read and parsed to its end.
set -euo pipefail
so=${SVCQL:-build/svcql}
from=${1:-${SVCQL_EVIDENCE:?names the folder of real evidence}/plists}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
to=$work/Library/LaunchDaemons
mkdir -p "$to"

mapfile -d '' files < <(find "$from" -name '*.plist' -size -8k -print0 |
    xargs -0 grep -lZ '<key>Label</key>')
for ((i = 0; i < 1000; i++)); do
    file=${files[i % ${#files[@]}]}
    if ((i / ${#files[@]} % 2)); then
        plistutil -i "$file" -o "$to/$i.plist" -f bin >/dev/null 2>&1 || cp "$file" "$to/$i.plist"
    else
        cp "$file" "$to/$i.plist"
    fi
done
binary=$(grep -lc '^bplist' "$to"/*.plist | wc -l)

${CC:-cc} -O2 -o "$work/pair" tests/bench/pair.c
# The library's newer versions return the format too.
${CC:-cc} -O2 -w -o "$work/loop" tests/bench/plist_loop.c -lplist-2.0 2>/dev/null ||
    ${CC:-cc} -O2 -w -DPLIST_FORMAT_ARGUMENT -o "$work/loop" tests/bench/plist_loop.c -lplist-2.0

sql() { echo "sqlite3 -cmd '.load $so' :memory: \"$1\""; }
nothing=$("$work/pair" 11 "$(sql 'SELECT 1 FROM sqlite_temp_schema LIMIT 1')" | cut -d' ' -f1)
for columns in 'label, error' '*'; do
    read -r ours _ theirs _ < <("$work/pair" 11 "$(sql "SELECT $columns FROM launch_daemons WHERE root = '$work'")" \
        "$work/loop $to/*")
    awk -v c="$columns" -v o="$ours" -v n="$nothing" -v t="$theirs" -v b="$binary" 'BEGIN {
        printf "1,000 property lists, %d binary: launch_daemons (%s) %.1f ms, with .load %.1f ms; a loop of libplist %.1f ms; " \
            "ratio %.2f%s\n", b, c, o - n, o, t, (o - n) / t, c == "*" ? "" : " (at most 1)" }'
done
echo "for f in '$to'/*; do \"\$1\" -i \"\$f\" -o /dev/null || :; done" > "$work/over_each"
read -r started _ plistutil _ < <("$work/pair" 3 "bash $work/over_each /bin/true" "bash $work/over_each plistutil 2>/dev/null")
echo "plistutil over each, by a shell: $plistutil ms, of which starting a program is $started ms"
