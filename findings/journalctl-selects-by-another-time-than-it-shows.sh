#!/bin/sh
# journalctl 252.39 (Debian 12 systemd 252.39-1~deb12u2, amd64); 257.13 of Debian 13 does the same
#
# --since and --until go by when journald received an entry, and the short forms show when it was sent
# (_SOURCE_REALTIME_TIMESTAMP) where the entry has that. Where the two differ, after a boot, a stall of
# journald or a step of the clock, --since T shows entries whose time is before T, and --until T leaves
# out entries whose time, as journalctl shows it, is before T. A timeline cut by a window so lacks rows
# of that window, and which are lacking cannot be seen in the output. journalctl(1) names one time alone.
#
# Seen: of three entries that are shown at 22:13:20, 22:13:30 and 22:16:40, --since 22:14:00 gives the
# second too, and --until 22:13:40 does not.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
version=252.39-1~deb12u2
apt-get -qq download "systemd=$version" "libsystemd-shared=$version" "systemd-journal-remote=$version" \
    libmicrohttpd12=0.9.75-6 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done
LD_LIBRARY_PATH=$(echo tree/usr/lib/*-linux-gnu):tree/lib/systemd:$(echo tree/usr/lib/*-linux-gnu/systemd)
export LD_LIBRARY_PATH TZ=UTC

entry() { # SECONDS MESSAGE [FIELD]
    printf '__REALTIME_TIMESTAMP=%s000000\n__MONOTONIC_TIMESTAMP=%s\n' "$1" "$1"
    printf '_BOOT_ID=0123456789abcdef0123456789abcdef\n%s\nMESSAGE=%s\n\n' "${3:-SYSLOG_IDENTIFIER=a}" "$2"
}
{
    entry 1700000000 first
    entry 1700000100 late _SOURCE_REALTIME_TIMESTAMP=1700000010000000
    entry 1700000200 third
} >entries
tree/lib/systemd/systemd-journal-remote -o a.journal entries 2>log || { cat log; exit 1; }

show() {
    tree/bin/journalctl --file a.journal -q -o short-iso "$@" | awk '{ print substr($1, 12, 8), $NF }' | paste -sd, -
}
all=$(show)
since=$(show --since '2023-11-14 22:14:00')
until=$(show --until '2023-11-14 22:13:40')
printf '%s\n' "all: $all" "since 22:14:00: $since" "until 22:13:40: $until"
[ "$all" = '22:13:20 first,22:13:30 late,22:16:40 third' ]
[ "$since" = '22:13:30 late,22:16:40 third' ]
[ "$until" = '22:13:20 first' ]
