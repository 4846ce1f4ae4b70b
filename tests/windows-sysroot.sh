#!/bin/sh
# windows-sysroot.sh DIR: what svcql links on Windows, built by mingw-w64 from Debian's sources into a
# folder: static libraries, their headers, and sqlite3.exe, the stock shell, in which the extension is
# tried. The sources are those of this machine's own suite. Kept between runs: done once.
set -eu
unset MAKEFLAGS MFLAGS MAKEOVERRIDES # of the make that calls this
dir=$1
sources='bzip2 cjson expat libarchive libmd libyaml libzstd lz4 sqlite3 xz-utils zlib'
host=x86_64-w64-mingw32
cc="${CCACHE-} $host-gcc"

cd "$(dirname "$0")/.."
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
stamp="$sources $($host-gcc -dumpfullversion) $(cksum <tests/windows-sysroot.sh)"
[ "$(cat "$dir/.built" 2>/dev/null)" != "$stamp" ] || exit 0
rm -rf "$dir"
mkdir -p "$dir/include" "$dir/lib" "$dir/bin" "$dir/src/state/lists/partial" "$dir/src/cache/archives/partial"
log=$dir/log
trap '[ $? -eq 0 ] || { echo "windows-sysroot.sh: failed; the end of $log:" >&2; tail -n 20 "$log" >&2; }' EXIT
exec 3>&1 >"$log" 2>&1
mirror=$(./tests/debian-mirror.sh)
cd "$dir/src"

# Sources ---------------------------------------------------------------------

. /etc/os-release
: >status
cat >sources.list <<END
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $VERSION_CODENAME main
END
apt() {
    apt-get -q -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State="$PWD/state" -o Dir::State::status="$PWD/status" -o Dir::Cache="$PWD/cache" \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}
apt update
# shellcheck disable=SC2086 # a list of words
apt source --download-only $sources
for description in *.dsc; do
    dpkg-source --no-check -x "$description" "${description%%_*}"
done

# Libraries ---------------------------------------------------------------------

# Only what is read with: no library's own build is run, which would take most of the time for its questions to
# the compiler.
flags='-Oz -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -DNDEBUG'

