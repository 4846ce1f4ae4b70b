/* listing_windows.c -- what sc, PowerShell's Format-List and Format-Table, and wmic print. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "listing_state.h"

/* The size of a key, "NAME : value", and its value; 0 for another line. Blanks are before and in it. */
static size_t key_of(const char *line, const char **ret_key, const char **ret_value)
{
    const char *key = line + strspn(line, " \t"), *colon = strchr(key, ':');
    size_t      size = colon ? (size_t)(colon - key) : 0;

    while (size && (key[size - 1] == ' ' || key[size - 1] == '\t'))
        size--;
    *ret_key = key;
    *ret_value = colon ? colon + 1 + strspn(colon + 1, " ") : NULL;
    return size;
}

static bool is_key(const char *key, size_t size, const char *name)
{
    return strlen(name) == size && memcmp(key, name, size) == 0;
}

/* sc --------------------------------------------------------------------------------- */

static bool sc_begins(const struct listing *l, const char *line)
{
    (void)l;
    return listing_begins(line, "SERVICE_NAME:") || listing_begins(line, "[SC] QueryService") ||
           listing_begins(line, "SERVICE_NAME :");
}

static const char *const sc_keys[] = {"TYPE",
                                      "STATE",
                                      "WIN32_EXIT_CODE",
                                      "SERVICE_EXIT_CODE",
                                      "CHECKPOINT",
                                      "WAIT_HINT",
                                      "PID",
                                      "FLAGS",
                                      "START_TYPE",
                                      "ERROR_CONTROL",
                                      "BINARY_PATH_NAME",
                                      "LOAD_ORDER_GROUP",
                                      "TAG",
                                      "DISPLAY_NAME",
                                      "DEPENDENCIES",
                                      "SERVICE_START_NAME",
                                      "RESET_PERIOD (in seconds)",
                                      "REBOOT_MESSAGE",
                                      "COMMAND_LINE",
                                      "FAILURE_ACTIONS",
                                      "SERVICE_NAME",
                                      "PROTECTION_LEVEL",
                                      "SERVICE_SID_TYPE",
                                      NULL};

static bool is_sc_key(const char *key, size_t size)
{
    for (size_t i = 0; sc_keys[i]; i++)
        if (is_key(key, size, sc_keys[i]))
            return true;
    return false;
}

/* Of query and qc: the name at the margin, the rest below it. A name that is met again after another begins a
 * record; sc qc SERVICE prints a success first. */
static enum listing_take sc_line(struct listing *l, const char *line)
{
    const char *key, *value;
    size_t      size = key_of(line, &key, &value);

    if (listing_begins(line, "[SC]"))
        return listing_empty(l) ? LINE_TAKEN : LINE_AGAIN;
    if (!size) /* FAILURE_ACTIONS and DEPENDENCIES go on without a key */
        return LINE_TAKEN;
    if (!is_sc_key(key, size)) { /* of another language, in part */
        l->lost.foreign += key > line;
        return LINE_TAKEN;
    }
    if (is_key(key, size, "SERVICE_NAME")) {
        if (!listing_empty(l))
            return LINE_AGAIN;
        *l->block = '\0';
    }
    /* sc writes in hexadecimal what others write as decimal numbers: the names after them count. */
    listing_put(l, WINDOWS, key, size, value, strlen(value));
    if (is_key(key, size, "BINARY_PATH_NAME") && !listing_empty(l))
        l->open.form = "sc qc";
    else if (is_key(key, size, "COMMAND_LINE") && !listing_empty(l))
        l->open.form = "sc qfailure";
    return LINE_TAKEN;
}

const struct listing_grammar listing_sc = {"sc query", WINDOWS, sc_begins, sc_line};

/* Names of types and states are English everywhere, the keys before them are not. */
static bool is_foreign(const char *line)
{
    static const char *const words[] = {"WIN32_OWN_PROCESS", "WIN32_SHARE_PROCESS", "KERNEL_DRIVER",
                                        "FILE_SYSTEM_DRIVER"};
    const char              *key, *value;
    size_t                   size = key_of(line, &key, &value);

    if (!size || key == line || !isxdigit((unsigned char)*value))
        return false;
    value += strcspn(value, " ");
    value += strspn(value, " ");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (listing_begins(value, words[i]))
            return true;
    return false;
}

