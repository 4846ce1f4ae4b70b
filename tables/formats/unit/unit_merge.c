#include "unit_merge.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "unit_environment.h"

enum rule {
    LAST,   /* the last value counts */
    RESET,  /* a list that an empty value empties */
    APPEND, /* a list that nothing empties */
};

/* Lists, sorted by key; `family` names those that are reset together or are one under two names. */
static const struct list_key {
    const char *key;
    enum rule   rule;
    const char *family;
} lists[] = {
    {"After", APPEND, NULL},
    {"Alias", RESET, NULL},
    {"Also", APPEND, NULL},
    {"AmbientCapabilities", RESET, NULL},
    {"BPFProgram", RESET, NULL},
    {"Before", APPEND, NULL},
    {"BindPaths", RESET, NULL},
    {"BindReadOnlyPaths", RESET, NULL},
    {"BindTo", APPEND, "BindsTo"},
    {"BindsTo", APPEND, NULL},
    {"BlockIODeviceWeight", RESET, NULL},
    {"BlockIOReadBandwidth", RESET, NULL},
    {"BlockIOWriteBandwidth", RESET, NULL},
    {"CPUAffinity", RESET, NULL},
    {"CacheDirectory", RESET, NULL},
    {"CapabilityBoundingSet", RESET, NULL},
    {"ConfigurationDirectory", RESET, NULL},
    {"Conflicts", APPEND, NULL},
    {"Delegate", RESET, NULL},
    {"DeviceAllow", RESET, NULL},
    {"DirectoryNotEmpty", RESET, "Path"},
    {"DisableControllers", RESET, NULL},
    {"Documentation", RESET, NULL},
    {"Environment", RESET, NULL},
    {"EnvironmentFile", RESET, NULL},
    {"ExecCondition", RESET, NULL},
    {"ExecPaths", RESET, NULL},
    {"ExecReload", RESET, NULL},
    {"ExecSearchPath", RESET, NULL},
    {"ExecStart", RESET, NULL},
    {"ExecStartPost", RESET, NULL},
    {"ExecStartPre", RESET, NULL},
    {"ExecStop", RESET, NULL},
    {"ExecStopPost", RESET, NULL},
    {"ExecStopPre", RESET, NULL},
    {"ExtensionDirectories", RESET, NULL},
    {"ExtensionImages", RESET, NULL},
    {"IODeviceLatencyTargetSec", RESET, NULL},
    {"IODeviceWeight", RESET, NULL},
    {"IOReadBandwidthMax", RESET, NULL},
    {"IOReadIOPSMax", RESET, NULL},
    {"IOWriteBandwidthMax", RESET, NULL},
    {"IOWriteIOPSMax", RESET, NULL},
    {"IPAddressAllow", RESET, NULL},
    {"IPAddressDeny", RESET, NULL},
    {"IPEgressFilterPath", RESET, NULL},
    {"IPIngressFilterPath", RESET, NULL},
    {"InaccessibleDirectories", RESET, "InaccessiblePaths"},
    {"InaccessiblePaths", RESET, NULL},
    {"JoinsNamespaceOf", APPEND, NULL},
    {"ListenDatagram", RESET, "Listen"},
    {"ListenFIFO", RESET, "Listen"},
    {"ListenMessageQueue", RESET, "Listen"},
    {"ListenNetlink", RESET, "Listen"},
    {"ListenSequentialPacket", RESET, "Listen"},
    {"ListenSpecial", RESET, "Listen"},
    {"ListenStream", RESET, "Listen"},
    {"ListenUSBFunction", RESET, "Listen"},
    {"LoadCredential", RESET, NULL},
    {"LoadCredentialEncrypted", RESET, NULL},
    {"LogExtraFields", RESET, NULL},
    {"LogFilterPatterns", RESET, NULL},
    {"LogsDirectory", RESET, NULL},
    {"MountImages", RESET, NULL},
    {"NoExecPaths", RESET, NULL},
    {"OnActiveSec", RESET, "Timer"},
    {"OnBootSec", RESET, "Timer"},
    {"OnCalendar", RESET, "Timer"},
    {"OnFailure", APPEND, NULL},
    {"OnStartupSec", RESET, "Timer"},
    {"OnSuccess", APPEND, NULL},
    {"OnUnitActiveSec", RESET, "Timer"},
    {"OnUnitInactiveSec", RESET, "Timer"},
    {"OpenFile", RESET, NULL},
    {"PartOf", APPEND, NULL},
    {"PassEnvironment", RESET, NULL},
    {"PathChanged", RESET, "Path"},
    {"PathExists", RESET, "Path"},
    {"PathExistsGlob", RESET, "Path"},
    {"PathModified", RESET, "Path"},
    {"PropagateReloadFrom", APPEND, "ReloadPropagatedFrom"},
    {"PropagateReloadTo", APPEND, "PropagatesReloadTo"},
    {"PropagatesReloadTo", APPEND, NULL},
    {"PropagatesStopTo", APPEND, NULL},
    {"ReadOnlyDirectories", RESET, "ReadOnlyPaths"},
    {"ReadOnlyPaths", RESET, NULL},
    {"ReadWriteDirectories", RESET, "ReadWritePaths"},
    {"ReadWritePaths", RESET, NULL},
    {"ReloadPropagatedFrom", APPEND, NULL},
    {"RequiredBy", RESET, NULL},
    {"Requires", APPEND, NULL},
    {"RequiresMountsFor", APPEND, NULL},
    {"RequiresOverridable", APPEND, "Requires"},
    {"Requisite", APPEND, NULL},
    {"RequisiteOverridable", APPEND, "Requisite"},
    {"RestartForceExitStatus", RESET, NULL},
    {"RestartPreventExitStatus", RESET, NULL},
    {"RestrictAddressFamilies", RESET, NULL},
    {"RestrictFileSystems", RESET, NULL},
    {"RestrictNamespaces", RESET, NULL},
    {"RestrictNetworkInterfaces", RESET, NULL},
    {"RootImageOptions", RESET, NULL},
    {"RuntimeDirectory", RESET, NULL},
    {"SetCredential", RESET, NULL},
    {"SetCredentialEncrypted", RESET, NULL},
    {"SocketBindAllow", RESET, NULL},
    {"SocketBindDeny", RESET, NULL},
    {"Sockets", APPEND, NULL},
    {"StandardInputData", RESET, "StandardInputData"},
    {"StandardInputText", RESET, "StandardInputData"},
    {"StateDirectory", RESET, NULL},
    {"StopPropagatedFrom", APPEND, NULL},
    {"SuccessExitStatus", RESET, NULL},
    {"SupplementaryGroups", RESET, NULL},
    {"Symlinks", RESET, NULL},
    {"SystemCallArchitectures", RESET, NULL},
    {"SystemCallFilter", RESET, NULL},
    {"SystemCallLog", RESET, NULL},
    {"TemporaryFileSystem", RESET, NULL},
    {"UnsetEnvironment", RESET, NULL},
    {"UpheldBy", RESET, NULL},
    {"Upholds", APPEND, NULL},
    {"WantedBy", RESET, NULL},
    {"Wants", APPEND, NULL},
    {"WantsMountsFor", APPEND, NULL},
};

