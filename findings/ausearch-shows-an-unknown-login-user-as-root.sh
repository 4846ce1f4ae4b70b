#!/bin/sh
# ausearch and libauparse 3.0.9 (Debian 12 auditd 1:3.0.9-1, amd64); 4.0.2 of Debian 13 does the same
#
# systemd writes "auid=n/a" into a USER_AVC event where the caller has no login user, as a daemon has
# (its source, src/core/selinux-access.c, audit callback). `ausearch -i` shows that text as "root": it
# is taken for a number, and what has no digits becomes 0. An event in which nobody was logged in so names
# root as who was. The log itself, without -i, has n/a.
#
# Seen: "for auid=root uid=root" for "for auid=n/a uid=0".
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download auditd=1:3.0.9-1 libauparse0=1:3.0.9-1 libaudit1=1:3.0.9-1 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done
cat >audit.log <<'END'
type=USER_AVC msg=audit(1700000000.001:1): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='avc:  denied  { start } for auid=n/a uid=0 gid=0 path="/usr/lib/systemd/system/a.service" cmdline="" scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=service  exe="/usr/lib/systemd/systemd" sauid=0 hostname=? addr=? terminal=?'
END
search() {
    LD_LIBRARY_PATH=$(echo tree/lib/*-linux-gnu):$(echo tree/usr/lib/*-linux-gnu) TZ=UTC LC_ALL=C \
        tree/sbin/ausearch -if audit.log "$@" </dev/null
}
search -i
search -i | grep -q '^type=USER_AVC .* auid=unset .*for auid=root uid=root'
search | grep -q 'for auid=n/a uid=0'
