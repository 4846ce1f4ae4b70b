#include "reload_settings.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/unit/unit_environment.h"
#include "formats/unit/unit_exec.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_words.h"
#include "table.h"
#include "unit_types.h"

SQLITE_EXTENSION_INIT3

/* How a value on disk becomes the text of the property. */
enum form {
    TEXT,
    PLAIN,   /* text that is compared only where it is a word of letters and dashes */
    NAME,    /* Description=: the unit's name where it is not set */
    TYPE,    /* Type=: depends on other settings where it is not set */
    TRIGGER, /* Unit=: the service of the same name where it is not set */
    FOLDER,  /* WorkingDirectory= */
    BOOL,
    YES_NO, /* yes, no, or a word */
    NUMBER,
    OCTAL,
    SPAN,
    SIZE,
    PERCENT,
    CAPABILITIES,
    WORDS,       /* a list of words, in order */
    URIS,        /* the same, of those that are URIs */
    DIRECTORIES, /* the same, without what follows ":" */
    UNITS,       /* names of units, among others that the manager adds */
    VARIABLES,
    FILES,
    COMMANDS,
    CONDITIONS, /* from here on keys of many names; sets */
    LISTENS,
    TIMERS,
    CALENDARS,
    PATHS,
};

struct reload_setting {
    const char                *key, *property;
    const struct value_reader *reader;
    unsigned                   types;
    enum form                  form;
    const char                *fallback; /* text where it is not set; NULL: not known */
    bool                       implied;  /* DynamicUser= sets it too */
};

/* Readers --------------------------------------------------------------------- */

static void put_line(struct buffer *out, const char *a, const char *b, const char *c)
{
    buffer_printf(out, "%s%s%s%s", out->size ? "\n" : "", a, b, c);
}

static int read_words(struct dbus_reader *m, struct value *v)
{
    const char *text;
    int         r = dbus_enter(m, 'a', "s");

    while (r >= 0 && (r = dbus_read(m, 's', &text)) > 0)
        put_line(&v->text, text, "", "");
    return r < 0 ? r : dbus_exit(m);
}

static int read_files(struct dbus_reader *m, struct value *v)
{
    const char *path;
    int         optional, r = dbus_enter(m, 'a', "(sb)");

    while (r >= 0 && (r = dbus_read_values(m, "(sb)", &path, &optional)) > 0)
        put_line(&v->text, optional ? "-" : "", path, "");
    return r < 0 ? r : dbus_exit(m);
}

static int read_conditions(struct dbus_reader *m, struct value *v)
{
    const char *kind, *text;
    int         trigger, negate, r = dbus_enter(m, 'a', "(sbbsi)");
    int32_t     result;

    while (r >= 0 &&
           (r = dbus_read_values(m, "(sbbsi)", &kind, &trigger, &negate, &text, &result)) > 0) {
        put_line(&v->text, kind, "=", trigger ? "|" : "");
        buffer_printf(&v->text, "%s%s", negate ? "!" : "", text);
    }
    return r < 0 ? r : dbus_exit(m);
}

static int read_pairs(struct dbus_reader *m, struct value *v)
{
    const char *kind, *text;
    int         r = dbus_enter(m, 'a', "(ss)");

    while (r >= 0 && (r = dbus_read_values(m, "(ss)", &kind, &text)) > 0)
        put_line(&v->text, kind, "=", text);
    return r < 0 ? r : dbus_exit(m);
}

static int read_timers(struct dbus_reader *m, struct value *v)
{
    const char *base;
    uint64_t    span, next;
    char        digits[24];
    int         r = dbus_enter(m, 'a', "(stt)");

    while (r >= 0 && (r = dbus_read_values(m, "(stt)", &base, &span, &next)) > 0) {
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)span);
        put_line(&v->text, base, "=", digits);
    }
    return r < 0 ? r : dbus_exit(m);
}

