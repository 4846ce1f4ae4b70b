/* reload_changes.c -- what a daemon-reload would change: units as the running managers have them loaded beside
 * what is on disk now, setting by setting.
 *
 *     SELECT scope, unit, setting, loaded, on_disk, path, line FROM reload_changes;
 *
 * Every unit is compared, not only one whose files are newer than its manager knows: a file whose time of
 * change was set back shows too. reload_settings.c lists the compared settings.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/unit/unit_name.h"
#include "linux/units/unit_host.h"
#include "manager_scan.h"
#include "reload_settings.h"

SQLITE_EXTENSION_INIT3

#define BATCH     16          /* units: two calls each */
#define TEXTS_MAX (32u << 20) /* bytes of the texts of a batch */

struct change_row {
    const char *host, *source, *scope, *unit, *change, *section, *setting, *loaded, *on_disk, *path;
    int64_t     line, need_daemon_reload;
    const char *address, *root; /* arguments */
    int64_t     optional;
};

/* A unit that the manager has, with what it says of it. */
struct held {
    const char  *id, *load_state, *object_path;
    const char  *fragment_path, *drop_in_paths; /* one a line */
    const char **texts;                         /* of the settings, by index; NULL: unknown */
    int64_t      need_daemon_reload;
};

/* Where an answer goes. */
struct question {
    struct state *state;
    struct held  *held;
    bool          of_unit;
};

struct state {
    struct manager_scan     managers;
    const struct tbl_terms *unit;
    const char             *root_path;
    bool                    listed;
    struct buffer           list_bytes; /* ListUnits' reply */
    struct dbus_reader      list;

    struct held                   helds[BATCH];
    struct question               questions[2 * BATCH];
    size_t                        n_helds, next_held;
    struct arena                  texts; /* of the batch */
    size_t                        size;  /* bytes of them */
    struct value                  value;
    const struct reload_setting **sorted;

    /* The disk of the manager at hand. */
    struct root           *root;
    struct unit_managers   list_of_managers;
    struct unit_search    *search;
    struct unit_host       host;
    struct unit_specifiers specifiers;
    struct arena           memory;

    /* Differences of one unit. */
    struct change_row *changes;
    size_t             n_changes, next_change;
    struct arena       change_texts;
    struct unit_loaded loaded;
    int64_t            not_compared; /* settings, of the manager */
    bool               failed;       /* out of memory */
};

/* The disk -------------------------------------------------------------------- */

static void close_disk(struct state *s)
{
    unit_search_free(s->search);
    unit_managers_free(&s->list_of_managers);
    unit_host_free(&s->host);
    arena_free(&s->memory);
    root_unref(s->root);
    s->search = NULL;
    s->root = NULL;
}

/* The manager of a scope, "system", "user:UID" or "capsule:NAME", as the disk has it. */
static const struct unit_manager *find_manager(struct state *s, const char *scope)
{
    const struct unit_managers *list = &s->list_of_managers;
    const char                 *capsule = strncmp(scope, "capsule:", 8) == 0 ? scope + 8 : NULL;
    long long                   uid = strncmp(scope, "user:", 5) == 0 ? atoll(scope + 5) : -1;

    for (size_t i = 0; capsule && i < list->n; i++)
        if (list->managers[i].runtime &&
            strcmp(strrchr(list->managers[i].runtime, '/') + 1, capsule) == 0)
            return &list->managers[i];
    for (size_t i = 0; !capsule && i < list->n; i++)
        if (uid < 0 ? list->managers[i].scope == UNIT_SYSTEM
                    : list->managers[i].scope == UNIT_USER && list->managers[i].uid == uid)
            return &list->managers[i];
    return NULL;
}

