#!/bin/sh
# libevtx 20260705 (PyPI libevtx-python); its evtxexport 20181227 (Debian 12) has the first of the two
#
# Negative numbers of an event come out as other negative numbers: the sign bit is taken off, and what
# is left is shown after a minus, so -1 of 32 bits is -2147483647. An NTSTATUS that an event has as
# Int32, as -1073741819 (0xc0000005, an access violation), becomes -1073741829, another status. Of type
# SizeT every value is shown as zero. Both hold in the XML and in the strings of the record, on which
# other programs stand. The types are those of [MS-EVEN6] 3.1.4.7.3; python-evtx shows all as they are.
#
# Seen: Status -1073741829, Count -2147483647, Small -127, Size 0x0000000000000000 for the values
# -1073741819, -1, -1 (of 8 bits) and 4096.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    libevtx-python==20260705 python-evtx==0.8.1 hexdump==3.3
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

import re, pyevtx
from Evtx.Evtx import Evtx
log('a.evtx', ('Status', 7, pack('<i', -1073741819)), ('Count', 7, pack('<i', -1)), ('Small', 3, b'\xff'),
    ('Size', 16, pack('<Q', 4096)))
of = lambda xml: dict(re.findall(r'Name="(\w+)">([^<]*)<', xml))
file = pyevtx.file()
file.open('a.evtx')
record = file.get_record(0)
theirs = of(record.xml_string)
strings = [record.get_string(i) for i in range(record.number_of_strings)]
with Evtx('a.evtx') as log_file:
    other = of(next(log_file.records()).xml())
print('libevtx:', theirs, strings, 'python-evtx:', other)
assert list(theirs.values()) == strings == ['-1073741829', '-2147483647', '-127', '0x0000000000000000']
assert list(other.values()) == ['-1073741819', '-1', '-1', '4096']
END
