#!/bin/sh
# cross.sh [ARCHITECTURE...]: build the tests for other machines with Debian's cross compilers and run
# the suites of formats, and the corpora of the fuzzers: under qemu-user, or without it where the kernel
# runs the programs (i386 on amd64). s390x is big-endian, i386 has 32 bits. Libraries come from the same
# suite of Debian into $SVCQL_CROSS_DIR/ARCHITECTURE (build/cross/ARCHITECTURE/root), which is kept; this
# machine's own packages of other architectures are left alone. JOBS=-jN for make.
set -eu
cd "$(dirname "$0")/.."

suites='audit_text command_line corpus cron dbus evtx functions history_text hive image_path journal
        launchd package_history plist polkit proc_text registry root_names security_descriptor
        start_hooks stream sudoers time_zone unit_text windows_events'
libraries='libc6-dev libsqlite3-dev libsystemd-dev libcjson-dev libexpat1-dev libmd-dev libyaml-dev zlib1g-dev
           libzstd-dev liblzma-dev libbz2-dev liblz4-dev libarchive-dev check libhivex-dev libauparse-dev libplist-dev'

# Architecture of Debian, its tuple, the compiler's package, qemu's name.
known() {
    case $1 in
    arm64) echo aarch64-linux-gnu gcc-aarch64-linux-gnu qemu-aarch64 ;;
    i386) echo i686-linux-gnu gcc-i686-linux-gnu qemu-i386 ;;
    s390x) echo s390x-linux-gnu gcc-s390x-linux-gnu qemu-s390x ;;
    *) echo "cross.sh: $1 is not one of arm64, i386, s390x" >&2; return 1 ;;
    esac
}

# Suites that are not run are listed and counted, so that they do not appear as passed.
tell_skipped() {
    skipped=''
    for suite in tests/check_*.c; do
        name=${suite#tests/check_} name=${name%.c}
        case " $(echo $suites) " in *" $name "*) ;; *) skipped="$skipped $name" ;; esac
    done
    # shellcheck disable=SC2086 # a list of words
    set -- $skipped
    echo "not run on other machines, $# suites:$skipped"
}

check_one() {
    build=build/cross/$1 root=$PWD/build/cross/$1/root
    [ -z "${SVCQL_CROSS_DIR:-}" ] || root=$SVCQL_CROSS_DIR/$1
    # shellcheck disable=SC2046 # three words
    set -- "$1" $(known "$1")
    ./tests/install-packages.sh "$3" qemu-user
    # shellcheck disable=SC2086 # a list of words
    ./tests/cross-sysroot.sh "$1" "$root" $libraries

    # The loader and the libraries are in the program itself: with qemu's -L, paths that the tests
    # open would be looked up in the sysroot too.
    loader=$(ls "$root"/lib/ld-linux*.so.? "$root"/lib/ld64.so.? "$root"/lib/*/ld-linux*.so.? 2>/dev/null | head -n 1)
    tuple=$2
    [ "$1" = i386 ] && tuple=i386-linux-gnu
    paths=$root/lib/$tuple:$root/usr/lib/$tuple
    # shellcheck disable=SC2086 # none or one word
    ${MAKE:-make} -s ${JOBS--j$(nproc)} BUILD="$build" \
        CC="${CCACHE-} $2-gcc --sysroot=$root" \
        LDFLAGS="-Wl,--dynamic-linker=$loader,-rpath=$paths,--disable-new-dtags" "$build/check"
    # shellcheck disable=SC2086 # a list of words
    if "$loader" --version >/dev/null 2>&1; then
        "$build/check" $suites
    else
        SVCQL_EMULATED=1 "$4" "$build/check" $suites
    fi
}

status=0
for architecture in "$@"; do
    echo "== $architecture"
    check_one "$architecture" || { echo "$architecture failed"; status=1; }
done
tell_skipped
exit $status