static int read_calendars(struct dbus_reader *m, struct value *v)
{
    const char *base, *text;
    uint64_t    next;
    int         r = dbus_enter(m, 'a', "(sst)");

    while (r >= 0 && (r = dbus_read_values(m, "(sst)", &base, &text, &next)) > 0)
        put_line(&v->text, base, "=", text);
    return r < 0 ? r : dbus_exit(m);
}

const struct value_reader        reload_words = {VALUE_TEXT, "as", read_words};
static const struct value_reader files = {VALUE_TEXT, "a(sb)", read_files},
                                 conditions = {VALUE_TEXT, "a(sbbsi)", read_conditions},
                                 pairs = {VALUE_TEXT, "a(ss)", read_pairs},
                                 timers = {VALUE_TEXT, "a(stt)", read_timers},
                                 calendars = {VALUE_TEXT, "a(sst)", read_calendars};

/* The list -------------------------------------------------------------------- */

#define UNIT_TEXT(key, fallback)                                                                   \
    {                                                                                              \
        key, key, &value_text, UNIT, TEXT, fallback, false                                         \
    }
#define UNIT_BOOL(key, fallback)                                                                   \
    {                                                                                              \
        key, key, &value_bool, UNIT, BOOL, fallback, false                                         \
    }
#define UNIT_NAMES(key)                                                                            \
    {                                                                                              \
        key, key, &reload_words, UNIT, UNITS, NULL, false                                          \
    }
#define EXEC_TEXT(key, fallback)                                                                   \
    {                                                                                              \
        key, key, &value_text, EXEC, TEXT, fallback, false                                         \
    }
#define EXEC_BOOL(key)                                                                             \
    {                                                                                              \
        key, key, &value_bool, EXEC, BOOL, "0", false                                              \
    }
#define EXEC_LIST(key, form)                                                                       \
    {                                                                                              \
        key, key, &reload_words, EXEC, form, "", false                                             \
    }
#define COMMAND(key, types)                                                                        \
    {                                                                                              \
        key, key "Ex", &value_commands_ex, types, COMMANDS, "", false                              \
    }
#define IMPLIED(key, reader, form, fallback)                                                       \
    {                                                                                              \
        key, key, reader, EXEC, form, fallback, true                                               \
    }
#define MEMORY(key, fallback)                                                                      \
    {                                                                                              \
        key, key, &value_uint64, CGROUP, SIZE, fallback, false                                     \
    }
#define INFINITE "infinity"

