#!/bin/sh
# evtx v0.2.1-0.20251107004037-f9f4e4ed0236 (Go module www.velocidex.com/golang/evtx, which reads event logs in
# Velociraptor), Go 1.24 or later
#
# An array of numbers in an event ([MS-EVEN6] 3.1.4.7.5, one element for each item) comes out as the bytes of
# the record taken for text, without the zeros at its end: [1, 2, 300] becomes a few control characters, and JSON
# has U+FFFD for what is not UTF-8. So do arrays of GUIDs, SIDs and times, and a number of type Int8; an array
# of strings is right. A SYSTEMTIME has its fraction in milliseconds ([MS-DTYP] 2.3.13), and is shown
# with it as nanoseconds: .987 of a second is .000000987, which puts events of one second in another order.
#
# Seen: "\u0001\u0000\u0000\u0000\u0002\u0000\u0000\u0000,\u0001" for [1, 2, 300], "\ufffd" for -1, and
# "2023-11-14 22:13:20.000000987 +0000 UTC"; evtx 0.14.0 of PyPI has 1, 2, 300, -1 and 22:13:20.987000.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore GOPATH="$dir/go" GOCACHE="$dir/cache" GOFLAGS='-mod=mod -modcacherw' \
    GOTOOLCHAIN=local GOTELEMETRY=off GONOSUMDB=www.velocidex.com
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib evtx==0.14.0
PYTHONPATH=lib python3 - >others <<'END'
from struct import pack, pack_into
from zlib import crc32

def log(path, *data):  # one event; data: (name, type, bytes)
    c = bytearray(512)
    wide = lambda text: text.encode('utf-16le')
    put = lambda *parts: c.extend(b''.join(parts))
    text = lambda t: put(b'\5\1', pack('<H', len(t)), wide(t))
    value = lambda i: lambda: put(pack('<BHB', 13, i, data[i][1]))
    def name(t):
        h = 0
        for x in t: h = (h * 65599 + ord(x)) & 0xffffffff
        put(pack('<IIHH', len(c) + 4, 0, h & 0xffff, len(t)), wide(t), b'\0\0')
    def sized(*bodies):
        at = len(c)
        put(bytes(4))
        for body in bodies: body()
        pack_into('<I', c, at, len(c) - at - 4)
    def element(tag, attribute, *content):
        own = [lambda: sized(lambda: (put(b'\6'), name(attribute[0]), text(attribute[1])))] if attribute else []
        put(b'\x41' if attribute else b'\1', b'\xff\xff')
        sized(lambda: name(tag), *own, lambda: put(b'\2'), *content, lambda: put(b'\4'))
    def fields():
        element('System', None, lambda: element('EventID', None, lambda: text('1')),
                lambda: element('TimeCreated', ('SystemTime', '2023-11-14T22:13:20.0000000Z')))
        element('EventData', None, lambda: [element('Data', d[0] and ('Name', d[0]), value(i))
                                            for i, d in enumerate(data)])
    put(b'**\0\0', pack('<IQQ', 0, 1, 133444736000000000), b'\x0f\1\1\0\x0c\1')
    put(pack('<III', 1, len(c) + 8, 0), bytes(range(16)))
    sized(lambda: put(b'\x0f\1\1\0'), lambda: element('Event', None, fields), lambda: put(b'\0'))
    put(pack('<I', len(data)), *[pack('<HBB', len(d[2]), d[1], 0) for d in data], *[d[2] for d in data], b'\0')
    put(bytes(-(len(c) + 4) % 8))
    size = len(c) + 4 - 512
    put(pack('<I', size))
    pack_into('<I', c, 516, size)
    c[:56] = b'ElfChnk\0' + pack('<QQQQIIII', 1, 1, 1, 1, 128, 512, len(c), crc32(c[512:]))
    pack_into('<I', c, 124, crc32(c[:120] + c[128:512]))
    head = b'ElfFile\0' + pack('<QQQIHHHH', 0, 0, 2, 128, 1, 3, 4096, 1) + bytes(80)
    open(path, 'wb').write(head + pack('<I', crc32(head[:120])) + bytes(3968) + c.ljust(65536, b'\0'))

import re
from evtx import PyEvtxParser
log('a.evtx', ('Items', 0x88, pack('<III', 1, 2, 300)), ('Small', 3, pack('<b', -1)),
    ('When', 18, pack('<8H', 2023, 11, 2, 14, 22, 13, 20, 987)), ('Names', 0x81, 'a\0b\0'.encode('utf-16le')))
print(re.findall(r'<Data Name="(.*?)">(.*?)</Data>', next(PyEvtxParser('a.evtx').records())['data']))
END
mkdir find
cd find
cat >go.mod <<'END'
module find

go 1.24.0

require www.velocidex.com/golang/evtx v0.2.1-0.20251107004037-f9f4e4ed0236
END
cat >main.go <<'END'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"www.velocidex.com/golang/evtx"
)

func main() {
	file, err := os.Open("../a.evtx")
	if err != nil {
		panic(err)
	}
	chunks, err := evtx.GetChunks(file)
	if err != nil {
		panic(err)
	}
	records, err := chunks[0].Parse(0)
	if err != nil {
		panic(err)
	}
	text, _ := json.Marshal(records[0].Event)
	fmt.Println(string(text))
}
END
go mod tidy >log 2>&1 || { cat log; exit 1; }
go run . >../theirs 2>log2 || { cat log2; exit 1; }
cd ..
cat theirs others
python3 - <<'END'
import json
theirs = {d['Name']: d['Value'] for d in json.load(open('theirs'))['Event']['EventData']['Data']}
assert theirs == {'Items': '\1\0\0\0\2\0\0\0,\1', 'Small': '\ufffd', 'Names': ['a', 'b'],
                  'When': '2023-11-14 22:13:20.000000987 +0000 UTC'}
END
grep -Fq "('Items', '1'), ('Items', '2'), ('Items', '300'), ('Small', '-1')" others
grep -Fq "('When', '2023-11-14T22:13:20.987000Z')" others
