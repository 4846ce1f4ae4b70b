#!/bin/sh
# nt_hive2 4.2.4 (Rust crate, of the DFIR toolkit's registry tools), with its dependencies as pinned below
#
# Data of four bytes or less is in the value's record ("Windows registry file format specification",
# M. Suhanov, Key value). nt_hive2 makes a REG_DWORD of all such data, whatever the type: a REG_SZ of one letter,
# as AutoAdminLogon = "1" of Winlogon is, becomes the number 49, an empty one 0, a short REG_BINARY a number
# too. Of one or two bytes it takes the wrong ones, which are zero. REG_LINK has no value at all. So a
# query for AutoAdminLogon "1" finds nothing, and the type shown is not the type stored.
#
# Seen: RegDWord(49) for the text 1, RegDWord(0) for an empty text and for REG_BINARY 01, RegDWord(197121)
# for REG_BINARY 01 02 03, and RegSZ("10") for the text 10, whose six bytes have a cell of their own.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export CARGO_HOME="$dir/cargo" CARGO_TARGET_DIR="$dir/target"
python3 - <<'END'
from functools import reduce
from struct import Struct, pack, unpack_from
cells = bytearray(32)
def cell(data):
    at, pad = len(cells), -(len(data) + 4) % 8
    cells.extend(pack('<i', -(len(data) + 4 + pad)) + data + bytes(pad))
    return at
def value(name, kind, data):
    small = len(data) <= 4
    where = unpack_from('<I', data.ljust(4, b'\0'))[0] if small else cell(data)
    return cell(pack('<2sHIIIHH', b'vk', len(name), len(data) | small << 31, where, kind, 1, 0) + name.encode())
cell(bytes(80))  # the root, which is written when its values have their place
cell(pack('<4sIIIIBBHIIII', b'sk', 120, 120, 1, 20, 1, 0, 32768, 0, 0, 0, 0))
values = [value('AutoAdminLogon', 1, b'1\0\0\0'), value('ten', 1, b'1\0000\0\0\0'), value('empty', 1, b'\0\0'),
          value('one', 3, b'\1'), value('three', 3, b'\1\2\3')]
root = pack('<2sHQIIIIiiIiIiIIIIIHH4s', b'nk', 44, 133444736000000000, 0, 32, 0, 0, -1, -1, len(values),
            cell(b''.join(map(Struct('<I').pack, values))), 120, -1, 0, 0, 64, 64, 0, 4, 0, b'ROOT')
cells[36:36 + len(root)] = root
rest = 4096 - len(cells)
cells += pack('<i', rest).ljust(rest, b'\0')
cells[:32] = pack('<4sIIIIQI', b'hbin', 0, 4096, 0, 0, 133444736000000000, 0)
head = pack('<4sIIQIIIIIII', b'regf', 1, 1, 133444736000000000, 1, 5, 0, 1, 32, 4096, 1).ljust(508, b'\0')
head += pack('<I', reduce(int.__xor__, unpack_from('<127I', head)))
open('hive', 'wb').write(head.ljust(4096, b'\0') + cells)
END
mkdir src
cat >Cargo.toml <<'END'
[package]
name = "find"
version = "0.1.0"
edition = "2021"

[profile.dev]
debug = false

[dependencies]
nt_hive2 = "=4.2.4"
binrw = "=0.15.2"
chrono = "=0.4.45"
memoverlay = "=0.1.3"
winstructs = "=0.3.2"
END
cat >src/main.rs <<'END'
use nt_hive2::{Hive, HiveParseMode};

fn main() {
    let file = std::fs::File::open("hive").unwrap();
    let mut hive = Hive::new(file, HiveParseMode::NormalWithBaseBlock).unwrap();
    for value in hive.root_key_node().unwrap().values() {
        println!("{}: {:?}", value.name(), value.value());
    }
}
END
cargo run -q >theirs 2>log || { cat log; exit 1; }
cat theirs
diff - theirs <<'END'
AutoAdminLogon: RegDWord(49)
ten: RegSZ("10")
empty: RegDWord(0)
one: RegDWord(0)
three: RegDWord(197121)
END