/* What system.conf may set for all units has no fallback. What DynamicUser=, PrivateDevices= and their like imply has no fallback. */
static const struct reload_setting settings[] = {
    UNIT_TEXT("SourcePath", NULL), /* a mount has one of the kernel */
    {"Description", "Description", &value_text, UNIT, NAME, NULL, false},
    {"Documentation", "Documentation", &reload_words, UNIT, URIS, "", false},
    UNIT_NAMES("Requires"),
    UNIT_NAMES("Requisite"),
    UNIT_NAMES("Wants"),
    UNIT_NAMES("BindsTo"),
    UNIT_NAMES("PartOf"),
    UNIT_NAMES("Upholds"),
    UNIT_NAMES("Conflicts"),
    UNIT_NAMES("Before"),
    UNIT_NAMES("After"),
    UNIT_NAMES("OnFailure"),
    UNIT_NAMES("OnSuccess"),
    UNIT_NAMES("PropagatesReloadTo"),
    UNIT_NAMES("ReloadPropagatedFrom"),
    UNIT_NAMES("PropagatesStopTo"),
    UNIT_NAMES("StopPropagatedFrom"),
    {"Condition", "Conditions", &conditions, UNIT, CONDITIONS, "", false},
    {"Assert", "Asserts", &conditions, UNIT, CONDITIONS, "", false},
    UNIT_BOOL("StopWhenUnneeded", "0"),
    UNIT_BOOL("RefuseManualStart", "0"),
    UNIT_BOOL("RefuseManualStop", "0"),
    UNIT_BOOL("AllowIsolate", "0"),
    UNIT_BOOL("DefaultDependencies", "1"),
    UNIT_BOOL("IgnoreOnIsolate", NULL),
    UNIT_BOOL("SurviveFinalKillSignal", NULL),
    {"OnFailureJobMode", "OnFailureJobMode", &value_text, UNIT, PLAIN, NULL, false},
    {"CollectMode", "CollectMode", &value_text, UNIT, PLAIN, "inactive", false},
    {"FailureAction", "FailureAction", &value_text, UNIT, PLAIN, "none", false},
    {"SuccessAction", "SuccessAction", &value_text, UNIT, PLAIN, "none", false},
    UNIT_TEXT("RebootArgument", ""),
    {"JobTimeoutSec", "JobTimeoutUSec", &value_uint64, UNIT, SPAN, NULL, false},
    {"StartLimitIntervalSec", "StartLimitIntervalUSec", &value_uint64, UNIT, SPAN, NULL, false},
    {"StartLimitBurst", "StartLimitBurst", &value_uint32, UNIT, NUMBER, NULL, false},

    {"Type", "Type", &value_text, SERVICE, TYPE, NULL, false},
    {"ExitType", "ExitType", &value_text, SERVICE, PLAIN, "main", false},
    {"Restart", "Restart", &value_text, SERVICE, PLAIN, "no", false},
    {"RestartMode", "RestartMode", &value_text, SERVICE, PLAIN, "normal", false},
    {"NotifyAccess", "NotifyAccess", &value_text, SERVICE, PLAIN, NULL, false},
    {"PIDFile", "PIDFile", &value_text, SERVICE, TEXT, NULL, false},
    {"BusName", "BusName", &value_text, SERVICE, TEXT, "", false},
    {"RemainAfterExit", "RemainAfterExit", &value_bool, SERVICE, BOOL, "0", false},
    {"GuessMainPID", "GuessMainPID", &value_bool, SERVICE, BOOL, "1", false},
    {"RootDirectoryStartOnly", "RootDirectoryStartOnly", &value_bool, SERVICE, BOOL, "0", false},
    {"RestartSec", "RestartUSec", &value_uint64, SERVICE, SPAN, NULL, false},
    {"TimeoutStartSec", "TimeoutStartUSec", &value_uint64, SERVICE, SPAN, NULL, false},
    {"TimeoutStopSec", "TimeoutStopUSec", &value_uint64, SERVICE, SPAN, NULL, false},
    {"RuntimeMaxSec", "RuntimeMaxUSec", &value_uint64, SERVICE, SPAN, INFINITE, false},
    {"FileDescriptorStoreMax", "FileDescriptorStoreMax", &value_uint32, SERVICE, NUMBER, NULL,
     false},
    COMMAND("ExecCondition", SERVICE),
    COMMAND("ExecStart", SERVICE),
    COMMAND("ExecStartPre", SERVICE),
    COMMAND("ExecStartPost", SERVICE),
    COMMAND("ExecReload", SERVICE),
    COMMAND("ExecReloadPost", SERVICE),
    COMMAND("ExecStop", SERVICE),
    COMMAND("ExecStopPost", SERVICE),
    {"ExecStartPre", "ExecStartPre", &value_commands, SOCKET, COMMANDS, "", false},
    {"ExecStartPost", "ExecStartPost", &value_commands, SOCKET, COMMANDS, "", false},
    {"ExecStopPre", "ExecStopPre", &value_commands, SOCKET, COMMANDS, "", false},
    {"ExecStopPost", "ExecStopPost", &value_commands, SOCKET, COMMANDS, "", false},

    IMPLIED("User", &value_text, TEXT, ""),
    IMPLIED("Group", &value_text, TEXT, ""),
    EXEC_LIST("SupplementaryGroups", WORDS),
    {"WorkingDirectory", "WorkingDirectory", &value_text, EXEC, FOLDER, NULL, false},
    EXEC_TEXT("RootDirectory", ""),
    EXEC_TEXT("RootImage", ""),
    EXEC_LIST("Environment", VARIABLES),
    {"EnvironmentFile", "EnvironmentFiles", &files, EXEC, FILES, "", false},
    EXEC_LIST("PassEnvironment", WORDS),
    EXEC_LIST("UnsetEnvironment", WORDS),
    {"UMask", "UMask", &value_uint32, EXEC, OCTAL, NULL, false},
    {"StandardInput", "StandardInput", &value_text, EXEC, PLAIN, NULL, false},
    {"StandardOutput", "StandardOutput", &value_text, EXEC, PLAIN, NULL, false},
    {"StandardError", "StandardError", &value_text, EXEC, PLAIN, NULL, false},
    EXEC_TEXT("SyslogIdentifier", ""),
    EXEC_TEXT("PAMName", ""),
    EXEC_TEXT("TTYPath", NULL),
    EXEC_BOOL("DynamicUser"),
    IMPLIED("NoNewPrivileges", &value_bool, BOOL, "0"),
    {"CapabilityBoundingSet", "CapabilityBoundingSet", &value_capabilities, EXEC, CAPABILITIES,
     NULL, false},
    {"AmbientCapabilities", "AmbientCapabilities", &value_capabilities, EXEC, CAPABILITIES, "",
     false},
    IMPLIED("ProtectSystem", &value_text, YES_NO, "no"),
    IMPLIED("ProtectHome", &value_text, YES_NO, "no"),
    {"ProtectProc", "ProtectProc", &value_text, EXEC, PLAIN, NULL, false},
    {"ProcSubset", "ProcSubset", &value_text, EXEC, PLAIN, NULL, false},
    IMPLIED("PrivateTmp", &value_bool, BOOL, "0"),
    EXEC_BOOL("PrivateDevices"),
    EXEC_BOOL("PrivateNetwork"),
    EXEC_BOOL("PrivateUsers"),
    EXEC_BOOL("ProtectKernelModules"),
    EXEC_BOOL("ProtectKernelTunables"),
    EXEC_BOOL("ProtectKernelLogs"),
    EXEC_BOOL("ProtectControlGroups"),
    EXEC_BOOL("ProtectClock"),
    EXEC_BOOL("ProtectHostname"),
    EXEC_BOOL("LockPersonality"),
    EXEC_BOOL("MemoryDenyWriteExecute"),
    EXEC_BOOL("RestrictRealtime"),
    {"RestrictSUIDSGID", "RestrictSUIDSGID", &value_bool, EXEC, BOOL, NULL, false},
    EXEC_LIST("ReadWritePaths", WORDS),
    EXEC_LIST("ReadOnlyPaths", WORDS),
    EXEC_LIST("InaccessiblePaths", WORDS),
    EXEC_LIST("ExecPaths", WORDS),
    EXEC_LIST("NoExecPaths", WORDS),
    EXEC_LIST("RuntimeDirectory", DIRECTORIES),
    EXEC_LIST("StateDirectory", DIRECTORIES),
    EXEC_LIST("CacheDirectory", DIRECTORIES),
    EXEC_LIST("LogsDirectory", DIRECTORIES),
    EXEC_LIST("ConfigurationDirectory", DIRECTORIES),

    {"KillMode", "KillMode", &value_text, KILL, PLAIN, "control-group", false},
    {"SendSIGKILL", "SendSIGKILL", &value_bool, KILL, BOOL, "1", false},
    {"SendSIGHUP", "SendSIGHUP", &value_bool, KILL, BOOL, "0", false},

    {"Slice", "Slice", &value_text, CGROUP & ~SLICE, TEXT, NULL, false},
    MEMORY("MemoryMax", NULL),
    MEMORY("MemoryHigh", NULL),
    MEMORY("MemorySwapMax", NULL),
    {"TasksMax", "TasksMax", &value_uint64, CGROUP, NUMBER, NULL, false},
    {"CPUWeight", "CPUWeight", &value_uint64, CGROUP, NUMBER, NULL, false},
    {"IOWeight", "IOWeight", &value_uint64, CGROUP, NUMBER, NULL, false},
    {"CPUQuota", "CPUQuotaPerSecUSec", &value_uint64, CGROUP, PERCENT, INFINITE, false},

    {"Listen", "Listen", &pairs, SOCKET, LISTENS, "", false},
    {"Accept", "Accept", &value_bool, SOCKET, BOOL, "0", false},
    {"SocketUser", "SocketUser", &value_text, SOCKET, TEXT, "", false},
    {"SocketGroup", "SocketGroup", &value_text, SOCKET, TEXT, "", false},
    {"SocketMode", "SocketMode", &value_uint32, SOCKET, OCTAL, "438", false},

    {"OnBootSec and similar settings", "TimersMonotonic", &timers, TIMER, TIMERS, "", false},
    {"OnCalendar", "TimersCalendar", &calendars, TIMER, CALENDARS, "", false},
    {"Unit", "Unit", &value_text, TIMER | PATH, TRIGGER, NULL, false},
    {"Persistent", "Persistent", &value_bool, TIMER, BOOL, "0", false},
    {"WakeSystem", "WakeSystem", &value_bool, TIMER, BOOL, "0", false},
    {"RemainAfterElapse", "RemainAfterElapse", &value_bool, TIMER, BOOL, "1", false},
    {"AccuracySec", "AccuracyUSec", &value_uint64, TIMER, SPAN, NULL, false},
    {"RandomizedDelaySec", "RandomizedDelayUSec", &value_uint64, TIMER, SPAN, "0", false},

    {"PathExists and similar settings", "Paths", &pairs, PATH, PATHS, "", false},
    {"MakeDirectory", "MakeDirectory", &value_bool, PATH, BOOL, "0", false},
};

