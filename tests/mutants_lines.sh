#!/usr/bin/env bash
# mutants_lines.sh: build/coverage/lines, which lines of ext and tables each suite runs, by gcov: the suite, its
# seconds, a file, and of its lines ":N:" for one that is run and "~N:" for one that is not. tests/mutants.sh reads it.
# SUITES='hive plist' makes those anew alone, once it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/coverage
# The tests' own lines are not asked for: their objects are those of build/.
make -s -j"$(nproc)" check-build
mkdir -p $build
cp -r build/tests build/replay build/suites.h build/replay.h $build
rm -f $build/tests/*.d $build/replay/*.d
find $build/tests $build/replay $build/*.h -exec touch {} +
make -s -j"$(nproc)" BUILD=$build OPT='-O0 --coverage' HARDEN= check-build
touch $build/lines
[ -n "${SUITES:-}" ] || git rev-parse HEAD > $build/lines.commit
for suite in ${SUITES:-$(sed 's/SUITE(\(.*\))/\1/' $build/suites.h)}; do
    case $suite in attack | corpus | damage | evtx_oracle | faults | oom | soak | trust) continue ;; esac
    find $build -name '*.gcda' -delete
    begin=$(date +%s.%N)
    timeout 1200 $build/check "$suite" > $build/log 2>&1 || echo "$suite fails: $(tail -n 1 $build/log)" >&2
    seconds=$(awk -v begin="$begin" -v end="$(date +%s.%N)" 'BEGIN { printf "%.1f", end - begin }')
    { awk -F '\t' -v suite="$suite" '$1 != suite' $build/lines
      find $build/ext $build/tables -name '*.gcda' -exec gcov -t {} + 2> /dev/null |
          awk -F: -v OFS='\t' -v suite="$suite" -v seconds="$seconds" '
              function flush() { if (any) print suite, seconds, file, text; text = ""; any = 0 }
              $2 + 0 == 0 && $3 == "Source" { flush(); file = $4; ours = file ~ /^(ext|tables)[\/]/; next }
              !ours || $2 + 0 == 0 { next }
              $1 ~ /#####|=====/ { text = text "~" $2 + 0 ":" }
              $1 ~ /[0-9]/ { text = text ":" $2 + 0 ":"; any = 1 }
              END { flush() }'
    } > $build/lines.new
    mv $build/lines.new $build/lines
done
