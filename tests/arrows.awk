# arrows.awk -- checks which files may use which others:
#
#     awk -f tests/arrows.awk CONTRIBUTING.md $(find include ext tables -name '*.[ch]') sql/*/*.sql
#
# CONTRIBUTING.md lists the rooms and the layers, lowest first. A file of C may include files in
# its own room, in include/ and in the rooms below it; no chain of includes comes back to where it
# began. Formats are pure: they know only other formats. A view may read what the layers below its own
# make; those of findings are built on one another. Prints each arrow that breaks a rule and fails.
FILENAME ~ /[.]md$/ {
    if (/^###? /)
        list = /^### Rooms/ ? "room" : /^### Layers/ ? "layer" : ""
    else if (/^    [a-z]/ && list == "room")
        height[$1] = ++rooms
    else if (/^    [a-z]/ && list == "layer")
        level[$1] = ++layers
    next
}

function fail(what) {
    print what
    failed = 1
}
function folder(path) {
    sub(/\/[^\/]*$/, "", path)
    return path
}

# The file that an #include of `from` means; "" for one that is made by the build or the system's.
function included(from, name,    i, places, n) {
    n = split(folder(from) " include tables ext", places, " ")
    for (i = 1; i <= n; i++)
        if ((places[i] "/" name) in seen)
            return places[i] "/" name
    return ""
}

FNR == 1 {
    file = FILENAME
    seen[file] = 1
    if (file ~ /\.sql$/) {
        view = file
        gsub(/^.*\/|\.sql$/, "", view)
        layer[view] = folder(file)
        sub(/^.*\//, "", layer[view])
        place[view] = file
    } else if (!(folder(file) in height))
        fail(file ": its folder is not among the rooms of CONTRIBUTING.md")
}

file ~ /\.[ch]$/ && /^#include "/ {
    split($0, part, "\"")
    includes[file] = includes[file] part[2] " "
}

# The name after FROM and JOIN is a table or a view.
file ~ /\.sql$/ {
    sub(/--.*/, "")
    gsub(/[^A-Za-z0-9_]/, " ")
    text[view] = text[view] " " $0
}

function check_include(from, to,    a, b) {
    a = folder(from)
    b = folder(to)
    if (a ~ /^tables\/formats\// && b !~ /^tables\/formats\//)
        fail(from " includes " to ": a format knows only formats")
    else if (height[b] > height[a])
        fail(from " includes " to ": " b " is a room above " a)
}

# Follow the includes from `from` on; `chain` is how it was reached.
function follow(from, chain,    n, i, names, to) {
    state[from] = 1
    n = split(includes[from], names, " ")
    for (i = 1; i <= n; i++) {
        to = included(from, names[i])
        if (to == "")
            continue
        check_include(from, to)
        if (state[to] == 1)
            fail(chain " -> " to ": files that include each other")
        else if (!state[to])
            follow(to, chain " -> " to)
    }
    state[from] = 2
}

function check_view(name,    n, i, words, to, a, b) {
    n = split(text[name], words, " ")
    for (i = 2; i <= n; i++) {
        to = words[i]
        if (words[i - 1] !~ /^(FROM|JOIN|from|join)$/ || !(to in layer) || to == name)
            continue
        a = layer[name]
        b = layer[to]
        if (level[b] > level[a])
            fail(place[name] " reads " to ": " b " is a layer above " a)
        else if (a == b && a != "findings" && a != "lists")
            fail(place[name] " reads " to ", a view of its own layer")
    }
}

END {
    for (file in seen)
        if (file ~ /\.[ch]$/ && !state[file])
            follow(file, file)
    for (view in layer) {
        if (!(layer[view] in level))
            fail(place[view] ": its folder is not among the layers of CONTRIBUTING.md")
        check_view(view)
    }
    exit failed
}
