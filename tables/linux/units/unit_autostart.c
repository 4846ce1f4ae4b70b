#include "unit_autostart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/unit/sysv_text.h"
#include "formats/unit/unit_words.h"

static const char section[] = "Desktop Entry";

/* From this version on startup phases of GNOME leave out an entry in GNOME alone. */
#define PHASES 254

const struct unit_setting *autostart_setting(const struct unit_loaded *loaded, const char *key)
{
    for (size_t i = 0; i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (!setting->ignored && strcmp(setting->section, section) == 0 &&
            strcmp(setting->key, key) == 0)
            return setting;
    }
    return NULL;
}

static const char *value_of(const struct unit_loaded *loaded, const char *key)
{
    const struct unit_setting *setting = autostart_setting(loaded, key);

    return setting ? setting->value : NULL;
}

/* 1, 0, or -1 for neither yes nor no. */
static int truth(const char *value)
{
    static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};
    static const char *const no[] = {"0", "no", "n", "false", "f", "off"};

    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (strcasecmp(value, yes[i]) == 0)
            return 1;
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (strcasecmp(value, no[i]) == 0)
            return 0;
    return -1;
}

/* The same of the last setting of a key; 0 where there is none. */
static int is_set(const struct unit_loaded *loaded, const char *key)
{
    int found = 0;

    for (size_t i = 0; i < loaded->n && found >= 0; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (!setting->ignored && strcmp(setting->section, section) == 0 &&
            strcmp(setting->key, key) == 0)
            found = truth(setting->value);
    }
    return found;
}

/* Whether a text of the entry has an escape that does not exist, at which the generator drops the
 * whole file. */
static bool is_damaged(const struct unit_loaded *loaded)
{
    static const char *const keys[] = {"Exec", "TryExec", "Name", "Path", "Type"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *value = value_of(loaded, keys[i]);
        for (; value && (value = strchr(value, '\\')); value += 2)
            if (!value[1] || !strchr("sntr\\", value[1]))
                return true;
    }
    return false;
}

static bool is_program(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, true, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

/* Whether a program is known to be absent: its folder, or those of the search path, are there
 * without it. */
static bool is_absent(const struct root *root, const char *program)
{
    static const char *const folders[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                          "/usr/bin",        "/sbin",          "/bin"};
    char                     path[ROOT_PATH_MAX];
    struct stat              st;
    bool                     seen = false;

    if (*program == '/') {
        snprintf(path, sizeof path, "%.*s", (int)(strrchr(program, '/') - program + 1), program);
        return root_stat(root, path, true, &st) == 0 && !is_program(root, program);
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (root_stat(root, folders[i], true, &st) < 0)
            continue;
        seen = true;
        snprintf(path, sizeof path, "%s/%s", folders[i], program);
        if (*program && is_program(root, path))
            return false;
    }
    return seen || !*program;
}

/* OnlyShowIn=GNOME and nothing else. */
static bool is_gnomes(const struct unit_loaded *loaded)
{
    const char *only = value_of(loaded, "OnlyShowIn");
    size_t      size = only ? strcspn(only, ";") : 0;

    return size == 5 && strncmp(only, "GNOME", 5) == 0 && only[5 + strspn(only + 5, ";")] == '\0';
}

static const char *phase_off(const struct unit_loaded *loaded, int version)
{
    if (!value_of(loaded, "X-GNOME-Autostart-Phase"))
        return NULL;
    if (version < PHASES)
        return "startup phases are not supported";
    return is_gnomes(loaded) ? "GNOME startup phases are handled separately" : NULL;
}

const char *autostart_off(const struct root *root, const struct unit_entry *entry,
                          const struct unit_loaded *loaded, int version)
{
    const char *type = value_of(loaded, "Type"), *try = value_of(loaded, "TryExec");
    int         hidden = is_set(loaded, "Hidden"), skipped = is_set(loaded, "X-systemd-skip");

    if (unit_name_ignored(entry->name))
        return "systemd passes over files of this name";
    if (hidden < 0 || skipped < 0 || is_damaged(loaded))
        return "systemd cannot parse it, so that it is hidden";
    if (hidden)
        return "entry is hidden";
    if (skipped)
        return "marked as skipped by generator";
    if (!type || strcmp(type, "Application") != 0)
        return "its Type= is not supported";
    if (phase_off(loaded, version))
        return phase_off(loaded, version);
    return try && is_absent(root, try) ? "could not find TryExec= binary" : NULL;
}
