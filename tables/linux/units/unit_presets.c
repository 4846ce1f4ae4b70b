#include "unit_presets.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

#define FILES_MAX 10000      /* of one folder */
#define FILE_MAX  (1u << 20) /* bytes */

/* A preset file; of one name only the first of the folders counts. */
struct file {
    const char *name, *path;
    size_t      rank;
};

struct files {
    struct file *files;
    size_t       n;
};

static const char *const folders[][5] = {
    {"/etc/systemd/system-preset", "/run/systemd/system-preset",
     "/usr/local/lib/systemd/system-preset", "/usr/lib/systemd/system-preset",
     "/lib/systemd/system-preset"},
    {"/etc/systemd/user-preset", "/run/systemd/user-preset", "/usr/local/lib/systemd/user-preset",
     "/usr/lib/systemd/user-preset", "/lib/systemd/user-preset"},
};

static int list_folder(struct unit_presets *presets, const struct root *root, const char *folder,
                       size_t rank, struct files *files)
{
    struct root_names names = {0};
    int               r = root_list(root, folder, "*.preset", FILES_MAX, &names);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    presets->unread += names.lost + (r < 0 || names.error);
    for (size_t i = 0; r >= 0 && i < names.n; i++) {
        struct file *file = ARRAY_ADD(files->files, files->n);
        if (!file) {
            r = -ENOMEM;
            break;
        }
        const char *path = unit_join(&presets->memory, folder, names.names[i]);
        *file = (struct file){path ? strrchr(path, '/') + 1 : "", path, rank};
    }
    root_names_free(&names);
    return r == -ENOMEM || presets->memory.failed ? -ENOMEM : 0;
}

static int by_name(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    int                order = strcmp(x->name, y->name);

    return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

/* "enable ssh.service": the words of a line; instances that may follow do not matter to whether a
 * template is enabled. */
static int read_line(struct unit_presets *presets, const char *path, unsigned number, char *line)
{
    static const char *const verbs[] = {[UNIT_PRESET_ENABLE] = "enable",
                                        [UNIT_PRESET_DISABLE] = "disable",
                                        [UNIT_PRESET_IGNORE] = "ignore"};
    char                    *rest, *verb, *pattern;

    line += strspn(line, " \t\r");
    if (!*line || *line == '#' || *line == ';')
        return 0;
    verb = strtok_r(line, " \t\r", &rest);
    pattern = verb ? strtok_r(NULL, " \t\r", &rest) : NULL;
    for (size_t i = 0; pattern && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verb, verbs[i]) != 0)
            continue;
        if (presets->n == UNIT_PRESET_RULES_MAX || strlen(pattern) > UNIT_PRESET_SIZE_MAX) {
            presets->unread++;
            return 0;
        }
        struct unit_preset_rule *rule = ARRAY_ADD(presets->rules, presets->n);
        if (!rule)
            return -ENOMEM;
        *rule = (struct unit_preset_rule){(enum unit_preset)i,
                                          unit_strdup(&presets->memory, pattern), path, number};
    }
    return presets->memory.failed ? -ENOMEM : 0;
}

static int read_file(struct unit_presets *presets, const struct root *root, const char *path)
{
    char  *data, *rest, *line;
    size_t size;
    int    r;

    if (unit_is_mask(root, path))
        return 0;
    r = root_read(root, path, FILE_MAX, &data, &size);
    if (r < 0) {
        presets->unread++;
        return r == -ENOMEM ? r : 0;
    }
    rest = data;
    for (unsigned number = 1; r == 0 && (line = strsep(&rest, "\n")); number++)
        r = read_line(presets, path, number, line);
    free(data);
    return r;
}

int unit_presets_read(struct unit_presets *presets, const struct root *root, enum unit_scope scope)
{
    const char *const *list = folders[scope != UNIT_SYSTEM];
    struct files       files = {0};
    int                r = 0;

    *presets = (struct unit_presets){0};
    for (size_t i = 0; r == 0 && i < sizeof folders[0] / sizeof folders[0][0]; i++)
        r = list_folder(presets, root, list[i], i, &files);
    if (files.n)
        qsort(files.files, files.n, sizeof *files.files, by_name);
    for (size_t i = 0; r == 0 && i < files.n; i++)
        if (i == 0 || strcmp(files.files[i - 1].name, files.files[i].name) != 0)
            r = read_file(presets, root, files.files[i].path);
    free(files.files);
    if (r < 0)
        unit_presets_free(presets);
    return r;
}

void unit_presets_free(struct unit_presets *presets)
{
    free(presets->rules);
    arena_free(&presets->memory);
    *presets = (struct unit_presets){0};
}

enum unit_preset unit_presets_lookup(const struct unit_presets *presets, const char *name,
                                     const struct unit_preset_rule **ret_rule)
{
    for (size_t i = 0; i < presets->n; i++)
        if (fnmatch(presets->rules[i].pattern, name, FNM_NOESCAPE) == 0) {
            *ret_rule = &presets->rules[i];
            return presets->rules[i].preset;
        }
    *ret_rule = NULL;
    return UNIT_PRESET_ENABLE;
}
