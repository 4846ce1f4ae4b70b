#!/bin/sh
# cross-sysroot.sh ARCHITECTURE DIR PACKAGE...: libraries and headers of another Debian architecture in
# a folder, without a word to this machine's own dpkg. Kept between runs: done once.
set -eu
architecture=$1 dir=$2
shift 2

case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
[ "$(cat "$dir/.packages" 2>/dev/null)" != "$*" ] || exit 0
rm -rf "$dir"
mkdir -p "$dir/.apt/state/lists/partial" "$dir/.apt/cache/archives/partial"
: >"$dir/.apt/status"

# The Debian suite is this machine's, even if its apt has others.
. /etc/os-release
cat >"$dir/.apt/sources" <<END
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${MIRROR:-http://deb.debian.org/debian} $VERSION_CODENAME main
END
apt() {
    apt-get -q -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o Dir::Etc::sourcelist="$dir/.apt/sources" -o Dir::Etc::sourceparts=- \
        -o Dir::State="$dir/.apt/state" -o Dir::State::status="$dir/.apt/status" \
        -o Dir::Cache="$dir/.apt/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}
apt update >"$dir/.apt/log" 2>&1 || { tail -n 5 "$dir/.apt/log" >&2; exit 1; }
apt install -y --download-only --no-install-recommends "$@" >>"$dir/.apt/log" 2>&1 ||
    { tail -n 5 "$dir/.apt/log" >&2; exit 1; }
for package in "$dir"/.apt/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$dir"
done

# Links of a root to its own files are links of this folder.
find "$dir" -type l -lname '/*' | while read -r link; do
    ln -sfnr "$dir$(readlink "$link")" "$link"
done
rm -rf "$dir/.apt"
echo "$*" >"$dir/.packages"
