# columns.awk -- what the columns of views and lists hold, as a C table:
#   awk -f ext/columns.awk sql/columns.txt sql/*/*.sql | LC_ALL=C sort | awk -v c=1 -f ext/columns.awk > embedded_columns.c
# Reads "name  sentence" and "view.name  sentence" of columns.txt, and of a view's header
#   -- columns: name  sentence
#   --          name  sentence
#
# With -v text=FILE the last step writes the sentences there, each with a byte 1 after it, as ext/embed.awk does.
BEGIN {
    FS = "\t"
    if (c) {
        print "#include \"views.h\"\n"
        if (text != "")
            print "extern char embedded_docs[];\n"
        print "const struct embedded_column embedded_columns[] = {"
    }
}
c && text != "" {
    printf "    {\"%s\", \"%s\", embedded_docs + %d},\n", $1, $2, size
    printf "%s\001", $3 > text
    size += length($3) + 1
    next
}
c {
    gsub(/\\/, "&&", $3)
    gsub(/"/, "\\\"", $3)
    printf "    {\"%s\", \"%s\", \"%s\"},\n", $1, $2, $3
    next
}
END {
    if (!c)
        exit
    print "};\nconst size_t n_embedded_columns = sizeof embedded_columns / sizeof *embedded_columns;"
    if (text != "")
        printf "char embedded_docs[%d];\nstatic const unsigned char packed[] = {\n#include \"embedded_columns.inc\"\n};\n" \
               "const struct embedded_pack embedded_column_pack = {packed, sizeof packed, embedded_docs, sizeof embedded_docs};\n", size
    else
        print "const struct embedded_pack embedded_column_pack = {0};"
}
function put(view, name, sentence) {
    print name "\t" view "\t" sentence
}
function entry(view, text,    name, dot) {
    sub(/^ +/, "", text)
    name = text
    sub(/[ \t].*/, "", name)
    text = substr(text, length(name) + 1)
    sub(/^[ \t]+/, "", text)
    while (text ~ /^(TEXT|INTEGER|REAL|BLOB|NOCASE) /) # a column's type, in the header of facts
        sub(/^[A-Z]+ +/, "", text)
    if (name == "" || text == "")
        return
    dot = index(name, ".")
    if (dot)
        put(substr(name, 1, dot - 1), substr(name, dot + 1), text)
    else
        put(view, name, text)
}
FNR == 1 {
    n = split(FILENAME, part, "/")
    view = part[n]
    listed = view == "columns.txt"
    sub(/\.(sql|txt)$/, "", view)
    inside = 0
}
listed {
    if ($0 !~ /^(#|$)/)
        entry("", $0)
    next
}
/^-- columns:/ {
    inside = 1
    entry(view, substr($0, 12))
    next
}
inside && /^--    / { entry(view, substr($0, 3)); next }
{ inside = 0 }
