#include "place_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/log/stream.h"
#include "formats/text/array.h"
#include "formats/text/input.h"

SQLITE_EXTENSION_INIT3

/* Reports ------------------------------------------------------------------------ */

static const char *detail_of(const struct place_files *f, int error)
{
    if (error)
        return root_as_error(error);
    return f->lost      ? "more files than are read"
           : f->cut     ? "only its first 64 MiB were read"
           : f->holes   ? "has holes, where nothing was written"
           : f->detail  ? f->detail
           : f->zeros   ? "holds NULs, as after a crash"
           : f->skipped ? "lines not understood"
                        : NULL;
}

/* Report the file or folder at f->path. */
static int report(struct place_files *f, int error)
{
    int64_t            skipped = f->skipped + f->cut + (int64_t)(f->lost + f->holes + f->zeros);
    enum source_status status = error     ? source_status_of(error)
                                : skipped ? SOURCE_DAMAGED
                                          : SOURCE_READ;

    if (status == SOURCE_ABSENT && f->place.optional &&
        !svcql_reported(tbl_svcql(f->scan), tbl_name(f->scan), f->shown))
        return SQLITE_OK;
    f->reported = true;
    return svcql_report(tbl_svcql(f->scan), &(struct report){.table = tbl_name(f->scan),
                                                             .kind = f->kind,
                                                             .host = f->source.host,
                                                             .location = f->shown,
                                                             .status = status,
                                                             .records = f->records,
                                                             .skipped = skipped,
                                                             .detail = detail_of(f, error)});
}

/* Report a root that has none of the files, so that evidence_sources shows that it was read. */
static int report_none(struct place_files *f)
{
    return svcql_report(tbl_svcql(f->scan), &(struct report){.table = tbl_name(f->scan),
                                                             .kind = f->kind,
                                                             .host = f->source.host,
                                                             .location = f->source.shown,
                                                             .status = SOURCE_ABSENT,
                                                             .detail = "has none of these files"});
}

/* Report the folder at f->path, of which a part is missing. */
static int report_part(struct place_files *f, int error, size_t lost)
{
    struct folder folder = {f->kind, f->source.host, f->source.root, f->path};

    f->reported = true;
    return svcql_report_folder(tbl_svcql(f->scan), tbl_name(f->scan), &folder, error, lost);
}

/* Begin with the file or folder at f->path. */
static void enter(struct place_files *f)
{
    root_shown(f->source.root, f->path, f->shown);
    f->name = strrchr(f->path, '/') ? strrchr(f->path, '/') + 1 : f->path;
    f->records = f->skipped = 0;
    f->lost = f->holes = f->zeros = 0;
    f->error = 0;
    f->detail = NULL;
    f->cut = false;
}

/* Files -------------------------------------------------------------------------- */

static void end_text(struct place_files *f)
{
    if (f->more)
        close(f->fd);
    f->more = false;
}

/* Read on until there are `size` bytes of text, for which there is room, or the file ends. */
static int read_until(struct place_files *f, size_t size)
{
    ssize_t n = 1;

    while (f->size < size && f->got < f->most && n > 0) {
        off_t hole = input_hole(f->fd, f->offset);
        if (hole > 0) { /* one NUL represents it */
            f->offset += hole;
            f->holes++;
            f->text[f->size++] = '\0';
            f->got++;
            continue;
        }
        size_t room = size - f->size < f->most - f->got ? size - f->size : f->most - f->got;
        n = input_pread(f->fd, f->text + f->size, room, f->offset);
        if (n < 0)
            break;
        f->size += (size_t)n;
        f->got += (size_t)n;
        f->offset += n;
    }
    if (n <= 0 || f->got == f->most)
        end_text(f);
    f->text[f->size] = '\0';
    return n < 0 ? (int)n : 0;
}

