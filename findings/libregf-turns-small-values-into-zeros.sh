#!/bin/sh
# libregf 20260526 (PyPI libregf-python, on which dfWinReg and Plaso stand)
#
# Data of one to three bytes is in the value's own record, from the first byte of the field for its offset
# ("Windows registry file format specification", M. Suhanov, Key value: data of four bytes or less).
# libregf takes other bytes of that field: of one or two bytes the last ones, which are zero, of three
# those from the second on. The size is right and nothing is reported. A flag of a single byte, as device
# properties have (0xff for true), and REG_BINARY 01 are so always 0; Windows writes many of both.
#
# Seen: 00, 00 00, 02 03 00, 01 02 03 04 for REG_BINARY 01, 01 02, 01 02 03, 01 02 03 04; regipy 6.5.0 has all
# as they are.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    libregf-python==20260526 regipy==6.5.0 construct==2.10.70 inflection==0.5.1 pytz==2026.6
PYTHONPATH=lib python3 - <<'END'
from functools import reduce
from struct import Struct, pack, unpack_from
import pyregf
from regipy.registry import RegistryHive

cells = bytearray(32)
def cell(data):
    at, pad = len(cells), -(len(data) + 4) % 8
    cells.extend(pack('<i', -(len(data) + 4 + pad)) + data + bytes(pad))
    return at
def value(name, kind, data):  # of four bytes or less
    where = unpack_from('<I', data.ljust(4, b'\0'))[0]
    return cell(pack('<2sHIIIHH', b'vk', len(name), len(data) | 1 << 31, where, kind, 1, 0) + name.encode())
cell(bytes(80))  # the root, which is written when its values have their place
cell(pack('<4sIIIIBBHIIII', b'sk', 120, 120, 1, 20, 1, 0, 32768, 0, 0, 0, 0))
made = {f'v{n}': bytes(range(1, n + 1)) for n in range(1, 5)}
values = [value(name, 3, data) for name, data in made.items()]
root = pack('<2sHQIIIIiiIiIiIIIIIHH4s', b'nk', 44, 133444736000000000, 0, 32, 0, 0, -1, -1, len(values),
            cell(b''.join(map(Struct('<I').pack, values))), 120, -1, 0, 0, 64, 64, 0, 4, 0, b'ROOT')
cells[36:36 + len(root)] = root
rest = 4096 - len(cells)
cells += pack('<i', rest).ljust(rest, b'\0')
cells[:32] = pack('<4sIIIIQI', b'hbin', 0, 4096, 0, 0, 133444736000000000, 0)
head = pack('<4sIIQIIIIIII', b'regf', 1, 1, 133444736000000000, 1, 5, 0, 1, 32, 4096, 1).ljust(508, b'\0')
head += pack('<I', reduce(int.__xor__, unpack_from('<127I', head)))
open('hive', 'wb').write(head.ljust(4096, b'\0') + cells)

file = pyregf.file()
file.open('hive')
seen = {v.name: v.data for v in file.get_root_key().values}
other = {v.name: bytes.fromhex(v.value) for v in RegistryHive('hive').root.iter_values()}
print('libregf:', seen, 'regipy:', other)
assert list(seen.values()) == [b'\0', b'\0\0', b'\2\3\0', b'\1\2\3\4'] and other == made
END
