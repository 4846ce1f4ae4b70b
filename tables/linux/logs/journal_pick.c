#include "journal_pick.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/journal/journal_order.h"
#include "formats/text/array.h"
#include "formats/text/input.h"

#define FILE_MAX   (UINT64_C(8) << 30) /* bytes; journald's own limit is 4 GiB */
#define FILES_MAX  100000              /* of one source */
#define PICKS_MAX  512                 /* wanted values that a file has */
#define CLOCK_STEP 3600.0 /* seconds that an entry may have been received before its time */

struct journal_pick {
    struct journal_input input;
    struct journal_list  lists[PICKS_MAX];
    size_t               n, i;
    int64_t              lost;
    uint64_t             min; /* microseconds: entries of an export before it are left out */

    /* Where the file's own lists are damaged, all its entries are read. */
    bool               all;
    bool               ordered; /* the entries of each list are */
    bool               carving; /* the list of all entries is damaged too */
    uint64_t           last;    /* entry read last */
    const char        *field;
    const char *const *values;
};

/* Files ------------------------------------------------------------------------- */

static int add_file(void *arg, const char *path, int error, size_t lost)
{
    struct root_names *names = arg;

    names->lost += lost;
    names->error = error ? error : names->error;
    if (error || lost || !journal_file_name(path))
        return 0;
    char **name = ARRAY_ADD(names->names, names->n);
    return name && (*name = strdup(path)) ? 0 : -ENOMEM;
}

static int add_folder(const struct root *root, const char *path, struct root_names *names)
{
    static const char *const patterns[] = {"*.journal*", "*/*.journal*"};
    char                     pattern[ROOT_PATH_MAX];
    int                      r = 0;

    for (size_t i = 0; r == 0 && i < sizeof patterns / sizeof patterns[0]; i++)
        if ((size_t)snprintf(pattern, sizeof pattern, "%s/%s", path, patterns[i]) < sizeof pattern)
            r = root_glob(root, pattern, FILES_MAX, add_file, names);
    return r;
}

int journal_pick_files(const struct root *root, const char *path, struct root_names *ret)
{
    struct root_names names = {0};
    struct root_dir  *dir = NULL;

    int r = root_open_dir(root, path, &dir);
    if (r == 0) {
        root_closedir(dir);
        r = add_folder(root, path, &names);
    } else if (r == -ENOTDIR) {
        char **name = ARRAY_ADD(names.names, names.n);
        r = name && (*name = strdup(path)) ? 0 : -ENOMEM;
    }
    if (r < 0)
        root_names_free(&names);
    else
        *ret = names;
    return r;
}

/* Hosts ------------------------------------------------------------------------- */

#define ID_DIGITS 32

/* Whether a folder's name is that of a machine: its id, and a namespace after it, systemd-journald(8). */
static bool is_machine(const char *name, size_t size)
{
    return strspn(name, "0123456789abcdef") == ID_DIGITS &&
           (size == ID_DIGITS || name[ID_DIGITS] == '.');
}

/* The name of the folder that a path is in; false: in none. */
static bool folder_of(const char *path, const char **ret, size_t *ret_size)
{
    const char *end = strrchr(path, '/'), *begin = end;

    while (begin && begin > path && begin[-1] != '/')
        begin--;
    *ret = begin;
    *ret_size = begin ? (size_t)(end - begin) : 0;
    return *ret_size;
}

/* Whether a machine is not the one whose root it is, as far as that says which it is. */
static bool is_other_machine(const struct root *root, const char *id)
{
    char  *own;
    size_t size;

    if (root_read(root, "/etc/machine-id", ROOT_FILE_MAX, &own, &size) < 0)
        return false;
    bool other = strspn(own, "0123456789abcdef") == ID_DIGITS && memcmp(own, id, ID_DIGITS) != 0;
    free(own);
    return other;
}

bool journal_received(const struct source *source, const char *path)
{
    const char *name = strrchr(path, '/'), *folder;
    size_t      size;

    if (strncmp(name ? name + 1 : path, "remote-", 7) == 0)
        return true;
    if (!folder_of(path, &folder, &size))
        return false;
    return (size == 6 && memcmp(folder, "remote", 6) == 0) ||
           (is_machine(folder, size) && is_other_machine(source->root, folder));
}

