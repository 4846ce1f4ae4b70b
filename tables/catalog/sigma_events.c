#include "sigma_events.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sigma_audit.h"
#include "sigma_filter.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

/* Columns that every query begins with. */
enum { TIME, HOST, SOURCE, RECORD, OWN };

struct sigma_events {
    struct sigma       *sigma;
    sqlite3            *db;
    struct sigma_span   span;
    size_t              feed; /* index of the table that is read */
    sqlite3_stmt       *stmt; /* NULL: not begun */
    int                 log;
    bool                row; /* the statement is at a row of which an event may be left */
    struct sigma_audit *audit;
    struct sigma_filter filter;
    uint32_t            asked; /* which of sigma_system_fields, a bit each */
    char                numbers[16][SIGMA_NUMBER_ROOM]; /* texts of a row's numbers */
    size_t              n_numbers;
    const struct sigma_filter_found *found; /* what the filter says of the row; NULL: nothing */
};

/* Rows ----------------------------------------------------------------------------- */

static const char *column(struct sigma_events *events, int c, size_t *ret_size)
{
    const char *text = (const char *)sqlite3_column_text(events->stmt, c);

    *ret_size = text ? (size_t)sqlite3_column_bytes(events->stmt, c) : 0;
    return text;
}

/* A column as a key; the text of a number is made by us, as SQLite's would cost an allocation. */
static struct sigma_key key(struct sigma_events *events, const char *name, int c)
{
    struct sigma_key key = {.name = name};

    if (sqlite3_column_type(events->stmt, c) == SQLITE_INTEGER) {
        char *room = events->numbers[events->n_numbers++ % TBL_COUNT(events->numbers)];
        key.value = sigma_number_text(sqlite3_column_int64(events->stmt, c), room, &key.size);
        return key;
    }
    key.value = column(events, c, &key.size);
    return key;
}

static void put_column(struct sigma_events *events, const char *name, int c)
{
    struct sigma_key value = key(events, name, c);

    if (value.value)
        sigma_put(events->sigma, name, strlen(name), value.value, value.size);
}

/* The values that a table hands over. */
static int put_fields(struct sigma_events *events, int c)
{
    const struct event_fields *fields =
        sqlite3_value_pointer(sqlite3_column_value(events->stmt, c), EVENT_FIELDS);

    if (!fields)
        return 0;
    events->found = fields->found;
    sigma_read_by(events->sigma, fields);
    return fields->each(fields->reader, sigma_take, events->sigma);
}

/* Begin the next event of the row at hand, all its values but the keys: 1; 0 where there is none,
 * or no rule can fit it; -ENOMEM. */
typedef int put_event(struct sigma_events *events);

static int put_windows(struct sigma_events *events)
{
    const struct sigma_key keys[] = {key(events, "Channel", OWN), key(events, "EventID", OWN + 1),
                                     key(events, "Provider_Name", OWN + 2)};
    int                    r = sigma_begin(events->sigma, events->log, keys, TBL_COUNT(keys));

    if (r <= 0)
        return r;
    r = put_fields(events, OWN + 4);
    put_column(events, "Computer", OWN + 3);
    for (int i = 0, c = OWN + 5; events->asked >> i; i++)
        if (events->asked >> i & 1)
            put_column(events, sigma_system_fields[i].name, c++);
    return r < 0 ? r : 1;
}

static int put_journal(struct sigma_events *events)
{
    const struct sigma_key keys[] = {key(events, "SYSLOG_IDENTIFIER", OWN)};
    int                    r = sigma_begin(events->sigma, events->log, keys, TBL_COUNT(keys));

    if (r <= 0)
        return r;
    r = put_fields(events, OWN + 1);
    return r < 0 ? r : 1;
}

/* One event of columns with their names; the first is the key. */
static int put_columns(struct sigma_events *events)
{
    const struct sigma_key keys[] = {key(events, sqlite3_column_name(events->stmt, OWN), OWN)};
    int                    r = sigma_begin(events->sigma, events->log, keys, TBL_COUNT(keys));

    for (int c = OWN + 1; r > 0 && c < sqlite3_column_count(events->stmt); c++)
        put_column(events, sqlite3_column_name(events->stmt, c), c);
    return r;
}

static int put_audit(struct sigma_events *events)
{
    if (!events->row) {
        const struct audit_event *event =
            sqlite3_value_pointer(sqlite3_column_value(events->stmt, OWN), AUDIT_EVENT);
        int r = event ? sigma_audit_event(events->audit, event) : 0;
        if (r < 0 || !event)
            return r;
    }
    return sigma_audit_put(events->audit, events->sigma, events->log, &events->row);
}

static int put_audit_again(struct sigma_events *events)
{
    return sigma_audit_again(events->audit, events->sigma, events->log);
}

