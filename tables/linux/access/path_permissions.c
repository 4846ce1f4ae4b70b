/* path_permissions.c -- who may change a file: the permissions of every folder and link on its
 * path. On a running Windows they are those of its descriptors, and a path may be written as there. Lists of macOS are read
 * on a running one alone: no other system shows them of a disk.
 *
 *     SELECT component, owner_uid, mode, writers FROM path_permissions('/usr/sbin/cron')
 *      WHERE others_write;
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "formats/text/buffer.h"
#include "host.h"
#include "path_step.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define STEPS_MAX 200 /* components of a path with all its links */

struct step_row {
    const char *path;
    const char *root;
    int64_t     step;
    const char *component;
    const char *type;
    const char *link_target;
    int64_t     owner_uid;
    int64_t     owner_gid;
    int64_t     mode;
    bool        acl;
    const char *writers;
    bool        others_write;
    const char *error;
    const char *host;
};

struct state {
    struct sources sources;
    struct source  source;
    bool           have_source, ended;
    bool           open_folder; /* the last step is a sticky folder that others may add to */
    int64_t        step;
    char           done[ROOT_PATH_MAX]; /* resolved so far */
    char           rest[ROOT_PATH_MAX]; /* still to be walked */
    struct buffer  writers;
};

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct step_row *key = tbl_key(scan);

    return tbl_sources_begin(scan, &state->sources,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT |
                                                                 1u << ARTEFACT_MACOS_ROOT |
                                                                 1u << ARTEFACT_WINDOWS_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_free(&state->writers);
    sources_end(&state->sources);
}

/* Writers ----------------------------------------------------------------------- */

static void list_writers(struct state *state, const struct path_step *step, struct step_row *row)
{
    struct buffer     *writers = &state->writers;
    const struct stat *st = &step->st;

    buffer_reset(writers);
    buffer_puts(writers, step->writers);
    if (S_ISLNK(st->st_mode) && state->open_folder) /* elsewhere a link is as safe as its folder */
        path_step_add_writer(writers, 'u', st->st_uid);
    row->acl = step->acl;
    /* Only the owner of an entry in a sticky folder may replace it; data written to a character
     * device such as /dev/null is not read back from it. */
    state->open_folder = writers->size && S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX;
    row->others_write = writers->size && !state->open_folder && !S_ISCHR(st->st_mode);
    buffer_putc(writers, ']');
    row->writers = buffer_text(writers);
}

/* Steps --------------------------------------------------------------------------- */

static const char *type_of(mode_t mode)
{
    return S_ISDIR(mode) ? "directory" : S_ISLNK(mode) ? "link" : S_ISREG(mode) ? "file" : "other";
}

static bool is_windows(const struct state *state)
{
    return state->source.artefact == ARTEFACT_WINDOWS_ROOT;
}

/* False: the path is not below this root. */
static bool begin_path(struct state *state, const char *path)
{
    state->step = 0;
    state->ended = state->open_folder = false;
    state->done[0] = '\0';
    if (is_windows(state) && *path != '/')
        return root_windows_path(path, *host_root(), state->rest) == 0;
    snprintf(state->rest, sizeof state->rest, "%s", path);
    return true;
}

/* The path so far, as its system writes it. */
static char *put_component(struct tbl_scan *scan, const struct state *state)
{
    const char *done = *state->done ? state->done : "/";
    char       *text = tbl_utf8(scan, done, strlen(done));

    if (!is_windows(state) || !text)
        return text;
    for (char *p = text; *p; p++)
        *p = *p == '/' ? '\\' : *p;
    return tbl_printf(scan, "%c:%s", *host_root(), text);
}

/* Move one component from the rest to what is done. False where none is left. */
static bool advance(struct state *state)
{
    char  *rest = state->rest + strspn(state->rest, "/");
    size_t size = strcspn(rest, "/"), done = strlen(state->done);

    if (!size || done + 1 + size >= sizeof state->done)
        return false;
    if (size == 2 && memcmp(rest, "..", 2) == 0) {
        char *slash = strrchr(state->done, '/');
        if (slash)
            *slash = '\0';
    } else if (size != 1 || *rest != '.') {
        snprintf(state->done + done, sizeof state->done - done, "/%.*s", (int)size, rest);
    }
    memmove(state->rest, rest + size, strlen(rest + size) + 1);
    return true;
}

/* Go on at the target of a link. */
static void follow(struct state *state, const char *target)
{
    char joined[2 * ROOT_PATH_MAX];

    snprintf(joined, sizeof joined, "%s/%s", target, state->rest);
    char *slash = strrchr(state->done, '/');
    if (*target == '/')
        state->done[0] = '\0';
    else if (slash)
        *slash = '\0';
    if (strlen(joined) < sizeof state->rest)
        strcpy(state->rest, joined);
    else
        state->ended = true;
}

