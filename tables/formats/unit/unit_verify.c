#include "unit_verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "unit_name.h"
#include "unit_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Settings -------------------------------------------------------------------- */

/* Whether the manager takes a text for a user's or group's name or number. */
static bool is_account(const char *name)
{
    size_t size = strlen(name), digits = strspn(name, "0123456789");

    if (!size || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    if (digits == size) {
        uint64_t id = size > 10 ? UINT64_MAX : strtoull(name, NULL, 10);
        return id != UINT16_MAX && id < UINT32_MAX && (size == 1 || *name != '0');
    }
    if (*name == '-' && strspn(name + 1, "0123456789") == size - 1)
        return false;
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f || *p == ':' || *p == '/')
            return false;
    return *name != ' ' && name[size - 1] != ' ' && buffer_is_text(name, size);
}

static bool is_section_of_programs(const char *section)
{
    static const char *const sections[] = {"Service", "Socket", "Mount", "Swap"};

    for (size_t i = 0; i < COUNT(sections); i++)
        if (strcmp(section, sections[i]) == 0)
            return true;
    return false;
}

static bool is_command(const char *key)
{
    static const char *const keys[] = {"Condition",  "Start", "StartPre", "StartPost", "Reload",
                                       "ReloadPost", "Stop",  "StopPre",  "StopPost"};

    for (size_t i = 0; strncmp(key, "Exec", 4) == 0 && i < COUNT(keys); i++)
        if (strcmp(key + 4, keys[i]) == 0)
            return true;
    return false;
}

/* The text with its specifiers expanded, in `out`; NULL: one is none of systemd's, or no memory. */
static const char *expand(const struct unit_expander *expander, const char *text,
                          struct buffer *out)
{
    buffer_reset(out);
    bool known = expander->expand(expander->data, text, out);
    return known ? buffer_text(out) : NULL;
}

static bool bad_specifier(const char *text, struct buffer *ret)
{
    buffer_printf(ret, "Failed to resolve unit specifiers in '%.200s': Invalid slot", text);
    return true;
}

static bool bad_command(const struct unit_setting *setting, const struct unit_expander *expander,
                        struct arena *memory, struct buffer *ret)
{
    struct unit_exec_line line = {0};

    if (unit_exec_parse(setting->value, expander, memory, &line) < 0)
        ret->failed = true;
    if (!line.refused)
        return false;
    buffer_puts(ret, line.fault);
    return true;
}

static bool bad_account(const struct unit_setting *setting, const struct unit_expander *expander,
                        struct buffer *ret)
{
    bool          list = strcmp(setting->key, "SupplementaryGroups") == 0, bad = false;
    const char   *value = setting->value;
    struct buffer word = {0}, name = {0};

    while (!bad && *value) {
        if (!list)
            buffer_puts(&word, value);
        else if (unit_word(&value, UNIT_ESCAPES_KEEP, &word) <= 0)
            break;
        const char *text = buffer_text(&word),
                   *expanded = text ? expand(expander, text, &name) : "0";
        bad = expanded ? !is_account(expanded) : !name.failed;
        if (bad && expanded)
            buffer_printf(ret, "Invalid user/group name or numeric ID: %.200s", expanded);
        else if (bad)
            buffer_printf(ret, "Failed to resolve unit specifiers in %.200s: Invalid slot", text);
        if (!list)
            break;
    }
    ret->failed |= word.failed || name.failed;
    buffer_free(&word);
    buffer_free(&name);
    return bad;
}

/* Of WorkingDirectory= and similar settings: what is not absolute. */
static bool bad_path(const struct unit_setting *setting, const struct unit_expander *expander,
                     struct buffer *ret)
{
    struct buffer path = {0};
    const char   *value = setting->value, *expanded;
    bool          may_fail = strcmp(setting->key, "WorkingDirectory") == 0, bad = false;

    if (may_fail && (*value == '-' || strcmp(value, "~") == 0))
        return false;
    expanded = expand(expander, value, &path);
    if (!expanded && !path.failed)
        bad = bad_specifier(value, ret);
    else if (expanded && *expanded != '/' && *expanded != '%')
        bad = true;
    if (bad && expanded)
        buffer_printf(ret, "%s= path is not absolute: %.200s", setting->key, expanded);
    ret->failed |= path.failed;
    buffer_free(&path);
    return bad;
}

