#!/bin/sh
# ausearch 3.0.9 (Debian 12 auditd 1:3.0.9-1, amd64); 4.0.2 of Debian 13 does the same
#
# `ausearch --format csv`, "suitable for import into analytical programs" by its manual, writes each value
# as it is, without the quotation marks that RFC 4180 has around one with a comma or a quotation mark.
# The row of a command with a comma has more columns than the header, and what follows moves to the right:
# parts of the command are taken for the kind of object, and the program has no name. A reader that takes
# columns by name reads other values, a strict one stops. Commands with commas are ordinary: lists of
# fields, hosts and mount options.
#
# Seen: 16 names and 18 columns for `lsblk -o NAME,SIZE,UUID`; csv.DictReader has OBJ_PRIME "lsblk -o
# NAME", OBJ_KIND "UUID" (not "process") and HOW "" (not "/usr/bin/sudo").
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download auditd=1:3.0.9-1 libauparse0=1:3.0.9-1 libaudit1=1:3.0.9-1 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done
cat >audit.log <<'END'
type=USER_CMD msg=audit(1700000000.001:1): pid=30 uid=0 auid=0 ses=1 msg='cwd="/" cmd=6C73626C6B202D6F204E414D452C53495A452C55554944 exe="/usr/bin/sudo" terminal=pts/0 res=success'
END
LD_LIBRARY_PATH=$(echo tree/lib/*-linux-gnu):$(echo tree/usr/lib/*-linux-gnu) TZ=UTC LC_ALL=C \
    tree/sbin/ausearch -if audit.log --format csv </dev/null >events.csv
cat events.csv
python3 - <<'END'
import csv
names, row = csv.reader(open('events.csv'))
event = next(csv.DictReader(open('events.csv')))
print(len(names), 'names', len(row), 'columns', event)
assert (len(names), len(row)) == (16, 18)
assert (event['OBJ_PRIME'], event['OBJ_KIND'], event['HOW']) == ('lsblk -o NAME', 'UUID', '')
END
