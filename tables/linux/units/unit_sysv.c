#include "unit_sysv.h"

#include <limits.h>
#include <sys/stat.h>

#include "formats/unit/sysv_text.h"

#define WITHOUT_SCRIPTS 260 /* systemd from this version on starts no init script */

static bool exists(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, true, &st) == 0;
}

bool unit_has_systemd(const struct root *root, int version)
{
    return version != INT_MAX || exists(root, "/usr/lib/systemd/systemd") ||
           exists(root, "/lib/systemd/systemd");
}

const char *unit_sysv_off(const struct root *root, int version)
{
    static const char *const folders[] = {
        "/run/systemd/system-generators/systemd-sysv-generator",
        "/etc/systemd/system-generators/systemd-sysv-generator",
        "/usr/local/lib/systemd/system-generators/systemd-sysv-generator",
        "/usr/lib/systemd/system-generators/systemd-sysv-generator",
        "/lib/systemd/system-generators/systemd-sysv-generator",
    };
    static const char none[] = "this systemd starts no init scripts";
    struct stat       st;

    if (!unit_has_systemd(root, version))
        return NULL;
    if (version != INT_MAX && version >= WITHOUT_SCRIPTS)
        return none;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (root_stat(root, folders[i], false, &st) < 0)
            continue;
        return unit_is_mask(root, folders[i]) && S_ISLNK(st.st_mode) ? none : NULL;
    }
    return none;
}

const char *unit_sysv_ignored(const struct root *root, const struct unit_entry *entry)
{
    struct stat st;

    if (unit_name_ignored(entry->name))
        return "systemd passes over files of this name";
    if (root_stat(root, entry->path, true, &st) < 0)
        return "leads nowhere";
    return !S_ISREG(st.st_mode)      ? "not a regular file"
           : !(st.st_mode & S_IXUSR) ? "not executable"
                                     : NULL;
}

const char *unit_sysv_name(struct arena *memory, const char *script)
{
    struct buffer name = {0};

    sysv_unit_name(script, &name);
    const char *copy = arena_strndup(memory, name.data ? name.data : "", name.size);
    memory->failed |= name.failed;
    buffer_free(&name);
    return copy;
}