static bool bad_label(const struct unit_setting *setting, const struct unit_expander *expander,
                      struct buffer *ret)
{
    struct buffer label = {0};
    const char   *value = setting->value;
    bool          bad = *value != '-' && !expand(expander, value, &label) && !label.failed;

    if (bad)
        bad_specifier(value, ret);
    ret->failed |= label.failed;
    buffer_free(&label);
    return bad;
}

bool unit_setting_fatal(const struct unit_setting *setting, const struct unit_expander *expander,
                        struct arena *memory, struct buffer *ret)
{
    static const struct {
        const char *key;
        bool (*bad)(const struct unit_setting *, const struct unit_expander *, struct buffer *);
    } keys[] = {
        {"User", bad_account},
        {"Group", bad_account},
        {"SupplementaryGroups", bad_account},
        {"SocketUser", bad_account},
        {"SocketGroup", bad_account},
        {"WorkingDirectory", bad_path},
        {"RootDirectory", bad_path},
        {"RootImage", bad_path},
        {"SELinuxContext", bad_label},
        {"AppArmorProfile", bad_label},
        {"SmackProcessLabel", bad_label},
    };

    if (setting->ignored || !*setting->value || !is_section_of_programs(setting->section))
        return false;
    if (is_command(setting->key))
        return bad_command(setting, expander, memory, ret);
    for (size_t i = 0; i < COUNT(keys); i++)
        if (strcmp(setting->key, keys[i].key) == 0)
            return keys[i].bad(setting, expander, ret);
    return false;
}

/* Values ---------------------------------------------------------------------- */

/* A look for settings in force. */
struct look {
    const struct unit_verified *unit;
    const char                 *section;
    struct arena               *memory;
};

/* The last value of the key that is one of a list ended by NULL; others are passed over. */
static const char *one_of(const struct look *look, const char *section, const char *key,
                          const char *const *values)
{
    for (size_t i = look->unit->n; i-- > 0;) {
        const struct unit_setting *setting = &look->unit->settings[i];
        if (setting->ignored || strcmp(setting->key, key) != 0 ||
            strcmp(setting->section, section) != 0)
            continue;
        for (size_t k = 0; values[k]; k++)
            if (strcmp(setting->value, values[k]) == 0)
                return values[k];
    }
    return NULL;
}

static bool is(const char *value, const char *text)
{
    return value && strcmp(value, text) == 0;
}

static bool is_true(const struct look *look, const char *key)
{
    static const char *const words[] = {"1", "yes", "y", "true",  "t", "on",
                                        "0", "no",  "n", "false", "f", "off"};
    for (size_t i = look->unit->n; i-- > 0;) {
        const struct unit_setting *setting = &look->unit->settings[i];
        if (setting->ignored || strcmp(setting->key, key) != 0 ||
            strcmp(setting->section, look->section) != 0)
            continue;
        for (size_t k = 0; k < COUNT(words); k++)
            if (strcasecmp(setting->value, words[k]) == 0)
                return k < COUNT(words) / 2;
    }
    return false;
}

/* The value in force of a key; NULL: none. With `prefix` of any key that begins so. */
static const char *value_of(const struct look *look, const char *key, bool prefix)
{
    const char *found = NULL;

    for (size_t i = 0; i < look->unit->n; i++) {
        const struct unit_setting *setting = &look->unit->settings[i];
        if (setting->effective && strcmp(setting->section, look->section) == 0 &&
            (prefix ? strncmp(setting->key, key, strlen(key)) : strcmp(setting->key, key)) == 0)
            found = setting->value;
    }
    return found;
}

static const char *value(const struct look *look, const char *key)
{
    return value_of(look, key, false);
}

static size_t commands(const struct look *look, const char *key)
{
    size_t n = 0;

    for (size_t i = 0; i < look->unit->n; i++) {
        const struct unit_setting *setting = &look->unit->settings[i];
        struct unit_exec_line      line = {0};
        if (!setting->effective || strcmp(setting->key, key) != 0 ||
            strcmp(setting->section, look->section) != 0)
            continue;
        if (unit_exec_parse(setting->value, look->unit->expander, look->memory, &line) < 0)
            look->memory->failed = true;
        n += line.n;
    }
    return n;
}

