# columns.awk -- what the columns of views and lists hold, as a C table:
#   awk -f ext/columns.awk sql/columns.txt sql/*/*.sql | LC_ALL=C sort | awk -v c=1 -f ext/columns.awk > embedded_columns.c
# Reads "name  sentence" and "view.name  sentence" of columns.txt, and of a view's header
#   -- columns: name  sentence
#   --          name  sentence
#
# All texts are in one, to which the table has offsets. With -v text=FILE it goes there, each with a byte 1 after it:
# ext/embed.awk has it before its own.
BEGIN {
    FS = "\t"
    if (c)
        print "#include \"views.h\"\n\nconst struct embedded_column embedded_columns[] = {"
}
# The offset of a text: each is there once.
function place(string,    shown) {
    if (string in at)
        return at[string]
    at[string] = size + 0
    size += length(string) + 1
    shown = string
    gsub(/\\/, "&&", shown)
    gsub(/"/, "\\\"", shown)
    lines[++n_lines] = "    \"" shown "\\000\""
    if (text != "")
        printf "%s\001", string > text
    return at[string]
}
c {
    printf "    {%d, %d, %d},\n", place($1), place($2), place($3)
    next
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
END {
    if (!c)
        exit
    print "};\nconst size_t n_embedded_columns = sizeof embedded_columns / sizeof *embedded_columns;"
    if (text != "") {
        print "extern char embedded_text[];\nconst char *const embedded_column_text = embedded_text;"
    } else {
        print "static const char docs[] ="
        for (i = 1; i <= n_lines; i++)
            print lines[i] (i == n_lines ? ";" : "")
        print "const char *const embedded_column_text = docs;"
    }
}