int place_files_more(struct place_files *f, size_t used)
{
    size_t before = f->size - used;

    if (!f->more)
        return 0;
    memmove(f->text, f->text + used, before);
    f->size = before;
    char *text = realloc(f->text, before + PLACE_PART + 1);
    if (text)
        f->text = text;
    int r = text ? read_until(f, before + PLACE_PART) : -ENOMEM;
    if (r < 0)
        end_text(f);
    f->error = r < 0 ? r : f->error;
    return r < 0 ? r : f->size > before;
}

int place_files_all(struct place_files *f)
{
    int r = 0;

    while (f->more && (r = place_files_more(f, 0)) > 0)
        ;
    return r < 0 ? r : 0;
}

/* The text of an open file, which it takes, or the beginning of a long one: 0 or a negative errno. */
static int read_text(struct place_files *f, int fd)
{
    struct stat st;

    f->fd = fd;
    f->more = true;
    f->size = f->got = 0;
    f->offset = 0;
    if (fstat(fd, &st) < 0)
        return -errno;
    f->owner = (int64_t)st.st_uid;
    f->cut = st.st_size > PLACE_FILE_MAX;
    f->unsized = !st.st_size; /* files of /proc do not report their size */
    f->most = f->cut ? PLACE_FILE_MAX : f->unsized ? PLACE_PROC_MAX : (size_t)st.st_size;
    size_t size = f->by_part && f->most > PLACE_PART ? PLACE_PART : f->most;
    f->text = malloc(size + 1);
    if (!f->text)
        return -ENOMEM;
    int r = read_until(f, size);
    f->zeros = r == 0 && f->is_text && !f->holes && memchr(f->text, '\0', f->size);
    f->cut |= f->unsized && f->got == f->most;
    return r;
}

static void leave_file(struct place_files *f)
{
    end_text(f);
    free(f->text);
    f->text = NULL;
    stream_close(f->stream);
    f->stream = NULL;
}

/* Who may choose what the file's name leads to. */
static int64_t reader_of(const struct place_files *f)
{
    return f->next_place > f->n_places ? f->added[f->next_place - f->n_places - 1].reader
           : f->n_bases                ? f->bases[f->base].reader
           : f->of_users               ? root_chooser(f->source.root, f->path)
                                       : 0;
}

/* Open the file at f->path as its reader would. */
static int open_as_reader(const struct place_files *f)
{
    int64_t      reader = reader_of(f);
    struct root *root = NULL;
    struct stat  st;

    input_source(reader & ~ROOT_AS_ALL);
    if (input_over_budget())
        return -EDQUOT;

    if (reader <= 0)
        return root_open_file(f->source.root, f->path);
    int r = root_stat(f->source.root, f->path, false, &st);
    if (r == -ENOENT) /* whoever asks: most of these files are absent */
        return r;
    r = root_as(f->source.root, reader, &root);
    if (r < 0)
        return r;
    r = root_open_file(root, f->path);
    root_unref(root);
    return r;
}

/* Open the file at f->path, which was `listed`, or is tried: SQLITE_ROW; SQLITE_OK where it could not be
 * opened, which is reported. */
static int open_file(struct place_files *f, bool listed)
{
    enter(f);
    int fd = open_as_reader(f), r = fd;
    if (r < 0 && listed)
        r = root_gone(f->source.root, f->path, r);
    if (r >= 0 && f->by_line) {
        r = stream_open(fd, &f->stream); /* takes fd */
    } else if (r >= 0) {
        r = read_text(f, fd);
    }
    if (r >= 0)
        return SQLITE_ROW;
    leave_file(f);
    return r == -ENOMEM ? SQLITE_NOMEM : report(f, r);
}

static int close_file(struct place_files *f)
{
    f->skipped += f->stream ? (int64_t)stream_overlong(f->stream) : 0;
    leave_file(f);
    return report(f, f->error);
}

static bool is_open(const struct place_files *f)
{
    return f->text || f->stream;
}

/* Places ------------------------------------------------------------------------- */

