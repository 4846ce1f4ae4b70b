# embed.awk -- the files of sql/ as a C table: awk -f ext/embed.awk sql/*/*.sql > embedded_views.c
function begin_file() {
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
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    gsub(/\?\?/, "?\\?")
    printf "     \"%s\\n\"\n", $0
}
END {
    if (files)
        print "    },"
    print "    {0},\n};"
}
