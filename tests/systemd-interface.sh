#!/bin/sh
# systemd-interface.sh [merge TABLE | missing TABLE]: what the systemd of this machine can be asked to do, one
# thing a line: the options and verbs of its tools (--help), its methods on D-Bus (--bus-introspect) and
# over varlink (varlinkctl introspect, of the sockets that exist). Columns, separated by tabs: kind, of
# what, name, "value" where an option takes one. "merge" writes TABLE with these lines added and this
# systemd's version noted in each; "missing" prints the lines that TABLE lacks.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_COLORS=0
lib=/usr/lib/systemd
[ -d "$lib" ] || lib=/lib/systemd

tools='systemctl systemd-run run0 machinectl loginctl busctl portablectl systemd-sysext systemd-confext
       importctl varlinkctl systemd-mount systemd-umount systemd-notify systemd-socket-activate
       systemd-inhibit systemd-nspawn systemd-cat'

# Those over varlink that make, change, start or stop what runs.
interfaces='Manager|Unit|Job|Machine|MachineImage|Import|Shutdown|sysext|service'

# "  -H --host=[USER@]HOST   Text" is two names of an option; "  start UNIT...   Text" a verb. A value in
# brackets is never a word of its own.
options_and_verbs() {
    "$1" --help 2>/dev/null | awk -v tool="$1" -v OFS='\t' '
        /^ +-/ {
            sub(/^ +/, "")
            letter = name = ""; value = ""
            while (match($0, /^--?[A-Za-z0-9][-A-Za-z0-9]*/)) {
                word = substr($0, 1, RLENGTH)
                $0 = substr($0, RLENGTH + 1)
                if (/^=/ || /^ [A-Z][A-Z]/) {
                    value = "value"
                    sub(/^[= ][^ ]*/, "")
                } else if (/^\[/)
                    sub(/^[^ ]+/, "")
                if (word ~ /^--/) name = word; else letter = word
                if (!/^,? -/) break
                sub(/^,? /, "")
            }
            print "option", tool, letter (letter != "" && name != "" ? " " : "") name, value
            next
        }
        /^  [a-z][-a-z]+( |$)/ && !/^  [a-z][-a-z]+ [a-z]/ && $1 != tool { print "verb", tool, $1, "" }'
}

methods() { # PROGRAM: of all objects that it serves
    [ -x "$1" ] || return 0
    "$1" --bus-introspect list 2>/dev/null | cut -f1 | sort -u | while read -r object; do
        "$1" --bus-introspect "$object" 2>/dev/null
    done | awk -v OFS='\t' '
        /<interface name=/ { split($0, part, "\""); interface = part[2] }
        /<method name=/ && interface !~ /^org[.]freedesktop[.]DBus/ { split($0, part, "\""); print "method", interface, part[2], "" }'
}

varlink() { # SOCKET
    for interface in $(varlinkctl list-interfaces "$1" 2>/dev/null | grep -E "^io[.]systemd[.]($interfaces)\$"); do
        varlinkctl introspect "$1" "$interface" 2>/dev/null | awk -v OFS='\t' -v interface="$interface" '
            $1 == "method" { sub(/[(].*/, "", $2); print "varlink", interface, $2, "" }'
    done
}

interface() {
    for tool in $tools; do
        if command -v "$tool" >/dev/null; then
            options_and_verbs "$tool"
        fi
    done
    for program in systemd systemd-machined systemd-portabled systemd-importd; do
        methods "$lib/$program"
    done
    if command -v varlinkctl >/dev/null; then
        for socket in /run/systemd/io.systemd.* /run/systemd/*/io.systemd.*; do
            [ ! -S "$socket" ] || varlink "$socket"
        done
    fi
}

case ${1-} in
'') interface | sort -u ;;
missing)
    interface | sort -u | awk -F'\t' -v table="$2" '
        BEGIN { while ((getline line < table) > 0) { split(line, part, "\t"); seen[part[1], part[2], part[3], part[4]] = 1 } }
        !seen[$1, $2, $3, $4]' ;;
merge)
    version=$(systemctl --version | awk 'NR == 1 { print $2 }')
    built=$(systemctl --version | sed -n '1s/.*(\(.*\)).*/\1/p')
    {
        { grep '^#' "$2" | grep -v "^# systemd $version " || true
          echo "# systemd $version ($built), $(date -u +%Y-%m-%d)"; } | sort -u
        { grep -v '^#' "$2" || true; interface | sed "s/\$/\t$version/"; } | awk -F'\t' -v OFS='\t' '
            { key = $1 OFS $2 OFS $3 OFS $4; n = split($5, part, " ")
              for (i = 1; i <= n; i++) if (index(" " versions[key] " ", " " part[i] " ") == 0)
                  versions[key] = versions[key] (versions[key] == "" ? "" : " ") part[i] }
            END { for (key in versions) print key, versions[key] }' | sort
    } > "$2.new"
    mv "$2.new" "$2" ;;
esac
