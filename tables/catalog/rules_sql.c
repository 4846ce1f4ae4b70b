/* rules_sql.c -- rules converted to SQL.
 *
 * They are untrusted text. They are prepared in a private connection, in memory, that has only the
 * table `logs`, under an authorizer that allows them to read it and to call functions. That table
 * is filled once, from the view of that name here, with the columns that the rules use and the
 * events that they can match; then each rule runs over it. So the logs are read once for all rules.
 *
 * In what pySigma writes, a name that is no column of the view is a field of the record's data. A field
 * that a record lacks is '', so that NOT does not hide the row, and `IS NULL` holds of it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "evidence.h"
#include "formats/text/array.h"
#include "formats/text/buffer.h"
#include "functions.h"
#include "inlined.h"
#include "rule_files.h"
#include "rules_scan.h"
#include "table/registry.h"
#include "views.h"

SQLITE_EXTENSION_INIT3

#define COLUMNS_MAX 1900      /* SQLite's limit is 2,000 */
#define STEPS_MAX   200000000 /* of SQLite's virtual machine that one rule may take: some seconds */

/* Reading the rules ---------------------------------------------------------------- */

/* `bad`: how many of its rules cannot run. */
static int report_file(struct tbl_scan *scan, const struct rule_source *source, size_t bad)
{
    const char *detail = bad ? "rules that cannot run" : NULL;

    return svcql_report(
        tbl_svcql(scan),
        &(struct report){.table = "svcql_rules",
                         .kind = "rules",
                         .location = source->location,
                         .status = source->error ? source_status_of(source->error) : SOURCE_READ,
                         .records = (int64_t)(source->rules.n - bad),
                         .skipped = (int64_t)(source->rules.lost + bad) + (source->error != 0),
                         .detail = source->error ? source_error(source->error) : detail});
}

