#include "reload_reading.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/unit/unit_environment.h"
#include "formats/unit/unit_exec.h"
#include "formats/unit/unit_words.h"
#include "table.h"
#include "unit_types.h"

void reading_put_line(struct buffer *out, const char *a, const char *b, const char *c)
{
    buffer_printf(out, "%s%s%s%s", out->size ? "\n" : "", a, b, c);
}

bool reading_has_line(const char *text, const char *line)
{
    size_t size = strlen(line);

    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
        if (strncmp(p, line, size) == 0 && (p[size] == '\n' || !p[size]))
            return true;
    return false;
}

/* Values --------------------------------------------------------------------- */

/* A text with its specifiers expanded; false where one is not known. */
static bool expand(const struct reading *r, const char *text, struct buffer *out)
{
    size_t before = out->size;

    if (!strchr(text, '%')) {
        buffer_puts(out, text);
        return true;
    }
    bool known = unit_specifiers_expand(r->disk->specifiers, text, out);
    for (size_t i = before; known && i < out->size; i++)
        known = out->data[i] != '%';
    return known;
}

bool reading_is_key(const struct reading *r, const struct unit_setting *setting, const char *key)
{
    return strcmp(setting->section, r->section) == 0 && strcmp(setting->key, key) == 0;
}

static bool parse_bool(const char *text, bool *ret)
{
    static const char *const names[2][6] = {{"0", "no", "n", "false", "f", "off"},
                                            {"1", "yes", "y", "true", "t", "on"}};

    for (int value = 0; value < 2; value++)
        for (int i = 0; i < 6; i++)
            if (strcasecmp(text, names[value][i]) == 0) {
                *ret = value;
                return true;
            }
    return false;
}

/* Microseconds of a span as systemd.time(7) writes it; plain numbers are seconds. */
static bool parse_span(const char *text, uint64_t *ret)
{
    static const struct {
        const char *name;
        double      usec;
    } units[] = {{"s", 1e6},         {"sec", 1e6},        {"second", 1e6},   {"seconds", 1e6},
                 {"m", 6e7},         {"min", 6e7},        {"minute", 6e7},   {"minutes", 6e7},
                 {"h", 3.6e9},       {"hr", 3.6e9},       {"hour", 3.6e9},   {"hours", 3.6e9},
                 {"d", 8.64e10},     {"day", 8.64e10},    {"days", 8.64e10}, {"w", 6.048e11},
                 {"week", 6.048e11}, {"weeks", 6.048e11}, {"ms", 1e3},       {"msec", 1e3},
                 {"us", 1},          {"usec", 1},         {"", 1e6}};
    double total = 0;

    if (strcmp(text, RELOAD_INFINITE) == 0)
        return *ret = UINT64_MAX, true;
    while (*(text += strspn(text, " \t"))) {
        char  *end;
        double number = isdigit((unsigned char)*text) ? strtod(text, &end) : -1;
        if (number < 0 || number > 1e12)
            return false;
        text = end + strspn(end, " ");
        size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz"), i = 0;
        while (i < TBL_COUNT(units) &&
               !(strlen(units[i].name) == size && strncmp(units[i].name, text, size) == 0))
            i++;
        if (i == TBL_COUNT(units))
            return false;
        total += number * units[i].usec;
        text += size;
    }
    if (total >= 9e18)
        return false;
    *ret = (uint64_t)(total + 0.5);
    return true;
}

static void put_number(struct buffer *out, uint64_t number)
{
    if (number > INT64_MAX)
        buffer_puts(out, RELOAD_INFINITE);
    else
        buffer_printf(out, "%llu", (unsigned long long)number);
}

/* "512M": bytes, or with no suffix the number; false where it is not a plain number. */
static bool parse_size(const char *text, uint64_t *ret)
{
    static const char suffixes[] = "KMGTPE";
    char             *end;

    if (strcmp(text, RELOAD_INFINITE) == 0)
        return *ret = UINT64_MAX, true;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    const char        *suffix = *end ? strchr(suffixes, *end) : NULL;
    int                shift = suffix ? 10 * (int)(suffix - suffixes + 1) : 0;
    if (errno || (*end && (!suffix || end[1])) || number > (UINT64_MAX >> 1) >> shift)
        return false;
    *ret = number << shift;
    return true;
}

static bool put_bool(struct buffer *out, const char *text, const char *no, const char *yes)
{
    bool value;

    if (!parse_bool(text, &value))
        return false;
    buffer_puts(out, value ? yes : no);
    return true;
}

