#!/usr/bin/env bash
# mutants_lines.sh: build/lines/lines, which lines of ext and tables each suite runs: the suite, its seconds, a file,
# and of its lines ":N:" for one that is run and "~N:" for one that is not. tests/mutants.sh reads it.
# SUITES='hive plist' makes those anew alone, once it is there.
#
# As gcov would, but each of hundreds of processes of a suite would write 450 files of counts as it ends. Here all
# write bytes of one file (tests/noted_lines.c), at the addresses of blocks; objdump says which lines each has.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/lines
# The tests' own lines are not asked for: their objects are those of build/.
make -s -j"$(nproc)" check-build
mkdir -p $build/noted
cp -r build/tests build/replay build/suites.h build/replay.h $build
rm -f $build/tests/*.d $build/replay/*.d
find $build/tests $build/replay $build/*.h -exec touch {} +
gcc -O2 -fPIC -fvisibility=hidden -D_GNU_SOURCE -DFOLDER="\"$PWD/$build/noted\"" -c -o $build/noted_lines.o tests/noted_lines.c
make -s -j"$(nproc)" BUILD=$build OPT='-O0 -g -fsanitize-coverage=trace-pc' HARDEN= LDFLAGS="$PWD/$build/noted_lines.o" check-build

# The blocks of a program or library: where the call returns to that notes it, a file, a line. What stands before the
# first call of a function is of its first block. A table of lines has the names of files without their folders: they
# are taken from the units, which are in the same order.
blocks() {
    { objdump -d --no-show-raw-insn --section=.text "$1" | awk '
          /^[0-9a-f]+ </ { print $1 "\tfunction" }
          called { sub(/:$/, "", $1); print at "\tblock\t" $1; called = 0 }
          / <__sanitizer_cov_trace_pc>$/ { at = $1; sub(/:$/, "", at); called = 1 }'
      { objdump --dwarf=info --dwarf-depth=1 "$1" | sed -n 's/.*DW_AT_name .* /unit /p'
        objdump --dwarf=decodedline "$1" 2> /dev/null; } | awk '
          $1 == "unit" { unit[++units] = $2 }
          /^File name/ { file = unit[++n]; name = file; sub(/.*\//, "", name) }
          $1 == name && $3 ~ /^0x/ && file ~ /^(ext|tables)\// { print substr($3, 3) "\tline\t" file "\t" $2 }'
    } | awk -F '\t' '{ printf "%16s\t%s\t%s\t%s\n", $1, $2, $3, $4 }' | LC_ALL=C sort |
        awk -F '\t' '
            $2 == "function" { block = ""; n = 0 }
            $2 == "block" { for (block = $3; n > 0; n--) print waiting[n] "\t" block }
            $2 == "line" && block != "" { print $3 "\t" $4 "\t" block }
            $2 == "line" && block == "" { waiting[++n] = $3 "\t" $4 }'
}
for part in check svcql svcql.so; do blocks $build/$part | sort -u > $build/$part.blocks; done

touch $build/lines
[ -n "${SUITES:-}" ] || git rev-parse HEAD > $build/lines.commit
for suite in ${SUITES:-$(sed 's/SUITE(\(.*\))/\1/' $build/suites.h)}; do
    case $suite in attack | corpus | damage | evtx_oracle | faults | oom | soak | trust) continue ;; esac
    for part in check svcql svcql.so; do
        rm -f $build/noted/$part
        truncate -s 64M $build/noted/$part
    done
    begin=$(date +%s.%N)
    timeout 1200 $build/check "$suite" > $build/log 2>&1 || echo "$suite fails: $(tail -n 1 $build/log)" >&2
    seconds=$(awk -v begin="$begin" -v end="$(date +%s.%N)" 'BEGIN { printf "%.1f", end - begin }')
    { awk -F '\t' -v suite="$suite" '$1 != suite' $build/lines
      for part in check svcql svcql.so; do
          { cmp -l $build/noted/$part /dev/zero 2> /dev/null || true; } | awk '
              NR == FNR { hit[sprintf("%x", $1 - 1)]; next }
              { print $1, $2, $3 in hit }' - FS='\t' $build/$part.blocks
      done | sort -k1,1 -k2,2n -k3,3nr | awk -v OFS='\t' -v suite="$suite" -v seconds="$seconds" '
          function flush() { if (any) print suite, seconds, file, text; text = ""; any = 0 }
          $1 != file { flush(); file = $1; line = 0 }
          $2 != line { line = $2; text = text ($3 ? ":" : "~") line ":"; any += $3 }
          END { flush() }'
    } > $build/lines.new
    mv $build/lines.new $build/lines
done
