#!/bin/sh
# dissect.target 3.25.1 (PyPI)
#
# Of "Failed password for invalid user admin from ...", as sshd writes for a name that the host lacks (its
# source, auth.c, auth_log()), the record has the user "invalid": the word after "for". All guesses at names
# so count as one user. The way of a login is "password" or else "publickey": logins by
# keyboard-interactive/pam, which one-time codes and PAM's passwords come by, by gssapi-with-mic and
# by hostbased are records of a public key, and the "Failed none" of a client that asks what is allowed too.
# Who looks for logins without a key does not find them. The message itself is kept as it is.
#
# Seen: users "invalid" and "ann" for admin and ann; "publickey" for keyboard-interactive/pam, gssapi-with-mic
# and none.
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
cat >host/var/log/auth.log <<'END'
2026-11-14T22:13:20.000000+00:00 web sshd[1]: Failed password for invalid user admin from 192.0.2.7 port 4000 ssh2
2026-11-14T22:13:21.000000+00:00 web sshd[2]: Accepted keyboard-interactive/pam for ann from 192.0.2.7 port 4001 ssh2
2026-11-14T22:13:22.000000+00:00 web sshd[3]: Accepted gssapi-with-mic for ann from 192.0.2.7 port 4002 ssh2
2026-11-14T22:13:23.000000+00:00 web sshd[4]: Failed none for ann from 192.0.2.7 port 4003 ssh2
2026-11-14T22:13:24.000000+00:00 web sshd[5]: Accepted password for ann from 192.0.2.7 port 4004 ssh2
END
PYTHONPATH=lib python3 - <<'END'
from dissect.target import Target
theirs = [(r.user, r.action.split()[0], r.authentication_type) for r in Target.open('host').authlog()]
print(*theirs, sep='\n')
assert theirs == [('invalid', 'failed', 'password'), ('ann', 'accepted', 'publickey'), ('ann', 'accepted', 'publickey'),
                  ('ann', 'failed', 'publickey'), ('ann', 'accepted', 'password')]
END
