# columns.awk -- what the columns of views and lists hold, as a C table:
#   awk -f ext/columns.awk sql/columns.txt sql/*/*.sql | LC_ALL=C sort, between the lines of a header and an end
# Reads "name  sentence" and "view.name  sentence" of columns.txt, and of a view's header
#   -- columns: name  sentence
#   --          name  sentence
function put(view, name, text) {
    gsub(/\\/, "&&", text)
    gsub(/"/, "\\\"", text)
    printf "    {\"%s\", \"%s\", \"%s\"},\n", name, view, text
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
