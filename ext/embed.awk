# embed.awk -- the files of sql/ as a C table: LC_ALL=C awk -f ext/embed.awk sql/*/*.sql > embedded_views.c
#
# With -v text=FILE the texts go there, each with a byte 1 after it, and the table has their offsets in embedded_text,
# after the `before` bytes of what the columns hold (ext/columns.awk): views_unpack() expands both.
# They are without the comments and the indentation of what comes after a file's opening comment, which take room.
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
    if (text != "") {
        if (size++)
            printf "\001" > text
        printf "     embedded_text + %d\n", before + size - 1
    }
}
BEGIN {
    print "#include \"views.h\"\n"
    if (text != "")
        print "extern char embedded_text[];\n"
    print "const struct embedded_view embedded_views[] = {"
}
FNR == 1 { begin_file() }
made == "" && /^CREATE TEMP (VIEW|TABLE) / {
    made = $4
    sub(/[^A-Za-z0-9_].*/, "", made)
    line = FNR
}
text != "" && made != "" {
    if (/^ *--/)
        next
    sub(/^ +/, "")
}
text != "" {
    print > text
    size += length($0) + 1
    next
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
    if (text != "")
        printf "char embedded_text[%d];\nstatic const unsigned char packed[] = {\n#include \"embedded_views.inc\"\n};\n" \
               "const struct embedded_pack embedded_pack = {packed, sizeof packed, embedded_text, sizeof embedded_text};\n", before + size
    else
        print "const struct embedded_pack embedded_pack = {0};"
}