int sql_rules_read(struct tbl_scan *scan, const struct root *root, const char *path,
                   const char *name)
{
    struct rules_scan  *state = tbl_state(scan);
    struct rule_source *source = ARRAY_ADD(state->sql.files, state->sql.n_files);
    char               *text;
    size_t              size;

    if (!source || !(source->name = strdup(name)))
        return SQLITE_NOMEM;
    if (asprintf(&source->location, "%s/%s", root_path(root), name) < 0) {
        source->location = NULL;
        return SQLITE_NOMEM;
    }
    source->error = root_read(root, path, RULE_FILE_MAX, &text, &size);
    if (source->error == 0) {
        source->error = rule_form_of(name) == RULE_JSON
                            ? rules_parse_json(&source->rules, text, size)
                            : rules_parse_sql(&source->rules, text, size);
        free(text);
    }
    return source->error == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

/* What pySigma writes ----------------------------------------------------------------- */

/* The rule's terms where it has the form that pySigma writes; NULL of any other. Its default output
 * names a table that is still to be chosen. */
static const char *terms_of(const char *sql)
{
    static const char *const forms[] = {"SELECT * FROM logs", "SELECT * FROM <TABLE_NAME>"};

    while (isspace((unsigned char)*sql))
        sql++;
    for (size_t i = 0; i < TBL_COUNT(forms); i++) {
        size_t size = strlen(forms[i]);
        if (sqlite3_strnicmp(sql, forms[i], (int)size) == 0 && !strcasestr(sql + size, "select"))
            return sql + size;
    }
    return NULL;
}

/* One word, name, text or other character of SQL. */
struct token {
    enum { TOKEN_END, TOKEN_WORD, TOKEN_NAME, TOKEN_OTHER } kind; /* TOKEN_NAME: in backticks */
    const char *text;
    size_t      size;
};

static struct token next_token(const char *sql)
{
    while (isspace((unsigned char)*sql))
        sql++;
    struct token token = {*sql ? TOKEN_OTHER : TOKEN_END, sql, *sql != 0};
    if (isalpha((unsigned char)*sql) || *sql == '_') {
        token.kind = TOKEN_WORD;
        while (isalnum((unsigned char)sql[token.size]) || sql[token.size] == '_')
            token.size++;
    } else if (isdigit((unsigned char)*sql)) {
        while (isalnum((unsigned char)sql[token.size]))
            token.size++;
    } else if (*sql && strchr("'\"`", *sql)) {
        const char *end = strchr(sql + 1, *sql); /* a quote inside is doubled: two tokens */
        token.kind = *sql == '`' ? TOKEN_NAME : TOKEN_OTHER;
        token.size = end ? (size_t)(end - sql) + 1 : strlen(sql);
    }
    return token;
}

static bool is_word(struct token token, const char *word)
{
    return token.kind == TOKEN_WORD && token.size == strlen(word) &&
           strncasecmp(token.text, word, token.size) == 0;
}

/* Add a name as a column unless there is one. False where out of memory. */
static bool add_field(struct rules_scan *state, const char *name, size_t size)
{
    for (size_t c = 0; c < state->sql.n_columns; c++)
        if (strlen(state->sql.columns[c]) == size &&
            strncasecmp(state->sql.columns[c], name, size) == 0)
            return true;
    if (size == 0 || state->sql.n_columns == COLUMNS_MAX) /* it is then an error of the rule */
        return true;
    char *copy = strndup(name, size);
    if (copy)
        state->sql.columns[state->sql.n_columns++] = copy;
    return copy != NULL;
}

/* Add the names of a rule that are neither words of SQL nor functions. */
static bool add_fields_of(struct rules_scan *state, const char *sql)
{
    struct token token;

    for (; (token = next_token(sql)).kind != TOKEN_END; sql = token.text + token.size) {
        bool quoted = token.kind == TOKEN_NAME;
        if (!quoted &&
            (token.kind != TOKEN_WORD || *next_token(token.text + token.size).text == '(' ||
             sqlite3_keyword_check(token.text, (int)token.size)))
            continue;
        if (!add_field(state, token.text + quoted, token.size - (quoted ? 2 : 0)))
            return false;
    }
    return true;
}

static int add_fields(struct rules_scan *state)
{
    for (size_t f = 0; f < state->sql.n_files; f++)
        for (size_t r = 0; r < state->sql.files[f].rules.n; r++) {
            const char *sql = state->sql.files[f].rules.rules[r].sql;
            const char *terms = sql ? terms_of(sql) : NULL;
            if (terms && !add_fields_of(state, terms))
                return SQLITE_NOMEM;
        }
    return SQLITE_OK;
}

/* A rule's SQL with its star replaced by what identifies an event, so that only the columns that it
 * tests count as read, and with '' for NULL. Other forms run as they are. */
static char *own_form(const char *sql)
{
    const char  *terms = terms_of(sql);
    sqlite3_str *text;
    struct token token, before = {0};

    if (!terms)
        return sqlite3_mprintf("%s", sql);
    text = sqlite3_str_new(NULL);
    sqlite3_str_appendall(text, "SELECT rowid AS \"svcql rowid\" FROM logs");
    for (; (token = next_token(terms)).kind != TOKEN_END; terms = token.text + token.size) {
        bool is_null = is_word(token, "null") && (is_word(before, "is") || is_word(before, "not"));
        sqlite3_str_append(text, terms, (int)(token.text - terms));
        sqlite3_str_append(text, is_null ? "''" : token.text, is_null ? 2 : (int)token.size);
        before = token;
    }
    return sqlite3_str_finish(text);
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
    struct rules_scan *state = data;

    (void)database, (void)trigger;
    if (action == SQLITE_SELECT || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE)
        return SQLITE_OK;
    if (action != SQLITE_READ)
        return SQLITE_DENY;
    for (size_t c = 0; column && c < state->sql.n_columns; c++)
        if (sqlite3_stricmp(column, state->sql.columns[c]) == 0)
            state->sql.needed[c] = true;
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
    struct rules_scan *state = tbl_state(scan);
    sqlite3           *db = svcql_db(tbl_svcql(scan));
    sqlite3_stmt      *stmt = NULL;
    char              *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", logs);
    int                rc = sql ? sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) : SQLITE_NOMEM;

    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return rc == SQLITE_NOMEM ? rc : tbl_fail(scan, "svcql_rules: %s", sqlite3_errmsg(db));
    size_t n = (size_t)sqlite3_column_count(stmt);
    state->sql.columns = calloc(COLUMNS_MAX, sizeof *state->sql.columns);
    state->sql.needed = calloc(COLUMNS_MAX, sizeof *state->sql.needed);
    for (size_t c = 0; state->sql.columns && state->sql.needed && c < n && c < COLUMNS_MAX; c++) {
        const char *name = sqlite3_column_name(stmt, (int)c);
        if (!name || !(state->sql.columns[c] = strdup(name)))
            break;
        state->sql.n_columns++;
    }
    sqlite3_finalize(stmt);
    state->sql.n_own = n;
    return state->sql.n_columns == n ? SQLITE_OK : SQLITE_NOMEM;
}

