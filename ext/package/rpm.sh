#!/bin/sh
# rpm.sh VERSION [ARCH BUILD STATIC]: packages for distributions of rpm in build/, the same bytes for the same commit: svcql
# with the static program, which needs nothing of its host, and svcql-extension with the extension for its sqlite3, which
# needs glibc. BUILD is a folder of this or another machine's build (build), STATIC that of its static program.
set -eu
version=$1
arch=${2:-$(uname -m)} from=${3:-build} static=${4:-build/static}
top=$PWD/build/rpm
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
export SOURCE_DATE_EPOCH
author() { git log -1 --format="$1" 2> /dev/null || echo "$2"; } # where there is git
packager="${DEBFULLNAME:-$(author %an svcql)} <${DEBEMAIL:-$(author %ae root@localhost)}>"

rm -rf "$top"
stage=$top/stage
mkdir -p "$top/tmp"
umask 022
make -s install BUILD="$from" DESTDIR="$stage" prefix=/usr libdir=/usr/lib64 unitdir=/usr/lib/systemd/system
install -m 755 "$static/svcql" "$stage/usr/bin/svcql"
install -m 644 "$from/portable/svcql.so" "$stage/usr/lib64/svcql/svcql.so"
# An archive of another C library's code is of no use there.
rm -r "$stage/usr/lib64/svcql.a" "$stage/usr/lib64/pkgconfig" "$stage/usr/include"
"$arch-linux-gnu-strip" --strip-unneeded "$stage/usr/lib64/svcql/svcql.so"
find "$stage/usr/share/man" -type f -exec gzip -9n {} +

cat > "$top/svcql.spec" <<END
Name: svcql
Version: $version
Release: 1
Summary: Services of hosts and dead disks as SQL tables
License: MIT
Packager: $packager
Group: System/Monitoring
%description
A program, and an extension of SQLite, that show systemd units, launch daemons,
Windows service keys and the commands of service tools as tables, and
detections of MITRE ATT&CK T1569 (System Services) as views. This package is
the program.

%package extension
Summary: Services of hosts and dead disks as SQL tables: the extension of SQLite
Group: System/Monitoring
Requires: sqlite >= 3.38
Recommends: libarchive
%description extension
Systemd units, launch daemons, Windows service keys and the commands of service
tools as tables of the sqlite3 shell.

%files
%license LICENSE
%doc README.md sql/HUNTING.md CHANGELOG.md
/usr/bin/svcql
/usr/lib/systemd/system/svcql.service
/usr/lib64/svcql/svcql.ext
/usr/share/svcql
/usr/share/man/man1/svcql.1.gz
/usr/share/bash-completion/completions/svcql
/usr/share/zsh/site-functions/_svcql
%dir /usr/lib64/svcql

%files extension
%license LICENSE
/usr/lib64/svcql/svcql.so
/usr/share/man/man7/svcql.7.gz
%dir /usr/lib64/svcql

%changelog
* $(LC_ALL=C date -ud "@$SOURCE_DATE_EPOCH" '+%a %b %d %Y') $packager - $version-1
- See CHANGELOG.md.
END
mkdir -p "$top/build"
cp -r LICENSE README.md CHANGELOG.md sql "$top/build"
rpmbuild -bb --quiet --target "$arch-linux" --buildroot "$stage" \
    --define "_topdir $top" --define "_builddir $top/build" --define "_rpmdir $top" --define "_tmppath $top/tmp" \
    --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' --define '_buildhost localhost' \
    --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
    --define '_build_id_links none' --define '__os_install_post %{nil}' --define 'debug_package %{nil}' \
    --define '_defaultdocdir /usr/share/doc' --define '_docdir_fmt %{NAME}' "$top/svcql.spec" > "$top/log" 2>&1 || {
    tail -n 20 "$top/log" >&2
    exit 1
}
mv "$top"/*.rpm build/
rm -rf "$top"
set -- build/svcql-"$version"-1."$arch".rpm build/svcql-extension-"$version"-1."$arch".rpm
! command -v rpmlint > /dev/null || rpmlint -c ext/package/rpmlint.toml "$@" > build/rpmlint.log 2>&1 || { cat build/rpmlint.log >&2; exit 1; }
printf '%s\n' "$@"
