#!/usr/bin/env bash
# macos.sh DIR: svcql.dylib and svcql of DIR, for each processor and for both, by what llvm reads of them: nothing is run, as
# no macOS is at hand. And what of ext/host/macos any system of POSIX can run, run here. Prints a line a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
tools=$(dirname "$(find /usr/lib/llvm-*/bin -name llvm-lipo | sort | tail -n 1)")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

# is WHAT EXPECTED ACTUAL
is() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'macos: FAILED: %s\n    expected: %s\n    is:       %s\n' "$1" "$2" "$3"
    fi
}

dump() { "$tools/llvm-objdump" --macho "$@"; }
words() { sort | xargs; }

for processor in x86_64 aarch64; do
    name=${processor/aarch64/arm64}
    for product in svcql svcql.dylib; do
        file=$build/$processor/$product
        is "the kind of $file" "$([ $product = svcql ] && echo EXECUTE || echo DYLIB)" \
            "$(dump --private-header "$file" | awk '/MH_MAGIC_64/ { print $5 }')"
        is "the processor of $file" "$name" "$("$tools/llvm-lipo" -archs "$file" | words)"
        is "what $file loads" /usr/lib/libSystem.B.dylib \
            "$(dump --dylibs-used "$file" | awk '$1 != "svcql.dylib" && /compatibility/ { print $1 }' | words)"
        is "the oldest macOS of $file" "macos 13.0" \
            "$(dump --private-headers "$file" | awk '$1 == "platform" { p = $2 } $1 == "minos" { print p, $2 }')"
    done
    # The kernel runs nothing for arm64 that is not signed, if only by itself.
    is "$processor/svcql is signed where it must be" "$([ $processor = aarch64 ] && echo 1 || echo 0)" \
        "$(dump --private-headers "$build/$processor/svcql" | grep -c LC_CODE_SIGNATURE)"
    # Beside the linker's own two.
    is "what $processor/svcql.dylib shows" '_sqlite3_svcql_init _svcql_version' \
        "$(dump --exports-trie "$build/$processor/svcql.dylib" |
            awk '$1 ~ /^0x/ && $2 != "__mh_dylib_header" && $2 != "___dso_handle" { print $2 }' | words)"
    # The extension takes SQLite from whoever loads it, the program has its own.
    is "what $processor/svcql.dylib takes of SQLite" '' \
        "$("$tools/llvm-nm" -u "$build/$processor/svcql.dylib" 2>/dev/null | grep sqlite3 | words)"
done
for product in svcql svcql.dylib; do
    is "the processors of universal/$product" 'arm64 x86_64' "$("$tools/llvm-lipo" -archs "$build/universal/$product" | xargs -n 1 | words)"
done

# Descriptors of memory, by this system's compiler.
"${HOST_CC:-gcc}" -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -Iinclude -Itables -o "$scratch/memory_file" tests/macos_memory_file.c \
    ext/host/macos/memory_file.c tables/formats/text/array.c -lpthread
is "descriptors of memory" ok "$("$scratch/memory_file" 2>&1)"

echo "macos: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