static int create_logs(struct rules_scan *state)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);

    /* Where the process loads the extension into every connection, its view would hide the table.
     */
    sqlite3_str_appendall(sql, "DROP VIEW IF EXISTS temp.logs; CREATE TABLE logs(");
    for (size_t c = 0; c < state->sql.n_columns; c++)
        sqlite3_str_appendf(sql, "%s\"%w\" %s DEFAULT ''", c ? ", " : "", state->sql.columns[c],
                            type_of(state->sql.columns[c]));
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int   rc = text ? sqlite3_exec(state->sql.db, text, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return rc;
}

/* Pass a code of the private connection on, with its message. */
static int private_error(struct tbl_scan *scan, int rc)
{
    const struct rules_scan *state = tbl_state(scan);

    if (rc == SQLITE_OK || rc == SQLITE_NOMEM)
        return rc;
    return tbl_fail(scan, "svcql_rules: %s", sqlite3_errmsg(state->sql.db));
}

static int open_private(struct tbl_scan *scan, const char *logs)
{
    struct rules_scan *state = tbl_state(scan);

    int rc = list_columns(scan, logs);
    if (rc == SQLITE_OK)
        rc = add_fields(state);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_open_v2(":memory:", &state->sql.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                         NULL);
    if (rc == SQLITE_OK)
        rc = functions_register(state->sql.db);
    if (rc == SQLITE_OK)
        rc = create_logs(state);
    return private_error(scan, rc);
}

/* What the rules look at --------------------------------------------------------------- */

static int prepare(struct rules_scan *state, const struct rule *rule, sqlite3_stmt **ret)
{
    char *sql = own_form(rule->sql);
    if (!sql)
        return SQLITE_NOMEM;
    sqlite3_set_authorizer(state->sql.db, authorize, state);
    int rc = sqlite3_prepare_v2(state->sql.db, sql, -1, ret, NULL);
    sqlite3_set_authorizer(state->sql.db, NULL, NULL);
    sqlite3_free(sql);
    return rc;
}

/* Note the numbers in EventID=1 and EventID IN (1, 2): false where the rule names none. */
static bool note_events(struct rules_scan *state, const char *sql)
{
    bool found = false;

    for (const char *p = sql; (p = strcasestr(p, "EventID"));) {
        p += strlen("EventID");
        p += strspn(p, " \"`)");
        bool list = strncasecmp(p, "IN", 2) == 0;
        if (!list && *p != '=')
            return false; /* a comparison that does not name them */
        for (p += list ? 2 : 1;
             *p && !isalpha((unsigned char)*p) && state->sql.n_events < RULE_EVENTS_MAX;) {
            p += strspn(p, " (,'");
            if (!isdigit((unsigned char)*p))
                break;
            state->sql.events[state->sql.n_events++] = strtoll(p, (char **)(uintptr_t)&p, 10);
            p += strspn(p, "' ");
            found = true;
            if (!list)
                break;
        }
    }
    return found && state->sql.n_events < RULE_EVENTS_MAX;
}

