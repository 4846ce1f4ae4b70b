#!/bin/sh
# static-sources.sh DIR: the sources of SQLite, its shell, cJSON and bzip2, of which Debian has no static library, only an
# older one, or none that a shared one can hold: from Debian's suite $STATIC_SUITE (forky), as apt verifies them. Kept, and fetched once.
set -eu
mkdir -p "$1"
dir=$(realpath "$1") suite=${STATIC_SUITE:-forky}
here=$(dirname "$(realpath "$0")")
[ "$(cat "$dir/.suite" 2> /dev/null)" != "$suite" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p state/lists/partial cache/archives/partial sqlite cjson bzip2
: > status
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $("$here/../../tests/debian-mirror.sh") $suite main" > sources
apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$work/sources" -o Dir::Etc::sourceparts=- -o Dir::State="$work/state" \
        -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
        -o Debug::NoLocking=1 "$@" > log 2>&1 || { tail -n 5 log >&2; exit 1; }
}
apt update
apt source --download-only sqlite3 cjson bzip2
tar -xf sqlite3_*.orig.tar.* -C sqlite --strip-components=1
tar -xf cjson_*.orig.tar.* -C cjson --strip-components=1
tar -xf bzip2_*.orig.tar.* -C bzip2 --strip-components=1
(cd sqlite && ./configure --disable-tcl && make sqlite3.c shell.c) > log 2>&1 || { tail -n 5 log >&2; exit 1; }
cp sqlite/sqlite3.[ch] sqlite/sqlite3ext.h sqlite/shell.c cjson/cJSON.c cjson/cJSON.h "$dir"
mkdir -p "$dir/bzip2"
(cd bzip2 && cp bzlib.h bzlib_private.h blocksort.c huffman.c crctable.c randtable.c compress.c decompress.c bzlib.c "$dir/bzip2")
echo "$suite" > "$dir/.suite"
