# unit_directives.awk: unit_directives.tsv as C, unit_directives.inc of unit_directives.c: each directive, in the order of
# strcmp() of section, which is given before its own, and key, with the version that brought it (0: not known, and not after the first version of
# the table) and where one of the table no
# longer has it, the last one that has and the first that has not (0: none).
BEGIN { FS = "\t"; print "/* Made by unit_directives.awk from unit_directives.tsv: do not edit. */" }
/^# systemd [0-9]+/ { split($0, word, "[ ,]+"); platform[++n_platforms] = word[3] + 0; next }
/^#/ { next }
{
    since = gone = 0
    for (i = 1; i <= n_platforms; i++) {
        reads = index(" " $3 " ", " " platform[i] " ") > 0
        if (reads && !first) { first = platform[i]; before = i > 1 ? platform[i - 1] : 0 }
        if (reads) { gone = 0; last = platform[i] }
        else if (first && !gone) gone = platform[i]
    }
    # A page that names several directives at once has the version of one of them.
    if ($4 != "" && $4 + 0 <= first && $4 + 0 > before) since = $4 + 0
    else if (before) since = before + 1
    if ($1 != section) {
        printf "SECTION(\"%s\")\n", section = $1
        n_sections++
    }
    printf "DIRECTIVE(%d, \"%s\", %d, %d, %d)\n", n_sections - 1, $2, since, gone ? last : 0, gone
    first = before = 0
}