bool journal_of_others(const struct source *source, const char *path)
{
    const struct evidence *evidence = source->evidence;

    return journal_received(source, path) || !evidence ||
           (strcmp(evidence->kind, "files") == 0 && !evidence->host_given);
}

bool journal_has_others(const struct source *source)
{
    struct root_names files = {0};
    bool              others = journal_pick_files(source->root, source->path, &files) < 0;

    for (size_t i = 0; !others && i < files.n; i++)
        others = journal_of_others(source, files.names[i]);
    root_names_free(&files);
    return others;
}

/* Opening ----------------------------------------------------------------------- */

static int open_parts(const struct root *root, const char *path, struct root_map *map,
                      struct journal_file *file)
{
    int r = root_map_again(root, path, FILE_MAX, map);

    if (r < 0)
        return r;
    if (map->size >= JOURNAL_HEADER_SIZE && !root_map_load(map, 0, JOURNAL_HEADER_SIZE))
        return -EIO;
    r = journal_file_open(file, map->data, map->size);
    if (r == 0) {
        file->load = root_map_load;
        file->load_arg = map;
    }
    return r;
}

static int open_export(const struct root *root, const char *path, struct journal_export **ret)
{
    struct stream *stream;
    int            r = root_open_stream(root, path, NULL, &stream);

    return r < 0 ? r : journal_export_open(stream, ret);
}

int journal_input_open(const struct root *root, const char *path, struct journal_input *input)
{
    bool named = journal_file_name(path);
    int  r = -EBADMSG;

    if (!named)
        r = open_export(root, path, &input->export);
    if (r == -EBADMSG)
        r = open_parts(root, path, &input->map, &input->file);
    if (r == -EBADMSG && named)
        r = open_export(root, path, &input->export);
    input->open = r == 0;
    return r;
}

void journal_input_close(struct journal_input *input)
{
    journal_export_close(input->export);
    journal_file_close(&input->file);
    input->export = NULL;
    input->open = false;
}

void journal_input_end(struct journal_input *input)
{
    journal_input_close(input);
    root_unmap(&input->map);
}

int journal_input_item(struct journal_input *input, const struct journal_entry *entry, uint32_t i,
                       struct journal_field *ret)
{
    return input->export ? journal_export_item(input->export, i, ret)
                         : journal_item(&input->file, entry, i, ret);
}

/* Entries ----------------------------------------------------------------------- */

static bool is_wanted(const struct journal_field *field, const char *const *values)
{
    const char *value = field->at + field->name_size + 1;
    size_t      size = field->size - field->name_size - 1;

    for (; *values; values++) {
        size_t length = strlen(*values);
        bool   prefix = length && (*values)[length - 1] == '*';
        if (prefix ? size >= length - 1 && memcmp(*values, value, length - 1) == 0
                   : size == length && memcmp(*values, value, size) == 0)
            return true;
    }
    return false;
}

/* Take the lists of the entries that have the values. */
static int find_lists(struct journal_pick *pick, const char *name, const char *const *values)
{
    struct journal_field field;
    uint64_t             offset;
    int                  r = journal_values(&pick->input.file, name, &offset);

    for (; r == 0 && offset && pick->n < PICKS_MAX;
         r = journal_next_value(&pick->input.file, offset, &offset)) {
        if (journal_data(&pick->input.file, offset, &field) < 0 || !is_wanted(&field, values))
            continue;
        if (journal_entries_of(&pick->input.file, offset, &pick->lists[pick->n]) == 0)
            pick->n++;
        else
            pick->lost++;
    }
    if (r == 0 &&
        (pick->lost || offset)) /* each value occurs once: a file with more is none of journald */
        r = -EBADMSG;
    return r == 0 && !pick->n ? -ENODATA : r;
}

static void begin_all(struct journal_pick *pick)
{
    pick->all = true;
    pick->lost = 0;
    pick->n = 1;
    pick->lists[0] = JOURNAL_NO_ENTRIES;
    pick->carving = journal_all(&pick->input.file, &pick->lists[0]) < 0;
}