/* Types ----------------------------------------------------------------------- */

static bool is_bus_name(const char *name)
{
    bool dot = false;

    for (const char *p = name; *p; p++) {
        bool first = p == name || p[-1] == '.';
        if (*p == '%')
            return true; /* not known before its specifiers are */
        dot |= *p == '.';
        if (*p == '.' ? first || !p[1] : (first && *p >= '0' && *p <= '9'))
            return false;
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("_-.", *p)))
            return false;
    }
    return dot;
}

static const char *verify_pam(const struct look *look)
{
    static const char *const modes[] = {"control-group", "mixed", "process", "none", NULL};
    const char              *mode = one_of(look, look->section, "KillMode", modes);

    if (!value(look, "PAMName") || !mode || is(mode, "control-group"))
        return NULL;
    if (strcmp(look->section, "Service") == 0 || look->unit->version >= 257)
        return is(mode, "mixed") ? NULL
                                 : "Service has PAM enabled. Kill mode must be set to "
                                   "'control-group' or 'mixed'. Refusing.";
    return "Unit has PAM enabled. Kill mode must be set to 'control-group'. Refusing.";
}

static const char *verify_oneshot(const struct look *look)
{
    static const char *const restarts[] = {"no",          "on-success", "on-failure", "on-abnormal",
                                           "on-watchdog", "on-abort",   "always",     NULL};
    static const char *const exits[] = {"main", "cgroup", NULL};
    const char              *restart = one_of(look, "Service", "Restart", restarts);

    if (is(restart, "always") || is(restart, "on-success"))
        return "Service has Restart= set to either always or on-success, which isn't allowed for "
               "Type=oneshot services. Refusing.";
    if (look->unit->version < 253 && value(look, "RestartForceExitStatus"))
        return "Service has RestartForceExitStatus= set, which isn't allowed for Type=oneshot "
               "services. Refusing.";
    if (is(one_of(look, "Service", "ExitType", exits), "cgroup"))
        return "Service has ExitType=cgroup set, which isn't allowed for Type=oneshot services. "
               "Refusing.";
    return NULL;
}

static const char *verify_service(const struct look *look)
{
    static const char *const types[] = {"simple", "exec", "forking",       "oneshot", "dbus",
                                        "notify", "idle", "notify-reload", NULL};
    static const char *const actions[] = {
        "none",        "reboot",         "reboot-force",       "reboot-immediate",
        "poweroff",    "poweroff-force", "poweroff-immediate", "exit",
        "exit-force",  "soft-reboot",    "soft-reboot-force",  "kexec",
        "kexec-force", "halt",           "halt-force",         "halt-immediate",
        NULL};
    const char *type = one_of(look, "Service", "Type", types);
    const char *action = one_of(look, "Unit", "SuccessAction", actions);
    const char *bus = value(look, "BusName");
    size_t      starts = commands(look, "ExecStart");
    bool        no_action = !action || is(action, "none");

    if (is(type, "notify-reload") && look->unit->version < 253)
        type = NULL;
    if (bus && !is_bus_name(bus))
        bus = NULL;
    if (!type)
        type = bus ? "dbus" : starts ? "simple" : "oneshot";
    bool oneshot = is(type, "oneshot");
    if (!starts && no_action && !commands(look, "ExecStop"))
        return "Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.";
    if (!starts && !oneshot)
        return "Service has no ExecStart= setting, which is only allowed for Type=oneshot "
               "services. Refusing.";
    if (!starts && no_action && !is_true(look, "RemainAfterExit"))
        return "Service has no ExecStart= and no SuccessAction= settings and does not have "
               "RemainAfterExit=yes set. Refusing.";
    if (starts > 1 && !oneshot)
        return "Service has more than one ExecStart= setting, which is only allowed for "
               "Type=oneshot services. Refusing.";
    const char *reason = oneshot ? verify_oneshot(look) : NULL;
    if (!reason && is(type, "dbus") && !bus)
        reason = "Service is of type D-Bus but no D-Bus service name has been specified. Refusing.";
    return reason ? reason : verify_pam(look);
}

