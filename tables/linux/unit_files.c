/* unit_files.c -- every file that tells a service manager what to start: units, drop-ins, links,
 * masks, generators, SysV scripts, D-Bus activation, quadlets.
 *
 *     SELECT path, state, exec_start, datetime(ctime, 'unixepoch') FROM unit_files
 *     WHERE package IS NULL AND kind IN ('unit', 'drop-in', 'generator') AND shadowed_by IS NULL;
 */
#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "packages.h"
#include "table.h"
#include "unit_load.h"
#include "unit_name.h"
#include "unit_places.h"
#include "unit_state.h"
#include "unit_walk.h"

SQLITE_EXTENSION_INIT3

#define LARGE      (1u << 20)  /* bytes; no honest unit file comes near */
#define DIGEST_MAX (64u << 20) /* bytes of a file that is digested */

struct file_row {
    const char *host, *source, *path, *name, *kind, *scope, *scope_user, *unit, *directory;
    int64_t     rank;
    const char *shadowed_by, *link_target;
    int64_t     link_leaves, link_dangling;
    int64_t     size;
    const char *mode;
    int64_t     uid, gid;
    double      mtime, ctime, btime;
    int64_t     immutable;
    const char *root;
};

struct state {
    const struct tbl_terms *path, *name, *kind, *scope, *user, *unit;
    struct unit_walk        walk;
    struct unit_search     *places;
    struct unit_states     *states;
    struct unit_search     *current; /* walk.search, then places */
    size_t                  next;    /* entry of `current` */
    struct unit_entry      *entry;   /* of the row */

    struct unit_entry *loaded_for; /* what `loaded` is of; NULL: nothing */
    struct unit_loaded loaded;

    const char **started; /* scripts that some runlevel starts, sorted; NULL: not gathered yet */
    size_t       n_started;

    struct packages *packages;
    bool             have_packages;
};

/* Walking --------------------------------------------------------------------- */

static int open_scan(struct tbl_scan *scan)
{
    struct state          *s = tbl_state(scan);
    const struct file_row *key = tbl_key(scan);

    s->path = TBL_TERMS(scan, struct file_row, path);
    s->name = TBL_TERMS(scan, struct file_row, name);
    s->kind = TBL_TERMS(scan, struct file_row, kind);
    s->scope = TBL_TERMS(scan, struct file_row, scope);
    s->user = TBL_TERMS(scan, struct file_row, scope_user);
    s->unit = TBL_TERMS(scan, struct file_row, unit);
    int r =
        unit_walk_open(&s->walk, tbl_svcql(scan),
                       &(struct unit_walk_want){.table = "unit_files",
                                                .host = key->host,
                                                .root = key->root,
                                                .system = tbl_match_text(s->scope, "system", false),
                                                .user = tbl_match_text(s->scope, "user", false)});
    return r < 0 ? tbl_error(scan, r, key->root ? key->root : "evidence") : SQLITE_OK;
}

static void forget_manager(struct state *s)
{
    unit_loaded_free(&s->loaded);
    s->loaded_for = NULL;
    unit_states_free(s->states);
    unit_search_free(s->places);
    free(s->started);
    s->started = NULL;
    s->n_started = 0;
    s->states = NULL;
    s->places = NULL;
    s->current = NULL;
}

static void forget_packages(struct state *s)
{
    packages_unref(s->packages);
    s->packages = NULL;
    s->have_packages = false;
}

/* Go on to the places of this manager, then to the next manager: 1, 0 at the end, -errno. */
static int next_search(struct state *s)
{
    const struct root *root = s->walk.source.root;

    s->next = 0;
    if (s->current && !s->places) {
        int r = unit_places_open(&s->places, root, &s->walk.search->manager);
        s->current = s->places;
        return r < 0 ? r : 1;
    }
    forget_manager(s);
    int r = unit_walk_next(&s->walk);
    if (r > 0 && s->walk.source.root != root)
        forget_packages(s);
    s->current = r > 0 ? s->walk.search : NULL;
    return r;
}

