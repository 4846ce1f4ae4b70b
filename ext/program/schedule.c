#include "schedule.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "configuration.h"
#include "decorations.h"
#include "program.h"
#include "run_log.h"
#include "runner.h"
#include "schedule_host.h"
#include "sink.h"
#include "store.h"

#define SVCQL_SIGNALS "/etc/svcql/signals.d"

#define DENIED_FIRST 120.0  /* seconds; twice as long each time */
#define DENIED_MAX   3600.0 /* seconds */
#define RETRY_MAX    60.0   /* seconds between two tries at a sink or a state that is down */
#define N_SINKS      2

#define SMALL_TIMEOUT 10 /* seconds that a decorator or a discovery query may take: others wait */

struct planned {
    int64_t splayed; /* seconds */
    double  due;     /* uptime */
};

struct pack_state {
    double checked; /* uptime of the last discovery */
    bool   known, active;
};

/* What a configuration brings with it; replaced whole by a reload. */
struct plan {
    struct configuration configuration;
    struct planned      *planned; /* of each query */
    struct pack_state   *packs;   /* of each pack */
    struct decorations   decorations;
    sqlite3             *db;
    char                 host[256];
};

/* Time of the next attempt after a failure. */
struct retry {
    double at, delay; /* uptime, seconds; delay 0: it works */
};

struct sink_state {
    struct sink  sink;
    struct retry retry;
};

struct schedule {
    struct schedule_setup setup;
    struct schedule_clock clock;
    struct plan           plan;
    struct store         *store;
    struct sink_state     sinks[N_SINKS];
    size_t                n_sinks;
    struct retry          state;       /* of a state that cannot be written */
    double                state_since; /* by the wall clock */
    bool                  stopped;
};

