/* svcql_rules.c -- other people's detection rules, converted to SQL, run over the logs in one pass.
 *
 *     SELECT rule, level, host, datetime(time, 'unixepoch'), row FROM svcql_rules('/etc/rules');
 *     SELECT file, rule, error FROM svcql_rules('/etc/rules') WHERE error IS NOT NULL;
 *
 * Rules are untrusted text. They are prepared in a private connection, in memory, that has only the
 * table `logs`, under an authorizer that allows them to read it and to call functions. That table
 * is filled once, from the view of that name here, with the columns that the rules use and the
 * events that they can match; then each rule runs over it. So the logs are read once for all rules.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/buffer.h"
#include "formats/text/rule_file.h"
#include "functions.h"
#include "table.h"
#include "table/registry.h"
#include "views.h"

SQLITE_EXTENSION_INIT3

#define FILES_MAX  10000     /* of a folder of rules */
#define STEPS_MAX  200000000 /* of SQLite's virtual machine that one rule may take: some seconds */
#define EVENTS_MAX 4096      /* different EventIDs that rules name */

struct match_row {
    const char *rule;
    const char *id;
    const char *level;
    const char *tags;
    const char *host;
    double      time;
    const char *row;
    const char *source;
    const char *record;
    const char *file;
    const char *error;
    int64_t     number;
    int64_t     match;
    const char *path;
    const char *logs;
};

/* One file of rules; the rules of all files have consecutive numbers. */
struct rule_source {
    char        *name;
    struct rules rules;
    int          error; /* negative errno of reading or parsing */
};

struct state {
    struct svcql       *svcql;
    struct rule_source *files;
    size_t              n_files;
    sqlite3            *db; /* the private one */
    char              **columns;
    bool               *needed;
    size_t              n_columns;
    int64_t             events[EVENTS_MAX]; /* EventIDs that the rules name */
    size_t              n_events;
    bool                all_events; /* some rule names none */
    size_t              file, rule;
    sqlite3_stmt       *stmt; /* of the rule that is running */
    int64_t             number, match;
};

/* Reading the rules ---------------------------------------------------------------- */

static bool ends_with(const char *name, const char *suffix)
{
    size_t a = strlen(name), b = strlen(suffix);

    return a >= b && strcasecmp(name + a - b, suffix) == 0;
}

static int report_file(struct tbl_scan *scan, const struct root *root,
                       const struct rule_source *source)
{
    char location[2 * ROOT_PATH_MAX];

    snprintf(location, sizeof location, "%s/%s", root_path(root), source->name);
    return svcql_report(
        tbl_svcql(scan),
        &(struct report){.table = "svcql_rules",
                         .kind = "rules",
                         .location = location,
                         .status = source->error ? source_status_of(source->error) : SOURCE_READ,
                         .records = (int64_t)source->rules.n,
                         .skipped = (int64_t)source->rules.lost + (source->error == -EBADMSG),
                         .detail = source->error ? strerror(-source->error) : NULL});
}

static int read_file(struct tbl_scan *scan, const struct root *root, const char *name)
{
    struct state       *state = tbl_state(scan);
    struct rule_source *source = ARRAY_ADD(state->files, state->n_files);
    char               *text, path[ROOT_PATH_MAX];
    size_t              size;

    if (!source || !(source->name = strdup(name)))
        return SQLITE_NOMEM;
    snprintf(path, sizeof path, "/%s", name);
    source->error = root_read(root, path, RULE_FILE_MAX, &text, &size);
    if (source->error == 0) {
        source->error = ends_with(name, ".json") ? rules_parse_json(&source->rules, text, size)
                                                 : rules_parse_sql(&source->rules, text, size);
        free(text);
    }
    return source->error == -ENOMEM ? SQLITE_NOMEM : report_file(scan, root, source);
}

