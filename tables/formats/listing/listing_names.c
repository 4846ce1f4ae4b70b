/* listing_names.c -- what tools call the fields of a service, and how they write their values. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/hive/service_value.h"
#include "listing_state.h"

static const struct alias {
    enum platform      platform;
    const char        *name; /* compared without regard to case */
    enum listing_field field;
} aliases[] = {
    /* systemctl, and osquery's systemd_units */
    {LINUX, "Id", LISTING_NAME},
    {LINUX, "unit", LISTING_NAME},
    {LINUX, "unit_file", LISTING_NAME},
    {LINUX, "activates", LISTING_NAME},
    {LINUX, "Description", LISTING_DESCRIPTION},
    {LINUX, "LoadState", LISTING_LOAD},
    {LINUX, "load_state", LISTING_LOAD},
    {LINUX, "load", LISTING_LOAD},
    {LINUX, "ActiveState", LISTING_STATUS},
    {LINUX, "active_state", LISTING_STATUS},
    {LINUX, "active", LISTING_STATUS},
    {LINUX, "UnitFileState", LISTING_STATE},
    {LINUX, "unit_file_state", LISTING_STATE},
    {LINUX, "state", LISTING_STATE},
    {LINUX, "MainPID", LISTING_PID},
    {LINUX, "ExecMainStatus", LISTING_SERVICE_EXIT_CODE},
    {LINUX, "FragmentPath", LISTING_DEFINITION},
    {LINUX, "fragment_path", LISTING_DEFINITION},
    {LINUX, "User", LISTING_ACCOUNT},
    {LINUX, "TriggeredBy", LISTING_STARTED_BY},
    {LINUX, "Environment", LISTING_ENVIRONMENT},
    {LINUX, "hostIdentifier", LISTING_COMPUTER},
    /* launchctl, and osquery's launchd */
    {MACOS, "label", LISTING_NAME},
    {MACOS, "program", LISTING_PROGRAM},
    {MACOS, "program_arguments", LISTING_ARGUMENTS},
    {MACOS, "path", LISTING_DEFINITION},
    {MACOS, "username", LISTING_ACCOUNT},
    {MACOS, "pid", LISTING_PID},
    {MACOS, "LastExitStatus", LISTING_SERVICE_EXIT_CODE},
    {MACOS, "last exit code", LISTING_SERVICE_EXIT_CODE},
    {MACOS, "last exit status", LISTING_SERVICE_EXIT_CODE},
    {MACOS, "LimitLoadToSessionType", LISTING_SCOPE},
    {MACOS, "hostIdentifier", LISTING_COMPUTER},
    /* sc, ServiceController, Win32_Service, the registry, Velociraptor, autorunsc, osquery's services */
    {WINDOWS, "SERVICE_NAME", LISTING_NAME},
    {WINDOWS, "Name", LISTING_NAME},
    {WINDOWS, "ServiceName", LISTING_NAME},
    {WINDOWS, "Service Name", LISTING_NAME},
    {WINDOWS, "DISPLAY_NAME", LISTING_DISPLAY_NAME},
    {WINDOWS, "DisplayName", LISTING_DISPLAY_NAME},
    {WINDOWS, "Display Name", LISTING_DISPLAY_NAME},
    {WINDOWS, "Description", LISTING_DESCRIPTION},
    {WINDOWS, "TYPE", LISTING_SERVICE_TYPE},
    {WINDOWS, "ServiceType", LISTING_SERVICE_TYPE},
    {WINDOWS, "service_type", LISTING_SERVICE_TYPE},
    {WINDOWS, "STATE", LISTING_STATUS},
    {WINDOWS, "Status", LISTING_STATUS},
    {WINDOWS, "PID", LISTING_PID},
    {WINDOWS, "ProcessId", LISTING_PID},
    {WINDOWS, "START_TYPE", LISTING_START_TYPE},
    {WINDOWS, "StartType", LISTING_START_TYPE},
    {WINDOWS, "StartMode", LISTING_START_TYPE},
    {WINDOWS, "Start", LISTING_START_TYPE},
    {WINDOWS, "WIN32_EXIT_CODE", LISTING_WIN32_EXIT_CODE},
    {WINDOWS, "ExitCode", LISTING_WIN32_EXIT_CODE},
    {WINDOWS, "SERVICE_EXIT_CODE", LISTING_SERVICE_EXIT_CODE},
    {WINDOWS, "ServiceSpecificExitCode", LISTING_SERVICE_EXIT_CODE},
    {WINDOWS, "BINARY_PATH_NAME", LISTING_COMMAND},
    {WINDOWS, "BinaryPathName", LISTING_COMMAND},
    {WINDOWS, "BinaryPath", LISTING_COMMAND},
    {WINDOWS, "PathName", LISTING_COMMAND},
    {WINDOWS, "ImagePath", LISTING_COMMAND},
    {WINDOWS, "Launch String", LISTING_COMMAND},
    {WINDOWS, "path", LISTING_COMMAND},
    {WINDOWS, "SERVICE_START_NAME", LISTING_ACCOUNT},
    {WINDOWS, "StartName", LISTING_ACCOUNT},
    {WINDOWS, "UserAccount", LISTING_ACCOUNT},
    {WINDOWS, "user_account", LISTING_ACCOUNT},
    {WINDOWS, "UserName", LISTING_ACCOUNT},
    {WINDOWS, "ObjectName", LISTING_ACCOUNT},
    {WINDOWS, "ServiceDll", LISTING_MODULE},
    {WINDOWS, "module_path", LISTING_MODULE},
    {WINDOWS, "FailureCommand", LISTING_FAILURE},
    {WINDOWS, "COMMAND_LINE", LISTING_FAILURE},
    {WINDOWS, "PSComputerName", LISTING_COMPUTER},
    {WINDOWS, "SystemName", LISTING_COMPUTER},
    {WINDOWS, "MachineName", LISTING_COMPUTER},
    {WINDOWS, "Node", LISTING_COMPUTER},
    {WINDOWS, "hostIdentifier", LISTING_COMPUTER},
};