static const struct feed {
    const char *log, *product, *sql;
    put_event  *put;
    put_event  *again; /* what was put last: where it is first tried; NULL: it is not */
} feeds[] = {
    {"windows_events", "windows",
     "SELECT time, host, source, record_id, channel, event_id, provider_name, computer, "
     "event_fields%s "
     "FROM windows_events WHERE 1",
     put_windows, NULL},
    {"audit_events", "linux",
     "SELECT time, host, source, serial, event_records FROM audit_events WHERE 1", put_audit,
     put_audit_again},
    {"journal", "linux",
     "SELECT time, host, source, \"offset\", identifier, event_fields FROM journal WHERE 1",
     put_journal, NULL},
    {"auth_events", "linux",
     "SELECT time, host, source, line, program, message, user, target_user, tty, cwd, command, "
     "remote_host, kind, pid FROM auth_events WHERE exe IS NULL",
     put_columns, NULL},
    {"logs_macos", "macos",
     "SELECT time, host, source, record, nullif(Image, '') AS Image, nullif(CommandLine, '') AS "
     "CommandLine, nullif(User, '') AS User, nullif(ParentImage, '') AS ParentImage, "
     "nullif(TargetFilename, '') AS TargetFilename, nullif(ProcessId, '') AS ProcessId, EventType "
     "FROM logs_macos WHERE 1",
     put_columns, NULL},
};

/* Tables --------------------------------------------------------------------------- */

static char *feed_sql(struct sigma_events *events, const struct feed *feed, bool filtered)
{
    sqlite3_str *more = sqlite3_str_new(NULL), *sql = sqlite3_str_new(NULL);

    events->asked = 0;
    for (unsigned i = 0; sigma_system_fields[i].name; i++)
        if (sigma_asks(events->sigma, sigma_system_fields[i].name)) {
            events->asked |= 1u << i;
            sqlite3_str_appendf(more, ", %s", sigma_system_fields[i].column);
        }
    bool  failed = sqlite3_str_errcode(more) != SQLITE_OK;
    char *text = sqlite3_str_finish(more); /* NULL: nothing was asked */
    sqlite3_str_appendf(sql, feed->sql, text ? text : "");
    if (isfinite(events->span.from))
        sqlite3_str_appendf(sql, " AND time >= %.6f", events->span.from);
    if (isfinite(events->span.to))
        sqlite3_str_appendf(sql, " AND time <= %.6f", events->span.to);
    if (filtered)
        sqlite3_str_appendf(sql, " AND %s = ?1", EVTX_FILTER);
    sqlite3_free(text);
    text = sqlite3_str_finish(sql);
    if (!failed)
        return text;
    sqlite3_free(text);
    return NULL;
}

/* Prepare the query of a table; where it may, the table leaves out events that no rule fits. */
static int prepare(struct sigma_events *events, const struct feed *feed, bool all)
{
    bool filtered = feed->put == put_windows && !all &&
                    sigma_filter_begin(&events->filter, events->sigma, events->log);
    char *sql = feed_sql(events, feed, filtered);
    int   rc = sql ? sqlite3_prepare_v2(events->db, sql, -1, &events->stmt, NULL) : SQLITE_NOMEM;

    sqlite3_free(sql);
    return rc == SQLITE_OK && filtered
               ? sqlite3_bind_pointer(events->stmt, 1, &events->filter.filter, EVTX_FILTER, NULL)
               : rc;
}

/* Begin the next table that a rule reads: SQLITE_ROW, SQLITE_DONE, an error. */
static int next_feed(struct sigma_events *events, bool all)
{
    for (; events->feed < TBL_COUNT(feeds); events->feed++) {
        const struct feed *feed = &feeds[events->feed];
        events->log = sigma_log(events->sigma, feed->log);
        if (events->log < 0 ||
            (events->span.product && strcmp(events->span.product, feed->product) != 0))
            continue;
        int rc = prepare(events, feed, all);
        return rc == SQLITE_OK ? SQLITE_ROW : rc;
    }
    return SQLITE_DONE;
}

/* The next row that has events: SQLITE_ROW, SQLITE_DONE after the last table, an error. */
static int next_row(struct sigma_events *events, bool all)
{
    for (;;) {
        int rc = events->stmt ? SQLITE_ROW : next_feed(events, all);
        if (rc != SQLITE_ROW)
            return rc;
        rc = sqlite3_step(events->stmt);
        if (rc != SQLITE_DONE)
            return rc;
        rc = sqlite3_finalize(events->stmt);
        events->stmt = NULL;
        events->feed++;
        if (rc != SQLITE_OK)
            return rc;
    }
}

