#!/bin/sh
# @plist/xml.parse 1.1.0 (npm), with fast-xml-parser as pinned below
#
# Blanks and line breaks at both ends of a <string> or <key> are taken away, so an argument of a launchd job that
# is a blank, as a separator is (cut -d ' '), becomes an empty one, and a script's last line break is lost.
# A line break by its number (&#10;), as property lists made by programs have, stays as it is written, and so
# becomes part of the command. In a property list all of that is text (Extensible Markup Language 1.0, 2.10
# and 4.1); CoreFoundation, Python's plistlib and npm's plist keep and decode it.
#
# Seen: ["cut", "-d", "", "-f1"] for cut -d ' ' -f1, and "cd /srv&#10;make" for two lines.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >job.plist <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>ProgramArguments</key><array><string>cut</string><string>-d</string><string> </string><string>-f1</string></array>
<key>Script</key><string>cd /srv&#10;make</string>
</dict></plist>
END
printf '{"private": true}' >package.json
npm --cache "$dir/cache" --silent install --ignore-scripts --no-audit --no-fund @plist/xml.parse@1.1.0 \
    @plist/common@1.1.0 base64-js@1.5.1 fast-xml-parser@4.5.7 strnum@1.1.2
cat >main.mjs <<'END'
import {readFileSync} from 'fs';
import {parse} from '@plist/xml.parse';
console.log(JSON.stringify(parse(readFileSync('job.plist', 'utf8'))));
END
node main.mjs >theirs
python3 - <<'END'
import json, plistlib
theirs, ours = json.load(open('theirs')), plistlib.load(open('job.plist', 'rb'))
print('@plist/xml.parse:', theirs, 'plistlib:', ours)
assert theirs == {'ProgramArguments': ['cut', '-d', '', '-f1'], 'Script': 'cd /srv&#10;make'}
assert ours == {'ProgramArguments': ['cut', '-d', ' ', '-f1'], 'Script': 'cd /srv\nmake'}
END