static int read_folder(struct tbl_scan *scan, const struct root *root)
{
    struct root_names names = {0};
    int               rc = SQLITE_OK;

    int r = root_list(root, "/", NULL, FILES_MAX, &names);
    if (r < 0)
        return tbl_error(scan, r, root_path(root));
    rc = svcql_report_folder(tbl_svcql(scan), "svcql_rules",
                             &(struct folder){"rules", "", root, ""}, names.error, names.lost);
    for (size_t i = 0; rc == SQLITE_OK && i < names.n; i++)
        if (ends_with(names.names[i], ".json") || ends_with(names.names[i], ".sql"))
            rc = read_file(scan, root, names.names[i]);
    root_names_free(&names);
    return rc;
}

/* A folder of rules, or one file of them. */
static int read_rules(struct tbl_scan *scan, const char *path)
{
    struct root *root = NULL;
    const char  *name = strrchr(path, '/');
    int          r = root_open(path, 0, &root), rc;

    if (r == 0) {
        rc = read_folder(scan, root);
    } else if (r == -ENOTDIR) {
        char *dir = name ? strndup(path, (size_t)(name - path) + 1) : strdup(".");
        r = dir ? root_open(dir, 0, &root) : -ENOMEM;
        free(dir);
        rc = r < 0 ? tbl_error(scan, r, path) : read_file(scan, root, name ? name + 1 : path);
    } else {
        return tbl_error(scan, r, path);
    }
    root_unref(root);
    return rc;
}

/* The private connection ------------------------------------------------------------ */

/* Whether a name is of a table or view of the connection, and not of the rule's own subqueries: a
 * process that loads the extension into every connection has its tables and views here too. */
static bool is_foreign(const struct svcql *svcql, const char *table)
{
    if (strncmp(table, "sqlite_", 7) == 0 || strncmp(table, "pragma_", 7) == 0)
        return true;
    for (const struct embedded_view *view = embedded_views; view->name; view++)
        if (sqlite3_stricmp(view->name, table) == 0)
            return true;
    return tbl_find(svcql, table) != NULL;
}

/* Let a rule read logs and call functions, and note which columns it reads. */
static int authorize(void *data, int action, const char *table, const char *column,
                     const char *database, const char *trigger)
{
    struct state *state = data;

    (void)database, (void)trigger;
    if (action == SQLITE_SELECT || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE)
        return SQLITE_OK;
    if (action != SQLITE_READ)
        return SQLITE_DENY;
    for (size_t c = 0; column && c < state->n_columns; c++)
        if (sqlite3_stricmp(column, state->columns[c]) == 0)
            state->needed[c] = true;
    if (!table)
        return SQLITE_DENY;
    return strcmp(table, "logs") == 0 || !is_foreign(state->svcql, table) ? SQLITE_OK : SQLITE_DENY;
}

static int give_up(void *data)
{
    (void)data;
    return 1;
}

static const char *type_of(const char *column)
{
    if (strcmp(column, "time") == 0)
        return "REAL";
    return strcmp(column, "EventID") == 0 ? "INTEGER" : "TEXT COLLATE NOCASE";
}

/* The columns of the view that gives the events. */
static int list_columns(struct tbl_scan *scan, const char *logs)
{
    struct state *state = tbl_state(scan);
    sqlite3      *db = svcql_db(tbl_svcql(scan));
    sqlite3_stmt *stmt = NULL;
    char         *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", logs);
    int           rc = sql ? sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) : SQLITE_NOMEM;

    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return rc == SQLITE_NOMEM ? rc : tbl_fail(scan, "svcql_rules: %s", sqlite3_errmsg(db));
    size_t n = (size_t)sqlite3_column_count(stmt);
    state->columns = calloc(n, sizeof *state->columns);
    state->needed = calloc(n, sizeof *state->needed);
    for (size_t c = 0; state->columns && state->needed && c < n; c++) {
        const char *name = sqlite3_column_name(stmt, (int)c);
        if (!name || !(state->columns[c] = strdup(name)))
            break;
        state->n_columns++;
    }
    sqlite3_finalize(stmt);
    return state->n_columns == n ? SQLITE_OK : SQLITE_NOMEM;
}

