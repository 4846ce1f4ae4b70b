#!/bin/sh
# wtmpdb 0.73.0 (Debian 13 wtmpdb 0.73.0-3+deb13u1, amd64)
#
# `wtmpdb rotate` moves every entry that began longer ago than the limit, 60 days by itself, and asks
# not whether it has ended: on a server that is up longer, the entry of the running boot and open logins go
# into the archive too. From then on `wtmpdb boottime` knows no boot, `wtmpdb last` shows neither boot nor
# login, `wtmpdb shutdown` at the end of the boot fails, and the archive has that boot as one without an
# end. A host that never crashed so looks as if it had, and who is logged in is in the archive alone.
#
# Seen: "3 entries moved", then "Boot time not found" and "Open entry for tty '~' not found", the boot and
# the open login without Logout in the archive.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p state/lists/partial cache/archives/partial
# shellcheck disable=SC2016 # apt's variables
mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >list
apt() {
    apt-get -qq -o Dir::Etc::SourceList="$dir/list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$dir/state" \
        -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root "$@" 2>/dev/null
}
apt update
apt download wtmpdb=0.73.0-3+deb13u1 libwtmpdb0=0.73.0-3+deb13u1 libsqlite3-0=3.46.1-7+deb13u2 libc6=2.41-12+deb13u5 \
    libaudit1=1:4.0.2-2+deb13u1 libcap-ng0=0.8.5-4+b1 libsystemd0=257.13-1~deb13u1 libcap2=1:2.75-10+deb13u1+b3
for package in *.deb; do dpkg-deb -x "$package" tree; done
lib=$dir/tree/usr/lib/x86_64-linux-gnu
wtmpdb() { "$lib/ld-linux-x86-64.so.2" --library-path "$lib" tree/usr/bin/wtmpdb "$@"; }
python3 - <<'END'
import sqlite3, time
day, now = 86400 * 10**6, int(time.time() * 10**6)
db = sqlite3.connect('wtmp.db')
db.execute('CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, Login INTEGER, '
           'Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT) STRICT')
db.execute('INSERT INTO wtmp VALUES(1, 1, "reboot", ?, NULL, "~", "6.12.0", NULL)', [now - 80 * day])
db.execute('INSERT INTO wtmp VALUES(2, 3, "ann", ?, NULL, "pts/0", "192.0.2.7", "sshd")', [now - 79 * day])
db.execute('INSERT INTO wtmp VALUES(3, 3, "bob", ?, ?, "pts/1", "", "sshd")', [now - 78 * day, now - 77 * day])
db.commit()
END
before=$(wtmpdb boottime -f wtmp.db)
wtmpdb rotate -f "$dir/wtmp.db"
boot=$(wtmpdb boottime -f wtmp.db 2>&1) || true
last=$(wtmpdb last -f wtmp.db 2>&1) || true
down=$(wtmpdb shutdown -f "$dir/wtmp.db" 2>&1) && down="$down (no failure)"
open=$(python3 -c 'import glob, sqlite3
print(*[u for u, in sqlite3.connect(glob.glob("wtmp_*.db")[0]).execute("SELECT User FROM wtmp WHERE Logout IS NULL")])')
printf '%s\n' "before: $before" "boottime: $boot" "last: $last" "shutdown: $down" "open in the archive: $open"
[ -n "$before" ] && [ "$open" = 'reboot ann' ]
echo "$boot" | grep -q 'Boot time not found'
echo "$last" | grep -q 'has no entries'
echo "$down" | grep -q "Open entry for tty '~' not found\$"
