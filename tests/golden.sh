#!/bin/sh
# golden.sh EXTENSION: run each tests/golden/NAME.sql in the sqlite3 shell and compare with NAME.out.
# UPDATE=1 writes the .out files again. A script whose first line is "-- needs: COMMAND" is skipped
# where the command fails.
set -u
extension=$1
# A sanitizer's run-time must be there before the shell, which was built without it.
preload=$(ldd "$extension" | awk '/lib(a|ub)san/ { printf "%s ", $3 }')
passed=0 failed=0 skipped=0
for script in tests/golden/*.sql; do
    expected=${script%.sql}.out
    needs=$(sed -n '1s/^-- needs: //p' "$script")
    if [ -n "$needs" ] && ! sh -c "$needs" >/dev/null 2>&1; then
        echo "skipped $script: needs $needs"
        skipped=$((skipped + 1))
        continue
    fi
    actual=$(mktemp)
    # The columns that a plan reads change with every new column; the rest of a plan does not. How
    # the shell begins the line of an error is different in its versions.
    { LD_PRELOAD=$preload ASAN_OPTIONS=detect_leaks=0 sqlite3 -batch -cmd ".load $extension" :memory: <"$script" 2>&1; echo "exit $?"; } |
        sed -E -e 's/columns=0x[0-9a-f]*/columns=.../' \
            -e 's/^((Runtime|Parse) e|E)rror near line ([0-9]+):/error in line \3:/' >"$actual"
    if [ "${UPDATE:-}" = 1 ]; then
        cp "$actual" "$expected"
    fi
    if diff -u "$expected" "$actual"; then
        passed=$((passed + 1))
    else
        echo "FAILED $script"
        failed=$((failed + 1))
    fi
    rm -f "$actual"
done
echo "golden: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
