/* listing_systemd.c -- what systemctl prints: tables, key=value and status. */
#include <stdio.h>
#include <string.h>

#include "listing_state.h"

static const char *const load_words[] = {"loaded",      "not-found", "masked", "error",
                                         "bad-setting", "merged",    "stub",   NULL};
static const char *const active_words[] = {"active",      "inactive",     "failed",
                                           "activating",  "deactivating", "reloading",
                                           "maintenance", "refreshing",   NULL};
static const char *const file_states[] = {"enabled",   "enabled-runtime",
                                          "disabled",  "static",
                                          "masked",    "masked-runtime",
                                          "linked",    "linked-runtime",
                                          "indirect",  "alias",
                                          "generated", "transient",
                                          "bad",       NULL};
static const char *const job_words[] = {"start", "stop",        "restart",       "reload",
                                        "nop",   "try-restart", "verify-active", NULL};

/* The mark of a unit's state before its name: a circle, a cross, an arrow or a star. */
static const char *after_mark(const char *line)
{
    static const char *const marks[] = {"\xe2\x97\x8f", "\xe2\x97\x8b", "\xc3\x97", "\xe2\x86\xbb",
                                        "*"};

    line += strspn(line, " ");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (listing_begins(line, marks[i]) && line[strlen(marks[i])] == ' ')
            return line + strlen(marks[i]) + 1;
    return line;
}

static void put_state(struct listing *l, const char *state, size_t size)
{
    listing_put(l, LINUX, "UnitFileState", 13, state, size);
}

/* list-units --------------------------------------------------------------------- */

static bool is_units_header(const char *line)
{
    struct listing_word words[6];

    return listing_words(line, words, 6) >= 4 && listing_word_is(&words[0], "UNIT") &&
           listing_word_is(&words[1], "LOAD") && listing_word_is(&words[2], "ACTIVE") &&
           listing_word_is(&words[3], "SUB");
}

static bool is_units_row(const char *line)
{
    struct listing_word words[4];

    return listing_words(after_mark(line), words, 4) == 4 &&
           listing_is_unit(words[0].text, words[0].size) &&
           listing_word_in(&words[1], load_words) && listing_word_in(&words[2], active_words);
}

static bool units_begin(const struct listing *l, const char *line)
{
    (void)l;
    return is_units_header(line) || is_units_row(line);
}

static enum listing_take units_line(struct listing *l, const char *line)
{
    struct listing_word words[5];

    if (is_units_header(line)) {
        l->job_column = strstr(line, " JOB ") != NULL;
        return LINE_TAKEN;
    }
    if (!is_units_row(line))
        return LINE_TAKEN; /* the legend, or another program's words */
    size_t n = listing_words(after_mark(line), words, 5);
    listing_set(l, LISTING_NAME, words[0].text, words[0].size);
    listing_put(l, LINUX, "LoadState", 9, words[1].text, words[1].size);
    listing_put(l, LINUX, "ActiveState", 11, words[2].text, words[2].size);
    const char *rest = words[3].text + words[3].size;
    if (n == 5 && l->job_column && listing_word_in(&words[4], job_words))
        rest = words[4].text + words[4].size;
    rest += strspn(rest, " ");
    size_t size = strlen(rest);
    while (size && rest[size - 1] == ' ')
        size--;
    listing_set(l, LISTING_DESCRIPTION, rest, size);
    return LINE_ENDS;
}

const struct listing_grammar listing_units = {"systemctl list-units", LINUX, units_begin,
                                              units_line};

/* list-unit-files ---------------------------------------------------------------- */

static bool is_files_header(const char *line)
{
    struct listing_word words[3];

    return listing_words(line, words, 3) == 3 && listing_word_is(&words[0], "UNIT") &&
           listing_word_is(&words[1], "FILE") && listing_word_is(&words[2], "STATE");
}

static bool is_files_row(const char *line)
{
    static const char *const presets[] = {"enabled", "disabled", "ignored", "-", NULL};
    struct listing_word      words[4];
    size_t                   n = listing_words(line, words, 4);

    return (n == 2 || (n == 3 && listing_word_in(&words[2], presets))) &&
           listing_is_unit(words[0].text, words[0].size) && listing_word_in(&words[1], file_states);
}

static bool files_begin(const struct listing *l, const char *line)
{
    struct listing_word words[3];

    if (is_files_header(line))
        return true;
    if (!is_files_row(line))
        return false;
    /* Two words alone may be anybody's. */
    return l->container == LINES || listing_words(line, words, 3) == 3 ||
           (l->previous.size && is_files_row(l->previous.data));
}

static enum listing_take files_line(struct listing *l, const char *line)
{
    struct listing_word words[2];

    if (!is_files_row(line))
        return LINE_TAKEN;
    listing_words(line, words, 2);
    listing_set(l, LISTING_NAME, words[0].text, words[0].size);
    put_state(l, words[1].text, words[1].size);
    return LINE_ENDS;
}

