#!/usr/bin/env bash
# bindings.sh LIBRARY: the same ten lines in each language that loads extensions of SQLite, tests/bindings/, with the same
# answer in each. What is not installed is skipped by name; packages of npm, Go, Rust and PyPI come from their registries.
set -euo pipefail
library=$(realpath "$1")
library=${library%.so}
here=$(realpath "$(dirname "$0")/bindings")
root=$(realpath tests/fixtures/linux/compromised)
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
sqlite3 -separator ' ' -cmd ".load $library" -cmd "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('$root')" \
    :memory: "SELECT severity, subject FROM findings ORDER BY subject" > expected
[ -s expected ]
passed=0 failed=0 skipped=

# binding NAME NEEDS COMMAND...: run it where NEEDS, a command, succeeds.
binding() {
    local name=$1 needs=$2
    shift 2
    if ! sh -c "$needs" > needs.log 2>&1; then
        skipped+=" $name"
    elif "$@" > actual 2> error && diff -u expected actual; then
        passed=$((passed + 1))
    else
        echo "bindings: $name fails" >&2
        tail -n 5 error >&2
        failed=$((failed + 1))
    fi
}

jar=$(find /usr/share/java -name 'sqlite-jdbc.jar' 2> /dev/null | head -n 1 || true)
python=$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3) # a Python of pyenv may lack extensions
binding sqlite3.py "$python"' -c "import sqlite3; sqlite3.connect(\":memory:\").enable_load_extension(True)"' \
    "$python" "$here/python_sqlite3.py" "$library" "$root"
binding apsw "$python -c 'import apsw'" "$python" "$here/python_apsw.py" "$library" "$root"
binding perl 'perl -MDBD::SQLite -e 1' perl "$here/perl.pl" "$library" "$root"
binding ruby 'ruby -e "require \"sqlite3\""' ruby "$here/ruby.rb" "$library" "$root"
binding php 'php -m | grep -q sqlite3' php -d "sqlite3.extension_dir=$(dirname "$library")" "$here/php.php" "$library" "$root"
binding better-sqlite3 'npm install --silent --no-audit better-sqlite3@12' \
    env NODE_PATH="$dir/node_modules" node "$here/node_better_sqlite3.js" "$library" "$root"
binding node:sqlite 'node -e "process.exit(Number(process.versions.node.split(\".\")[0]) < 24)"' \
    node "$here/node_sqlite.js" "$library" "$root"
binding jdbc "[ -n '$jar' ] && command -v java" java -cp "$jar" "$here/Jdbc.java" "$library" "$root"
mkdir -p go && cp "$here/mattn.go" go/main.go
binding go 'cd go && export GOFLAGS=-mod=mod GOPATH=$PWD/path && go mod init example && go get github.com/mattn/go-sqlite3@v1.14.32 && go build -o ../mattn .' \
    ./mattn "$library" "$root"
mkdir -p rust/src && cp "$here/rusqlite.rs" rust/src/main.rs
printf '[package]\nname = "example"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nrusqlite = { version = "0.37", features = ["bundled", "load_extension"] }\n' \
    > rust/Cargo.toml
binding rusqlite 'cd rust && CARGO_HOME=$PWD/home cargo build --quiet && cp target/debug/example ..' ./example "$library" "$root"
mkdir -p plugins && cp "$here/datasette.py" plugins/
# datasette: rows of CSV after a line of names.
datasette() {
    SVCQL_LIBRARY=$library SVCQL_ROOT=$root venv/bin/datasette --memory --setting sql_time_limit_ms 60000 --plugins-dir plugins \
        --get '/_memory.csv?sql=SELECT+severity,subject+FROM+findings+ORDER+BY+subject' | tr -d '\r' | sed '1d; /^$/d; s/,/ /'
}
binding datasette "$python -m venv venv && venv/bin/pip install --quiet datasette==0.65.5" datasette
echo "bindings: $passed passed, $failed failed; not installed:${skipped:- none}"
[ "$failed" -eq 0 ]
