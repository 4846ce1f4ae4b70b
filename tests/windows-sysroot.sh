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

# by_configure OPTION...: prepare the current folder, a library with a configure script. What its package
# changed in the rules of that script is not made again.
by_configure() {
    ./configure --host=$host --prefix="$dir" --disable-shared --enable-static --disable-dependency-tracking \
        CFLAGS="$flags" CPPFLAGS="-I$dir/include -DLZMA_API_STATIC" LDFLAGS="-L$dir/lib" "$@"
}
make_static() {
    make -j "$(nproc)" ACLOCAL=: AUTOCONF=: AUTOMAKE=: AUTOHEADER=: "$@"
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
(cd libyaml && library yaml '-Iinclude -DYAML_DECLARE_STATIC -DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2
    -DYAML_VERSION_PATCH=5 -DYAML_VERSION_STRING="0.2.5"' src/*.c && cp include/yaml.h "$dir/include")
(cd expat/expat/lib && : >expat_config.h && library expat '-I. -DHAVE_EXPAT_CONFIG_H -DXML_STATIC -DXML_GE=1 -DXML_DTD=1
    -DXML_NS=1 -DXML_CONTEXT_BYTES=1024 -DBYTEORDER=1234' xmlparse.c xmltok.c xmlrole.c &&
    cp expat.h expat_external.h "$dir/include")
(cd xz-utils && by_configure --disable-encoders --disable-xz --disable-xzdec --disable-lzmadec --disable-lzmainfo \
    --disable-scripts --disable-doc --disable-nls --disable-threads && make_static -C src/liblzma liblzma.la &&
    cp src/liblzma/.libs/liblzma.a "$dir/lib" && cp -r src/liblzma/api/lzma.h src/liblzma/api/lzma "$dir/include")
(cd libarchive && by_configure --disable-bsdtar --disable-bsdcpio --disable-bsdcat --disable-acl --disable-xattr \
    --without-openssl --without-xml2 --without-expat --without-iconv --without-cng --without-libb2 --without-nettle \
    --without-mbedtls && make_static libarchive.la && cp .libs/libarchive.a "$dir/lib" &&
    cp libarchive/archive.h libarchive/archive_entry.h "$dir/include")

# SQLite: the amalgamation, and the shell in which an extension is loaded ------------

(cd sqlite3 && ./configure --disable-readline && make sqlite3.c shell.c && library sqlite3 -DSQLITE_THREADSAFE=1 sqlite3.c &&
    cp sqlite3.h src/sqlite3ext.h "$dir/include" &&
    $cc -O2 -o "$dir/bin/sqlite3.exe" shell.c -I. -L"$dir/lib" -lsqlite3 -static)

cd "$dir"
rm -rf src
echo "$stamp" >.built
exec >&3
