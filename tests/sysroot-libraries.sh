# sysroot-libraries.sh: sourced by windows-sysroot.sh and macos-sysroot.sh: Debian's sources of the libraries
# that svcql links, and how each becomes a static library by another compiler. What calls it sets
#   dir       where the root is made: its lib and include
#   archive_config  libarchive's own configuration for the system, of its contrib/android/config, and
#   archive_own     lines after it
#   expat_flags, cjson_flags, md_flags, zlib_flags  what these need there beside
#   cc, ar    the compiler and its archiver
# and calls begin, fetch_sources, build_libraries once for each processor, and end.
# shellcheck shell=sh disable=SC2154 # what the caller sets

sources='bzip2 cjson expat libarchive libmd libyaml libzstd lz4 sqlite3 xz-utils zlib'

# begin STAMP: end the script where the root was made with the same, else empty it, and log what follows.
begin() {
    stamp="$sources $1 $(cat tests/sysroot-libraries.sh "tests/${0##*/}" | cksum)"
    [ "$(cat "$dir/.built" 2>/dev/null)" != "$stamp" ] || exit 0
    rm -rf "$dir"
    mkdir -p "$dir/include" "$dir/bin" "$dir/src/state/lists/partial" "$dir/src/cache/archives/partial"
    log=$dir/log
    trap '[ $? -eq 0 ] || { echo "$0: failed; the end of $log:" >&2; tail -n 20 "$log" >&2; }' EXIT
    exec 3>&1 >"$log" 2>&1
}

# The end: the sources are not kept.
end() {
    rm -rf "$dir/src"
    echo "$stamp" >"$dir/.built"
    exec >&3
}

# Sources ---------------------------------------------------------------------

apt() {
    apt-get -q -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State="$PWD/state" -o Dir::State::status="$PWD/status" -o Dir::Cache="$PWD/cache" \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}

# fetch_sources: unpack them into $dir/src, each in a folder of its name, with SQLite's amalgamation made.
fetch_sources() {
    mirror=$(./tests/debian-mirror.sh)
    cd "$dir/src" || return
    . /etc/os-release
    : >status
    cat >sources.list <<END
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $VERSION_CODENAME main
END
    apt update
    # shellcheck disable=SC2086 # a list of words
    apt source --download-only $sources
    for description in *.dsc; do
        dpkg-source --no-check -x "$description" "${description%%_*}"
    done
    (cd sqlite3 && ./configure --disable-readline --disable-tcl && make sqlite3.c shell.c &&
        cp sqlite3.h src/sqlite3ext.h "$dir/include")
}

# Libraries ---------------------------------------------------------------------

# Only what is read with: no library's own build is run, which would take most of the time for its questions to
# the compiler.
flags='-Oz -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -DNDEBUG'

# library NAME FLAGS FILE...: compile the files of the current folder into libNAME.a
library() {
    name=$1 own=$2
    shift 2
    rm -rf ".objects-$name" # of another processor
    mkdir ".objects-$name"
    printf '%s\n' "$@" | FLAGS="$cc $flags $own" OBJECTS=".objects-$name" xargs -P "$(nproc)" -n 1 sh -c '
        object=${1#./}
        exec $FLAGS -c -o "$OBJECTS/$(echo "${object%.c}" | tr / -).o" "$1"' compile || return
    $ar rcsD "$lib/lib$name.a" ".objects-$name"/*.o
}

# without WORD FILE...: those whose names do not have the word.
without() {
    word=$1
    shift
    printf '%s\n' "$@" | grep -v "$word"
}

# build_libraries FOLDER: all of them, by $cc, into FOLDER; their headers are the same for each processor.
build_libraries() {
    lib=$1
    mkdir -p "$lib"
    (cd zlib && library z "${zlib_flags-}" adler32.c crc32.c inffast.c inflate.c inftrees.c trees.c deflate.c zutil.c uncompr.c &&
        cp zlib.h zconf.h "$dir/include")
    (cd bzip2 && library bz2 '' blocksort.c huffman.c crctable.c randtable.c compress.c decompress.c bzlib.c &&
        cp bzlib.h "$dir/include")
    (cd lz4/lib && library lz4 '-DLZ4LIB_VISIBILITY= -DLZ4FLIB_VISIBILITY=' lz4.c lz4hc.c lz4frame.c xxhash.c && cp lz4.h lz4hc.h lz4frame.h "$dir/include")
    (cd libzstd/lib && library zstd '-DZSTD_DISABLE_ASM -DZSTD_LEGACY_SUPPORT=0 -DHUF_FORCE_DECOMPRESS_X1
        -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DZSTD_STRIP_ERROR_STRINGS -DDYNAMIC_BMI2=0 -DZSTD_NO_INLINE
        -DZSTDLIB_VISIBLE= -DZSTDERRORLIB_VISIBLE=' common/*.c decompress/*.c &&
        cp zstd.h zstd_errors.h "$dir/include")
    (cd cjson && library cjson "-DCJSON_HIDE_SYMBOLS ${cjson_flags-}" cJSON.c && mkdir -p "$dir/include/cjson" &&
        cp cJSON.h "$dir/include/cjson")
    (cd libmd && : >config.h && library md "${md_flags-} -I. -Iinclude -Isrc" src/md5*.c src/sha*.c && cp include/md5.h include/sha1.h include/sha2.h "$dir/include")
    (cd libyaml && library yaml '-Iinclude -DYAML_DECLARE_STATIC -DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2
        -DYAML_VERSION_PATCH=5 -DYAML_VERSION_STRING="0.2.5"' src/*.c && cp include/yaml.h "$dir/include")
    (cd expat/expat/lib && : >expat_config.h && library expat "${expat_flags-} -I. -DHAVE_EXPAT_CONFIG_H -DXML_STATIC -DXML_GE=1 -DXML_DTD=1
        -DXML_NS=1 -DXML_MIN_SIZE -DXML_CONTEXT_BYTES=1024 -DBYTEORDER=1234" xmlparse.c xmltok.c xmlrole.c &&
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
    (cd libarchive/libarchive && cat >config-svcql.h <<END &&
#include "../contrib/android/config/$archive_config"
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
${archive_own-}
END
        library archive "-I. -I$dir/include -DLIBARCHIVE_STATIC -DLZMA_API_STATIC -DPLATFORM_CONFIG_H=\"config-svcql.h\"" \
            $(without 'filter_all\|filter_by_code\|format_all\|format_by_code\|_disk_\|extract\|getdate\|filter_rpm\|filter_program\|lrzip\|grzip\|lzop\|digest\|cmdline\|match\|rar5\|blake' \
                archive_[a-rt-v]*.c) archive_string*.c archive_windows.c xxhash.c &&
        cp archive.h archive_entry.h "$dir/include")

    (cd sqlite3 && library sqlite3 -DSQLITE_THREADSAFE=1 sqlite3.c)
}