#define N_SETTINGS (sizeof settings / sizeof settings[0])

size_t reload_settings_count(void)
{
    return N_SETTINGS;
}

static int by_property(const void *a, const void *b)
{
    const struct reload_setting *x = *(const struct reload_setting *const *)a,
                                *y = *(const struct reload_setting *const *)b;
    int order = strcmp(x->property, y->property);

    return order ? order : (x > y) - (x < y);
}

void reload_settings_sort(const struct reload_setting *ret[])
{
    for (size_t i = 0; i < N_SETTINGS; i++)
        ret[i] = &settings[i];
    qsort(ret, N_SETTINGS, sizeof *ret, by_property);
}

/* The type of a unit, as a set of one. */
static unsigned type_of(const char *unit, const char **ret_section)
{
    static const struct {
        const char *type, *section;
    } types[N_UNIT_TYPES] = {
#define TYPE(bit, type, section) {type, section},
        UNIT_KINDS(TYPE)
#undef TYPE
    };
    const char *name = unit_name_type(unit);

    for (size_t i = SERVICE_AT; name && i < N_UNIT_TYPES; i++)
        if (strcmp(types[i].type, name) == 0) {
            *ret_section = types[i].section;
            return 1u << i;
        }
    return 0;
}

const struct reload_setting *reload_setting_find(const struct reload_setting *const *sorted,
                                                 const char *property, bool of_unit,
                                                 const char *unit)
{
    size_t      low = 0, high = N_SETTINGS;
    const char *section;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(sorted[middle]->property, property) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    unsigned want = of_unit ? UNIT : type_of(unit, &section);
    for (; low < N_SETTINGS && strcmp(sorted[low]->property, property) == 0; low++)
        if (sorted[low]->types & want)
            return sorted[low];
    return NULL;
}