# library NAME FLAGS FILE...: compile the files of the current folder into libNAME.a
library() {
    name=$1 own=$2
    shift 2
    mkdir -p ".objects-$name"
    printf '%s\n' "$@" | FLAGS="$cc $flags $own" OBJECTS=".objects-$name" xargs -P "$(nproc)" -n 1 sh -c '
        object=${1#./}
        exec $FLAGS -c -o "$OBJECTS/$(echo "${object%.c}" | tr / -).o" "$1"' compile || return
    $host-ar rcsD "$dir/lib/lib$name.a" ".objects-$name"/*.o
}

# without WORD FILE...: those whose names do not have the word.
without() {
    word=$1
    shift
    printf '%s\n' "$@" | grep -v "$word"
}

(cd zlib && library z '' adler32.c crc32.c inffast.c inflate.c inftrees.c trees.c deflate.c zutil.c uncompr.c &&
    cp zlib.h zconf.h "$dir/include")
(cd bzip2 && library bz2 '' blocksort.c huffman.c crctable.c randtable.c compress.c decompress.c bzlib.c &&
    cp bzlib.h "$dir/include")
(cd lz4/lib && library lz4 '' lz4.c lz4hc.c lz4frame.c xxhash.c && cp lz4.h lz4hc.h lz4frame.h "$dir/include")
(cd libzstd/lib && library zstd '-DZSTD_DISABLE_ASM -DZSTD_LEGACY_SUPPORT=0 -DHUF_FORCE_DECOMPRESS_X1
    -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DZSTD_STRIP_ERROR_STRINGS -DDYNAMIC_BMI2=0 -DZSTD_NO_INLINE' common/*.c decompress/*.c &&
    cp zstd.h zstd_errors.h "$dir/include")
# Windows's own sscanf(), as it is there already.
(cd cjson && printf '#include <stdio.h>\n#define sscanf __ms_sscanf\n' >scanf.h &&
    library cjson '-DCJSON_HIDE_SYMBOLS -include scanf.h' cJSON.c && mkdir -p "$dir/include/cjson" &&
    cp cJSON.h "$dir/include/cjson")
(cd libmd && : >config.h && library md '-I. -Iinclude -Isrc' src/md5*.c src/sha*.c && cp include/md5.h include/sha1.h include/sha2.h "$dir/include")
(cd libyaml && library yaml '-Iinclude -DYAML_DECLARE_STATIC -DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2
    -DYAML_VERSION_PATCH=5 -DYAML_VERSION_STRING="0.2.5"' src/*.c && cp include/yaml.h "$dir/include")
(cd expat/expat/lib && : >expat_config.h && library expat '-I. -DHAVE_EXPAT_CONFIG_H -DXML_STATIC -DXML_GE=1 -DXML_DTD=1
    -DXML_NS=1 -DXML_MIN_SIZE -DXML_CONTEXT_BYTES=1024 -DBYTEORDER=1234' xmlparse.c xmltok.c xmlrole.c &&
    cp expat.h expat_external.h "$dir/include")

lzma='-DHAVE_STDBOOL_H -DHAVE__BOOL -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_DECODERS -DHAVE_CHECK_CRC32
    -DHAVE_CHECK_CRC64 -DHAVE_CHECK_SHA256 -DTUKLIB_FAST_UNALIGNED_ACCESS -DTUKLIB_SYMBOL_PREFIX=lzma_
    -DSIZEOF_SIZE_T=8 -DASSUME_RAM=128 -DPACKAGE_NAME="XZ" -DPACKAGE_URL="" -DPACKAGE_BUGREPORT="" -DLZMA_API_STATIC
    -Isrc/common'
for decoder in LZMA1 LZMA2 DELTA X86 POWERPC IA64 ARM ARMTHUMB ARM64 SPARC RISCV; do
    lzma="$lzma -DHAVE_DECODER_$decoder"
done
for folder in api common check lz rangecoder lzma delta simple; do
    lzma="$lzma -Isrc/liblzma/$folder"
done
# shellcheck disable=SC2046 # a list of words
(cd xz-utils &&
    library lzma "$lzma" $(without 'encoder\|_mt\|outqueue\|hardware\|string_conv\|tablegen\|_small\|easy_preset\|_x86' \
        src/liblzma/common/*.c src/liblzma/check/*.c src/liblzma/lz/*.c src/liblzma/lzma/*.c src/liblzma/delta/*.c \
        src/liblzma/simple/*.c) &&
    cp -r src/liblzma/api/lzma.h src/liblzma/api/lzma "$dir/include")

# shellcheck disable=SC2046 # a list of words
(cd libarchive/libarchive && cat >config-svcql.h <<'END' &&
#include "../contrib/android/config/windows_host.h"
#define __LIBARCHIVE_CONFIG_H_INCLUDED 1
#define HAVE_ZLIB_H 1
#define HAVE_LIBZ 1
#define HAVE_BZLIB_H 1
#define HAVE_LIBBZ2 1
#define HAVE_LZMA_H 1
#define HAVE_LIBLZMA 1
#define HAVE_LZ4_H 1
#define HAVE_LIBLZ4 1
#define HAVE_ZSTD_H 1
#define HAVE_LIBZSTD 1
END
    library archive "-I. -I$dir/include -DLIBARCHIVE_STATIC -DLZMA_API_STATIC -DPLATFORM_CONFIG_H=\"config-svcql.h\"" \
        $(without 'filter_all\|filter_by_code\|format_all\|format_by_code\|_disk_\|extract\|getdate\|filter_rpm\|filter_program\|lrzip\|grzip\|lzop\|digest\|cmdline\|match\|rar5\|blake' \
            archive_[a-rt-v]*.c) archive_string*.c archive_windows.c xxhash.c &&
    cp archive.h archive_entry.h "$dir/include")

# SQLite: the amalgamation, and the shell in which an extension is loaded ------------

(cd sqlite3 && ./configure --disable-readline --disable-tcl && make sqlite3.c shell.c && library sqlite3 -DSQLITE_THREADSAFE=1 sqlite3.c &&
    cp sqlite3.h src/sqlite3ext.h "$dir/include" &&
    $cc -O2 -o "$dir/bin/sqlite3.exe" shell.c -I. -L"$dir/lib" -lsqlite3 -static)

cd "$dir"
rm -rf src
echo "$stamp" >.built
exec >&3
