#include "registry_targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/array.h"

static const char current_set[] = "CurrentControlSet";

void registry_targets_free(struct registry_targets *targets)
{
    for (size_t i = 0; i < targets->n; i++) {
        free(targets->list[i].start);
        free(targets->list[i].first);
    }
    free(targets->list);
    *targets = (struct registry_targets){0};
}

size_t registry_parent_size(const char *path, size_t size)
{
    while (size && path[size - 1] != '\\')
        size--;
    return size ? size - 1 : 0;
}

enum registry_side registry_target_side(const struct registry_target *target, const char *path)
{
    size_t size = strlen(path);

    if (strcasecmp(path, target->start) == 0)
        return SIDE_AT;
    if (size == 0)
        return SIDE_ABOVE;
    return strncasecmp(target->start, path, size) == 0 && target->start[size] == '\\'
               ? SIDE_ABOVE
               : SIDE_ELSEWHERE;
}

/* The name of the control set in use, where a path begins with CurrentControlSet and the hive, as
 * on disk, has no such key. */
static bool follows_current(struct hive *hive, const char *path, size_t size, char ret[24])
{
    struct hive_key key;
    uint32_t        number;
    size_t          name = sizeof current_set - 1;

    if (size < name || strncasecmp(path, current_set, name) != 0 ||
        (size > name && path[name] != '\\') ||
        hive_find(hive, hive->root, current_set, &key) == 0 ||
        hive_current_control_set(hive, &number) < 0)
        return false;
    snprintf(ret, 24, "ControlSet%03u", number);
    return true;
}

static int add(struct registry_targets *targets, struct hive_file *file, const char *start,
               size_t size, size_t depth, const char *first)
{
    struct registry_target *target = ARRAY_ADD(targets->list, targets->n);
    char                    set[24];

    if (!target)
        return -ENOMEM;
    *target = (struct registry_target){.depth = depth, .first = strdup(first)};
    if (follows_current(&file->hive, start, size, set)) {
        size_t name = sizeof current_set - 1;
        target->alias = strlen(set);
        if (asprintf(&target->start, "%s%.*s", set, (int)(size - name), start + name) < 0)
            target->start = NULL;
    } else {
        target->start = strndup(start, size);
    }
    if (!target->first || !target->start)
        return -ENOMEM;
    return 0;
}

/* The keys and values whose parent key is `path`. */
static int add_children(struct registry_targets *targets, struct hive_file *file, const char *path,
                        size_t size)
{
    const char *root = file->root.data;
    size_t      root_size = file->root.size;

    if (size == registry_parent_size(root, root_size) && strncasecmp(path, root, size) == 0)
        return add(targets, file, "", 0, 0, "");
    if (size < root_size || strncasecmp(path, root, root_size) != 0)
        return 0;
    if (size == root_size)
        return add(targets, file, "", 0, 1, "");
    if (path[root_size] != '\\')
        return 0;
    return add(targets, file, path + root_size + 1, size - root_size - 1, 1, "");
}

/* All that has a path which begins with `prefix`. */
static int add_prefix(struct registry_targets *targets, struct hive_file *file, const char *prefix)
{
    const char *root = file->root.data;
    size_t      root_size = file->root.size, size = strlen(prefix);

    if (size <= root_size)
        return strncasecmp(prefix, root, size) == 0 ? add(targets, file, "", 0, HIVE_DEPTH, "") : 0;
    if (strncasecmp(prefix, root, root_size) != 0 || prefix[root_size] != '\\')
        return 0;
    prefix += root_size + 1;
    size -= root_size + 1;
    size_t parent = registry_parent_size(prefix, size);
    return add(targets, file, prefix, parent, HIVE_DEPTH,
               prefix + parent + (prefix[parent] == '\\'));
}

struct span {
    const char *text;
    size_t      size;
};

static int by_text(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int                order = strncasecmp(x->text, y->text, x->size < y->size ? x->size : y->size);

    return order ? order : (x->size > y->size) - (x->size < y->size);
}

/* One target for each key that is named, or holds what is named, however often and however spelled:
 * a row must come once. */
static int add_texts(struct registry_targets *targets, struct hive_file *file,
                     const struct tbl_terms *terms, bool paths)
{
    struct span *spans = calloc(terms->n, sizeof *spans);
    int          r = spans ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < terms->n; i++) {
        const char *text = terms->texts[i];
        size_t      size = strlen(text);
        spans[i] = (struct span){text, paths ? registry_parent_size(text, size) : size};
    }
    if (r == 0)
        qsort(spans, terms->n, sizeof *spans, by_text);
    for (size_t i = 0; r == 0 && i < terms->n; i++)
        if (i == 0 || by_text(&spans[i - 1], &spans[i]) != 0)
            r = add_children(targets, file, spans[i].text, spans[i].size);
    free(spans);
    return r;
}

/* Whether a pattern names CurrentControlSet. */
static bool names_current(const struct tbl_terms *terms)
{
    return terms->pattern && strcasestr(terms->pattern, current_set);
}

/* What a pattern can be about; nothing fixed: the whole hive. */
static int add_pattern(struct registry_targets *targets, struct hive_file *file,
                       const struct tbl_terms *keys, const struct tbl_terms *paths)
{
    const char *prefix = keys->prefix ? keys->prefix : paths->prefix;
    size_t      size = sizeof current_set - 1;
    char        set[24];
    bool        current = (names_current(keys) || names_current(paths)) &&
                   follows_current(&file->hive, current_set, size, set);

    targets->all = !prefix && !current;
    int r = prefix ? add_prefix(targets, file, prefix) : add(targets, file, "", 0, HIVE_DEPTH, "");
    if (r < 0 || !current || !targets->n || targets->list[0].alias)
        return r;
    return add(targets, file, current_set, size, HIVE_DEPTH, "");
}

int registry_targets_choose(struct registry_targets *targets, struct hive_file *file,
                            const struct tbl_terms *keys, const struct tbl_terms *paths)
{
    *targets = (struct registry_targets){0};
    if (keys->n)
        return add_texts(targets, file, keys, false);
    if (paths->n)
        return add_texts(targets, file, paths, true);
    return add_pattern(targets, file, keys, paths);
}
