#include "unit_places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* system.conf and user.conf, environment.d, presets: systemd-system.conf(5), environment.d(5),
 * systemd.preset(5); generators: systemd.generator(7), systemd.environment-generator(7); D-Bus:
 * dbus-daemon(1) <standard_system_servicedirs>; quadlets: podman-systemd.unit(5); portable
 * profiles: portablectl(1); hooks: systemd-sleep(8), systemd-shutdown(8); /etc/runlevels: OpenRC.
 * In order of precedence within a group. */

#define FOUR_DIRS(kind, group, path, pattern, deep)                                                \
    {kind, group, "/etc/" path, pattern, deep, NULL, NULL},                                        \
        {kind, group, "/run/" path, pattern, deep, NULL, NULL},                                    \
        {kind, group, "/usr/local/lib/" path, pattern, deep, NULL, NULL},                          \
        {kind, group, "/usr/lib/" path, pattern, deep, NULL, NULL},                                \
    {                                                                                              \
        kind, group, "/lib/" path, pattern, deep, NULL, NULL                                       \
    }

#define GENERATOR(group, dir)                                                                      \
    {                                                                                              \
        "generator", group, dir, "*", 0, NULL, NULL                                                \
    }
#define GENERATORS(path)                                                                           \
    GENERATOR(path, "/run/systemd/" path), GENERATOR(path, "/etc/systemd/" path),                  \
        GENERATOR(path, "/usr/local/lib/systemd/" path),                                           \
        GENERATOR(path, "/usr/lib/systemd/" path), GENERATOR(path, "/lib/systemd/" path)

#define QUADLETS(group, dir, passes_over)                                                          \
    {                                                                                              \
        "quadlet", group, dir, "*.[cvnkbpia]*", QUADLET_DEPTH, is_quadlet, passes_over             \
    }
#define QUADLET_DEPTH 16 /* podman has no limit */

/* Also of a folder of drop-ins, which may be of all files of a type: "container". */
static bool is_quadlet(const char *name)
{
    static const char *const ends[] = {"container", "volume", "network", "kube",
                                       "image",     "build",  "pod",     "artifact"};
    const char              *dot = strrchr(name, '.'), *end = dot ? dot + 1 : name;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (strcmp(end, ends[i]) == 0)
            return true;
    return false;
}

/* Of what root's generator reads below /etc: the users'. */
static bool is_users(const char *path)
{
    return strcmp(path, "/etc/containers/systemd/users") == 0;
}

/* Of what all users' generators read: the folders of one user. */
static bool is_one_users(const char *path)
{
    const char *name = strrchr(path, '/') + 1;

    return strspn(name, "0123456789") == strlen(name) &&
           strlen(path) - strlen(name) == sizeof "/etc/containers/systemd/users";
}