/* What it is, as far as its name tells; "unit" and "link" may turn out to be masks. */
static const char *kind_of(const struct unit_entry *entry)
{
    static const char conf[] = ".conf";
    size_t            size = strlen(entry->name), tail = sizeof conf - 1;

    if (entry->error)
        return "directory";
    if (entry->dir->place)
        return entry->dir->place->kind;
    if (entry->type == DT_DIR)
        return "other";
    if (entry->where == UNIT_DROP_IN)
        return size > tail && strcmp(entry->name + size - tail, conf) == 0 ? "drop-in" : "other";
    if (entry->where == UNIT_WANTS)
        return entry->type == DT_LNK ? "dependency-link" : "other";
    if (!unit_name_kind(entry->name))
        return "other";
    return entry->type == DT_LNK ? "link" : "unit";
}

/* The unit that the file is of or belongs to; of scripts the one that is generated for them. */
static const char *unit_of(struct tbl_scan *scan, const struct unit_entry *entry, const char *kind)
{
    if (strcmp(kind, "sysv") == 0)
        return tbl_printf(scan, "%s.service", entry->name);
    if (strcmp(kind, "rc") == 0)
        return strcmp(entry->name, "rc.local") == 0
                   ? "rc-local.service"
                   : tbl_printf(scan, "%s.service",
                                entry->name + strspn(entry->name, "SK0123456789"));
    if (entry->dir->place || (entry->where == UNIT_TOP && !unit_name_kind(entry->name)))
        return NULL;
    return entry->owner;
}

/* Whether terms on the columns that cost nothing let the entry through. */
static bool wanted(const struct state *s, const struct unit_entry *entry, const char *kind)
{
    bool maybe_mask = strcmp(kind, "unit") == 0 || strcmp(kind, "link") == 0;

    return entry->dir->own && tbl_match_text(s->path, entry->path, false) &&
           tbl_match_text(s->name, entry->name, false) &&
           tbl_match_text(s->user, unit_walk_user(&s->walk), false) &&
           (entry->dir->place || tbl_match_text(s->unit, entry->owner, false)) &&
           (tbl_match_text(s->kind, kind, false) ||
            (maybe_mask && tbl_match_text(s->kind, "mask", false)));
}

/* Rows ------------------------------------------------------------------------ */