static const char *verify_socket(const struct look *look)
{
    static const char *const silent[] = {"ListenDatagram",     "ListenFIFO",
                                         "ListenSpecial",      "ListenNetlink",
                                         "ListenMessageQueue", "ListenUSBFunction"};
    bool                     accept = is_true(look, "Accept");

    if (!value_of(look, "Listen", true))
        return "Unit has no Listen setting (ListenStream=, ListenDatagram=, ListenFIFO=, ...). "
               "Refusing.";
    for (size_t i = 0; accept && i < COUNT(silent); i++)
        if (value(look, silent[i]))
            return "Unit configured for accepting sockets, but sockets are non-accepting. "
                   "Refusing.";
    const char *service = value(look, "Service");
    if (accept && service && is(unit_name_type(service), "service"))
        return "Explicit service configuration for accepting socket units not supported. Refusing.";
    return verify_pam(look);
}

/* Whether a unit's name is that of a path: "a-b" of "/a/b/". */
static bool is_name_of(const char *name, const char *path, struct arena *memory)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.";
    struct buffer     escaped = {0};
    const char       *dot = strrchr(name, '.');

    for (const char *p = path + strspn(path, "/"); *p; p++) {
        if (*p == '/') {
            p += strspn(p, "/") - 1;
            buffer_puts(&escaped, p[1] ? "-" : "");
        } else if (strchr(plain, *p) && (*p != '.' || escaped.size)) {
            buffer_putc(&escaped, *p);
        } else {
            buffer_printf(&escaped, "\\x%02x", (unsigned)(unsigned char)*p);
        }
    }
    if (!escaped.size)
        buffer_putc(&escaped, '-');
    bool same = !escaped.failed && escaped.size == (size_t)(dot - name) &&
                memcmp(escaped.data, name, escaped.size) == 0;
    memory->failed |= escaped.failed;
    buffer_free(&escaped);
    return same;
}

static bool is_other_path(const struct look *look, const char *path)
{
    return path && *path == '/' && !strchr(path, '%') &&
           !is_name_of(look->unit->name, path, look->memory);
}

static const char *verify_mount(const struct look *look)
{
    if (is_other_path(look, value(look, "Where")))
        return "Where= setting doesn't match unit name. Refusing.";
    if (!value(look, "What"))
        return "What= setting is missing. Refusing.";
    return verify_pam(look);
}

static const char *verify_automount(const struct look *look)
{
    return is_other_path(look, value(look, "Where"))
               ? "Where= setting doesn't match unit name. Refusing."
               : NULL;
}

static const char *verify_swap(const struct look *look)
{
    return is_other_path(look, value(look, "What"))
               ? "Value of What= and unit name do not match, not loading."
               : NULL;
}

static const char *verify_timer(const struct look *look)
{
    return value_of(look, "On", true) ? NULL : "Timer unit lacks value setting. Refusing.";
}

static const char *verify_path(const struct look *look)
{
    return value_of(look, "Path", true) || value(look, "DirectoryNotEmpty")
               ? NULL
               : "Path unit lacks path setting. Refusing.";
}

int unit_verify(const struct unit_verified *unit, struct arena *memory, struct buffer *ret)
{
    static const struct {
        const char *type, *section;
        const char *(*verify)(const struct look *);
    } types[] = {
        {"service", "Service", verify_service}, {"socket", "Socket", verify_socket},
        {"mount", "Mount", verify_mount},       {"automount", "Automount", verify_automount},
        {"swap", "Swap", verify_swap},          {"timer", "Timer", verify_timer},
        {"path", "Path", verify_path},
    };
    const char *type = unit_name_type(unit->name), *reason = NULL;

    for (size_t i = 0; type && i < COUNT(types); i++) {
        struct look look = {unit, types[i].section, memory};
        if (strcmp(types[i].type, type) == 0)
            reason = types[i].verify(&look);
    }
    if (reason)
        buffer_puts(ret, reason);
    return memory->failed || ret->failed ? -ENOMEM : reason != NULL;
}
