#!/bin/sh
# libplist 2.2.0 (Debian 12 libplist-utils 2.2.0-6+b2, amd64); 2.6.0 of Debian 13 does the same
#
# An <integer> of an XML property list that begins with 0 is read as an octal number, and ends at the
# first 8 or 9 without an error: a launchd job with Hour 09 and Minute 08 starts at 00:00 by it, and has
# Day 030 as 24. Property lists have integers in decimal alone (PropertyList-1.0.dtd, element integer;
# for this reason launchd.plist(5) takes an octal Umask as a string). Python's plistlib reads them so.
#
# Seen: plistutil writes <integer>0</integer> for 09 and 08, and 24 for 030.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download libplist-utils=2.2.0-6+b2 libplist3=2.2.0-6+b2 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done
cat >job.plist <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key><string>com.example.backup</string>
	<key>StartCalendarInterval</key>
	<dict>
		<key>Day</key><integer>030</integer>
		<key>Hour</key><integer>09</integer>
		<key>Minute</key><integer>08</integer>
	</dict>
</dict>
</plist>
END
LD_LIBRARY_PATH=$(echo tree/usr/lib/*-linux-gnu) tree/usr/bin/plistutil -f bin -i job.plist -o job.bin
python3 - <<'END'
import plistlib
read = lambda path: plistlib.load(open(path, 'rb'))['StartCalendarInterval']
print('libplist:', read('job.bin'), 'plistlib:', read('job.plist'))
assert read('job.bin') == {'Day': 24, 'Hour': 0, 'Minute': 0}
assert read('job.plist') == {'Day': 30, 'Hour': 9, 'Minute': 8}
END