static int compare_key(const void *key, const void *entry)
{
    return strcmp(key, ((const struct list_key *)entry)->key);
}

static const struct list_key *list_of(const char *key)
{
    static const struct list_key conditions = {"Condition", RESET, "Condition"};
    static const struct list_key assertions = {"Assert", RESET, "Assert"};

    if (strncmp(key, "Condition", 9) == 0)
        return &conditions;
    if (strncmp(key, "Assert", 6) == 0)
        return &assertions;
    return bsearch(key, lists, sizeof lists / sizeof lists[0], sizeof lists[0], compare_key);
}

/* Merging ------------------------------------------------------------------- */

/* A setting with what it is grouped by. */
struct member {
    const char *section, *family;
    enum rule   rule;
    size_t      index;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int                  order = strcmp(x->section, y->section);

    if (order == 0)
        order = strcmp(x->family, y->family);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Decide one group: settings of one section and family in the order they are read. */
static void decide(struct unit_setting *settings, const struct member *group, size_t n)
{
    size_t decider = SIZE_MAX; /* that the settings before it yield to */
    bool   any = false;        /* some value is in force */

    for (size_t i = n; i-- > 0;) {
        size_t               index = group[i].index;
        struct unit_setting *setting = &settings[index];
        bool                 empty = !*setting->value;

        setting->effective = !empty && decider == SIZE_MAX;
        any |= setting->effective;
        setting->emptied = empty && !any && decider == SIZE_MAX && group[i].rule != APPEND;
        setting->decided_by = decider == SIZE_MAX ? index : decider;
        if (decider == SIZE_MAX && (group[i].rule == LAST || (group[i].rule == RESET && empty)))
            decider = index;
    }
}

/* Variables ------------------------------------------------------------------- */

struct variable {
    const char *name;
    size_t      index; /* of the setting that assigns it */
};

static int compare_variables(const void *a, const void *b)
{
    const struct variable *x = a, *y = b;
    int                    order = strcmp(x->name, y->name);

    return order ? order : (x->index < y->index) - (x->index > y->index);
}

/* Gather the variables that Environment= settings in force assign, into memory of the arena. */
static struct variable *gather_variables(const struct unit_setting *settings, size_t n,
                                         struct arena *memory, size_t *ret_n)
{
    struct variable *variables = NULL;
    size_t           count = 0, room = 0;