static void fill_found(struct sigma_events *events, struct sigma_found *ret)
{
    sqlite3_stmt *stmt = events->stmt;
    bool          timed = sqlite3_column_type(stmt, TIME) != SQLITE_NULL;

    ret->log = feeds[events->feed].log;
    ret->time = timed ? sqlite3_column_double(stmt, TIME) : NAN;
    ret->host = (const char *)sqlite3_column_text(stmt, HOST);
    ret->source = (const char *)sqlite3_column_text(stmt, SOURCE);
    ret->record = (const char *)sqlite3_column_text(stmt, RECORD);
}

#define NO_EVENT (-ENOENT)

/* Try the event at hand: the number of rules that it fits; NO_EVENT where there is none, or no rule can fit it; -ENOMEM. */
static long try_event(struct sigma_events *events, const uint32_t **ret_rules)
{
    int r = feeds[events->feed].put(events);

    if (r <= 0)
        return r < 0 ? r : NO_EVENT;
    const struct sigma_filter_found *found = events->found;
    return found ? sigma_accept(events->sigma, found->rules, found->n, ret_rules)
                 : sigma_match(events->sigma, ret_rules);
}

/* The same of an event that is put whole only where it fits a rule. */
static long try_twice(struct sigma_events *events, const uint32_t **ret_rules)
{
    sigma_trial(events->sigma, true);
    long n = try_event(events, ret_rules);
    sigma_trial(events->sigma, false);
    if (n <= 0)
        return n;
    bool unsure = sigma_unsure(events->sigma);
    if (feeds[events->feed].again(events) < 0)
        return -ENOMEM;
    return unsure ? sigma_match(events->sigma, ret_rules)
                  : sigma_accept(events->sigma, *ret_rules, (size_t)n, ret_rules);
}

int sigma_events_next(struct sigma_events *events, bool all, struct sigma_found *ret)
{
    for (;;) {
        int rc = events->row ? SQLITE_ROW : next_row(events, all);
        if (rc != SQLITE_ROW)
            return rc;
        events->found = NULL;
        long n = !all && feeds[events->feed].again ? try_twice(events, &ret->rules)
                                                   : try_event(events, &ret->rules);
        if (n < 0 && n != NO_EVENT)
            return SQLITE_NOMEM;
        if (n == NO_EVENT || (n == 0 && !all))
            continue;
        ret->n = (size_t)n;
        fill_found(events, ret);
        return SQLITE_ROW;
    }
}

struct sigma_events *sigma_events_new(struct sigma *sigma, sqlite3 *db,
                                      const struct sigma_span *span)
{
    struct sigma_events *events = calloc(1, sizeof *events);

    if (!events)
        return NULL;
    events->sigma = sigma;
    events->db = db;
    events->span = *span;
    events->audit = sigma_audit_new();
    if (!events->audit) {
        free(events);
        return NULL;
    }
    return events;
}

void sigma_events_free(struct sigma_events *events)
{
    if (!events)
        return;
    sqlite3_finalize(events->stmt);
    sigma_filter_end(&events->filter);
    sigma_audit_free(events->audit);
    free(events);
}

/* Lists ---------------------------------------------------------------------------- */

typedef int add_row(struct sigma *sigma, sqlite3_stmt *stmt);

static const char *text(sqlite3_stmt *stmt, int c)
{
    return (const char *)sqlite3_column_text(stmt, c);
}

static int add_logsource(struct sigma *sigma, sqlite3_stmt *stmt)
{
    return sigma_add_logsource(
        sigma, &(struct sigma_logsource){text(stmt, 0), text(stmt, 1), text(stmt, 2)},
        text(stmt, 3), text(stmt, 4));
}

static int add_field(struct sigma *sigma, sqlite3_stmt *stmt)
{
    return sigma_add_field(sigma, text(stmt, 0), text(stmt, 1), text(stmt, 2), text(stmt, 3));
}

static int add_placeholder(struct sigma *sigma, sqlite3_stmt *stmt)
{
    return sigma_add_placeholder(sigma, text(stmt, 0), text(stmt, 1));
}

static int load_list(struct sigma *sigma, sqlite3 *db, const char *sql, add_row *add)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), r = 0;

    while (rc == SQLITE_OK && r == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        r = add(sigma, stmt);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    if (r < 0)
        return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_ERROR;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int sigma_load_lists(struct sigma *sigma, sqlite3 *db)
{
    int rc = load_list(sigma, db,
                       "SELECT product, category, service, log, fields FROM sigma_logsources "
                       "WHERE log IS NOT NULL",
                       add_logsource);

    if (rc == SQLITE_OK)
        rc = load_list(sigma, db,
                       "SELECT log, fields, field, value FROM sigma_fields WHERE log IS NOT NULL "
                       "AND field IS NOT NULL AND value IS NOT NULL",
                       add_field);
    if (rc == SQLITE_OK)
        rc = load_list(sigma, db,
                       "SELECT name, value FROM sigma_placeholders WHERE name IS NOT NULL AND "
                       "value IS NOT NULL",
                       add_placeholder);
    return rc;
}
