/* schedule_run.c -- one run of one query: whether it may run, in a process of its own, and what is stored of it. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "run_log.h"
#include "runner.h"
#include "schedule_parts.h"

#define DENIED_FIRST 120.0  /* seconds; twice as long each time */
#define DENIED_MAX   3600.0 /* seconds */

#define SMALL_TIMEOUT 10 /* seconds that a decorator or a discovery query may take: others wait */

static bool waiting(void *data)
{
    struct schedule *schedule = data;

    schedule->stopped |= schedule->setup.waiting && schedule->setup.waiting(schedule->setup.data);
    return schedule->stopped;
}

static struct run_request request_of(struct schedule *schedule, const char *sql)
{
    const struct schedule_options *options = &schedule->plan.configuration.options;

    return (struct run_request){
        .db = schedule->plan.db,
        .sql = sql,
        .timeout = options->query_timeout,
        .memory = options->watchdog_memory_limit,
        .waiting = waiting,
        .data = schedule,
    };
}

struct first_row {
    struct schedule *schedule;
    char            *json;
    bool             any;
};

/* One row is enough; the rest is dropped. */
static int keep_first(void *data, const char *json, size_t size)
{
    struct first_row *first = data;

    first->any = true;
    first->json = strndup(json, size);
    return -ECANCELED;
}

static bool first_waiting(void *data)
{
    return waiting(((struct first_row *)data)->schedule);
}

/* The first row of a small query; false with a notice where it failed. */
static bool run_first(struct schedule *schedule, const char *sql, struct first_row *first)
{
    struct run_request request = request_of(schedule, sql);
    struct run_result  result;

    *first = (struct first_row){.schedule = schedule};
    request.timeout = request.timeout < SMALL_TIMEOUT ? request.timeout : SMALL_TIMEOUT;
    request.row = keep_first;
    request.waiting = first_waiting;
    request.data = first;
    int r = run_query_apart(&request, &result);
    if (first->any || (r == 0 && result.outcome == RUN_OK))
        return true;
    schedule_notice(schedule, LOG_WARNING, "%s: %.200s", r < 0 ? strerror(-r) : result.error, sql);
    return false;
}

static bool decorate(void *data, const char *sql, char **ret_row)
{
    struct first_row first;
    bool             worked = run_first(data, sql, &first);

    *ret_row = first.json;
    return worked;
}

/* Whether all of a pack's discovery queries return a row, checked from time to time. */
static bool pack_active(struct schedule *schedule, int pack)
{
    const struct configuration *c = &schedule->plan.configuration;
    struct first_row            first;

    if (pack < 0 || !c->packs[pack].discovery)
        return true;
    struct pack_state *state = &schedule->plan.packs[pack];
    double             age = schedule_uptime(schedule) - state->checked;
    if (state->known && age < (double)c->options.pack_refresh_interval)
        return state->active;
    *state = (struct pack_state){schedule_uptime(schedule), true, true};
    for (const cJSON *sql = c->packs[pack].discovery->child; sql && state->active;
         sql = sql->next) {
        state->active = run_first(schedule, sql->valuestring, &first) && first.any;
        free(first.json);
    }
    return state->active;
}

/* The time from which log entries may be new. Where the clock was set back since the last run, it
 * is before the time of that run; where the amount is unknown, the time of the boot. */
static double new_since(const struct query_state *state, double time, double up)
{
    double since = time - (state->same_boot ? up - state->last_uptime : up);

    if (state->last_run <= 0)
        return 0;
    if (!state->same_boot && state->last_run <= time)
        return state->last_run;
    return fmin(state->last_run, since);
}

static int add_row(void *data, const char *json, size_t size)
{
    return store_add(((struct schedule *)data)->store, json, size);
}

/* One run of one query ---------------------------------------------------------------------------
 */

struct run {
    const struct scheduled_query *query;
    struct query_state            state;
    struct run_report             report;
    struct run_result             result;
    bool                          unkept; /* the state did not accept its result */
};

static struct run_log log_of(struct schedule *schedule, const struct run *run, const char *name)
{
    const struct schedule_options *options = &schedule->plan.configuration.options;