static bool put_folder(struct reading *r, const char *text)
{
    if (*text == '-')
        buffer_putc(r->out, '!');
    text += *text == '-';
    size_t before = r->out->size;
    if (!expand(r, text, r->out) || (*text != '~' && *text != '/'))
        return false;
    while (r->out->size > before + 1 && r->out->data[r->out->size - 1] == '/')
        r->out->size--;
    return true;
}

/* The one value of a plain key; false where it is not compared. */
static bool put_value(struct reading *r, const char *text)
{
    uint64_t number;
    char    *end;

    switch (r->setting->form) {
    case BOOL:
        return put_bool(r->out, text, "0", "1");
    case YES_NO:
        if (put_bool(r->out, text, "no", "yes"))
            return true;
        /* fall through */
    case PLAIN:
    case TYPE:
        buffer_puts(r->out, text);
        return !text[strspn(text, "abcdefghijklmnopqrstuvwxyz-+")];
    case SPAN:
        if (!parse_span(text, &number))
            return false;
        put_number(r->out, !number && strstr(r->setting->key, "Timeout") ? UINT64_MAX : number);
        return true;
    case NUMBER:
    case SIZE:
        if (!parse_size(text, &number))
            return false;
        put_number(r->out, number);
        return true;
    case OCTAL:
        number = strtoul(text, &end, 8);
        put_number(r->out, number);
        return !*end && number <= 07777;
    case PERCENT:
        number = strtoul(text, &end, 10);
        put_number(r->out, number * 10000);
        return strcmp(end, "%") == 0 && number <= 1000000;
    case FOLDER:
        return put_folder(r, text);
    default:
        return expand(r, text, r->out);
    }
}

bool reading_is_on(const struct reading *r, const char *key)
{
    bool on = false;

    for (size_t i = 0; i < r->disk->loaded->n; i++) {
        const struct unit_setting *setting = &r->disk->loaded->settings[i];
        if (reading_is_key(r, setting, key) && setting->effective &&
            !parse_bool(setting->value, &on))
            on = true; /* a word that is more than no */
    }
    return on;
}

uint64_t reading_dropped(const struct reading *r)
{
    static const struct {
        const char *key, *names[2];
    } takers[] = {{"PrivateDevices", {"CAP_MKNOD", "CAP_SYS_RAWIO"}},
                  {"ProtectKernelModules", {"CAP_SYS_MODULE", NULL}},
                  {"ProtectKernelLogs", {"CAP_SYSLOG", NULL}},
                  {"ProtectClock", {"CAP_SYS_TIME", "CAP_WAKE_ALARM"}}};
    uint64_t set = 0;

    for (size_t i = 0; i < TBL_COUNT(takers); i++)
        for (int k = 0; k < 2 && takers[i].names[k] && reading_is_on(r, takers[i].key); k++)
            set |= (uint64_t)1 << value_capability(takers[i].names[k]);
    return set;
}

/* Capabilities, as ever more lines of CapabilityBoundingSet= choose them. */
static bool put_capabilities(struct reading *r)
{
    bool          bounding = strcmp(r->setting->key, "CapabilityBoundingSet") == 0, first = true;
    uint64_t      set = 0;
    struct buffer word = {0};
    bool          ok = true;

    for (size_t i = 0; i < r->disk->loaded->n; i++) {
        const struct unit_setting *setting = &r->disk->loaded->settings[i];
        if (!reading_is_key(r, setting, r->setting->key) || !setting->effective)
            continue;
        const char *text = setting->value;
        bool        invert = *text == '~';
        uint64_t    chosen = 0;
        text += invert;
        while (unit_word(&text, UNIT_ESCAPES_KEEP, &word) > 0) {
            int number = buffer_text(&word) ? value_capability(word.data) : -1;
            ok &= number >= 0;
            chosen |= number >= 0 ? (uint64_t)1 << number : 0;
        }
        if (invert)
            set = (first && bounding ? ~(uint64_t)0 : set) & ~chosen;
        else
            set |= chosen;
        first = false;
    }
    buffer_free(&word);
    value_capability_names(bounding ? set & ~reading_dropped(r) : set, r->out);
    return ok;
}

