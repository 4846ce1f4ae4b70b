#!/bin/sh
# nobody.sh BUILD [SUITE...]: run suites as the user nobody, or as who asks where that is not root, from a copy of
# the sources that he may read. What needs root is skipped, as tests/skips.txt has it.
set -eu
build=$1
shift
if [ "$(id -u)" -ne 0 ]; then
    exec "$build/check" "$@"
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$dir"
mkdir "$dir/build"
cp "$build/check" "$build/svcql" "$build/svcql.so" "$dir/build"
chmod -R a+rX "$dir"
cd "$dir"
as_nobody() { setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups "$@"; }
as_nobody test -r "${SVCQL_EVIDENCE:-}" || unset SVCQL_EVIDENCE
as_nobody test -r "${SVCQL_CASES:-}" || unset SVCQL_CASES
as_nobody env -u SVCQL_SYSTEMD -u SVCQL_LIVE_AUDIT HOME=/nonexistent build/check "$@"