/* Note what a rule looks at: SQLITE_ERROR where it cannot run, else SQLITE_OK or SQLITE_NOMEM. */
static int look_at_rule(struct rules_scan *state, const struct rule *rule)
{
    sqlite3_stmt *stmt = NULL;

    if (!rule->sql)
        return SQLITE_ERROR;
    int rc = prepare(state, rule, &stmt);
    sqlite3_finalize(stmt);
    if (rc == SQLITE_OK && !note_events(state, rule->sql))
        state->sql.all_events = true;
    return rc == SQLITE_OK || rc == SQLITE_NOMEM ? rc : SQLITE_ERROR;
}

static int look_at_rules(struct tbl_scan *scan)
{
    struct rules_scan *state = tbl_state(scan);
    int                rc = SQLITE_OK;

    for (size_t f = 0; rc == SQLITE_OK && f < state->sql.n_files; f++) {
        const struct rule_source *source = &state->sql.files[f];
        size_t                    bad = 0;
        for (size_t r = 0; r < source->rules.n; r++) {
            if ((rc = look_at_rule(state, &source->rules.rules[r])) == SQLITE_NOMEM)
                return rc;
            bad += rc != SQLITE_OK;
        }
        rc = report_file(scan, source, bad);
    }
    return rc;
}

/* Filling the table ---------------------------------------------------------------------- */

static const char *const always[] = {"time",    "host",    "source", "record",
                                     "Channel", "EventID", "data",   "type"};

static void need_always(struct rules_scan *state)
{
    for (size_t c = 0; c < state->sql.n_columns; c++)
        for (size_t i = 0; i < TBL_COUNT(always); i++)
            if (strcmp(state->sql.columns[c], always[i]) == 0)
                state->sql.needed[c] = true;
}

/* The names of the first `n` columns, or a ? for each. */
static void add_names(const struct rules_scan *state, sqlite3_str *sql, size_t n, bool values)
{
    const char *mark = "";

    for (size_t c = 0; c < n; c++) {
        if (!state->sql.needed[c])
            continue;
        sqlite3_str_appendf(sql, values ? "%s?" : "%s\"%w\"", mark, state->sql.columns[c]);
        mark = ", ";
    }
}

static char *select_sql(const struct rules_scan *state, const char *logs)
{
    sqlite3_str  *sql = sqlite3_str_new(NULL);
    struct buffer source = {0};
    bool          failed;

    sqlite3_str_appendall(sql, "SELECT ");
    add_names(state, sql, state->sql.n_own, false);
    inlined_put_view(state->svcql, logs, &source);
    sqlite3_str_appendf(sql, " FROM %s", buffer_text(&source) ? source.data : "");
    failed = source.failed;
    buffer_free(&source);
    for (size_t i = 0; !state->sql.all_events && i < state->sql.n_events; i++)
        sqlite3_str_appendf(sql, i ? ", %lld" : " WHERE EventID IN (%lld",
                            (long long)state->sql.events[i]);
    if (!state->sql.all_events)
        sqlite3_str_appendall(sql, state->sql.n_events ? ")" : " WHERE 0");
    char *text = sqlite3_str_finish(sql);
    if (!failed)
        return text;
    sqlite3_free(text);
    return NULL;
}

static char *insert_sql(const struct rules_scan *state)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);

    sqlite3_str_appendall(sql, "INSERT INTO logs(");
    add_names(state, sql, state->sql.n_columns, false);
    sqlite3_str_appendall(sql, ") VALUES(");
    add_names(state, sql, state->sql.n_columns, true);
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

/* The column of that name in a row; NULL where it is NULL. */
static const char *text_of(sqlite3_stmt *stmt, const char *name)
{
    for (int c = 0; c < sqlite3_column_count(stmt); c++)
        if (strcmp(sqlite3_column_name(stmt, c), name) == 0)
            return (const char *)sqlite3_column_text(stmt, c);
    return NULL;
}

