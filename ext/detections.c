/* detections.c -- detections of a folder, in a private connection.
 *
 * Each shape is a virtual table of one row, whose columns have the shape's types and collations, so
 * that an expression compares as it would in the shape's view. All detections of a shape are one
 * statement with a column each. An expression is compiled alone before it joins: once in parentheses and
 * once without, so that it cannot close what is around it, with an authorizer that allows one
 * SELECT, the row and functions of a list, and it is run over no row, where only an aggregate gives one.
 */
#include "detections.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/root_names.h"
#include "formats/text/array.h"
#include "functions.h"
#include "root.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define FILE_MAX   (256 * 1024) /* bytes of a detection */
#define FILES_MAX  2000         /* of a folder */
#define LENGTH_MAX (16 << 20)   /* bytes of a text that an expression returns */

/* A detection's expression for one shape. */
struct arm {
    const struct detection_file    *file;
    const struct detection_section *section;
};

/* What is known of a shape: the present row of its table, and its detections. */
struct judged {
    const struct shape *shape;
    sqlite3_value     **row; /* NULL: the table is empty */
    int                 n_row;
    struct arm         *arms;
    size_t              n_arms;
    sqlite3_stmt       *stmt; /* one column an arm; NULL: to be prepared */
};

struct detections {
    sqlite3                 *db;
    struct shapes            shapes;
    struct judged           *judged; /* one a shape */
    struct detection_file  **files;
    size_t                   n_files;
    struct detection_faults *faults;
    sqlite3_stmt            *overlay, *apart, *matches, *entries; /* of the tests */
    bool guarded;     /* the authorizer checks: it is called for our own statements too */
    int  selects;     /* that the authorizer has seen */
    char denied[160]; /* what it did not allow */
};

/* A shape's table ----------------------------------------------------------------- */

struct row_table {
    sqlite3_vtab         base; /* must be first */
    const struct judged *judged;
};

struct row_cursor {
    sqlite3_vtab_cursor base; /* must be first */
    bool                eof;
};

static int row_connect(sqlite3 *db, void *data, int argc, const char *const *argv,
                       sqlite3_vtab **ret, char **error)
{
    const struct detections *d = data;
    const struct judged     *judged = NULL;

    (void)argc, (void)error;
    for (size_t i = 0; i < d->shapes.n && !judged; i++)
        if (strcmp(d->shapes.shapes[i].name, argv[2]) == 0)
            judged = &d->judged[i];
    if (!judged)
        return SQLITE_ERROR;
    char *sql = sqlite3_mprintf("CREATE TABLE x(%s)", judged->shape->declaration);
    int   rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    struct row_table *table = rc == SQLITE_OK ? sqlite3_malloc64(sizeof *table) : NULL;
    if (!table)
        return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
    *table = (struct row_table){.judged = judged};
    *ret = &table->base;
    return SQLITE_OK;
}

static int row_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int row_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedRows = 1;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int row_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret)
{
    struct row_cursor *cursor = sqlite3_malloc64(sizeof *cursor);

    (void)table;
    if (!cursor)
        return SQLITE_NOMEM;
    *cursor = (struct row_cursor){0};
    *ret = &cursor->base;
    return SQLITE_OK;
}

static int row_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static const struct judged *judged_of(sqlite3_vtab_cursor *cursor)
{
    return ((const struct row_table *)cursor->pVtab)->judged;
}

static int row_filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc,
                      sqlite3_value **argv)
{
    (void)plan, (void)text, (void)argc, (void)argv;
    ((struct row_cursor *)cursor)->eof = judged_of(cursor)->row == NULL;
    return SQLITE_OK;
}

static int row_next(sqlite3_vtab_cursor *cursor)
{
    ((struct row_cursor *)cursor)->eof = true;
    return SQLITE_OK;
}

static int row_eof(sqlite3_vtab_cursor *cursor)
{
    return ((struct row_cursor *)cursor)->eof;
}

