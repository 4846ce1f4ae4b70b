#!/bin/sh
# dissect.target 3.25.1 (PyPI)
#
# Every job of a system crontab (/etc/crontab, /etc/cron.d) is given to the user of the file's first job:
# the user is looked for only while none is known, and stays for the lines that follow. The sixth field,
# which has the job's own user (crontab(5)), is left in the command. A job of www-data after one of root is
# shown as root's, and the other way round, so who runs what is wrong wherever a file has jobs of several users.
# A line with @reboot or @daily in place of the five fields has its columns shifted if it has enough
# words (hour "ann", day the program), and no record else, but a warning.
#
# Seen: username root for jobs of root, www-data and ann; nothing of "@reboot ann /home/ann/start".
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
mkdir -p host/etc host/opt host/var
cat >host/etc/passwd <<'END'
root:x:0:0:root:/root:/bin/bash
www-data:x:33:33::/var/www:/usr/sbin/nologin
ann:x:1000:1000::/home/ann:/bin/bash
END
cat >host/etc/crontab <<'END'
17 * * * * root run-parts /etc/cron.hourly
*/5 * * * * www-data /usr/bin/php /srv/cron.php
@reboot ann /home/ann/start
@reboot ann /home/ann/start --now --quiet --log /dev/null
END
PYTHONPATH=lib python3 - <<'END'
from dissect.target import Target
theirs = [(r.username, r.minute, r.hour, r.day, r.command) for r in Target.open('host').cronjobs()]
print(*theirs, sep='\n')
assert theirs == [('root', '17', '*', '*', 'root run-parts /etc/cron.hourly'),
                  ('root', '*/5', '*', '*', 'www-data /usr/bin/php /srv/cron.php'),
                  ('root', '@reboot', 'ann', '/home/ann/start', '--log /dev/null')]
END
