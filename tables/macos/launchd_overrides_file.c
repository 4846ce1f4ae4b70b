/* launchd_overrides_file.c -- the property lists in which launchd keeps what was enabled and
 * disabled. Since OS X 10.10: /var/db/com.apple.xpc.launchd/disabled.plist and disabled.UID.plist,
 * a dictionary of label to boolean. Before: /var/db/launchd.db/com.apple.launchd[.peruser.UID]/
 * overrides.plist, a dictionary of label to a dictionary with the key Disabled. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/plist/plist.h"
#include "formats/text/array.h"
#include "launchd_overrides.h"
#include "table.h"

#define FOLDERS_MAX 10000       /* per-user folders and files taken of one */
#define FILE_MAX    (16u << 20) /* bytes */

/* What /var/db may be below a root: a link leads to the first, a collection may have the second,
 * an image of the system volume the third. */
static const char *const databases[] = {
    "/private/var/db",
    "/var/db",
    "/System/Volumes/Data/private/var/db",
};

static const struct {
    const char *folder, *file; /* below such a database */
} places[] = {
    {"com.apple.xpc.launchd", "disabled*.plist"},
    {"launchd.db/com.apple.launchd", "overrides.plist"},
    {"launchd.db/com.apple.launchd.peruser.*", "overrides.plist"},
};

#define N_DATABASES (sizeof databases / sizeof databases[0])
#define N_PLACES    (sizeof places / sizeof places[0])

struct reader {
    struct launchd_overrides *into;
    const char               *path;
    double                    mtime;
    int64_t                   uid;
    struct buffer             label, key, value;
    bool                      nested; /* within the dictionary of a label */
};

static void free_item(struct launchd_override *item)
{
    free(item->label);
    free(item->key);
    free(item->value);
    free(item->path);
    free(item->error);
}

static int append(struct launchd_overrides *o, struct launchd_override *item)
{
    struct launchd_override *added = ARRAY_ADD(o->items, o->n);

    if (!added) {
        free_item(item);
        return -ENOMEM;
    }
    *added = *item;
    return 0;
}

/* An entry with copies of what the reader holds, or one that says what is wrong with a file. */
static int add(struct reader *r, int64_t disabled, const char *error, int status)
{
    const char *label = buffer_text(&r->label), *key = buffer_text(&r->key),
               *value = buffer_text(&r->value);

    if (!label || !key || !value)
        return -ENOMEM;
    struct launchd_override item = {
        .label = error ? NULL : strdup(label),
        .key = error ? NULL : strdup(key),
        .value = error ? NULL : strdup(value),
        .disabled = disabled,
        .uid = r->uid,
        .path = strdup(r->path),
        .mtime = r->mtime,
        .error = error ? strdup(error) : NULL,
        .status = status,
    };
    if (!item.path || (error ? !item.error : !item.label || !item.key || !item.value)) {
        free_item(&item);
        return -ENOMEM;
    }
    return append(r->into, &item);
}

#define NOT_A_DICTIONARY 1

static int take_value(struct reader *r, const struct plist_event *event)
{
    bool begin = event->type == PLIST_BEGIN_DICT || event->type == PLIST_BEGIN_ARRAY;

    plist_json(&r->value, event);
    if (begin || event->depth > (r->nested ? 2u : 1u))
        return 0;
    bool number = event->type == PLIST_BOOL || event->type == PLIST_INT;
    bool decides = number && strcmp(buffer_text(&r->key), "Disabled") == 0;
    int  result = add(r, decides ? event->integer != 0 : INT64_MIN, NULL, 0);
    buffer_reset(&r->value);
    return result;
}

static int take_name(struct buffer *name, const struct plist_event *event)
{
    buffer_reset(name);
    plist_text(name, event->text, event->size);
    return buffer_text(name) ? 0 : -ENOMEM;
}

static int take(void *user, const struct plist_event *event)
{
    struct reader *r = user;

    if (event->depth == 0)
        return event->type == PLIST_BEGIN_DICT || event->type == PLIST_END_DICT ? 0
                                                                                : NOT_A_DICTIONARY;
    if (event->depth == 1 && event->type == PLIST_KEY) {
        buffer_reset(&r->key);
        buffer_puts(&r->key, "Disabled");
        return buffer_text(&r->key) ? take_name(&r->label, event) : -ENOMEM;
    }
    if (event->depth == 1 && (event->type == PLIST_BEGIN_DICT || event->type == PLIST_END_DICT)) {
        r->nested = event->type == PLIST_BEGIN_DICT;
        return 0;
    }
    if (r->nested && event->depth == 2 && event->type == PLIST_KEY)
        return take_name(&r->key, event);
    return take_value(r, event);
}

