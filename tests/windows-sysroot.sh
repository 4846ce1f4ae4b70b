#!/bin/sh
# windows-sysroot.sh DIR: what svcql links on Windows, built by mingw-w64 from Debian's sources into a
# folder: static libraries, their headers, and sqlite3.exe, the stock shell, in which the extension is
# tried. The sources are those of this machine's own suite. Kept between runs: done once.
set -eu
dir=$1
sources='bzip2 cjson expat libarchive libmd libyaml libzstd lz4 sqlite3 xz-utils zlib'
host=x86_64-w64-mingw32
cc="${CCACHE-} $host-gcc"

case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
stamp="$sources $($host-gcc -dumpfullversion) $(cksum <"$0")"
[ "$(cat "$dir/.built" 2>/dev/null)" != "$stamp" ] || exit 0
rm -rf "$dir"
mkdir -p "$dir/include" "$dir/lib" "$dir/bin" "$dir/src/state/lists/partial" "$dir/src/cache/archives/partial"
log=$dir/log
trap '[ $? -eq 0 ] || { echo "windows-sysroot.sh: failed; the end of $log:" >&2; tail -n 20 "$log" >&2; }' EXIT
exec 3>&1 >"$log" 2>&1
cd "$dir/src"

# Sources ---------------------------------------------------------------------

. /etc/os-release
: >status
cat >sources.list <<END
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${MIRROR:-http://deb.debian.org/debian} $VERSION_CODENAME main
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

flags='-O2 -ffunction-sections -fdata-sections -DNDEBUG'

# library NAME FLAGS FILE...: compile the files of the current folder into libNAME.a
library() {
    name=$1 own=$2
    shift 2
    mkdir -p ".objects-$name"
    for file in "$@"; do
        # shellcheck disable=SC2086 # lists of words
        $cc $flags $own -c -o ".objects-$name/$(basename "$file" .c).o" "$file"
    done
    $host-ar rcsD "$dir/lib/lib$name.a" ".objects-$name"/*.o
}

# by_cmake FOLDER OPTION...: the same by the library's own rules
by_cmake() {
    from=$1
    shift
    cmake -S "$from" -B "$from/.build" -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_C_COMPILER=$host-gcc \
        -DCMAKE_RC_COMPILER=$host-windres -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS="$flags" \
        -DCMAKE_INSTALL_PREFIX="$dir" -DCMAKE_FIND_ROOT_PATH="$dir" \
        -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
        -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DBUILD_SHARED_LIBS=OFF "$@"
    cmake --build "$from/.build" -j "$(nproc)"
    cmake --install "$from/.build"
}

(cd zlib && library z '' ./*.c && cp zlib.h zconf.h "$dir/include")
(cd bzip2 && library bz2 '' blocksort.c huffman.c crctable.c randtable.c compress.c decompress.c bzlib.c &&
    cp bzlib.h "$dir/include")
(cd lz4/lib && library lz4 '' lz4.c lz4hc.c lz4frame.c xxhash.c && cp lz4.h lz4hc.h lz4frame.h "$dir/include")
(cd libzstd/lib && library zstd -DZSTD_DISABLE_ASM common/*.c decompress/*.c compress/*.c &&
    cp zstd.h zstd_errors.h "$dir/include")
(cd cjson && library cjson -DCJSON_HIDE_SYMBOLS cJSON.c && mkdir -p "$dir/include/cjson" &&
    cp cJSON.h "$dir/include/cjson")
(cd libmd && : >config.h && library md '-I. -Iinclude -Isrc' src/md5*.c src/sha*.c && cp include/md5.h include/sha1.h include/sha2.h "$dir/include")
by_cmake libyaml -DBUILD_TESTING=OFF
(cd expat/expat/lib && : >expat_config.h && library expat '-I. -DHAVE_EXPAT_CONFIG_H -DXML_STATIC -DXML_GE=1 -DXML_DTD=1
    -DXML_NS=1 -DXML_CONTEXT_BYTES=1024 -DBYTEORDER=1234' xmlparse.c xmltok.c xmlrole.c &&
    cp expat.h expat_external.h "$dir/include")
by_cmake xz-utils -DCREATE_XZ_SYMLINKS=OFF
(cd libarchive && ./configure --host=$host --prefix="$dir" --disable-shared --enable-static --disable-bsdtar \
    --disable-bsdcpio --disable-bsdcat --disable-acl --disable-xattr --without-openssl --without-xml2 \
    --without-expat --without-iconv --without-cng --without-libb2 --without-nettle --without-mbedtls \
    --disable-dependency-tracking CFLAGS="$flags" CPPFLAGS="-I$dir/include -DLZMA_API_STATIC" LDFLAGS="-L$dir/lib" &&
    make -j "$(nproc)" libarchive.la && cp .libs/libarchive.a "$dir/lib" &&
    cp libarchive/archive.h libarchive/archive_entry.h "$dir/include")

# SQLite: the amalgamation, and the shell in which an extension is loaded ------------

(cd sqlite3 && ./configure --disable-readline && make sqlite3.c shell.c && library sqlite3 -DSQLITE_THREADSAFE=1 sqlite3.c &&
    cp sqlite3.h src/sqlite3ext.h "$dir/include" &&
    $cc -O2 -o "$dir/bin/sqlite3.exe" shell.c -I. -L"$dir/lib" -lsqlite3 -static)

cd "$dir"
rm -rf src
echo "$stamp" >.built
exec >&3