static bool foreign_begins(const struct listing *l, const char *line)
{
    return l->grammar != &listing_sc && is_foreign(line);
}

/* Which key says what is not known. */
static enum listing_take foreign_line(struct listing *l, const char *line)
{
    const char *key, *value;

    l->lost.foreign += key_of(line, &key, &value) > 0;
    return LINE_TAKEN;
}

const struct listing_grammar listing_sc_foreign = {"sc query", WINDOWS, foreign_begins,
                                                   foreign_line};

/* Format-List -------------------------------------------------------------------------- */

static bool is_list_key(const char *line, const char *const *names)
{
    const char *key, *value;
    size_t      size = key_of(line, &key, &value);

    if (!size || key != line || line[size] != ' ')
        return false;
    for (; *names; names++)
        if (is_key(key, size, *names))
            return true;
    return false;
}

/* A list of services, and not of anything with a name: a key that other objects do not have, near to
 * the one of the name. */
static bool ps_list_begins(const struct listing *l, const char *line)
{
    static const char *const of_all[] = {"Name",           "DisplayName", "Status",
                                         "ServiceName",    "ProcessId",   "ExitCode",
                                         "PSComputerName", NULL};
    static const char *const of_services[] = {"StartMode",
                                              "StartType",
                                              "PathName",
                                              "StartName",
                                              "ServicesDependedOn",
                                              "RequiredServices",
                                              "DependentServices",
                                              "CanPauseAndContinue",
                                              "ServiceHandle",
                                              "AcceptPause",
                                              NULL};

    return is_list_key(line, of_services) || (l->container == LINES && is_list_key(line, of_all));
}

/* A value that goes on in the next line has as many blanks before it as its first line's. */
static bool goes_on(const struct listing *l, const char *line)
{
    return l->last != LISTING_FIELDS && strspn(line, " ") > 3 && line[strspn(line, " ")];
}

static void append(struct listing *l, const char *text)
{
    struct buffer *value = &l->open.text[l->last];

    /* The list breaks at the window's width, in a word or after a blank, which is left at the line's end. */
    if (l->previous.size && l->previous.data[l->previous.size - 1] == ' ')
        buffer_putc(value, ' ');
    buffer_utf8(value, text, strlen(text));
}

/* What has a name and a status alone may be anything: Get-NetAdapter has them too. */
static enum listing_take end_list(struct listing *l)
{
    bool service = l->open.has[LISTING_START_TYPE] || l->open.has[LISTING_SERVICE_TYPE] ||
                   l->open.has[LISTING_COMMAND] || l->open.has[LISTING_DISPLAY_NAME];

    if (listing_named(l) && service)
        return LINE_ENDS;
    l->lost.others += listing_named(l);
    listing_drop(l);
    return LINE_TAKEN;
}

static enum listing_take ps_list_line(struct listing *l, const char *line)
{
    const char *key, *value;
    size_t      size = key_of(line, &key, &value);

    if (!line[strspn(line, " ")])
        return end_list(l);
    if (goes_on(l, line)) {
        append(l, line + strspn(line, " "));
        return LINE_TAKEN;
    }
    l->last = LISTING_FIELDS;
    if (!size || key != line)
        return LINE_TAKEN;
    /* Win32_Service has both: State says whether it runs. */
    if (is_key(key, size, "Status") && l->open.has[LISTING_STATUS])
        return LINE_TAKEN;
    listing_put(l, WINDOWS, key, size, value, strlen(value));
    if (!listing_empty(l) && (is_key(key, size, "StartMode") || is_key(key, size, "PathName")))
        l->open.form = "Win32_Service";
    return LINE_TAKEN;
}

const struct listing_grammar listing_ps_list = {"Get-Service", WINDOWS, ps_list_begins,
                                                ps_list_line};

/* Tables --------------------------------------------------------------------------------- */

/* Where the character `n` of a line is. Columns are counted in characters. */
static const char *at_column(const char *line, size_t n)
{
    for (; *line && n; n--)
        do
            line++;
        while (((unsigned char)*line & 0xc0) == 0x80);
    return line;
}

static bool is_rule(const char *line)
{
    size_t dashes = 0;

    for (const char *at = line; *at; at++)
        if (*at == '-')
            dashes++;
        else if (*at != ' ')
            return false;
    return dashes > 3;
}

