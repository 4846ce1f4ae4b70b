#!/bin/sh
# macos-sysroot.sh DIR: what builds svcql for macOS, in a folder: zig, whose compiler brings the headers and
# the libraries' stubs of macOS, from its Python package; and static libraries for both processors by it from
# Debian's sources, with their headers. The sources are those of this machine's own suite. Kept between runs:
# done once.
set -eu
unset MAKEFLAGS MFLAGS MAKEOVERRIDES # of the make that calls this
dir=$1
zig=0.17.1
version=13.0 # of macOS, the oldest that zig knows
archive_config=linux_host.h
archive_own="$(printf '#undef HAVE_%s\n' ICONV ICONV_H LINUX_FIEMAP_H LINUX_FS_H LINUX_MAGIC_H \
    LINUX_TYPES_H SYS_STATFS_H SYS_VFS_H FUTIMESAT STRUCT_STAT_ST_MTIM_TV_NSEC)
#undef STRERROR_R_CHAR_P
#define HAVE_ARC4RANDOM_BUF 1
#define HAVE_STRUCT_STAT_ST_MTIMESPEC_TV_NSEC 1"
expat_flags=-DHAVE_ARC4RANDOM_BUF
zlib_flags='-Dfdopen=fdopen' # as it is there, not NULL
# Mach-O has no other names of a function: SHA-384 differs from SHA-512 in its beginning alone.
md_flags='-include unistd.h -D__alias__(name)=__unused__ -DSHA384Update=SHA512Update -DSHA384Pad=SHA512Pad
    -DSHA384Transform=SHA512Transform'

cd "$(dirname "$0")/.."
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
export ZIG_GLOBAL_CACHE_DIR="$dir/cache" ZIG_LOCAL_CACHE_DIR="$dir/src/objects"
. ./tests/sysroot-libraries.sh
begin "$zig $version"

python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$dir/src" "ziglang==$zig"
python3 -m zipfile -e "$dir"/src/ziglang-*.whl "$dir/src/package"
mv "$dir/src/package/ziglang" "$dir/zig"
chmod +x "$dir/zig/zig"

fetch_sources
ar="$dir/zig/zig ar"
for processor in x86_64 aarch64; do
    cc="$dir/zig/zig cc -target $processor-macos.$version -fvisibility=hidden -fno-sanitize=undefined"
    build_libraries "$dir/$processor"
done
end
