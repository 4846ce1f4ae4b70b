#!/bin/sh
# systemdlint 1.4.0 (PyPI), with anytree 2.13.0
#
# UMask= names the permissions that new files do not get (systemd.exec(5)). systemdlint tests it like a mode,
# which names those that they get: 0077, which leaves group and others nothing, and 0022, the default,
# are reported as errors, "world-writeable". Other forms that the manuals have are errors too:
# IPAddressDeny=any, a soft and a hard limit in one LimitNOFILE=, a percentage of memory in MemoryMax=. Whoever
# lets it judge a hardened unit is told to take the hardening away, and a CI that stops at errors stops.
#
# Seen: UMaskOW for UMask=0077 and 0022; InvalidValue for the other three; systemd-analyze verify 252.39
# accepts the same unit without a word.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib systemdlint==1.4.0 anytree==2.13.0
version=252.39-1~deb12u2
apt-get -qq download "systemd=$version" "libsystemd-shared=$version" 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done
for mask in 0022 0077; do
    cat >"umask$mask.service" <<END
[Unit]
Description=a hardened service
[Service]
Type=exec
ExecStart=/bin/sleep 60
UMask=$mask
IPAddressDeny=any
LimitNOFILE=1024:4096
MemoryMax=50%
END
    PYTHONPATH=lib python3 -m systemdlint "umask$mask.service" >>seen 2>&1 || true
done
LD_LIBRARY_PATH=$(echo tree/usr/lib/*-linux-gnu):$(echo tree/usr/lib/*-linux-gnu/systemd):tree/lib/systemd \
    tree/usr/bin/systemd-analyze verify --man=no "$dir/umask0077.service" "$dir/umask0022.service" >verified 2>&1
cat seen verified
for expected in UMaskOW 'InvalidValue.*IPAddressDeny=any' 'InvalidValue.*LimitNOFILE=' 'InvalidValue.*MemoryMax='; do
    test "$(grep -c "error.*$expected" seen)" = 2
done
test ! -s verified