    return (struct run_log){
        .store = schedule->store,
        .query = run->state.id,
        .header = {.name = name,
                   .host = schedule->plan.host,
                   .time = (int64_t)run->report.begin,
                   .epoch = run->report.epoch,
                   .counter = run->report.counter,
                   .numerics = options->logger_numerics,
                   .decorations = schedule->plan.decorations.text,
                   .top_level = options->decorations_top_level},
        .stream = STREAM_RESULTS,
    };
}

static int log_run(struct schedule *schedule, struct run *run)
{
    const struct schedule_options *options = &schedule->plan.configuration.options;
    bool changed = run->state.counter < 0 || run->state.epoch != options->schedule_epoch;

    run->report.epoch = options->schedule_epoch;
    run->report.counter = changed                 ? 0
                          : run->state.same_query ? run->state.counter + 1
                                                  : 1; /* 0 is a first set alone */
    struct run_log    log = log_of(schedule, run, run->query->name);
    struct difference difference = {
        .id = run->state.id, .first = changed, .log_removed = run->query->removed};
    int r = run->query->snapshot ? run_log_snapshot(&log, options->logger_snapshot_event_type)
            : options->logger_event_type ? run_log_events(&log, &difference)
                                         : run_log_batch(&log, &difference);
    run->report.added = difference.added;
    run->report.removed = difference.removed;
    buffer_free(&log.line);
    return r;
}

/* Store the result of a run: the rows, the lines and the counter, or none of them. */
static int keep_run(struct schedule *schedule, struct run *run)
{
    struct store *store = schedule->store;

    int r = log_run(schedule, run);
    if (r >= 0)
        r = store_replace(store, run->state.id, !run->query->snapshot);
    if (r >= 0)
        r = store_bound_lines(store, schedule->plan.configuration.options.buffered_log_max);
    if (r >= 0)
        r = store_report(store, run->state.id, &run->report);
    return r >= 0 ? store_commit(store) : r;
}

/* The next pause of a query that went over a limit: minutes at first, twice as long each time. */
static void deny(struct run *run)
{
    run->report.denials = run->state.denials + 1;
    double pause = DENIED_FIRST * exp2((double)run->state.denials);
    run->report.denied_until = run->report.begin + fmin(pause, DENIED_MAX);
    run->report.denied_why = run->result.error;
}

/* A line of the result log which reports that a query is denied, in the form of a row of
 * svcql_schedule. */
static int log_denial(struct schedule *schedule, const struct run *run, const char *why)
{
    struct run_log log = log_of(schedule, run, "svcql_schedule");
    struct buffer  row = {0};
    char           until[32] = "";
    time_t         time = (time_t)run->report.denied_until;
    struct tm      tm;

    strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&time, &tm));
    log.header.epoch = schedule->plan.configuration.options.schedule_epoch;
    log.header.counter = run->report.denials;
    log.action = "added";
    buffer_puts(&row, "{\"denied_until\":");
    buffer_json(&row, until, strlen(until));
    buffer_puts(&row, ",\"denied_why\":");
    buffer_json(&row, why, strlen(why));
    buffer_puts(&row, ",\"name\":");
    buffer_json(&row, run->query->name, strlen(run->query->name));
    buffer_putc(&row, '}');
    int r = buffer_text(&row) ? run_log_event(&log, row.data, row.size) : -ENOMEM;
    buffer_free(&row);
    buffer_free(&log.line);
    return r;
}

/* Store the outcome of a run without a result, and that its query is denied. */
static int keep_failure(struct schedule *schedule, struct run *run, bool denied)
{
    int r = store_begin(schedule->store);

    if (r >= 0)
        r = store_report(schedule->store, run->state.id, &run->report);
    if (r >= 0 && denied)
        r = log_denial(schedule, run, run->report.denied_why);
    if (r >= 0)
        r = store_commit(schedule->store);
    store_rollback(schedule->store);
    return r;
}

/* A query over its limits, or whose results the state does not accept, is denied for some minutes.
 */
