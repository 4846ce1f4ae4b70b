#!/usr/bin/env bash
# sigma_regression.sh REPOSITORY -- the event logs that SigmaHQ keeps for its rules, each tried with its rule by
# svcql sigma test. REPOSITORY is a clone of https://github.com/SigmaHQ/sigma, bare or not.
set -euo pipefail
cd "$(dirname "$0")/.."
svcql=$PWD/${BUILD:-build}/svcql
[ -n "${1:-}" ] || { echo "skipped sigma_regression.sh: no clone of SigmaHQ's rules"; exit 0; }
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
git -C "$1" ls-tree -r --name-only HEAD >"$box/all"
mkdir "$box/rules"
grep '^regression_data/.*[.]evtx$' "$box/all" | while IFS= read -r log; do
    name=$(basename "$(dirname "$log")")
    rule=$(grep "^rules.*/${name}[.]yml$" "$box/all") || { echo "skipped: no rule $name"; continue; }
    git -C "$1" show "HEAD:$rule" >"$box/rules/$name.yml"
    git -C "$1" show "HEAD:$log" >"$box/rules/$name.match.$(basename "$log")"
done
"$svcql" sigma test "$box/rules"
