# embed.awk -- the files of sql/ as a C table: awk -f ext/embed.awk sql/*/*.sql > embedded_views.c
#
# A file makes the one view or table that it is named after; else it is reported, and the exit status is 1.
function end_file() {
    if (!files || made == name)
        return
    print file ":" line ": makes " (made ? made : "nothing") " and not " name > "/dev/stderr"
    bad = 1
}
function begin_file() {
    end_file()
    file = FILENAME
    made = ""
    line = 1
    n = split(FILENAME, part, "/")
    name = part[n]
    sub(/\.sql$/, "", name)
    printf "%s    {\"%s\", \"%s\",\n", (files++ ? "    },\n" : ""), part[n - 1], name
}
BEGIN {
    print "#include \"views.h\"\n"
    print "const struct embedded_view embedded_views[] = {"
}
FNR == 1 { begin_file() }
made == "" && /^CREATE TEMP (VIEW|TABLE) / {
    made = $4
    sub(/[^A-Za-z0-9_].*/, "", made)
    line = FNR
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    gsub(/\?\?/, "?\\?")
    printf "     \"%s\\n\"\n", $0
}
END {
    end_file()
    if (bad)
        exit 1
    if (files)
        print "    },"
    print "    {0},\n};"
}