/* 1, 0 where this manager's disk is not known, a negative errno. */
static int open_disk(struct state *s)
{
    const struct unit_manager *manager;
    int                        r;

    close_disk(s);
    if ((r = root_open(*s->root_path ? s->root_path : "/", 0, &s->root)) < 0 ||
        (r = unit_managers_list(s->root, &s->list_of_managers)) < 0)
        return r;
    if (!(manager = find_manager(s, s->managers.scope)))
        return 0;
    if ((r = unit_search_new(&s->search, s->root, manager)) < 0)
        return r;
    s->search->shared = true;
    if ((r = unit_search_add_unit_dirs(s->search)) < 0 || (r = unit_search_scan(s->search)) < 0 ||
        (r = unit_host_read(&s->host, s->root)) < 0)
        return r;
    unit_host_specifiers(&s->host, manager, &s->memory, &s->specifiers);
    return s->memory.failed ? -ENOMEM : 1;
}

/* Asking ---------------------------------------------------------------------- */

static int got_list(void *data, struct dbus_reader *reply, int error)
{
    static const char types[] = "(ssssssouso)";
    struct state     *s = data;

    if (error)
        return error;
    int r = dbus_enter(reply, 'a', types);
    if (r <= 0)
        return r < 0 ? r : -EBADMSG;
    size_t size = reply->levels[0].end;
    buffer_reset(&s->list_bytes); /* of a socket that failed after all */
    buffer_put(&s->list_bytes, reply->data, size);
    if (s->list_bytes.failed)
        return -ENOMEM;
    dbus_reader_begin(&s->list, (const uint8_t *)s->list_bytes.data, size, "a(ssssssouso)",
                      reply->big_endian);
    s->listed = true;
    return dbus_enter(&s->list, 'a', types);
}

static int list_units(struct manager *manager, void *data)
{
    return manager_call(manager, MANAGER_PATH, MANAGER_INTERFACE, "ListUnits", got_list, data,
                        NULL);
}

static int keep(struct state *s, const char **ret)
{
    if ((s->size += s->value.text.size) > TEXTS_MAX)
        return -EFBIG;
    *ret =
        arena_strndup(&s->texts, s->value.text.data ? s->value.text.data : "", s->value.text.size);
    return s->texts.failed ? -ENOMEM : 0;
}

static int keep_setting(struct state *s, struct held *held, const struct reload_setting *setting,
                        struct dbus_reader *m)
{
    int r = reload_setting_read(setting, m, &s->value);

    if (r == 0) {
        s->managers.skipped++;
        s->managers.detail = "properties of a type unknown to this version";
    }
    return r > 0 ? keep(s, &held->texts[reload_setting_index(setting)]) : r;
}

/* The paths of a unit's files. */
static int keep_paths(struct state *s, struct held *held, const char *name, struct dbus_reader *m)
{
    bool one = strcmp(name, "FragmentPath") == 0;
    int  r = value_read(m, one ? &value_text : &reload_words, &s->value);

    return r > 0 ? keep(s, one ? &held->fragment_path : &held->drop_in_paths) : r;
}

static int got_property(void *data, const char *name, struct dbus_reader *m)
{
    const struct question       *question = data;
    struct state                *s = question->state;
    const struct reload_setting *setting;

    if (question->of_unit &&
        (strcmp(name, "FragmentPath") == 0 || strcmp(name, "DropInPaths") == 0))
        return keep_paths(s, question->held, name, m);
    if (question->of_unit && strcmp(name, "NeedDaemonReload") == 0) {
        int r = value_read(m, &value_bool, &s->value);
        if (r > 0)
            question->held->need_daemon_reload = s->value.number;
        return r;
    }
    setting = reload_setting_find(s->sorted, name, question->of_unit, question->held->id);
    return setting ? keep_setting(s, question->held, setting, m) : dbus_skip(m, 1);
}

static int got_properties(void *data, struct dbus_reader *reply, int error)
{
    const struct question *question = data;

    if (error) { /* unloaded since it was listed */
        question->state->managers.skipped++;
        question->state->managers.detail = "units that the manager did not return";
        return 0;
    }
    return value_properties(reply, got_property, data);
}

