#!/bin/sh
# regipy 6.5.0 (PyPI)
#
# The plugin that lists the services of a SYSTEM hive cuts every text at 256 letters and binary data at
# 128 bytes, and nothing shows where: an ImagePath with a long command line, as encoded commands are, ends
# amid it, a list of triggers or failure actions too. The cut is a default of iter_values(), for the
# display; the plugin takes it over, and what follows the first 256 letters is in no output of it, JSON
# included. get_value() of the same key gives all. Values of subkeys (Parameters) are cut alike.
#
# Seen: of an ImagePath of 300 letters the first 256; of 200 bytes 256 hexadecimal digits.
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
from regipy.plugins.system.services import ServicesPlugin
from regipy.registry import RegistryHive
command = 'C:\Windows\powershell.exe -Command ' + 'Wait-Process 1; ' * 16 + '# the end'
hive('SYSTEM', {'Select': {'Current': (4, pack('<I', 1))}, 'ControlSet001': {'Services': {'Update': {
    'ImagePath': (2, wide(command)), 'FailureActions': (3, bytes(200)), 'Start': (4, pack('<I', 2))}}}})
file = RegistryHive('SYSTEM')
plugin = ServicesPlugin(file, as_json=True)
plugin.run()
service, = next(iter(plugin.entries.values()))['services']
values = {v['name']: v['value'] for v in service['values']}
whole = file.get_key(r'\ControlSet001\Services\Update').get_value('ImagePath')
print('ImagePath:', len(whole), 'letters by get_value(),', {n: len(str(v)) for n, v in values.items()}, 'by the plugin')
assert whole == command and values['ImagePath'] == command[:256] and len(command) == 300
assert values['FailureActions'] == 256 * '0' and values['Start'] == 2
END