/* Texts are not copied: the row outlives the statement's step. */
static int row_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column)
{
    const struct judged *judged = judged_of(cursor);
    sqlite3_value       *value = column < judged->n_row ? judged->row[column] : NULL;

    if (value && sqlite3_value_type(value) == SQLITE_TEXT) {
        const char *text = (const char *)sqlite3_value_text(value);
        if (!text)
            return SQLITE_NOMEM;
        sqlite3_result_text(out, text, sqlite3_value_bytes(value), SQLITE_STATIC);
    } else if (value)
        sqlite3_result_value(out, value);
    return SQLITE_OK;
}

static int row_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret)
{
    (void)cursor;
    *ret = 1;
    return SQLITE_OK;
}

static const sqlite3_module row_module = {
    .xCreate = row_connect,
    .xConnect = row_connect,
    .xBestIndex = row_best_index,
    .xDisconnect = row_disconnect,
    .xDestroy = row_disconnect,
    .xOpen = row_open,
    .xClose = row_close,
    .xFilter = row_filter,
    .xNext = row_next,
    .xEof = row_eof,
    .xColumn = row_column,
    .xRowid = row_rowid,
};

/* What an expression may do ---------------------------------------------------------- */

static bool is_allowed_function(const char *name)
{
    static const char *const allowed[] = {
        /* of SQLite */
        "->", "->>", "abs", "char", "coalesce", "glob", "hex", "ifnull", "iif", "instr",
        "json_array_length", "json_extract", "json_type", "json_valid", "length", "like", "lower",
        "ltrim", "max", "min", "nullif", "octet_length", "replace", "round", "rtrim", "sign",
        "substr", "substring", "trim", "typeof", "unicode", "upper",
        /* of svcql */
        "edit_distance", "entropy", "event_number", "exec_path", "name_randomness", "path_trust",
        "regexp", "service_command", "usual_library"};

    for (size_t i = 0; i < TBL_COUNT(allowed); i++)
        if (sqlite3_stricmp(allowed[i], name) == 0)
            return true;
    return false;
}

static int authorize(void *data, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
    struct detections *detections = data;
    const char        *what = "does more than compare columns";

    (void)d;
    if (!detections->guarded)
        return SQLITE_OK;
    /* Other objects that the host's programs add to each connection are in TEMP. */
    if ((action == SQLITE_READ && c && strcmp(c, "main") == 0) ||
        (action == SQLITE_SELECT && detections->selects++ == 0))
        return SQLITE_OK;
    if (action == SQLITE_FUNCTION && b && is_allowed_function(b))
        return SQLITE_OK;
    if (action == SQLITE_SELECT)
        what = "a subquery is not allowed";
    sqlite3_snprintf(sizeof detections->denied, detections->denied, "%s",
                     action == SQLITE_FUNCTION ? "" : what);
    if (action == SQLITE_FUNCTION)
        sqlite3_snprintf(sizeof detections->denied, detections->denied,
                         "the function %.60s is not allowed",
                         b   ? b
                         : a ? a
                             : "");
    return SQLITE_DENY;
}

static sqlite3_stmt *prepare(struct detections *d, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    if (sql)
        sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    return stmt;
}

/* Prepare a statement that holds an expression of a file. */
static sqlite3_stmt *prepare_guarded(struct detections *d, const char *sql)
{
    d->selects = 0;
    *d->denied = 0;
    d->guarded = true;
    sqlite3_stmt *stmt = prepare(d, sql);
    d->guarded = false;
    return stmt;
}

/* The line of the newest error in an expression, counted after its first. */
static int error_lines(struct detections *d, const char *sql, const char *body)
{
    int         offset = sqlite3_error_offset(d->db), lines = 0;
    const char *at = strstr(sql, body), *end = at ? at + strlen(body) : NULL;

    for (; at && at < end && at < sql + offset; at++)
        lines += *at == '\n';
    return lines;
}