static int ask(struct state *s, struct held *held, bool of_unit)
{
    struct question *question = &s->questions[2 * s->n_helds + of_unit];
    char             interface[64];

    *question = (struct question){s, held, of_unit};
    const char *section = of_unit ? "Unit" : reload_section(held->id);
    if (!section)
        return 0;
    sqlite3_snprintf(sizeof interface, interface, MANAGER_NAME ".%s", section);
    return manager_call(s->managers.manager, held->object_path, DBUS_PROPERTIES, "GetAll",
                        got_properties, question, "s", interface);
}

static bool is_device(const char *id)
{
    const char *type = unit_name_type(id);

    return type && strcmp(type, "device") == 0;
}

/* The next wanted unit of the list: 1, or 0 at the end. */
static int next_listed(struct state *s, struct held *held)
{
    const char *skip;
    uint32_t    job;
    int         r;

    do {
        r = dbus_read_values(&s->list, "(ssssssouso)", &held->id, &skip, &held->load_state, &skip,
                             &skip, &skip, &held->object_path, &job, &skip, &skip);
        if (r <= 0)
            return r;
        s->managers.records++;
    } while (!tbl_match_text(s->unit, held->id, false) || is_device(held->id));
    return 1;
}

static int ask_batch(struct state *s)
{
    int r = 1;

    s->n_helds = s->next_held = s->size = 0;
    arena_reset(&s->texts);
    while (r > 0 && s->n_helds < BATCH) {
        struct held *held = &s->helds[s->n_helds];
        *held = (struct held){.need_daemon_reload = TBL_NULL};
        if ((r = next_listed(s, held)) <= 0)
            break;
        held->texts = arena_alloc(&s->texts, reload_settings_count() * sizeof *held->texts);
        if (!held->texts)
            return -ENOMEM;
        if ((r = ask(s, held, true)) >= 0 && strcmp(held->load_state, "loaded") == 0)
            r = ask(s, held, false);
        s->n_helds++;
        r = r < 0 ? r : 1;
    }
    return r < 0 ? r : manager_wait(s->managers.manager);
}

/* Comparing ------------------------------------------------------------------- */

static struct change_row *add_change(struct state *s, const struct held *held, const char *change)
{
    struct change_row *row = ARRAY_ADD(s->changes, s->n_changes);

    if (!row) {
        s->failed = true;
        return NULL;
    }
    *row = (struct change_row){.unit = held->id,
                               .change = change,
                               .line = TBL_NULL,
                               .need_daemon_reload = held->need_daemon_reload};
    return row;
}

static const char *copy(struct state *s, const char *text)
{
    return arena_strndup(&s->change_texts, text, strlen(text));
}

/* Whether two paths are one file. */
static bool same_file(const struct state *s, const char *a, const char *b)
{
    char x[ROOT_PATH_MAX], y[ROOT_PATH_MAX];

    return strcmp(a, b) == 0 || (root_resolve(s->root, a, x) == 0 &&
                                 root_resolve(s->root, b, y) == 0 && strcmp(x, y) == 0);
}

/* The state that a load from disk gives; NULL where no file determines it. */
static const char *state_on_disk(const struct state *s, const struct held *held,
                                 const struct unit_entry *fragment)
{
    if (!fragment)
        return unit_type_needs_no_file(unit_name_type(held->id)) ? NULL : "not-found";
    if (unit_is_mask(s->search->root, fragment->path))
        return "masked";
    if (s->loaded.n_files && s->loaded.files[0].error)
        return NULL;
    return "loaded";
}

static void compare_state(struct state *s, const struct held *held,
                          const struct unit_entry *fragment)
{
    const char *now = state_on_disk(s, held, fragment);

    /* A refused unit is compared by its files alone: why it is refused is its manager's to say. */
    if (!now || strcmp(now, held->load_state) == 0 ||
        strcmp(held->load_state, "bad-setting") == 0 || strcmp(held->load_state, "error") == 0 ||
        strcmp(held->load_state, "merged") == 0 || strcmp(held->load_state, "stub") == 0)
        return;
    struct change_row *row = add_change(s, held, "state");
    if (!row)
        return;
    row->setting = "LoadState";
    row->loaded = held->load_state;
    row->on_disk = now;
    row->path = fragment ? fragment->path : NULL;
}

