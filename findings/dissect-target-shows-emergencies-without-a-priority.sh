#!/bin/sh
# dissect.target 3.25.1 (PyPI)
#
# The records of the systemd journal have no priority where the entry has the highest one: PRIORITY=0,
# "emerg", is taken for an absent field, since 0 is false in Python. A search for what is at least as
# severe as "crit" so misses the emergencies alone, "the system is unusable" of systemd.journal-fields(7)
# and syslog(3), such as those of a kernel panic. The other seven levels have names.
#
# Seen: None, alert, crit, err, warning, notice, info, debug for the entries of priority 0 to 7.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore HOME="$dir"
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    dissect.target==3.25.1 dissect.cstruct==4.7 dissect.database==1.1 dissect.eventlog==3.11 \
    dissect.evidence==3.13 dissect.hypervisor==3.21 dissect.ntfs==3.16 dissect.regf==3.14 \
    dissect.util==3.25.dev10 dissect.volume==3.18 flow.record==3.21 msgpack==1.2.4 structlog==26.1.0 \
    defusedxml==0.7.1 backports.zstd==1.8.0
version=252.39-1~deb12u2
apt-get -qq download "libsystemd-shared=$version" "systemd-journal-remote=$version" libmicrohttpd12=0.9.75-6 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done

logs=host/var/log/journal/0123456789abcdef0123456789abcdef
mkdir -p host/etc host/opt "$logs"
for level in 0 1 2 3 4 5 6 7; do
    printf '__REALTIME_TIMESTAMP=170000000000000%s\n__MONOTONIC_TIMESTAMP=1%s\n' "$level" "$level"
    printf '_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=%s\nMESSAGE=level %s\n\n' "$level" "$level"
done >entries
LD_LIBRARY_PATH=$(echo tree/usr/lib/*-linux-gnu):$(echo tree/usr/lib/*-linux-gnu/systemd):tree/lib/systemd \
    tree/lib/systemd/systemd-journal-remote -o "$logs/system.journal" entries 2>log || { cat log; exit 1; }
PYTHONPATH=lib python3 - <<'END'
from dissect.target import Target
theirs = {record.message: record.priority for record in Target.open('host').journal()}
print(theirs)
assert theirs == {'level 0': None, 'level 1': 'alert', 'level 2': 'crit', 'level 3': 'err', 'level 4': 'warning',
                  'level 5': 'notice', 'level 6': 'info', 'level 7': 'debug'}
END
