# systemd_interface.awk: systemd_interface.tsv as C, systemd_interface.inc of systemd_tools.c: the options of
# each tool, as TOOL_options[], and its verbs, as TOOL_verbs[]. Options that --help leaves out are added here.
# With -v want=wrappers, systemd_wrappers.inc of command_wrappers.c: the options that take a value of the tools
# that run another program, as TOOL_VALUES.
BEGIN {
    FS = "\t"
    n_wrappers = split("run0 systemd-cat systemd-inhibit systemd-nspawn systemd-socket-activate", wrappers, " ")
    # Read by getopt, but not listed by --help (systemd 252, src/systemctl/systemctl.c).
    add("systemctl", "", "kill-who", 1)
    add("systemctl", "", "no-legend", 0)
    add("systemctl", "", "reboot-argument", 1)
    print "/* Made by systemd_interface.awk from systemd_interface.tsv: do not edit. */"
}

function flags(tool, name, value,    text) {
    text = value ? " | OPTION_VALUE" : ""
    if (value && name ~ /^(host|machine)$/) text = text " | OPTION_REMOTE"
    if (name ~ /^(help|version)$/) text = text " | OPTION_INERT"
    if (name == "runtime") text = text " | OPTION_RUNTIME"
    if (value && name == "unit" && tool ~ /run/) text = text " | OPTION_TARGET"
    return text == "" ? "0" : substr(text, 4)
}

# An option of this letter, this name or both; the first of each counts.
function add(tool, letter, name, value) {
    note(tool)
    if (tool SUBSEP letter in taken && letter != "") letter = ""
    if (tool SUBSEP name in taken && name != "") name = ""
    if (letter == "" && name == "") return
    taken[tool, letter] = taken[tool, name] = 1
    if (value && letter != "") letters[tool] = letters[tool] letter
    if (value && name != "") longs[tool] = longs[tool] (longs[tool] == "" ? "" : " ") "--" name
    options[tool] = options[tool] sprintf("    {'%s', %s, %s},\n", letter == "" ? "\\0" : letter, \
                                          name == "" ? "NULL" : "\"" name "\"", flags(tool, name, value))
}

$1 == "option" {
    n = split($3, word, " ")
    letter = name = ""
    for (i = 1; i <= n; i++)
        if (word[i] ~ /^--/) name = substr(word[i], 3)
        else letter = substr(word[i], 2)
    # What a later systemd writes apart, or without a value, is as the later one has it.
    if ($5 ~ newest "$") add($2, letter, name, $4 == "value")
    else old[++n_old] = $2 SUBSEP letter SUBSEP name SUBSEP ($4 == "value")
}
/^# systemd [0-9]+ / && $0 { split($0, word, " "); newest = word[3] }
$1 == "verb" {
    note($2)
    verbs[$2] = verbs[$2] (verbs[$2] == "" ? "" : " ") $3
    # Of the tools of machines and sessions those that only read have nothing to do with a service.
    if ($2 ~ /^(machinectl|loginctl)$/ && $3 !~ /^(get|list|show|status)|-status$/)
        changes[$2] = changes[$2] (changes[$2] == "" ? "" : " ") $3
}

function note(tool) { if (!(tool in seen)) { seen[tool] = 1; tools[++n_tools] = tool } }

function identifier(tool) { gsub(/-/, "_", tool); return tool }

# Words in lines of at most 100 columns, as the pieces of one string.
function strings(text,    n, word, i, line, out) {
    n = split(text, word, " ")
    for (i = 1; i <= n; i++) {
        if (length(line) + length(word[i]) > 88) { out = out "    \"" line "\"\n"; line = "" }
        line = line word[i] (i < n ? " " : "")
    }
    return out "    \"" line "\""
}

END {
    for (i = 1; i <= n_old; i++) {
        split(old[i], part, SUBSEP)
        add(part[1], part[2], part[3], part[4])
    }
    for (w = 1; want == "wrappers" && w <= n_wrappers; w++) {
        macro = strings(longs[wrappers[w]])
        gsub(/\n/, " \\\n", macro)
        printf "\n#define %s_VALUES \\\n    .letters = \"%s\", .longs = \\\n%s\n", \
               toupper(identifier(wrappers[w])), letters[wrappers[w]], macro
    }
    for (t = 1; want == "" && t <= n_tools; t++) {
        tool = tools[t]
        if (tool in options)
            printf "\nstatic const struct option_spec %s_options[] = {\n%s    {0},\n};\n", identifier(tool), options[tool]
        if (tool in verbs)
            printf "\nstatic const char %s_verbs[] =\n%s;\n", identifier(tool), strings(verbs[tool])
        if (tool in changes)
            printf "\nstatic const char %s_changes[] =\n%s;\n", identifier(tool), strings(changes[tool])
    }
}