/* The next of some paths, one a line, and what follows it; false at the end. One that no file can have is passed over. */
static bool next_path(const char **paths, char ret[ROOT_PATH_MAX])
{
    while (**paths) {
        const char *path = *paths;
        size_t      size = strcspn(path, "\n");
        *paths += size + (path[size] == '\n');
        if (size < ROOT_PATH_MAX) {
            memcpy(ret, path, size);
            ret[size] = '\0';
            return true;
        }
    }
    return false;
}

static bool has_path(const struct state *s, const char *paths, const char *path)
{
    char one[ROOT_PATH_MAX];

    while (next_path(&paths, one))
        if (same_file(s, one, path))
            return true;
    return false;
}

/* Files that the manager has read and that are missing now, and those that it has not read. */
static void compare_files(struct state *s, const struct held *held)
{
    const char        *paths = held->drop_in_paths ? held->drop_in_paths : "";
    char               one[ROOT_PATH_MAX];
    struct change_row *row;

    for (size_t i = 0; i < s->loaded.n_files; i++) {
        const struct unit_entry *entry = s->loaded.files[i].entry;
        if (entry->where != UNIT_DROP_IN || has_path(s, paths, entry->path) ||
            !(row = add_change(s, held, "file")))
            continue;
        row->setting = "DropInPaths";
        row->on_disk = row->path = entry->path;
    }
    while (next_path(&paths, one)) {
        size_t i = 0;
        while (i < s->loaded.n_files && !same_file(s, one, s->loaded.files[i].entry->path))
            i++;
        if (i == s->loaded.n_files && (row = add_change(s, held, "file"))) {
            row->setting = "DropInPaths";
            row->loaded = copy(s, one);
        }
    }
}

static void compare_fragment(struct state *s, const struct held *held,
                             const struct unit_entry *fragment)
{
    struct change_row *row;

    if (!fragment || !held->fragment_path || !*held->fragment_path ||
        same_file(s, held->fragment_path, fragment->path) || !(row = add_change(s, held, "file")))
        return;
    row->setting = "FragmentPath";
    row->loaded = held->fragment_path;
    row->on_disk = row->path = fragment->path;
}

static void compare_setting(struct state *s, const struct held *held,
                            const struct reload_disk *disk, size_t i, struct buffer *text)
{
    const struct reload_setting *setting = reload_setting_at(i);
    const struct unit_setting   *last = NULL;
    struct change_row           *row;

    enum reload_verdict verdict =
        reload_setting_compare(setting, disk, held->texts[i], text, &last);
    s->failed |= text->failed;
    s->not_compared += verdict == RELOAD_NOT_COMPARED;
    if (verdict != RELOAD_DIFFERS || !(row = add_change(s, held, "setting")))
        return;
    row->section = reload_setting_section(setting, held->id);
    row->setting = last ? last->key : reload_setting_key(setting);
    row->loaded = held->texts[i];
    row->on_disk = copy(s, buffer_text(text) ? text->data : "");
    const struct unit_entry *entry = last                ? s->loaded.files[last->file].entry
                                     : s->loaded.n_files ? s->loaded.files[0].entry
                                                         : NULL;
    row->path = entry ? entry->path : NULL;
    row->line = last ? last->line : TBL_NULL;
}

static int compare_settings(struct state *s, const struct held *held,
                            const struct unit_entry *fragment)
{
    struct unit_specifiers specifiers = s->specifiers;
    struct buffer          text = {0};

    unit_specifiers_name(&specifiers, held->id, &s->change_texts);
    if (fragment)
        unit_specifiers_file(&specifiers, fragment->path, &s->change_texts);
    struct reload_disk disk = {.search = s->search,
                               .unit = held->id,
                               .loaded = &s->loaded,
                               .specifiers = &specifiers,
                               .fallbacks =
                                   fragment && held->fragment_path && *held->fragment_path};
    for (size_t i = 0; i < reload_settings_count(); i++)
        if (held->texts[i])
            compare_setting(s, held, &disk, i, &text);
    buffer_free(&text);
    return 0;
}

