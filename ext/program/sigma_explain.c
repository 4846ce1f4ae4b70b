#include "sigma_explain.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "catalog/sigma_events.h"
#include "formats/sigma/sigma_show.h"
#include "program.h"

SQLITE_EXTENSION_INIT3

#define SHOWN_MAX 3 /* events that are shown of a rule */

/* The events that fit a rule best. */
struct nearest {
    uint32_t distance;
    char    *text; /* owned */
};

struct explained {
    struct nearest events[SHOWN_MAX]; /* the nearest first */
    size_t         n;
    long long      of_source, fit;
};

static char *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "re");
    char *text = file ? malloc(YAML_SIZE_MAX + 2) : NULL;

    if (text)
        *ret_size = fread(text, 1, YAML_SIZE_MAX + 1, file);
    if (!text || ferror(file)) {
        complain("sigma: %s: %s", path, strerror(errno));
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

static char *describe(struct sigma *sigma, const struct sigma_node *tree,
                      const struct sigma_found *found)
{
    struct buffer text = {0};
    time_t        seconds = (time_t)found->time;
    struct tm     when;
    char          shown[32] = "(no time)";

    if (!isnan(found->time) && gmtime_r(&seconds, &when))
        strftime(shown, sizeof shown, "%Y-%m-%d %H:%M:%S", &when);
    buffer_printf(&text, "  %s %s ", shown, found->log);
    if (found->source)
        buffer_printable(&text, found->source, strlen(found->source));
    buffer_printf(&text, " record %s\n", found->record ? found->record : "?");
    sigma_show_lines(sigma, tree, &text);
    char *copy = buffer_text(&text) ? strdup(text.data) : NULL;
    buffer_free(&text);
    return copy;
}

static void note_event(struct sigma *sigma, size_t rule, const struct sigma_found *found,
                       struct explained *explained)
{
    const struct sigma_node *tree = sigma_rule(sigma, rule)->tree;

    if (!sigma_of_source(sigma, rule))
        return;
    uint32_t distance = sigma_distance(sigma, tree);
    explained->of_source++;
    explained->fit += distance == 0;
    size_t at = explained->n;
    while (at > 0 && explained->events[at - 1].distance > distance)
        at--;
    if (at == SHOWN_MAX)
        return;
    if (explained->n == SHOWN_MAX)
        free(explained->events[--explained->n].text);
    memmove(&explained->events[at + 1], &explained->events[at],
            (explained->n - at) * sizeof *explained->events);
    explained->events[at] = (struct nearest){distance, describe(sigma, tree, found)};
    explained->n++;
}

static void print_rule(const struct sigma *sigma, size_t i, const struct explained *explained,
                       FILE *out)
{
    const struct sigma_rule *rule = sigma_rule(sigma, i);
    struct buffer            sql = {0}, shown = {0};

    if (rule->tree)
        sigma_show_sql(sigma, rule->tree, &sql);
    buffer_printable(&shown, rule->title ? rule->title : "(no title)",
                     strlen(rule->title ? rule->title : "(no title)"));
    buffer_putc(&shown, '\n');
    if (sql.size) {
        buffer_puts(&shown, "  SELECT * FROM logs WHERE ");
        buffer_printable(&shown, sql.data, sql.size);
        buffer_putc(&shown, '\n');
    }
    fputs(buffer_text(&shown) ? shown.data : "", out);
    if (rule->error)
        fprintf(out, "  cannot run (%s): line %u: %s\n", sigma_status_text(rule->runs),
                rule->error_line, rule->error);
    else if (rule->tree)
        fprintf(out, "  events of its log source: %lld; that fit: %lld\n", explained->of_source,
                explained->fit);
    for (size_t e = 0; e < explained->n; e++)
        fputs(explained->events[e].text ? explained->events[e].text : "", out);
    buffer_free(&sql);
    buffer_free(&shown);
}

static int try_events(struct sigma *sigma, sqlite3 *db, struct explained *explained)
{
    struct sigma_events *events =
        sigma_events_new(sigma, db, &(struct sigma_span){NULL, -INFINITY, INFINITY});
    struct sigma_found found;
    int                rc = events ? SQLITE_OK : SQLITE_NOMEM;

    while (rc == SQLITE_OK && (rc = sigma_events_next(events, true, &found)) == SQLITE_ROW) {
        for (size_t i = 0; i < sigma_count(sigma); i++)
            if (sigma_rule(sigma, i)->tree && sigma_rule(sigma, i)->kind == SIGMA_RULE)
                note_event(sigma, i, &found, &explained[i]);
        rc = SQLITE_OK;
    }
    sigma_events_free(events);
    return rc;
}

static int explain_all(struct sigma *sigma, sqlite3 *db, FILE *out)
{
    struct explained *explained = calloc(sigma_count(sigma) + 1, sizeof *explained);
    long long         fit = 0, broken = 0;
    int               rc = explained ? try_events(sigma, db, explained) : SQLITE_NOMEM;

    for (size_t i = 0; explained && i < sigma_count(sigma); i++) {
        if (rc == SQLITE_DONE)
            print_rule(sigma, i, &explained[i], out);
        fit += explained[i].fit;
        broken += sigma_rule(sigma, i)->runs > SIGMA_NO_LOG;
        for (size_t e = 0; e < explained[i].n; e++)
            free(explained[i].events[e].text);
    }
    free(explained);
    if (rc != SQLITE_DONE)
        return complain("%s", rc == SQLITE_NOMEM ? "out of memory" : sqlite3_errmsg(db));
    return fit ? EXIT_FINDINGS : broken ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

int sigma_explain(sqlite3 *db, const char *path, FILE *out)
{
    size_t        size = 0;
    char         *text = read_file(path, &size);
    struct sigma *sigma = text ? sigma_new() : NULL;
    int           status = EXIT_ERROR;

    if (sigma && sigma_load_lists(sigma, db) != SQLITE_OK)
        complain("sigma: %s", *sigma_error(sigma) ? sigma_error(sigma) : sqlite3_errmsg(db));
    else if (sigma && sigma_read(sigma, path, text, size) == 0 && sigma_finish(sigma) == 0)
        status = explain_all(sigma, db, out);
    else if (text)
        complain("out of memory");
    sigma_free(sigma);
    free(text);
    return status;
}
