#!/bin/sh
# regipy 6.5.0 (PyPI)
#
# The plugin for the shimcache drops each entry of Windows 10 and 11 whose time is zero, and does not
# count or log it. Those are the packaged applications, of the store and of Windows itself, which have
# no time of a file: names and versions of what was installed or run are lost, and the position of an entry
# in the list, which is the order in which Windows saw the programs, cannot be told from the output.
# On a real hive of Windows 10, 127 of 406 entries are of that kind. The form of an entry (signature,
# checksum, size, path, time, data) is that of libyal winreg-kb, "Application compatibility cache".
#
# Seen: of three entries the first and the third.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    regipy==6.5.0 construct==2.10.70 inflection==0.5.1 pytz==2026.6
PYTHONPATH=lib python3 - <<'END'
from functools import reduce
from struct import Struct, pack, pack_into, unpack_from

def hive(path, root):  # a key is {name: key or (type, data)}
    cells, security = bytearray(32), []
    def cell(data):
        at, pad = len(cells), -(len(data) + 4) % 8
        cells.extend(pack('<i', -(len(data) + 4 + pad)) + data + bytes(pad))
        return at
    def name_of(text):
        return (text.encode('latin-1'), 1) if all(ord(c) < 256 for c in text) else (text.encode('utf-16le'), 0)
    def value(text, kind, data):
        name, small = name_of(text)
        where = unpack_from('<I', data.ljust(4, b'\0'))[0] if len(data) <= 4 else cell(data)
        size = len(data) | 0x80000000 if len(data) <= 4 else len(data)
        return cell(pack('<2sHIIIHH', b'vk', len(name), size, where, kind, small, 0) + name)
    def key(text, parts, parent, flags):
        name, small = name_of(text)
        at = cell(b'nk' + bytes(74) + name)
        if not security:
            security.append(cell(pack('<4sIIIIBBHIIII', b'sk', 120, 120, 1, 20, 1, 0, 32768, 0, 0, 0, 0)))
        keys = sorted((n for n in parts if isinstance(parts[n], dict)), key=str.upper)
        below = [key(n, parts[n], at, 0) for n in keys]
        hashes = [reduce(lambda h, c: h * 37 + ord(c) & 0xffffffff, n.upper(), 0) for n in keys]
        lists = cell(pack('<2sH', b'lh', len(keys)) + b''.join(map(Struct('<II').pack, below, hashes))) if keys else -1
        values = [value(n, *parts[n]) for n in parts if n not in keys]
        data = cell(b''.join(map(Struct('<I').pack, values))) if values else -1
        pack_into('<HQIIIIiiIiIiIIIIIHH', cells, at + 6, flags | small << 5, 133444736000000000, 0, parent, len(keys),
                  0, lists, -1, len(values), data, security[0], -1, 64, 0, 64, 4096, 0, len(name), 0)
        return at
    top = key('ROOT', root, 32, 12)
    rest = -len(cells) % 4096
    cells.extend(pack('<i', rest).ljust(rest, b'\0') if rest else b'')
    pack_into('<4sIIIIQI', cells, 0, b'hbin', 0, len(cells), 0, 0, 133444736000000000, 0)
    head = bytearray(508)
    pack_into('<4sIIQIIIIIII12s', head, 0, b'regf', 1, 1, 133444736000000000, 1, 5, 0, 1, top, len(cells), 1,
              'SYSTEM'.encode('utf-16le'))
    check = reduce(int.__xor__, unpack_from('<127I', head))
    open(path, 'wb').write((head + pack('<I', check)).ljust(4096, b'\0') + cells)

wide = lambda text: (text + '\0').encode('utf-16le')
from regipy.plugins.system.shimcache import ShimCachePlugin
from regipy.registry import RegistryHive
def entry(path, time):
    text = path.encode('utf-16le')
    return pack('<4sIIH', b'10ts', 0, len(text) + 14, len(text)) + text + pack('<QI', time, 0)
app = '00000000\t0001000000000000\t000a00004a610000\t8664\tContoso.App\t8wekyb3d8bbwe\t'
entries = entry('C:\\a.exe', 133444736000000000), entry(app, 0), entry('C:\\b.exe', 133444736010000000)
cache = pack('<I48x', 52) + b''.join(entries)
hive('SYSTEM', {'Select': {'Current': (4, pack('<I', 1))}, 'ControlSet001': {'Control': {'Session Manager': {
    'AppCompatCache': {'AppCompatCache': (3, cache)}}}}})
plugin = ShimCachePlugin(RegistryHive('SYSTEM'), as_json=True)
plugin.run()
print(plugin.entries)
assert [e['path'] for e in plugin.entries] == ['C:\\a.exe', 'C:\\b.exe']
assert plugin.entries[0]['last_mod_date'] == '2023-11-14T22:13:20+00:00'
END
