#!/bin/sh
# package.sh DEB: install a package on this machine, use it as its readers do, and remove it: nothing stays.
set -eu
fail() { echo "package: $*" >&2; exit 1; }
apt-get -qq install -y --no-install-recommends pkg-config "$(realpath "$1")" < /dev/null > /dev/null
svcql --version > /dev/null
library=$(dpkg -L svcql | grep '/svcql\.so$')
root=tests/fixtures/linux/compromised
[ "$(sqlite3 -cmd ".load ${library%.so}" -cmd "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('$root')" \
    :memory: "SELECT count(*) > 3 FROM findings")" = 1 ] || fail "the installed extension finds nothing"
status=0
svcql hunt -e "$root" > /dev/null || status=$?
[ "$status" -eq 1 ] || fail "the installed program ends with $status"
[ "$(echo 'SELECT count(*) > 50 FROM svcql_tables;' | svcql shell)" = 1 ] || fail "the installed shell has no tables"
man svcql > /dev/null 2>&1 || ! command -v man > /dev/null || fail "no manual"

# A program that links it in, as its pkg-config file says.
dir=$(mktemp -d)
cat > "$dir/embed.c" <<'END'
#include <stdio.h>
#include <svcql.h>

int main(void)
{
    sqlite3      *db;
    sqlite3_stmt *stmt;

    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    return sqlite3_open(":memory:", &db) != SQLITE_OK ||
           sqlite3_prepare_v2(db, "SELECT count(*) FROM svcql_tables", -1, &stmt, NULL) != SQLITE_OK ||
           sqlite3_step(stmt) != SQLITE_ROW || sqlite3_column_int(stmt, 0) < 50;
}
END
# shellcheck disable=SC2046 # words of a command line
gcc -o "$dir/embed" "$dir/embed.c" $(pkg-config --cflags --libs svcql) && "$dir/embed" || fail "it does not link in"
rm -rf "$dir"

apt-get -qq purge -y svcql < /dev/null > /dev/null
[ ! -e "$library" ] || fail "$library stays"
[ ! -e /usr/bin/svcql ] || fail "the program stays"
echo "package: installed, used, linked in, removed"
