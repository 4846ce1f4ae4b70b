/* listing_launchctl.c -- what launchctl prints: list, list LABEL, print and print-disabled.
 *
 * launchctl(1) says of print that its output is not an interface and may change: names that are not known are
 * passed over, and a job's name is that of the line that opens its braces.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "listing_state.h"

/* A job runs that has a process; one whose number is no process's may. */
static void put_runs(struct listing *l)
{
    if (l->open.has[LISTING_PID])
        listing_puts(l, LISTING_STATUS, "RUNNING");
    else if (!l->open.cut)
        listing_puts(l, LISTING_STATUS, "STOPPED");
}

/* list ---------------------------------------------------------------------------- */

static bool list_begins(const struct listing *l, const char *line)
{
    struct listing_word words[4];

    (void)l;
    return listing_words(line, words, 4) == 3 && listing_word_is(&words[0], "PID") &&
           listing_word_is(&words[1], "Status") && listing_word_is(&words[2], "Label");
}

static bool is_number(const struct listing_word *word)
{
    size_t at = word->size > 1 && *word->text == '-';

    for (size_t i = at; i < word->size; i++)
        if (!isdigit((unsigned char)word->text[i]))
            return false;
    return word->size > 0;
}

/* "-\t0\tcom.apple.x": a job without a process has a dash. */
static enum listing_take list_line(struct listing *l, const char *line)
{
    struct listing_word words[3];

    if (listing_words(line, words, 3) != 3 || !is_number(&words[1]) || list_begins(l, line) ||
        !(is_number(&words[0]) || listing_word_is(&words[0], "-")))
        return LINE_TAKEN;
    bool runs = isdigit((unsigned char)*words[0].text);
    listing_puts(l, LISTING_NAME, words[2].text); /* a label may have a blank */
    listing_puts(l, LISTING_STATUS, runs ? "RUNNING" : "STOPPED");
    listing_put(l, MACOS, "pid", 3, words[0].text, words[0].size);
    listing_put(l, MACOS, "LastExitStatus", 14, words[1].text, words[1].size);
    return LINE_ENDS;
}

const struct listing_grammar listing_launchctl_list = {"launchctl list", MACOS, list_begins,
                                                       list_line};

/* Braces -------------------------------------------------------------------------- */

static const char *inner(const char *line)
{
    return line + strspn(line, " \t");
}

static bool ends_with(const char *line, const char *end)
{
    size_t size = strlen(line), n = strlen(end);

    return size >= n && strcmp(line + size - n, end) == 0;
}

/* Whether a line closes a brace or a parenthesis. */
static bool closes(const char *line)
{
    line = inner(line);
    return *line == '}' || listing_begins(line, ")");
}

static void open_block(struct listing *l, const char *name, size_t size)
{
    l->depth++;
    if (l->depth != 2)
        return;
    if (size >= sizeof l->block)
        size = sizeof l->block - 1;
    memcpy(l->block, name, size);
    l->block[size] = '\0';
    buffer_reset(&l->pending);
}

static void put_argument(struct listing *l, const char *text, size_t size)
{
    buffer_putc(&l->pending, l->pending.size ? ',' : '[');
    buffer_json(&l->pending, text, size);
}

/* The block that closes was the job's arguments. */
static void close_block(struct listing *l, const char *arguments)
{
    if (l->depth == 2 && strcmp(l->block, arguments) == 0 && l->pending.size) {
        buffer_putc(&l->pending, ']');
        listing_set(l, LISTING_ARGUMENTS, l->pending.data ? l->pending.data : "", l->pending.size);
    }
    if (l->depth <= 2)
        *l->block = '\0';
    l->depth -= l->depth > 0;
}

/* A brace is as far from the margin as what it belongs to: so one that is in a text closes nothing. */
static unsigned depth_of(const char *line)
{
    return (unsigned)strspn(line, "\t");
}

/* list LABEL ------------------------------------------------------------------------ */

static bool job_begins(const struct listing *l, const char *line)
{
    return (l->container == LINES && strcmp(line, "{") == 0) ||
           (*inner(line) == '"' && strstr(line, "\" = ") && ends_with(line, ";"));
}

