# signals.awk -- makes SQL and a reference page out of the detections, one file a detection.
#
#     awk -v want=view -v shape=unit -f ext/signals.awk sql/lists/attack_techniques.sql \
#         sql/*/*_facts.sql sql/signals/*.sql
#
# want=view      the view SHAPE_signals: every row of SHAPE_facts, and in `signals` what fired
# want=signals   the table signals
# want=patterns  the table exec_patterns
# want=readme    the reference page
#
# In each case every file is checked; each fault is reported as FILE:LINE: text, and the
# exit status is 1. Runs under mawk, gawk and busybox awk.
#
# sql/signals/NAME.sql is one detection:
#
#     -- NAME: the sentence that `why` shows
#     -- platform:        any, linux, windows or macos
#     -- technique:       T1543.002
#     -- analytic:        AN0779, ATT&CK's analytic that it serves
#     -- weight:          30, a whole number; severities grades the sum
#     -- family:          signals of one family say the same in several ways: the weightiest counts, once;
#                         may be left out
#     -- severity:        the least grade of a finding in which it fires; may be left out
#     -- reference:       systemd.unit(5); may be left out
#     -- false positives: an ordinary case in which it fires, and how to recognise it
#     -- response:        what to do first, where the order matters; may be left out
#
# A line that begins with two hyphens and two spaces or more continues the one before. After the
# header come sections. Each has tests of its own, at least two of either kind:
#
#     -- pattern: unix (^|[- ])/tmp/[^ ]
#     -- fires:   {"unix": "/tmp/x"}
#     -- spares:  {"unix": "/usr/bin/x"}
#
# A pattern, of unix, windows or any, is a row of exec_patterns: the detection fires in every shape
# that has a column `patterns` where the text matches. A section of shapes holds one expression over
# the columns of all the shapes it names; it fires where the expression is true or the pattern matches:
#
#     -- shape:   unit process
#     -- fires:   {"program": "/tmp/x"}
#     -- spares:  {"program": "/usr/bin/x"}
#     program GLOB '/tmp/*'
#
# A test names the columns in which its row differs from the shape's usual row. Each spares line is one
# key away from a fires line of its section. The expression has no subquery, aggregate, clock or chance.
# `svcql signals test --shipped sql/signals` runs the tests and checks what this script cannot.
#
# SHAPE_facts.sql, in sql/facts or sql/findings, has in its header, after "-- columns:", one line a column: the name, its
# type and NOCASE where it has them, and a sentence; after "-- usual:" the usual row as JSON; and after
# "-- rows:" the tables that give it rows, without which it is not read (ext/late_views.h).