static int create_logs(struct state *state)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);

    /* Where the process loads the extension into every connection, its view would hide the table.
     */
    sqlite3_str_appendall(sql, "DROP VIEW IF EXISTS temp.logs; CREATE TABLE logs(");
    for (size_t c = 0; c < state->n_columns; c++)
        sqlite3_str_appendf(sql, "%s\"%w\" %s DEFAULT ''", c ? ", " : "", state->columns[c],
                            type_of(state->columns[c]));
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int   rc = text ? sqlite3_exec(state->db, text, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return rc;
}

/* Pass a code of the private connection on, with its message. */
static int private_error(struct tbl_scan *scan, int rc)
{
    const struct state *state = tbl_state(scan);

    if (rc == SQLITE_OK || rc == SQLITE_NOMEM)
        return rc;
    return tbl_fail(scan, "svcql_rules: %s", sqlite3_errmsg(state->db));
}

static int open_private(struct tbl_scan *scan, const char *logs)
{
    struct state *state = tbl_state(scan);

    int rc = list_columns(scan, logs);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_open_v2(":memory:", &state->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (rc == SQLITE_OK)
        rc = functions_register(state->db);
    if (rc == SQLITE_OK)
        rc = create_logs(state);
    return private_error(scan, rc);
}

/* What the rules look at --------------------------------------------------------------- */

/* A rule's SQL with its star replaced by what identifies an event, so that only the columns that it
 * tests count as read. Other forms run as they are. */
static char *own_form(const char *sql)
{
    static const char star[] = "SELECT * FROM logs";

    while (isspace((unsigned char)*sql))
        sql++;
    if (sqlite3_strnicmp(sql, star, (int)sizeof star - 1) == 0)
        return sqlite3_mprintf("SELECT rowid AS \"svcql rowid\" FROM logs%s",
                               sql + sizeof star - 1);
    return sqlite3_mprintf("%s", sql);
}

static int prepare(struct state *state, const struct rule *rule, sqlite3_stmt **ret)
{
    char *sql = own_form(rule->sql);
    if (!sql)
        return SQLITE_NOMEM;
    sqlite3_set_authorizer(state->db, authorize, state);
    int rc = sqlite3_prepare_v2(state->db, sql, -1, ret, NULL);
    sqlite3_set_authorizer(state->db, NULL, NULL);
    sqlite3_free(sql);
    return rc;
}

/* Note the numbers in EventID=1 and EventID IN (1, 2): false where the rule names none. */
static bool note_events(struct state *state, const char *sql)
{
    bool found = false;

    for (const char *p = sql; (p = strcasestr(p, "EventID"));) {
        p += strlen("EventID");
        p += strspn(p, " \"`)");
        bool list = strncasecmp(p, "IN", 2) == 0;
        if (!list && *p != '=')
            return false; /* a comparison that does not name them */
        for (p += list ? 2 : 1;
             *p && !isalpha((unsigned char)*p) && state->n_events < EVENTS_MAX;) {
            p += strspn(p, " (,'");
            if (!isdigit((unsigned char)*p))
                break;
            state->events[state->n_events++] = strtoll(p, (char **)(uintptr_t)&p, 10);
            p += strspn(p, "' ");
            found = true;
            if (!list)
                break;
        }
    }
    return found && state->n_events < EVENTS_MAX;
}

static int look_at_rules(struct state *state)
{
    for (size_t f = 0; f < state->n_files; f++) {
        for (size_t r = 0; r < state->files[f].rules.n; r++) {
            const struct rule *rule = &state->files[f].rules.rules[r];
            sqlite3_stmt      *stmt = NULL;
            if (!rule->sql)
                continue;
            int rc = prepare(state, rule, &stmt);
            sqlite3_finalize(stmt);
            if (rc == SQLITE_NOMEM)
                return rc;
            if (rc == SQLITE_OK && !note_events(state, rule->sql))
                state->all_events = true;
        }
    }
    return SQLITE_OK;
}

/* Filling the table ---------------------------------------------------------------------- */

static const char *const always[] = {"time",    "host",    "source", "record",
                                     "Channel", "EventID", "data"};

static void need_always(struct state *state)
{
    for (size_t c = 0; c < state->n_columns; c++)
        for (size_t i = 0; i < TBL_COUNT(always); i++)
            if (strcmp(state->columns[c], always[i]) == 0)
                state->needed[c] = true;
}

static void add_names(const struct state *state, sqlite3_str *sql, const char *between)
{
    const char *mark = "";

    for (size_t c = 0; c < state->n_columns; c++) {
        if (!state->needed[c])
            continue;
        sqlite3_str_appendf(sql, between[0] == '?' ? "%s?" : "%s\"%w\"", mark, state->columns[c]);
        mark = ", ";
    }
}

static char *select_sql(const struct state *state, const char *logs)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);

    sqlite3_str_appendall(sql, "SELECT ");
    add_names(state, sql, ",");
    sqlite3_str_appendf(sql, " FROM \"%w\"", logs);
    for (size_t i = 0; !state->all_events && i < state->n_events; i++)
        sqlite3_str_appendf(sql, i ? ", %lld" : " WHERE EventID IN (%lld",
                            (long long)state->events[i]);
    if (!state->all_events)
        sqlite3_str_appendall(sql, state->n_events ? ")" : " WHERE 0");
    return sqlite3_str_finish(sql);
}

