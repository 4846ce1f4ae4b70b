/* unit_file_values.c -- the columns of unit_files that are slow to compute: states, contents,
 * digests, owners. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/unit/sysv_text.h"
#include "formats/unit/unit_name.h"
#include "unit_file.h"
#include "unit_files.h"
#include "unit_places.h"
#include "unit_program.h"
#include "unit_sysv.h"

SQLITE_EXTENSION_INIT3

#define LARGE (1u << 20) /* bytes; ordinary unit files are far smaller */

void unit_files_forget_manager(struct files_state *s)
{
    unit_loaded_free(&s->loaded);
    s->loaded_for = NULL;
    unit_states_free(s->states);
    unit_starts_free(s->starts);
    s->starts = NULL;
    free(s->started);
    s->started = NULL;
    s->n_started = 0;
    s->states = NULL;
    s->current = NULL;
}

void unit_files_forget_root(struct files_state *s)
{
    unit_host_free(&s->host);
    s->have_host = false;
    packages_unref(s->packages);
    s->packages = NULL;
    s->have_packages = false;
}

/* State ----------------------------------------------------------------------- */

static void result(sqlite3_context *out, const char *text)
{
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
}

/* State of a file that is started by its name: masked, or by whether it may be executed. */
static const char *executable_state(const struct files_state *s, const struct file_row *row)
{
    struct stat st;

    if (unit_search_is_mask(s->current, s->entry))
        return "masked";
    if (root_stat(s->current->root, s->entry->path, true, &st) < 0)
        return "bad";
    return row->shadowed_by ? NULL : st.st_mode & 0111 ? "enabled" : "disabled";
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_openrc(const struct unit_entry *link)
{
    return strcmp(link->dir->place->group, "runlevels") == 0;
}

/* The script that a link of a runlevel starts; NULL: none. OpenRC has no links that stop. systemd
 * goes by the link's name, and passes over the runlevels S, 0 and 6. */
static const char *starts(const struct files_state *s, const struct unit_entry *link)
{
    const char *end = link->link ? strrchr(link->link, '/') : NULL;
    const char *script = link->name[0] == 'S' ? sysv_link_script(link->name) : NULL;

    if (is_openrc(link))
        return end ? end + 1 : link->link;
    if (script && unit_has_systemd(s->current->root, s->walk.search->manager.version) &&
        !strpbrk(strrchr(link->dir->path, '/'), "12345"))
        return NULL;
    return script;
}

/* Gather the services of scripts that links of some runlevel start; sorted. */
static int gather_started(struct files_state *s)
{
    s->started = calloc(s->walk.places->n + 1, sizeof *s->started);
    if (!s->started)
        return -ENOMEM;
    for (size_t i = 0; i < s->walk.places->n; i++) {
        const struct unit_entry *link = &s->walk.places->entries[i];
        const char *script = strcmp(link->dir->place->kind, "rc") == 0 ? starts(s, link) : NULL;
        if (script)
            s->started[s->n_started++] = unit_sysv_name(&s->walk.places->memory, script);
    }
    if (s->walk.places->memory.failed)
        return -ENOMEM;
    qsort(s->started, s->n_started, sizeof *s->started, by_text);
    return 0;
}

static bool is_started(const struct files_state *s, const char *unit)
{
    return bsearch(&unit, s->started, s->n_started, sizeof *s->started, by_text) != NULL;
}

static const char *place_state(const struct files_state *s, const struct file_row *row)
{
    const char *kind = row->kind;

    if (strcmp(kind, "generator") == 0 || strcmp(kind, "hook") == 0 ||
        strcmp(row->name, "rc.local") == 0)
        return executable_state(s, row);
    if ((strcmp(kind, "rc") == 0 || strcmp(kind, "sysv") == 0) && row->shadowed_by)
        return NULL;
    if ((strcmp(kind, "rc") == 0 || strcmp(kind, "sysv") == 0) &&
        unit_sysv_off(s->current->root, s->walk.search->manager.version))
        return "disabled";
    if (strcmp(kind, "rc") == 0)
        return starts(s, s->entry) && !unit_sysv_ignored(s->current->root, s->entry) ? "enabled"
                                                                                     : "disabled";
    if (strcmp(kind, "sysv") == 0)
        return is_started(s, row->unit) ? "enabled" : "disabled";
    if (strcmp(kind, "linger") == 0)
        return "enabled";
    if (!*s->entry->dir->place->group) /* an empty file replaces no other */
        return NULL;
    return unit_search_is_mask(s->current, s->entry) ? "masked" : NULL;
}

int unit_files_get_state(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct files_state    *s = tbl_state(scan);
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
    if (strcmp(row->kind, "drop-in") == 0 && unit_search_is_mask(s->current, s->entry))
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

/* Whether the row is of the file that a unit of its name is loaded from. */
static bool is_in_force(const struct files_state *s)
{
    return !s->entry->dir->place && s->entry->where == UNIT_TOP && unit_name_kind(s->entry->name) &&
           unit_search_fragment(s->current, s->entry->name) == s->entry;
}

/* Load what the row tells of: a unit in force with its drop-ins, any other file alone. */
static int load(struct files_state *s)
{
    struct unit_entry *entry = s->entry;

    if (s->loaded_for == entry)
        return 0;
    unit_loaded_free(&s->loaded);
    s->loaded_for = NULL;
    const char *type = entry->dir->place ? NULL : type_of_owner(entry->owner);
    int         r = is_in_force(s) ? unit_load(s->current, entry->name, &s->loaded)
                                   : unit_load_file(s->current, entry, type, &s->loaded);
    if (r == 0)
        s->loaded_for = entry;
    return r;
}

static bool is_unit_text(const struct files_state *s, const struct file_row *row)
{
    return !s->entry->dir->place && s->entry->where != UNIT_WANTS && s->entry->type != DT_DIR &&
           strcmp(row->kind, "other") != 0;
}

/* Other files of sections, keys and values: kind, and the section that names a program. */
static const struct {
    const char *kind, *section;
} alike[] = {{"dbus", "D-BUS Service"},
             {"autostart", "Desktop Entry"},
             {"quadlet", "Container"},
             {"profile", "Service"},
             {"manager-config", "Manager"}};

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
    struct files_state *s = tbl_state(scan);
    struct buffer       text = {0};

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
    int name(struct tbl_scan *scan, const void *row, sqlite3_context *out)                         \
    {                                                                                              \
        return get_text(scan, row, out,                                                            \
                        &(struct unit_settings_want){section, key, false, false, false});          \
    }

VALUE_GETTER(unit_files_get_description, "Unit", "Description")
VALUE_GETTER(unit_files_get_documentation, "Unit", "Documentation")
VALUE_GETTER(unit_files_get_source_path, "Unit", "SourcePath")
VALUE_GETTER(unit_files_get_user, "Service", "User")
VALUE_GETTER(unit_files_get_wanted_by, "Install", "WantedBy")
VALUE_GETTER(unit_files_get_required_by, "Install", "RequiredBy")

/* Files of lines: environment, xinetd, inetd, Upstart, rc.local. */
static bool is_lines(const struct file_row *row)
{
    static const char *const kinds[] = {"environment", "xinetd", "inetd", "upstart"};

    for (size_t i = 0; i < TBL_COUNT(kinds); i++)
        if (strcmp(kinds[i], row->kind) == 0)
            return true;
    return strcmp(row->name, "rc.local") == 0;
}

/* The lines of such a file that are neither empty nor comments; past UNIT_TEXT_MAX "..." */
static int get_lines(const struct files_state *s, sqlite3_context *out)
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

int unit_files_get_commands(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct file_row *row = data;

    if (is_lines(row) && strcmp(row->kind, "environment") != 0)
        return get_lines(tbl_state(scan), out);
    return get_text(scan, row, out, &(struct unit_settings_want){.key = "Exec", .prefix = true});
}

int unit_files_get_settings(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    if (is_lines(row))
        return get_lines(tbl_state(scan), out);
    return get_text(scan, row, out, &(struct unit_settings_want){.named = true});
}

/* The same of the file alone, without its drop-ins. */
int unit_files_get_own_commands(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    if (is_lines(data))
        return unit_files_get_commands(scan, data, out);
    return get_text(scan, data, out,
                    &(struct unit_settings_want){.key = "Exec", .prefix = true, .own = true});
}

int unit_files_get_own_settings(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    if (is_lines(row))
        return get_lines(tbl_state(scan), out);
    return get_text(scan, row, out, &(struct unit_settings_want){.named = true, .own = true});
}

int unit_files_get_exec_start(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    static const char *const programs[] = {"generator", "sysv", "rc", "hook"};
    const struct file_row   *row = data;
    const char              *section = section_of(row);

    for (size_t i = 0; i < TBL_COUNT(programs); i++)
        if (strcmp(programs[i], row->kind) == 0)
            result(out, row->path);
    return get_text(scan, row, out,
                    &(struct unit_settings_want){.section = section ? section : "Service",
                                                 .key = section ? "Exec" : "ExecStart"});
}

/* Names ------------------------------------------------------------------------ */

/* Append the names that Provides: of the script gives, each with a NUL after it. */
static int read_provides(const struct files_state *s, struct buffer *names)
{
    char  *data;
    size_t size;
    int    r = root_read(s->current->root, s->entry->path, UNIT_FILE_MAX, &data, &size);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    sysv_provides(data, size, s->entry->name, names);
    free(data);
    return names->failed ? -ENOMEM : 0;
}

int unit_files_get_started_by(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct files_state *s = tbl_state(scan);
    struct buffer       names = {0};

    (void)row;
    if (!is_in_force(s))
        return SQLITE_OK;
    if (!s->starts && unit_starts_open(&s->starts, s->current) < 0)
        return SQLITE_NOMEM;
    const char *text =
        unit_starts_by(s->starts, s->entry->name, &names) ? buffer_text(&names) : NULL;
    bool failed = names.failed;
    result(out, text);
    buffer_free(&names);
    return failed ? SQLITE_NOMEM : SQLITE_OK;
}

int unit_files_get_aliases(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct files_state    *s = tbl_state(scan);
    const struct file_row *row = data;
    struct buffer          names = {0}, json = {0};
    int                    r = 0;

    if (strcmp(row->kind, "sysv") == 0)
        r = read_provides(s, &names);
    else if (is_in_force(s))
        r = unit_aliases_of(s->current, s->entry, &names);
    for (size_t i = 0; r == 0 && i < names.size; i += strlen(names.data + i) + 1) {
        buffer_puts(&json, i ? ", " : "[");
        buffer_json(&json, names.data + i, strlen(names.data + i));
    }
    if (json.size)
        buffer_putc(&json, ']');
    const char *text = json.size ? buffer_text(&json) : NULL;
    result(out, text);
    r = r < 0 || json.failed ? -ENOMEM : 0;
    buffer_free(&names);
    buffer_free(&json);
    return r < 0 ? SQLITE_NOMEM : SQLITE_OK;
}

/* Errors ---------------------------------------------------------------------- */

static const char *error_of_file(struct tbl_scan *scan, const struct unit_file *file)
{
    if (file->error)
        return root_as_error(file->error);
    if (file->fault)
        return tbl_printf(scan, "line %u: %s; systemd reads no further", file->fault_line,
                          unit_fault_text(file->fault));
    if (file->fatal)
        return tbl_printf(scan, "line %u: %s; systemd reads no further", file->fatal_line,
                          file->fatal);
    if (file->lost)
        return tbl_printf(scan, "%lld settings beyond the first %d not read", (long long)file->lost,
                          UNIT_SETTINGS_MAX);
    if (file->cut)
        return tbl_printf(scan, "only its first %lld bytes were read", (long long)file->size);
    if (file->nuls)
        return "has NUL bytes";
    if (file->size > LARGE)
        return tbl_printf(scan, "unusually large for a unit file: %lld bytes",
                          (long long)file->size);
    return file->ignored ? tbl_printf(scan, "%u line%s that systemd ignores", file->ignored,
                                      file->ignored == 1 ? "" : "s")
                         : NULL;
}

/* Why a link of a file that is not read as a unit cannot be followed. */
static const char *error_of_other(const struct files_state *s)
{
    struct stat st;
    int         r = root_stat(s->current->root, s->entry->path, true, &st);

    if (r < 0 && r != -ENOENT)
        return root_as_error(r);
    if (r == 0 && s->entry->dir->place && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
        return "not a regular file";
    return NULL;
}

/* Why the manager refuses the unit that was loaded. */
static int find_refusal(struct files_state *s, const char **ret)
{
    if (!s->have_host && unit_host_read(&s->host, s->walk.source.root) < 0)
        return -ENOMEM;
    s->have_host = true;
    return unit_loaded_bad_setting(s->current, &s->host, s->entry->name, &s->loaded, ret);
}

int unit_files_get_error(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct files_state *s = tbl_state(scan);

    if (s->entry->error) {
        result(out, root_as_error(s->entry->error));
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
    const char             *refused = NULL;
    if (is_in_force(s) && find_refusal(s, &refused) < 0)
        return SQLITE_NOMEM;
    const char *error =
        file && file->entry == s->entry && !dangling ? error_of_file(scan, file) : NULL;
    result(out, error && refused ? tbl_printf(scan, "%s; %s", error, refused)
                : error          ? error
                                 : refused);
    return SQLITE_OK;
}

/* Owners and digests ------------------------------------------------------------ */

int unit_files_get_resolved(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct files_state *s = tbl_state(scan);
    char                path[ROOT_PATH_MAX];

    (void)row;
    if (unit_search_resolve(s->current, s->entry, path))
        result(out, tbl_utf8(scan, path, strlen(path)));
    return SQLITE_OK;
}

int unit_files_get_sha256(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct files_state *s = tbl_state(scan);
    char                hex[UNIT_DIGEST_SIZE];

    (void)row;
    if (unit_program_digest(s->current->root, s->entry->path, hex))
        result(out, hex);
    else
        root_gone(s->current->root, s->entry->path, -ENOENT); /* counts it where it was removed */
    return SQLITE_OK;
}

/* The packages of the root; NULL where there is no database. */
static int find_packages(struct tbl_scan *scan, struct packages **ret)
{
    struct files_state *s = tbl_state(scan);

    if (!s->have_packages) {
        int r = packages_get(tbl_svcql(scan), s->walk.source.root, &s->packages);
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        s->have_packages = true;
    }
    *ret = s->packages;
    return SQLITE_OK;
}

int unit_files_get_package(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct files_state *s = tbl_state(scan);
    struct packages    *packages;
    int                 rc = find_packages(scan, &packages);

    (void)row;
    if (rc != SQLITE_OK || !packages || s->entry->error)
        return rc;
    if (!s->have_owner)
        s->owner = packages_owner(packages, s->entry->path);
    s->have_owner = true;
    result(out, s->owner ? s->owner : "");
    return SQLITE_OK;
}

int unit_files_get_package_altered(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct files_state *s = tbl_state(scan);
    struct packages    *packages;
    int                 rc = find_packages(scan, &packages);

    (void)row;
    if (rc != SQLITE_OK || !packages || s->entry->error)
        return rc;
    if (!s->have_altered)
        s->altered = packages_altered(packages, s->entry->path);
    s->have_altered = true;
    if (s->altered >= 0)
        sqlite3_result_int(out, s->altered);
    return s->altered == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}