const char *reload_section(const char *unit)
{
    const char *section = NULL;

    return type_of(unit, &section) ? section : NULL;
}

size_t reload_setting_index(const struct reload_setting *setting)
{
    return (size_t)(setting - settings);
}

const struct reload_setting *reload_setting_at(size_t i)
{
    return &settings[i];
}

const char *reload_setting_section(const struct reload_setting *setting, const char *unit)
{
    const char *section = NULL;

    if (setting->types & UNIT)
        return "Unit";
    return type_of(unit, &section) & setting->types ? section : NULL;
}

const char *reload_setting_key(const struct reload_setting *setting)
{
    return setting->key;
}

int reload_setting_read(const struct reload_setting *setting, struct dbus_reader *m,
                        struct value *value)
{
    int r = value_read(m, setting->reader, value);

    if (r > 0 && setting->reader->kind == VALUE_NUMBER) {
        buffer_reset(&value->text);
        if (value->number == TBL_NULL)
            buffer_puts(&value->text, INFINITE);
        else
            buffer_printf(&value->text, "%lld", (long long)value->number);
    }
    return r > 0 && !buffer_text(&value->text) ? -EFBIG : r;
}

/* Lines ----------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A text's lines, in the memory of the text, which is changed; sorted. NULL: no memory. */
static char **sorted_lines(char *text, size_t *ret_n)
{
    size_t n = 1, i = 0;
    char **lines, *line;

    for (const char *p = text; (p = strchr(p, '\n')); p++)
        n++;
    if (!(lines = calloc(n, sizeof *lines)))
        return NULL;
    while ((line = strsep(&text, "\n")))
        lines[i++] = line;
    qsort(lines, n, sizeof *lines, by_text);
    *ret_n = n;
    return lines;
}