/* Keep a member of the record's data under the name that rules have for it, of any case. */
static void keep_member(struct sql_rules *sql, const struct json_pair *pair)
{
    if (pair->name_size == 6 && memcmp(pair->name, "record", 6) == 0)
        buffer_put(&sql->record, pair->value, pair->value_size);
    for (size_t c = sql->n_own; c < sql->n_columns; c++)
        if (sql->needed[c] && strncasecmp(sql->columns[c], pair->name, pair->name_size) == 0 &&
            !sql->columns[c][pair->name_size] && !sql->values[c - sql->n_own].size)
            buffer_put(&sql->values[c - sql->n_own], pair->value, pair->value_size);
}

/* Read the names that are no columns from a row: members of the record's data, or fields of an audit
 * record. 0 or -ENOMEM. */
static int read_fields(struct sql_rules *sql, sqlite3_stmt *from)
{
    const char      *data = text_of(from, "data"), *type = text_of(from, "type");
    struct json_pair pair;
    int              r = 0;

    buffer_reset(&sql->record);
    for (size_t c = sql->n_own; c < sql->n_columns; c++)
        buffer_reset(&sql->values[c - sql->n_own]);
    if (!data || sql->n_own == sql->n_columns)
        return 0;
    json_pairs_begin(&sql->pairs, data, strlen(data));
    while ((r = json_pairs_next(&sql->pairs, &pair)) > 0)
        keep_member(sql, &pair);
    if (r == -ENOMEM || !type || !*type)
        return r == -ENOMEM ? r : 0;
    r = sigma_audit_begin(sql->audit, sql->record.data, sql->record.size);
    for (size_t c = sql->n_own; r == 0 && c < sql->n_columns; c++)
        if (sql->needed[c] && !sql->values[c - sql->n_own].size)
            sigma_audit_value(sql->audit, type, sql->columns[c], &sql->values[c - sql->n_own]);
    return r;
}

static int bind_fields(struct sql_rules *sql, sqlite3_stmt *to, int at)
{
    int rc = SQLITE_OK;

    for (size_t c = sql->n_own; rc == SQLITE_OK && c < sql->n_columns; c++) {
        const char *text = buffer_text(&sql->values[c - sql->n_own]);
        if (sql->needed[c])
            rc = text ? sqlite3_bind_text(to, ++at, text, -1, SQLITE_STATIC) : SQLITE_NOMEM;
    }
    return rc;
}