function fault(line, text) {
    print FILENAME_now ":" line ": " text > "/dev/stderr"
    bad = 1
}
function quote(text) { gsub(/'/, "''", text); return "'" text "'" }
function maybe(text) { return text == "" ? "NULL" : quote(text) }
function trimmed(text) { sub(/^[ \t]+/, "", text); sub(/[ \t]+$/, "", text); return text }

# Facts -------------------------------------------------------------------------

function facts_begin(    part, n) {
    n = split(FILENAME, part, "/")
    shape_now = part[n]
    sub(/_facts\.sql$/, "", shape_now)
    shapes[++n_shapes] = shape_now
    facts_file[shape_now] = FILENAME
    is_shape[shape_now] = 1
    if (index($0, "-- " shape_now "_facts: ") != 1)
        fault(1, "does not begin with -- " shape_now "_facts: and a sentence")
    word_now = ""
}
function facts_column(text,    name, type, field, n, i) {
    n = split(text, field, " ")
    name = field[1]
    type = ""
    for (i = 2; i <= n && field[i] ~ /^(TEXT|INTEGER|REAL|BLOB|NOCASE)$/; i++)
        type = type " " (field[i] == "NOCASE" ? "COLLATE NOCASE" : field[i])
    if (name !~ /^[a-z][a-z0-9_]*$/ || i > n)
        fault(FNR, "is not a column's name and a sentence")
    if ((shape_now, name) in column_type)
        fault(FNR, "a second column " name)
    column_type[shape_now, name] = type
    columns[shape_now, ++n_columns[shape_now]] = name
}
function facts_line(    text) {
    if ($0 !~ /^--/) {
        word_now = ""
        if ($0 == " WHERE 0;") # the facts end with an arm without FROM
            walled[shape_now] = 1
        return
    }
    text = substr($0, 3)
    if (match(text, /^ [a-z][a-z ]*:/)) {
        word_now = substr(text, 2, RLENGTH - 2)
        text = substr(text, RLENGTH + 1)
    } else if (text !~ /^  +[^ ]/)
        word_now = ""
    text = trimmed(text)
    if (text != "" && word_now == "columns")
        facts_column(text)
    else if (word_now == "usual")
        usual[shape_now] = usual[shape_now] text
}
function facts_end(    i) {
    for (i = 1; i <= n_shapes; i++) {
        FILENAME_now = facts_file[shapes[i]]
        if (!n_columns[shapes[i]])
            fault(1, "no -- columns:")
        if (n_columns[shapes[i]] > 120)
            fault(1, "more than 120 columns")
        if (usual[shapes[i]] !~ /^\{.*\}$/)
            fault(1, "no -- usual: with a JSON object")
    }
}

# Detections --------------------------------------------------------------------

function section_end(    n, list, i) {
    if (section == "")
        return
    if (fires < 2)
        fault(section_line, "fewer than two fires: in this section")
    if (spares < 2)
        fault(section_line, "fewer than two spares: in this section")
    if (section != "pattern") {
        if (trimmed(body) == "")
            fault(section_line, "no expression")
        n = split(section, list, " ")
        for (i = 1; i <= n; i++) {
            check_names(list[i])
            bodies[list[i], name_now] = body
        }
    }
    section = ""
}
function signal_end(    w) {
    if (name_now == "")
        return
    section_end()
    for (w in required)
        if (!((name_now, w) in head))
            fault(1, "no -- " w ":")
    if (!(name_now in has_section))
        fault(1, "no -- pattern: and no -- shape:")
    name_now = ""
}
function signal_begin(    part, n) {
    n = split(FILENAME, part, "/")
    name_now = part[n]
    sub(/\.sql$/, "", name_now)
    file_of[name_now] = FILENAME
    names[++n_names] = name_now
    section = word_now = ""
    if (name_now !~ /^[a-z][a-z0-9_]*$/)
        fault(1, "the file's name is not small letters, digits and _")
    if (index($0, "-- " name_now ": ") != 1)
        fault(1, "does not begin with -- " name_now ": and the sentence that `why` shows")
    title[name_now] = trimmed(substr($0, length(name_now) + 6))
    if (title[name_now] in title_of)
        fault(1, "has the same sentence as " title_of[title[name_now]])
    title_of[title[name_now]] = name_now
}
function section_begin(what) {
    section_end()
    section = what
    section_line = FNR
    fires = spares = 0
    body = ""
    has_section[name_now] = 1
}
function check_value(word, value) {
    if (word == "weight" && value !~ /^[0-9]+$/)
        fault(FNR, "weight is not a whole number: " value)
    if (word == "platform" && value !~ /^(any|linux|windows|macos)$/)
        fault(FNR, "platform is not any, linux, windows or macos: " value)
    if (word == "technique" && !((value) in attack_id))
        fault(FNR, "is not in sql/lists/attack_techniques.sql: " value)
    if (word == "analytic" && !((value) in attack_id))
        fault(FNR, "is not in sql/lists/attack_techniques.sql: " value)
    if (word == "severity" && value !~ /^(info|low|medium|high|critical)$/)
        fault(FNR, "is not a grade of severities: " value)
}
function add_pattern(value,    platform) {
    if (section != "pattern")
        section_begin("pattern")
    platform = value
    sub(/ .*/, "", platform)
    if (platform !~ /^(any|unix|windows)$/ || platform == value)
        fault(FNR, "pattern is not any, unix or windows and a pattern")
    pattern_signal[++n_patterns] = name_now
    pattern_platform[n_patterns] = platform
    pattern_text[n_patterns] = trimmed(substr(value, length(platform) + 1))
    has_pattern[name_now] = 1
}
function add_shape(value,    n, list, i) {
    section_begin(value)
    n = split(value, list, " ")
    if (!n)
        fault(FNR, "names no shape")
    for (i = 1; i <= n; i++) {
        if (!(list[i] in is_shape))
            fault(FNR, "no shape " list[i])
        if ((list[i], name_now) in in_shape)
            fault(FNR, "a second section of shape " list[i])
        in_shape[list[i], name_now] = 1
    }
}
function add_test(word, value) {
    if (section == "") {
        fault(FNR, word ": before -- pattern: or -- shape:")
        return
    }
    if (word == "fires") fires++
    else spares++
    if (value !~ /^\{.*\}$/)
        fault(FNR, word ": is not a JSON object")
    check_keys(value)
}
# The names of a JSON object: each is a column of every shape of the section.
function check_keys(row,    rest, key, n, list, i) {
    rest = row
    gsub(/\\./, "", rest)
    while (match(rest, /"[^"]*"/)) {
        key = substr(rest, RSTART + 1, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        if (rest !~ /^ *:/)
            continue
        n = split(section, list, " ")
        for (i = 1; i <= n; i++)
            if (section == "pattern" ? key !~ /^(unix|windows)$/ : !((list[i], key) in column_type))
                fault(FNR, section == "pattern" ? "neither unix nor windows: " key \
                                                : "no column " key " in " list[i] "_facts")
    }
}
# The names of an expression: words of SQL, functions, and columns of the shape.
function check_names(shape,    rest, word, n, line, i) {
    n = split(body, line, "\n")
    for (i = 1; i <= n; i++) {
        rest = line[i]
        gsub(/'[^']*'/, "''", rest)
        while (match(rest, /[A-Za-z_][A-Za-z_0-9]*/)) {
            word = substr(rest, RSTART, RLENGTH)
            rest = substr(rest, RSTART + RLENGTH)
            if (rest ~ /^\(/ || toupper(word) in sql_word || (shape, word) in column_type)
                continue
            fault(body_line + i - 1, "no column " word " in " shape "_facts")
        }
    }
}
function add_word(word, value) {
    if (!(word in known))
        fault(FNR, "unknown word: " word)
    else if (section != "" || (name_now, word) in head)
        fault(FNR, section != "" ? word ": after the header" : "a second " word ":")
    else {
        check_value(word, value)
        head[name_now, word] = value
        word_now = word
    }
}
function signal_line(    word, value) {
    if (match($0, /^-- [a-z][a-z ]*:/)) {
        word = substr($0, 4, RLENGTH - 4)
        value = trimmed(substr($0, RLENGTH + 1))
        word_now = ""
        if (word == "pattern") add_pattern(value)
        else if (word == "shape") add_shape(value)
        else if (body != "" && section != "")
            fault(FNR, word ": after the expression")
        else if (word == "fires" || word == "spares") add_test(word, value)
        else add_word(word, value)
    } else if ($0 ~ /^--  +[^ ]/ && word_now != "")
        head[name_now, word_now] = head[name_now, word_now] " " trimmed(substr($0, 3))
    else if ($0 ~ /^--/ && trimmed($0) != "--")
        fault(FNR, "is neither -- word: text nor the rest of one")
    else if ($0 !~ /^--/ && trimmed($0) != "") {
        if (section == "" || section == "pattern")
            fault(FNR, "an expression outside a -- shape: section")
        if (body == "") body_line = FNR
        body = body (body == "" ? "" : "\n") $0
    }
}

# What is made ------------------------------------------------------------------

# The column `but` is left out, as NULL.
function list_columns(shape, but,    i, text, line) {
    for (i = 1; i <= n_columns[shape]; i++) {
        if (length(line) > 80) {
            text = text line "\n           "
            line = ""
        }
        line = line (columns[shape, i] == but ? "NULL" : columns[shape, i]) (i < n_columns[shape] ? ", " : "")
    }
    return text line
}
function write_view(    i, n, nulls, prefix) {
    prefix = "''"
    if ((shape, "patterns") in column_type)
        prefix = "iif(length(patterns) > 2, ',' || substr(patterns, 2, length(patterns) - 2), '')"
    nulls = "NULL"
    for (i = 2; i <= n_columns[shape]; i++)
        nulls = nulls (i % 16 == 1 ? ",\n           NULL" : ", NULL")
    print "-- " shape "_signals: every row of " shape "_facts, and the names of the detections that fired."
    print "--"
    print "-- why:     Made from the files of sql/signals. What fired is a JSON array, [] where nothing did."
    print "-- sources: " shape "_facts"
    print "--"
    print "--   SELECT fired, count(*) FROM " shape "_signals GROUP BY fired;"
    print "CREATE TEMP VIEW " shape "_signals AS"
    print "WITH f AS (\n    SELECT " list_columns(shape) "\n      FROM " shape "_facts"
    if (!(shape in walled)) {
        print "    UNION ALL"
        print "    -- An arm without FROM keeps SQLite from computing a column again at each use."
        print "    SELECT " nulls "\n     WHERE 0"
    }
    print ")"
    print "SELECT " list_columns(shape) ",\n       -- once() keeps a term on what fired from computing it again."
    print "       once('[' || substr(" prefix
    for (i = 1; i <= n_names; i++)
        if ((shape, names[i]) in bodies)
            write_arm(names[i], ++n)
    print (n ? "            )\n" : "") "         || own_signals('" shape "', " list_columns(shape, "evidence") ")"
    print "         , 2) || ']') AS fired\n  FROM f\nUNION ALL\nSELECT " nulls ", NULL\n WHERE 0;"
}
# A call of joined() for each 100, as a function takes 127 arguments at most.
function write_arm(name, nth,    own) {
    own = bodies[shape, name]
    gsub(/\n/, "\n           ", own)
    if (has_pattern[name] && (shape, "patterns") in column_type)
        own = "NOT coalesce(instr(patterns, '\"" name "\"'), 0) AND (" own ")"
    if (nth % 100 == 1)
        print (nth > 1 ? "            )\n" : "") "         || joined("
    print "            " (nth % 100 == 1 ? "" : ", ") "iif(" own ",\n                ',\"" name "\"', NULL)"
}
function write_signals(    i, s) {
    print "-- signals: every fact that can make something about a service worth a person's time, with its weight."
    print "--"
    print "-- why:     Judgement is kept here and not in the views: a team changes a weight, or sets it to 0 to"
    print "--          silence a signal, with ordinary SQL. severity, where it is set, is the least grade of a"
    print "--          finding in which the signal fired. Made from the files of sql/signals."
    print "-- attack:  one technique a signal, v19.1"
    print "-- sources: defaults, or a table of this name in the open database"
    print "--"
    print "--   SELECT name, weight, severity, why FROM signals ORDER BY weight DESC;"
    print "CREATE TEMP TABLE signals("
    print "    name      TEXT PRIMARY KEY,\n    platform  TEXT NOT NULL,\n    technique TEXT NOT NULL,"
    print "    weight    INTEGER NOT NULL,\n    severity  TEXT REFERENCES severities(severity),"
    print "    family    TEXT, -- of those in one family the weightiest counts"
    print "    why       TEXT NOT NULL,\n    reference TEXT,\n    analytic  TEXT,"
    print "    false_positives TEXT,\n    response TEXT,\n    origin   TEXT NOT NULL DEFAULT 'svcql'"
    print ") WITHOUT ROWID;"
    print "INSERT INTO temp.signals VALUES"
    for (i = 1; i <= n_names; i++) {
        s = names[i]
        print "    (" quote(s) ", " quote(head[s, "platform"]) ", " quote(head[s, "technique"]) ", " \
              head[s, "weight"] ", " maybe(head[s, "severity"]) ", " maybe(head[s, "family"]) ", " quote(title[s]) ", " \
              maybe(head[s, "reference"]) ", " maybe(head[s, "analytic"]) ", " \
              maybe(head[s, "false positives"]) ", " maybe(head[s, "response"]) ", 'svcql')" \
              (i < n_names ? "," : ";")
    }
}
function write_patterns(    i) {
    print "-- exec_patterns: what in a command line or program path makes a signal fire."
    print "--"
    print "-- why:             One list serves units, property lists, service keys, processes and commands. A row"
    print "--                  fires its signal where the text matches the pattern (REGEXP; (?i) ignores case)."
    print "--                  platform 'any' holds everywhere. Made from the files of sql/signals."
    print "-- false positives: each row is weighed by its signal, none is a finding by itself"
    print "-- sources:         defaults, or a table of this name in the open database"
    print "--"
    print "--   SELECT signal, pattern FROM exec_patterns WHERE platform IN ('any', 'windows');"
    print "CREATE TEMP TABLE exec_patterns("
    print "    signal   TEXT NOT NULL,\n    platform TEXT NOT NULL,\n    pattern  TEXT NOT NULL\n);"
    print "INSERT INTO temp.exec_patterns VALUES"
    for (i = 1; i <= n_patterns; i++)
        print "    (" quote(pattern_signal[i]) ", " quote(pattern_platform[i]) ", " \
              quote(pattern_text[i]) ")" (i < n_patterns ? "," : ";")
}
function write_readme(    i, j, s, where) {
    print "# Detections\n"
    print "Generated by `make docs` from the files beside it, one a detection. How such a file is written"
    print "is described at the head of `ext/signals.awk`; the table `signals` lists them.\n"
    for (i = 1; i <= n_names; i++) {
        s = names[i]
        where = has_pattern[s] ? " pattern" : ""
        for (j = 1; j <= n_shapes; j++)
            if ((shapes[j], s) in bodies) where = where " " shapes[j]
        print "## [" s "](" s ".sql)\n\n" title[s] ".\n"
        print "- platform " head[s, "platform"] ", " head[s, "technique"] \
              (head[s, "analytic"] != "" ? ", " head[s, "analytic"] : "") ", weight " head[s, "weight"] \
              (head[s, "severity"] != "" ? ", at least " head[s, "severity"] : "")
        print "- judges:" where
        print "- false positives: " head[s, "false positives"]
        if (head[s, "reference"] != "") print "- reference: " head[s, "reference"]
        if (head[s, "response"] != "") print "- response: " head[s, "response"]
        print ""
    }
}

BEGIN {
    n = split("platform|technique|weight|false positives", list, "|")
    for (i = 1; i <= n; i++) required[list[i]] = known[list[i]] = 1
    n = split("analytic|family|severity|reference|response", list, "|")
    for (i = 1; i <= n; i++) known[list[i]] = 1
    n = split("AND OR NOT IN IS NULL LIKE GLOB REGEXP BETWEEN CASE WHEN THEN ELSE END ESCAPE COLLATE " \
              "NOCASE BINARY TRUE FALSE DISTINCT FROM CAST AS TEXT INTEGER REAL ISNULL NOTNULL", list, " ")
    for (i = 1; i <= n; i++) sql_word[list[i]] = 1
}
FILENAME ~ /attack_techniques\.sql$/ {
    n = split($0, list, "'")
    for (i = 2; i <= n; i += 2) attack_id[list[i]] = 1
    next
}
FNR == 1 {
    signal_end()
    FILENAME_now = FILENAME
    body = ""
    facts = FILENAME ~ /_facts\.sql$/
    if (facts) facts_begin()
    else signal_begin()
    next
}
facts { facts_line(); next }
{ signal_line() }
END {
    signal_end()
    facts_end()
    if (bad) exit 1
    if (want == "view") write_view()
    else if (want == "signals") write_signals()
    else if (want == "patterns") write_patterns()
    else if (want == "readme") write_readme()
}
