#include "unit_defaults.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit_context.h"
#include "unit_load.h"
#include "unit_places.h"

struct reader {
    struct unit_defaults  *defaults;
    struct unit_search    *places;
    struct unit_specifiers specifiers;
    bool                   comments_join; /* see unit_environment_file() */
};

/* Configuration --------------------------------------------------------------- */

/* Take the assignments of one key; an empty value forgets those before. */
static void take_settings(struct reader *r, const struct unit_loaded *loaded, const char *key,
                          struct unit_environment *into)
{
    struct unit_expander expander = {unit_specifiers_expand, &r->specifiers};

    for (size_t i = 0; i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (setting->ignored || strcmp(setting->section, "Manager") != 0 ||
            strcmp(setting->key, key) != 0)
            continue;
        if (!*setting->value)
            into->n = 0;
        unit_environment_words(into, setting->value, &expander);
    }
}

static void append(struct unit_environment *to, const struct unit_environment *from)
{
    for (size_t i = 0; i < from->n; i++)
        unit_environment_give(to, from->variables[i].name, from->variables[i].value);
}

static bool is_of(const struct reader *r, const struct unit_entry *entry, const char *kind,
                  bool drop_in)
{
    const char *group = entry->dir->place->group;
    size_t      size = strlen(group);

    return strcmp(entry->dir->place->kind, kind) == 0 && !entry->error && entry->type != DT_DIR &&
           *entry->name != '.' && (size > 2 && strcmp(group + size - 2, ".d") == 0) == drop_in &&
           unit_search_shadow(r->places, entry) == entry;
}

/* Call `take` with each file of a kind that is in force, by name: the search's index is in this order. */
static int each_file(struct reader *r, const char *kind, bool drop_ins,
                     int (*take)(struct reader *r, struct unit_entry *entry, void *data),
                     void *data)
{
    int result = 0;

    for (size_t i = 0; result == 0 && i < r->places->n; i++)
        if (is_of(r, r->places->by_owner[i], kind, drop_ins))
            result = take(r, r->places->by_owner[i], data);
    return result;
}

struct configuration {
    struct unit_environment manager, programs;
};

static int take_configuration(struct reader *r, struct unit_entry *entry, void *data)
{
    struct configuration *c = data;
    struct unit_loaded    loaded;
    int                   e = unit_load_file(r->places, entry, NULL, &loaded);

    if (e < 0)
        return e;
    take_settings(r, &loaded, "ManagerEnvironment", &c->manager);
    take_settings(r, &loaded, "DefaultEnvironment", &c->programs);
    unit_loaded_free(&loaded);
    return 0;
}

static int read_configuration(struct reader *r)
{
    struct unit_environment *all = &r->defaults->environment;
    struct configuration     c = {{.memory = all->memory}, {.memory = all->memory}};
    int                      e = each_file(r, "manager-config", false, take_configuration, &c);

    if (e == 0)
        e = each_file(r, "manager-config", true, take_configuration, &c);
    if (r->places->manager.scope != UNIT_SYSTEM)
        append(all, &c.manager);
    append(all, &c.programs);
    r->defaults->lost += c.manager.lost + c.programs.lost;
    return e;
}

/* environment.d --------------------------------------------------------------- */

/* The last value of a variable before it is settled; NULL: none. */
static const char *value_before(const struct unit_environment *environment, const char *name,
                                size_t size)
{
    for (size_t i = environment->n; i-- > 0;)
        if (strlen(environment->variables[i].name) == size &&
            memcmp(environment->variables[i].name, name, size) == 0)
            return environment->variables[i].value;
    return NULL;
}

/* A value with the variables in it that come before: "$X", "${X}". Others stay as they are written. */
static const char *expanded(struct reader *r, const char *value)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    struct buffer     text = {0};

    while (*value && text.size <= UNIT_ENVIRONMENT_MAX) {
        bool        braces = value[0] == '$' && value[1] == '{';
        const char *name = value + 1 + braces, *known = NULL;
        size_t      size = *value == '$' ? strspn(name, letters) : 0;
        if (size && (!braces || name[size] == '}'))
            known = value_before(&r->defaults->environment, name, size);
        if (known)
            buffer_puts(&text, known);
        else
            buffer_putc(&text, *value);
        value = known ? name + size + braces : value + 1;
    }
    const char *copy =
        buffer_text(&text) ? arena_strndup(&r->defaults->memory, text.data, text.size) : "";
    r->defaults->memory.failed |= text.failed;
    buffer_free(&text);
    return copy;
}

static int take_environment(struct reader *r, struct unit_entry *entry, void *data)
{
    struct unit_environment file = {.memory = &r->defaults->memory};
    char                   *text = NULL;
    size_t                  size;
    int                     e;

    (void)data;
    if (unit_is_mask(r->places->root, entry->path))
        return 0;
    e = root_read(r->places->root, entry->path, UNIT_ENVIRONMENT_MAX, &text, &size);
    if (e == 0 && !unit_environment_file(&file, text, size, r->comments_join))
        e = -EINVAL;
    free(text);
    for (size_t i = 0; i < file.n; i++)
        unit_environment_give(&r->defaults->environment, file.variables[i].name,
                              expanded(r, file.variables[i].value));
    r->defaults->lost += file.lost + (e < 0 && e != -ENOENT);
    return e == -ENOMEM ? e : 0;
}

/* All ------------------------------------------------------------------------- */

int unit_defaults_read(struct unit_defaults *ret, const struct root *root,
                       const struct unit_manager *manager, const struct unit_host *host)
{
    struct reader r = {.defaults = ret, .comments_join = manager->version < 254};
    int           e;

    *ret = (struct unit_defaults){0};
    ret->environment.memory = &ret->memory;
    unit_host_specifiers(host, manager, &ret->memory, &r.specifiers);
    e = unit_places_open_configuration(&r.places, root, manager);
    if (e < 0)
        return e;
    e = read_configuration(&r);
    if (e == 0 && manager->scope != UNIT_SYSTEM)
        e = each_file(&r, "environment", true, take_environment, NULL);
    unit_environment_settle(&ret->environment);
    ret->lost += ret->environment.lost;
    unit_search_free(r.places);
    return e < 0 ? e : ret->memory.failed ? -ENOMEM : 0;
}

void unit_defaults_free(struct unit_defaults *defaults)
{
    arena_free(&defaults->memory);
    *defaults = (struct unit_defaults){0};
}
