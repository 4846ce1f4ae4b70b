# coverage.awk: sums what gcov -n says of the files of ext/ and tables/, and names those with the fewest
# lines run.
/^File / { file = $2; gsub(/'/, "", file) }
/^Lines executed:/ && file ~ /^(ext|tables)\// {
    split($2, part, /[:%]/)
    lines = $4
    run = part[2] * lines / 100
    if (!(file in total) || run > done[file]) { total[file] = lines; done[file] = run }
    file = ""
}
END {
    for (f in total) {
        n += total[f]
        d += done[f]
        if (total[f] >= 20 && done[f] < 0.8 * total[f])
            printf "%5.1f%% of %4d lines: %s\n", 100 * done[f] / total[f], total[f], f | "sort -n"
    }
    close("sort -n")
    printf "%.1f%% of %d lines of ext and tables are run\n", n ? 100 * d / n : 0, n
}