int journal_pick_open(const struct root *root, const char *path, const char *field,
                      const char *const *values, double min, struct journal_pick **ret)
{
    struct journal_pick *pick = calloc(1, sizeof *pick);

    if (!pick)
        return -ENOMEM;
    int r = journal_input_open(root, path, &pick->input);
    if (r == 0 && !pick->input.export) {
        if (find_lists(pick, field, values) == -EBADMSG)
            begin_all(pick);
        else if (!pick->n)
            r = -ENODATA;
    }
    if (r < 0) {
        journal_pick_close(pick);
        return r;
    }
    pick->field = field;
    pick->values = values;
    pick->min = min > CLOCK_STEP ? (uint64_t)((min - CLOCK_STEP) * 1e6) : 0;
    pick->ordered = !pick->all && !pick->input.export && journal_span(&pick->input.file).ordered;
    for (size_t i = 0; i < pick->n && pick->ordered && pick->min; i++)
        journal_seek(&pick->input.file, &pick->lists[i], pick->min);
    *ret = pick;
    return 0;
}

void journal_pick_close(struct journal_pick *pick)
{
    if (!pick)
        return;
    journal_input_end(&pick->input);
    free(pick);
}

int64_t journal_pick_lost(const struct journal_pick *pick)
{
    return pick->lost + (pick->input.export ? journal_export_lost(pick->input.export) : 0);
}

static bool has_value(struct journal_pick *pick, const struct journal_entry *entry)
{
    struct journal_field field;
    size_t               size;

    for (uint32_t i = 0; i < entry->n_items; i++)
        if (journal_input_item(&pick->input, entry, i, &field) == 0 &&
            journal_pick_value(&field, pick->field, &size) && is_wanted(&field, pick->values))
            return true;
    return false;
}

static int next_of_export(struct journal_pick *pick, struct journal_entry *ret)
{
    int r;

    while ((r = journal_export_next(pick->input.export, ret)) > 0)
        if (ret->realtime >= pick->min && has_value(pick, ret))
            return 1;
    return r;
}

/* The next of all entries, by their list or, after that is broken, by their form. */
static int next_of_all(struct journal_pick *pick, struct journal_entry *ret)
{
    uint64_t offset;

    for (;;) {
        int r = pick->carving ? journal_carve(&pick->input.file, pick->last, &offset)
                              : journal_next(&pick->input.file, &pick->lists[0], &offset);
        if (r < 0)
            pick->carving = true;
        else if (r == 0)
            return pick->carving ? -EBADMSG : 0;
        else if (journal_entry(&pick->input.file, offset, ret) < 0)
            pick->lost++;
        else if (has_value(pick, ret)) {
            pick->last = offset;
            return 1;
        }
        pick->last = r > 0 ? offset : pick->last;
    }
}

int journal_pick_next(struct journal_pick *pick, struct journal_entry *ret)
{
    uint64_t offset;
    bool     broken = false;

    if (input_over_budget())
        return -EDQUOT;
    if (pick->input.export)
        return next_of_export(pick, ret);
    if (pick->all)
        return pick->i ? 0 : next_of_all(pick, ret);
    while (pick->i < pick->n) {
        int r = journal_next(&pick->input.file, &pick->lists[pick->i], &offset);
        if (r > 0 && journal_entry(&pick->input.file, offset, ret) == 0)
            return 1;
        pick->lost += r > 0;
        broken |= r < 0;
        pick->i += r <= 0;
    }
    return broken ? -EBADMSG : 0;
}

bool journal_pick_ordered(const struct journal_pick *pick)
{
    return pick->ordered;
}

void journal_pick_skip(struct journal_pick *pick)
{
    pick->i += pick->i < pick->n;
}

/* Fields ------------------------------------------------------------------------- */

int journal_pick_item(struct journal_pick *pick, const struct journal_entry *entry, uint32_t i,
                      struct journal_field *ret)
{
    return journal_input_item(&pick->input, entry, i, ret);
}

const char *journal_pick_value(const struct journal_field *field, const char *name,
                               size_t *ret_size)
{
    size_t size = strlen(name);

    if (field->name_size != size || memcmp(field->at, name, size) != 0)
        return NULL;
    *ret_size = field->size - size - 1;
    return field->at + size + 1;
}

void journal_pick_number(const struct journal_field *field, const char *name, uint64_t *ret)
{
    size_t      size;
    const char *value = journal_pick_value(field, name, &size);
    uint64_t    number = 0;

    for (size_t i = 0; value && i < size && i < 18 && value[i] >= '0' && value[i] <= '9'; i++)
        *ret = number = number * 10 + (uint64_t)(value[i] - '0');
}
