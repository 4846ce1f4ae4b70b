# mixed.awk -- AND and OR side by side: awk -f tests/mixed.awk sql/*/*.sql
#
# Which of the two binds tighter is seldom what a reader remembers, so views and detections show it
# with parentheses. Prints each expression that does not, and fails.

# What ends an expression at the same depth of parentheses.
BEGIN {
    n = split("SELECT FROM WHERE ON WHEN THEN ELSE HAVING GROUP ORDER UNION JOIN LEFT CROSS LIMIT AS VALUES", word, " ")
    for (i = 1; i <= n; i++)
        ends[word[i]] = 1
}
function reset() {
    ands[depth] = ors[depth] = betweens[depth] = 0
}
function end_expression() {
    if (ands[depth] && ors[depth]) {
        print place ": AND and OR without parentheses"
        failed = 1
    }
    reset()
}
function take(token) {
    if (token == "(" || token == "CASE") {
        depth++
        reset()
    } else if (token == ")" || token == "END") {
        end_expression()
        depth--
    } else if (token == "," || token == ";" || token in ends)
        end_expression()
    else if (token == "BETWEEN")
        betweens[depth]++
    else if (token == "AND" && betweens[depth])
        betweens[depth]--
    else if (token == "AND")
        ands[depth]++
    else if (token == "OR")
        ors[depth]++
}

FNR == 1 || /^-- shape:/ { # a detection's expression ends with its section
    end_expression()
    depth = 0
}
{
    place = FILENAME ":" FNR
    rest = $0
    gsub(/'[^']*'/, "", rest)
    sub(/--.*/, "", rest)
    while (match(rest, /[A-Za-z_][A-Za-z_0-9.]*|[(),;]/)) {
        take(substr(rest, RSTART, RLENGTH))
        rest = substr(rest, RSTART + RLENGTH)
    }
}
END {
    end_expression()
    exit failed
}