/* Values ------------------------------------------------------------------------- */

/* A word without what separates its parts: "Start Pending" is START_PENDING's and StartPending's. */
static void fold(const char *value, size_t size, char ret[32])
{
    size_t n = 0;

    for (size_t i = 0; i < size && n < 31; i++)
        if (isalnum((unsigned char)value[i]))
            ret[n++] = (char)tolower((unsigned char)value[i]);
    ret[n] = '\0';
}

struct word {
    const char *folded, *name;
};

static const char *name_of(const struct word *words, size_t n, const char *folded)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i].folded, folded) == 0)
            return words[i].name;
    return NULL;
}

/* sc writes a number before its name: "4  RUNNING", "2   AUTO_START  (DELAYED)". */
static const char *after_number(const char *value, size_t *size)
{
    size_t digits = 0, blanks;

    while (digits < *size && isxdigit((unsigned char)value[digits]))
        digits++;
    for (blanks = digits; blanks < *size && value[blanks] == ' ';)
        blanks++;
    if (!digits || blanks == digits || blanks == *size)
        return value;
    *size -= blanks;
    return value + blanks;
}

/* A number as reg, .reg files and others write it; errno is ERANGE of one that is too long. */
static bool number_of(const char *value, size_t size, int base, int64_t *ret)
{
    char   text[32], *end;
    size_t n = 0;

    while (n < size && value[n] != ' ' && n < sizeof text - 1) {
        text[n] = value[n];
        n++;
    }
    text[n] = '\0';
    errno = 0;
    *ret = strtoll(text, &end, strncasecmp(text, "0x", 2) == 0 ? 16 : base);
    return end != text && !*end;
}

static void put_status(struct listing *l, const char *value, size_t size)
{
    /* The numbers are those of SERVICE_STATUS, which ConvertTo-Json shows. */
    static const struct word words[] = {
        {"1", "STOPPED"},
        {"2", "START_PENDING"},
        {"3", "STOP_PENDING"},
        {"4", "RUNNING"},
        {"5", "CONTINUE_PENDING"},
        {"6", "PAUSE_PENDING"},
        {"7", "PAUSED"},
        {"stopped", "STOPPED"},
        {"startpending", "START_PENDING"},
        {"stoppending", "STOP_PENDING"},
        {"running", "RUNNING"},
        {"continuepending", "CONTINUE_PENDING"},
        {"pausepending", "PAUSE_PENDING"},
        {"paused", "PAUSED"},
    };
    char folded[32];

    value = after_number(value, &size);
    fold(value, size, folded);
    /* The Status of Win32_Service is how it fares, not whether it runs: OK. */
    listing_puts(l, LISTING_STATUS, name_of(words, sizeof words / sizeof words[0], folded));
}

static void put_start_type(struct listing *l, const char *value, size_t size)
{
    static const struct word words[] = {
        {"autostart", "AUTO_START"},        {"auto", "AUTO_START"},
        {"automatic", "AUTO_START"},        {"automaticdelayedstart", "AUTO_START"},
        {"autostartdelayed", "AUTO_START"}, {"demandstart", "DEMAND_START"},
        {"manual", "DEMAND_START"},         {"disabled", "DISABLED"},
        {"bootstart", "BOOT_START"},        {"boot", "BOOT_START"},
        {"systemstart", "SYSTEM_START"},    {"system", "SYSTEM_START"},
    };
    char        folded[32];
    int64_t     number;
    const char *name = NULL;

    if (number_of(value, size, 10, &number))
        name = service_start_name(number);
    if (!name) {
        const char *word = after_number(value, &size);
        fold(word, size, folded);
        name = name_of(words, sizeof words / sizeof words[0], folded);
    }
    if (name)
        listing_puts(l, LISTING_START_TYPE, name);
}

