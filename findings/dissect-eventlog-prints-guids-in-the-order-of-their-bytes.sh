#!/bin/sh
# dissect.eventlog 3.11 (PyPI), with dissect.target 3.25.1 whose Windows event logs it reads
#
# Every value of type GUID in an event log is printed in the order of its sixteen bytes. A GUID keeps
# its first three fields in little-endian order ([MS-DTYP] 2.3.4.2), and Event Viewer, python-evtx and
# libevtx print them so. A logon, activity or interface that is looked for by its GUID, or joined with
# what another tool wrote, is not found, while both look like GUIDs. [MS-EVEN6] 3.1.4.7.3 has the type.
#
# Seen, of the bytes 00 01 ... 0f: {00010203-0405-0607-0809-0A0B0C0D0E0F} from dissect.eventlog and
# {03020100-0504-0706-0809-0a0b0c0d0e0f} from python-evtx 0.8.1.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    dissect.eventlog==3.11 dissect.cstruct==4.7 dissect.util==3.25.dev10 python-evtx==0.8.1 hexdump==3.3
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
        element('EventData', None, lambda: [element('Data', ('Name', d[0]), value(i)) for i, d in enumerate(data)])
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
from dissect.eventlog.evtx import Evtx as Dissect
from Evtx.Evtx import Evtx
log('a.evtx', ('LogonGuid', 0x0f, bytes(range(16))))
with open('a.evtx', 'rb') as file:
    theirs = next(iter(Dissect(file)))['LogonGuid']
with Evtx('a.evtx') as file:
    other = re.search(r'Name="LogonGuid">([^<]*)<', next(file.records()).xml())[1]
print('dissect.eventlog:', theirs, 'python-evtx:', other)
assert theirs == '{00010203-0405-0607-0809-0A0B0C0D0E0F}'
assert other == '{03020100-0504-0706-0809-0a0b0c0d0e0f}'
END