    for (size_t i = 0; i < n && !memory->failed; i++) {
        struct unit_environment environment = {.memory = memory};
        if (!settings[i].effective || strcmp(settings[i].key, "Environment") != 0)
            continue;
        unit_environment_words(&environment, settings[i].value, NULL);
        for (size_t k = 0; k < environment.n && !memory->failed; k++) {
            struct variable *more = arena_grow(memory, variables, count, &room, sizeof *more);
            if (!more)
                break;
            variables = more;
            variables[count++] = (struct variable){environment.variables[k].name, i};
        }
    }
    *ret_n = count;
    return variables;
}

/* An Environment= all of whose variables later ones assign again is not in force. */
static int decide_variables(struct unit_setting *settings, size_t n)
{
    struct arena     memory = {0};
    size_t           count, first = 0;
    struct variable *variables = gather_variables(settings, n, &memory, &count);
    size_t          *last = arena_alloc(&memory, n * sizeof *last); /* that assigns one of its
                                                                       variables; 0: itself */
    bool            *keeps = arena_alloc(&memory, n * sizeof *keeps);

    if (memory.failed) {
        arena_free(&memory);
        return -ENOMEM;
    }
    if (count)
        qsort(variables, count, sizeof *variables, compare_variables);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(variables[i].name, variables[first].name) != 0)
            first = i;
        size_t index = variables[i].index, decider = variables[first].index;
        keeps[index] |= index == decider;
        last[index] = last[index] > decider ? last[index] : decider;
    }
    for (size_t i = 0; i < count; i++) {
        struct unit_setting *setting = &settings[variables[i].index];
        if (keeps[variables[i].index])
            continue;
        setting->effective = false;
        setting->replaced = true;
        setting->decided_by = last[variables[i].index];
    }
    arena_free(&memory);
    return 0;
}

static bool has_variables(const struct unit_setting *settings, size_t n)
{
    size_t found = 0;

    for (size_t i = 0; i < n; i++)
        found += settings[i].effective && strcmp(settings[i].key, "Environment") == 0;
    return found > 1;
}

int unit_merge(struct unit_setting *settings, size_t n)
{
    struct member *members = calloc(n ? n : 1, sizeof *members);
    size_t         count = 0;

    if (!members)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        settings[i].effective = settings[i].emptied = settings[i].replaced = false;
        settings[i].decided_by = i;
        if (settings[i].ignored)
            continue;
        const struct list_key *list = list_of(settings[i].key);
        members[count++] = (struct member){settings[i].section,
                                           list && list->family ? list->family : settings[i].key,
                                           list ? list->rule : LAST, i};
    }
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && strcmp(members[i].section, members[end].section) == 0 &&
                          strcmp(members[i].family, members[end].family) == 0;)
            end++;
        decide(settings, members + i, end - i);
    }
    free(members);
    return has_variables(settings, n) ? decide_variables(settings, n) : 0;
}

bool unit_section_read(const char *type, const char *section)
{
    if (strcmp(section, "Unit") == 0 || strcmp(section, "Install") == 0)
        return true;
    return toupper((unsigned char)type[0]) == section[0] && strcmp(type + 1, section + 1) == 0;
}
