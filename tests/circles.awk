# circles.awk -- sources that need each other: nm -A build/**/*.o | awk -f tests/circles.awk
#
# A source needs another where it uses a function or table that the other defines. Prints each circle
# of such needs, A -> B -> A, and fails. What goes back on purpose does so by a pointer to a function.
# sqlite3_api, the pointer that every extension has, does not count.
{
    split($1, part, ":")
    file = part[1]
    if ($(NF - 1) ~ /^[TDBRGSCV]$/)
        owner[$NF] = file
    else if ($(NF - 1) == "U" && $NF != "sqlite3_api")
        uses[file] = uses[file] $NF " "
    files[file] = 1
}

function follow(from, chain,    n, i, names, to, done) {
    state[from] = 1
    n = split(uses[from], names, " ")
    for (i = 1; i <= n; i++) {
        to = owner[names[i]]
        if (to == "" || to == from || (to in done))
            continue
        done[to] = 1
        if (state[to] == 1) {
            print chain " -> " to " (by " names[i] ")"
            failed = 1
        } else if (!state[to])
            follow(to, chain " -> " to)
    }
    state[from] = 2
}

END {
    for (file in files)
        if (!state[file])
            follow(file, file)
    exit failed
}
