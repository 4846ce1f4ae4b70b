#!/bin/sh
# osquery-peers.sh python|go PROGRAM [EVIDENCE]: osquery's own clients as the peers of svcql osquery: the Python
# package osquery 3.1.1, from its registry into a folder that is removed afterwards, or osquery-go, which Go keeps
# in its own caches. Exit status 77 where a client cannot be had, with the reason.
set -eu
which=$1
program=$(readlink -f "$2")
evidence=$(readlink -f "${3:-tests/fixtures/linux/compromised}")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

peer_python() {
    if ! python3 -m pip --version >/dev/null 2>&1; then
        echo 'python3 -m pip is missing'
        exit 77
    fi
    if ! python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action ignore \
        --timeout 10 --retries 1 --target "$folder/python" 'osquery==3.1.1' >"$folder/log" 2>&1; then
        echo "the Python package osquery 3.1.1 cannot be had: $(tail -n 1 "$folder/log")"
        exit 77
    fi
    PYTHONPATH=$folder/python python3 "$here/osquery_peers.py" "$program" "$evidence" "$folder"
}

# The program is of Go 1.25. No other compiler than the one that is here is fetched.
peer_go() {
    export GOTOOLCHAIN=local GOFLAGS=-mod=mod
    version=v0.0.0-20250131154556-629f995b6947
    if ! command -v go >/dev/null; then
        echo 'go is missing: osquery-go is not asked'
        exit 77
    fi
    mkdir "$folder/peer"
    cp "$here/osquery_peer.go" "$folder/peer/main.go"
    cd "$folder/peer"
    printf 'module peer\n\ngo 1.25\n' >go.mod
    module=github.com/osquery/osquery-go
    if ! timeout 200 go get "$module@$version" "$module/transport@$version" "$module/gen/osquery@$version" \
        >"$folder/log" 2>&1; then
        echo "the Go module osquery-go $version cannot be had: $(tail -n 1 "$folder/log")"
        exit 77
    fi
    go build -o "$folder/go-peer" .
    # A library with sanitizers cannot be loaded into the shell.
    if ! sqlite3 :memory: ".load $(dirname "$program")/svcql.so" >/dev/null 2>&1; then
        export SVCQL_NO_SHELL=1
        echo 'the sqlite3 shell loads no such library: the program is the measure'
    fi
    "$folder/go-peer" "$program" "$evidence" "$folder"
}

case $which in
    python | go) "peer_$which" ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
