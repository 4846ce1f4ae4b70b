/* launch_daemons.c -- every property list that makes launchd start something: daemons and agents,
 * those of application bundles, login items and XPC services; XML and binary, hidden and set aside.
 *
 *     SELECT path, label, program_arguments FROM launch_daemons
 *      WHERE run_at_load AND label GLOB 'com.apple.*' AND path NOT GLOB '/System*';
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence.h"
#include "evidence/root_names.h"
#include "formats/plist/launchd_plist.h"
#include "formats/text/input.h"
#include "formats/text/json_tree.h"
#include "launchd_overrides.h"
#include "launchd_places.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define FILE_MAX (32u << 20) /* bytes of a property list that is read */

static const char table_name[] = "launch_daemons";

struct daemon_row {
    const char        *host;
    const char        *source;
    const char        *path;
    const char        *name;
    const char        *type;
    const char        *user;
    const char        *label;
    const char        *program;
    struct launchd_job job; /* points into the state's */
    int64_t            label_matches_file;
    bool               hidden;
    const char        *mode;
    int64_t            uid;
    int64_t            gid;
    int64_t            size;
    double             mtime;
    double             ctime;
    const char        *error;
    const char        *file;
    const char        *root;
};

struct state {
    struct launchd_files     files; /* of the source */
    size_t                   next;
    struct root_map          map; /* of the row's file */
    struct launchd_job       job;
    struct launchd_overrides overrides; /* of the source, once a row asks */
    bool                     have_overrides;
    bool                     uses_user;
    size_t                   resolved; /* `next` of the row whose program is `program` */
    bool                     found;    /* whether it was found */
    char                     program[ROOT_PATH_MAX]; /* after all links */
    char                     folder[ROOT_PATH_MAX];  /* of the last file, and where it is shown */
    char                     folder_shown[2 * ROOT_PATH_MAX];
    int64_t                  records, damaged;
    const struct tbl_terms  *types, *paths, *names;
};

/* Sources ---------------------------------------------------------------------- */

/* Whether the query needs a field of the job. */
static bool uses_field(const void *scan, size_t offset)
{
    static const char *const by_arguments[] = {"program_path", "script_text", "program_mode",
                                               "program_uid"};

    for (size_t i = 0;
         i < TBL_COUNT(by_arguments) && offset == offsetof(struct launchd_job, program_arguments);
         i++)
        if (tbl_uses_name(scan, by_arguments[i]))
            return true;
    return tbl_uses(scan, offsetof(struct daemon_row, job) + offset);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    launchd_job_leave_out(&state->job, uses_field, scan);
    state->uses_user = TBL_USES(scan, struct daemon_row, user) ||
                       tbl_uses_name(scan, "disabled_override") ||
                       tbl_uses_name(scan, "disabled_override_source");
    state->types = TBL_TERMS(scan, struct daemon_row, type);
    state->paths = TBL_TERMS(scan, struct daemon_row, path);
    state->names = TBL_TERMS(scan, struct daemon_row, name);
    return SQLITE_OK;
}

/* Of a root; files that are named are reported by read_file(). */
static void report_source(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);

    if (*tbl_source(scan)->path)
        report->location = NULL;
    report->records = state->records;
    report->skipped = state->damaged + (int64_t)state->files.lost;
}

/* Say what is wrong with one file or folder; of a file named by itself, also that nothing is. */
static int report_file(struct tbl_scan *scan, const char *location, int error, const char *detail)
{
    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = table_name,
                            .kind = artefact_name(ARTEFACT_PLIST),
                            .host = tbl_source(scan)->host,
                            .location = location,
                            .status = error ? source_status_of(error) : SOURCE_READ,
                            .records = error == 0,
                            .skipped = error != 0,
                            .detail = detail,
                        });
}