/* A path that cannot be followed is reported, as the rest is unknown. */
static int report_end(struct tbl_scan *scan, struct state *state, int error)
{
    char location[2 * ROOT_PATH_MAX];

    if (error == -ENOENT || error == -ENOTDIR)
        return SQLITE_OK;
    root_shown(state->source.root, state->done, location);
    return svcql_report(tbl_svcql(scan), &(struct report){.table = "path_permissions",
                                                          .kind = "path",
                                                          .host = state->source.host,
                                                          .location = location,
                                                          .status = source_status_of(error),
                                                          .records = 0,
                                                          .skipped = 1,
                                                          .detail = source_error(error)});
}

/* The path ends. Others who may add to a folder may create an entry that is missing in it. */
static int fill_end(struct tbl_scan *scan, struct state *state, int error, struct step_row *row)
{
    row->error = tbl_printf(scan, "%s", source_error(error));
    state->ended = true;
    if (error == -ENOENT && state->open_folder) {
        row->others_write = true;
        row->writers = tbl_printf(scan, "[%s", state->writers.data);
    }
    if (!row->component || !row->error || (row->others_write && !row->writers))
        return SQLITE_NOMEM;
    int rc = report_end(scan, state, error);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static int fill(struct tbl_scan *scan, struct state *state, struct step_row *row)
{
    const char *done = *state->done ? state->done : "/";

    row->step = state->step++;
    row->host = state->source.host;
    row->component = put_component(scan, state);
    const struct path_step *step = path_step(tbl_svcql(scan), state->source.root, done);
    if (!step)
        return SQLITE_NOMEM;
    if (step->error < 0)
        return fill_end(scan, state, step->error, row);
    row->type = type_of(step->st.st_mode);
    row->owner_uid = step->descriptor ? TBL_NULL : (int64_t)step->st.st_uid;
    row->owner_gid = step->descriptor ? TBL_NULL : (int64_t)step->st.st_gid;
    row->mode = step->descriptor ? TBL_NULL : (int64_t)step->st.st_mode & 07777;
    list_writers(state, step, row);
    if (row->writers)
        row->writers = tbl_printf(scan, "[%s", row->writers);
    if (step->target) {
        row->link_target = tbl_utf8(scan, step->target, strlen(step->target));
        follow(state, step->target);
    }
    return row->component && row->writers ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state          *state = tbl_state(scan);
    const struct step_row *key = tbl_key(scan);

    for (;;) {
        if (!state->have_source) {
            int rc = tbl_sources_next(scan, &state->sources, &state->source);
            if (rc != SQLITE_ROW)
                return rc;
            if (is_windows(state) &&
                !state->source.live) /* a disk is mounted without its descriptors */
                continue;
            if (!begin_path(state, key->path))
                continue;
            state->have_source = true;
            return fill(scan, state, row);
        }
        if (!state->ended && state->step < STEPS_MAX && advance(state))
            return fill(scan, state, row);
        state->have_source = false;
    }
}

static const struct tbl_column columns[] = {
    TBL_COL(struct step_row, path, TBL_KEY | TBL_NEEDED | TBL_HIDDEN | TBL_ID, "Path to examine"),
    TBL_COL(struct step_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
    TBL_COL(struct step_row, step, TBL_ID, "Position on the path, from 0 for the root directory"),
    TBL_COL(struct step_row, component, 0, "The path so far, links resolved"),
    TBL_COL(struct step_row, type, 0, "directory, link, file or other"),
    TBL_COL(struct step_row, link_target, 0, "Target of a link"),
    TBL_COL(struct step_row, owner_uid, 0, "User id of the owner; NULL on Windows"),
    TBL_COL(struct step_row, owner_gid, 0, "Group id of the owner; NULL on Windows"),
    TBL_COL(struct step_row, mode, 0, "Permission bits, such as 493 for 0755; NULL on Windows"),
    TBL_COL(struct step_row, acl, 0,
            "1 where an access control list adds to the mode; of macOS only of a running one"),
    TBL_COL(
        struct step_row, writers, 0,
        "Users and groups other than root that may write it, as a JSON array; on Windows other "
        "than the system and administrators, by name where that is the same everywhere, else by "
        "SID; by a list of a running macOS also by UUID, as users.uuid has it"),
    TBL_COL(struct step_row, others_write, 0,
            "1 where anyone other than root can change the target of the path at this step"),
    TBL_COL(struct step_row, error, 0, "Why the path ends here"),
    TBL_COL(struct step_row, host, TBL_KEY | TBL_ID, "Host it was read on"),
};

static const struct tbl_example examples[] = {
    {"Who may replace a program",
     "SELECT component, writers FROM path_permissions('/usr/bin/env') WHERE others_write"},
};

const struct tbl_table path_permissions_table = {
    .name = "path_permissions",
    .doc = "Every folder, link and file on a path, and who may write each",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct step_row),
    .state_size = sizeof(struct state),
    .rows = 8,
    .artefacts = 0,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
