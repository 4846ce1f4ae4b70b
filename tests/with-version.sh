#!/bin/sh
# with-version.sh TOOL VERSION ARGUMENT...: run a tool whose output differs from version to version,
# in the one that the sources are kept for; where another is installed, report that and do nothing.
set -u
tool=$1 version=$2
shift 2
if command -v "$tool-$version" >/dev/null; then
    exec "$tool-$version" "$@"
fi
installed=$("$tool" --version 2>/dev/null | grep -o '[0-9][0-9.]*' | head -n 1)
case $installed. in
"$version".*) exec "$tool" "$@" ;;
esac
echo "skipped $tool: the sources are kept for version $version, this is ${installed:-not installed}"
