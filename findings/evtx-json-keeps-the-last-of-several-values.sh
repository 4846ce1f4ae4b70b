#!/bin/sh
# evtx 0.14.0 (PyPI, of the Rust crate evtx)
#
# The JSON of an event has one value where the event has several, without a word: of an array, and of
# elements Data that bear the same name, the last; of elements Data without a name none, where one with
# a name stands beside them. (Alone, nameless ones become a list.) The XML of the same parser has all of
# them. Arrays in named data are ordinary: [MS-EVEN6] 3.1.4.7.5 has an element repeated for each
# item of an array.
#
# Seen: {"Members": "c", "Path": "y", "Count": "1"} in JSON; in XML <Data> with a, b, c (Members), x and
# y (Path), 1 (Count), and p and q (no name).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    evtx==0.14.0
PYTHONPATH=lib python3 - <<'END'
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

import json, re
from evtx import PyEvtxParser
log('a.evtx', ('Members', 0x81, 'a\0b\0c\0'.encode('utf-16le')), ('Path', 1, b'x\0'), ('Path', 1, b'y\0'),
    ('Count', 1, b'1\0'), (None, 1, b'p\0'), (None, 1, b'q\0'))
theirs = json.loads(next(PyEvtxParser('a.evtx').records_json())['data'])['Event']['EventData']
xml = re.findall(r'<Data(?: Name="(.*?)")?>(.*?)</Data>', next(PyEvtxParser('a.evtx').records())['data'])
print('JSON:', json.dumps(theirs), 'XML:', xml)
assert theirs == {'Members': 'c', 'Path': 'y', 'Count': '1'}
assert xml == [('Members', 'a'), ('Members', 'b'), ('Members', 'c'), ('Path', 'x'), ('Path', 'y'), ('Count', '1'),
               ('', 'p'), ('', 'q')]
END
