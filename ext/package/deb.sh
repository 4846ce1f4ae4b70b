#!/bin/sh
# deb.sh VERSION [ARCH BUILD]: build/svcql_VERSION-1_ARCH.deb of what is built, the same bytes for the same commit. Its
# maintainer is $DEBFULLNAME <$DEBEMAIL>, or the author of the commit. Another architecture's is made of the folder BUILD,
# beside this machine's own build: what it needs of other packages is taken from that, as the suite has the same ones.
set -eu
version=$1
arch=${2:-$(dpkg --print-architecture)} from=${3:-build}
strip=$(dpkg-architecture "-a$arch" -qDEB_HOST_GNU_TYPE)-strip
name=svcql_$version-1_$arch
stage=build/$name
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)
export SOURCE_DATE_EPOCH
author() { git log -1 --format="$1" 2> /dev/null || echo "$2"; } # where there is git
maintainer="${DEBFULLNAME:-$(author %an svcql)} <${DEBEMAIL:-$(author %ae root@localhost)}>"

rm -rf "$stage"
umask 022
make -s install BUILD="$from" DESTDIR="$stage" prefix=/usr "libdir=/usr/lib/$(dpkg-architecture "-a$arch" -qDEB_HOST_MULTIARCH)" unitdir=/usr/lib/systemd/system
"$strip" --strip-unneeded --remove-section=.comment --remove-section=.note "$stage/usr/bin/svcql"
find "$stage/usr/lib" -name '*.so' -exec "$strip" --strip-unneeded --remove-section=.comment --remove-section=.note {} +
find "$stage/usr/lib" -name '*.a' -exec "$strip" --strip-debug --enable-deterministic-archives {} +
find "$stage/usr/share/man" -type f -exec gzip -9n {} +

doc=$stage/usr/share/doc/svcql
mkdir -p "$doc" "$stage/DEBIAN" build/debian
cp README.md sql/HUNTING.md "$doc"
gzip -9nc CHANGELOG.md > "$doc/changelog.gz"
{
    echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    echo "Upstream-Name: svcql"
    echo
    echo "Files: *"
    echo "Copyright: $(sed -n 's/^Copyright (c) //p' LICENSE | head -1)"
    echo "License: Expat"
    sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
} > "$doc/copyright"
printf 'svcql (%s-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$(date -uRd "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.Debian.gz"

# It reads dpkg's database on dead disks, where no dpkg runs, and knows pagers by their names.
mkdir -p "$stage/usr/share/lintian/overrides"
cat > "$stage/usr/share/lintian/overrides/svcql" <<END
svcql: uses-dpkg-database-directly *
svcql: missing-depends-on-sensible-utils *
svcql: initial-upload-closes-no-bugs *
END

# The libraries that it needs, in the versions that their symbols ask for, and the one that it loads by its name
# when an archive is read.
printf 'Source: svcql\n\nPackage: svcql\nArchitecture: any\nDescription: x\n' > build/debian/control
depends=$(cd build && dpkg-shlibdeps -O --ignore-missing-info svcql 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
archive=$(dpkg -S "*/libarchive.so.13" | sed -n 's/^\(libarchive13[a-z0-9]*\):.*/\1/p' | head -1)
cat > "$stage/DEBIAN/control" <<END
Package: svcql
Version: $version-1
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(du -sk "$stage/usr" | cut -f1)
Depends: $depends, $archive
Recommends: sqlite3
Section: admin
Priority: optional
Description: services of hosts and dead disks as SQL tables
 A loadable extension of SQLite and a program that show systemd units, launch
 daemons, Windows service keys and the commands of service tools as tables, and
 detections of MITRE ATT&CK T1569 (System Services) as views.
END
(cd "$stage" && find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2 > DEBIAN/md5sums)
find "$stage" -exec touch -hcd "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$stage" "build/$name.deb" > /dev/null
rm -rf "$stage" build/debian
! command -v lintian > /dev/null || lintian --fail-on error,warning "build/$name.deb" 2> /dev/null
echo "build/$name.deb"
