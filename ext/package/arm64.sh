#!/bin/sh
# arm64.sh VERSION: the packages of deb.sh and rpm.sh for arm64, by Debian's cross compiler and its libraries of this suite,
# in $SVCQL_CROSS_DIR/arm64-packages (build/cross/arm64-packages), which is kept. What is built is tried under qemu.
set -eu
version=$1
root=${SVCQL_CROSS_DIR:-$PWD/build/cross}/arm64-packages build=build/arm64 sources=$PWD/build/static/sources
tuple=aarch64-linux-gnu
./tests/install-packages.sh gcc-$tuple qemu-user
./tests/cross-sysroot.sh arm64 "$root" libc6-dev libsqlite3-dev libsystemd-dev libcjson-dev libexpat1-dev libmd-dev libyaml-dev \
    zlib1g-dev libzstd-dev liblzma-dev libbz2-dev liblz4-dev libarchive-dev nettle-dev
./ext/package/static-sources.sh "$sources"
# For the scripts that install it in a package, too.
export CC="${CCACHE-} $tuple-gcc --sysroot=$root" LDFLAGS="-Wl,-rpath-link=$root/lib/$tuple:$root/usr/lib/$tuple"
cross() { ${MAKE:-make} -s "-j$(nproc)" STATIC_SOURCES="$sources" "$@"; } # MAKE'S ARGUMENT...
cross BUILD=$build libdir=/usr/lib/$tuple all $build/svcql.a
cross BUILD=$build libdir=/usr/lib/$tuple $build/portable/svcql.so
cross BUILD=$build/static OPT=-Os STATIC="$sources" $build/static/svcql

# It reads as this machine's program does.
hosts=tests/fixtures/linux
for host in benign compromised beacon; do
    sql='SELECT datetime, severity, subject, why, source FROM findings ORDER BY 1, 3, 4'
    [ "$(build/svcql query -e "$hosts/$host" "$sql")" = "$(qemu-aarch64 $build/static/svcql query -e "$hosts/$host" "$sql")" ] || {
        echo "arm64.sh: the program for arm64 reads $host otherwise" >&2
        exit 1
    }
done
./ext/package/deb.sh "$version" arm64 $build
./ext/package/rpm.sh "$version" aarch64 $build $build/static
