#!/bin/sh
# simple-plist 1.4.0 (npm), with bplist-parser 0.3.2 that it stands on
#
# A binary property list has numbers of one, two and four bytes without a sign and of eight bytes with one
# (CoreFoundation, CFBinaryPList.c, bplist00 format). simple-plist puts the bytes together with shifts of 32
# bits: of eight bytes it has the last four, and what is 2^31 or more becomes negative, without an error.
# A limit of 2^63-1 in a launchd job, "unlimited" for its files, is so -1, a time in milliseconds another
# day, an inode another file. In a list in XML that time is right.
#
# Seen: -1 for 4294967295, 0 for 4294967296, -1 for 2^63-1, -807049216 for 1700000000000, and 7 for 7;
# bplist-parser 0.5.0 and Python's plistlib give the numbers as they are.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 - <<'END'
import plistlib
numbers = [4294967295, 4294967296, 2**63 - 1, 1700000000000, 7]
made = plistlib.dumps(numbers, fmt=plistlib.FMT_BINARY)
assert plistlib.loads(made) == numbers
open('binary.plist', 'wb').write(made)
open('xml.plist', 'wb').write(plistlib.dumps([1700000000000]))
END
printf '{"private": true}' >package.json
npm --cache "$dir/cache" --silent install --ignore-scripts --no-audit --no-fund \
    simple-plist@1.4.0 bplist-creator@0.1.1 plist@3.1.0 old@npm:bplist-parser@0.3.2 new@npm:bplist-parser@0.5.0
cat >main.cjs <<'END'
const simple = require('simple-plist');
const bytes = require('fs').readFileSync('binary.plist');
(async () => {
    const seen = [simple.readFileSync('binary.plist'), (await import('new')).parseBuffer(bytes)[0],
                  simple.readFileSync('xml.plist')].map((list) => list.join(' '));
    console.log(seen);
    process.exit(JSON.stringify(seen) === JSON.stringify([
        '-1 0 -1 -807049216 7', '4294967295 4294967296 9223372036854775807 1700000000000 7', '1700000000000']) ? 0 : 1);
})();
END
node main.cjs
