#!/bin/sh
# install-packages.sh PACKAGE...: install the Debian packages that are missing; say so where that
# cannot be done.
set -u
command -v dpkg-query >/dev/null || {
    echo "svcql needs, by their names in Debian: $*" >&2
    exit 0
}
missing=
for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
    installed*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "missing packages; as root, run: apt-get install$missing" >&2
        exit 1
    fi
fi
echo "installing:$missing" >&2
log=$(mktemp)
# shellcheck disable=SC2086 # a list of words
{ $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    exit 1
}
rm -f "$log"