static int copy_events(struct sql_rules *sql, sqlite3_stmt *from, sqlite3_stmt *to)
{
    int rc, n = sqlite3_column_count(from);

    while ((rc = sqlite3_step(from)) == SQLITE_ROW) {
        for (int c = 0; c < n; c++)
            sqlite3_bind_value(to, c + 1, sqlite3_column_value(from, c));
        if (read_fields(sql, from) < 0 || bind_fields(sql, to, n) != SQLITE_OK)
            return SQLITE_NOMEM;
        rc = sqlite3_step(to);
        sqlite3_reset(to);
        if (rc != SQLITE_DONE)
            return rc;
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int fill_logs(struct tbl_scan *scan, const char *logs)
{
    struct rules_scan *state = tbl_state(scan);
    sqlite3           *db = svcql_db(tbl_svcql(scan));
    char              *select = select_sql(state, logs), *insert = insert_sql(state);
    sqlite3_stmt      *from = NULL, *to = NULL;

    int rc = select && insert ? sqlite3_prepare_v2(db, select, -1, &from, NULL) : SQLITE_NOMEM;
    if (rc == SQLITE_OK)
        rc = private_error(scan, sqlite3_prepare_v2(state->sql.db, insert, -1, &to, NULL));
    if (rc == SQLITE_OK)
        rc = private_error(scan, sqlite3_exec(state->sql.db, "BEGIN", NULL, NULL, NULL));
    if (rc == SQLITE_OK && (rc = copy_events(&state->sql, from, to)) != SQLITE_OK &&
        rc != SQLITE_NOMEM)
        rc = tbl_fail(scan, "svcql_rules: %s", sqlite3_errmsg(db));
    sqlite3_finalize(from);
    sqlite3_finalize(to);
    sqlite3_free(select);
    sqlite3_free(insert);
    if (rc == SQLITE_OK)
        rc = private_error(scan, sqlite3_exec(state->sql.db,
                                              "CREATE INDEX by_event ON logs(EventID, Channel); "
                                              "COMMIT",
                                              NULL, NULL, NULL));
    return rc;
}

int sql_rules_begin(struct tbl_scan *scan, const char *logs)
{
    struct rules_scan *state = tbl_state(scan);

    if (state->sql.n_files == 0)
        return SQLITE_OK;
    int rc = open_private(scan, logs);
    if (rc == SQLITE_OK)
        rc = look_at_rules(scan);
    if (rc != SQLITE_OK)
        return rc;
    need_always(state);
    state->sql.audit = sigma_audit_new();
    state->sql.values = calloc(COLUMNS_MAX, sizeof *state->sql.values);
    if (!state->sql.audit || !state->sql.values)
        return SQLITE_NOMEM;
    return fill_logs(scan, logs);
}

void sql_rules_free(struct sql_rules *sql)
{
    sqlite3_finalize(sql->stmt);
    sqlite3_close(sql->db);
    for (size_t c = sql->n_own; sql->values && c < sql->n_columns; c++)
        buffer_free(&sql->values[c - sql->n_own]);
    free(sql->values);
    buffer_free(&sql->record);
    for (size_t c = 0; c < sql->n_columns; c++)
        free(sql->columns[c]);
    free(sql->columns);
    free(sql->needed);
    sigma_audit_free(sql->audit);
    json_pairs_end(&sql->pairs);
    for (size_t f = 0; f < sql->n_files; f++) {
        free(sql->files[f].name);
        free(sql->files[f].location);
        rules_free(&sql->files[f].rules);
    }
    free(sql->files);
}

/* Running the rules ------------------------------------------------------------------------ */

static void fill_rule(struct rules_scan *state, struct match_row *row, const struct rule *rule)
{
    row->file = state->sql.files[state->sql.file].name;
    row->status = "match";
    row->rule = rule ? rule->title : NULL;
    row->id = rule ? rule->id : NULL;
    row->level = rule ? rule->level : NULL;
    row->tags = rule ? rule->tags : NULL;
    row->number = state->number;
    row->match = state->match++;
    row->line = TBL_NULL;
}

static int error_row(struct tbl_scan *scan, struct match_row *row, const struct rule *rule,
                     const char *status, const char *error)
{
    struct rules_scan *state = tbl_state(scan);

    state->match = 0;
    fill_rule(state, row, rule);
    row->status = status;
    row->error = tbl_printf(scan, "%s", error);
    return row->error ? SQLITE_ROW : SQLITE_NOMEM;
}

static void add_json(struct buffer *json, const char *name, sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    json->failed |= !text && sqlite3_value_type(value) != SQLITE_NULL;
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
    struct rules_scan *state = tbl_state(scan);
    struct buffer      json = {0};
    sqlite3_stmt      *stmt = NULL;

    int rc =
        sqlite3_prepare_v2(state->sql.db, "SELECT * FROM logs WHERE rowid = ?1", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(stmt, 1, rowid);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    buffer_putc(&json, '{');
    for (size_t c = 0; rc == SQLITE_ROW && c < state->sql.n_columns; c++) {
        const char    *name = state->sql.columns[c];
        sqlite3_value *value = sqlite3_column_value(stmt, (int)c);
        const char    *text = (const char *)sqlite3_value_text(value);
        json.failed |= !text && sqlite3_value_type(value) != SQLITE_NULL;
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
    sqlite3_finalize(stmt);
    buffer_putc(&json, '}');
    row->row = buffer_text(&json) ? tbl_strndup(scan, json.data, json.size) : NULL;
    buffer_free(&json);
    return rc != SQLITE_ROW ? rc : row->row ? SQLITE_ROW : SQLITE_NOMEM;
}

/* A row of a rule that selects its own columns. */
static int fill_own_row(struct tbl_scan *scan, struct match_row *row)
{
    struct rules_scan *state = tbl_state(scan);
    struct buffer      json = {0};

    buffer_putc(&json, '{');
    for (int c = 0; c < sqlite3_column_count(state->sql.stmt); c++) {
        const char *name = sqlite3_column_name(state->sql.stmt, c);
        if (name)
            add_json(&json, name, sqlite3_column_value(state->sql.stmt, c));
    }
    buffer_putc(&json, '}');
    row->row = buffer_text(&json) ? tbl_strndup(scan, json.data, json.size) : NULL;
    buffer_free(&json);
    return row->row ? SQLITE_ROW : SQLITE_NOMEM;
}

static int match_row(struct tbl_scan *scan, struct match_row *row, const struct rule *rule)
{
    struct rules_scan *state = tbl_state(scan);
    const char        *name = sqlite3_column_name(state->sql.stmt, 0);

    fill_rule(state, row, rule);
    if (name && strcmp(name, "svcql rowid") == 0)
        return fill_event(scan, row, sqlite3_column_int64(state->sql.stmt, 0));
    return fill_own_row(scan, row);
}

/* The rule at the cursor: SQLITE_ROW with a match or an error, SQLITE_DONE after its last. */
static int step_rule(struct tbl_scan *scan, struct match_row *row, const struct rule *rule)
{
    struct rules_scan *state = tbl_state(scan);
    int                rc = SQLITE_OK;

    if (!rule->sql)
        return state->match++
                   ? SQLITE_DONE
                   : error_row(scan, row, rule, "error",
                               rule->too_long ? "its SQL is longer than 1 MiB" : "has no SQL");
    if (!state->sql.stmt && (rc = prepare(state, rule, &state->sql.stmt)) == SQLITE_OK)
        state->match = 0;
    if (rc == SQLITE_OK) {
        sqlite3_progress_handler(state->sql.db, STEPS_MAX, give_up, NULL);
        rc = sqlite3_step(state->sql.stmt);
        sqlite3_progress_handler(state->sql.db, 0, NULL, NULL);
    }
    if (rc == SQLITE_ROW)
        return match_row(scan, row, rule);
    bool        slow = rc == SQLITE_INTERRUPT;
    const char *error = slow ? "takes too long" : sqlite3_errmsg(state->sql.db);
    int         code = rc == SQLITE_DONE || rc == SQLITE_NOMEM
                           ? rc
                           : error_row(scan, row, rule, slow ? "slow" : "error", error);
    sqlite3_finalize(state->sql.stmt);
    state->sql.stmt = NULL;
    return code;
}

static void next_rule(struct rules_scan *state)
{
    state->sql.rule++;
    state->number++;
    state->match = 0;
}

int sql_rules_next(struct tbl_scan *scan, struct match_row *row)
{
    struct rules_scan *state = tbl_state(scan);

    for (; state->sql.file < state->sql.n_files; state->sql.file++, state->sql.rule = 0) {
        const struct rule_source *source = &state->sql.files[state->sql.file];
        if (source->error && state->sql.rule == 0) {
            next_rule(state);
            return error_row(scan, row, NULL, "error",
                             source->error == -EBADMSG ? "not a file of rules"
                                                       : source_error(source->error));
        }
        for (; state->sql.rule < source->rules.n; next_rule(state)) {
            int rc = step_rule(scan, row, &source->rules.rules[state->sql.rule]);
            if (rc != SQLITE_ROW && rc != SQLITE_DONE)
                return rc;
            if (rc == SQLITE_ROW) {
                if (row->error)
                    next_rule(state);
                return rc;
            }
        }
    }
    return SQLITE_DONE;
}