/* Whether two texts have the same lines, in any order. */
static bool same_lines(const char *a, const char *b)
{
    char  *x = strdup(a), *y = strdup(b), **left = NULL, **right = NULL;
    size_t n = 0, m = 0;
    bool   same = x && y;

    if (same)
        same = (left = sorted_lines(x, &n)) && (right = sorted_lines(y, &m)) && n == m;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(left[i], right[i]) == 0;
    free(left);
    free(right);
    free(x);
    free(y);
    return same;
}

static bool has_line(const char *text, const char *line)
{
    size_t size = strlen(line);

    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
        if (strncmp(p, line, size) == 0 && (p[size] == '\n' || !p[size]))
            return true;
    return false;
}

/* Values on disk -------------------------------------------------------------- */

struct reading {
    const struct reload_setting *setting;
    const struct reload_disk    *disk;
    const char                  *section, *loaded;
    struct buffer               *out;
    const struct unit_setting   *last;  /* that has a value in force */
    bool                         empty; /* the key is present, but empty */
};

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

static bool is_key(const struct reading *r, const struct unit_setting *setting, const char *key)
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

    if (strcmp(text, INFINITE) == 0)
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
        buffer_puts(out, INFINITE);
    else
        buffer_printf(out, "%llu", (unsigned long long)number);
}