/* The names for a "*" in a place's path; a folder that cannot be searched is reported. */
static int take_folder(void *arg, const char *path, int error, size_t lost)
{
    struct place_files *f = arg;

    if (error || lost) {
        snprintf(f->path, sizeof f->path, "%s", path);
        return report_part(f, error, lost) == SQLITE_OK ? 0 : -ENOMEM;
    }
    char **folder = ARRAY_ADD(f->folders, f->n_folders);
    return folder && (*folder = strdup(path)) ? 0 : -ENOMEM;
}

static void forget_folders(struct place_files *f)
{
    for (size_t i = 0; i < f->n_folders; i++)
        free(f->folders[i]);
    f->n_folders = f->next_folder = 0;
}

static void forget_root(struct place_files *f)
{
    for (size_t i = 0; i < f->n_added; i++)
        free((char *)(uintptr_t)f->added[i].place.path);
    for (size_t i = 0; i < f->n_bases; i++)
        free(f->bases[i].path);
    f->n_added = f->n_bases = 0;
    f->next_place = f->base = 0;
}

/* List the folder at f->path. A folder with files is reported by its files. */
static int open_folder(struct place_files *f)
{
    enter(f);
    strcpy(f->folder, f->path);
    int r = root_list(f->source.root, f->path, f->place.pattern, PLACE_NAMES_MAX, &f->names);
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    struct folder folder = {f->kind, f->source.host, f->source.root, f->path};
    int           error = r < 0 ? r : f->names.error;
    if ((r == 0 || source_status_of(r) == SOURCE_ABSENT) &&
        svcql_listed(tbl_svcql(f->scan), tbl_name(f->scan), &folder, f->place.pattern, &f->names))
        return SQLITE_NOMEM;
    if (f->names.lost || (error && source_status_of(error) == SOURCE_DAMAGED))
        return report_part(f, error, f->names.lost);
    return r < 0 || (!f->names.n && !f->place.optional) ? report(f, r) : SQLITE_OK;
}

static int next_name(struct place_files *f)
{
    const char *name = f->names.names[f->next_name++];
    struct stat st;

    if ((size_t)snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name) >= sizeof f->path ||
        (f->wanted && !f->wanted(f->scan, &f->place, name)) ||
        (root_stat(f->source.root, f->path, true, &st) == 0 && S_ISDIR(st.st_mode)))
        return SQLITE_OK;
    return open_file(f, true);
}

static int next_folder(struct place_files *f)
{
    root_names_free(&f->names);
    f->next_name = 0;
    snprintf(f->path, sizeof f->path, "%s", f->folders[f->next_folder++]);
    if (f->place.pattern)
        return open_folder(f);
    const char *slash = strrchr(f->path, '/');
    if (f->wanted && !f->wanted(f->scan, &f->place, slash ? slash + 1 : f->path))
        return SQLITE_OK;
    return open_file(f, false);
}

/* Find the names for the "*" in a place's path; where there is none, report the folder above. */
static int open_folders(struct place_files *f, const char *path)
{
    int r = root_glob(f->source.root, path, PLACE_NAMES_MAX, take_folder, f);

    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    if (f->n_folders || f->place.optional)
        return SQLITE_OK;
    struct stat st;
    snprintf(f->path, sizeof f->path, "%.*s", (int)strcspn(path, "*"), path);
    *strrchr(f->path, '/') = '\0';
    enter(f);
    return report(f, root_stat(f->source.root, f->path, true, &st));
}

/* Begin with one of the places below the present base; those that were added are below none. */
static int next_place(struct place_files *f)
{
    bool        added = f->next_place >= f->n_places;
    const char *base = f->n_bases && !added ? f->bases[f->base].path : "";
    char        path[ROOT_PATH_MAX];

    f->place = added ? f->added[f->next_place - f->n_places].place : f->places[f->next_place];
    f->next_place++;
    forget_folders(f);
    if ((size_t)snprintf(path, sizeof path, "%s%s", base, f->place.path) >= sizeof path)
        return SQLITE_OK;
    if (!f->n_bases && !added && strchr(path, '*'))
        return open_folders(f, path);
    return take_folder(f, path, 0, 0) < 0 ? SQLITE_NOMEM : SQLITE_OK;
}

