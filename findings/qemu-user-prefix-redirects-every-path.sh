#!/bin/sh
# qemu-user 7.2 (Debian qemu-user-static 1:7.2+dfsg-7+deb12u18+b3, amd64)
#
# `qemu-ARCH -L DIR PROGRAM`, or QEMU_LD_PREFIX=DIR, "set the elf interpreter prefix" by its help. In
# fact every absolute path that the program itself opens or stats, and that exists below DIR, is
# silently taken from DIR: the program reads DIR/etc/debian_version when it asks for
# /etc/debian_version, and a path that DIR lacks from the host. A program that examines files under
# emulation so reads a mixture of two trees.
#
# Seen: the same command without -L prints the host's file, with -L the other one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download 'qemu-user-static=1:7.2+dfsg-7+deb12u18+b3' \
    'busybox-static=1:1.35.0-4+deb12u1+b1' 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done

mkdir -p prefix/data host/data
path=$dir/host/data/file
echo host >"$path"
mkdir -p "prefix$dir/host/data"
echo prefix >"prefix$path"

run() { tree/usr/bin/qemu-x86_64-static "$@"; }
plain=$(run tree/bin/busybox cat "$path")
redirected=$(run -L prefix tree/bin/busybox cat "$path")
size=$(run -L prefix tree/bin/busybox stat -c %s "$path")
rm "prefix$path"
absent=$(run -L prefix tree/bin/busybox cat "$path")

echo "without -L: $plain; with -L: $redirected, $size bytes; with -L where the prefix lacks it: $absent"
[ "$plain $redirected $size $absent" = 'host prefix 7 host' ]