/* A unit without other changes: its files are newer than the manager's copy. */
static void note_need(struct state *s, const struct held *held)
{
    if (s->n_changes || held->need_daemon_reload != 1)
        return;
    struct change_row *row = add_change(s, held, "file");
    if (row && s->loaded.n_files)
        row->path = s->loaded.files[0].entry->path;
}

static int compare_unit(struct state *s, const struct held *held)
{
    const struct unit_entry *fragment = unit_search_fragment(s->search, held->id);

    free(s->changes);
    s->changes = NULL;
    s->n_changes = s->next_change = 0;
    unit_loaded_free(&s->loaded);
    arena_reset(&s->change_texts);
    int r = unit_load(s->search, held->id, &s->loaded);
    if (r < 0)
        return r;
    compare_state(s, held, fragment);
    if (strcmp(held->load_state, "loaded") == 0 && !s->n_changes) {
        compare_fragment(s, held, fragment);
        compare_files(s, held);
        if (!s->loaded.refused)
            compare_settings(s, held, fragment);
    }
    note_need(s, held);
    return s->failed || s->change_texts.failed ? -ENOMEM : 0;
}

/* Rows ------------------------------------------------------------------------ */

static int open_scan(struct tbl_scan *scan)
{
    struct state            *s = tbl_state(scan);
    const struct change_row *key = tbl_key(scan);
    struct manager_scan_want want = {
        .table = "reload_changes",
        .address = key->address,
        .host = key->host,
        .scopes = TBL_TERMS(scan, struct change_row, scope),
        .first = list_units,
        .data = s,
        .optional = key->optional != TBL_NULL && key->optional != 0,
    };

    s->unit = TBL_TERMS(scan, struct change_row, unit);
    s->root_path = key->root ? key->root : "/";
    s->sorted = calloc(reload_settings_count(), sizeof *s->sorted);
    if (!s->sorted)
        return SQLITE_NOMEM;
    reload_settings_sort(s->sorted);
    return manager_scan_begin(&s->managers, tbl_svcql(scan), &want);
}

static void drop_list(struct state *s)
{
    if (s->not_compared) {
        s->managers.skipped += s->not_compared;
        s->managers.detail = "settings that only the manager can compute are not compared";
    }
    s->not_compared = 0;
    s->n_helds = s->next_held = 0;
    buffer_free(&s->list_bytes);
    s->listed = false;
}

/* Go on to the next unit: SQLITE_ROW, SQLITE_DONE after the last, or an error. */
static int next_unit(struct state *s)
{
    int rc, r = 1;

    if (s->next_held < s->n_helds)
        return compare_unit(s, &s->helds[s->next_held++]) < 0 ? SQLITE_NOMEM : SQLITE_ROW;
    if (!s->listed) {
        if ((rc = manager_scan_next(&s->managers)) != SQLITE_ROW)
            return rc;
        r = open_disk(s);
        if (r == 0) {
            s->managers.detail = "no directories on disk that would be this manager's";
            s->managers.skipped++;
        }
    }
    if (r > 0 && (r = ask_batch(s)) >= 0)
        r = s->n_helds > 0;
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    if (r <= 0)
        drop_list(s);
    if (r < 0 && manager_scan_lost(&s->managers, r) != SQLITE_OK)
        return SQLITE_NOMEM;
    return SQLITE_ROW;
}

static int fill(struct tbl_scan *scan, struct state *s, const struct change_row *change,
                struct change_row *row)
{
    const char *address = row->address, *root = row->root;
    int64_t     optional = row->optional;

