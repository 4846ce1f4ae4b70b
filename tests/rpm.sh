#!/bin/sh
# rpm.sh RPM EXTENSION [SUITE...]: install the packages, use them, and remove them: nothing stays. In an empty root, where
# the program needs nothing; and in a tree of each suite of Debian (in-tree.sh), with Debian's rpm and sqlite3. No
# database of rpm knows what is there, glibc and sqlite of Debian among it, so rpm installs without asking for it.
set -eu
fail() { echo "rpm: $*" >&2; exit 1; }
program=$1 extension=$2
shift 2
work=$(mktemp -d)
rpm() { command rpm "$@" 2> "$work.said" || { cat "$work.said" >&2; return 1; }; }
trap 'rm -rf "$work" "$work.said"' EXIT
! rpm -qpR "$program" | grep -v '^rpmlib' || fail "the program needs something"
! rpm -qpR "$extension" | grep -vE '^(rpmlib|lib[cm]\.so|ld-linux|rtld|sqlite )' || fail "the extension needs more than glibc and sqlite"
rpm --root "$work" --initdb
rpm --root "$work" --nodeps -i "$program" "$extension"
cp -a tests/fixtures/linux/compromised "$work/host"
status=0
chroot "$work" /usr/bin/svcql hunt -e /host > /dev/null || status=$?
[ "$status" -eq 1 ] || fail "the installed program ends with $status"
rpm --root "$work" -e svcql svcql-extension
rm -rf "$work/host"
left=$(find "$work" -path "$work/*svcql*")
[ -z "$left" ] || fail "stays: $left"
echo "rpm: installed, used, removed in an empty root"

# shellcheck disable=SC2016 # for the shell in the tree
inside='
set -eu
fail() { echo "rpm: $*" >&2; exit 1; }
apt-get -qq update
apt-get -qq install -y --no-install-recommends rpm sqlite3 < /dev/null > /tmp/log 2>&1 || { cat /tmp/log >&2; exit 1; }
mkdir -p /usr/share/licenses /usr/share/zsh/site-functions # as the package filesystem has on a host of rpm
list() { find / -xdev ! -path "/tmp/*" | sort; }
list > /tmp/before
rpm() { command rpm --dbpath /tmp/database "$@" 2> /tmp/said || { cat /tmp/said >&2; return 1; }; }
rpm --initdb
rpm --nodeps -i "$@"
rpm -V --nodeps svcql svcql-extension || fail "not as packed"
status=0
svcql hunt -e /tmp/host > /dev/null || status=$?
[ "$status" -eq 1 ] || fail "the installed program ends with $status"
[ "$(sqlite3 -cmd ".load /usr/lib64/svcql/svcql" -cmd "DELETE FROM evidence" :memory: ".parameter set @host /tmp/host" \
    "INSERT INTO evidence(location) VALUES (@host)" "SELECT count(*) > 3 FROM findings")" = 1 ] || fail "the installed extension finds nothing"
[ "$(echo "SELECT count(*) > 50 FROM svcql_tables;" | svcql shell)" = 1 ] || fail "the installed shell has no tables"
rpm -e svcql svcql-extension
list | diff /tmp/before - || fail "not as before"
echo "rpm: installed, used, removed in $(. /etc/os-release; echo "$VERSION_CODENAME"): rpm $(command rpm --version | cut -d " " -f 3), SQLite $(sqlite3 --version | cut -d " " -f 1)"
'
for suite in "$@"; do
    tests/in-tree.sh "$suite" sh -c "$inside" rpm "$program" "$extension"
done
