#!/bin/sh
# dissect.util 3.24 (PyPI), with dissect.regf 3.14 whose keys it dates, and regipy 6.5.0 (PyPI)
#
# The time of a key is a FILETIME, a count of 100 nanoseconds. Both make a floating-point number of it, of seconds
# or of microseconds since 1601, which cannot hold today's values to a microsecond: of random times that are whole
# microseconds, dissect shows six of ten wrong, by one or two, and regipy every odd one, by one. One key
# so has three times by three tools, a join of their outputs on time loses rows, and what happened in quick
# succession can change its order. dissect.target dates event logs, prefetch and MFT by the same function.
# python-registry 1.3.1 and libregf 20260526 show these times as they are.
#
# Seen, of .000001, .123456 and .123457 of a second: .000002, .123455, .123457 by dissect; .000000, .123456,
# .123456 by regipy.
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
from regipy.utils import convert_wintime

def hive(time):
    root = pack('<2sHQIIIIiiIiIiIIIIIHH4s', b'nk', 44, time, 0, 32, 0, 0, -1, -1, 0, -1, 120, -1, 0, 0, 0, 0, 0, 4, 0,
                b'ROOT')
    security = pack('<4sIIIIBBHIIII', b'sk', 120, 120, 1, 20, 1, 0, 32768, 0, 0, 0, 0)
    cells = pack('<4sIIIIQI', b'hbin', 0, 4096, 0, 0, time, 0) + pack('<i84s', -88, root) + pack('<i', -48) + security
    cells = cells.ljust(168, b'\0') + pack('<i', 4096 - 168).ljust(4096 - 168, b'\0')
    head = pack('<4sIIQIIIIIII', b'regf', 1, 1, time, 1, 5, 0, 1, 32, 4096, 1).ljust(508, b'\0')
    head += pack('<I', reduce(int.__xor__, unpack_from('<127I', head)))
    open('hive', 'wb').write(head.ljust(4096, b'\0') + cells)

theirs = []
for microseconds in 1, 123456, 123457:
    hive(133444736000000000 + 10 * microseconds)  # 2023-11-14 22:13:20
    file = pyregf.file()
    file.open('hive')
    theirs.append([time.strftime('.%f') for time in (
        dissect.regf.RegistryHive(open('hive', 'rb')).root().timestamp, Registry('hive').root().timestamp(),
        convert_wintime(RegistryHive('hive').root.header.last_modified), file.get_root_key().last_written_time)])
print('dissect, python-registry, regipy, libregf:', *theirs)
assert theirs == [['.000002', '.000001', '.000000', '.000001'], ['.123455', '.123456', '.123456', '.123456'],
                  ['.123457', '.123457', '.123456', '.123457']]
END
