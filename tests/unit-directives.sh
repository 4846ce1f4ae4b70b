#!/bin/sh
# unit-directives.sh [merge TABLE | missing TABLE]: the directives of unit files that the systemd of this machine
# reads (--dump-configuration-items), and with which version each came (its man pages, where they are
# installed). Columns, separated by tabs: section, key, the versions that read it, the version that brought it
# (empty: not documented). "merge" writes TABLE with these added; "missing" prints those that TABLE lacks.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
systemd=/usr/lib/systemd/systemd
[ -x "$systemd" ] || systemd=/lib/systemd/systemd

directives() {
    "$systemd" --dump-configuration-items | awk -v OFS='\t' '
        /^\[/ { gsub(/[][]/, ""); section = $0; next }
        /^[A-Za-z]+=/ { sub(/=.*/, ""); print section, $0 }' | sort -u
}

# "\fIWants=\fR" lines of a term, and the last "Added in version 201" before the next one. Page, key, version.
added() {
    for page in unit service socket mount automount swap timer path slice scope exec kill resource-control; do
        file=/usr/share/man/man5/systemd.$page.5.gz
        [ ! -e "$file" ] || zcat "$file" | awk -v OFS='\t' -v page="$page" '
            function flush(   i) { for (i = 1; i <= n; i++) if (version != "") print page, keys[i], version }
            /^[.]PP/ { term = 1; next }
            term && /^\\fI[A-Za-z]+=\\fR/ {
                if (!more) { flush(); n = 0; version = "" }
                more = 1
                while (match($0, /\\fI[A-Za-z]+=\\fR/)) {
                    keys[++n] = substr($0, RSTART + 3, RLENGTH - 7)
                    $0 = substr($0, RSTART + RLENGTH)
                }
                next
            }
            { term = more = 0 }
            /^Added in version [0-9]+/ { split($4, part, "\\"); version = part[1] }
            END { flush() }'
    done
}

case ${1-} in
'') directives ;;
missing)
    directives | awk -F'\t' -v table="$2" '
        BEGIN { while ((getline line < table) > 0) { split(line, part, "\t"); seen[part[1], part[2]] = 1 } }
        !seen[$1, $2]' ;;
merge)
    version=$("$systemd" --version | awk 'NR == 1 { print $2 }')
    {
        { grep '^#' "$2" | grep -v "^# systemd $version " || true
          echo "# systemd $version, $(date -u +%Y-%m-%d)"; } | sort -u
        { grep -v '^#' "$2" | sed 's/^/old\t/' || true
          added | sed 's/^/added\t/'
          directives | sed "s/^/read\t/"; } | awk -F'\t' -v OFS='\t' -v version="$version" '
            $1 == "old" { versions[$2, $3] = $4; since[$2, $3] = $5; next }
            $1 == "added" { by_page[$2, $3] = $4; if (!($3 in by_key) || $4 < by_key[$3]) by_key[$3] = $4; next }
            {
                key = $2 SUBSEP $3
                if (index(" " versions[key] " ", " " version " ") == 0)
                    versions[key] = versions[key] (versions[key] == "" ? "" : " ") version
                page = $2 == "Install" ? "unit" : tolower($2)
                if ((page, $3) in by_page) since[key] = by_page[page, $3]
                else if ($3 in by_key) since[key] = by_key[$3]
            }
            END { for (key in versions) { split(key, part, SUBSEP); print part[1], part[2], versions[key], since[key] } }' | sort
    } > "$2.new"
    mv "$2.new" "$2" ;;
esac