/* A source that is a file rather than a root. */
static int one_file(struct tbl_scan *scan)
{
    struct state        *state = tbl_state(scan);
    struct launchd_file *file = malloc(sizeof *file);
    char                *path = strdup(tbl_source(scan)->path);

    if (!file || !path) {
        free(file);
        free(path);
        return -ENOMEM;
    }
    *file = (struct launchd_file){
        .path = path, .type = launchd_type_of(tbl_source(scan)->shown), .sure = true};
    state->files = (struct launchd_files){.files = file, .n = 1};
    return 0;
}

/* Report the files that this statement found before, for the same types, and does not find now. */
static int report_missing(struct tbl_scan *scan)
{
    struct state              *state = tbl_state(scan);
    const struct launchd_file *files = state->files.files;
    const struct source       *source = tbl_source(scan);
    struct root_names          names = {.n = state->files.n, .lost = state->files.lost};
    struct folder folder = {artefact_name(ARTEFACT_PLIST), source->host, source->root, ""};

    if (state->types->n > 1 || state->types->prefix)
        return 0;
    if (!(names.names = calloc(names.n + 1, sizeof *names.names)))
        return -ENOMEM;
    for (size_t i = 0; i < names.n; i++) {
        names.names[i] = files[i].path;
        names.error = files[i].error ? files[i].error : names.error;
    }
    int rc = svcql_listed(tbl_svcql(scan), table_name, &folder,
                          state->types->n ? state->types->texts[0] : NULL, &names);
    free(names.names);
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Find the files of a source. */
static int open_source(struct tbl_scan *scan)
{
    struct state        *state = tbl_state(scan);
    const struct source *source = tbl_source(scan);

    state->next = state->resolved = 0;
    state->folder[0] = '\0';
    state->records = state->damaged = 0;
    if (*source->path)
        return one_file(scan);
    int r = launchd_files_find(source->root, state->types, &state->files);
    return r < 0 ? r : report_missing(scan);
}

static void close_source(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    launchd_files_free(&state->files);
    launchd_overrides_free(&state->overrides);
    state->have_overrides = false;
}

/* Rows ------------------------------------------------------------------------- */

static double seconds(struct timespec time)
{
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Where a person finds a file: its name is spelled as its folder has it, so the folder is looked up once. */
static const char *shown(struct tbl_scan *scan, const struct launchd_file *file)
{
    struct state      *state = tbl_state(scan);
    const struct root *root = tbl_source(scan)->root;
    const char        *path = file->path, *name = strrchr(path, '/');
    size_t             size = name ? (size_t)(name - path) : 0;

    if (*tbl_source(scan)->path || file->error || !size || root_flags(root) & ROOT_PERCENT)
        return tbl_shown(scan, root, path);
    if (strncmp(state->folder, path, size) != 0 || state->folder[size]) {
        snprintf(state->folder, sizeof state->folder, "%.*s", (int)size, path);
        root_shown(root, state->folder, state->folder_shown);
    }
    return tbl_printf(scan, "%s%s", state->folder_shown, name);
}

static int fill_file(struct tbl_scan *scan, struct daemon_row *row, const struct launchd_file *file)
{
    const struct state *state = tbl_state(scan);
    size_t              size = 0;
    const char         *user = state->uses_user ? launchd_user_of(file->path, &size) : NULL;

    row->host = tbl_source(scan)->host;
    row->source = shown(scan, file);
    row->path = file->path;
    row->name = strrchr(file->path, '/') + 1;
    row->hidden = row->name[0] == '.';
    row->type = file->type;
    row->user = user ? tbl_strndup(scan, user, size) : NULL;
    return row->source && (!user || row->user) ? SQLITE_OK : SQLITE_NOMEM;
}

static int fill_stat(struct tbl_scan *scan, struct daemon_row *row, const struct stat *st)
{
    row->mode = tbl_printf(scan, "%04o", (unsigned)st->st_mode & 07777);
    row->uid = (int64_t)st->st_uid;
    row->gid = (int64_t)st->st_gid;
    row->size = (int64_t)st->st_size;
    row->mtime = seconds(st->st_mtim);
    row->ctime = seconds(st->st_ctim);
    return row->mode ? SQLITE_OK : SQLITE_NOMEM;
}

/* Whether the file's name is its label with ".plist", as launchd.plist(5) asks. */
static int64_t matches(const char *label, const char *name)
{
    if (!label)
        return TBL_NULL;
    size_t size = strlen(label);
    return strncmp(name, label, size) == 0 && strcasecmp(name + size, ".plist") == 0;
}

/* A login item or XPC service has its label and program in the keys of a bundle. */
static int fill_bundle(struct tbl_scan *scan, struct daemon_row *row)
{
    size_t bundle = launchd_bundle_of(row->path);

    row->label = row->job.bundle_identifier;
    row->label_matches_file = TBL_NULL;
    if (row->job.bundle_executable && bundle)
        row->program = tbl_printf(scan, "%.*s/Contents/MacOS/%s", (int)bundle, row->path,
                                  row->job.bundle_executable);
    return !row->program && row->job.bundle_executable && bundle ? SQLITE_NOMEM : SQLITE_OK;
}

static int fill_job(struct tbl_scan *scan, struct daemon_row *row)
{
    row->label = row->job.label;
    row->program = row->job.program;
    row->label_matches_file = matches(row->label, row->name);
    bool bundle = strcasecmp(row->name, "Info.plist") == 0 && !row->job.label;
    return bundle ? fill_bundle(scan, row) : SQLITE_OK;
}

/* Read the row's file. Returns 1 for a row, 0 for a file that is none after all, or an error. */
static int read_file(struct tbl_scan *scan, struct daemon_row *row, const struct launchd_file *file)
{
    struct state      *state = tbl_state(scan);
    const struct root *root = tbl_source(scan)->root;
    struct plist_error error = {""};
    struct stat        st;

    int r = root_map_next(root, file->path, FILE_MAX, &state->map, &st);
    if (r < 0 && !tbl_source(scan)->named)
        r = root_gone(root, file->path, r);
    if (!file->sure && (r == 0 ? !plist_looks_like(state->map.data, state->map.size)
                               : r == -ENOENT || r == -EINVAL))
        return 0;
    if ((r == 0 || root_stat(root, file->path, true, &st) == 0) && fill_stat(scan, row, &st))
        return -ENOMEM;
    if (r < 0)
        snprintf(error.text, sizeof error.text, "%s", source_error(r));
    else
        r = launchd_job_read(&state->job, state->map.data, state->map.size, &error);
    if (r == -ENOMEM)
        return r;
    if (r == 0 || state->map.data)
        row->job = state->job;
    if (r < 0 && !(row->error = tbl_strndup(scan, error.text, strlen(error.text))))
        return -ENOMEM;
    if (r < 0)
        state->damaged++;
    if (r < 0 || *tbl_source(scan)->path)
        r = report_file(scan, row->source, r, row->error) == SQLITE_OK ? 0 : -ENOMEM;
    return r < 0 ? r : 1;
}

/* Whether the row can be one that the query wants, from what is known before reading the file. */
static bool wanted(const struct state *state, const struct daemon_row *row)
{
    return tbl_match_text(state->types, row->type, false) &&
           tbl_match_text(state->paths, row->path, false) &&
           tbl_match_text(state->names, row->name, false);
}

/* Fill the row from a file: SQLITE_ROW, SQLITE_OK where it gives none, or an error. */
static int take_file(struct tbl_scan *scan, struct daemon_row *row, const struct launchd_file *file)
{
    struct state *state = tbl_state(scan);

    int rc = fill_file(scan, row, file);
    if (rc != SQLITE_OK)
        return rc;
    if (file->error)
        return report_file(scan, row->source, file->error, source_error(file->error));
    if (!wanted(state, row))
        return SQLITE_OK;
    int r = read_file(scan, row, file);
    if (r <= 0)
        return r < 0 ? tbl_error(scan, r, row->source) : SQLITE_OK;
    state->records++;
    rc = fill_job(scan, row);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static int next_job(struct tbl_scan *scan, void *out)
{
    struct state     *state = tbl_state(scan);
    struct daemon_row blank = *(struct daemon_row *)out;

    while (state->next < state->files.n) {
        memcpy(out, &blank, sizeof blank);
        int rc = take_file(scan, out, &state->files.files[state->next++]);
        if (rc != SQLITE_OK)
            return rc;
    }
    memcpy(out, &blank, sizeof blank);
    return SQLITE_DONE;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    root_unmap(&state->map);
    launchd_job_free(&state->job);
}

/* What costs ------------------------------------------------------------------- */

/* The path that launchd would run, as written: Program, else the first argument, else the
 * bundle's program. A bare name is searched in the default path of posix_spawnp(3). */
static int written_program(const struct root *root, const struct daemon_row *row,
                           char ret[ROOT_PATH_MAX])
{
    static const char *const path[] = {"/usr/bin", "/bin", "/usr/sbin", "/sbin"};
    const char              *program = row->program ? row->program : row->job.first_argument;
    size_t                   bundle = launchd_bundle_of(row->path);
    const char              *chroot = row->job.root_directory ? row->job.root_directory : "";
    struct stat              st;

    if (!program && row->job.bundle_program && bundle)
        return snprintf(ret, ROOT_PATH_MAX, "%.*s/%s", (int)bundle, row->path,
                        row->job.bundle_program);
    if (!program)
        return 0;
    if (*program == '/')
        return snprintf(ret, ROOT_PATH_MAX, "%s%s", chroot, program);
    for (size_t i = 0; i < TBL_COUNT(path) && !strchr(program, '/'); i++) {
        int size = snprintf(ret, ROOT_PATH_MAX, "%s%s/%s", chroot, path[i], program);
        if (size < ROOT_PATH_MAX && root_stat(root, ret, true, &st) == 0)
            return size;
    }
    return 0;
}

/* Where the program of the row is after all links; NULL where there is none. */
static const char *find_program(struct tbl_scan *scan, const struct daemon_row *row)
{
    struct state *state = tbl_state(scan);
    char          written[ROOT_PATH_MAX];

    if (state->resolved != state->next) { /* the number of the row's file, plus one */
        int size = written_program(tbl_source(scan)->root, row, written);
        state->found = size > 0 && size < ROOT_PATH_MAX &&
                       root_resolve(tbl_source(scan)->root, written, state->program) == 0;
        state->resolved = state->next;
    }
    return state->found ? state->program : NULL;
}

static int get_program_path(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const char *path = find_program(scan, row);

    if (path)
        sqlite3_result_text(out, path, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static bool stat_program(struct tbl_scan *scan, const void *row, struct stat *ret)
{
    const char *path = find_program(scan, row);

    return path && root_stat(tbl_source(scan)->root, path, true, ret) == 0;
}

/* Scripts --------------------------------------------------------------------- */

#define SCRIPT_MAX (64u << 10) /* bytes */

static bool is_interpreter(const char *program)
{
    static const char *const names[] = {
        "sh",   "bash", "zsh", "dash",      "ksh", "tcsh", "csh",   "python",     "perl",
        "ruby", "node", "php", "osascript", "env", "nice", "nohup", "caffeinate", "sudo"};
    const char *slash = strrchr(program, '/'), *name = slash ? slash + 1 : program;
    size_t      size = strcspn(name, "0123456789.");

    for (size_t i = 0; i < TBL_COUNT(names); i++)
        if (strlen(names[i]) == size && strncmp(name, names[i], size) == 0)
            return true;
    return false;
}

/* The beginning of a file that is a script, or with `any` any text; *ret stays NULL where it is none. An
 * SQLite code. */
static int script_head(struct tbl_scan *scan, const char *path, bool any, const char **ret)
{
    char   *data = tbl_alloc(scan, SCRIPT_MAX);
    int     fd = data ? root_open_file(tbl_source(scan)->root, path) : -1;
    size_t  size = 0;
    ssize_t n = 1;

    while (fd >= 0 && n > 0 && size < SCRIPT_MAX) {
        n = input_read(fd, data + size, SCRIPT_MAX - size);
        size += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    bool script = size > 2 && memcmp(data, "#!", 2) == 0;
    if (size == 0 || !(script || any) || memchr(data, '\0', size))
        return data ? SQLITE_OK : SQLITE_NOMEM;
    *ret = tbl_utf8(scan, data, size);
    return *ret ? SQLITE_OK : SQLITE_NOMEM;
}

/* The script that is the program, or the first that an interpreter is given. */
static int get_script_text(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct daemon_row *daemon = row;
    const char              *path = find_program(scan, row);
    const char *program = daemon->program ? daemon->program : daemon->job.first_argument;
    const char *text = NULL;
    int         rc = path ? script_head(scan, path, false, &text) : SQLITE_OK;
    const char *list = daemon->job.program_arguments;
    cJSON      *arguments = NULL;

    if (!text && program && is_interpreter(program) && list &&
        json_tree(list, strlen(list), &arguments) == -ENOMEM)
        return SQLITE_NOMEM;
    const cJSON *argument = cJSON_GetArrayItem(arguments, 0);

    for (argument = argument ? argument->next : NULL; rc == SQLITE_OK && argument && !text;
         argument = argument->next)
        if (cJSON_IsString(argument) && argument->valuestring[0] == '/')
            rc = script_head(scan, argument->valuestring, true, &text);
    cJSON_Delete(arguments);
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
    return rc;
}

static int get_program_mode(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct stat st;
    char        mode[8];

    if (stat_program(scan, row, &st)) {
        snprintf(mode, sizeof mode, "%04o", (unsigned)st.st_mode & 07777);
        sqlite3_result_text(out, mode, -1, SQLITE_TRANSIENT);
    }
    return SQLITE_OK;
}

static int get_program_uid(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct stat st;

    if (stat_program(scan, row, &st))
        sqlite3_result_int64(out, (int64_t)st.st_uid);
    return SQLITE_OK;
}

static int get_sha256(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    char          hex[SHA256_DIGEST_STRING_LENGTH];

    (void)row;
    if (state->map.data) {
        SHA256Data(state->map.data, state->map.size, hex);
        sqlite3_result_text(out, hex, -1, SQLITE_TRANSIENT);
    }
    return SQLITE_OK;
}

static int add_json(void *json, const struct plist_event *event)
{
    plist_json(json, event);
    return 0;
}

static int get_properties(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    struct buffer json = {0};

    (void)row;
    int r = state->map.data ? plist_parse(state->map.data, state->map.size, add_json, &json, NULL)
                            : -ENODATA;
    const char *text = r == 0 ? buffer_text(&json) : NULL;
    if (text)
        sqlite3_result_text(out, text, (int)json.size, SQLITE_TRANSIENT);
    buffer_free(&json);
    return r == 0 && !text ? SQLITE_NOMEM : SQLITE_OK;
}

/* The user whose launchd decides: a home's owner, any user for agents of all, or the system. */
static int64_t deciding_user(struct tbl_scan *scan, const struct daemon_row *row)
{
    struct stat st;
    char        home[ROOT_PATH_MAX];

    if (!row->type || strcmp(row->type, "daemon") == 0)
        return LAUNCHD_SYSTEM;
    if (!row->user)
        return LAUNCHD_ANY_USER;
    size_t size = (size_t)(strstr(row->path, row->user) - row->path) + strlen(row->user);
    snprintf(home, sizeof home, "%.*s", (int)size, row->path);
    return root_stat(tbl_source(scan)->root, home, true, &st) == 0 ? (int64_t)st.st_uid
                                                                   : LAUNCHD_ANY_USER;
}

/* Set *ret to the word of launchctl on the row's label, or to NULL. Returns an SQLite code. */
static int find_override(struct tbl_scan *scan, const struct daemon_row *row,
                         const struct launchd_override **ret)
{
    struct state *state = tbl_state(scan);

    *ret = NULL;
    if (!row->label || *tbl_source(scan)->path)
        return SQLITE_OK;
    if (!state->have_overrides &&
        (launchd_overrides_load(tbl_source(scan)->root, &state->overrides) < 0 ||
         launchd_overrides_listed(scan, &state->overrides) != SQLITE_OK))
        return SQLITE_NOMEM;
    state->have_overrides = true;
    *ret = launchd_overrides_find(&state->overrides, row->label, deciding_user(scan, row));
    return SQLITE_OK;
}

static int get_override(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct launchd_override *override;

    int rc = find_override(scan, row, &override);
    if (override)
        sqlite3_result_int64(out, override->disabled);
    return rc;
}

static int get_override_source(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct launchd_override *override;

    int rc = find_override(scan, row, &override);
    if (!override)
        return rc;
    const char *source = tbl_shown(scan, tbl_source(scan)->root, override->path);
    if (source)
        sqlite3_result_text(out, source, -1, SQLITE_TRANSIENT);
    return source ? rc : SQLITE_NOMEM;
}

/* Columns ---------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct daemon_row, field, flags, doc)
#define JOB(field, doc)        TBL_COL_AS(#field, struct daemon_row, job.field, 0, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the file belongs to"),
    ROW(source, TBL_KEY | TBL_ID, "Path of the file in the evidence"),
    ROW(path, TBL_KEY | TBL_PREFIX, "Path of the file on its host"),
    ROW(name, TBL_KEY, "Name of the file"),
    ROW(type, TBL_KEY, "daemon, agent, login_item or xpc_service, by its place; NULL elsewhere"),
    ROW(user, 0, "User whose home holds the file"),
    ROW(label, 0, "Label of the job; of a login item or XPC service its bundle identifier"),
    ROW(program, 0, "Program, as written; of a login item or XPC service its executable"),
    JOB(program_arguments, "ProgramArguments, as JSON; the program's own name is the first"),
    JOB(bundle_program, "BundleProgram, a path within the application bundle"),
    TBL_LAZY("program_path", TBL_TEXT, 0,
             "File that would run, after all links; NULL where it is not there", get_program_path),
    TBL_LAZY(
        "script_text", TBL_TEXT, 0,
        "Beginning of the script that the program is, or that its interpreter is given: 64 KiB",
        get_script_text),
    TBL_LAZY("program_mode", TBL_TEXT, 0, "Permissions of that file, octal", get_program_mode),
    TBL_LAZY("program_uid", TBL_INT, 0, "Owner of that file", get_program_uid),
    JOB(run_at_load, "Whether it starts as soon as it is loaded"),
    JOB(keep_alive, "KeepAlive, as JSON: true, or the conditions"),
    JOB(on_demand, "OnDemand, the older opposite of KeepAlive"),
    JOB(start_interval, "Seconds between starts"),
    JOB(start_calendar_interval, "StartCalendarInterval, as JSON"),
    JOB(start_on_mount, "Whether it starts whenever a file system is mounted"),
    JOB(watch_paths, "Paths whose change starts it, as JSON"),
    JOB(queue_directories, "Folders that start it while they are not empty, as JSON"),
    JOB(sockets, "Sockets that start it, as JSON"),
    JOB(mach_services, "Mach services that start it, as JSON"),
    JOB(launch_events, "LaunchEvents that start it, as JSON"),
    JOB(environment_variables, "EnvironmentVariables, as JSON"),
    JOB(user_name, "User it runs as"),
    JOB(group_name, "Group it runs as"),
    JOB(umask, "Umask, as a decimal number"),
    JOB(session_create, "Whether it gets a security session of its own"),
    JOB(root_directory, "Folder it is confined to by chroot(2)"),
    JOB(working_directory, "Folder it starts in"),
    TBL_COL_AS("stdin", struct daemon_row, job.standard_in, 0, "File that is its standard input"),
    TBL_COL_AS("stdout", struct daemon_row, job.standard_out, 0, "File its output goes to"),
    TBL_COL_AS("stderr", struct daemon_row, job.standard_error, 0, "File its errors go to"),
    JOB(process_type, "ProcessType: Background, Standard, Adaptive or Interactive"),
    JOB(inetd_compatibility, "inetdCompatibility, as JSON"),
    JOB(limit_load_to_session_type, "Session types it loads in, as JSON"),
    JOB(associated_bundle_identifiers, "Applications that the user sees as its owner, as JSON"),
    JOB(disabled, "The property list's own Disabled; NULL where it has none or conditions"),
    TBL_LAZY("disabled_override", TBL_BOOL, 0,
             "What launchctl disable (1) or enable (0) wrote down; of an agent for all users, for "
             "the lowest user id that has it: launchd_overrides has all",
             get_override),
    TBL_LAZY("disabled_override_source", TBL_TEXT, 0, "File of the override", get_override_source),
    ROW(label_matches_file, 0, "Whether the name of the file is the label with .plist"),
    ROW(hidden, 0, "Whether the name of the file begins with a dot"),
    ROW(mode, 0, "Permissions of the file, octal"),
    ROW(uid, 0, "Owner of the file"),
    ROW(gid, 0, "Group of the file"),
    ROW(size, 0, "Bytes of the file"),
    ROW(mtime, 0, "Last change of its contents, seconds since the epoch, UTC"),
    ROW(ctime, 0, "Last change of its inode, seconds since the epoch, UTC"),
    TBL_LAZY("sha256", TBL_TEXT, 0, "SHA-256 of the file", get_sha256),
    TBL_LAZY("properties", TBL_TEXT, 0, "The whole property list, as JSON", get_properties),
    ROW(error, 0, "Why the file, or the rest of it, could not be read"),
    ROW(file, TBL_KEY | TBL_HIDDEN, "File, folder or pattern to read instead of the evidence"),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Jobs that pose as Apple's outside of the system's own folders",
     "SELECT host, path, label, program FROM launch_daemons "
     "WHERE label GLOB 'com.apple.*' AND path NOT GLOB '/System/*'"},
    {"Jobs that run a shell or from a folder that anyone can write to",
     "SELECT host, path, label, program_arguments FROM launch_daemons "
     "WHERE program_arguments GLOB '*/bin/*sh\"*' OR program_arguments GLOB '*/tmp/*' "
     "OR program_arguments GLOB '*/Users/Shared/*'"},
    {"Property lists that hide, or that no one should be able to read",
     "SELECT host, source, label, error FROM launch_daemons "
     "WHERE hidden OR error IS NOT NULL OR NOT label_matches_file"},
};

static const struct tbl_source_table sources = {
    .open_file = open_source,
    .next_record = next_job,
    .report_file = report_source,
    .close_file = close_source,
};

const struct tbl_table launch_daemons_table = {
    .name = table_name,
    .doc = "Property lists of launchd: daemons, agents, login items and XPC services, of macOS "
           "roots and of single files",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct daemon_row),
    .state_size = sizeof(struct state),
    .rows = 800,
    .artefacts = 1u << ARTEFACT_MACOS_ROOT | 1u << ARTEFACT_PLIST,
    .open = open_scan,
    .sources = &sources,
    .close = close_scan,
};