/* "Label" = "com.apple.x"; of a list in parentheses each element is on a line. */
static enum listing_take job_line(struct listing *l, const char *line)
{
    const char *at = inner(line), *end = strrchr(at, ';');
    const char *middle = *at ? strstr(at + 1, "\" = ") : NULL;
    size_t      size = end ? (size_t)(end - at) : strlen(at);

    if (strcmp(at, "{") == 0 && !l->depth) {
        l->depth = 1;
        return listing_empty(l) ? LINE_TAKEN : LINE_AGAIN;
    }
    if (closes(line)) {
        close_block(l, "ProgramArguments");
        if (l->depth || listing_empty(l))
            return LINE_TAKEN;
        put_runs(l);
        return LINE_ENDS;
    }
    if (*at == '"' && middle && (ends_with(at, "(") || ends_with(at, "{"))) {
        open_block(l, at + 1, (size_t)(middle - at - 1));
    } else if (*at == '"' && middle && l->depth <= 1) {
        const char *value = middle + 4;
        size = end && end >= value ? (size_t)(end - value) : strlen(value);
        if (size > 1 && *value == '"' && value[size - 1] == '"') {
            value++;
            size -= 2;
        }
        listing_put(l, MACOS, at + 1, (size_t)(middle - at - 1), value, size);
    } else if (l->depth == 2 && size > 1 && *at == '"' && at[size - 1] == '"') {
        put_argument(l, at + 1, size - 2);
    }
    return LINE_TAKEN;
}

const struct listing_grammar listing_launchctl_job = {"launchctl list", MACOS, job_begins,
                                                      job_line};

/* print ----------------------------------------------------------------------------- */

/* "system = {", "gui/501/com.example.a = {". */
static bool print_begins(const struct listing *l, const char *line)
{
    size_t size = strcspn(line, " \t");

    if (!size || strcmp(line + size, " = {") != 0 || *line == '"')
        return false;
    if (l->container == LINES || listing_begins(line, "system") || listing_begins(line, "gui/"))
        return true;
    const char *dot = memchr(line, '.', size); /* a label has more than one */
    return listing_begins(line, "user/") || listing_begins(line, "login/") ||
           (dot && memchr(dot + 1, '.', size - (size_t)(dot + 1 - line)));
}

/* Name the job, or the domain, whose name has no label. */
static void open_target(struct listing *l, const char *line)
{
    size_t      size = strcspn(line, " ");
    const char *label = memchr(line, '/', size);
    bool        system = listing_begins(line, "system");

    if (label && !system) /* gui/501/label, user/501/label, login/100/label, pid/1/label */
        label = memchr(label + 1, '/', size - (size_t)(label + 1 - line));
    if (!label && !system && !memchr(line, '/', size) && !strstr(line, ".domain."))
        label = line - 1; /* of older versions, the label alone */
    size_t domain = label && label >= line ? (size_t)(label - line) : label ? 0 : size;
    if (domain >= sizeof l->domain)
        domain = sizeof l->domain - 1;
    memcpy(l->domain, line, domain);
    l->domain[domain] = '\0';
    l->depth = 1;
    *l->block = '\0';
    if (label) {
        listing_set(l, LISTING_NAME, label + 1, size - (size_t)(label + 1 - line));
        listing_puts(l, LISTING_SCOPE, l->domain);
    }
}

/* Of a job: key = value. */
static void take_key(struct listing *l, const char *at)
{
    const char *middle = strstr(at, " = ");
    size_t      size = middle ? (size_t)(middle - at) : 0;

    if (!middle || !listing_named(l))
        return;
    const char *value = middle + 3;
    if (size == 5 && memcmp(at, "state", 5) == 0)
        listing_puts(l, LISTING_STATUS, strcmp(value, "running") == 0 ? "RUNNING" : "STOPPED");
    else if (size == 4 && memcmp(at, "type", 4) == 0)
        listing_puts(l, LISTING_SERVICE_TYPE,
                     strcmp(value, "LaunchDaemon") == 0  ? "LAUNCH_DAEMON"
                     : strcmp(value, "LaunchAgent") == 0 ? "LAUNCH_AGENT"
                                                         : value);
    else if (size == 10 && memcmp(at, "properties", 10) == 0 &&
             (strstr(value, "runatload") || strstr(value, "keepalive")))
        listing_puts(l, LISTING_START_TYPE, "AUTO_START");
    else
        listing_put(l, MACOS, at, size, value, strlen(value));
}

