#!/bin/sh
# rpm-vercmp 0.1.2 (PyPI)
#
# "^" in a version sorts what follows it after the version and before the next one: 1.0^20240101 is a snapshot
# later than 1.0 and older than 1.0.1 (rpm-version(7); rpm has it since 4.15, and Fedora's packages of
# snapshots are named so). rpm_vercmp passes over the sign like over a dot, so the date is compared with the next
# number: each snapshot is newer than each later release, 1.0^1 and 1.0.1 are the same, and a host that
# has the snapshot seems to have what the release mends. "~" is right.
#
# Seen: 1, 0, 1, -1 for 1.0^20240101 and 1.0.1, 1.0^1 and 1.0.1, 1.0^1 and 1.0a, 1.0~rc1 and 1.0, where univers
# 32.0.1 and rpm 4.18 have -1 for all four.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    rpm-vercmp==0.1.2 univers==32.0.1 attrs==26.1.0 packaging==26.4 semantic-version==2.10.0 semver==3.1.2
PYTHONPATH=lib python3 - <<'END'
from rpm_vercmp import vercmp
from univers.versions import RpmVersion
pairs = [('1.0^20240101', '1.0.1'), ('1.0^1', '1.0.1'), ('1.0^1', '1.0a'), ('1.0~rc1', '1.0')]
theirs = [vercmp(a, b) for a, b in pairs]
others = [(RpmVersion(a) > RpmVersion(b)) - (RpmVersion(a) < RpmVersion(b)) for a, b in pairs]
print('rpm_vercmp:', theirs, 'univers:', others)
assert theirs == [1, 0, 1, -1] and others == [-1, -1, -1, -1]
END
