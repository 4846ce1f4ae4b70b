#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "embedded_files.h"
#include "formats/text/buffer.h"
#include "host.h"
#include "program.h"

#define SERVICES_MOST "20000" /* of the page; who wants more asks the table */

bool report_named(const char *name, enum report_form *ret)
{
    static const char *const names[N_REPORTS] = {"html", "navigator", "timesketch", "ecs", "ocsf"};

    for (int i = 0; i < N_REPORTS; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum report_form)i;
            return true;
        }
    }
    return false;
}

/* Of the page, beside the caller's: ?1 is the lowest grade, ?2 the first time or NULL. */
static const struct report_rows page_rows[] = {
    {"hosts", "SELECT DISTINCT host FROM evidence WHERE host IS NOT NULL"},
    {"incidents",
     "SELECT i.* FROM incidents AS i JOIN severities AS s ON s.severity = i.severity WHERE s.rank "
     ">= "
     "(SELECT rank FROM severities WHERE severity = ?1) AND (?2 IS NULL OR i.last_time >= ?2) "
     "ORDER BY s.rank DESC, i.first_time"},
    {"services",
     "SELECT host, name, display_name, platform, scope, state, status, start_type, user_account, "
     "command, description, definition, source FROM services LIMIT " SERVICES_MOST " + 1"},
    {"spans", "SELECT host, log, first, last FROM coverage_spans"},
    {"gaps", "SELECT host, log, gap, time, until, detail FROM coverage_gaps"},
    {"techniques",
     "SELECT DISTINCT technique FROM attack_map WHERE version = (SELECT value FROM svcql_settings "
     "WHERE name = 'attack_version')"},
    {0},
};

static const char made_sql[] =
    "SELECT json_object('version', svcql_version(), 'datetime', datetime('now'), 'severity', ?1, "
    "'since', ?2, 'services_most', " SERVICES_MOST ", 'attack_version', (SELECT value FROM "
    "svcql_settings WHERE name = 'attack_version'))";

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const struct report *report)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return NULL;
    if (sqlite3_bind_parameter_count(stmt) > 0)
        sqlite3_bind_text(stmt, 1, report->severity, -1, SQLITE_STATIC);
    if (sqlite3_bind_parameter_count(stmt) > 1 && report->since > 0)
        sqlite3_bind_double(stmt, 2, report->since);
    return stmt;
}

/* JSON that a page and a terminal may hold: texts of evidence are UTF-8, end no element ('<') and
 * control no terminal. These characters occur in JSON only within its texts. */
static bool put_json(FILE *file, const char *json, size_t size)
{
    struct buffer text = {0};

    buffer_utf8(&text, json, size);
    bool done = buffer_text(&text) != NULL;
    for (size_t i = 0; done && i < text.size; i++) {
        const unsigned char *p = (const unsigned char *)text.data + i;
        bool                 c1 = p[0] == 0xc2 && p[1] < 0xa0;
        if (c1 || *p == '<' || *p == 0x7f)
            fprintf(file, "\\u%04x", p[c1]);
        else
            putc(*p, file);
        i += c1;
    }
    buffer_free(&text);
    return done;
}

/* The single column of each row, a line a row. */
static bool put_lines(sqlite3 *db, const char *sql, const struct report *report, FILE *file)
{
    sqlite3_stmt *stmt = prepare(db, sql, report);
    int           rc = stmt ? SQLITE_ROW : SQLITE_ERROR;

    while (stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(stmt, 0);
        if (!line || !put_json(file, line, strlen(line)))
            break;
        putc('\n', file);
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE;
}

/* The page ------------------------------------------------------------------------- */

struct page {
    sqlite3             *db;
    const struct report *report;
    FILE                *file;
    char                 nonce[33];
};

static bool put_list(struct page *page, const struct report_rows *rows)
{
    char         *json = NULL;
    size_t        size = 0;
    struct output output = {.file = open_memstream(&json, &size), .format = FORMAT_JSON};
    sqlite3_stmt *stmt = output.file ? prepare(page->db, rows->sql, page->report) : NULL;

    bool done = stmt && output_rows(&output, stmt) >= 0;
    sqlite3_finalize(stmt);
    if (output.file)
        done &= fclose(output.file) == 0;
    if (done) {
        fprintf(page->file, ",\n\"%s\":", rows->key);
        done = put_json(page->file, json, size);
    }
    free(json);
    return done;
}

static bool put_data(struct page *page)
{
    const struct report_rows *const lists[] = {page->report->rows, page_rows};

    fputs("{\"made\":", page->file);
    if (!put_lines(page->db, made_sql, page->report, page->file))
        return false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const struct report_rows *rows = lists[i]; rows->key; rows++)
            if (!put_list(page, rows))
                return false;
    fputs("}\n", page->file);
    return true;
}

static bool put_file(FILE *to, enum embedded_file file)
{
    size_t      size;
    const char *text = embedded_file(file, &size);

    fwrite(text, 1, size, to);
    return true;
}

/* What stands for a word between two '@' of the page. */
static bool put_place(struct page *page, const char *word, size_t size)
{
    if (size == 4 && memcmp(word, "data", 4) == 0)
        return put_data(page);
    if (size == 5 && memcmp(word, "style", 5) == 0)
        return put_file(page->file, EMBEDDED_STYLE);
    if (size == 6 && memcmp(word, "script", 6) == 0)
        return put_file(page->file, EMBEDDED_SCRIPT);
    return fputs(page->nonce, page->file) >= 0;
}

/* Scripts and styles run by a word that no text of the evidence can know. */
static bool make_nonce(char nonce[33])
{
    unsigned char bytes[16];

    if (host_random(bytes, sizeof bytes) < 0)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static bool write_page(sqlite3 *db, const struct report *report, FILE *file)
{
    struct page page = {db, report, file, ""};
    size_t      size;
    const char *text = embedded_file(EMBEDDED_PAGE, &size), *end = text + size;
    bool        done = make_nonce(page.nonce);

    while (done && text < end) {
        const char *place = memchr(text, '@', (size_t)(end - text));
        const char *close = place ? memchr(place + 1, '@', (size_t)(end - place - 1)) : NULL;
        fwrite(text, 1, (size_t)((close ? place : end) - text), file);
        done = !close || put_place(&page, place + 1, (size_t)(close - place - 1));
        text = close ? close + 1 : end;
    }
    return done;
}

bool report_write(sqlite3 *db, enum report_form form, const struct report *report, FILE *file)
{
    static const enum embedded_file queries[N_REPORTS] = {
        [REPORT_NAVIGATOR] = EMBEDDED_NAVIGATOR,
        [REPORT_TIMESKETCH] = EMBEDDED_TIMESKETCH,
        [REPORT_ECS] = EMBEDDED_ECS,
        [REPORT_OCSF] = EMBEDDED_OCSF,
    };
    size_t size;

    if (form == REPORT_HTML)
        return write_page(db, report, file);
    return put_lines(db, embedded_file(queries[form], &size), report, file);
}
