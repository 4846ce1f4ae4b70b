#!/bin/sh
# windows-sysroot.sh DIR: what svcql links on Windows, built by mingw-w64 from Debian's sources into a
# folder: static libraries, their headers, and sqlite3.exe, the stock shell, in which the extension is
# tried. The sources are those of this machine's own suite. Kept between runs: done once.
set -eu
unset MAKEFLAGS MFLAGS MAKEOVERRIDES # of the make that calls this
dir=$1
host=x86_64-w64-mingw32
cc="${CCACHE-} $host-gcc" ar=$host-ar
archive_config=windows_host.h
cjson_flags='-include scanf.h'

cd "$(dirname "$0")/.."
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
. ./tests/sysroot-libraries.sh
begin "$($host-gcc -dumpfullversion)"
fetch_sources
# Windows's own sscanf(), as it is there already.
printf '#include <stdio.h>\n#define sscanf __ms_sscanf\n' >cjson/scanf.h
build_libraries "$dir/lib"
(cd sqlite3 && $cc -O2 -o "$dir/bin/sqlite3.exe" shell.c -I. -L"$dir/lib" -lsqlite3 -static)
end