static void take_failure(struct schedule *schedule, struct run *run)
{
    bool over = run->result.outcome >= RUN_OVER_TIME && run->result.outcome <= RUN_CRASHED;
    bool denied = (over || run->unkept) && run->query->denylist;

    store_rollback(schedule->store);
    run->report.error = run->result.error;
    run->report.added = run->report.removed = 0;
    run->report.denials = 0;
    run->report.denied_until = 0;
    if (denied)
        deny(run);
    if (run->unkept && (!schedule_state_works(schedule) ||
                        store_query(schedule->store, run->query->name, run->query->sql,
                                    schedule->clock.boot, &run->state) < 0))
        return; /* a new state may have begun: the query has another number there */
    schedule_notice(schedule, LOG_WARNING, "%s: %s", run->query->name, run->result.error);
    if (denied)
        schedule_notice(schedule, LOG_WARNING, "%s: not run again for %.0f minutes",
                        run->query->name, (run->report.denied_until - run->report.begin) / 60);
    if (keep_failure(schedule, run, denied) < 0)
        schedule_state_works(schedule);
}

/* Whether a query is still denied; reported each time that it is due. The clock may have been set. */
static bool is_denied(struct schedule *schedule, struct run *run)
{
    double left = run->state.denied_until - run->report.begin;

    if (!run->query->denylist || left <= 0 || left > DENIED_MAX || !run->state.tried_query)
        return false;
    run->report.denied_until = run->state.denied_until;
    run->report.denials = run->state.denials;
    schedule_notice(schedule, LOG_WARNING, "%s: denied for %.0f more minutes: %s", run->query->name,
                    ceil(left / 60), run->state.denied_why);
    int r = store_begin(schedule->store);
    if (r >= 0)
        r = log_denial(schedule, run, run->state.denied_why);
    if (r >= 0)
        r = store_bound_lines(schedule->store,
                              schedule->plan.configuration.options.buffered_log_max);
    if (r >= 0)
        r = store_commit(schedule->store);
    if (r < 0)
        schedule_state_works(schedule);
    return true;
}

static int run_prepared(struct schedule *schedule, struct run *run)
{
    struct run_request request = request_of(schedule, run->query->sql);
    bool               table = strstr(run->query->sql, "svcql_schedule") != NULL;

    request.last_run = new_since(&run->state, run->report.begin, run->report.uptime);
    request.numerics = schedule->plan.configuration.options.logger_numerics;
    request.row = add_row;
    if (table) { /* as it was when the query began */
        request.before_data = store_schedule_json(schedule->store);
        request.before = make_schedule_table;
    }
    int r = decorations_refresh(&schedule->plan.decorations, &schedule->plan.configuration,
                                run->report.uptime, decorate, schedule);
    if (r >= 0)
        r = store_forget_fresh(schedule->store);
    if (r >= 0)
        r = store_begin(schedule->store);
    if (r >= 0)
        r = run_query_apart(&request, &run->result);
    sqlite3_free(request.before_data);
    run->report.wall = run->result.wall;
    run->report.cpu = run->result.cpu;
    run->report.memory = run->result.memory;
    if (r >= 0 && run->result.outcome == RUN_OK)
        r = keep_run(schedule, run);
    if (r < 0) {
        run->unkept = r == -EIO || r == -ENOSPC;
        run->result.outcome = RUN_FAILED;
        snprintf(run->result.error, sizeof run->result.error, "%s",
                 run->unkept ? store_error(schedule->store) : strerror(-r));
    }
    return r;
}

bool schedule_run(struct schedule *schedule, size_t i)
{
    struct run run = {.query = &schedule->plan.configuration.queries[i]};

    int r = store_query(schedule->store, run.query->name, run.query->sql, schedule->clock.boot,
                        &run.state);
    if (r < 0) {
        if (schedule_state_works(schedule))
            schedule_notice(schedule, LOG_ERR, "%s: %s", run.query->name,
                            store_error(schedule->store));
        return false;
    }
    run.report = (struct run_report){.begin = schedule_wall(schedule),
                                     .uptime = schedule_uptime(schedule),
                                     .boot = schedule->clock.boot,
                                     .sql = run.query->sql};
    if (is_denied(schedule, &run))
        return false;
    if (!pack_active(schedule, run.query->pack))
        return true;
    r = run_prepared(schedule, &run);
    if (r >= 0 && run.result.outcome == RUN_OK)
        return true;
    if (run.result.outcome == RUN_STOPPED)
        store_rollback(schedule->store);
    else
        take_failure(schedule, &run);
    return false;
}