/* The number in disabled.501.plist or com.apple.launchd.peruser.501; LAUNCHD_SYSTEM for none. */
static int64_t uid_of(const char *path)
{
    static const char *const before[] = {"/disabled.", ".peruser."};

    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        const char *at = strstr(path, before[i]);
        if (at && (at += strlen(before[i]), *at >= '0' && *at <= '9'))
            return (int64_t)strtoul(at, NULL, 10) & UINT32_MAX;
    }
    return LAUNCHD_SYSTEM;
}

static int read_file(const struct root *root, struct reader *r)
{
    struct plist_error error = {""};
    char              *data = NULL;
    size_t             size;
    struct stat        st;

    int status = root_read(root, r->path, FILE_MAX, &data, &size);
    r->mtime = NAN;
    if (status == 0 && root_stat(root, r->path, true, &st) == 0)
        r->mtime = (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9;
    if (status < 0)
        status =
            root_gone(root, r->path, status); /* only files of folders that were listed are read */
    if (status < 0)
        return status == -ENOMEM ? status : add(r, INT64_MIN, source_error(status), status);
    status = plist_parse((uint8_t *)data, size, take, r, &error);
    free(data);
    if (status == NOT_A_DICTIONARY)
        return add(r, INT64_MIN, "not a dictionary", -EBADMSG);
    return status == 0 || status == -ENOMEM ? status : add(r, INT64_MIN, error.text, status);
}

static void free_reader(struct reader *r)
{
    buffer_free(&r->label);
    buffer_free(&r->key);
    buffer_free(&r->value);
}

static int load(const struct root *root, const char *path, struct launchd_overrides *into)
{
    struct reader r = {.into = into, .path = path, .uid = uid_of(path)};

    int status = read_file(root, &r);
    free_reader(&r);
    return status;
}

/* What is wrong with a folder of the system's is an item too. */
static int note(struct launchd_overrides *into, const char *dir, const char *error, int status)
{
    struct reader r = {.into = into, .path = dir, .uid = LAUNCHD_SYSTEM, .mtime = NAN};

    int added = add(&r, INT64_MIN, error, status);
    free_reader(&r);
    return added;
}

/* A folder of which a part could not be listed is an item with an error. */
static int note_part(struct launchd_overrides *into, const char *dir,
                     const struct root_names *names)
{
    if (!names->error && !names->lost)
        return 0;
    return note(into, dir,
                names->error ? "the folder was not listed to its end"
                             : "too many files in a folder",
                names->error ? names->error : -EFBIG);
}

/* Load the files of one folder that fit a pattern. */
static int load_folder(const struct root *root, const char *dir, const char *pattern,
                       struct launchd_overrides *into)
{
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];

    int r = root_list(root, dir, pattern, FOLDERS_MAX, &names);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (root_denied(r))
        return load(root, dir, into); /* says why not */
    if (r < 0 && r != -ENOMEM)
        names.error = r;
    r = r == -ENOMEM ? r : note_part(into, dir, &names);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path)
            r = load(root, path, into);
    root_names_free(&names);
    return r;
}

/* Load from every folder whose last component fits that of a pattern such as "a/b.*". */
static int load_place(const struct root *root, const char *database, size_t place,
                      struct launchd_overrides *into)
{
    struct root_names names = {0};
    char              parent[ROOT_PATH_MAX], dir[ROOT_PATH_MAX + NAME_MAX + 1];

    snprintf(parent, sizeof parent, "%s/%s", database, places[place].folder);
    char *pattern = strrchr(parent, '/');
    *pattern++ = '\0';
    int r = root_list(root, parent, pattern, FOLDERS_MAX, &names);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (root_denied(r))
        return load(root, parent, into); /* says why not */
    if (r < 0 && r != -ENOMEM)
        names.error = r;
    r = r == -ENOMEM ? r : note_part(into, parent, &names);
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        snprintf(dir, sizeof dir, "%s/%s", parent, names.names[i]);
        r = load_folder(root, dir, places[place].file, into);
    }
    root_names_free(&names);
    return r == -ENOMEM ? r : 0;
}

/* Whether a folder is one of those that were seen before it. */
static bool is_among(const struct stat *seen, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (seen[i].st_dev == seen[n].st_dev && seen[i].st_ino == seen[n].st_ino)
            return true;
    return false;
}

