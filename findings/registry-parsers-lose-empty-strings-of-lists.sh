#!/bin/sh
# dissect.regf 3.14, libregf 20260526 (PyPI libregf-python) and regipy 6.5.0 (PyPI)
#
# PendingFileRenameOperations, what Windows moves and deletes at the next boot, is a REG_MULTI_SZ of pairs,
# and an empty second name means that the file is deleted (Microsoft, MoveFileEx, Remarks). dissect.regf
# and libregf end the list at the first empty name, so after one deletion everything else is missing, without
# an error. regipy leaves the empty names out: pairs shift, and a deletion followed by another is shown
# like a rename of the one file to the other. python-registry keeps the names as they are stored.
#
# Seen, of delete a, rename b to c, delete d: [a] by dissect.regf and libregf, [a, b, c, d] by regipy,
# [a, "", b, c, d, "", ...] by python-registry 1.3.1.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    dissect.regf==3.14 dissect.cstruct==4.7 dissect.util==3.24 libregf-python==20260526 \
    regipy==6.5.0 construct==2.10.70 inflection==0.5.1 pytz==2026.6 \
    python-registry==1.3.1 enum-compat==0.0.3 unicodecsv==0.14.1
PYTHONPATH=lib python3 - <<'END'
from functools import reduce
from struct import pack, unpack_from
import dissect.regf
import pyregf
from Registry.Registry import Registry
from regipy.registry import RegistryHive

cells = bytearray(32)
def cell(data):
    at, pad = len(cells), -(len(data) + 4) % 8
    cells.extend(pack('<i', -(len(data) + 4 + pad)) + data + bytes(pad))
    return at
cell(bytes(80))  # the root, which is written when its value has its place
cell(pack('<4sIIIIBBHIIII', b'sk', 120, 120, 1, 20, 1, 0, 32768, 0, 0, 0, 0))
name, a, b, c, d = b'PendingFileRenameOperations', *(rf'\??\C:\Temp\{n}.tmp' for n in 'abcd')
data = ''.join(s + '\0' for s in [a, '', b, c, d, '', '']).encode('utf-16le')
value = cell(pack('<2sHIIIHH', b'vk', len(name), len(data), cell(data), 7, 1, 0) + name)
root = pack('<2sHQIIIIiiIiIiIIIIIHH4s', b'nk', 44, 133444736000000000, 0, 32, 0, 0, -1, -1, 1, cell(pack('<I', value)),
            120, -1, 0, 0, 64, len(data), 0, 4, 0, b'ROOT')
cells[36:36 + len(root)] = root
rest = 4096 - len(cells)
cells += pack('<i', rest).ljust(rest, b'\0')
cells[:32] = pack('<4sIIIIQI', b'hbin', 0, 4096, 0, 0, 133444736000000000, 0)
head = pack('<4sIIQIIIIIII', b'regf', 1, 1, 133444736000000000, 1, 5, 0, 1, 32, 4096, 1).ljust(508, b'\0')
head += pack('<I', reduce(int.__xor__, unpack_from('<127I', head)))
open('hive', 'wb').write(head.ljust(4096, b'\0') + cells)

file = pyregf.file()
file.open('hive')
seen = {'dissect.regf': list(dissect.regf.RegistryHive(open('hive', 'rb')).root().values())[0].value,
        'libregf': list(file.get_root_key().get_value(0).get_data_as_multi_string()),
        'regipy': next(iter(RegistryHive('hive').root.iter_values())).value,
        'python-registry': Registry('hive').root().values()[0].value()}
print(*seen.items(), sep='\n')
assert seen['dissect.regf'] == seen['libregf'] == [a] and seen['regipy'] == [a, b, c, d]
assert seen['python-registry'][:6] == [a, '', b, c, d, '']
END
