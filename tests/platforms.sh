#!/usr/bin/env bash
# platforms.sh SUITE...: on each of these suites of Debian ("trixie forky"), side by side, do what a
# newcomer does with a clean clone: the README's two commands, so all tests, against that suite's own
# systemd, SQLite and compiler. SUITE_forky='unit_files journal' in the environment leaves out all but
# these suites of tests there.
#
# Each has a folder below $SVCQL_PLATFORMS_DIR (build/platforms): tree and archives (platform-tree.sh); run, a copy in
# which all is done; log. Needs root.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
folder=${SVCQL_PLATFORMS_DIR:-$top/build/platforms}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# What a newcomer types, inside; podman is there for the tests of quadlets, what follows it for those of who asked the
# manager, which install no server on a newcomer's own machine.
newcomer='
set -e
cd /root/svcql
apt-get -qq update
printf "#!/bin/sh\nexit 101\n" > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
apt-get -qq install -y --no-install-recommends make podman openssh-server openssh-client libpam-systemd pkexec polkitd \
    systemd-container < /dev/null
make hunt > /tmp/hunt || { cat /tmp/hunt; exit 1; }
cat /tmp/hunt
grep -q "^Findings on this host" /tmp/hunt
make check ${SUITE:+"SUITE=$SUITE"}
make deb
tests/package.sh build/*.deb
echo "platform: $(systemctl --version | head -n 1), SQLite $(sqlite3 --version | cut -d " " -f 1), $(gcc --version | head -n 1)"
apt-get -qq autoclean
'

# Run it in the copy, in a private mount namespace. It shares the machine's processes: the kernel's
# audit answers no others.
inside='
set -e
run=$1 archives=$2 newcomer=$3
mount --bind "$run" "$run"
cd "$run"
mkdir -p old
mount --rbind /proc proc
mount -t sysfs -o ro sysfs sys
mount --rbind /dev dev
for dir in tmp run dev/shm; do mount -t tmpfs -o mode=1777 tmpfs "$dir"; done
mount --bind "$archives" var/cache/apt/archives
for name in EVIDENCE CASES; do
    eval "from=\${SVCQL_$name:-}"
    [ -n "$from" ] || continue
    mkdir -p "srv/$name"
    mount --bind "$from" "srv/$name"
    export "SVCQL_$name=/srv/$name"
done
pivot_root . old
umount -l /old
cd /
export HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 SVCQL_SYSTEMD=required
unset MAKEFLAGS MAKELEVEL MFLAGS WERROR TMPDIR
exec sh -c "$newcomer"
'

run_suite() {
    local suite=$1 dir=$folder/$1 variable=SUITE_$1
    exec 9> "$dir/lock"
    flock 9
    "$top/tests/platform-tree.sh" "$suite"
    rm -rf "$dir/run"
    cp -a --reflink=auto "$dir/tree" "$dir/run"
    cp /etc/resolv.conf "$dir/run/etc/"
    git clone -q --no-hardlinks "$top" "$dir/run/root/svcql"
    SUITE=${!variable:-} unshare --mount --uts --ipc --propagation private \
        bash -c "$inside" inside "$dir/run" "$dir/archives" "$newcomer" 9>&-
    rm -rf "$dir/run"
}

end_jobs() {
    local pid
    for pid in $(jobs -p); do
        kill -- "-$pid" 2>/dev/null || true
    done
}
set -m # a process group a job, so that all of it can be ended
trap end_jobs EXIT
declare -A job
for suite in "$@"; do
    mkdir -p "$folder/$suite"
    run_suite "$suite" > "$folder/$suite/log" 2>&1 < /dev/null &
    job[$suite]=$!
done
failed=0
for suite in "$@"; do
    if wait "${job[$suite]}"; then
        echo "$suite: $(sed -n 's/^platform: //p' "$folder/$suite/log" | head -n 1)"
        grep -e '^skipped [0-9]' -e ' passed, ' "$folder/$suite/log" | sed "s/^/$suite: /"
    else
        failed=1
        tail -n 60 "$folder/$suite/log" | sed "s/^/$suite: /"
        echo "$suite: FAILED, all of it is in $folder/$suite/log"
    fi
done
exit $failed
