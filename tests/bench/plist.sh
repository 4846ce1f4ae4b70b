#!/usr/bin/env bash
# plist.sh -- what 1,000 property lists cost: launch_daemons, against plistutil run over each.
#
#     tests/bench/plist.sh [FOLDER OF PLISTS]
#
# The folder's launchd property lists, half of them made binary, are copied over and over until there
# are 1,000. The shell loop's cost of starting programs is measured with `true` and subtracted.
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

ms() { # run a command three times; the best wall time in ms
    local best=999999 start end
    for _ in 1 2 3; do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1
        end=$(((($(date +%s%N) - start) + 500000) / 1000000))
        ((end < best)) && best=$end
    done
    echo "$best"
}
query() { sqlite3 :memory: -cmd ".load $so" "SELECT count(label), count(error) FROM launch_daemons WHERE root = '$work'"; }
nothing() { sqlite3 :memory: -cmd ".load $so" 'SELECT 1'; }
loop() { for f in "$to"/*; do "$1" -i "$f" -o /dev/null; done; }

svcql=$(($(ms query) - $(ms nothing)))
fork=$(ms loop /bin/true)
plistutil=$(ms loop plistutil)
echo "1,000 property lists, $binary of them binary:"
echo "  launch_daemons              $svcql ms, $svcql µs each"
echo "  plistutil over each         $plistutil ms"
echo "  /bin/true over each         $fork ms"
echo "  plistutil without starting  $((plistutil - fork)) ms"
