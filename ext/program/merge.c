#include "merge.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/log/stream.h"
#include "formats/text/buffer.h"
#include "formats/text/json_tree.h"

#define LINE_MAX_BYTES (32u << 20) /* a snapshot is one line; a value of a database */

/* Tables ------------------------------------------------------------------------------------ */

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS findings(time REAL, datetime TEXT, host TEXT, platform TEXT, "
    "  analytic TEXT, technique TEXT, severity TEXT, subject TEXT, why TEXT, signals TEXT, user "
    "TEXT, "
    "  tool TEXT, verb TEXT, target TEXT, key TEXT, evidence TEXT, source TEXT, record TEXT);"
    "CREATE UNIQUE INDEX IF NOT EXISTS findings_once ON findings(host, analytic, subject, "
    "  coalesce(datetime, ''), coalesce(signals, ''), coalesce(record, ''));"
    "CREATE TABLE IF NOT EXISTS incidents(incident TEXT, host TEXT, platform TEXT, entity TEXT, "
    "  user TEXT, remote_host TEXT, first_time REAL, last_time REAL, first_datetime TEXT, "
    "  last_datetime TEXT, severity TEXT, analytic TEXT, technique TEXT, steps INTEGER, why TEXT, "
    "  timeline TEXT);"
    "CREATE UNIQUE INDEX IF NOT EXISTS incidents_once ON incidents(host, incident);"
    "CREATE TABLE IF NOT EXISTS items(kind TEXT, host TEXT, item TEXT, detail TEXT, time REAL);"
    "CREATE UNIQUE INDEX IF NOT EXISTS items_once ON items(kind, host, item, detail);"
    "CREATE VIEW IF NOT EXISTS rare_items AS "
    "WITH peers AS (SELECT kind, count(DISTINCT host) AS hosts FROM items GROUP BY kind), "
    "named AS (SELECT kind, item, count(DISTINCT host) AS hosts FROM items GROUP BY kind, item), "
    "exact AS (SELECT kind, item, detail, count(DISTINCT host) AS hosts FROM items "
    "  GROUP BY kind, item, detail) "
    "SELECT i.kind, i.item, iif(n.hosts <= max(1, p.hosts / 10), 'name', 'content') AS rare, "
    "  iif(n.hosts <= max(1, p.hosts / 10), n.hosts, e.hosts) AS hosts, p.hosts AS of_hosts, "
    "i.host, "
    "  i.time, datetime(i.time, 'unixepoch') AS datetime, i.detail "
    "FROM items AS i JOIN peers AS p ON p.kind = i.kind AND p.hosts >= 3 "
    "JOIN named AS n ON n.kind = i.kind AND n.item = i.item "
    "JOIN exact AS e ON e.kind = i.kind AND e.item = i.item AND e.detail = i.detail "
    "WHERE e.hosts <= max(1, p.hosts / 10);";

int merge_prepare(sqlite3 *db)
{
    return sqlite3_exec(db, schema, NULL, NULL, NULL);
}

/* A time of one column or, where it is missing, of the text of another. */
#define TIME(number, text)                                                                         \
    "coalesce(CAST(nullif(:" number ", '') AS REAL), (julianday(:" text ") - 2440587.5) * 86400)"
#define DATETIME(text, number)                                                                     \
    "coalesce(nullif(replace(rtrim(:" text ", 'Z'), 'T', ' '), ''), "                              \
    "strftime('%Y-%m-%d %H:%M:%f', :" number ", 'unixepoch'))"

/* Each parameter is the column of the row that has its name. */
static const char insert_finding[] =
    "INSERT OR REPLACE INTO findings VALUES(" TIME("time", "datetime") ", " DATETIME(
        "datetime",
        "time") ", :host, :platform, :analytic, :technique, :severity, :subject, :why, :signals, "
                ":user, :tool, :verb, :target, :key, :evidence, :source, :record)";
static const char insert_incident[] =
    "INSERT OR REPLACE INTO incidents VALUES(:incident, :host, :platform, :entity, :user, "
    ":remote_host, " TIME("first_time", "first_datetime") ", " TIME(
        "last_time",
        "last_datetime") ", " DATETIME("first_datetime",
                                       "first_time") ", " DATETIME("last_datetime",
                                                                   "last_time") ", :severity, "
                                                                                ":analytic, "
                                                                                ":technique, "
                                                                                "CAST(:steps AS "
                                                                                "INTEGER), :why, "
                                                                                ":timeline)";
static const char insert_item[] = "INSERT OR REPLACE INTO items VALUES(coalesce(:kind, 'service'), "
                                  ":host, coalesce(:item, :name), "
                                  "coalesce(:detail, :path, ''), CAST(nullif(:time, '') AS REAL))";
static const char delete_item[] =
    "DELETE FROM items WHERE kind = coalesce(:kind, 'service') AND host = :host AND "
    "item = coalesce(:item, :name) AND detail = coalesce(:detail, :path, '')";

/* Rows ---------------------------------------------------------------------------------------- */

struct merging {
    sqlite3            *db;
    struct merge_count *count;
    const char         *host; /* of the log's line, where the row has none; may be NULL */
    bool                removed;
};

static const cJSON *member(const cJSON *row, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(row, name);
}

static int bind_value(sqlite3_stmt *stmt, int i, const cJSON *value)
{
    if (cJSON_IsString(value))
        return sqlite3_bind_text(stmt, i, value->valuestring, -1, SQLITE_STATIC);
    if (cJSON_IsNumber(value))
        return sqlite3_bind_double(stmt, i, value->valuedouble);
    if (cJSON_IsBool(value))
        return sqlite3_bind_int(stmt, i, cJSON_IsTrue(value));
    return SQLITE_OK;
}

static int bind_row(const struct merging *m, sqlite3_stmt *stmt, const cJSON *row)
{
    int rc = SQLITE_OK;

    for (int i = 1; rc == SQLITE_OK && i <= sqlite3_bind_parameter_count(stmt); i++) {
        const char  *name = sqlite3_bind_parameter_name(stmt, i) + 1;
        const cJSON *value = member(row, name);
        rc = bind_value(stmt, i, value);
        if (strcmp(name, "host") == 0 && !cJSON_IsString(value))
            rc = sqlite3_bind_text(stmt, i, m->host ? m->host : "", -1, SQLITE_STATIC);
    }
    return rc;
}

static int run(const struct merging *m, const char *sql, const cJSON *row)
{
    sqlite3_stmt *stmt = NULL;

    int rc = sqlite3_prepare_v2(m->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = bind_row(m, stmt, row);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE || rc == SQLITE_OK ? 0 : -EIO;
}

static int add_row(const struct merging *m, const cJSON *row)
{
    if (member(row, "analytic") && member(row, "severity") && member(row, "subject")) {
        m->count->findings++;
        return m->removed ? 0 : run(m, insert_finding, row);
    }
    if (member(row, "incident") && member(row, "timeline")) {
        m->count->incidents++;
        return m->removed ? 0 : run(m, insert_incident, row);
    }
    if ((member(row, "kind") && member(row, "item")) ||
        (member(row, "name") && member(row, "start_type"))) {
        m->count->items++;
        return run(m, m->removed ? delete_item : insert_item, row);
    }
    m->count->other++;
    return 0;
}

static int add_list(struct merging *m, const cJSON *list, bool removed)
{
    int error = 0;

    m->removed = removed;
    for (const cJSON *row = list ? list->child : NULL; row && !error; row = row->next)
        if (cJSON_IsObject(row))
            error = add_row(m, row);
        else
            m->count->damaged++;
    m->removed = false;
    return error;
}

/* A line of a log: an event, a batch, a snapshot; or a row itself. */
static int add_line(struct merging *m, const cJSON *line)
{
    const cJSON *columns = member(line, "columns"), *batch = member(line, "diffResults");
    const cJSON *snapshot = member(line, "snapshot");
    const char  *action = cJSON_GetStringValue(member(line, "action"));

    m->host = cJSON_GetStringValue(member(line, "hostIdentifier"));
    if (cJSON_IsObject(columns)) {
        m->removed = action && strcmp(action, "removed") == 0;
        int error = add_row(m, columns);
        m->removed = false;
        return error;
    }
    if (cJSON_IsObject(batch)) {
        int error = add_list(m, member(batch, "removed"), true);
        return error ? error : add_list(m, member(batch, "added"), false);
    }
    if (cJSON_IsArray(snapshot))
        return add_list(m, snapshot, false);
    return add_row(m, line);
}

/* Rows as svcql hunt -f json has them, lists by section, or svcql query -f json, one list. */
static int add_document(struct merging *m, const cJSON *document)
{
    const cJSON *section;
    int          error = 0;

    m->host = NULL;
    if (cJSON_IsArray(document))
        return add_list(m, document, false);
    cJSON_ArrayForEach(section, document)
    {
        if (!error && cJSON_IsArray(section))
            error = add_list(m, section, false);
    }
    return error;
}

static bool is_document(const cJSON *text)
{
    return cJSON_IsArray(text) || cJSON_IsArray(member(text, "findings"));
}

static int add_text(struct merging *m, const char *text, size_t size)
{
    cJSON *line;
    int    error = json_tree(text, size, &line);

    if (error == -ENOMEM)
        return error;
    error = 0;
    if (is_document(line))
        error = add_document(m, line);
    else if (cJSON_IsObject(line))
        error = add_line(m, line);
    else if (text[strspn(text, " \t\r\n")] || strlen(text) < size)
        m->count->damaged++;
    cJSON_Delete(line);
    return error;
}

/* Lines of a file, expanded where it is compressed. */
struct lines {
    struct stream *stream;
    char          *block;
    size_t         left;
};

/* The next bytes, if none are left: 1, 0 at the end, or a negative errno. */
static int fill(struct lines *lines)
{
    return lines->left ? 1 : stream_block(lines->stream, &lines->block, &lines->left);
}

/* Append the next line without its end: 1, 0 at the end of the file, or a negative errno. Of one that is
 * too long the rest is skipped, and *ret_cut set. */
static int next_line(struct lines *lines, struct buffer *line, bool *ret_cut)
{
    bool   ended = false;
    size_t from = line->size;
    int    r;

    *ret_cut = false;
    while (!ended && (r = fill(lines)) > 0) {
        char  *newline = memchr(lines->block, '\n', lines->left);
        size_t size = newline ? (size_t)(newline - lines->block) : lines->left;
        *ret_cut |= size > LINE_MAX_BYTES - line->size;
        if (!*ret_cut)
            buffer_put(line, lines->block, size);
        ended = newline;
        lines->block += size + ended;
        lines->left -= size + ended;
    }
    if (!ended && (r < 0 || (line->size == from && !*ret_cut)))
        return r;
    return buffer_text(line) ? 1 : -ENOMEM;
}

/* Whether a file begins with a line that is a part of a document, which is over several. */
static bool begins_document(const struct buffer *line)
{
    char   first = line->data[strspn(line->data, " \t\r")];
    cJSON *whole;
    int    r = json_tree(line->data, line->size, &whole);

    cJSON_Delete(whole);
    return r < 0 && (first == '[' || first == '{');
}

/* Take a document that begins with `line`; false where that is none, and the lines are read one by one. */
static int add_lines_as_document(struct merging *m, struct lines *lines, struct buffer *line)
{
    bool cut = false;
    int  error = 0, r = 1;

    while (!cut && r > 0) {
        buffer_putc(line, '\n');
        r = next_line(lines, line, &cut);
    }
    if (r < 0 || !buffer_text(line))
        return r < 0 ? r : -ENOMEM;
    cJSON *document = NULL;
    if (!cut && json_tree(line->data, line->size, &document) == -ENOMEM)
        return -ENOMEM;
    if (is_document(document)) {
        error = add_document(m, document);
    } else {
        char *save, *at = strtok_r(line->data, "\n", &save);
        for (; !error && at; at = strtok_r(NULL, "\n", &save))
            error = add_text(m, at, strlen(at));
        m->count->damaged += cut;
    }
    cJSON_Delete(document);
    return error;
}

static int add_log(struct merging *m, struct stream *stream)
{
    struct lines  lines = {.stream = stream};
    struct buffer line = {0};
    bool          cut, first = true;
    int           error = 0, r = 0;

    while (!error && (r = next_line(&lines, &line, &cut)) > 0) {
        if (cut)
            m->count->damaged++;
        else if (first && begins_document(&line))
            error = add_lines_as_document(m, &lines, &line);
        else
            error = add_text(m, line.data, line.size);
        first = false;
        buffer_reset(&line);
    }
    buffer_free(&line);
    return error ? error : r;
}

/* Databases ------------------------------------------------------------------------------------ */

/* Why a database could not be read. */
static int error_of(int rc)
{
    return rc == SQLITE_OK || rc == SQLITE_DONE ? 0 : rc == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}

/* NULL: no memory. */
static cJSON *row_of(sqlite3_stmt *stmt)
{
    cJSON *row = cJSON_CreateObject();

    for (int i = 0; row && i < sqlite3_column_count(stmt); i++) {
        const char *name = sqlite3_column_name(stmt, i);
        int         type = sqlite3_column_type(stmt, i);
        if (name && type == SQLITE_NULL)
            continue;
        const cJSON *added =
            !name ? NULL
            : type == SQLITE_INTEGER || type == SQLITE_FLOAT
                ? cJSON_AddNumberToObject(row, name, sqlite3_column_double(stmt, i))
                : cJSON_AddStringToObject(row, name, (const char *)sqlite3_column_text(stmt, i));
        if (!added) {
            cJSON_Delete(row);
            return NULL;
        }
    }
    return row;
}

static int add_table(struct merging *m, sqlite3 *from, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    char         *sql = sqlite3_mprintf("SELECT * FROM main.\"%w\"", name);
    int           error = 0, rc = SQLITE_NOMEM;

    if (sql && (rc = sqlite3_prepare_v2(from, sql, -1, &stmt, NULL)) == SQLITE_OK)
        while (!error && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            cJSON *row = row_of(stmt);
            error = row ? add_row(m, row) : -ENOMEM;
            cJSON_Delete(row);
        }
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return error ? error : error_of(rc);
}

/* Nothing that the database itself says is run: no view, no trigger, and no function but SQLite's own in a
 * generated column, whose values are as limited as all others. */
static int add_database(struct merging *m, const char *path)
{
    static const char names[] =
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name IN "
        "('findings', 'incidents', 'items', 'baseline', 'baseline_now', 'services')";
    sqlite3      *from = NULL;
    sqlite3_stmt *stmt = NULL;
    int           error = 0;

    int rc = sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL);
    if (from) /* else there was no memory */
        sqlite3_limit(from, SQLITE_LIMIT_LENGTH, LINE_MAX_BYTES);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(from, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON", NULL,
                          NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(from, names, -1, &stmt, NULL);
    m->host = NULL;
    while (rc == SQLITE_OK && !error && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        error = name ? add_table(m, from, name) : -ENOMEM;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    sqlite3_close(from);
    return error ? error : error_of(rc);
}

int merge_file(sqlite3 *db, const char *path, struct merge_count *count)
{
    static const char magic[] = "SQLite format 3"; /* with its NUL */
    struct merging    m = {.db = db, .count = count};
    struct stream    *stream;
    struct stat       is;
    char             *head;
    size_t            size = 0;
    int               fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return -errno;
    if (fstat(fd, &is) < 0 || !S_ISREG(is.st_mode)) {
        close(fd);
        return S_ISDIR(is.st_mode) ? -EISDIR : -ESPIPE;
    }
    int error = stream_open(fd, &stream);
    if (error < 0)
        return error;
    error = stream_peek(stream, &head, &size);
    bool database = error > 0 && size >= sizeof magic && memcmp(head, magic, sizeof magic) == 0;
    if (error > 0)
        error = !database              ? add_log(&m, stream)
                : stream_plain(stream) ? add_database(&m, path)
                                       : -EOPNOTSUPP;
    stream_close(stream);
    return error;
}
