#include "reload_reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_name.h"
#include "table.h"
#include "unit_types.h"

SQLITE_EXTENSION_INIT3

/* Readers --------------------------------------------------------------------- */

static int read_words(struct dbus_reader *m, struct value *v)
{
    const char *text;
    int         r = dbus_enter(m, 'a', "s");

    while (r >= 0 && (r = dbus_read(m, 's', &text)) > 0)
        reading_put_line(&v->text, text, "", "");
    return r < 0 ? r : dbus_exit(m);
}

static int read_files(struct dbus_reader *m, struct value *v)
{
    const char *path;
    int         optional, r = dbus_enter(m, 'a', "(sb)");

    while (r >= 0 && (r = dbus_read_values(m, "(sb)", &path, &optional)) > 0)
        reading_put_line(&v->text, optional ? "-" : "", path, "");
    return r < 0 ? r : dbus_exit(m);
}

static int read_conditions(struct dbus_reader *m, struct value *v)
{
    const char *kind, *text;
    int         trigger, negate, r = dbus_enter(m, 'a', "(sbbsi)");
    int32_t     result;

    while (r >= 0 &&
           (r = dbus_read_values(m, "(sbbsi)", &kind, &trigger, &negate, &text, &result)) > 0) {
        reading_put_line(&v->text, kind, "=", trigger ? "|" : "");
        buffer_printf(&v->text, "%s%s", negate ? "!" : "", text);
    }
    return r < 0 ? r : dbus_exit(m);
}

static int read_pairs(struct dbus_reader *m, struct value *v)
{
    const char *kind, *text;
    int         r = dbus_enter(m, 'a', "(ss)");

    while (r >= 0 && (r = dbus_read_values(m, "(ss)", &kind, &text)) > 0)
        reading_put_line(&v->text, kind, "=", text);
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
        reading_put_line(&v->text, base, "=", digits);
    }
    return r < 0 ? r : dbus_exit(m);
}

static int read_calendars(struct dbus_reader *m, struct value *v)
{
    const char *base, *text;
    uint64_t    next;
    int         r = dbus_enter(m, 'a', "(sst)");

    while (r >= 0 && (r = dbus_read_values(m, "(sst)", &base, &text, &next)) > 0)
        reading_put_line(&v->text, base, "=", text);
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
    {"RuntimeMaxSec", "RuntimeMaxUSec", &value_uint64, SERVICE, SPAN, RELOAD_INFINITE, false},
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
    {"CPUQuota", "CPUQuotaPerSecUSec", &value_uint64, CGROUP, PERCENT, RELOAD_INFINITE, false},

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
            buffer_puts(&value->text, RELOAD_INFINITE);
        else
            buffer_printf(&value->text, "%lld", (long long)value->number);
    }
    return r > 0 && !buffer_text(&value->text) ? -EFBIG : r;
}
