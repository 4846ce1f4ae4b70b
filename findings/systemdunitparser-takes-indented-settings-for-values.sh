#!/bin/sh
# systemdunitparser 0.4 (PyPI)
#
# In a unit file a line goes on where it ends with a backslash, and blanks before a setting mean nothing
# (systemd.syntax(7)). This parser goes by the indentation instead, as Python's configparser does: an
# indented setting becomes a part of the value above it and is no setting of its own, without an error. A
# unit laid out with indentation so loses User=, CapabilityBoundingSet= and the like, and its command has
# them as words. The backslashes stay in the value too, and a line that goes on without indentation, as
# systemd allows, cannot be read at all.
#
# Seen: ExecStart "/usr/bin/web \\\n--port 80\nUser=web" and no User.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib systemdunitparser==0.4
cat >web.service <<'END'
[Service]
ExecStart=/usr/bin/web \
    --port 80
    User=web
Nice=5
END
PYTHONPATH=lib python3 - <<'END'
from SystemdUnitParser import SystemdUnitParser
unit = SystemdUnitParser()
unit.read('web.service')
theirs = dict(unit['Service'])
print(theirs)
assert theirs == {'ExecStart': '/usr/bin/web \\\n--port 80\nUser=web', 'Nice': '5'}
END
