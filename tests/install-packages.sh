#!/bin/sh
# install-packages.sh PACKAGE... [--optional PACKAGE...]: install the Debian packages that are missing.
# Of "a,b" the first one that the suite has is taken. Fails where a package before --optional cannot
# be had; names the optional ones that cannot.
# install-packages.sh --missing PACKAGE...: print those that are not installed.
set -u

installed() {
    for name in $(echo "$1" | tr , ' '); do
        case $(dpkg-query -W -f '${db:Status-Status} ' "$name" 2>/dev/null) in
        installed*) return 0 ;;
        esac
    done
    return 1
}

# The name under which the suite has a package, or nothing.
in_suite() {
    for name in $(echo "$1" | tr , ' '); do
        if [ -n "$(apt-cache show --no-all-versions "$name" 2>/dev/null)" ]; then
            echo "$name"
            return
        fi
    done
}

# The output of apt goes to the log, which is shown where it fails.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" \
        </dev/null >>"$log" 2>&1
}

if ! command -v dpkg-query >/dev/null; then
    [ "$1" = --missing ] || echo "svcql needs, by their names in Debian: $*" >&2
    exit 0
fi

needed='' optional='' list=needed
for package in "$@"; do
    case $package in
    --optional | --missing) list=optional ;;
    *) installed "$package" || eval "$list=\"\$$list \$package\"" ;;
    esac
done
if [ "$1" = --missing ]; then
    echo "${optional# }"
    exit 0
fi
[ -n "$needed$optional" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=sudo
    elif [ -n "$needed" ]; then
        echo "missing packages; as root, run: apt-get install$needed$optional" >&2
        exit 1
    else
        echo "tests will be skipped for want of:$optional; as root, apt-get install them" >&2
        exit 0
    fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt update || tail -n 5 "$log" >&2 # what apt knew before may still do
names='' absent=''
for package in $needed; do
    name=$(in_suite "$package")
    names="$names ${name:-$package}"
done
extra=''
for package in $optional; do
    name=$(in_suite "$package")
    if [ -n "$name" ]; then extra="$extra $name"; else absent="$absent $package"; fi
done

echo "installing:$names$extra" >&2
# shellcheck disable=SC2086 # lists of words
if ! apt install -y --no-install-recommends $names $extra; then
    if [ -n "$needed" ] && ! apt install -y --no-install-recommends $names; then
        tail -n 20 "$log" >&2
        exit 1
    fi
    for name in $extra; do
        apt install -y --no-install-recommends "$name" || absent="$absent $name"
    done
fi
[ -z "$absent" ] || echo "not to be had here, so tests will be skipped:$absent" >&2