static char *insert_sql(const struct state *state)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);

    sqlite3_str_appendall(sql, "INSERT INTO logs(");
    add_names(state, sql, ",");
    sqlite3_str_appendall(sql, ") VALUES(");
    add_names(state, sql, "?");
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static int copy_events(sqlite3_stmt *from, sqlite3_stmt *to)
{
    int rc, n = sqlite3_column_count(from);

    while ((rc = sqlite3_step(from)) == SQLITE_ROW) {
        for (int c = 0; c < n; c++)
            sqlite3_bind_value(to, c + 1, sqlite3_column_value(from, c));
        rc = sqlite3_step(to);
        sqlite3_reset(to);
        if (rc != SQLITE_DONE)
            return rc;
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int fill_logs(struct tbl_scan *scan, const char *logs)
{
    struct state *state = tbl_state(scan);
    sqlite3      *db = svcql_db(tbl_svcql(scan));
    char         *select = select_sql(state, logs), *insert = insert_sql(state);
    sqlite3_stmt *from = NULL, *to = NULL;

    int rc = select && insert ? sqlite3_prepare_v2(db, select, -1, &from, NULL) : SQLITE_NOMEM;
    if (rc == SQLITE_OK)
        rc = private_error(scan, sqlite3_prepare_v2(state->db, insert, -1, &to, NULL));
    if (rc == SQLITE_OK)
        rc = private_error(scan, sqlite3_exec(state->db, "BEGIN", NULL, NULL, NULL));
    if (rc == SQLITE_OK && (rc = copy_events(from, to)) != SQLITE_OK && rc != SQLITE_NOMEM)
        rc = tbl_fail(scan, "svcql_rules: %s", sqlite3_errmsg(db));
    sqlite3_finalize(from);
    sqlite3_finalize(to);
    sqlite3_free(select);
    sqlite3_free(insert);
    if (rc == SQLITE_OK)
        rc = private_error(scan, sqlite3_exec(state->db,
                                              "CREATE INDEX by_event ON logs(EventID, Channel); "
                                              "COMMIT",
                                              NULL, NULL, NULL));
    return rc;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state           *state = tbl_state(scan);
    const struct match_row *key = tbl_key(scan);
    const char             *logs = key->logs ? key->logs : "logs";

    state->svcql = tbl_svcql(scan);
    int rc = read_rules(scan, key->path);
    if (rc == SQLITE_OK)
        rc = open_private(scan, logs);
    if (rc == SQLITE_OK)
        rc = look_at_rules(state);
    if (rc != SQLITE_OK)
        return rc;
    need_always(state);
    return fill_logs(scan, logs);
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    sqlite3_finalize(state->stmt);
    sqlite3_close(state->db);
    for (size_t c = 0; c < state->n_columns; c++)
        free(state->columns[c]);
    free(state->columns);
    free(state->needed);
    for (size_t f = 0; f < state->n_files; f++) {
        free(state->files[f].name);
        rules_free(&state->files[f].rules);
    }
    free(state->files);
}

/* Running the rules ------------------------------------------------------------------------ */

static void fill_rule(struct state *state, struct match_row *row, const struct rule *rule)
{
    row->file = state->files[state->file].name;
    row->rule = rule ? rule->title : NULL;
    row->id = rule ? rule->id : NULL;
    row->level = rule ? rule->level : NULL;
    row->tags = rule ? rule->tags : NULL;
    row->number = state->number;
    row->match = state->match++;
}

static int error_row(struct tbl_scan *scan, struct match_row *row, const struct rule *rule,
                     const char *error)
{
    struct state *state = tbl_state(scan);

    state->match = 0;
    fill_rule(state, row, rule);
    row->error = tbl_printf(scan, "%s", error);
    return row->error ? SQLITE_ROW : SQLITE_NOMEM;
}

static void add_json(struct buffer *json, const char *name, sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    if (!text || !*text) /* empty values are left out */
        return;
    buffer_puts(json, json->size > 1 ? "," : "");
    buffer_json(json, name, strlen(name));
    buffer_putc(json, ':');
    if (sqlite3_value_type(value) == SQLITE_TEXT && strcmp(name, "data") != 0)
        buffer_json(json, text, strlen(text));
    else
        buffer_puts(json, text);
}

/* The stored event of a rowid, as a JSON object, and its source. */
static int fill_event(struct tbl_scan *scan, struct match_row *row, sqlite3_int64 rowid)
{
    struct state *state = tbl_state(scan);
    struct buffer json = {0};
    sqlite3_stmt *stmt = NULL;

    int rc = sqlite3_prepare_v2(state->db, "SELECT * FROM logs WHERE rowid = ?1", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(stmt, 1, rowid);
    buffer_putc(&json, '{');
    if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
        for (size_t c = 0; c < state->n_columns; c++) {
            const char    *name = state->columns[c];
            sqlite3_value *value = sqlite3_column_value(stmt, (int)c);
            const char    *text = (const char *)sqlite3_value_text(value);
            if (strcmp(name, "time") == 0 && text)
                row->time = sqlite3_value_double(value);
            else if (strcmp(name, "host") == 0)
                row->host = text ? tbl_printf(scan, "%s", text) : NULL;
            else if (strcmp(name, "source") == 0)
                row->source = text ? tbl_printf(scan, "%s", text) : NULL;
            else if (strcmp(name, "record") == 0)
                row->record = text ? tbl_printf(scan, "%s", text) : NULL;
            else
                add_json(&json, name, value);
        }
    }
    sqlite3_finalize(stmt);
    buffer_putc(&json, '}');
    row->row = buffer_text(&json) ? tbl_strndup(scan, json.data, json.size) : NULL;
    buffer_free(&json);
    return row->row ? SQLITE_ROW : SQLITE_NOMEM;
}

/* A row of a rule that selects its own columns. */
static int fill_own_row(struct tbl_scan *scan, struct match_row *row)
{
    struct state *state = tbl_state(scan);
    struct buffer json = {0};

    buffer_putc(&json, '{');
    for (int c = 0; c < sqlite3_column_count(state->stmt); c++) {
        const char *name = sqlite3_column_name(state->stmt, c);
        if (name)
            add_json(&json, name, sqlite3_column_value(state->stmt, c));
    }
    buffer_putc(&json, '}');
    row->row = buffer_text(&json) ? tbl_strndup(scan, json.data, json.size) : NULL;
    buffer_free(&json);
    return row->row ? SQLITE_ROW : SQLITE_NOMEM;
}

static int match_row(struct tbl_scan *scan, struct match_row *row, const struct rule *rule)
{
    struct state *state = tbl_state(scan);
    const char   *name = sqlite3_column_name(state->stmt, 0);

    fill_rule(state, row, rule);
    if (name && strcmp(name, "svcql rowid") == 0)
        return fill_event(scan, row, sqlite3_column_int64(state->stmt, 0));
    return fill_own_row(scan, row);
}

/* The rule at the cursor: SQLITE_ROW with a match or an error, SQLITE_DONE after its last. */
static int step_rule(struct tbl_scan *scan, struct match_row *row, const struct rule *rule)
{
    struct state *state = tbl_state(scan);
    int           rc = SQLITE_OK;

    if (!rule->sql)
        return state->match++ ? SQLITE_DONE : error_row(scan, row, rule, "has no SQL");
    if (!state->stmt && (rc = prepare(state, rule, &state->stmt)) == SQLITE_OK)
        state->match = 0;
    if (rc == SQLITE_OK) {
        sqlite3_progress_handler(state->db, STEPS_MAX, give_up, NULL);
        rc = sqlite3_step(state->stmt);
        sqlite3_progress_handler(state->db, 0, NULL, NULL);
    }
    if (rc == SQLITE_ROW)
        return match_row(scan, row, rule);
    const char *error = rc == SQLITE_INTERRUPT ? "takes too long" : sqlite3_errmsg(state->db);
    int code = rc == SQLITE_DONE || rc == SQLITE_NOMEM ? rc : error_row(scan, row, rule, error);
    sqlite3_finalize(state->stmt);
    state->stmt = NULL;
    return code;
}

static void next_rule(struct state *state)
{
    state->rule++;
    state->number++;
    state->match = 0;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    for (; state->file < state->n_files; state->file++, state->rule = 0) {
        const struct rule_source *source = &state->files[state->file];
        if (source->error && state->rule == 0) {
            next_rule(state);
            return error_row(scan, row, NULL,
                             source->error == -EBADMSG ? "not a file of rules"
                                                       : strerror(-source->error));
        }
        for (; state->rule < source->rules.n; next_rule(state)) {
            int rc = step_rule(scan, row, &source->rules.rules[state->rule]);
            if (rc != SQLITE_ROW && rc != SQLITE_DONE)
                return rc;
            if (rc == SQLITE_ROW) {
                if (((struct match_row *)row)->error)
                    next_rule(state);
                return rc;
            }
        }
    }
    return SQLITE_DONE;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct match_row, rule, 0, "Title of the rule"),
    TBL_COL(struct match_row, id, 0, "Its id"),
    TBL_COL(struct match_row, level, 0, "Its level: informational, low, medium, high, critical"),
    TBL_COL(struct match_row, tags, 0, "Its tags, separated by commas"),
    TBL_COL(struct match_row, host, 0, "Host of the event that it matched"),
    TBL_COL(struct match_row, time, 0, "When that happened, seconds since the epoch, UTC"),
    TBL_COL(struct match_row, row, 0,
            "The event as a JSON object: the columns that the rules read, empty ones left out, and "
            "all its fields in the log as data"),
    TBL_COL(struct match_row, source, 0, "Log that the event is in"),
    TBL_COL(struct match_row, record, 0, "Its identity in that log"),
    TBL_COL(struct match_row, file, 0, "File of the rule"),
    TBL_COL(struct match_row, error, 0, "Why the rule, or its file, could not be used"),
    TBL_COL(struct match_row, number, TBL_ID, "Number of the rule, over all files"),
    TBL_COL(struct match_row, match, TBL_ID, "Number of the match among the rule's, from 0"),
    TBL_COL(struct match_row, path, TBL_KEY | TBL_NEEDED | TBL_HIDDEN,
            "File or folder of rules: .json and .sql"),
    TBL_COL(struct match_row, logs, TBL_KEY | TBL_HIDDEN,
            "View that gives the events: logs, logs_windows, logs_linux or logs_macos"),
};

static const struct tbl_example examples[] = {
    {"What the rules of a folder match",
     "SELECT rule, level, host, row FROM svcql_rules('/etc/svcql/rules')"},
};

const struct tbl_table svcql_rules_table = {
    .name = "svcql_rules",
    .doc =
        "Detection rules converted to SQL, as pySigma's sqlite backend writes them, run over the "
        "logs: a row a match, a row with an error for each rule that cannot run",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct match_row),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