static double seconds(const struct statx_timestamp *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

static void fill_status(struct tbl_scan *scan, struct file_row *row, const struct statx *st)
{
    row->size = (int64_t)st->stx_size;
    row->mode = tbl_printf(scan, "%04o", st->stx_mode & 07777u);
    row->uid = st->stx_uid;
    row->gid = st->stx_gid;
    row->mtime = seconds(&st->stx_mtime);
    row->ctime = seconds(&st->stx_ctime);
    if (st->stx_attributes_mask & STATX_ATTR_IMMUTABLE)
        row->immutable = (st->stx_attributes & STATX_ATTR_IMMUTABLE) != 0;
    if (st->stx_mask & STATX_BTIME)
        row->btime = seconds(&st->stx_btime);
}

static void fill_link(struct tbl_scan *scan, struct state *s, struct unit_entry *entry,
                      struct file_row *row)
{
    struct stat st;

    if (entry->type != DT_LNK || !entry->link)
        return;
    row->link_target = tbl_utf8(scan, entry->link, strlen(entry->link));
    row->link_dangling = root_stat(s->current->root, entry->path, true, &st) == -ENOENT;
    if (entry->dir->place)
        return;
    const char *target = unit_search_target(s->current, entry);
    row->link_leaves =
        target && strcmp(target, "/dev/null") != 0 && !unit_search_holds(s->current, target);
}

/* The file that makes this one ineffective: of a script, the unit of its name. */
static const char *shadow_of(const struct state *s, const struct unit_entry *entry,
                             const struct file_row *row)
{
    const struct unit_entry *shadow = entry;

    if (strcmp(row->kind, "sysv") == 0) {
        shadow = unit_search_first(s->walk.search, row->unit);
        return shadow && strcmp(shadow->dir->path, "/run/systemd/generator.late") != 0
                   ? shadow->path
                   : NULL;
    }
    if (!entry->error && entry->where != UNIT_WANTS)
        shadow = unit_search_shadow(s->current, entry);
    return shadow != entry ? shadow->path : NULL;
}

static int fill(struct tbl_scan *scan, struct state *s, struct unit_entry *entry,
                struct file_row *row)
{
    struct statx st;

    *row = (struct file_row){.host = s->walk.source.host,
                             .path = tbl_utf8(scan, entry->path, strlen(entry->path)),
                             .name = tbl_utf8(scan, entry->name, strlen(entry->name)),
                             .kind = kind_of(entry),
                             .scope = unit_walk_scope(&s->walk),
                             .scope_user = unit_walk_user(&s->walk),
                             .directory = entry->dir->path,
                             .rank = entry->dir->rank,
                             .link_leaves = TBL_NULL,
                             .link_dangling = TBL_NULL,
                             .size = TBL_NULL,
                             .uid = TBL_NULL,
                             .gid = TBL_NULL,
                             .mtime = NAN,
                             .ctime = NAN,
                             .btime = NAN,
                             .immutable = TBL_NULL,
                             .root = row->root};
    row->source = tbl_printf(scan, "%s%s", root_path(s->walk.source.root), row->path);
    row->unit = unit_of(scan, entry, row->kind);
    bool there = root_statx(s->current->root, entry->path, false, &st) == 0;
    if (there)
        fill_status(scan, row, &st);
    fill_link(scan, s, entry, row);
    if (strcmp(row->kind, "link") == 0 && unit_is_mask(s->current->root, entry->path))
        row->kind = "mask";
    if (strcmp(row->kind, "unit") == 0 && there && S_ISREG(st.stx_mode) && st.stx_size == 0)
        row->kind = "mask";
    row->shadowed_by = shadow_of(s, entry, row);
    return row->path && row->name && row->source ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);

    for (;;) {
        while (s->current && s->next < s->current->n) {
            struct unit_entry *entry = &s->current->entries[s->next++];
            if (!wanted(s, entry, kind_of(entry)))
                continue;
            s->entry = entry;
            s->walk.records++;
            return fill(scan, s, entry, row);
        }
        int r = next_search(s);
        if (r <= 0)
            return r < 0 ? tbl_error(scan, r, "unit directories") : SQLITE_DONE;
    }
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    forget_manager(s);
    forget_packages(s);
    unit_walk_close(&s->walk);
}

/* State ----------------------------------------------------------------------- */

static void result(sqlite3_context *out, const char *text)
{
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
}

