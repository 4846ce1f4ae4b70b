#!/bin/sh
# debian-mirror.sh: print the mirror of Debian to use: $MIRROR, or the one that apt has here.
set -eu
mirror=${MIRROR:-$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }')}
[ -n "$mirror" ] || {
    echo 'no mirror of Debian is known: run apt-get update, or set MIRROR' >&2
    exit 1
}
echo "${mirror%/}"
