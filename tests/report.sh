#!/usr/bin/env bash
# The page of `svcql hunt --format html` in a browser: tests/report.sh PROGRAM
#
# Evidence is markup throughout, of two hosts; the browser is headless Chromium. The page must draw all, filter
# by its links, report no error, ask nothing of a network, and make no element out of a text.
set -euo pipefail
svcql=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for name in chromium chromium-browser google-chrome; do
    browser=$(command -v "$name") && break
done
[ -n "${browser:-}" ] || { echo "$0: needs chromium" >&2; exit 1; }

fail() { echo "$0: $*" >&2; exit 1; }

# host NAME UNITS: a host whose texts are markup.
host() {
    local root=$dir/$1 i
    mkdir -p "$root/etc/systemd/system" "$root/root"
    echo "ID=debian" > "$root/etc/os-release"
    echo "$1" > "$root/etc/hostname"
    echo "root:x:0:0::/root:/bin/bash" > "$root/etc/passwd"
    for ((i = 0; i < $2; i++)); do
        printf '[Unit]\nDescription=</script><b class=made>%s</b>\n[Service]\nExecStart=/tmp/\u202e<img src=http://evidence.invalid/%s>\n' \
            "$i" "$i" > "$root/etc/systemd/system/x$i.service"
    done
    printf '#1790000000\nsystemctl stop auditd "<img src=http://evidence.invalid/h>"\n' > "$root/root/.bash_history"
}

# page NAME ROOT...: a report of these roots, whose status must be that of findings.
page() {
    local name=$1 status=0 roots=() root
    shift
    for root; do roots+=(-e "$dir/$root"); done
    "$svcql" hunt -S info -f html -o "$dir/$name.html" "${roots[@]}" 2> "$dir/error" || status=$?
    [ "$status" -eq 1 ] || { cat "$dir/error" >&2; fail "hunt of $name ends with $status"; }
}

# open NAME [#LINK] [OPTION...]: what the browser makes of it, in $dir/dom, and what it asked in $dir/net.
open() {
    local address=file://$dir/$1.html${2:-}
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --disable-component-update --user-data-dir="$dir/profile" --virtual-time-budget=5000 \
        --enable-logging=stderr --v=0 --log-net-log="$dir/net" "${@:3}" --dump-dom "$address" \
        > "$dir/dom" 2> "$dir/console"
    ! grep CONSOLE "$dir/console" || fail "the page reports an error"
    ! grep -q 'evidence\.invalid\|attack\.mitre\.org' "$dir/net" || fail "the page asks a network"
    [ "$(grep -c '<script' "$dir/dom")" -eq 2 ] || fail "not two scripts in the page"
    ! grep -q '<img\|<b class' "$dir/dom" || fail "a text of the evidence became an element"
}

# section ID: the text of that part of the page.
section() { awk -v id="<section id=\"$1\"" 'BEGIN { RS = "</section>" } index($0, id)' "$dir/dom"; }
expect() { section "$1" | grep -qF -- "$2" || fail "$1 does not show $2"; }

host web1 3
host web2 2
page two web1 web2
open two
expect summary '>web1<'
expect summary '>web2<'
expect timeline '<a href="#findings&amp;host=web1'
expect incidents '<details id="incident-1"'
expect findings '&lt;img src='
expect findings '1–7 of 7 rows'
expect attack 'T1543.002'
expect services '&lt;img'
expect services 'U+202E'
expect posture 'rows'
expect coverage 'What was not read'

open two '#findings&host=web2'
expect findings '1–3 of 3 rows'
open two '#findings&q=nothing-has-this'
expect findings 'no rows'
open two '#services&host=web1'
expect services '1–3 of 3 rows'
open two '' --force-dark-mode
expect findings '1–7 of 7 rows'

# On paper all rows are there.
timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$dir/profile" --no-pdf-header-footer \
    --virtual-time-budget=5000 --print-to-pdf="$dir/two.pdf" "file://$dir/two.html" 2> /dev/null
[ -s "$dir/two.pdf" ] || fail "it does not print"

# Ten thousand findings are pages of a hundred.
host web3 10000
page many web3
open many
expect findings '1–100 of 10,001 rows'
[ "$(section findings | grep -o '<tr' | wc -l)" -eq 101 ] || fail "not a hundred rows in a page"
open many '#findings&q=x9999.service'
expect findings '1–1 of 1 row'
echo "report: the page draws, filters and prints, and asks nothing"