static bool is_uri(const char *text)
{
    static const char *const schemes[] = {"http://", "https://", "file:/", "info:", "man:"};

    for (size_t i = 0; i < TBL_COUNT(schemes); i++)
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

/* A word of a list, expanded, as the manager keeps it. */
static bool put_word(struct reading *r, const char *text)
{
    struct buffer word = {0};
    bool          known = expand(r, text, &word);
    char         *colon, *copy = buffer_text(&word) ? word.data : NULL;

    if (!copy)
        known = false;
    if (known && r->setting->form == DIRECTORIES && (colon = strchr(copy, ':')))
        *colon = '\0';
    if (known && (r->setting->form == DIRECTORIES || strstr(r->setting->key, "Paths")))
        for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
            copy[n - 1] = '\0';
    if (known && (r->setting->form != URIS || is_uri(copy)))
        reading_put_line(r->out, copy, "", "");
    buffer_free(&word);
    return known;
}

static bool put_words(struct reading *r, const char *value)
{
    struct buffer word = {0};
    bool          known = true;
    int           found;

    while (known && (found = unit_word(&value, UNIT_ESCAPES_KEEP, &word)) > 0)
        known = buffer_text(&word) && put_word(r, word.data);
    buffer_free(&word);
    return known && found == 0;
}

/* Exec lines ------------------------------------------------------------------ */

static void put_command(const struct unit_exec *command, struct buffer *out)
{
    static const struct {
        unsigned    flag;
        const char *prefix;
    } prefixes[] = {{UNIT_EXEC_IGNORE, "-"},
                    {UNIT_EXEC_LITERAL, ":"},
                    {UNIT_EXEC_FULL, "+"},
                    {UNIT_EXEC_NO_SETUID, "!"},
                    {UNIT_EXEC_AMBIENT, "!!"}};

    buffer_puts(out, out->size ? "\n" : "");
    for (size_t i = 0; i < TBL_COUNT(prefixes); i++)
        if (command->flags & prefixes[i].flag)
            buffer_puts(out, prefixes[i].prefix);
    if (strcmp(command->argv[0], command->path) != 0) {
        buffer_putc(out, '@');
        value_put_argument(out, command->path);
        buffer_putc(out, ' ');
    }
    for (size_t i = 0; i < command->argc; i++) {
        buffer_puts(out, i ? " " : "");
        value_put_argument(out, command->argv[i]);
    }
}

static bool put_commands(struct reading *r, const char *value)
{
    struct unit_expander  expander = {unit_specifiers_expand, r->disk->specifiers};
    struct arena          memory = {0};
    struct unit_exec_line line = {0};
    bool                  ok = unit_exec_parse(value, &expander, &memory, &line) == 0;

    for (size_t i = 0; ok && i < line.n; i++)
        put_command(&line.commands[i], r->out);
    arena_free(&memory);
    return ok;
}

/* Keys of many names ---------------------------------------------------------- */

static bool put_condition(struct reading *r, const char *key, const char *value)
{
    bool trigger = *value == '|', negate;

    value += trigger;
    value += strspn(value, " \t");
    negate = *value == '!';
    value += negate;
    value += strspn(value, " \t");
    reading_put_line(r->out, key, "=", trigger ? "|" : "");
    buffer_puts(r->out, negate ? "!" : "");
    bool known = expand(r, value, r->out);
    while (*value == '/' && value[1] && r->out->size && r->out->data[r->out->size - 1] == '/')
        r->out->size--; /* paths are made simple */
    return known;
}

static bool put_listen(struct reading *r, const char *key, const char *value)
{
    static const struct {
        const char *key, *kind;
    } kinds[] = {{"ListenStream", "Stream"},   {"ListenDatagram", "Datagram"},
                 {"ListenFIFO", "FIFO"},       {"ListenSequentialPacket", "SequentialPacket"},
                 {"ListenSpecial", "Special"}, {"ListenMessageQueue", "MessageQueue"},
                 {"ListenNetlink", "Netlink"}};

    for (size_t i = 0; i < TBL_COUNT(kinds); i++)
        if (strcmp(key, kinds[i].key) == 0) {
            reading_put_line(r->out, kinds[i].kind, "=",
                             !value[strspn(value, "0123456789")] ? "[::]:" : "");
            return expand(r, value, r->out);
        }
    return false;
}

static bool put_timer(struct reading *r, const char *key, const char *value)
{
    uint64_t span;
    size_t   size = strlen(key) - strlen("Sec");

    if (!parse_span(value, &span) || span > INT64_MAX)
        return false;
    buffer_printf(r->out, "%s%.*sUSec=", r->out->size ? "\n" : "", (int)size, key);
    put_number(r->out, span);
    return true;
}

/* The manager's form of the words that are names of an expression, and of an expression that it
 * keeps unchanged. */
static bool put_calendar(struct reading *r, const char *value)
{
    static const struct {
        const char *word, *expression;
    } names[] = {{"minutely", "*-*-* *:*:00"},
                 {"hourly", "*-*-* *:00:00"},
                 {"daily", "*-*-* 00:00:00"},
                 {"weekly", "Mon *-*-* 00:00:00"},
                 {"monthly", "*-*-01 00:00:00"},
                 {"yearly", "*-01-01 00:00:00"},
                 {"annually", "*-01-01 00:00:00"},
                 {"quarterly", "*-01,04,07,10-01 00:00:00"},
                 {"semiannually", "*-01,07-01 00:00:00"}};
    struct buffer line = {0};
    bool          known = false;

    for (size_t i = 0; i < TBL_COUNT(names); i++)
        if (strcasecmp(names[i].word, value) == 0)
            value = names[i].expression, known = true;
    reading_put_line(r->out, "OnCalendar", "=", value);
    buffer_printf(&line, "OnCalendar=%s", value);
    known |= buffer_text(&line) && reading_has_line(r->loaded, line.data);
    buffer_free(&line);
    return known;
}

static bool put_path(struct reading *r, const char *key, const char *value)
{
    reading_put_line(r->out, key, "=", "");
    return expand(r, value, r->out);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Whether a key is one of those that the setting represents. */
static bool is_of(const struct reading *r, const char *key)
{
    static const char *const spans[] = {"OnActiveSec", "OnBootSec", "OnStartupSec",
                                        "OnUnitActiveSec", "OnUnitInactiveSec"};
    static const char *const paths[] = {"PathExists", "PathExistsGlob", "PathChanged",
                                        "PathModified", "DirectoryNotEmpty"};
    const char *const       *list = r->setting->form == TIMERS ? spans : paths;

    switch (r->setting->form) {
    case CONDITIONS:
    case LISTENS:
        return begins(key, r->setting->key);
    case TIMERS:
    case PATHS:
        for (int i = 0; i < 5; i++)
            if (strcmp(key, list[i]) == 0)
                return true;
        return false;
    default:
        return strcmp(key, r->setting->key) == 0;
    }
}

/* Put one setting of a list: false where it is not compared. */
static bool put_item(struct reading *r, const struct unit_setting *setting)
{
    switch (r->setting->form) {
    case WORDS:
    case URIS:
    case DIRECTORIES:
    case UNITS:
        return put_words(r, setting->value);
    case FILES:
        reading_put_line(r->out, "", "", "");
        return expand(r, setting->value, r->out);
    case COMMANDS:
        return put_commands(r, setting->value);
    case CONDITIONS:
        return put_condition(r, setting->key, setting->value);
    case LISTENS:
        return put_listen(r, setting->key, setting->value);
    case TIMERS:
        return put_timer(r, setting->key, setting->value);
    case CALENDARS:
        return put_calendar(r, setting->value);
    case PATHS:
        return put_path(r, setting->key, setting->value);
    default: /* of a plain key there is one */
        return put_value(r, setting->value);
    }
}

/* Variables: a later one of a name takes the place of an earlier. */
static bool put_variables(struct reading *r)
{
    struct unit_expander    expander = {unit_specifiers_expand, r->disk->specifiers};
    struct arena            memory = {0};
    struct unit_environment environment = {.memory = &memory};
    bool                    known = true;

    for (size_t i = 0; i < r->disk->loaded->n; i++) {
        const struct unit_setting *setting = &r->disk->loaded->settings[i];
        if (reading_is_key(r, setting, "Environment") && setting->effective)
            unit_environment_words(&environment, setting->value, &expander);
    }
    unit_environment_settle(&environment);
    for (size_t i = 0; i < environment.n; i++) {
        reading_put_line(r->out, environment.variables[i].name, "=",
                         environment.variables[i].value);
        known &= !strchr(environment.variables[i].name, '\n') &&
                 !strchr(environment.variables[i].value, '\n');
    }
    known &= !memory.failed && !environment.lost;
    arena_free(&memory);
    return known;
}

/* Some of [Unit] stood in [Service] once, and are still read there. */
static bool is_in_section(const struct reading *r, const struct unit_setting *setting)
{
    static const char *const moved[] = {"StartLimitBurst", "FailureAction", "RebootArgument"};

    if (strcmp(setting->section, r->section) == 0)
        return true;
    for (size_t i = 0; r->setting->types == UNIT && i < TBL_COUNT(moved); i++)
        if (strcmp(setting->section, "Service") == 0 && strcmp(setting->key, moved[i]) == 0)
            return true;
    return false;
}

bool reading_from_disk(struct reading *r)
{
    bool known = true;

    for (size_t i = 0; i < r->disk->loaded->n; i++) {
        const struct unit_setting *setting = &r->disk->loaded->settings[i];
        if (!is_in_section(r, setting) || !is_of(r, setting->key))
            continue;
        r->empty |= setting->emptied;
        if (!setting->effective)
            continue;
        r->last = setting;
        if (r->setting->form != VARIABLES && r->setting->form != CAPABILITIES)
            known &= put_item(r, setting);
    }
    if (r->setting->form == VARIABLES)
        known &= put_variables(r);
    else if (r->setting->form == CAPABILITIES && (r->last || r->empty))
        known &= put_capabilities(r);
    return known;
}