static bool is_enabled(const char *value)
{
    return listing_begins(value, "enabled") || listing_begins(value, "false");
}

/* "com.example.a" => disabled; older versions write whether it is disabled: true. */
static enum listing_take take_override(struct listing *l, const char *at)
{
    const char *middle = *at ? strstr(at + 1, "\" => ") : NULL;

    if (*at != '"' || !middle || !listing_empty(l))
        return LINE_TAKEN;
    bool enabled = is_enabled(middle + 5);
    listing_set(l, LISTING_NAME, at + 1, (size_t)(middle - at - 1));
    listing_puts(l, LISTING_STATE, enabled ? "enabled" : "disabled");
    if (!enabled)
        listing_puts(l, LISTING_START_TYPE, "DISABLED");
    listing_puts(l, LISTING_SCOPE, l->domain);
    l->open.form = "launchctl print-disabled";
    return LINE_ENDS;
}

/* "   123      - \tcom.apple.x": process, last exit or what it waits for, label. */
static enum listing_take take_service(struct listing *l, const char *at)
{
    struct listing_word words[3];

    if (!listing_empty(l) || listing_words(at, words, 3) != 3 || !is_number(&words[0]))
        return LINE_TAKEN;
    listing_set(l, LISTING_NAME, words[2].text, strlen(words[2].text));
    listing_put(l, MACOS, "pid", 3, words[0].text, words[0].size);
    put_runs(l);
    if (is_number(&words[1]))
        listing_put(l, MACOS, "LastExitStatus", 14, words[1].text, words[1].size);
    listing_puts(l, LISTING_SCOPE, l->domain);
    return LINE_ENDS;
}

static enum listing_take print_line(struct listing *l, const char *line)
{
    const char *at = inner(line);

    if (!l->depth) {
        if (!print_begins(l, line))
            return LINE_TAKEN;
        if (!listing_empty(l))
            return LINE_AGAIN;
        open_target(l, line);
        return LINE_TAKEN;
    }
    if (l->depth == 2 && strcmp(l->block, "arguments") == 0 && strcmp(line, "\t}") != 0) {
        if (depth_of(line) || *line != '}') {
            put_argument(l, at, strlen(at));
            return LINE_TAKEN;
        }
    }
    if (closes(line)) {
        while (l->depth > depth_of(line) + 1)
            close_block(l, "");
        close_block(l, "arguments");
        return l->depth || listing_empty(l) ? LINE_TAKEN : LINE_ENDS;
    }
    if (ends_with(at, " = {")) {
        open_block(l, at, strlen(at) - 4);
        return LINE_TAKEN;
    }
    if (ends_with(at, "{")) { /* of a Mach service, or another form */
        open_block(l, "", 0);
        return LINE_TAKEN;
    }
    if (l->depth == 1)
        take_key(l, at);
    else if (l->depth == 2 && strcmp(l->block, "services") == 0)
        return take_service(l, at);
    else if (l->depth == 2 && strcmp(l->block, "disabled services") == 0)
        return take_override(l, at);
    return LINE_TAKEN;
}

const struct listing_grammar listing_launchctl_print = {"launchctl print", MACOS, print_begins,
                                                        print_line};

/* print-disabled --------------------------------------------------------------------- */

static bool disabled_begins(const struct listing *l, const char *line)
{
    (void)l;
    return strcmp(inner(line), "disabled services = {") == 0;
}

static enum listing_take disabled_line(struct listing *l, const char *line)
{
    if (disabled_begins(l, line))
        return LINE_TAKEN;
    return take_override(l, inner(line));
}

const struct listing_grammar listing_launchctl_disabled = {"launchctl print-disabled", MACOS,
                                                           disabled_begins, disabled_line};
