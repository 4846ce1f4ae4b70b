#include "unit_places.h"

#include <errno.h>
#include <stdlib.h>

/* system.conf and user.conf, environment.d, presets: systemd-system.conf(5), environment.d(5),
 * systemd.preset(5); generators: systemd.generator(7), systemd.environment-generator(7); D-Bus:
 * dbus-daemon(1) <standard_system_servicedirs>; quadlets: podman-systemd.unit(5); portable
 * profiles: portablectl(1); hooks: systemd-sleep(8), systemd-shutdown(8); /etc/runlevels: OpenRC.
 * In order of precedence within a group. */

#define FOUR_DIRS(kind, group, path, pattern, deep)                                                \
    {kind, group, "/etc/" path, pattern, deep}, {kind, group, "/run/" path, pattern, deep},        \
        {kind, group, "/usr/local/lib/" path, pattern, deep},                                      \
        {kind, group, "/usr/lib/" path, pattern, deep},                                            \
    {                                                                                              \
        kind, group, "/lib/" path, pattern, deep                                                   \
    }

#define GENERATORS(path)                                                                           \
    {"generator", path, "/run/systemd/" path, "*", false},                                         \
        {"generator", path, "/etc/systemd/" path, "*", false},                                     \
        {"generator", path, "/usr/local/lib/systemd/" path, "*", false},                           \
        {"generator", path, "/usr/lib/systemd/" path, "*", false},                                 \
    {                                                                                              \
        "generator", path, "/lib/systemd/" path, "*", false                                        \
    }

static const struct unit_place system_places[] = {
    GENERATORS("system-generators"),
    GENERATORS("system-environment-generators"),
    {"sysv", "", "/etc/init.d", "*", false},
    {"sysv", "", "/etc/rc.d/init.d", "*", false},
    {"rc", "", "/etc", "rc.local", false},
    {"rc", "", "/etc/rc.d", "rc.local", false},
    {"rc", "", "/etc/rc0.d", "[SK]*", false},
    {"rc", "", "/etc/rc1.d", "[SK]*", false},
    {"rc", "", "/etc/rc2.d", "[SK]*", false},
    {"rc", "", "/etc/rc3.d", "[SK]*", false},
    {"rc", "", "/etc/rc4.d", "[SK]*", false},
    {"rc", "", "/etc/rc5.d", "[SK]*", false},
    {"rc", "", "/etc/rc6.d", "[SK]*", false},
    {"rc", "", "/etc/rcS.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc0.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc1.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc2.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc3.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc4.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc5.d", "[SK]*", false},
    {"rc", "", "/etc/rc.d/rc6.d", "[SK]*", false},
    {"rc", "runlevels", "/etc/runlevels", "*", true},
    {"hook", "", "/etc/systemd/system-sleep", "*", false},
    {"hook", "", "/usr/lib/systemd/system-sleep", "*", false},
    {"hook", "", "/lib/systemd/system-sleep", "*", false},
    {"hook", "", "/usr/lib/systemd/system-shutdown", "*", false},
    {"hook", "", "/lib/systemd/system-shutdown", "*", false},
    {"dbus", "system", "/etc/dbus-1/system-services", "*.service", false},
    {"dbus", "system", "/run/dbus-1/system-services", "*.service", false},
    {"dbus", "system", "/usr/local/share/dbus-1/system-services", "*.service", false},
    {"dbus", "system", "/usr/share/dbus-1/system-services", "*.service", false},
    {"dbus", "system", "/usr/lib/dbus-1/system-services", "*.service", false},
    {"dbus", "system", "/lib/dbus-1/system-services", "*.service", false},
    {"quadlet", "system", "/run/containers/systemd", "*.[cvnkbpi]*", true},
    {"quadlet", "system", "/etc/containers/systemd", "*.[cvnkbpi]*", false},
    {"quadlet", "system", "/usr/share/containers/systemd", "*.[cvnkbpi]*", true},
    {"linger", "", "/var/lib/systemd/linger", "*", false},
    {"xinetd", "", "/etc", "xinetd.conf", false},
    {"xinetd", "", "/etc/xinetd.d", "*", false},
    {"inetd", "", "/etc", "inetd.conf", false},
    {"inetd", "", "/etc/inetd.d", "*", false},
    {"upstart", "", "/etc/init", "*.conf", false},
    FOUR_DIRS("manager-config", "system.conf", "systemd", "system.conf", false),
    FOUR_DIRS("manager-config", "system.conf.d", "systemd/system.conf.d", "*.conf", false),
    FOUR_DIRS("preset", "system", "systemd/system-preset", "*.preset", false),
    FOUR_DIRS("profile", "", "systemd/portable/profile", "*.conf", true),
};

static const struct unit_place global_places[] = {
    GENERATORS("user-generators"),
    GENERATORS("user-environment-generators"),
    {"dbus", "session", "/etc/dbus-1/services", "*.service", false},
    {"dbus", "session", "/usr/local/share/dbus-1/services", "*.service", false},
    {"dbus", "session", "/usr/share/dbus-1/services", "*.service", false},
    {"quadlet", "user", "/etc/containers/systemd/users", "*.[cvnkbpi]*", true},
    {"quadlet", "user", "/usr/share/containers/systemd/users", "*.[cvnkbpi]*", true},
    {"environment", "", "/etc", "environment", false},
    FOUR_DIRS("environment", "environment.d", "environment.d", "*.conf", false),
    FOUR_DIRS("manager-config", "user.conf", "systemd", "user.conf", false),
    FOUR_DIRS("manager-config", "user.conf.d", "systemd/user.conf.d", "*.conf", false),
    FOUR_DIRS("preset", "user", "systemd/user-preset", "*.preset", false),
    {"autostart", "autostart", "/etc/xdg/autostart", "*.desktop", false},
};

static const struct unit_place user_places[] = {
    {"dbus", "session", "$/dbus-1/services", "*.service", false},
    {"dbus", "session", "~/.local/share/dbus-1/services", "*.service", false},
    {"quadlet", "user", "$/containers/systemd", "*.[cvnkbpi]*", true},
    {"quadlet", "user", "~/.config/containers/systemd", "*.[cvnkbpi]*", true},
    {"environment", "environment.d", "~/.config/environment.d", "*.conf", false},
    {"manager-config", "user.conf", "~/.config/systemd", "user.conf", false},
    {"manager-config", "user.conf.d", "~/.config/systemd/user.conf.d", "*.conf", false},
    {"autostart", "autostart", "~/.config/autostart", "*.desktop", false},
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

int unit_places_open(struct unit_search **ret, const struct root *root,
                     const struct unit_manager *manager)
{
    struct unit_search *search = NULL;
    int                 r = unit_search_new(&search, root, manager);

    if (r < 0)
        return r;
    for (size_t i = 0; r == 0 && i < lists[manager->scope].n; i++) {
        const struct unit_place *place = &lists[manager->scope].places[i];
        r = unit_search_add_dir(search, place->dir, place);
    }
    if (r == 0)
        r = unit_search_scan(search);
    if (r < 0)
        unit_search_free(search);
    else
        *ret = search;
    return r;
}
