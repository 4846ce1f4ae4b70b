#!/bin/sh
# dissect.target 3.25.1 (PyPI)
#
# The function `services` reads each unit file by itself. A drop-in (NAME.service.d/*.conf) is in no record,
# neither in that of its unit nor in one of its own, so a service that runs another program by an override
# is listed with the vendor's; systemd.unit(5) has drop-ins as part of the unit, and `systemctl edit`
# writes them. Where one name is in /etc and in /usr/lib there are two records, of which systemd would
# load the first alone; an ExecStart= that empties the list leaves what was before it in the record.
#
# Seen: ExecStart /usr/sbin/old for web.service, whose drop-in says /opt/new; two records for job.service;
# ["/bin/one", "", "/bin/two"] for ExecStart=/bin/one, ExecStart=, ExecStart=/bin/two.
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
etc=host/etc/systemd/system usr=host/usr/lib/systemd/system
mkdir -p host/opt host/var $etc/web.service.d $usr
printf '[Service]\nExecStart=/usr/sbin/old\n' >$usr/web.service
printf '[Service]\nExecStart=\nExecStart=/opt/new\n' >$etc/web.service.d/override.conf
printf '[Service]\nExecStart=/usr/bin/vendor\n' >$usr/job.service
printf '[Service]\nExecStart=/usr/bin/admin\n' >$etc/job.service
printf '[Service]\nType=oneshot\nExecStart=/bin/one\nExecStart=\nExecStart=/bin/two\n' >$usr/list.service
PYTHONPATH=lib python3 - <<'END'
from dissect.target import Target
theirs = sorted((record.name, str(record.Service_ExecStart)) for record in Target.open('host').services())
print(theirs)
assert theirs == [('job.service', '/usr/bin/admin'), ('job.service', '/usr/bin/vendor'),
                  ('list.service', "['/bin/one', '', '/bin/two']"), ('web.service', '/usr/sbin/old')]
END
