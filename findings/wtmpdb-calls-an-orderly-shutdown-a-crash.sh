#!/bin/sh
# wtmpdb 0.73.0 (Debian 13 wtmpdb 0.73.0-3+deb13u1, amd64)
#
# A login that has no logout and lies in a boot that was shut down in order is shown as "crash" by
# `wtmpdb last`, in its JSON too, though the database has when that boot was shut down. So "crash" does
# not tell whether the host crashed; last of util-linux says "down" and how long it lasted, and "crash"
# only where the next boot came without a shutdown. wtmpdb's manual does not describe the word. The row of
# the boot itself is right: its end is the shutdown in the one case and missing in the other.
#
# Seen, of one wtmp imported: "crash" for bob's login, and "(00:16)" for its boot; last of util-linux
# 2.38.1 (Debian 12): "down (00:11)" for the login.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p state/lists/partial cache/archives/partial
# shellcheck disable=SC2016 # apt's variables
mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
for suite in bookworm trixie; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
done >list
apt() {
    apt-get -qq -o Dir::Etc::SourceList="$dir/list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$dir/state" \
        -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root "$@" 2>/dev/null
}
apt update
apt download wtmpdb=0.73.0-3+deb13u1 libwtmpdb0=0.73.0-3+deb13u1 libsqlite3-0=3.46.1-7+deb13u2 libc6=2.41-12+deb13u5 \
    libaudit1=1:4.0.2-2+deb13u1 libcap-ng0=0.8.5-4+b1 libsystemd0=257.13-1~deb13u1 libcap2=1:2.75-10+deb13u1+b3 \
    util-linux=2.38.1-5+deb12u3
dpkg-deb -x util-linux_*.deb util-linux
for package in lib*.deb wtmpdb*.deb; do dpkg-deb -x "$package" tree; done
lib=$dir/tree/usr/lib/x86_64-linux-gnu
run() { "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$@"; }
python3 - <<'END'
from struct import pack
def entry(kind, line, user, host, seconds):
    name = b'~~' if kind < 7 else line
    return pack('<hxxi32s4s32s256shhiii36x', kind, 0, line, name, user, host, 0, 0, 0, seconds, 0)
with open('wtmp', 'wb') as file:
    file.write(entry(2, b'~', b'reboot', b'6.1.0', 1700000000) + entry(7, b'tty1', b'bob', b'', 1700000300) +
               entry(1, b'~', b'shutdown', b'6.1.0', 1700001000) + entry(2, b'~', b'reboot', b'6.1.0', 1700005000) +
               entry(7, b'tty2', b'ann', b'', 1700005100))
END
run tree/usr/bin/wtmpdb import -f "$dir/wtmp.db" "$dir/wtmp"
export TZ=UTC
theirs=$(run tree/usr/bin/wtmpdb last -f wtmp.db -F | sed 's/ *$//')
other=$(run util-linux/usr/bin/last -F -f wtmp)
printf 'wtmpdb:\n%s\nutil-linux:\n%s\n' "$theirs" "$other"
echo "$theirs" | grep -q '^bob .*Tue Nov 14 22:18:20 2023 - crash$'
echo "$theirs" | grep -q '^reboot .*Tue Nov 14 22:13:20 2023 - Tue Nov 14 22:30:00 2023  (00:16)$'
echo "$other" | grep -q '^bob .*Tue Nov 14 22:18:20 2023 - down  *(00:11)$'