static bool check_form(struct detections *d, const struct arm *arm, const struct shape *shape,
                       const char *form)
{
    char         *sql = sqlite3_mprintf(form, arm->section->body, shape->name);
    sqlite3_stmt *stmt = prepare_guarded(d, sql);
    const char   *why = NULL;
    int           line = arm->section->body_line;

    if (!stmt) {
        why = *d->denied ? d->denied : sqlite3_errmsg(d->db);
        line += sql ? error_lines(d, sql, arm->section->body) : 0;
    } else if (sqlite3_bind_parameter_count(stmt))
        why = "parameters are not allowed";
    else if (sqlite3_column_count(stmt) != 1)
        why = "is more than one expression";
    else if (sqlite3_step(stmt) == SQLITE_ROW)
        why = "does not depend on the row alone";
    if (why)
        detection_fault(d->faults, arm->file->path, line, "%s", why);
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return !why;
}

static bool check_expression(struct detections *d, const struct arm *arm, const struct shape *shape)
{
    return check_form(d, arm, shape, "SELECT (%s\n) FROM main.\"%w\"") &&
           check_form(d, arm, shape, "SELECT CASE WHEN %s\n THEN 1 END FROM main.\"%w\"");
}

/* Patterns are compiled by the function that matches them later. */
static bool check_patterns(struct detections *d, const struct detection_file *file)
{
    bool good = true;

    for (size_t i = 0; i < file->n_patterns; i++) {
        sqlite3_bind_text(d->matches, 1, "", 0, SQLITE_STATIC);
        sqlite3_bind_text(d->matches, 2, file->patterns[i].text, -1, SQLITE_STATIC);
        if (sqlite3_step(d->matches) != SQLITE_ROW) {
            detection_fault(d->faults, file->path, file->patterns[i].line, "%s",
                            sqlite3_errmsg(d->db));
            good = false;
        }
        sqlite3_reset(d->matches);
    }
    return good;
}

/* The private connection ------------------------------------------------------------- */

static int create_tables(struct detections *d)
{
    int rc = sqlite3_create_module(d->db, "shape_row", &row_module, d);

    for (size_t i = 0; rc == SQLITE_OK && i < d->shapes.n; i++) {
        char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\" USING shape_row",
                                    d->shapes.shapes[i].name);
        rc = sql ? sqlite3_exec(d->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
        sqlite3_free(sql);
    }
    return rc;
}

/* The statements of the tests. */
static int prepare_tests(struct detections *d)
{
    d->overlay = prepare(d, "SELECT json_patch(?1, ?2)");
    d->matches = prepare(d, "SELECT ?1 REGEXP ?2");
    d->entries = prepare(d, "SELECT key, value FROM json_each(?1)");
    d->apart =
        prepare(d, "SELECT count(*) FROM (SELECT key FROM json_each(?1) UNION "
                   "SELECT key FROM json_each(?2)) AS k WHERE (SELECT value FROM json_each(?1) "
                   "WHERE key = k.key) IS NOT (SELECT value FROM json_each(?2) WHERE key = k.key)");
    return d->overlay && d->matches && d->entries && d->apart ? SQLITE_OK : sqlite3_errcode(d->db);
}

