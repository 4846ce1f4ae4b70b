/* detections.c -- detections of a folder: all of a shape are one statement with a column each. */
#include "detections.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detections_parts.h"
#include "evidence/root_names.h"
#include "formats/text/array.h"
#include "root.h"

SQLITE_EXTENSION_INIT3

#define FILE_MAX  (256 * 1024) /* bytes of a detection */
#define FILES_MAX 2000         /* of a folder */

static int open_connection(struct detections *d)
{
    int rc = detection_sql_open(&d->sql);

    for (size_t i = 0; rc == SQLITE_OK && i < d->shapes.n; i++)
        rc = detection_row_register(d->sql.db, &d->judged[i].row);
    return rc;
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
        d->judged[i].row.shape = &d->shapes.shapes[i];
    if (!d->judged || open_connection(d) != SQLITE_OK) {
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
    detection_sql_close(&d->sql);
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
        if (names_shape(section, judged->row.shape)) {
            detection_fault(d->faults, arm->file->path, arm->section->line,
                            "a second section of shape %s", judged->row.shape->name);
            return false;
        }
    return detection_sql_check(&d->sql, arm->file, arm->section, judged->row.shape->name,
                               d->faults);
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

    if (!detection_sql_check_patterns(&d->sql, file, d->faults) ||
        !each_section(d, file, check_arm))
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
    sqlite3_str *sql = sqlite3_str_new(d->sql.db);

    for (size_t i = 0; i < judged->n_arms; i++)
        sqlite3_str_appendf(sql, "%s((%s\n)) IS TRUE", i ? ", " : "SELECT ",
                            judged->arms[i].section->body);
    sqlite3_str_appendf(sql, " FROM main.\"%w\"", judged->row.shape->name);
    char *text = sqlite3_str_finish(sql);
    judged->stmt = detection_sql_prepare_guarded(&d->sql, text);
    sqlite3_free(text);
    return judged->stmt ? SQLITE_OK : sqlite3_errcode(d->sql.db);
}

/* Whether one arm alone can judge the row; it is reported where it cannot. */
static bool judges(struct detections *d, const struct judged *judged, const struct arm *arm)
{
    char         *sql = sqlite3_mprintf("SELECT (%s\n) FROM main.\"%w\"", arm->section->body,
                                        judged->row.shape->name);
    sqlite3_stmt *stmt = detection_sql_prepare_guarded(&d->sql, sql);
    bool          good = stmt && sqlite3_step(stmt) == SQLITE_ROW;

    if (!good)
        detection_fault(d->faults, arm->file->path, arm->section->body_line, "%s",
                        sqlite3_errmsg(d->sql.db));
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
    judged->row.values = values;
    int rc = judge_row(d, judged, fired);
    judged->row.values = NULL;
    return rc;
}