const struct listing_grammar listing_unit_files = {"systemctl list-unit-files", LINUX, files_begin,
                                                   files_line};

/* list-timers -------------------------------------------------------------------- */

static bool timers_begin(const struct listing *l, const char *line)
{
    struct listing_word words[6];

    (void)l;
    return listing_words(line, words, 6) == 6 && listing_word_is(&words[0], "NEXT") &&
           listing_word_is(&words[1], "LEFT") && listing_word_is(&words[4], "UNIT") &&
           listing_word_is(&words[5], "ACTIVATES");
}

/* Times have blanks; the timer and what it starts are the last two words. */
static enum listing_take timers_line(struct listing *l, const char *line)
{
    struct listing_word words[24];
    size_t              n = listing_words(line, words, 24);

    if (n < 3 || !listing_is_unit(words[n - 1].text, words[n - 1].size) || words[n - 2].size < 6 ||
        !listing_is_unit(words[n - 2].text, words[n - 2].size))
        return LINE_TAKEN;
    listing_set(l, LISTING_NAME, words[n - 1].text, words[n - 1].size);
    listing_set(l, LISTING_STARTED_BY, words[n - 2].text, words[n - 2].size);
    return LINE_ENDS;
}

const struct listing_grammar listing_timers = {"systemctl list-timers", LINUX, timers_begin,
                                               timers_line};

/* show, and what wmic prints in the same form ------------------------------------ */

/* A key and its value; the key's size, 0 for another line. */
static size_t key_of(const char *line)
{
    size_t size = 0;

    while ((line[size] >= 'A' && line[size] <= 'Z') || (line[size] >= 'a' && line[size] <= 'z') ||
           (size && line[size] >= '0' && line[size] <= '9'))
        size++;
    return size && *line >= 'A' && *line <= 'Z' && line[size] == '=' ? size : 0;
}

static bool pairs_begin(const struct listing *l, const char *line)
{
    static const char *const marks[] = {
        "LoadState=loaded",      "LoadState=not-found", "LoadState=masked",  "ActiveState=active",
        "ActiveState=inactive",  "ActiveState=failed",  "FragmentPath=/",    "UnitFileState=",
        "ExecStart={ path=",     "AcceptPause=TRUE",    "AcceptPause=FALSE", "DesktopInteract=TRUE",
        "DesktopInteract=FALSE", "StartMode=Auto",      "StartMode=Manual",  "StartMode=Disabled"};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (listing_begins(line, marks[i]))
            return true;
    if (listing_begins(line, "Id=") && listing_is_unit(line + 3, strlen(line + 3)))
        return true;
    if (listing_begins(line, "PathName=") && l->previous.size &&
        (listing_begins(l->previous.data, "Name=") || !*l->previous.data))
        return true;
    /* Where the file is known to be a listing, a record's first keys are taken too. */
    return l->container == LINES && !l->grammar && key_of(line) > 0;
}

/* One command of ExecStart={ path=… ; argv[]=… ; ignore_errors=… }. */
static void take_command(struct listing *l, const char *key, size_t key_size, const char *value)
{
    struct buffer *all = &l->pending;
    const char    *path = strstr(value, "path="), *argv = strstr(value, " ; argv[]=");
    bool           main = key_size == 9 && memcmp(key, "ExecStart", 9) == 0;

    if (!path || !argv || argv < path) {
        l->open.cut = true;
        return;
    }
    path += 5;
    const char *text = argv + 10, *end = strstr(text, " ; ignore_errors=");
    l->open.cut |= !end;
    size_t size = end ? (size_t)(end - text) : strlen(text), path_size = (size_t)(argv - path);
    if (main) {
        struct buffer lines = {0};
        if (l->open.has[LISTING_COMMAND]) {
            buffer_put(&lines, l->open.text[LISTING_COMMAND].data,
                       l->open.text[LISTING_COMMAND].size);
            buffer_putc(&lines, '\n');
        } else {
            listing_set(l, LISTING_PROGRAM, path, path_size);
        }
        buffer_put(&lines, text, size);
        listing_set(l, LISTING_COMMAND, lines.data ? lines.data : "", lines.size);
        l->open.text[LISTING_COMMAND].failed |= lines.failed;
        buffer_free(&lines);
    }
    buffer_puts(all, all->size ? ",{\"setting\":" : "{\"setting\":");
    buffer_json(all, key, key_size);
    buffer_puts(all, ",\"program\":");
    buffer_json(all, path, path_size);
    buffer_puts(all, ",\"text\":");
    buffer_json(all, text, size);
    buffer_putc(all, '}');
}

static void close_commands(struct listing *l)
{
    struct buffer list = {0};

    if (!l->pending.size)
        return;
    buffer_putc(&list, '[');
    buffer_put(&list, l->pending.data, l->pending.size);
    buffer_putc(&list, ']');
    l->pending.failed |= list.failed;
    listing_set(l, LISTING_COMMANDS, list.data ? list.data : "", list.size);
    buffer_free(&list);
    buffer_reset(&l->pending);
}