static int open_private(struct detections *d)
{
    int rc = sqlite3_open_v2(
        ":memory:", &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc == SQLITE_OK)
        rc = functions_register_pure(d->db);
    if (rc == SQLITE_OK)
        rc = create_tables(d);
    if (rc == SQLITE_OK)
        rc = prepare_tests(d);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_limit(d->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(d->db, SQLITE_LIMIT_EXPR_DEPTH, 200);
    sqlite3_limit(d->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(d->db, SQLITE_LIMIT_ATTACHED, 0);
    /* SQLite would take a misspelt column in double quotes for a text. */
    sqlite3_db_config(d->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(d->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return sqlite3_set_authorizer(d->db, authorize, d);
}

static int detections_new(struct detection_faults *faults, struct detections **ret)
{
    struct detections *d = calloc(1, sizeof *d);
    int                r = d ? shapes_read(&d->shapes) : -ENOMEM;

    if (r < 0) {
        free(d);
        return r;
    }
    d->faults = faults;
    d->judged = calloc(d->shapes.n + 1, sizeof *d->judged);
    for (size_t i = 0; d->judged && i < d->shapes.n; i++)
        d->judged[i].shape = &d->shapes.shapes[i];
    if (!d->judged || open_private(d) != SQLITE_OK) {
        detections_free(d);
        return -ENOMEM;
    }
    *ret = d;
    return 0;
}

void detections_free(struct detections *d)
{
    if (!d)
        return;
    for (size_t i = 0; d->judged && i < d->shapes.n; i++) {
        sqlite3_finalize(d->judged[i].stmt);
        free(d->judged[i].arms);
    }
    sqlite3_finalize(d->overlay);
    sqlite3_finalize(d->apart);
    sqlite3_finalize(d->matches);
    sqlite3_finalize(d->entries);
    sqlite3_close(d->db);
    for (size_t i = 0; i < d->n_files; i++) {
        detection_file_free(d->files[i]);
        free(d->files[i]);
    }
    free(d->files);
    free(d->judged);
    shapes_free(&d->shapes);
    free(d);
}

/* Loading ------------------------------------------------------------------------ */

static bool add_arm(struct judged *judged, const struct arm *arm)
{
    struct arm *added = ARRAY_ADD(judged->arms, judged->n_arms);

    if (added)
        *added = *arm;
    return added;
}

/* Call for each shape that a section names; false where a name is unknown, or `call` fails. */
static bool each_shape(struct detections *d, const struct arm *arm,
                       bool (*call)(struct detections *, const struct arm *, struct judged *))
{
    bool good = true;

    for (const char *at = arm->section->shapes; *at; at += strspn(at, " ")) {
        size_t              size = strcspn(at, " ");
        const struct shape *shape = shapes_find(&d->shapes, at, size);
        if (!shape)
            detection_fault(d->faults, arm->file->path, arm->section->line, "no shape %.*s",
                            (int)size, at);
        good &= shape && call(d, arm, &d->judged[shape - d->shapes.shapes]);
        at += size;
    }
    return good;
}

/* Whether a section names a shape. */
static bool names_shape(const struct detection_section *section, const struct shape *shape)
{
    size_t length = strlen(shape->name);

    for (const char *at = section->shapes; at && *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == length && strncmp(at, shape->name, length) == 0)
            return true;
    return false;
}

static bool check_arm(struct detections *d, const struct arm *arm, struct judged *judged)
{
    const struct detection_section *section = arm->file->sections;

    for (; section < arm->section; section++)
        if (names_shape(section, judged->shape)) {
            detection_fault(d->faults, arm->file->path, arm->section->line,
                            "a second section of shape %s", judged->shape->name);
            return false;
        }
    return check_expression(d, arm, judged->shape);
}

static bool take_arm(struct detections *d, const struct arm *arm, struct judged *judged)
{
    (void)d;
    return add_arm(judged, arm);
}

static bool each_section(struct detections *d, const struct detection_file *file,
                         bool (*call)(struct detections *, const struct arm *, struct judged *))
{
    bool good = true;

    for (size_t i = 0; i < file->n_sections; i++)
        if (file->sections[i].shapes)
            good &= each_shape(d, &(struct arm){file, &file->sections[i]}, call);
    return good;
}

/* Add a file that was parsed without a fault, if its expressions are valid too. */
static int take_file(struct detections *d, struct detection_file *file)
{
    struct detection_file **added;

    if (!check_patterns(d, file) || !each_section(d, file, check_arm))
        return -EINVAL;
    if (!(added = ARRAY_ADD(d->files, d->n_files)))
        return -ENOMEM;
    if (!each_section(d, file, take_arm)) {
        d->n_files--; /* still the caller's */
        return -ENOMEM;
    }
    *added = file;
    return 0;
}

/* A file's whole text, NUL-terminated; NULL with errno set. */
static char *read_text(int folder, const char *name)
{
    int         fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    char       *text = NULL;
    ssize_t     n = 0;
    size_t      size = 0;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        errno = EFBIG;
    else
        text = malloc((size_t)st.st_size + 1);
    while (text && size < (size_t)st.st_size &&
           (n = read(fd, text + size, (size_t)st.st_size - size)) > 0)
        size += (size_t)n;
    if (text)
        text[size] = 0;
    close(fd);
    return text;
}

static int load_file(struct detections *d, const char *folder, int fd, const char *name)
{
    char *path =
        sqlite3_mprintf("%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    char                  *text = read_text(fd, name);
    struct detection_file *file = calloc(1, sizeof *file);
    int                    r = path && file ? 0 : -ENOMEM;

    if (!text)
        detection_fault(d->faults, path ? path : name, 0, "%s",
                        errno == EFBIG ? "not a regular file of 256 KiB at most" : strerror(errno));
    else if (r == 0 && (r = detection_file_parse(path, text, d->faults, file)) == 0)
        r = take_file(d, file);
    else if (r < 0 && !file)
        free(text);
    if (!text || r < 0) {
        if (file)
            detection_file_free(file);
        free(file);
    }
    sqlite3_free(path);
    return r == -EINVAL ? 0 : r;
}

static bool is_detection(const char *name)
{
    size_t size = strlen(name);

    return size > 4 && *name != '.' && strcmp(name + size - 4, ".sql") == 0;
}

/* The names of a folder's detections, sorted. */
static int list_detections(int folder, struct root_names *ret)
{
    int              copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR             *stream = copy < 0 ? NULL : fdopendir(copy);
    struct root_dir *dir = stream ? root_dir_take(stream) : NULL;
    struct dirent   *entry;
    int              r = dir ? 0 : -errno;

    if (!stream && copy >= 0)
        close(copy);
    while (r == 0 && (r = root_readdir(dir, &entry)) > 0)
        r = is_detection(entry->d_name) ? root_names_add(ret, entry->d_name) : 0;
    root_closedir(dir);
    if (r == 0)
        root_names_sort(ret);
    return r;
}

int detections_load(const char *folder, struct detection_faults *faults, struct detections **ret)
{
    struct root_names  names = {0};
    struct detections *d = NULL;
    int                fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

    if (fd < 0)
        return -errno;
    r = list_detections(fd, &names);
    if (r == 0)
        r = detections_new(faults, &d);
    for (size_t i = 0; r == 0 && i < names.n && i < FILES_MAX; i++)
        r = load_file(d, folder, fd, names.names[i]);
    if (r == 0 && names.n > FILES_MAX)
        detection_fault(faults, folder, 0, "more than %d detections: the rest is left out",
                        FILES_MAX);
    root_names_free(&names);
    close(fd);
    if (r < 0)
        detections_free(d);
    else
        *ret = d;
    return r;
}

const struct detection_file *detections_at(const struct detections *d, size_t i)
{
    return d && i < d->n_files ? d->files[i] : NULL;
}

/* Remove the arms of a file from all shapes, or one arm. */
static void drop_arms(struct detections *d, const struct detection_file *file)
{
    for (size_t s = 0; s < d->shapes.n; s++) {
        struct judged *judged = &d->judged[s];
        size_t         kept = 0;
        for (size_t i = 0; i < judged->n_arms; i++)
            if (judged->arms[i].file != file)
                judged->arms[kept++] = judged->arms[i];
        judged->n_arms = kept;
        sqlite3_finalize(judged->stmt);
        judged->stmt = NULL;
    }
}

void detections_drop(struct detections *d, size_t i)
{
    drop_arms(d, d->files[i]);
    detection_file_free(d->files[i]);
    free(d->files[i]);
    memmove(&d->files[i], &d->files[i + 1], (--d->n_files - i) * sizeof *d->files);
}

/* Judging ------------------------------------------------------------------------ */

/* One statement for all detections of a shape, a column each. */
static int prepare_judged(struct detections *d, struct judged *judged)
{
    sqlite3_str *sql = sqlite3_str_new(d->db);

    for (size_t i = 0; i < judged->n_arms; i++)
        sqlite3_str_appendf(sql, "%s((%s\n)) IS TRUE", i ? ", " : "SELECT ",
                            judged->arms[i].section->body);
    sqlite3_str_appendf(sql, " FROM main.\"%w\"", judged->shape->name);
    char *text = sqlite3_str_finish(sql);
    judged->stmt = prepare_guarded(d, text);
    sqlite3_free(text);
    return judged->stmt ? SQLITE_OK : sqlite3_errcode(d->db);
}

/* Whether one arm alone can judge the row; it is reported where it cannot. */
static bool judges(struct detections *d, const struct judged *judged, const struct arm *arm)
{
    char *sql =
        sqlite3_mprintf("SELECT (%s\n) FROM main.\"%w\"", arm->section->body, judged->shape->name);
    sqlite3_stmt *stmt = prepare_guarded(d, sql);
    bool          good = stmt && sqlite3_step(stmt) == SQLITE_ROW;

    if (!good)
        detection_fault(d->faults, arm->file->path, arm->section->body_line, "%s",
                        sqlite3_errmsg(d->db));
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return good;
}

/* A row failed: remove the detections that cannot judge it. Returns whether there was one. */
static bool drop_failing(struct detections *d, struct judged *judged)
{
    size_t kept = 0, before = judged->n_arms;

    for (size_t i = 0; i < before; i++)
        if (judges(d, judged, &judged->arms[i]))
            judged->arms[kept++] = judged->arms[i];
    judged->n_arms = kept;
    sqlite3_finalize(judged->stmt);
    judged->stmt = NULL;
    return kept < before;
}

static void add_fired(const struct judged *judged, struct buffer *fired)
{
    for (size_t i = 0; i < judged->n_arms; i++)
        if (sqlite3_column_int(judged->stmt, (int)i))
            buffer_printf(fired, ",\"%s\"", judged->arms[i].file->name);
}

static int judge_row(struct detections *d, struct judged *judged, struct buffer *fired)
{
    for (;;) {
        if (!judged->n_arms)
            return SQLITE_OK;
        int rc = judged->stmt ? SQLITE_OK : prepare_judged(d, judged);
        if (rc == SQLITE_OK && (rc = sqlite3_step(judged->stmt)) == SQLITE_ROW) {
            add_fired(judged, fired);
            sqlite3_reset(judged->stmt);
            return SQLITE_OK;
        }
        sqlite3_reset(judged->stmt);
        if (rc == SQLITE_NOMEM || !drop_failing(d, judged))
            return rc == SQLITE_DONE ? SQLITE_ERROR : rc;
    }
}

int detections_judge(struct detections *d, const char *shape, int n, sqlite3_value **values,
                     struct buffer *fired)
{
    const struct shape *found = shapes_find(&d->shapes, shape, strlen(shape));

    if (!found || (size_t)n != found->n_columns)
        return SQLITE_MISUSE;
    struct judged *judged = &d->judged[found - d->shapes.shapes];
    if (!judged->n_arms)
        return SQLITE_OK;
    judged->row = values;
    judged->n_row = n;
    int rc = judge_row(d, judged, fired);
    judged->row = NULL;
    return rc;
}

/* Tests -------------------------------------------------------------------------- */

/* A test with the shape it is run for; patterns have none. */
struct trial {
    const struct detection_file *file;
    const struct detection_test *test;
    const struct judged         *judged;
};

static const struct detection_section *section_of(const struct trial *trial)
{
    return &trial->file->sections[trial->test->section];
}

/* The whole row of a test as JSON, from sqlite3_malloc(): the usual row, and the test's own keys over it. */
static char *whole_row(struct detections *d, const struct trial *trial, const char *row)
{
    char *text = NULL;

    sqlite3_bind_text(d->overlay, 1, trial->judged ? trial->judged->shape->usual : "{}", -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(d->overlay, 2, row, -1, SQLITE_STATIC);
    if (sqlite3_step(d->overlay) == SQLITE_ROW)
        text = sqlite3_mprintf("%s", sqlite3_column_text(d->overlay, 0));
    sqlite3_reset(d->overlay);
    return text;
}

/* Number of keys in which two whole rows differ. */
static int keys_apart(struct detections *d, const char *a, const char *b)
{
    int n = -1;

    sqlite3_bind_text(d->apart, 1, a, -1, SQLITE_STATIC);
    sqlite3_bind_text(d->apart, 2, b, -1, SQLITE_STATIC);
    if (sqlite3_step(d->apart) == SQLITE_ROW)
        n = sqlite3_column_int(d->apart, 0);
    sqlite3_reset(d->apart);
    return n;
}

static bool near_a_fires(struct detections *d, const struct trial *trial)
{
    char *spared = whole_row(d, trial, trial->test->row);
    bool  near = false;

    for (size_t i = 0; spared && !near && i < trial->file->n_tests; i++) {
        const struct detection_test *other = &trial->file->tests[i];
        if (!other->fires || other->section != trial->test->section)
            continue;
        char *fired = whole_row(d, trial, other->row);
        near = fired && keys_apart(d, spared, fired) == 1;
        sqlite3_free(fired);
    }
    sqlite3_free(spared);
    return near;
}

static bool has_key(const struct trial *trial, const char *key)
{
    if (!trial->judged)
        return strcmp(key, "unix") == 0 || strcmp(key, "windows") == 0;
    for (size_t i = 0; i < trial->judged->shape->n_columns; i++)
        if (strcmp(trial->judged->shape->columns[i], key) == 0)
            return true;
    return false;
}

#define WRONG(d, trial, ...)                                                                       \
    detection_fault((d)->faults, (trial)->file->path, (trial)->test->line, __VA_ARGS__)

/* Whether a test's row is an object of known keys, all reported. */
static bool good_row(struct detections *d, const struct trial *trial)
{
    bool good = true;
    int  rc;

    sqlite3_bind_text(d->entries, 1, trial->test->row, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(d->entries)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(d->entries, 0);
        if (key && has_key(trial, key))
            continue;
        if (trial->judged)
            WRONG(d, trial, "no column %s in %s_facts", key ? key : "", trial->judged->shape->name);
        else
            WRONG(d, trial, "neither unix nor windows: %s", key ? key : "");
        good = false;
    }
    if (rc != SQLITE_DONE)
        WRONG(d, trial, "is not a JSON object: %s", sqlite3_errmsg(d->db));
    sqlite3_reset(d->entries);
    return good && rc == SQLITE_DONE;
}

static bool pattern_matches(struct detections *d, const struct detection_pattern *pattern,
                            const char *platform, const char *text)
{
    bool matches;

    if (strcmp(pattern->platform, "any") != 0 && strcmp(pattern->platform, platform) != 0)
        return false;
    sqlite3_bind_text(d->matches, 1, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(d->matches, 2, pattern->text, -1, SQLITE_STATIC);
    matches = sqlite3_step(d->matches) == SQLITE_ROW && sqlite3_column_int(d->matches, 0);
    sqlite3_reset(d->matches);
    return matches;
}

/* 1: fires, 0: spares. */
static int try_patterns(struct detections *d, const struct trial *trial)
{
    bool fires = false;

    sqlite3_bind_text(d->entries, 1, trial->test->row, -1, SQLITE_STATIC);
    while (sqlite3_step(d->entries) == SQLITE_ROW)
        for (size_t i = 0; i < trial->file->n_patterns; i++)
            fires |= pattern_matches(d, &trial->file->patterns[i],
                                     (const char *)sqlite3_column_text(d->entries, 0),
                                     (const char *)sqlite3_column_text(d->entries, 1));
    sqlite3_reset(d->entries);
    return fires;
}

/* A statement that makes a shape's row of JSON. */
static sqlite3_stmt *row_statement(struct detections *d, const struct shape *shape)
{
    sqlite3_str *sql = sqlite3_str_new(d->db);

    for (size_t i = 0; i < shape->n_columns; i++)
        sqlite3_str_appendf(sql, "%s j.x ->> %Q", i ? "," : "SELECT", shape->columns[i]);
    sqlite3_str_appendf(sql, " FROM (SELECT json_patch(?1, ?2) AS x) AS j");
    char         *text = sqlite3_str_finish(sql);
    sqlite3_stmt *stmt = prepare(d, text);
    sqlite3_free(text);
    sqlite3_bind_text(stmt, 1, shape->usual, -1, SQLITE_STATIC);
    return stmt;
}

/* 1: fires, 0: spares, -1: failed. */
static int try_row(struct detections *d, const struct trial *trial, sqlite3_stmt *row)
{
    struct judged *judged = &d->judged[trial->judged - d->judged];
    sqlite3_value *values[SHAPE_MAX_COLUMNS];
    char *sql = sqlite3_mprintf("SELECT ((%s\n)) IS TRUE FROM main.\"%w\"", section_of(trial)->body,
                                judged->shape->name);
    sqlite3_stmt *stmt = prepare_guarded(d, sql);
    int           fires = -1;

    for (int i = 0; i < (int)judged->shape->n_columns; i++)
        values[i] = sqlite3_column_value(row, i);
    judged->row = values;
    judged->n_row = (int)judged->shape->n_columns;
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        fires = sqlite3_column_int(stmt, 0);
    else
        WRONG(d, trial, "%s", sqlite3_errmsg(d->db));
    judged->row = NULL;
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return fires;
}

static int try_shape(struct detections *d, const struct trial *trial)
{
    sqlite3_stmt *row = row_statement(d, trial->judged->shape);
    int           fires = -1;

    sqlite3_bind_text(row, 2, trial->test->row, -1, SQLITE_STATIC);
    if (row && sqlite3_step(row) == SQLITE_ROW)
        fires = try_row(d, trial, row);
    sqlite3_finalize(row);
    return fires;
}

static void run_trial(struct detections *d, const struct trial *trial)
{
    if (!good_row(d, trial))
        return;
    int fires = trial->judged ? try_shape(d, trial) : try_patterns(d, trial);
    if (fires >= 0 && fires != trial->test->fires)
        WRONG(d, trial,
              trial->test->fires ? "should fire, but does not" : "should spare, but fires");
    if (!trial->test->fires && !near_a_fires(d, trial))
        WRONG(d, trial, "is not one key away from a fires line of its section");
}

/* Run a test for each shape of its section; returns their number. */
static int run_test(struct detections *d, struct trial *trial)
{
    const char *shapes = section_of(trial)->shapes;
    int         n = 0;

    if (!shapes) {
        run_trial(d, trial);
        return 1;
    }
    for (const char *at = shapes; *at; at += strspn(at, " "), n++) {
        size_t              size = strcspn(at, " ");
        const struct shape *shape = shapes_find(&d->shapes, at, size);
        trial->judged = &d->judged[shape - d->shapes.shapes];
        run_trial(d, trial);
        at += size;
    }
    return n;
}

int detections_test(struct detections *d)
{
    int n = 0;

    for (size_t f = 0; f < d->n_files; f++)
        for (size_t t = 0; t < d->files[f]->n_tests; t++)
            n += run_test(d, &(struct trial){d->files[f], &d->files[f]->tests[t], NULL});
    return n;
}