    *row = *change;
    row->host = s->managers.host;
    row->scope = s->managers.scope;
    row->source = s->managers.source;
    row->address = address;
    row->root = root;
    row->optional = optional;
    if (row->loaded)
        row->loaded = tbl_utf8(scan, row->loaded, strlen(row->loaded));
    if (row->on_disk)
        row->on_disk = tbl_utf8(scan, row->on_disk, strlen(row->on_disk));
    if (row->path)
        row->path = tbl_utf8(scan, row->path, strlen(row->path));
    return (change->loaded && !row->loaded) || (change->on_disk && !row->on_disk) ||
                   (change->path && !row->path)
               ? SQLITE_NOMEM
               : SQLITE_ROW;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);

    for (;;) {
        if (s->next_change < s->n_changes)
            return fill(scan, s, &s->changes[s->next_change++], row);
        int rc = next_unit(s);
        if (rc == SQLITE_CANTOPEN)
            return tbl_fail(scan, "reload_changes: %s", s->managers.failure);
        if (rc != SQLITE_ROW)
            return rc;
    }
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    drop_list(s);
    free(s->changes);
    free(s->sorted);
    unit_loaded_free(&s->loaded);
    arena_free(&s->change_texts);
    arena_free(&s->texts);
    buffer_free(&s->value.text);
    close_disk(s);
    manager_scan_end(&s->managers);
}

static int probe(struct svcql *svcql)
{
    return manager_scan_probe(svcql, "reload_changes");
}

/* Columns ----------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct change_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host it is on"),
    ROW(source, TBL_ID, "Manager that answered: bus: and the scope"),
    ROW(scope, TBL_KEY | TBL_ID,
        "Manager that has the unit: system, user:UID for a user's, capsule:NAME for a capsule's"),
    ROW(unit, TBL_KEY | TBL_ID, "Name of the unit"),
    ROW(change, TBL_ID,
        "What would change: setting; state (whether it is loaded at all); file (drop-ins that come "
        "or go, "
        "another unit file, or files newer than the manager knows that change nothing compared)"),
    ROW(section, 0, "Section of the setting"),
    ROW(setting, TBL_ID, "Key, or LoadState, FragmentPath, DropInPaths; NULL where none is known"),
    ROW(loaded, TBL_ID,
        "What the manager has now, in its own words, lists one item a line; NULL: nothing"),
    ROW(on_disk, TBL_ID,
        "What it would have once it has read the disk; of units it depends on those on disk; NULL: "
        "nothing"),
    ROW(path, 0, "File on disk that causes the change"),
    ROW(line, 0, "Line of that file; NULL where it is the whole file, or nothing that it says"),
    ROW(need_daemon_reload, 0,
        "1 where the manager knows itself that files are newer; 0 where it takes them for "
        "unchanged"),
    ROW(address, TBL_KEY | TBL_HIDDEN, "Argument: ask the manager at this socket, and no other"),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system that the manager reads; / without it"),
    ROW(optional, TBL_KEY | TBL_HIDDEN,
        "Argument: 1 to get no rows instead of an error where no manager can be reached"),
};

static const struct tbl_example examples[] = {
    {"What a daemon-reload would change",
     "SELECT scope, unit, setting, loaded, on_disk, path, line FROM reload_changes "
     "WHERE optional = 1"},
    {"Changes that the manager does not know of, as where a file's time was set back",
     "SELECT unit, setting, loaded, on_disk, path FROM reload_changes "
     "WHERE optional = 1 AND change = 'setting' AND need_daemon_reload = 0"},
};

const struct tbl_table reload_changes_table = {
    .name = "reload_changes",
    .doc = "One row a setting that a daemon-reload would change: what the running managers have "
           "loaded "
           "beside what is on disk",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct change_row),
    .state_size = sizeof(struct state),
    .rows = 20,
    .artefacts = 1u << ARTEFACT_LIVE,
    .open = open_scan,
    .next = next,
    .close = close_scan,
    .probe = probe,
};