static const struct unit_place system_places[] = {
    GENERATORS("system-generators"),
    GENERATORS("system-environment-generators"),
    {"sysv", "sysv", "/etc/init.d", "*", 0, NULL, NULL},
    {"sysv", "sysv", "/etc/rc.d/init.d", "*", 0, NULL, NULL},
    {"rc", "", "/etc", "rc.local", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d", "rc.local", 0, NULL, NULL},
    {"rc", "", "/etc/rc0.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc1.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc2.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc3.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc4.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc5.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc6.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rcS.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc0.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc1.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc2.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc3.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc4.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc5.d", "[SK]*", 0, NULL, NULL},
    {"rc", "", "/etc/rc.d/rc6.d", "[SK]*", 0, NULL, NULL},
    {"rc", "runlevels", "/etc/runlevels", "*", 1, NULL, NULL},
    {"hook", "", "/etc/systemd/system-sleep", "*", 0, NULL, NULL},
    {"hook", "", "/usr/lib/systemd/system-sleep", "*", 0, NULL, NULL},
    {"hook", "", "/lib/systemd/system-sleep", "*", 0, NULL, NULL},
    {"hook", "", "/usr/lib/systemd/system-shutdown", "*", 0, NULL, NULL},
    {"hook", "", "/lib/systemd/system-shutdown", "*", 0, NULL, NULL},
    {"dbus", "system", "/etc/dbus-1/system-services", "*.service", 0, NULL, NULL},
    {"dbus", "system", "/run/dbus-1/system-services", "*.service", 0, NULL, NULL},
    {"dbus", "system", "/usr/local/share/dbus-1/system-services", "*.service", 0, NULL, NULL},
    {"dbus", "system", "/usr/share/dbus-1/system-services", "*.service", 0, NULL, NULL},
    {"dbus", "system", "/usr/lib/dbus-1/system-services", "*.service", 0, NULL, NULL},
    {"dbus", "system", "/lib/dbus-1/system-services", "*.service", 0, NULL, NULL},
    QUADLETS("system", "/run/containers/systemd", NULL),
    QUADLETS("system", "/etc/containers/systemd", is_users),
    QUADLETS("system", "/usr/share/containers/systemd", NULL),
    {"linger", "", "/var/lib/systemd/linger", "*", 0, NULL, NULL},
    {"xinetd", "", "/etc", "xinetd.conf", 0, NULL, NULL},
    {"xinetd", "", "/etc/xinetd.d", "*", 0, NULL, NULL},
    {"inetd", "", "/etc", "inetd.conf", 0, NULL, NULL},
    {"inetd", "", "/etc/inetd.d", "*", 0, NULL, NULL},
    {"upstart", "", "/etc/init", "*.conf", 0, NULL, NULL},
    FOUR_DIRS("manager-config", "system.conf", "systemd", "system.conf", 0),
    FOUR_DIRS("manager-config", "system.conf.d", "systemd/system.conf.d", "*.conf", 0),
    FOUR_DIRS("preset", "system", "systemd/system-preset", "*.preset", 0),
    FOUR_DIRS("profile", "", "systemd/portable/profile", "*.conf", 1),
};

static const struct unit_place global_places[] = {
    GENERATORS("user-generators"),
    GENERATORS("user-environment-generators"),
    {"dbus", "session", "/etc/dbus-1/services", "*.service", 0, NULL, NULL},
    {"dbus", "session", "/usr/local/share/dbus-1/services", "*.service", 0, NULL, NULL},
    {"dbus", "session", "/usr/share/dbus-1/services", "*.service", 0, NULL, NULL},
    QUADLETS("user", "/etc/containers/systemd/users", is_one_users),
    {"environment", "", "/etc", "environment", 0, NULL, NULL},
    FOUR_DIRS("environment", "environment.d", "environment.d", "*.conf", 0),
    FOUR_DIRS("manager-config", "user.conf", "systemd", "user.conf", 0),
    FOUR_DIRS("manager-config", "user.conf.d", "systemd/user.conf.d", "*.conf", 0),
    FOUR_DIRS("preset", "user", "systemd/user-preset", "*.preset", 0),
    {"autostart", "autostart", "/etc/xdg/autostart", "*", 0, NULL, NULL},
};

static const struct unit_place user_places[] = {
    {"dbus", "session", "$/dbus-1/services", "*.service", 0, NULL, NULL},
    {"dbus", "session", "~/.local/share/dbus-1/services", "*.service", 0, NULL, NULL},
    QUADLETS("user", "$/containers/systemd", NULL),
    QUADLETS("user", "~/.config/containers/systemd", NULL),
    QUADLETS("user", "/etc/containers/systemd/users",
             is_one_users), /* for drop-ins of the user's */
    QUADLETS("user", "#/etc/containers/systemd/users", NULL),
    {"environment", "environment.d", "~/.config/environment.d", "*.conf", 0, NULL, NULL},
    {"manager-config", "user.conf", "~/.config/systemd", "user.conf", 0, NULL, NULL},
    {"manager-config", "user.conf.d", "~/.config/systemd/user.conf.d", "*.conf", 0, NULL, NULL},
    {"autostart", "autostart", "~/.config/autostart", "*", 0, NULL, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const struct unit_place *places;
    size_t                   n;
} lists[] = {
    [UNIT_SYSTEM] = {system_places, COUNT(system_places)},
    [UNIT_GLOBAL] = {global_places, COUNT(global_places)},
    [UNIT_USER] = {user_places, COUNT(user_places)},
};

static bool is_configuration(const struct unit_place *place)
{
    return strcmp(place->kind, "manager-config") == 0 ||
           (strcmp(place->kind, "environment") == 0 && *place->group);
}

static int add_places(struct unit_search *search, enum unit_scope scope, bool all)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < lists[scope].n; i++) {
        const struct unit_place *place = &lists[scope].places[i];
        if (all || is_configuration(place))
            r = unit_search_add_dir(search, place->dir, place);
    }
    return r;
}

static int open_places(struct unit_search **ret, const struct root *root,
                       const struct unit_manager *manager, bool all)
{
    struct unit_search *search = NULL;
    int                 r = unit_search_new(&search, root, manager);

    if (r < 0)
        return r;
    r = add_places(search, manager->scope, all);
    if (r == 0 && !all && manager->scope == UNIT_USER) {
        search->shared = true;
        r = add_places(search, UNIT_GLOBAL, false);
    }
    if (r == 0)
        r = unit_search_scan(search);
    if (r < 0)
        unit_search_free(search);
    else
        *ret = search;
    return r;
}

int unit_places_open(struct unit_search **ret, const struct root *root,
                     const struct unit_manager *manager)
{
    return open_places(ret, root, manager, true);
}

int unit_places_open_configuration(struct unit_search **ret, const struct root *root,
                                   const struct unit_manager *manager)
{
    return open_places(ret, root, manager, false);
}
