#!/bin/sh
# rpm.sh RPM EXTENSION: install the packages in an empty root, use them there, and remove them: nothing stays.
set -eu
fail() { echo "rpm: $*" >&2; exit 1; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# Their needs are libraries of another distribution: what rpm says of them is looked at, not asked for.
! rpm -qpR "$1" | grep -v '^rpmlib' || fail "the program needs something"
! rpm -qpR "$2" | grep -vE '^(rpmlib|lib[cm]\.so|ld-linux|rtld|sqlite )' || fail "the extension needs more than glibc and sqlite"
rpm --root "$root" --initdb
rpm --root "$root" --nodeps -i "$1" "$2"

cp -a tests/fixtures/linux/compromised "$root/host"
status=0
chroot "$root" /usr/bin/svcql hunt -e /host > /dev/null || status=$?
[ "$status" -eq 1 ] || fail "the installed program ends with $status"
[ "$(sqlite3 -cmd ".load '$root/usr/lib64/svcql/svcql'" -cmd "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('$root/host')" \
    :memory: "SELECT count(*) > 3 FROM findings")" = 1 ] || fail "the installed extension finds nothing"

rpm --root "$root" -e svcql svcql-extension
rm -rf "$root/host"
left=$(find "$root" -path '*svcql*')
[ -z "$left" ] || fail "stays: $left"
echo "rpm: installed, used, removed"
