#!/bin/sh
# platform-tree.sh SUITE: print the folder of this suite of Debian as debootstrap leaves it, made where there is none or
# it is older than a month: $SVCQL_PLATFORMS_DIR/SUITE/tree (build/platforms), with its packages in archives beside it.
# Nothing is to be changed in it. Needs root, debootstrap and a mirror ($MIRROR, or apt's).
set -eu
suite=$1
top=$(cd "$(dirname "$0")/.." && pwd)
dir=${SVCQL_PLATFORMS_DIR:-$top/build/platforms}/$suite
mkdir -p "$dir/archives"
dir=$(cd "$dir" && pwd)

# What of apt's configuration here a machine of this network needs. A testing suite's release file may
# be older than the clock likes.
apt_configuration() {
    apt-config dump Acquire | grep -i -e '::proxy' -e '::verify-' || true
    echo 'Acquire::Check-Valid-Until "false";'
}

exec 8> "$dir/tree.lock"
flock 8
if [ ! -e "$dir/tree.made" ] || [ -n "$(find "$dir/tree.made" -mtime +30)" ]; then
    script=$suite
    rm -rf "$dir/tree" "$dir/tree.made"
    [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=sid
    debootstrap --variant=minbase --cache-dir="$dir/archives" "$suite" "$dir/tree" \
        "$("$top/tests/debian-mirror.sh")" "$script" > "$dir/tree.log" 2>&1 || {
        tail -n 20 "$dir/tree.log" >&2
        exit 1
    }
    apt_configuration > "$dir/tree/etc/apt/apt.conf.d/90host"
    echo force-unsafe-io > "$dir/tree/etc/dpkg/dpkg.cfg.d/unsafe-io"
    touch "$dir/tree.made"
fi
echo "$dir/tree"
