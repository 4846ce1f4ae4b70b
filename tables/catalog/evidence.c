/* evidence.c -- the hosts that the tables read from; the live one at first.
 *
 *     INSERT INTO evidence(location) VALUES('/mnt/image');
 *     DELETE FROM evidence WHERE kind = 'live';
 */
#include <errno.h>
#include <string.h>

#include "evidence/evidence_list.h"
#include "host.h"

SQLITE_EXTENSION_INIT3

struct evidence_row {
    int64_t     id;
    const char *location;
    const char *host;
    const char *kind;
    const char *root;
    const char *time_zone;
    const char *platform;
};

struct state {
    size_t next;
};

/* NULL: files of a system that only they tell. */
static const char *platform_of(const struct evidence *evidence)
{
    return evidence->live                         ? host_kind
           : strcmp(evidence->kind, "files") == 0 ? NULL
                                                  : evidence->kind;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state          *state = tbl_state(scan);
    struct evidence_row   *row = out;
    const struct evidence *evidence = evidence_at(tbl_svcql(scan), state->next++);

    if (!evidence)
        return SQLITE_DONE;
    *row = (struct evidence_row){.id = evidence->id,
                                 .location = evidence->location,
                                 .host = evidence->host,
                                 .kind = evidence->kind,
                                 .root = evidence->root,
                                 .time_zone = evidence->time_zone,
                                 .platform = platform_of(evidence)};
    return SQLITE_ROW;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct evidence_row, id, TBL_ID, "Number of the evidence in this connection"),
    TBL_COL(struct evidence_row, location, 0, "File or folder as it was given"),
    TBL_COL(struct evidence_row, host, 0, "Host it came from, by the evidence itself or as given"),
    TBL_COL(struct evidence_row, kind, 0, "live, linux, windows, macos or files"),
    TBL_COL(struct evidence_row, root, 0, "Folder that all reading is confined to"),
    TBL_COL(struct evidence_row, time_zone, 0, "Time zone of the host, where the evidence has it"),
    TBL_COL(struct evidence_row, platform, 0, "linux, windows or macos; NULL for loose files"),
};

enum { COLUMN_ID, COLUMN_LOCATION, COLUMN_HOST }; /* as in columns[] */

/* A file of a kind that is not read: report its kind, and the kinds that are read. */
static int fail_unsupported(sqlite3_vtab *vtab, const char *location)
{
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg =
        sqlite3_mprintf("evidence: %s: this is %s, which is not a kind of evidence that "
                        "is read; read are: %s",
                        location, describe_file(location), discovery_supported);
    return vtab->zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
}

static int fail(sqlite3_vtab *vtab, const char *what, int error)
{
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg = sqlite3_mprintf("evidence: %s: %s", what, strerror(error));
    return vtab->zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
}

/* The row whose rowid SQLite asks to delete. */
static int delete_row(struct svcql *svcql, sqlite3_vtab *vtab, sqlite3_value *id)
{
    int r = evidence_remove(svcql, sqlite3_value_int64(id));

    return r < 0 ? fail(vtab, "DELETE", -r) : SQLITE_OK;
}

/* Columns that are read from the evidence cannot be set. */
static bool gives_other_columns(sqlite3_value **argv)
{
    for (int i = 0; i < (int)TBL_COUNT(columns); i++)
        if (i != COLUMN_LOCATION && i != COLUMN_HOST &&
            sqlite3_value_type(argv[2 + i]) != SQLITE_NULL)
            return true;
    return false;
}

static int update(struct svcql *svcql, sqlite3_vtab *vtab, int argc, sqlite3_value **argv,
                  sqlite3_int64 *rowid)
{
    (void)rowid;
    if (argc == 1)
        return delete_row(svcql, vtab, argv[0]);
    if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
        return fail(vtab, "UPDATE: delete the row and insert it again", ENOTSUP);

    if (gives_other_columns(argv))
        return fail(vtab, "INSERT takes a location and a host; the rest is read from the evidence",
                    EINVAL);
    const char *location = (const char *)sqlite3_value_text(argv[2 + COLUMN_LOCATION]);
    if (!location || !*location)
        return fail(vtab, "INSERT needs a location", EINVAL);
    int r = evidence_add(svcql, location, (const char *)sqlite3_value_text(argv[2 + COLUMN_HOST]));
    if (r == -ENOTSUP || r == -EINVAL)
        return fail_unsupported(vtab, location);
    return r == -ENOMEM ? SQLITE_NOMEM : r < 0 ? fail(vtab, location, -r) : SQLITE_OK;
}

static const struct tbl_example examples[] = {
    {"The evidence that is read", "SELECT id, kind, host, location FROM evidence"},
};

const struct tbl_table evidence_table = {
    .name = "evidence",
    .doc = "The hosts that the tables read from; INSERT a location to add one, DELETE to leave one "
           "out",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct evidence_row),
    .state_size = sizeof(struct state),
    .rows = 2,
    .next = next,
    .update = update,
};