/* "512M": bytes, or with no suffix the number; false where it is not a plain number. */
static bool parse_size(const char *text, uint64_t *ret)
{
    static const char suffixes[] = "KMGTPE";
    char             *end;

    if (strcmp(text, INFINITE) == 0)
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

/* Whether the key is present and its value is yes. */
static bool is_on(const struct reading *r, const char *key)
{
    bool on = false;

    for (size_t i = 0; i < r->disk->loaded->n; i++) {
        const struct unit_setting *setting = &r->disk->loaded->settings[i];
        if (is_key(r, setting, key) && setting->effective && !parse_bool(setting->value, &on))
            on = true; /* a word that is more than no */
    }
    return on;
}

/* Capabilities that other settings take away: systemd.exec(5). */
static uint64_t dropped(const struct reading *r)
{
    static const struct {
        const char *key, *names[2];
    } takers[] = {{"PrivateDevices", {"CAP_MKNOD", "CAP_SYS_RAWIO"}},
                  {"ProtectKernelModules", {"CAP_SYS_MODULE", NULL}},
                  {"ProtectKernelLogs", {"CAP_SYSLOG", NULL}},
                  {"ProtectClock", {"CAP_SYS_TIME", "CAP_WAKE_ALARM"}}};
    uint64_t set = 0;

    for (size_t i = 0; i < TBL_COUNT(takers); i++)
        for (int k = 0; k < 2 && takers[i].names[k] && is_on(r, takers[i].key); k++)
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
        if (!is_key(r, setting, r->setting->key) || !setting->effective)
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
    value_capability_names(bounding ? set & ~dropped(r) : set, r->out);
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
        put_line(r->out, copy, "", "");
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

/* The prefixes of a command in one order, "+", "-", ":", "!": how many bytes they have. */
static size_t sort_prefixes(const char *line, char ret[8])
{
    static const char order[] = "+-:!";
    size_t            size = strspn(line, order), n = 0;

    for (size_t k = 0; size < 8 && order[k]; k++)
        for (size_t i = 0; i < size; i++)
            if (line[i] == order[k])
                ret[n++] = order[k];
    ret[n] = '\0';
    return size;
}

/* Whether a loaded command is that of the disk. A plain name on disk is a path once it is loaded: "sleep 1"
 * is then "@/usr/bin/sleep sleep 1". */
static bool same_command(const char *loaded, size_t loaded_size, const char *disk, size_t disk_size)
{
    char   x[8] = "", y[8] = "";
    size_t n = sort_prefixes(loaded, x), m = sort_prefixes(disk, y);

    if (strcmp(x, y) != 0)
        return false;
    loaded += n, loaded_size -= n;
    disk += m, disk_size -= m;
    if (*loaded == '@' && *disk != '@' && *disk != '/') {
        const char *space = memchr(loaded, ' ', loaded_size);
        if (!space)
            return false;
        loaded_size -= (size_t)(space + 1 - loaded);
        loaded = space + 1;
    }
    return loaded_size == disk_size && memcmp(loaded, disk, disk_size) == 0;
}

static bool same_commands(const char *loaded, const char *disk)
{
    for (;;) {
        size_t n = strcspn(loaded, "\n"), m = strcspn(disk, "\n");
        if (!same_command(loaded, n, disk, m) || !loaded[n] != !disk[m])
            return false;
        if (!loaded[n])
            return true;
        loaded += n + 1;
        disk += m + 1;
    }
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
    put_line(r->out, key, "=", trigger ? "|" : "");
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
            put_line(r->out, kinds[i].kind, "=",
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
    put_line(r->out, "OnCalendar", "=", value);
    buffer_printf(&line, "OnCalendar=%s", value);
    known |= buffer_text(&line) && has_line(r->loaded, line.data);
    buffer_free(&line);
    return known;
}

static bool put_path(struct reading *r, const char *key, const char *value)
{
    put_line(r->out, key, "=", "");
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
        put_line(r->out, "", "", "");
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
        if (is_key(r, setting, "Environment") && setting->effective)
            unit_environment_words(&environment, setting->value, &expander);
    }
    unit_environment_settle(&environment);
    for (size_t i = 0; i < environment.n; i++) {
        put_line(r->out, environment.variables[i].name, "=", environment.variables[i].value);
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

/* Put what the disk says: false where it is not compared. */
static bool read_disk(struct reading *r)
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

/* Comparing ------------------------------------------------------------------- */

static bool is_set(const struct reading *r, const char *key)
{
    for (size_t i = 0; i < r->disk->loaded->n; i++)
        if (is_key(r, &r->disk->loaded->settings[i], key) && r->disk->loaded->settings[i].effective)
            return true;
    return false;
}

/* The text where nothing is set; false where it is not known. */
static bool put_fallback(struct reading *r)
{
    const char *type = unit_name_type(r->disk->unit);

    if (r->setting->implied && is_on(r, "DynamicUser"))
        return false;
    if (r->setting->form == CAPABILITIES && r->empty)
        return true;
    if (r->setting->form == CAPABILITIES && !r->setting->fallback) {
        value_capability_names(~dropped(r), r->out);
        return true;
    }
    if (r->setting->form == NAME)
        buffer_puts(r->out, r->disk->unit);
    else if (r->setting->form == TYPE)
        buffer_puts(r->out, is_set(r, "BusName")     ? "dbus"
                            : is_set(r, "ExecStart") ? "simple"
                                                     : "oneshot");
    else if (r->setting->form == TRIGGER && type)
        buffer_printf(r->out, "%.*s.service", (int)(type - 1 - r->disk->unit), r->disk->unit);
    else if (r->setting->fallback)
        buffer_puts(r->out, r->setting->fallback);
    else
        return false;
    return true;
}

/* The name under which the manager has a unit. */
static const char *canonical(const struct reload_disk *disk, const char *name,
                             char ret[UNIT_NAME_MAX])
{
    const struct unit_entry *fragment = unit_search_fragment(disk->search, name);
    char                     instance[UNIT_NAME_MAX];

    if (!fragment)
        return name;
    if (unit_name_kind(fragment->name) != UNIT_NAME_TEMPLATE)
        return fragment->name;
    return unit_name_instance(name, instance) &&
                   unit_name_with_instance(fragment->name, instance, ret)
               ? ret
               : name;
}

/* The manager adds names of its own, so only missing names are reported. Invalid names, and the
 * unit itself, it passes over. */
static bool has_names(const struct reading *r, const char *names)
{
    char name[UNIT_NAME_MAX], other[UNIT_NAME_MAX];

    for (const char *p = names; *p;) {
        size_t size = strcspn(p, "\n");
        if (size < sizeof name) {
            memcpy(name, p, size);
            name[size] = '\0';
            const char *now = canonical(r->disk, name, other);
            bool        counts = unit_name_kind(name) == UNIT_NAME_PLAIN ||
                          unit_name_kind(name) == UNIT_NAME_INSTANCE;
            if (counts && strcmp(now, r->disk->unit) != 0 && !strstr(name, ".device") &&
                !has_line(r->loaded, name) && !has_line(r->loaded, now))
                return false;
        }
        p += size + (p[size] == '\n');
    }
    return true;
}

static bool is_same(const struct reading *r, const char *disk)
{
    switch (r->setting->form) {
    case UNITS:
        return has_names(r, disk);
    case COMMANDS:
        return same_commands(r->loaded, disk);
    case DIRECTORIES:
    case VARIABLES:
    case CONDITIONS:
    case LISTENS:
    case TIMERS:
    case CALENDARS:
    case PATHS:
        return same_lines(r->loaded, disk);
    default:
        return strcmp(r->loaded, disk) == 0;
    }
}

enum reload_verdict reload_setting_compare(const struct reload_setting *setting,
                                           const struct reload_disk *disk, const char *loaded,
                                           struct buffer              *ret_text,
                                           const struct unit_setting **ret_last)
{
    struct reading r = {.setting = setting,
                        .disk = disk,
                        .section = reload_setting_section(setting, disk->unit),
                        .loaded = loaded,
                        .out = ret_text};

    buffer_reset(ret_text);
    if (!r.section)
        return RELOAD_SAME;
    bool known = read_disk(&r);
    *ret_last = r.last;
    if (!r.last && !(disk->fallbacks && put_fallback(&r)))
        return RELOAD_SAME;
    const char *text = buffer_text(ret_text);
    if (!known || !text)
        return r.last ? RELOAD_NOT_COMPARED : RELOAD_SAME;
    return is_same(&r, text) ? RELOAD_SAME : RELOAD_DIFFERS;
}
