#!/bin/sh
# in-tree.sh SUITE COMMAND...: run a command as root in the tree of a suite of Debian (platform-tree.sh). What it changes
# there is in memory, and gone with it; packages that apt fetches are kept for the next time. The current folder is its
# own, and cannot be written; /tmp/host is a host with findings.
set -eu
suite=$1
shift
tree=$("$(dirname "$0")/platform-tree.sh" "$suite")
archives=${tree%/tree}/archives-packages # not those of platforms.sh, which may be at work
mkdir -p "$archives/partial"
work=$(mktemp -d)
trap 'rmdir "$work"' EXIT
# shellcheck disable=SC2016 # for the shell in a mount namespace of its own
unshare --mount --propagation private sh -c '
set -eu
tree=$1 archives=$2 work=$3 here=$PWD
shift 3
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" "$work/root"
cp /etc/resolv.conf "$work/root/etc/"
cd "$work/root"
mount --rbind /proc proc
mount --rbind /dev dev
mount --bind "$archives" var/cache/apt/archives
mount --bind "$here" srv
mount -o remount,bind,ro srv
mount -t tmpfs -o mode=1777 tmpfs tmp
cp -a srv/tests/fixtures/linux/compromised tmp/host
exec chroot . /usr/bin/env -i -C /srv HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
' over "$tree" "$archives" "$work" "$@"
