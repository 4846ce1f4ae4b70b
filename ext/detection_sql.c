/* detection_sql.c -- what an expression of a file may do, and the connection that holds it to this.
 *
 * An expression is compiled alone before it joins others: once in parentheses and once without, so that it
 * cannot close what is around it; and it is run over no row, where only an aggregate gives one.
 */
#include "detection_sql.h"

#include <string.h>

#include "functions.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define LENGTH_MAX (16 << 20) /* bytes of a text that an expression returns */

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
    struct detection_sql *sql = data;
    const char           *what = "does more than compare columns";

    (void)d;
    if (!sql->guarded)
        return SQLITE_OK;
    /* Other objects that the host's programs add to each connection are in TEMP. */
    if ((action == SQLITE_READ && c && strcmp(c, "main") == 0) ||
        (action == SQLITE_SELECT && sql->selects++ == 0))
        return SQLITE_OK;
    if (action == SQLITE_FUNCTION && b && is_allowed_function(b))
        return SQLITE_OK;
    if (action == SQLITE_SELECT)
        what = "a subquery is not allowed";
    sqlite3_snprintf(sizeof sql->denied, sql->denied, "%s", action == SQLITE_FUNCTION ? "" : what);
    if (action == SQLITE_FUNCTION)
        sqlite3_snprintf(sizeof sql->denied, sql->denied, "the function %.60s is not allowed",
                         b   ? b
                         : a ? a
                             : "");
    return SQLITE_DENY;
}

sqlite3_stmt *detection_sql_prepare(struct detection_sql *sql, const char *text)
{
    sqlite3_stmt *stmt = NULL;

    if (text)
        sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    return stmt;
}

sqlite3_stmt *detection_sql_prepare_guarded(struct detection_sql *sql, const char *text)
{
    sql->selects = 0;
    *sql->denied = 0;
    sql->guarded = true;
    sqlite3_stmt *stmt = detection_sql_prepare(sql, text);
    sql->guarded = false;
    return stmt;
}

/* The line of the newest error in an expression, counted after its first. */
static int error_lines(const struct detection_sql *sql, const char *text, const char *body)
{
    int         offset = sqlite3_error_offset(sql->db), lines = 0;
    const char *at = strstr(text, body), *end = at ? at + strlen(body) : NULL;

    for (; at && at < end && at < text + offset; at++)
        lines += *at == '\n';
    return lines;
}

static bool check_form(struct detection_sql *sql, const struct detection_file *file,
                       const struct detection_section *section, struct detection_faults *faults,
                       const char *text)
{
    sqlite3_stmt *stmt = detection_sql_prepare_guarded(sql, text);
    const char   *why = NULL;
    int           line = section->body_line;

    if (!stmt) {
        why = *sql->denied ? sql->denied : sqlite3_errmsg(sql->db);
        line += text ? error_lines(sql, text, section->body) : 0;
    } else if (sqlite3_bind_parameter_count(stmt))
        why = "parameters are not allowed";
    else if (sqlite3_column_count(stmt) != 1)
        why = "is more than one expression";
    else if (sqlite3_step(stmt) == SQLITE_ROW)
        why = "does not depend on the row alone";
    if (why)
        detection_fault(faults, file->path, line, "%s", why);
    sqlite3_finalize(stmt);
    return !why;
}

bool detection_sql_check(struct detection_sql *sql, const struct detection_file *file,
                         const struct detection_section *section, const char *shape,
                         struct detection_faults *faults)
{
    char *forms[] = {
        sqlite3_mprintf("SELECT (%s\n) FROM main.\"%w\"", section->body, shape),
        sqlite3_mprintf("SELECT CASE WHEN %s\n THEN 1 END FROM main.\"%w\"", section->body, shape)};
    bool good = check_form(sql, file, section, faults, forms[0]) &&
                check_form(sql, file, section, faults, forms[1]);

    sqlite3_free(forms[0]);
    sqlite3_free(forms[1]);
    return good;
}

/* Patterns are compiled by the function that matches them later. */
bool detection_sql_check_patterns(struct detection_sql *sql, const struct detection_file *file,
                                  struct detection_faults *faults)
{
    bool good = true;

    for (size_t i = 0; i < file->n_patterns; i++) {
        sqlite3_bind_text(sql->matches, 1, "", 0, SQLITE_STATIC);
        sqlite3_bind_text(sql->matches, 2, file->patterns[i].text, -1, SQLITE_STATIC);
        if (sqlite3_step(sql->matches) != SQLITE_ROW) {
            detection_fault(faults, file->path, file->patterns[i].line, "%s",
                            sqlite3_errmsg(sql->db));
            good = false;
        }
        sqlite3_reset(sql->matches);
    }
    return good;
}

int detection_sql_open(struct detection_sql *ret)
{
    int rc =
        sqlite3_open_v2(":memory:", &ret->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc == SQLITE_OK)
        rc = functions_register_pure(ret->db);
    if (rc != SQLITE_OK)
        return rc;
    ret->matches = detection_sql_prepare(ret, "SELECT ?1 REGEXP ?2");
    if (!ret->matches)
        return sqlite3_errcode(ret->db);
    sqlite3_limit(ret->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(ret->db, SQLITE_LIMIT_EXPR_DEPTH, 200);
    sqlite3_limit(ret->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(ret->db, SQLITE_LIMIT_ATTACHED, 0);
    /* SQLite would take a misspelt column in double quotes for a text. */
    sqlite3_db_config(ret->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(ret->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(ret->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return sqlite3_set_authorizer(ret->db, authorize, ret);
}

void detection_sql_close(struct detection_sql *sql)
{
    sqlite3_finalize(sql->matches);
    sqlite3_close(sql->db);
}
