#!/usr/bin/env bash
# guide.sh PROGRAM: run each query of sql/HUNTING.md on the host of tests/fixtures/guide, and compare with the output
# that stands below it. UPDATE=1 writes the output again.
#
# A query is a block ```sql, and its output the block ``` that follows.
set -euo pipefail
svcql=$1 guide=sql/HUNTING.md
export LC_ALL=C.UTF-8 # in another one a text that is cut ends in ~
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# What a copy or a checkout does not keep: owners and times. The analyst stands in the folder above web1.
cp -r tests/fixtures/guide/web1 "$dir"
if [ "$(id -u)" -eq 0 ]; then
    chown -R 0:0 "$dir/web1" && chown -R 1000:1000 "$dir/web1/home/ann"
else
    echo "guide: skipped, files of root can be made by root only"
    exit 0
fi
find "$dir/web1" ! -type l -exec chmod u=rwX,go=rX {} +
find "$dir/web1" -exec touch -hd "2026-03-01 10:00" {} +
chmod 440 "$dir/web1/etc/sudoers"
touch -hd '2026-11-20 02:27:01' "$dir"/web1/etc/systemd/system/{report-sync.service,multi-user.target.wants/report-sync.service}

mkdir "$dir/run"
awk -v dir="$dir/run" '
    /^```sql$/ { file = dir "/" ++n ".sql"; next }
    /^```/ { file = "" }
    file { print > file }
' "$guide"
for query in "$dir"/run/*.sql; do
    (cd "$dir" && TZ=UTC "$svcql" query -e web1 "$(cat "$query")") > "${query%.sql}.out" 2>&1 || true
done
awk -v dir="$dir/run" '
    state == "output" && /^```$/ { state = "" }
    state == "output" { next }
    { print }
    /^```sql$/ { state = "query"; n++; next }
    state == "query" && /^```$/ { state = "between"; next }
    state == "between" && /^```$/ {
        while ((getline line < (dir "/" n ".out")) > 0)
            print line
        state = "output"
    }
' "$guide" > "$dir/guide.md"
[ "${UPDATE:-}" = 1 ] && cp "$dir/guide.md" "$guide"
diff -u "$guide" "$dir/guide.md"
echo "guide: $(find "$dir/run" -name '*.sql' | wc -l) queries answer as they are shown"