/* What is known of a database that cannot be looked at. */
static int note_closed(struct launchd_overrides *into, const char *dir, int error)
{
    if (error == -ENOENT || error == -ENOTDIR)
        return 0;
    return error == -ENOMEM ? error : note(into, dir, source_error(error), error);
}

static int load_database(const struct root *root, const char *database,
                         struct launchd_overrides *into)
{
    int r = 0;

    for (size_t p = 0; r == 0 && p < N_PLACES; p++)
        r = load_place(root, database, p, into);
    return r;
}

static int load_databases(const struct root *root, struct launchd_overrides *into)
{
    struct stat seen[N_DATABASES];
    size_t      n = 0;
    int         r = 0;

    for (size_t d = 0; r == 0 && d < N_DATABASES; d++) {
        int there = root_stat(root, databases[d], true, &seen[n]);
        if (there < 0) {
            r = note_closed(into, databases[d], there);
        } else if (!is_among(seen, n)) {
            r = load_database(root, databases[d], into);
            n++;
        }
    }
    return r;
}

/* Finding ---------------------------------------------------------------------- */

static int compare(const struct launchd_override *item, const char *label, int64_t uid)
{
    int by_label = strcmp(item->label, label);

    return by_label ? by_label : item->uid < uid ? -1 : item->uid > uid;
}

/* By label, then by user, then as the files came. */
static int by_label(const void *a, const void *b)
{
    const struct launchd_override *x = *(const struct launchd_override *const *)a,
                                  *y = *(const struct launchd_override *const *)b;
    int order = compare(x, y->label, y->uid);

    return order ? order : x < y ? -1 : x > y;
}

/* Only entries that decide are found. */
static int make_index(struct launchd_overrides *o)
{
    o->n_by_label = 0;
    if (o->n && !(o->by_label = malloc(o->n * sizeof(struct launchd_override *))))
        return -ENOMEM;
    for (size_t i = 0; i < o->n; i++)
        if (o->items[i].label && o->items[i].disabled != INT64_MIN)
            o->by_label[o->n_by_label++] = &o->items[i];
    if (o->n_by_label)
        qsort(o->by_label, o->n_by_label, sizeof(struct launchd_override *), by_label);
    return 0;
}

const struct launchd_override *launchd_overrides_find(const struct launchd_overrides *overrides,
                                                      const char *label, int64_t uid)
{
    size_t  low = 0, high = overrides->n_by_label;
    int64_t from = uid == LAUNCHD_ANY_USER ? 0 : uid;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(overrides->by_label[middle], label, from) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct launchd_override *found =
        low < overrides->n_by_label ? overrides->by_label[low] : NULL;
    if (!found || strcmp(found->label, label) != 0)
        return NULL;
    return uid == LAUNCHD_ANY_USER || found->uid == uid ? found : NULL;
}

/* Loading ---------------------------------------------------------------------- */

static int finish(int r, struct launchd_overrides *overrides, struct launchd_overrides *ret)
{
    if (r == 0)
        r = make_index(overrides);
    if (r == 0)
        *ret = *overrides;
    else
        launchd_overrides_free(overrides);
    return r;
}

int launchd_overrides_load(const struct root *root, struct launchd_overrides *ret)
{
    struct launchd_overrides overrides = {0};

    return finish(load_databases(root, &overrides), &overrides, ret);
}

int launchd_overrides_load_file(const struct root *root, const char *path,
                                struct launchd_overrides *ret)
{
    struct launchd_overrides overrides = {0};

    return finish(load(root, path, &overrides), &overrides, ret);
}

void launchd_overrides_free(struct launchd_overrides *overrides)
{
    for (size_t i = 0; i < overrides->n; i++)
        free_item(&overrides->items[i]);
    free(overrides->items);
    free(overrides->by_label);
    *overrides = (struct launchd_overrides){0};
}

int launchd_overrides_listed(struct tbl_scan *scan, const struct launchd_overrides *overrides)
{
    const struct launchd_override *items = overrides->items;
    const struct source           *source = tbl_source(scan);
    struct root_names              names = {.names = calloc(overrides->n + 1, sizeof *names.names)};
    struct folder folder = {artefact_name(ARTEFACT_LAUNCHD_OVERRIDES), source->host, source->root,
                            ""};

    if (!names.names)
        return SQLITE_NOMEM;
    for (size_t i = 0; i < overrides->n; i++)
        if (!names.n || strcmp(names.names[names.n - 1], items[i].path) != 0)
            names.names[names.n++] = items[i].path;
    int rc = svcql_listed(tbl_svcql(scan), tbl_name(scan), &folder, NULL, &names);
    free(names.names);
    return rc;
}
