/* unit_files.c -- every file that makes a service manager start something: units, drop-ins, links,
 * masks, generators, SysV scripts, D-Bus activation, quadlets.
 *
 *     SELECT path, state, exec_start, datetime(ctime, 'unixepoch') FROM unit_files
 *     WHERE package IS NULL AND kind IN ('unit', 'drop-in', 'generator') AND shadowed_by IS NULL;
 */
#include "unit_files.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "file_columns.h"
#include "formats/text/input.h"
#include "formats/unit/sysv_text.h"
#include "formats/unit/unit_name.h"
#include "unit_places.h"
#include "unit_sysv.h"

SQLITE_EXTENSION_INIT3

/* Walking --------------------------------------------------------------------- */

/* Whether a kind occurs in unit directories only. */
static bool is_unit_kind(const char *kind)
{
    static const char *const kinds[] = {"unit", "mask", "link", "drop-in", "dependency-link",
                                        "other"};

    for (size_t i = 0; i < TBL_COUNT(kinds); i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

/* What costs a call for each file is asked where the query reads it. */
static void note_uses(struct tbl_scan *scan, struct files_state *s)
{
    static const size_t of_status[] = {
        offsetof(struct file_row, size),  offsetof(struct file_row, mode),
        offsetof(struct file_row, uid),   offsetof(struct file_row, gid),
        offsetof(struct file_row, mtime), offsetof(struct file_row, ctime),
        offsetof(struct file_row, btime), offsetof(struct file_row, immutable),
    };

    for (size_t i = 0; i < TBL_COUNT(of_status); i++)
        s->status_used |= tbl_uses(scan, of_status[i]);
    s->leaves_used = TBL_USES(scan, struct file_row, link_leaves);
    s->dangling_used = TBL_USES(scan, struct file_row, link_dangling);
    s->shadow_used = TBL_USES(scan, struct file_row, shadowed_by) || tbl_uses_name(scan, "state");
}

static int open_scan(struct tbl_scan *scan)
{
    struct files_state    *s = tbl_state(scan);
    const struct file_row *key = tbl_key(scan);

    s->path = TBL_TERMS(scan, struct file_row, path);
    s->name = TBL_TERMS(scan, struct file_row, name);
    s->kind = TBL_TERMS(scan, struct file_row, kind);
    s->scope = TBL_TERMS(scan, struct file_row, scope);
    s->user = TBL_TERMS(scan, struct file_row, scope_user);
    s->unit = TBL_TERMS(scan, struct file_row, unit);
    note_uses(scan, s);
    s->places_wanted = s->kind->n == 0;
    for (size_t i = 0; i < s->kind->n; i++)
        s->places_wanted |=
            !is_unit_kind(s->kind->texts[i]) || strcmp(s->kind->texts[i], "other") == 0;
    return unit_walk_open(
        &s->walk, scan,
        &(struct unit_walk_want){.table = "unit_files",
                                 .host = key->host,
                                 .root = key->root,
                                 .system = tbl_match_text(s->scope, "system", false),
                                 .user = tbl_match_text(s->scope, "user", false)});
}

/* Go on to the places of this manager, then to the next manager: 1, 0 at the end, -errno. */
static int next_search(struct files_state *s)
{
    size_t number = s->walk.number;

    s->next = 0;
    if (s->current && !s->walk.places && s->places_wanted) {
        int r = unit_walk_places(&s->walk);
        s->current = s->walk.places;
        return r < 0 ? r : 1;
    }
    unit_files_forget_manager(s);
    int r = unit_walk_next(&s->walk);
    if (r > 0 && s->walk.number != number)
        unit_files_forget_root(s);
    s->current = r > 0 ? s->walk.search : NULL;
    return r;
}

/* What it is, as far as its name tells; "unit" and "link" may turn out to be masks. */
static const char *kind_of(const struct files_state *s, const struct unit_entry *entry)
{
    static const char conf[] = ".conf";
    size_t            size = strlen(entry->name), tail = sizeof conf - 1;

    if (entry->error)
        return "directory";
    if (entry->dir->place && strcmp(entry->dir->place->kind, "sysv") == 0 &&
        unit_sysv_ignored(s->current->root, entry))
        return "other";
    if (entry->dir->place && strcmp(entry->dir->place->kind, "autostart") == 0 &&
        unit_name_ignored(entry->name))
        return "other";
    if (entry->dir->place)
        return entry->dir->place->kind;
    if (entry->type == DT_DIR)
        return "other";
    if (*entry->name == '.' && entry->where != UNIT_TOP)
        return "other"; /* systemd ignores it */
    if (entry->where == UNIT_DROP_IN)
        return size > tail && strcmp(entry->name + size - tail, conf) == 0 ? "drop-in" : "other";
    if (entry->where == UNIT_WANTS)
        return entry->type == DT_LNK ? "dependency-link" : "other";
    if (!unit_name_kind(entry->name))
        return "other";
    return entry->type == DT_LNK ? "link" : "unit";
}

static bool is_script(const char *kind)
{
    return strcmp(kind, "sysv") == 0 || strcmp(kind, "rc") == 0;
}

/* The unit that the file is of or belongs to; of scripts the one that is generated for them. */
static const char *unit_of(struct files_state *s, const struct unit_entry *entry, const char *kind)
{
    const char *script = strcmp(kind, "rc") == 0 ? sysv_link_script(entry->name) : NULL;

    if (strcmp(kind, "rc") == 0 && strcmp(entry->name, "rc.local") == 0)
        return "rc-local.service";
    if (is_script(kind))
        return unit_sysv_name(&s->current->memory, script ? script : entry->name);
    if (entry->dir->place || (entry->where == UNIT_TOP && !unit_name_kind(entry->name)))
        return NULL;
    return entry->owner;
}

/* Whether the entry passes the terms on columns that are already known. */
static bool wanted(const struct files_state *s, const struct unit_entry *entry, const char *kind)
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

static void fill_link(struct tbl_scan *scan, struct files_state *s, struct unit_entry *entry,
                      struct file_row *row)
{
    struct stat st;

    if (entry->type != DT_LNK || !entry->link)
        return;
    row->link_target = tbl_utf8(scan, entry->link, strlen(entry->link));
    if (s->dangling_used)
        row->link_dangling = root_stat(s->current->root, entry->path, true, &st) == -ENOENT;
    if (entry->dir->place || !s->leaves_used)
        return;
    const char *target = unit_search_target(s->current, entry);
    row->link_leaves =
        target && strcmp(target, "/dev/null") != 0 && !unit_search_holds(s->current, target);
}

/* The file that makes this one ineffective: of a script, the unit of its name. */
static int shadow_of(struct files_state *s, const struct unit_entry *entry,
                     const struct file_row *row, const char **ret)
{
    const struct unit_entry *shadow = entry, *mask = NULL;

    if (is_script(row->kind) && row->unit && strcmp(row->name, "rc.local") != 0) {
        shadow = unit_search_first(s->walk.search, row->unit);
        *ret = shadow && strcmp(shadow->dir->path, "/run/systemd/generator.late") != 0
                   ? shadow->path
                   : NULL;
        if (*ret)
            return 0;
        shadow = entry;
    }
    if (!entry->error && entry->where != UNIT_WANTS)
        shadow = unit_search_shadow(s->current, entry);
    if (shadow == entry && strcmp(row->kind, "drop-in") == 0) {
        int r = unit_drop_ins_mark(s->current);
        if (r < 0)
            return r;
        mask = unit_drop_in_mask(entry);
    }
    *ret = mask ? mask->path : shadow != entry ? shadow->path : NULL;
    return 0;
}

static int fill(struct tbl_scan *scan, struct files_state *s, struct unit_entry *entry,
                struct file_row *row)
{
    struct statx st;

    *row = (struct file_row){.host = s->walk.source.host,
                             .path = tbl_utf8(scan, entry->path, strlen(entry->path)),
                             .name = tbl_utf8(scan, entry->name, strlen(entry->name)),
                             .kind = kind_of(s, entry),
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
    row->source = unit_walk_source(scan, &s->walk, row->path);
    row->unit = unit_of(s, entry, row->kind);
    bool may_be_empty = strcmp(row->kind, "unit") == 0; /* which masks */
    bool there = (s->status_used || may_be_empty) && unit_search_statx(s->current, entry, &st) == 0;
    if (there && s->status_used)
        fill_status(scan, row, &st);
    fill_link(scan, s, entry, row);
    if (strcmp(row->kind, "link") == 0 && unit_search_is_mask(s->current, entry))
        row->kind = "mask";
    if (may_be_empty && there && S_ISREG(st.stx_mode) && st.stx_size == 0)
        row->kind = "mask";
    bool shadowed = !s->shadow_used || shadow_of(s, entry, row, &row->shadowed_by) == 0;
    bool whole = shadowed && row->path && row->name && row->source &&
                 (row->mode || !there || !s->status_used) && (row->unit || !is_script(row->kind)) &&
                 (row->link_target || !entry->link) && !s->current->memory.failed;
    return whole ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct files_state *s = tbl_state(scan);

    for (;;) {
        while (s->current && s->next < s->current->n && !input_over_budget()) {
            struct unit_entry *entry = &s->current->entries[s->next++];
            if (!wanted(s, entry, kind_of(s, entry)))
                continue;
            s->entry = entry;
            s->have_owner = s->have_altered = false;
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
    struct files_state *s = tbl_state(scan);

    unit_files_forget_manager(s);
    unit_files_forget_root(s);
    unit_walk_close(&s->walk);
}

/* Columns ----------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct file_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the file belongs to"),
    ROW(source, TBL_ID, "Path of the file in the evidence"),
    ROW(path, TBL_KEY | TBL_PREFIX, "Path of the file on its host"),
    ROW(name, TBL_KEY | TBL_PREFIX, "Name of the file"),
    ROW(kind, TBL_KEY,
        "unit, mask, link (a unit's other name, or a unit linked from elsewhere), drop-in, "
        "dependency-link (in .wants, .requires, .upholds), other; generator, sysv, rc, hook, dbus, "
        "quadlet, linger, xinetd, inetd, upstart, autostart, environment, preset, "
        "manager-config, "
        "profile (of portable services); directory: one that could not be read"),
    ROW(scope, TBL_KEY, "Manager that reads it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User in whose own directories it is, c-NAME of a capsule; NULL where all users share it"),
    ROW(unit, TBL_KEY | TBL_ID, "Unit that the file defines, alters or links to"),
    ROW(directory, 0, "Directory of the search path that holds it"),
    ROW(rank, TBL_ID, "Place of that directory in the search path; 0 comes first"),
    ROW(shadowed_by, 0, "File that replaces it; NULL where it is in force"),
    ROW(link_target, 0, "Text of the link"),
    ROW(link_leaves, 0, "Whether the link leads out of the unit search path"),
    ROW(link_dangling, 0, "Whether the target of the link is missing"),
    TBL_LAZY("resolved_path", TBL_TEXT, 0, "File after all links; NULL where it is missing",
             unit_files_get_resolved),
    TBL_LAZY(
        "state", TBL_TEXT, 0,
        "As in systemctl list-unit-files: enabled, disabled, static, linked, alias, masked, "
        "indirect, generated, transient, bad, each but the last four also -runtime; of scripts "
        "and generators whether they run; NULL for files without one and those not in force",
        unit_files_get_state),
    FILE_OWNER_COLUMNS(struct file_row),
    ROW(btime, 0, "Birth of its inode, seconds since the epoch, UTC; NULL where not recorded"),
    ROW(immutable, 0, "Whether it is protected from change (chattr +i); NULL where not known"),
    TBL_LAZY("sha256", TBL_TEXT, 0,
             "SHA-256 of the content of the file, or of the link's target; NULL above 64 MiB",
             unit_files_get_sha256),
    FILE_PACKAGE_COLUMNS(unit_files_get_package, unit_files_get_package_altered),
    TBL_LAZY(
        "description", TBL_TEXT, 0,
        "Description= in force, drop-ins included; of a drop-in or a shadowed file its own, as "
        "with the columns that follow",
        unit_files_get_description),
    TBL_LAZY("documentation", TBL_TEXT, 0, "Documentation= in force, one value a line",
             unit_files_get_documentation),
    TBL_LAZY("source_path", TBL_TEXT, 0, "SourcePath=: what a generated unit was made from",
             unit_files_get_source_path),
    TBL_LAZY("exec_start", TBL_TEXT, 0,
             "ExecStart= in force as written, one command a line; Exec= of D-Bus files, quadlets "
             "and autostart entries; of scripts and generators their path",
             unit_files_get_exec_start),
    TBL_LAZY(
        "commands", TBL_TEXT, 0,
        "Values of every Exec...= in force, one a line: before, to start, reload, stop and after; "
        "of rc.local, xinetd, inetd and upstart all lines",
        unit_files_get_commands),
    TBL_LAZY("settings", TBL_TEXT, 0,
             "Every setting in force, one Key=value a line; of environment files, xinetd, inetd, "
             "upstart and rc.local the lines that are not comments",
             unit_files_get_settings),
    TBL_LAZY("own_commands", TBL_TEXT, 0,
             "As commands, but of the file alone: without what drop-ins add or remove",
             unit_files_get_own_commands),
    TBL_LAZY("own_settings", TBL_TEXT, 0, "As settings, but of the file alone",
             unit_files_get_own_settings),
    TBL_LAZY("user", TBL_TEXT, 0, "User= in force; NULL: the manager's own user",
             unit_files_get_user),
    TBL_LAZY("wanted_by", TBL_TEXT, 0, "WantedBy= of [Install], one value a line",
             unit_files_get_wanted_by),
    TBL_LAZY("required_by", TBL_TEXT, 0, "RequiredBy= of [Install], one value a line",
             unit_files_get_required_by),
    TBL_LAZY("started_by", TBL_TEXT, 0,
             "Units that pull it in when the manager starts, as a JSON array: by a link in .wants, "
             ".requires or "
             ".upholds, Wants=, Requires= and similar settings, on a path from default.target; "
             "NULL: none",
             unit_files_get_started_by),
    TBL_LAZY("aliases", TBL_TEXT, 0,
             "Other names by which the unit can be started, as a JSON array: links of its name, "
             "Provides: of "
             "an init script; NULL: none",
             unit_files_get_aliases),
    TBL_LAZY("error", TBL_TEXT, 0,
             "What is wrong with the file, or why it could not be read; \"bad-setting: \" begins "
             "why the manager "
             "refuses the unit, in its words",
             unit_files_get_error),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Units, drop-ins and generators that no package owns",
     "SELECT path, kind, state, exec_start, datetime(ctime, 'unixepoch') AS changed "
     "FROM unit_files WHERE kind IN ('unit', 'drop-in', 'generator') AND package = ''"},
    {"Units linked from outside the unit directories, and links whose target is missing",
     "SELECT path, link_target, state FROM unit_files WHERE link_leaves OR link_dangling"},
    {"Files that replace a vendor's",
     "SELECT i.path, s.path AS instead_of FROM unit_files AS s JOIN unit_files AS i "
     "ON i.path = s.shadowed_by AND i.host = s.host WHERE s.kind = 'unit'"},
};

const struct tbl_table unit_files_table = {
    .name = "unit_files",
    .doc = "Every file that makes a service manager start something, on this host or a dead disk: "
           "units, drop-ins, links, masks, generators, SysV scripts, D-Bus activation, quadlets, "
           "and those of every user",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct file_row),
    .state_size = sizeof(struct files_state),
    .rows = 1000,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
