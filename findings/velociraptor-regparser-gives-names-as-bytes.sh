#!/bin/sh
# regparser v0.0.0-20250203141505-31e704a67ef7 (Go module www.velocidex.com/golang/regparser, which reads
# registry hives in Velociraptor), Go 1.24 or later
#
# Names of values and keys are given as the bytes that the hive has. A name with a letter beyond U+00FF is
# in UTF-16 there ("Windows registry file format specification", M. Suhanov, Key node and Key values,
# flags), so it becomes text with NULs between the letters and other letters for the rest; one with an
# accent is in Latin-1 and becomes text that is not UTF-8. Neither is found by its name, and JSON made of
# the second has U+FFFD. The data of a value is read as UTF-16, and is right.
#
# Seen: "\xac P\x00r\x00o\x00x\x00y\x00" for a value "€Proxy" with the data "Прокси", "caf\xe9" for a key
# "café", which OpenKey() does not find.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/find"
cd "$dir/find"
export GOPATH="$dir/go" GOCACHE="$dir/cache" GOFLAGS='-mod=mod -modcacherw' GOTOOLCHAIN=local GOTELEMETRY=off
python3 - <<'END'
from functools import reduce
from struct import pack, unpack_from
cells = bytearray(32)
def cell(data):
    at, pad = len(cells), -(len(data) + 4) % 8
    cells.extend(pack('<i', -(len(data) + 4 + pad)) + data + bytes(pad))
    return at
def key(name, flags, parent, keys, key_list, values, value_list):
    return pack('<2sHQIIIIiiIiIiIIIIIHH', b'nk', flags | 32, 133444736000000000, 0, parent, keys, 0, key_list, -1,
                values, value_list, 120, -1, 64, 0, 64, 64, 0, len(name), 0) + name
cell(bytes(80))  # the root, which is written when what is below it has its place
cell(pack('<4sIIIIBBHIIII', b'sk', 120, 120, 2, 20, 1, 0, 32768, 0, 0, 0, 0))
below = cell(key('café'.encode('latin-1'), 0, 32, 0, -1, 0, -1))
lists = cell(pack('<2sHII', b'lh', 1, below, reduce(lambda h, c: h * 37 + ord(c) & 0xffffffff, 'CAFÉ', 0)))
text, name = "Прокси\0".encode("utf-16le"), "€Proxy".encode("utf-16le")
value = cell(pack('<2sHIIIHH', b'vk', len(name), len(text), cell(text), 1, 0, 0) + name)
root = key(b'ROOT', 12, 32, 1, lists, 1, cell(pack('<I', value)))
cells[36:36 + len(root)] = root
rest = 4096 - len(cells)
cells += pack('<i', rest).ljust(rest, b'\0')
cells[:32] = pack('<4sIIIIQI', b'hbin', 0, 4096, 0, 0, 133444736000000000, 0)
head = pack('<4sIIQIIIIIII', b'regf', 1, 1, 133444736000000000, 1, 5, 0, 1, 32, 4096, 1).ljust(508, b'\0')
head += pack('<I', reduce(int.__xor__, unpack_from('<127I', head)))
open('hive', 'wb').write(head.ljust(4096, b'\0') + cells)
END
cat >go.mod <<'END'
module find

go 1.24

require www.velocidex.com/golang/regparser v0.0.0-20250203141505-31e704a67ef7
END
cat >main.go <<'END'
package main

import (
	"fmt"
	"os"

	"www.velocidex.com/golang/regparser"
)

func main() {
	file, _ := os.Open("hive")
	hive, err := regparser.NewRegistry(file)
	if err != nil {
		panic(err)
	}
	root, found := hive.OpenKey(""), hive.OpenKey("café") != nil
	value := root.Values()[0]
	seen := fmt.Sprintf("%q %q %q %v", root.Subkeys()[0].Name(), value.ValueName(), value.ValueData().String, found)
	fmt.Println(seen)
	if seen != `"caf\xe9" "\xac P\x00r\x00o\x00x\x00y\x00" "Прокси\x00" false` {
		os.Exit(1)
	}
}
END
go mod tidy >log 2>&1 || { cat log; exit 1; }
go run . 2>log2 || { cat log2; exit 1; }