/* wmic prints the same keys for each service: the first of them begins the next. */
static bool is_next(struct listing *l, const char *key, size_t size)
{
    bool known =
        size < sizeof l->block && strlen(l->block) == size && memcmp(l->block, key, size) == 0;

    if (!*l->block && size < sizeof l->block) {
        memcpy(l->block, key, size);
        l->block[size] = '\0';
    }
    return known && !listing_empty(l) && l->open.platform == WINDOWS;
}

static bool is_windows_key(const char *line)
{
    static const char *const keys[] = {
        "AcceptPause=", "Caption=",  "DesktopInteract=", "DisplayName=",
        "Name=",        "PathName=", "StartMode=",       "StartName="};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (listing_begins(line, keys[i]))
            return true;
    return false;
}

static void begin_pairs(struct listing *l, bool windows)
{
    if (!listing_empty(l))
        return;
    l->open.form = windows ? "wmic service" : listing_pairs.form;
    l->open.platform = windows ? WINDOWS : LINUX;
    l->open.at = l->line_at;
}

/* A blank line ends a unit, but not a service of wmic, which may have one after each key. */
static enum listing_take pairs_line(struct listing *l, const char *line)
{
    size_t      size = key_of(line);
    const char *value = line + size + 1;

    if (!size) {
        if (*line || listing_empty(l) || l->open.platform == WINDOWS)
            return LINE_TAKEN;
        close_commands(l);
        return LINE_ENDS;
    }
    if (is_next(l, line, size))
        return LINE_AGAIN;
    if (listing_begins(line, "Exec") && *value == '{') {
        begin_pairs(l, false);
        if (line[size - 2] != 'E' || line[size - 1] != 'x') /* ExecStartEx= says the same again */
            take_command(l, line, size, value);
        return LINE_TAKEN;
    }
    bool windows = is_windows_key(line) || (!listing_empty(l) && l->open.platform == WINDOWS);
    if (windows)
        begin_pairs(l, true);
    listing_put(l, windows ? WINDOWS : LINUX, line, size, value, strlen(value));
    return LINE_TAKEN;
}

const struct listing_grammar listing_pairs = {"systemctl show", LINUX, pairs_begin, pairs_line};

/* status ------------------------------------------------------------------------- */

/* "● ssh.service - OpenBSD Secure Shell server". */
static bool status_begin(const struct listing *l, const char *line)
{
    const char         *name = after_mark(line);
    struct listing_word word;

    (void)l;
    return name > line && *line != ' ' && listing_words(name, &word, 1) == 1 && word.text == name &&
           listing_is_unit(word.text, word.size) &&
           (!name[word.size] || listing_begins(name + word.size, " - "));
}

/* loaded (/usr/lib/systemd/system/ssh.service; enabled; preset: enabled) */
static void take_loaded(struct listing *l, const char *value)
{
    size_t      size = strcspn(value, " ");
    const char *path = value + size;

    listing_put(l, LINUX, "LoadState", 9, value, size);
    if (!listing_begins(path, " ("))
        return;
    path += 2;
    size = strcspn(path, ";)");
    if (*path == '/')
        listing_set(l, LISTING_DEFINITION, path, size);
    if (path[size] == ';') {
        const char *state = path + size + 1 + strspn(path + size + 1, " ");
        put_state(l, state, strcspn(state, ";)"));
    }
}

static void take_status(struct listing *l, const char *line)
{
    static const char *const keys[][2] = {
        {"Active:", "ActiveState"}, {"Main PID:", "MainPID"}, {"TriggeredBy:", "TriggeredBy"}};

    line += strspn(line, " ");
    if (listing_begins(line, "Loaded: "))
        take_loaded(l, line + 8);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (listing_begins(line, keys[i][0])) {
            const char *value = after_mark(line + strlen(keys[i][0]));
            listing_put(l, LINUX, keys[i][1], strlen(keys[i][1]), value, strcspn(value, " "));
        }
}

static enum listing_take status_line(struct listing *l, const char *line)
{
    if (!status_begin(l, line)) {
        if (!*line && !listing_empty(l))
            return LINE_ENDS; /* the unit's log follows */
        if (*line == ' ' && !listing_empty(l))
            take_status(l, line);
        return LINE_TAKEN;
    }
    if (!listing_empty(l))
        return LINE_AGAIN;
    const char *name = after_mark(line), *rest = name + strcspn(name, " ");
    listing_set(l, LISTING_NAME, name, (size_t)(rest - name));
    if (listing_begins(rest, " - "))
        listing_puts(l, LISTING_DESCRIPTION, rest + 3);
    return LINE_TAKEN;
}

const struct listing_grammar listing_status = {"systemctl status", LINUX, status_begin,
                                               status_line};
