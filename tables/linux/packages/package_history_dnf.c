/* package_history_dnf.c -- the transactions in dnf's own databases: dnf(8), "history". */
#include "package_history_dnf.h"

#include <errno.h>
#include <math.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

#define VALUE_MAX (1 << 20) /* bytes */
#define GIVEN_FREE                                                                                 \
    (1ull << 30)        /* bytes of commands, which every package of a run repeats: so many */
#define GIVEN_RATIO 100 /* plus this many times the file's size */
#define UNSET_USER  4294967295 /* the kernel's login uid where nobody logged in */

/* A database's numbers of the actions on a package. */
struct action {
    int         number;
    const char *name;
    bool        old; /* the version was replaced or removed */
};

struct dnf_db {
    const char *const   *tables;
    const char          *sql; /* the columns that dnf_history_next() names */
    const struct action *actions;
    size_t               n_actions;
};

enum column { ID, BEGIN, END, COMMAND, USER, ACTION, NAME, ARCH, VERSION, REASON };

#define VERSION_TEXT "iif(r.epoch, r.epoch || ':', '') || r.version || '-' || r.release"

static const char *const dnf4_tables[] = {"trans", "trans_item", "rpm", NULL};
static const char *const dnf5_tables[] = {"trans", "trans_item", "rpm", "pkg_name", "arch", NULL};

static const char dnf4_sql[] =
    "SELECT i.id, t.dt_begin, t.dt_end, t.cmdline, t.user_id, i.action, r.name, "
    "r.arch, " VERSION_TEXT ", i.reason FROM trans_item i JOIN trans t ON t.id = i.trans_id "
    "JOIN rpm r ON r.item_id = i.item_id";

static const char dnf5_sql[] =
    "SELECT i.id, t.dt_begin, t.dt_end, t.description, t.user_id, i.action_id, n.name, "
    "a.name, " VERSION_TEXT ", i.reason_id FROM trans_item i JOIN trans t ON t.id = i.trans_id "
    "JOIN rpm r ON r.item_id = i.item_id LEFT JOIN pkg_name n ON n.id = r.name_id "
    "LEFT JOIN arch a ON a.id = r.arch_id";

static const struct action dnf4_actions[] = {
    {1, "install", false},     {2, "downgrade", false}, {3, "downgraded", true},
    {4, "obsolete", false},    {5, "obsoleted", true},  {6, "upgrade", false},
    {7, "upgraded", true},     {8, "remove", true},     {9, "reinstall", false},
    {10, "reinstalled", true}, {11, "reason", false},
};

static const struct action dnf5_actions[] = {
    {1, "install", false}, {2, "upgrade", false}, {3, "downgrade", false}, {4, "reinstall", false},
    {5, "remove", true},   {6, "replaced", true}, {7, "reason", false},
};

static const struct dnf_db databases[] = {
    {dnf4_tables, dnf4_sql, dnf4_actions, TBL_COUNT(dnf4_actions)},
    {dnf5_tables, dnf5_sql, dnf5_actions, TBL_COUNT(dnf5_actions)},
};

int dnf_history_open(const struct root *root, const char *path, struct dnf_history *ret)
{
    struct dnf_history history = {0};
    int                r = sqlite_file_open(root, path, &history.file);

    if (r < 0)
        return r;
    sqlite3_limit(history.file.db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
    r = -EBADMSG;
    for (size_t i = 0; r < 0 && r != -ENOMEM && i < TBL_COUNT(databases); i++) {
        history.db = &databases[i];
        r = sqlite_file_query(&history.file, history.db->tables, history.db->sql, &history.stmt);
    }
    history.left = GIVEN_FREE + GIVEN_RATIO * history.file.map.size;
    if (r == 0)
        *ret = history;
    else
        sqlite_file_close(&history.file);
    return r == -ENOENT ? -EBADMSG : r;
}

void dnf_history_close(struct dnf_history *history)
{
    sqlite3_finalize(history->stmt);
    sqlite_file_close(&history->file);
    *history = (struct dnf_history){0};
}

static bool text(struct tbl_scan *scan, sqlite3_stmt *stmt, enum column column, const char **ret)
{
    const char *value = (const char *)sqlite3_column_text(stmt, (int)column);

    return history_text(scan, value, (size_t)sqlite3_column_bytes(stmt, (int)column), ret);
}

static bool user_text(struct tbl_scan *scan, int64_t user, const char **ret)
{
    *ret = user == UNSET_USER ? NULL : tbl_printf(scan, "%lld", (long long)user);
    return *ret || user == UNSET_USER;
}

static double time_of(sqlite3_stmt *stmt, enum column column)
{
    return sqlite3_column_type(stmt, (int)column) == SQLITE_INTEGER
               ? (double)sqlite3_column_int64(stmt, (int)column)
               : NAN;
}

/* dnf's reasons 1 and 4: to satisfy what another package depends on, or only recommends. */
static const char *reason(int64_t number)
{
    return number == 1 || number == 4 ? "automatic" : NULL;
}

static const struct action *find_action(const struct dnf_db *db, int64_t number)
{
    static const struct action unknown = {0, "other", false};

    for (size_t i = 0; i < db->n_actions; i++)
        if (db->actions[i].number == number)
            return &db->actions[i];
    return &unknown;
}

static bool spend(struct dnf_history *history)
{
    static const enum column texts[] = {COMMAND, NAME, ARCH, VERSION};
    uint64_t                 given = 0;

    for (size_t i = 0; i < TBL_COUNT(texts); i++)
        given += (uint64_t)sqlite3_column_bytes(history->stmt, (int)texts[i]);
    bool enough = given <= history->left;
    history->left -= enough ? given : 0;
    return enough;
}

int dnf_history_next(struct tbl_scan *scan, struct dnf_history *history, struct history_row *row)
{
    sqlite3_stmt *stmt = history->stmt;
    int           rc = sqlite3_step(stmt);

    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? 0 : rc == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
    if (!spend(history))
        return -EBADMSG;
    const struct action *action = find_action(history->db, sqlite3_column_int64(stmt, ACTION));
    *row = (struct history_row){
        .time = time_of(stmt, BEGIN),
        .end_time = time_of(stmt, END),
        .action = action->name,
        .detail = reason(sqlite3_column_int64(stmt, REASON)),
        .tool = "dnf",
        .time_zone = "UTC",
        .line = sqlite3_column_int64(stmt, ID),
    };
    bool whole = text(scan, stmt, NAME, &row->package) &&
                 text(scan, stmt, ARCH, &row->architecture) &&
                 text(scan, stmt, VERSION, action->old ? &row->old_version : &row->new_version) &&
                 text(scan, stmt, COMMAND, &row->command) &&
                 user_text(scan, sqlite3_column_int64(stmt, USER), &row->requested_by);
    return whole ? 1 : -ENOMEM;
}