/* Of what is started through a name: masked, or by whether it may be executed. */
static const char *executable_state(const struct state *s, const struct file_row *row)
{
    struct stat st;

    if (unit_is_mask(s->current->root, s->entry->path))
        return "masked";
    if (root_stat(s->current->root, s->entry->path, true, &st) < 0)
        return "bad";
    return row->shadowed_by ? NULL : st.st_mode & 0111 ? "enabled" : "disabled";
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Gather the scripts that S links of some runlevel lead to; sorted. */
static int gather_started(struct state *s)
{
    s->started = calloc(s->places->n + 1, sizeof *s->started);
    if (!s->started)
        return -ENOMEM;
    for (size_t i = 0; i < s->places->n; i++) {
        const struct unit_entry *link = &s->places->entries[i];
        const char              *end = link->link ? strrchr(link->link, '/') : NULL;
        if (strcmp(link->dir->place->kind, "rc") == 0 && link->name[0] == 'S' && end)
            s->started[s->n_started++] = end + 1;
    }
    qsort(s->started, s->n_started, sizeof *s->started, by_text);
    return 0;
}

static bool is_started(const struct state *s, const char *script)
{
    return bsearch(&script, s->started, s->n_started, sizeof *s->started, by_text) != NULL;
}

static const char *place_state(const struct state *s, const struct file_row *row)
{
    const char *kind = row->kind;

    if (strcmp(kind, "generator") == 0 || strcmp(row->name, "rc.local") == 0)
        return executable_state(s, row);
    if (strcmp(kind, "rc") == 0)
        return row->name[0] == 'S' ? "enabled" : "disabled";
    if (strcmp(kind, "sysv") == 0)
        return is_started(s, s->entry->name) ? "enabled" : "disabled";
    if (strcmp(kind, "linger") == 0)
        return "enabled";
    return unit_is_mask(s->current->root, s->entry->path) ? "masked" : NULL;
}

static int get_state(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct state          *s = tbl_state(scan);
    const struct file_row *row = data;
    const char            *state = NULL;

    if (s->entry->error)
        return SQLITE_OK;
    if (s->entry->dir->place) {
        if (!s->started && gather_started(s) < 0)
            return SQLITE_NOMEM;
        result(out, place_state(s, row));
        return SQLITE_OK;
    }
    if (strcmp(row->kind, "drop-in") == 0 && unit_is_mask(s->current->root, s->entry->path))
        state = "masked";
    if (s->entry->where == UNIT_TOP && unit_search_first(s->current, s->entry->name) == s->entry &&
        unit_name_kind(s->entry->name)) {
        if (!s->states && unit_states_open(&s->states, s->walk.search) < 0)
            return SQLITE_NOMEM;
        if (unit_states_lookup(s->states, s->entry->name, &state) < 0)
            return SQLITE_NOMEM;
    }
    result(out, state);
    return SQLITE_OK;
}

/* Contents -------------------------------------------------------------------- */

/* The X of "X.d" as a type: "service" itself, or the type of a unit. */
static const char *type_of_owner(const char *owner)
{
    const char *type = unit_name_type(owner);

    return type ? type : unit_type_known(owner) ? owner : NULL;
}

/* Load what the row tells of: a unit in force with its drop-ins, any other file alone. */
static int load(struct state *s)
{
    struct unit_entry *entry = s->entry;

    if (s->loaded_for == entry)
        return 0;
    unit_loaded_free(&s->loaded);
    s->loaded_for = NULL;
    bool in_force = !entry->dir->place && entry->where == UNIT_TOP && unit_name_kind(entry->name) &&
                    unit_search_fragment(s->current, entry->name) == entry;
    const char *type = entry->dir->place ? NULL : type_of_owner(entry->owner);
    int         r = in_force ? unit_load(s->current, entry->name, &s->loaded)
                             : unit_load_file(s->current, entry, type, &s->loaded);
    if (r == 0)
        s->loaded_for = entry;
    return r;
}

static bool is_unit_text(const struct state *s, const struct file_row *row)
{
    return !s->entry->dir->place && s->entry->where != UNIT_WANTS && s->entry->type != DT_DIR &&
           strcmp(row->kind, "other") != 0;
}

/* Other files of sections, keys and values: kind, and the section that names a program. */
static const struct {
    const char *kind, *section;
} alike[] = {
    {"dbus",           "D-BUS Service"},
    {"autostart",      "Desktop Entry"},
    {"quadlet",        "Container"    },
    {"profile",        "Service"      },
    {"manager-config", "Manager"      }
};

/* The section of such a file that names a program; NULL for other files. */
static const char *section_of(const struct file_row *row)
{
    for (size_t i = 0; i < TBL_COUNT(alike); i++)
        if (strcmp(alike[i].kind, row->kind) == 0)
            return alike[i].section;
    return NULL;
}

static int get_text(struct tbl_scan *scan, const struct file_row *row, sqlite3_context *out,
                    const struct unit_settings_want *want)
{
    struct state *s = tbl_state(scan);
    struct buffer text = {0};

    if (!is_unit_text(s, row) && !section_of(row))
        return SQLITE_OK;
    if (load(s) < 0)
        return SQLITE_NOMEM;
    bool        found = unit_loaded_text(&s->loaded, want, &text);
    const char *value = found ? buffer_text(&text) : NULL;
    result(out, value);
    buffer_free(&text);
    return found && !value ? SQLITE_NOMEM : SQLITE_OK;
}

#define VALUE_GETTER(name, section, key)                                                           \
    static int name(struct tbl_scan *scan, const void *row, sqlite3_context *out)                  \
    {                                                                                              \
        return get_text(scan, row, out, &(struct unit_settings_want){section, key, false, false}); \
    }

VALUE_GETTER(get_description, "Unit", "Description")
VALUE_GETTER(get_documentation, "Unit", "Documentation")
VALUE_GETTER(get_source_path, "Unit", "SourcePath")
VALUE_GETTER(get_user, "Service", "User")
VALUE_GETTER(get_wanted_by, "Install", "WantedBy")
VALUE_GETTER(get_required_by, "Install", "RequiredBy")

static int get_commands(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    return get_text(scan, row, out, &(struct unit_settings_want){.key = "Exec", .prefix = true});
}

/* Files of lines: environment, xinetd and its like, rc.local. */
static bool is_lines(const struct file_row *row)
{
    static const char *const kinds[] = {"environment", "xinetd", "inetd", "upstart"};

    for (size_t i = 0; i < TBL_COUNT(kinds); i++)
        if (strcmp(kinds[i], row->kind) == 0)
            return true;
    return strcmp(row->name, "rc.local") == 0;
}

/* The lines of such a file that are neither empty nor comments; past UNIT_TEXT_MAX "..." */
static int get_lines(const struct state *s, sqlite3_context *out)
{
    struct buffer text = {0};
    char         *data, *rest, *line;
    size_t        size;
    int           r = root_read(s->current->root, s->entry->path, UNIT_FILE_MAX, &data, &size);

    if (r < 0)
        return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
    for (size_t i = 0; i < size; i++)
        data[i] = data[i] ? data[i] : '\n';
    for (rest = data; (line = strsep(&rest, "\n")) && text.size <= UNIT_TEXT_MAX;) {
        line += strspn(line, " \t");
        if (!*line || *line == '#')
            continue;
        buffer_puts(&text, text.size ? "\n" : "");
        buffer_utf8(&text, line, strlen(line));
    }
    if (line)
        buffer_puts(&text, "\n...");
    free(data);
    const char *value = buffer_text(&text);
    result(out, value);
    buffer_free(&text);
    return value ? SQLITE_OK : SQLITE_NOMEM;
}

static int get_settings(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    if (is_lines(row))
        return get_lines(tbl_state(scan), out);
    return get_text(scan, row, out, &(struct unit_settings_want){.named = true});
}

static int get_exec_start(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct file_row *row = data;
    const char            *section = section_of(row);
    bool script = strcmp(row->kind, "generator") == 0 || strcmp(row->kind, "sysv") == 0 ||
                  strcmp(row->kind, "rc") == 0;

    if (script)
        result(out, row->path);
    return get_text(scan, row, out,
                    &(struct unit_settings_want){.section = section ? section : "Service",
                                                 .key = section ? "Exec" : "ExecStart"});
}

/* Errors ---------------------------------------------------------------------- */

static const char *error_of_file(struct tbl_scan *scan, const struct unit_file *file)
{
    if (file->error == -EFBIG)
        return tbl_printf(scan, "larger than %u bytes, not read", UNIT_FILE_MAX);
    if (file->error == -EINVAL)
        return "not a regular file";
    if (file->error)
        return tbl_printf(scan, "%s", strerror(-file->error));
    if (file->fault)
        return tbl_printf(scan, "line %u: %s; systemd reads no further", file->fault_line,
                          unit_fault_text(file->fault));
    if (file->lost)
        return tbl_printf(scan, "%lld settings beyond the first %d not read", (long long)file->lost,
                          UNIT_SETTINGS_MAX);
    if (file->nuls)
        return "has NUL bytes";
    if (file->size > LARGE)
        return tbl_printf(scan, "unusually large for a unit file: %lld bytes",
                          (long long)file->size);
    return file->ignored ? tbl_printf(scan, "%u lines that systemd ignores", file->ignored) : NULL;
}

/* Why a link of a file that is not read as a unit cannot be followed. */
static const char *error_of_other(const struct state *s)
{
    struct stat st;
    int         r = root_stat(s->current->root, s->entry->path, true, &st);

    if (r < 0 && r != -ENOENT)
        return strerror(-r);
    if (r == 0 && s->entry->dir->place && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
        return "not a regular file";
    return NULL;
}

static int get_error(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *s = tbl_state(scan);

    if (s->entry->error) {
        result(out, strerror(-s->entry->error));
        return SQLITE_OK;
    }
    if (!is_unit_text(s, row)) {
        result(out, error_of_other(s));
        return SQLITE_OK;
    }
    if (load(s) < 0)
        return SQLITE_NOMEM;
    const struct unit_file *file = s->loaded.n_files ? &s->loaded.files[0] : NULL;
    bool                    dangling = file && file->error == -ENOENT && s->entry->type == DT_LNK;
    if (file && file->entry == s->entry && !dangling)
        result(out, error_of_file(scan, file));
    return SQLITE_OK;
}

/* Owners and digests ------------------------------------------------------------ */

static int get_resolved(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *s = tbl_state(scan);
    char          path[ROOT_PATH_MAX];

    (void)row;
    if (unit_search_resolve(s->current, s->entry, path))
        result(out, tbl_utf8(scan, path, strlen(path)));
    return SQLITE_OK;
}

static int get_sha256(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *s = tbl_state(scan);
    char          hex[SHA256_DIGEST_STRING_LENGTH];
    uint8_t       block[16384];
    SHA2_CTX      sha;
    ssize_t       n;
    size_t        size = 0;

    (void)row;
    int fd = root_open_file(s->current->root, s->entry->path);
    if (fd < 0)
        return SQLITE_OK;
    SHA256Init(&sha);
    while ((n = read(fd, block, sizeof block)) > 0 && (size += (size_t)n) <= DIGEST_MAX)
        SHA256Update(&sha, block, (size_t)n);
    close(fd);
    if (n == 0)
        result(out, SHA256End(&sha, hex));
    return SQLITE_OK;
}

/* The packages of the root; NULL where there is no database. */
static int find_packages(struct tbl_scan *scan, struct packages **ret)
{
    struct state *s = tbl_state(scan);

    if (!s->have_packages) {
        int r = packages_get(tbl_svcql(scan), s->walk.source.root, &s->packages);
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        s->have_packages = true;
    }
    *ret = s->packages;
    return SQLITE_OK;
}

static int get_package(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state    *s = tbl_state(scan);
    struct packages *packages;
    int              rc = find_packages(scan, &packages);

    (void)row;
    if (rc != SQLITE_OK || !packages || s->entry->error)
        return rc;
    const char *owner = packages_owner(packages, s->entry->path);
    result(out, owner ? owner : "");
    return SQLITE_OK;
}

static int get_package_altered(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state    *s = tbl_state(scan);
    struct packages *packages;
    int              rc = find_packages(scan, &packages);

    (void)row;
    if (rc != SQLITE_OK || !packages || s->entry->error)
        return rc;
    int altered = packages_altered(packages, s->entry->path);
    if (altered >= 0)
        sqlite3_result_int(out, altered);
    return altered == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

/* Columns ----------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct file_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the file belongs to"),
    ROW(source, TBL_ID, "File, where it lies now"),
    ROW(path, TBL_KEY | TBL_PREFIX, "File, where it lies on its host"),
    ROW(name, TBL_KEY | TBL_PREFIX, "Name of the file"),
    ROW(kind, TBL_KEY,
        "unit, mask, link (a unit's other name, or a unit linked from elsewhere), drop-in, "
        "dependency-link (in .wants, .requires, .upholds), other; generator, sysv, rc, dbus, "
        "quadlet, linger, xinetd, inetd, upstart, autostart, environment, preset, manager-config, "
        "profile (of portable services); directory: one that could not be read"),
    ROW(scope, TBL_KEY, "Whose manager reads it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User whose own directories it lies in; NULL where all share it"),
    ROW(unit, TBL_KEY | TBL_ID, "Unit that the file is, alters, or is linked from"),
    ROW(directory, 0, "Directory of the search path that holds it"),
    ROW(rank, TBL_ID, "Place of that directory in the search path; 0 comes first"),
    ROW(shadowed_by, 0, "File that takes its place; NULL where it is the one in force"),
    ROW(link_target, 0, "Text of the link"),
    ROW(link_leaves, 0, "Whether the link leads out of the unit search path"),
    ROW(link_dangling, 0, "Whether the link leads nowhere"),
    TBL_LAZY("resolved_path", TBL_TEXT, 0, "File after all links; NULL where it is not there",
             get_resolved),
    TBL_LAZY(
        "state", TBL_TEXT, 0,
        "As systemctl list-unit-files says: enabled, disabled, static, linked, alias, masked, "
        "indirect, generated, transient, bad, each but the last four also -runtime; of scripts "
        "and generators whether they run; NULL for files without one and those not in force",
        get_state),
    ROW(size, 0, "Bytes"),
    ROW(mode, 0, "Permissions, octal; of a link its own"),
    ROW(uid, 0, "Owner; of a link its own"),
    ROW(gid, 0, "Group; of a link its own"),
    ROW(mtime, 0, "Last change of its contents, seconds since the epoch, UTC"),
    ROW(ctime, 0, "Last change of its inode, seconds since the epoch, UTC"),
    ROW(btime, 0, "Birth of its inode, seconds since the epoch, UTC; NULL where not recorded"),
    ROW(immutable, 0, "Whether it is protected from change (chattr +i); NULL where not known"),
    TBL_LAZY("sha256", TBL_TEXT, 0,
             "SHA-256 of what the file, or its link, holds; NULL above 64 MiB", get_sha256),
    TBL_LAZY("package", TBL_TEXT, 0,
             "Package that owns the file; empty: none; NULL: the host has no package database",
             get_package),
    TBL_LAZY("package_altered", TBL_BOOL, 0,
             "Whether it differs from what the package put there; NULL: no package or no digest",
             get_package_altered),
    TBL_LAZY(
        "description", TBL_TEXT, 0,
        "Description= in force, drop-ins included; of a drop-in or a shadowed file its own, as "
        "with the columns that follow",
        get_description),
    TBL_LAZY("documentation", TBL_TEXT, 0, "Documentation= in force, one value a line",
             get_documentation),
    TBL_LAZY("source_path", TBL_TEXT, 0, "SourcePath=: what a generated unit was made from",
             get_source_path),
    TBL_LAZY("exec_start", TBL_TEXT, 0,
             "ExecStart= in force as written, one command a line; Exec= of D-Bus files, quadlets "
             "and autostart entries; of scripts and generators their path",
             get_exec_start),
    TBL_LAZY(
        "commands", TBL_TEXT, 0,
        "Values of every Exec...= in force, one a line: before, to start, reload, stop and after",
        get_commands),
    TBL_LAZY("settings", TBL_TEXT, 0,
             "Every setting in force, one Key=value a line; of environment files, xinetd, inetd, "
             "upstart and rc.local the lines that are no comments",
             get_settings),
    TBL_LAZY("user", TBL_TEXT, 0, "User= in force; NULL: the manager's own user", get_user),
    TBL_LAZY("wanted_by", TBL_TEXT, 0, "WantedBy= of [Install], one value a line", get_wanted_by),
    TBL_LAZY("required_by", TBL_TEXT, 0, "RequiredBy= of [Install], one value a line",
             get_required_by),
    TBL_LAZY("error", TBL_TEXT, 0, "What is wrong with the file, or why it could not be read",
             get_error),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Units, drop-ins and generators that no package put there",
     "SELECT path, kind, state, exec_start, datetime(ctime, 'unixepoch') AS changed "
     "FROM unit_files WHERE kind IN ('unit', 'drop-in', 'generator') AND package = ''"   },
    {"Units linked from outside of the unit directories, and links that lead nowhere",
     "SELECT path, link_target, state FROM unit_files WHERE link_leaves OR link_dangling"},
    {"Files that stand in for a vendor's",
     "SELECT i.path, s.path AS instead_of FROM unit_files AS s JOIN unit_files AS i "
     "ON i.path = s.shadowed_by AND i.host = s.host WHERE s.kind = 'unit'"               },
};

const struct tbl_table unit_files_table = {
    .name = "unit_files",
    .doc = "Every file that tells a service manager what to start, on this host or a dead disk: "
           "units, drop-ins, links, masks, generators, SysV scripts, D-Bus activation, quadlets, "
           "and those of every user",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct file_row),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
