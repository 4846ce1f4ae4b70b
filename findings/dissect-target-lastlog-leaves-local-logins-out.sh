#!/bin/sh
# dissect.target 3.25.1 (PyPI)
#
# /var/log/lastlog has the last login of each user: time, terminal and host. The host is empty where
# the user logged in at the machine itself, on a console, a serial line or the console of a virtual machine
# (lastlog(8), column From). dissect.target leaves such an entry out like that of a user who never
# logged in. A user who came over the network at first and last by the console is missing too, since the file
# has the last login alone: the account then looks as if it had never been used.
#
# Seen: the entry of ann, and none of root, who logged in on tty1. lastlog of Debian 12 shows both.
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
mkdir -p host/etc host/opt host/var/log
printf 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n' >host/etc/passwd
python3 - <<'END'
from struct import pack
never = bytes(292)
with open('host/var/log/lastlog', 'wb') as file:
    file.write(pack('<I32s256s', 1700000000, b'tty1', b'') + 999 * never)
    file.write(pack('<I32s256s', 1700000100, b'pts/0', b'192.0.2.7'))
END
PYTHONPATH=lib python3 - <<'END'
from dissect.target import Target
theirs = [(r.uid, r.ut_user, r.ut_tty, r.ut_host) for r in Target.open('host').lastlog()]
print(theirs)
assert theirs == [(1000, 'ann', 'pts/0', '192.0.2.7')]
END
