/* rules_sigma.c -- Sigma rules in YAML, and the events that they match. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/text/buffer.h"
#include "rules_scan.h"

SQLITE_EXTENSION_INIT3

/* Reading -------------------------------------------------------------------------- */

static int sigma_fault(struct tbl_scan *scan, int rc)
{
    struct rules_scan *state = tbl_state(scan);
    const char        *why = sigma_error(state->sigma.rules);

    if (rc == SQLITE_OK || rc == SQLITE_NOMEM)
        return rc;
    return tbl_fail(scan, "svcql_rules: %s", *why ? why : sqlite3_errmsg(svcql_db(state->svcql)));
}

static int begin_rules(struct tbl_scan *scan)
{
    struct rules_scan *state = tbl_state(scan);

    state->sigma.rules = sigma_new();
    if (!state->sigma.rules)
        return SQLITE_NOMEM;
    return sigma_fault(scan, sigma_load_lists(state->sigma.rules, svcql_db(state->svcql)));
}

int sigma_rules_read(struct tbl_scan *scan, const struct root *root, const char *path,
                     const char *name)
{
    struct rules_scan *state = tbl_state(scan);
    int                rc = state->sigma.rules ? SQLITE_OK : begin_rules(scan);
    char              *text;
    size_t             size;

    if (rc != SQLITE_OK)
        return rc;
    int r = root_read(root, path, YAML_SIZE_MAX, &text, &size);
    if (r == 0) {
        r = sigma_read(state->sigma.rules, name, text, size);
        free(text);
    } else if (r != -ENOMEM) {
        r = sigma_fail(state->sigma.rules, name, source_error(r));
    }
    if (r == -E2BIG)
        return tbl_fail(scan, "svcql_rules: more than %d rules", SIGMA_RULES_MAX);
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

/* One report for all files: how many rules run, and how many cannot; those of logs that nothing here
 * reads are neither. */
static int report_rules(struct tbl_scan *scan)
{
    struct rules_scan  *state = tbl_state(scan);
    const struct sigma *rules = state->sigma.rules;
    int64_t             bad = 0, other = 0;

    for (size_t i = 0; i < sigma_count(rules); i++)
        if (sigma_rule(rules, i)->error)
            *(sigma_rule(rules, i)->runs == SIGMA_NO_LOG ? &other : &bad) += 1;
    return svcql_report(tbl_svcql(scan),
                        &(struct report){.table = "svcql_rules",
                                         .kind = "rules",
                                         .location = state->path,
                                         .status = SOURCE_READ,
                                         .records = (int64_t)sigma_count(rules) - bad - other,
                                         .skipped = bad,
                                         .detail = bad ? "rules that cannot run" : NULL});
}

/* What the query asks of the events: their product, and their time. A hit of a correlation has the
 * time of its last event, so those before it are read too. */
static struct sigma_span span_of(struct tbl_scan *scan, const char *logs)
{
    const struct sigma     *rules = ((struct rules_scan *)tbl_state(scan))->sigma.rules;
    const struct tbl_terms *time = TBL_TERMS(scan, struct match_row, time);
    struct sigma_span       span = {.from = time->min, .to = time->max};

    if (strncmp(logs, "logs_", 5) == 0)
        span.product = logs + 5;
    for (size_t i = 0; i < sigma_count(rules); i++)
        if (sigma_rule(rules, i)->correlation)
            span.from -= sigma_rule(rules, i)->correlation->timespan;
    return span;
}

int sigma_rules_begin(struct tbl_scan *scan, const char *logs)
{
    struct rules_scan  *state = tbl_state(scan);
    struct sigma_rules *sigma = &state->sigma;

    if (!sigma->rules)
        return SQLITE_OK;
    if (sigma_finish(sigma->rules) < 0)
        return SQLITE_NOMEM;
    struct sigma_span span = span_of(scan, logs);
    sigma->matches = calloc(sigma_count(sigma->rules) + 1, sizeof *sigma->matches);
    sigma->events = sigma_events_new(sigma->rules, svcql_db(state->svcql), &span);
    if (!sigma->matches || !sigma->events)
        return SQLITE_NOMEM;
    state->number = (int64_t)sigma_count(sigma->rules);
    for (size_t i = 0; i < sigma_count(sigma->rules) && !sigma->correlator; i++)
        if (sigma_rule(sigma->rules, i)->correlation &&
            !(sigma->correlator = sigma_correlator_new(sigma->rules)))
            return SQLITE_NOMEM;
    return report_rules(scan);
}

void sigma_rules_free(struct sigma_rules *sigma)
{
    sigma_events_free(sigma->events);
    sigma_correlator_free(sigma->correlator);
    sigma_free(sigma->rules);
    free(sigma->matches);
}

/* Rows ----------------------------------------------------------------------------- */

/* attack.t1569.002 among tags as T1569.002. */
static const char *techniques(struct tbl_scan *scan, const char *tags)
{
    char   text[256];
    size_t n = 0;

    for (const char *at = tags ? strcasestr(tags, "attack.t") : NULL; at;
         at = strcasestr(at, "attack.t")) {
        at += strlen("attack.t");
        size_t size = strspn(at, "0123456789.");
        if (size < 4 || n + size + 3 > sizeof text)
            continue;
        if (n)
            text[n++] = ',';
        text[n++] = 'T';
        memcpy(text + n, at, size);
        n += size;
    }
    return n ? tbl_strndup(scan, text, n) : NULL;
}

static void fill_rule(struct tbl_scan *scan, struct match_row *row, size_t i)
{
    struct rules_scan       *state = tbl_state(scan);
    const struct sigma_rule *rule = sigma_rule(state->sigma.rules, i);

    row->rule = rule->title;
    row->id = rule->id;
    row->level = rule->level;
    row->technique = techniques(scan, rule->tags);
    row->tags = rule->tags;
    row->status = sigma_status_text(SIGMA_RUNS);
    row->time = NAN;
    row->file = rule->file;
    row->line = rule->line;
    row->number = (int64_t)i;
    row->match = state->sigma.matches[i]++;
}

static int error_row(struct tbl_scan *scan, struct match_row *row, size_t i, const char *status,
                     const char *error, uint32_t line)
{
    fill_rule(scan, row, i);
    row->status = status;
    row->error = error;
    if (line)
        row->line = line;
    return SQLITE_ROW;
}

/* The event as a JSON object; a field with several values is a list. */
static const char *event_json(struct tbl_scan *scan, struct sigma_event *event)
{
    struct buffer json = {0};

    buffer_putc(&json, '{');
    for (size_t i = 0; i < event->n; i++) {
        const struct sigma_value *value = sigma_event_at(event, i);
        buffer_puts(&json, i ? "," : "");
        buffer_json(&json, value->name, value->name_size);
        buffer_putc(&json, ':');
        buffer_json(&json, value->text, value->size);
    }
    buffer_putc(&json, '}');
    const char *text = buffer_text(&json) ? tbl_strndup(scan, json.data, json.size) : NULL;
    buffer_free(&json);
    return text;
}

/* What people want to see of an event, the best name first. */
static const char *subject(struct tbl_scan *scan, struct sigma_event *event)
{
    static const char *const names[] = {"CommandLine",
                                        "ScriptBlockText",
                                        "ServiceFileName",
                                        "ImagePath",
                                        "TaskName",
                                        "TargetObject",
                                        "TargetFilename",
                                        "ImageLoaded",
                                        "PipeName",
                                        "ServiceName",
                                        "QueryName",
                                        "DestinationIp",
                                        "TargetImage",
                                        "Image",
                                        "RelativeTargetName",
                                        "ShareName",
                                        "ObjectName",
                                        "Payload",
                                        "HostApplication",
                                        "cmdline",
                                        "TargetUserName",
                                        "name",
                                        "exe",
                                        "MESSAGE",
                                        "message"};

    for (size_t i = 0; i < TBL_COUNT(names); i++)
        for (size_t v = 0; v < event->n; v++) {
            const struct sigma_value *value = sigma_event_at(event, v);
            if (value->size && value->name_size == strlen(names[i]) &&
                memcmp(value->name, names[i], value->name_size) == 0)
                return tbl_utf8(scan, value->text, value->size);
        }
    return NULL;
}

static int hit_row(struct tbl_scan *scan, struct match_row *row, size_t rule)
{
    struct rules_scan        *state = tbl_state(scan);
    const struct sigma_found *found = &state->sigma.found;
    struct sigma_event       *event = sigma_event(state->sigma.rules);

    fill_rule(scan, row, rule);
    row->time = found->time;
    row->host = found->host ? tbl_printf(scan, "%s", found->host) : NULL;
    row->source = found->source ? tbl_printf(scan, "%s", found->source) : NULL;
    row->record = found->record ? tbl_printf(scan, "%s", found->record) : NULL;
    if (TBL_USES(scan, struct match_row, subject))
        row->subject = subject(scan, event);
    if (!TBL_USES(scan, struct match_row, row))
        return SQLITE_ROW;
    row->row = event_json(scan, event);
    return row->row ? SQLITE_ROW : SQLITE_NOMEM; /* of the others the scan knows it */
}

static int next_error(struct tbl_scan *scan, struct match_row *row)
{
    struct sigma_rules *sigma = &((struct rules_scan *)tbl_state(scan))->sigma;

    while (sigma->at < sigma_count(sigma->rules)) {
        const struct sigma_rule *rule = sigma_rule(sigma->rules, sigma->at++);
        if (rule->error)
            return error_row(scan, row, sigma->at - 1, sigma_status_text(rule->runs), rule->error,
                             rule->error_line);
    }
    return SQLITE_DONE;
}

/* All logs are read: correlate, and report what could not be kept for that. */
static int end_hits(struct tbl_scan *scan)
{
    struct rules_scan *state = tbl_state(scan);

    if (!state->sigma.correlator)
        return SQLITE_DONE;
    if (sigma_correlator_finish(state->sigma.correlator) < 0)
        return SQLITE_NOMEM;
    size_t lost = sigma_correlator_lost(state->sigma.correlator);
    int    rc = lost ? svcql_report(tbl_svcql(scan),
                                    &(struct report){.table = "svcql_rules",
                                                     .kind = "correlations",
                                                     .location = "correlations",
                                                     .status = SOURCE_READ,
                                                     .records = TBL_NULL,
                                                     .skipped = (int64_t)lost,
                                                     .detail = "hits without a time, or too many"})
                     : SQLITE_OK;
    return rc == SQLITE_OK ? SQLITE_DONE : rc;
}

static int next_hit(struct tbl_scan *scan, struct match_row *row)
{
    struct rules_scan  *state = tbl_state(scan);
    struct sigma_rules *sigma = &state->sigma;

    for (;;) {
        while (sigma->at < sigma->found.n) {
            uint32_t rule = sigma->found.rules[sigma->at++];
            if (sigma_shown(sigma->rules, rule))
                return hit_row(scan, row, rule);
        }
        int rc = sigma_events_next(sigma->events, false, &sigma->found);
        if (rc != SQLITE_ROW)
            return rc == SQLITE_DONE ? end_hits(scan) : sigma_fault(scan, rc);
        sigma->at = 0;
        for (size_t i = 0; sigma->correlator && i < sigma->found.n; i++)
            if (sigma_correlator_add(sigma->correlator, sigma->found.rules[i], sigma->found.time,
                                     sigma->found.host) < 0)
                return SQLITE_NOMEM;
    }
}

/* A hit of a correlation: what its group is, how much it came to, and from when to when. */
static int joined_row(struct tbl_scan *scan, struct match_row *row,
                      const struct sigma_correlated *hit)
{
    struct buffer json = {0};

    fill_rule(scan, row, hit->rule);
    row->time = hit->last;
    row->host = hit->host;
    row->subject = tbl_printf(scan, "%s%s%g in %g s", hit->group, *hit->group ? ": " : "",
                              hit->value, hit->last - hit->first);
    buffer_puts(&json, "{\"group\":");
    buffer_json(&json, hit->group, strlen(hit->group));
    buffer_printf(&json, ",\"value\":%.15g,\"first\":%.6f,\"last\":%.6f}", hit->value, hit->first,
                  hit->last);
    const char *text = buffer_text(&json);
    row->row = text ? tbl_strndup(scan, text, json.size) : NULL;
    buffer_free(&json);
    return row->row && row->subject ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next_joined(struct tbl_scan *scan, struct match_row *row)
{
    struct sigma_rules     *sigma = &((struct rules_scan *)tbl_state(scan))->sigma;
    struct sigma_correlated hit;

    while (sigma->correlator && sigma_correlator_next(sigma->correlator, &hit) > 0)
        if (sigma_shown(sigma->rules, hit.rule))
            return joined_row(scan, row, &hit);
    return SQLITE_DONE;
}

/* Rules whose regular expressions took too long on some events. */
static int next_slow(struct tbl_scan *scan, struct match_row *row)
{
    struct sigma_rules *sigma = &((struct rules_scan *)tbl_state(scan))->sigma;

    while (sigma->at < sigma_count(sigma->rules)) {
        size_t   i = sigma->at++;
        unsigned n = sigma_given_up(sigma->rules, i);
        if (n == 0)
            continue;
        const char *error = tbl_printf(
            scan, "its regular expression took too long on %u event%s, not searched%s", n,
            n == 1 ? "" : "s", n < SIGMA_GIVE_UP ? "" : ", nor were those after them");
        return error ? error_row(scan, row, i, "slow", error, 0) : SQLITE_NOMEM;
    }
    return SQLITE_DONE;
}

int sigma_rules_next(struct tbl_scan *scan, struct match_row *row)
{
    struct sigma_rules *sigma = &((struct rules_scan *)tbl_state(scan))->sigma;

    while (sigma->rules && sigma->stage != SIGMA_DONE) {
        int rc = sigma->stage == SIGMA_ERRORS   ? next_error(scan, row)
                 : sigma->stage == SIGMA_HITS   ? next_hit(scan, row)
                 : sigma->stage == SIGMA_JOINED ? next_joined(scan, row)
                                                : next_slow(scan, row);
        if (rc != SQLITE_DONE)
            return rc;
        sigma->stage++;
        sigma->at = 0;
        sigma->found.n = 0;
    }
    return SQLITE_DONE;
}