/* Whether the words of a header are a table's of services. */
static bool is_table_header(const char *line)
{
    static const char *const of_services[] = {"StartMode", "StartType",   "PathName",
                                              "StartName", "ServiceType", NULL};
    struct listing_word      words[LISTING_COLUMNS];
    size_t                   n = listing_words(line, words, LISTING_COLUMNS);
    bool                     name = false, of_service = false, display = false, status = false;

    if (strpbrk(line, ",;:=\"{"))
        return false;
    for (size_t i = 0; i < n; i++) {
        name |= listing_word_is(&words[i], "Name") || listing_word_is(&words[i], "ServiceName");
        display |= listing_word_is(&words[i], "DisplayName");
        status |= listing_word_is(&words[i], "Status");
        of_service |= listing_word_in(&words[i], of_services);
    }
    return name && (of_service || (display && status));
}

/* wmic's header has no line below it; its columns are two blanks apart or more. */
static bool table_begins(const struct listing *l, const char *line)
{
    if (is_rule(line))
        return l->previous.size && is_table_header(l->previous.data);
    return is_table_header(line) && strstr(line, "  ");
}

static void take_columns(struct listing *l, const char *line)
{
    size_t n = 0;

    l->n_columns = 0;
    for (const char *at = line; *at; n++) {
        if (*at != ' ' && (at == line || at[-1] == ' ') && l->n_columns < LISTING_COLUMNS)
            l->columns[l->n_columns++] = n;
        do
            at++;
        while (((unsigned char)*at & 0xc0) == 0x80);
    }
    l->columns[0] = 0;
}

/* Where a column begins in a line: before a number that is wider than its header. */
static const char *column_of(const struct listing *l, const char *line, size_t i)
{
    const char *at = i < l->n_columns ? at_column(line, l->columns[i]) : line + strlen(line);

    while (i < l->n_columns && at > line && at[-1] != ' ' && *at && *at != ' ')
        at--;
    return at;
}

/* A cell, without blanks around it. */
static size_t cell(const struct listing *l, const char *line, size_t i, const char **ret)
{
    const char *begin = column_of(l, line, i), *end = column_of(l, line, i + 1);

    while (begin < end && *begin == ' ')
        begin++;
    while (end > begin && end[-1] == ' ')
        end--;
    *ret = begin;
    return (size_t)(end - begin);
}

static bool is_cut(const char *text, size_t size)
{
    return (size > 3 && memcmp(text + size - 3, "...", 3) == 0) ||
           (size > 3 && memcmp(text + size - 3, "\xe2\x80\xa6", 3) == 0);
}

/* A name that did not fit into its column is nobody's: it is counted. */
static enum listing_take table_line(struct listing *l, const char *line)
{
    if (is_rule(line) || is_table_header(line)) {
        const char *header = is_rule(line) ? l->previous.data : line;
        if (header && is_table_header(header)) {
            buffer_reset(&l->pending);
            buffer_puts(&l->pending, header);
            buffer_text(&l->pending);
            take_columns(l, header);
        }
        return LINE_TAKEN;
    }
    if (!line[strspn(line, " ")]) { /* the table ends */
        l->n_columns = 0;
        l->grammar = NULL;
    }
    if (!l->n_columns || l->pending.failed)
        return LINE_TAKEN;
    const char *header = l->pending.data;
    bool        cut = false;
    for (size_t i = 0; i < l->n_columns; i++) {
        const char *key, *value;
        size_t      key_size = cell(l, header, i, &key), size = cell(l, line, i, &value);
        bool        state = is_key(key, key_size, "Status") && l->open.has[LISTING_STATUS];
        cut |= is_key(key, key_size, "Name") && is_cut(value, size);
        if (!state)
            listing_put(l, WINDOWS, key, key_size, value, size);
    }
    if (cut || !listing_named(l)) {
        l->lost.bad++;
        listing_drop(l);
        return LINE_TAKEN;
    }
    if (strstr(header, "StartMode") || strstr(header, "PathName"))
        l->open.form = "Win32_Service";
    return LINE_ENDS;
}

const struct listing_grammar listing_table = {"Get-Service", WINDOWS, table_begins, table_line};
