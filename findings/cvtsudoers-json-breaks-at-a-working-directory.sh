#!/bin/sh
# cvtsudoers 1.9.13p3 (Debian 12 sudo 1.9.13p3-1+deb12u4, amd64)
#
# `cvtsudoers -f json`, made for programs that check sudo rules, writes no JSON where a rule has CWD=,
# CHROOT=, ROLE= or TYPE= (sudoers(5), Option_Spec): such an option stands in the array "Options" as a name and a
# value without the braces that the others have. A parser then refuses the whole file, with all rules
# in it, while cvtsudoers ends with success and `visudo -c` finds nothing wrong. The same rule with a tag
# or TIMEOUT= in place of it is right; so is -f csv.
#
# Seen: "Options": [ "runcwd": "/srv", { "authenticate": false } ], which Python's json refuses.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download sudo=1.9.13p3-1+deb12u4 2>/dev/null
dpkg-deb -x sudo_*.deb tree
cat >with <<'END'
root ALL=(ALL:ALL) ALL
deploy ALL=(web) CWD=/srv NOPASSWD: /usr/bin/make
END
sed 's/CWD=[^ ]*/TIMEOUT=5m/' with >without
convert() { LD_LIBRARY_PATH=tree/usr/libexec/sudo tree/usr/bin/cvtsudoers -c /dev/null -f "$1" "$2"; }
convert json with >with.json
convert json without >without.json
convert csv with | grep '^rule,deploy,ALL,web,.*runcwd=/srv.*/usr/bin/make$'
python3 - <<'END'
import json, re
text = open('with.json').read()
print(re.search(r'"Options": \[\s*"runcwd": "/srv",\s*\{ "authenticate": false \}\s*\]', text)[0])
try:
    json.loads(text)
    raise SystemExit('it is JSON now')
except json.JSONDecodeError as error:
    print(error)
rules = json.load(open('without.json'))['User_Specs']
assert [rule['User_List'][0]['username'] for rule in rules] == ['root', 'deploy']
END