static int next_source(struct place_files *f)
{
    int rc = tbl_sources_next(f->scan, &f->sources, &f->source);

    if (rc != SQLITE_ROW)
        return rc;
    forget_root(f);
    f->in_source = true;
    f->reported = false;
    if (*f->source.path) { /* a file of its own and not a root */
        f->next_place = f->n_places;
        snprintf(f->path, sizeof f->path, "%s", f->source.path);
        f->place = (struct place_of_files){0};
        return open_file(f, !f->source.named);
    }
    int rc_begin = f->begin_root ? f->begin_root(f->scan) : SQLITE_OK;
    if (f->by_base && !f->n_bases)
        f->next_place = f->n_places; /* they have no base */
    return rc_begin;
}

static int end_source(struct place_files *f)
{
    f->in_source = false;
    if (!f->reported && report_none(f) != SQLITE_OK)
        return SQLITE_NOMEM;
    return f->by_root ? SQLITE_ROW : SQLITE_OK;
}

/* One step: SQLITE_ROW where a file is open, SQLITE_OK where there is more to do. */
static int step(struct place_files *f)
{
    if (!f->in_source)
        return next_source(f);
    if (f->next_name < f->names.n)
        return next_name(f);
    if (f->next_folder < f->n_folders)
        return next_folder(f);
    if (f->next_place < f->n_places + (f->base + 1 < f->n_bases ? 0 : f->n_added))
        return next_place(f);
    if (f->base + 1 < f->n_bases) {
        f->base++;
        f->next_place = 0;
        return SQLITE_OK;
    }
    return end_source(f);
}

int place_files_begin(struct place_files *f, const struct sources_want *want)
{
    return tbl_sources_begin(f->scan, &f->sources, want);
}

int place_files_next(struct place_files *f)
{
    int rc = is_open(f) ? close_file(f) : SQLITE_OK;

    while (rc == SQLITE_OK)
        rc = step(f);
    return rc;
}

int place_files_row(struct place_files *f, void *row)
{
    int rc = is_open(f) ? f->next_record(f->scan, row) : SQLITE_DONE;

    while (rc == SQLITE_DONE) {
        rc = place_files_next(f);
        if (rc != SQLITE_ROW)
            return rc;
        rc = f->begin_file(f->scan, row);
        if (rc == SQLITE_OK)
            rc = f->next_record(f->scan, row);
    }
    return rc;
}

int place_files_line(struct place_files *f, char **ret_line, size_t *ret_size)
{
    int r = stream_line(f->stream, ret_line, ret_size);

    if (r > 0) {
        f->zeros += f->is_text && memchr(*ret_line, '\0', *ret_size);
        return SQLITE_ROW;
    }
    f->error = r;
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_DONE;
}

int place_files_add(struct place_files *f, const struct place_of_files *place, int64_t reader)
{
    for (size_t i = 0; i < f->n_added; i++)
        if (strcmp(f->added[i].place.path, place->path) == 0)
            return SQLITE_OK;
    if (f->n_added == PLACE_ADDED_MAX) {
        f->lost++;
        return SQLITE_OK;
    }
    struct place_added *added = ARRAY_ADD(f->added, f->n_added);
    char               *path = strdup(place->path);
    if (!added || !path) {
        free(path);
        f->n_added -= added != NULL;
        return SQLITE_NOMEM;
    }
    *added = (struct place_added){*place, reader};
    added->place.path = path;
    return SQLITE_OK;
}

int place_files_base(struct place_files *f, const char *path, int64_t reader)
{
    struct place_base *base = ARRAY_ADD(f->bases, f->n_bases);

    if (!base || !(base->path = strdup(path))) {
        f->n_bases -= base != NULL;
        return SQLITE_NOMEM;
    }
    base->reader = reader;
    return SQLITE_OK;
}

void place_files_end(struct place_files *f)
{
    if (is_open(f))
        close_file(f);
    forget_folders(f);
    forget_root(f);
    root_names_free(&f->names);
    free(f->folders);
    free(f->added);
    free(f->bases);
    sources_end(&f->sources);
}
