#!/bin/sh
# sqlite3's shell 3.40.1 (Debian sqlite3 3.40.1-2+deb12u2, amd64)
#
# The modes that draw columns (box, table, column, markdown) treat every C0 control character of a
# value as a line break: the text a ESC b BEL c, one line, is shown as three lines, and the characters
# themselves are lost. The controls that have two bytes in UTF-8 are not recognised: U+009B, which
# terminals may take for ESC [, and U+202E, which turns what follows it around, are printed as they
# are, and are counted as one column each. The shown text is so neither the value nor safe to show;
# mode quote prints even ESC raw, and mode json alone escapes it (but not U+009B).
#
# Seen, in mode column, by cat -v: three lines, `a`, `b` and `cM-BM-^[dM-bM-^@M-.e`; in mode quote one,
# `'a^[b^GcM-BM-^[dM-bM-^@M-.e'`; in mode json `a\u001bb\u0007cM-BM-^[dM-bM-^@M-.e`.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2 \
    libreadline8=8.2-1.3 2>/dev/null
for package in *.deb; do dpkg-deb -x "$package" tree; done

shown() {
    LD_LIBRARY_PATH=$(echo tree/usr/lib/*-linux-gnu):$(echo tree/lib/*-linux-gnu) tree/usr/bin/sqlite3 \
        -batch -noheader -init /dev/null ":memory:" ".mode $1" \
        "SELECT 'a' || char(27) || 'b' || char(7) || 'c' || char(155) || 'd' || char(0x202e) || 'e'"
}
expect() { # MODE LINES: as cat -v shows them, without blanks at their ends
    got=$(shown "$1" | cat -v | sed 's/ *$//')
    printf '%s:\n%s\n' "$1" "$got"
    [ "$got" = "$2" ]
}
expect column 'a
b
cM-BM-^[dM-bM-^@M-.e'
expect quote "'a^[b^GcM-BM-^[dM-bM-^@M-.e'"
shown json | cat -v | grep -F 'a\u001bb\u0007cM-BM-^[dM-bM-^@M-.e'
