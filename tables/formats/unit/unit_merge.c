#include "unit_merge.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

int unit_merge(struct unit_setting *settings, size_t n)
{
    struct member *members = calloc(n ? n : 1, sizeof *members);
    size_t         count = 0;

    if (!members)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        settings[i].effective = settings[i].emptied = false;
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
    return 0;
}

bool unit_section_read(const char *type, const char *section)
{
    if (strcmp(section, "Unit") == 0 || strcmp(section, "Install") == 0)
        return true;
    return toupper((unsigned char)type[0]) == section[0] && strcmp(type + 1, section + 1) == 0;
}