/* sc's numbers are hexadecimal, those of PowerShell are not. */
static void put_service_type(struct listing *l, const char *value, size_t size)
{
    static const struct word words[] = {
        {"kerneldriver", "KERNEL_DRIVER"},
        {"filesystemdriver", "FILE_SYSTEM_DRIVER"},
        {"adapter", "ADAPTER"},
        {"recognizerdriver", "RECOGNIZER_DRIVER"},
        {"ownprocess", "OWN_PROCESS"},
        {"win32ownprocess", "OWN_PROCESS"},
        {"shareprocess", "SHARE_PROCESS"},
        {"win32shareprocess", "SHARE_PROCESS"},
        {"win32ownprocessinteractivepro", "OWN_PROCESS(Interactive)"},
        {"win32ownprocessinteractiveproce", "OWN_PROCESS(Interactive)"},
        {"win32shareprocessinteractivepro", "SHARE_PROCESS(Interactive)"},
    };
    char        folded[32];
    int64_t     number;
    size_t      rest = size;
    bool        named = after_number(value, &rest) != value;
    const char *name = NULL;

    if (number_of(value, size, named ? 16 : 10, &number))
        name = service_type_name(number);
    fold(value, size, folded);
    if (!name)
        name = name_of(words, sizeof words / sizeof words[0], folded);
    if (name)
        listing_puts(l, LISTING_SERVICE_TYPE, name);
    else
        listing_set(l, LISTING_SERVICE_TYPE, value, size);
}

static void put_number(struct listing *l, enum listing_field field, const char *value, size_t size)
{
    char    text[32];
    int64_t number;

    if (!number_of(value, size, 10, &number) ||
        (field == LISTING_PID && number == 0)) /* of what does not run */
        return;
    if (errno == ERANGE) {
        l->open.cut = true;
        return;
    }
    snprintf(text, sizeof text, "%lld", (long long)number);
    listing_puts(l, field, text);
}

static void put_active(struct listing *l, const char *value, size_t size)
{
    char word[32];

    if (size == 6 && memcmp(value, "active", 6) == 0) {
        listing_puts(l, LISTING_STATUS, "RUNNING");
    } else if (size == 8 && memcmp(value, "inactive", 8) == 0) {
        listing_puts(l, LISTING_STATUS, "STOPPED");
    } else if (size < sizeof word) {
        for (size_t i = 0; i < size; i++)
            word[i] = (char)toupper((unsigned char)value[i]);
        listing_set(l, LISTING_STATUS, word, size);
    }
}

/* What the state of a unit's file says of its start. */
static void put_unit_state(struct listing *l, const char *value, size_t size)
{
    listing_set(l, LISTING_STATE, value, size);
    if (size >= 6 && memcmp(value, "masked", 6) == 0)
        listing_puts(l, LISTING_START_TYPE, "DISABLED");
    else if ((size >= 7 && memcmp(value, "enabled", 7) == 0) ||
             (size == 5 && memcmp(value, "alias", 5) == 0))
        listing_puts(l, LISTING_START_TYPE, "AUTO_START");
    else if (size)
        listing_puts(l, LISTING_START_TYPE, "DEMAND_START");
}

/* Words for nothing. */
static bool is_nothing(const char *value, size_t size)
{
    static const char *const words[] = {"", "{}", "<null>", "null", "(null)", "(none)", "n/a", "-"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == size && memcmp(words[i], value, size) == 0)
            return true;
    return false;
}

static void put_value(struct listing *l, enum platform platform, enum listing_field field,
                      const char *value, size_t size)
{
    switch (field) {
    case LISTING_STATUS:
        platform == LINUX ? put_active(l, value, size) : put_status(l, value, size);
        return;
    case LISTING_STATE:
        platform == LINUX ? put_unit_state(l, value, size) : listing_set(l, field, value, size);
        return;
    case LISTING_START_TYPE:
        put_start_type(l, value, size);
        return;
    case LISTING_SERVICE_TYPE:
        put_service_type(l, value, size);
        return;
    case LISTING_PID:
    case LISTING_WIN32_EXIT_CODE:
    case LISTING_SERVICE_EXIT_CODE:
        put_number(l, field, value, size);
        return;
    case LISTING_COMPUTER:
        if (size == 1 && *value == '.')
            return; /* ServiceController's word for this host */
        listing_set(l, field, value, size);
        return;
    default:
        listing_set(l, field, value, size);
    }
}

bool listing_put(struct listing *l, enum platform platform, const char *key, size_t key_size,
                 const char *value, size_t size)
{
    while (size && (*value == ' ' || *value == '\t')) {
        value++;
        size--;
    }
    while (size && strchr(" \t\r", value[size - 1]))
        size--;
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (aliases[i].platform != platform || strlen(aliases[i].name) != key_size ||
            strncasecmp(aliases[i].name, key, key_size) != 0)
            continue;
        l->last = LISTING_FIELDS;
        if (!is_nothing(value, size))
            put_value(l, platform, aliases[i].field, value, size);
        if (!listing_empty(l))
            l->open.platform = platform;
        return true;
    }
    return false;
}