static void notice(const struct schedule *schedule, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void notice(const struct schedule *schedule, int priority, const char *format, ...)
{
    char    text[1024];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (schedule->setup.notice)
        schedule->setup.notice(priority, text);
    else
        complain("%s", text);
}

static double wall(const struct schedule *schedule)
{
    return schedule->clock.wall(schedule->clock.data);
}

static double uptime(const struct schedule *schedule)
{
    return schedule->clock.uptime(schedule->clock.data);
}

/* Trying again later, after increasing pauses, except for a sink that works slowly. */
static void try_later(const struct schedule *schedule, struct retry *retry, bool slow)
{
    retry->delay = slow ? 1 : fmin(fmax(1, 2 * retry->delay), RETRY_MAX);
    retry->at = uptime(schedule) + retry->delay;
}

static bool too_early(const struct schedule *schedule, const struct retry *retry)
{
    return retry->delay > 0 && uptime(schedule) < retry->at;
}

/* Planning ------------------------------------------------------------------------------- */

/* A random interval within the splay, kept so that restarts do not move a query. */
static int64_t splay(const struct schedule_options *options, int64_t interval)
{
    int64_t  least = interval - interval * options->schedule_splay_percent / 100;
    int64_t  most = interval + interval * options->schedule_splay_percent / 100;
    uint64_t random = 0;

    least = least < 1 ? 1 : least;
    if (most <= least || getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        return interval;
    return least + (int64_t)(random % (uint64_t)(most - least + 1));
}

/* When a query is due: at once where its time passed while the program was stopped, or where its
 * last run is in the future by the clock. */
static double first_due(const struct schedule *schedule, const struct query_state *state,
                        int64_t splayed)
{
    double elapsed = wall(schedule) - state->last_attempt;

    if (state->last_attempt <= 0 || elapsed < 0 || elapsed >= (double)splayed)
        return uptime(schedule);
    return uptime(schedule) + (double)splayed - elapsed;
}

static int plan_query(struct schedule *schedule, const struct plan *plan, size_t i)
{
    const struct scheduled_query *query = &plan->configuration.queries[i];
    struct query_state            state;

    int r = store_query(schedule->store, query->name, query->sql, schedule->clock.boot, &state);
    if (r < 0)
        return r;
    int64_t splayed = state.splayed;
    if (state.interval != query->interval || splayed < 1) {
        splayed = splay(&plan->configuration.options, query->interval);
        r = store_set_splay(schedule->store, state.id, query->interval, splayed);
    }
    plan->planned[i] = (struct planned){splayed, first_due(schedule, &state, splayed)};
    return r;
}

static void tell_fault(void *schedule, const char *text)
{
    notice(schedule, LOG_WARNING, "%s", text);
}

/* The user's own detections: those of the configuration, else those of the usual folder. */
static int take_signals(struct schedule *schedule, const struct plan *plan)
{
    const char *folder = plan->configuration.options.signals;

    if (!folder && access(SVCQL_SIGNALS, F_OK) == 0)
        folder = SVCQL_SIGNALS;
    return !folder || use_signals(plan->db, folder, tell_fault, schedule) ? 0 : -EINVAL;
}

static int plan_queries(struct schedule *schedule, const struct plan *plan)
{
    size_t       n = plan->configuration.n_queries;
    const char **names = calloc(n + 1, sizeof *names);
    int          r = names ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < n; i++) {
        names[i] = plan->configuration.queries[i].name;
        r = plan_query(schedule, plan, i);
    }
    if (r == 0)
        r = store_forget_others(schedule->store, names, n);
    free(names);
    return r;
}

/* The state ---------------------------------------------------------------------------------- */

/* A damaged state was put aside: start with an empty one. */
static void begin_anew(struct schedule *schedule, char *text)
{
    notice(schedule, LOG_ERR, "%s", text);
    sqlite3_free(text);
    for (size_t i = 0; i < schedule->n_sinks; i++)
        schedule->sinks[i].sink.out = 0;
    if (schedule->plan.planned)
        plan_queries(schedule, &schedule->plan);
}

static void state_is_down(struct schedule *schedule)
{
    const char *path = schedule->setup.state ? schedule->setup.state : "in memory";

    if (schedule->state.delay <= 0) {
        schedule->state_since = wall(schedule);
        notice(schedule, LOG_ERR, "%s (%s); nothing is run or delivered until it can be written",
               store_error(schedule->store), path);
    }
    try_later(schedule, &schedule->state, false);
}

/* Whether the state can be written, after a step of it failed or while it is down. Where it cannot,
 * that is reported once, and nothing is run or delivered until it can. */
static bool state_works(struct schedule *schedule)
{
    char *text = NULL;
    char  error[256];

    snprintf(error, sizeof error, "%s", store_error(schedule->store));
    int r = store_repair(schedule->store, &text);
    if (r < 0) {
        sqlite3_free(text);
        state_is_down(schedule);
        return false;
    }
    if (text)
        begin_anew(schedule, text);
    if (schedule->state.delay > 0) {
        notice(schedule, LOG_NOTICE, "state: can be written again");
        store_note_error(schedule->store, schedule->state_since, error);
    }
    schedule->state = (struct retry){0, 0};
    return true;
}

static int create_views(struct schedule *schedule, const struct plan *plan)
{
    const cJSON *views = plan->configuration.views;

    for (const cJSON *view = views ? views->child : NULL; view; view = view->next) {
        char *sql =
            sqlite3_mprintf("CREATE TEMP VIEW \"%w\" AS %s", view->string, view->valuestring);
        int rc = sql ? sqlite3_exec(plan->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
        sqlite3_free(sql);
        if (rc != SQLITE_OK) {
            notice(schedule, LOG_ERR, "%s: views.%s: %s", schedule->setup.config, view->string,
                   sqlite3_errmsg(plan->db));
            return -EINVAL;
        }
    }
    return 0;
}

static void plan_free(struct plan *plan)
{
    free(plan->planned);
    free(plan->packs);
    decorations_end(&plan->decorations);
    sqlite3_close(plan->db);
    configuration_free(&plan->configuration);
}

/* What one source may cost a query: it is left out beyond that, and the query runs on. */
static int set_budgets(const struct plan *plan)
{
    const struct schedule_options *o = &plan->configuration.options;
    char                           sql[400];

    snprintf(sql, sizeof sql,
             "UPDATE svcql_settings SET value = CASE name WHEN 'source_megabytes' THEN %lld "
             "WHEN 'source_rows' THEN %lld ELSE %lld END "
             "WHERE name IN ('source_megabytes', 'source_rows', 'source_seconds')",
             (long long)o->source_megabytes, (long long)o->source_rows,
             (long long)o->source_seconds);
    return sqlite3_exec(plan->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -ENOMEM;
}

static int plan_fill(struct schedule *schedule, struct plan *plan)
{
    struct configuration *c = &plan->configuration;

    plan->planned = calloc(c->n_queries + 1, sizeof *plan->planned);
    plan->packs = calloc(c->n_packs + 1, sizeof *plan->packs);
    plan->db = open_database();
    if (!plan->planned || !plan->packs || !plan->db ||
        decorations_begin(&plan->decorations, c->options.disable_decorators ? 0 : c->n_decorators) <
            0)
        return -ENOMEM;
    if (runner_register(plan->db) != SQLITE_OK)
        return -ENOMEM;
    host_identifier(&c->options, store_instance(schedule->store), plan->host, sizeof plan->host);
    int r = set_budgets(plan);
    if (r == 0)
        r = take_signals(schedule, plan);
    if (r == 0)
        r = create_views(schedule, plan);
    return r == 0 ? plan_queries(schedule, plan) : r;
}

static void each_warning(const struct schedule *schedule, const char *lines)
{
    for (const char *end; lines && (end = strchr(lines, '\n')); lines = end + 1)
        notice(schedule, LOG_WARNING, "%.*s", (int)(end - lines), lines);
}

static int plan_read(struct schedule *schedule, struct plan *ret)
{
    struct plan       plan = {.planned = NULL};
    struct json_error error = {0};
    char              host[256];

    host_name(host, sizeof host);
    int r = configuration_read(schedule->setup.config, host, &plan.configuration, &error);
    if (r < 0) {
        notice(schedule, LOG_ERR, "%s", error.text);
        return r;
    }
    r = plan_fill(schedule, &plan);
    if (r < 0) {
        if (r == -EIO || r == -ENOSPC)
            notice(schedule, LOG_ERR, "%s", store_error(schedule->store));
        else if (r != -EINVAL)
            notice(schedule, LOG_ERR, "schedule: %s", strerror(-r));
        plan_free(&plan);
        return r;
    }
    each_warning(schedule, plan.configuration.warnings.data);
    if (plan.configuration.left_out || plan.configuration.ignored.size)
        notice(schedule, LOG_NOTICE,
               "%zu queries of another platform, version or shard left out; "
               "without meaning here: %s",
               plan.configuration.left_out,
               plan.configuration.ignored.size ? plan.configuration.ignored.data : "nothing");
    *ret = plan;
    return 0;
}

static void close_sinks(struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->n_sinks; i++)
        sink_close(&schedule->sinks[i].sink);
    schedule->n_sinks = 0;
}

static int open_sink(struct schedule *schedule, const char *target, enum store_stream stream)
{
    const struct schedule_options *options = &schedule->plan.configuration.options;
    struct sink_state             *sink = &schedule->sinks[schedule->n_sinks];
    struct sink_settings           settings = {
                  .target = target,
                  .rotate = options->logger_rotate,
                  .rotate_size = options->logger_rotate_size,
                  .rotate_files = options->logger_rotate_max_files,
                  .stream = stream,
    };

    *sink = (struct sink_state){.retry = {0, 0}};
    int r = sink_open(&settings, schedule->store, &sink->sink);
    schedule->n_sinks += r == 0;
    return r;
}

/* In a folder that the configuration names, files have osquery's names; else svcql's. */
static int open_files(struct schedule *schedule)
{
    static const struct {
        const char       *name;
        enum store_stream stream;
    } files[] = {{"osqueryd.results.log", STREAM_RESULTS},
                 {"osqueryd.snapshots.log", STREAM_SNAPSHOTS}};
    const char *folder = schedule->plan.configuration.options.logger_path;
    int         r = 0;

    if (!folder)
        return open_sink(schedule, "/var/log/svcql/svcql.results.log", STREAM_ALL);
    for (size_t i = 0; r == 0 && i < N_SINKS; i++) {
        char *path = sqlite3_mprintf("%s/%s", folder, files[i].name);
        r = path ? open_sink(schedule, path, files[i].stream) : -ENOMEM;
        sqlite3_free(path);
    }
    return r;
}

/* Destination of the log: that of --output, else that of the configuration. */
static int open_sinks(struct schedule *schedule)
{
    const char *plugin = schedule->plan.configuration.options.logger_plugin;

    close_sinks(schedule);
    if (schedule->setup.output)
        return open_sink(schedule, schedule->setup.output, STREAM_ALL);
    if (strcmp(plugin, "filesystem") == 0)
        return open_files(schedule);
    return open_sink(schedule, strcmp(plugin, "stdout") == 0 ? "-" : plugin, STREAM_ALL);
}

/* Runs ------------------------------------------------------------------------------------- */

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
    notice(schedule, LOG_WARNING, "%s: %.200s", r < 0 ? strerror(-r) : result.error, sql);
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
    double             age = uptime(schedule) - state->checked;
    if (state->known && age < (double)c->options.pack_refresh_interval)
        return state->active;
    *state = (struct pack_state){uptime(schedule), true, true};
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
    if (run->unkept &&
        (!state_works(schedule) || store_query(schedule->store, run->query->name, run->query->sql,
                                               schedule->clock.boot, &run->state) < 0))
        return; /* a new state may have begun: the query has another number there */
    notice(schedule, LOG_WARNING, "%s: %s", run->query->name, run->result.error);
    if (denied)
        notice(schedule, LOG_WARNING, "%s: not run again for %.0f minutes", run->query->name,
               (run->report.denied_until - run->report.begin) / 60);
    if (keep_failure(schedule, run, denied) < 0)
        state_works(schedule);
}

/* Whether a query is still denied; reported each time that it is due. The clock may have been set. */
static bool is_denied(struct schedule *schedule, struct run *run)
{
    double left = run->state.denied_until - run->report.begin;

    if (!run->query->denylist || left <= 0 || left > DENIED_MAX || !run->state.tried_query)
        return false;
    run->report.denied_until = run->state.denied_until;
    run->report.denials = run->state.denials;
    notice(schedule, LOG_WARNING, "%s: denied for %.0f more minutes: %s", run->query->name,
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
        state_works(schedule);
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

/* Run a query; false where it failed. One that was stopped counts as not begun. */
static bool run_query_now(struct schedule *schedule, size_t i)
{
    struct run run = {.query = &schedule->plan.configuration.queries[i]};

    int r = store_query(schedule->store, run.query->name, run.query->sql, schedule->clock.boot,
                        &run.state);
    if (r < 0) {
        if (state_works(schedule))
            notice(schedule, LOG_ERR, "%s: %s", run.query->name, store_error(schedule->store));
        return false;
    }
    run.report = (struct run_report){.begin = wall(schedule),
                                     .uptime = uptime(schedule),
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

static void deliver_to(struct schedule *schedule, struct sink_state *state)
{
    const char *target = state->sink.settings.target;
    int64_t     undeliverable = 0, before = state->sink.delivered;

    if (too_early(schedule, &state->retry))
        return;
    int r = sink_deliver(&state->sink, &undeliverable);
    if (undeliverable)
        notice(schedule, LOG_WARNING, "%s: lines too long for it, which were dropped: %lld", target,
               (long long)undeliverable);
    if (r < 0 && !state_works(schedule))
        return;
    if (r == 0 && state->retry.delay > 0)
        notice(schedule, LOG_NOTICE, "%s: takes results again", target);
    if (r < 0 && state->retry.delay <= 0)
        notice(schedule, LOG_WARNING, "%s: %s; results wait until it takes them", target,
               strerror(-r));
    if (r < 0)
        try_later(schedule, &state->retry, state->sink.delivered > before);
    else
        state->retry = (struct retry){0, 0};
}

static void deliver(struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->n_sinks && schedule->state.delay <= 0; i++)
        deliver_to(schedule, &schedule->sinks[i]);
}

/* Run query i if it is due, and deliver its result; returns whether it failed. While the state is
 * down a query stays due. */
static bool tick_query(struct schedule *schedule, size_t i, bool all)
{
    struct planned *planned = &schedule->plan.planned[i];
    double          begin = uptime(schedule);

    if (!all && planned->due > begin)
        return false;
    if (schedule->state.delay > 0)
        return true;
    bool failed = !run_query_now(schedule, i);
    if (schedule->state.delay <= 0) {
        planned->due = fmax(begin + (double)planned->splayed, uptime(schedule) + 1);
        deliver(schedule);
    }
    return failed;
}

int schedule_tick(struct schedule *schedule, bool all)
{
    int failures = 0;

    if (schedule->state.delay > 0 && !too_early(schedule, &schedule->state))
        state_works(schedule);
    for (size_t i = 0; i < schedule->plan.configuration.n_queries && !schedule->stopped; i++)
        failures += tick_query(schedule, i, all);
    if (!schedule->stopped)
        deliver(schedule);
    return failures;
}

double schedule_wait(struct schedule *schedule)
{
    double next = INFINITY, now = uptime(schedule);

    if (schedule->state.delay > 0)
        return fmax(0, schedule->state.at - now);
    for (size_t i = 0; i < schedule->plan.configuration.n_queries; i++)
        next = fmin(next, schedule->plan.planned[i].due);
    for (size_t i = 0; i < schedule->n_sinks; i++)
        if (schedule->sinks[i].retry.delay > 0)
            next = fmin(next, schedule->sinks[i].retry.at);
    return fmax(0, next - now);
}

bool schedule_backlog(struct schedule *schedule)
{
    return schedule->state.delay > 0 || store_waiting(schedule->store, STREAM_ALL);
}

const char *schedule_trouble(const struct schedule *schedule)
{
    return schedule->state.delay > 0 ? store_error(schedule->store) : NULL;
}

size_t schedule_queries(const struct schedule *schedule)
{
    return schedule->plan.configuration.n_queries;
}

int schedule_reload(struct schedule *schedule)
{
    struct plan plan;

    int r = plan_read(schedule, &plan);
    if (r < 0) {
        notice(schedule, LOG_ERR, "the old configuration stays");
        return r;
    }
    plan_free(&schedule->plan);
    schedule->plan = plan;
    if (store_allow_all(schedule->store) < 0)
        state_works(schedule);
    return open_sinks(schedule);
}

int schedule_open(const struct schedule_setup *setup, struct schedule **ret)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);
    char            *error = NULL;
    if (!schedule)
        return -ENOMEM;

    schedule->setup = *setup;
    schedule->clock = setup->clock.wall ? setup->clock : system_clock();
    int r = store_open(setup->state, &schedule->store, &error);
    if (r < 0 || error)
        notice(schedule, LOG_ERR, "%s", error ? error : strerror(-r));
    sqlite3_free(error);
    if (r == 0)
        r = plan_read(schedule, &schedule->plan);
    if (r == 0)
        r = open_sinks(schedule);
    if (r < 0) {
        schedule_close(schedule);
        return r;
    }
    *ret = schedule;
    return 0;
}

void schedule_close(struct schedule *schedule)
{
    if (!schedule)
        return;
    close_sinks(schedule);
    plan_free(&schedule->plan);
    store_close(schedule->store);
    free(schedule);
}
