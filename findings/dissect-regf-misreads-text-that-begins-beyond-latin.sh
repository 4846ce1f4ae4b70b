#!/bin/sh
# dissect.regf 3.14 (PyPI), with dissect.target 3.25.1 whose registry keys it reads
#
# A REG_SZ or REG_EXPAND_SZ whose first letter is beyond U+00FF and that ends with its NUL, as nearly
# all do, is taken for text of one byte a letter: it ends at the first zero byte, so at the
# first blank or Latin letter, and what is before it is shown as two letters for each. The text is
# UTF-16 ("Windows registry file format specification", M. Suhanov, Data types). The names, companies and
# paths that a Cyrillic, Greek or East Asian host has are so neither readable nor found. A text that
# begins with a Latin letter is right, and so is the same text in a REG_MULTI_SZ.
#
# Seen, of "Служба печати": "!", 0x04, ";", 0x04, "C", ... in 13 letters, without the second word; of
# "日本": "åe,g". python-registry 1.3.1 gives both as they are.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR="$dir" PIP_ROOT_USER_ACTION=ignore
python3 -m pip -q --disable-pip-version-check install --no-cache-dir --target lib \
    dissect.regf==3.14 dissect.cstruct==4.7 dissect.util==3.25.dev10 python-registry==1.3.1 \
    enum-compat==0.0.3 unicodecsv==0.14.1
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
from dissect.regf.regf import RegistryHive
from Registry.Registry import Registry
texts = {'DisplayName': 'Служба печати', 'Owner': '日本', 'Other': 'Print, Печать'}
hive('SYSTEM', {'Service': {n: (1, wide(t)) for n, t in texts.items()} | {'List': (7, wide('Печать\0'))}})
with open('SYSTEM', 'rb') as file:
    theirs = {v.name: v.value for v in RegistryHive(file).open('Service').values()}
other = {v.name(): v.value() for v in Registry('SYSTEM').open('Service').values()}
print('dissect.regf:', theirs, 'python-registry:', other)
assert theirs == {'DisplayName': '!\4;\4C\0046\0041\0040\4 ', 'Owner': 'åe,g', 'Other': texts['Other'],
                  'List': ['Печать']}
assert {name: other[name] for name in texts} == texts
END
