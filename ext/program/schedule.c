/* schedule.c -- what is due, whether the state works, and where results go. */

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

#include "program.h"
#include "runner.h"
#include "schedule_host.h"
#include "schedule_parts.h"

#define SVCQL_SIGNALS "/etc/svcql/signals.d"

#define RETRY_MAX 60.0 /* seconds between two tries at a sink or a state that is down */

void schedule_notice(const struct schedule *schedule, int priority, const char *format, ...)
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

double schedule_wall(const struct schedule *schedule)
{
    return schedule->clock.wall(schedule->clock.data);
}

double schedule_uptime(const struct schedule *schedule)
{
    return schedule->clock.uptime(schedule->clock.data);
}

/* Trying again later, after increasing pauses, except for a sink that works slowly. */
static void try_later(const struct schedule *schedule, struct retry *retry, bool slow)
{
    retry->delay = slow ? 1 : fmin(fmax(1, 2 * retry->delay), RETRY_MAX);
    retry->at = schedule_uptime(schedule) + retry->delay;
}

static bool too_early(const struct schedule *schedule, const struct retry *retry)
{
    return retry->delay > 0 && schedule_uptime(schedule) < retry->at;
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
    double elapsed = schedule_wall(schedule) - state->last_attempt;

    if (state->last_attempt <= 0 || elapsed < 0 || elapsed >= (double)splayed)
        return schedule_uptime(schedule);
    return schedule_uptime(schedule) + (double)splayed - elapsed;
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
    schedule_notice(schedule, LOG_WARNING, "%s", text);
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
    schedule_notice(schedule, LOG_ERR, "%s", text);
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
        schedule->state_since = schedule_wall(schedule);
        schedule_notice(schedule, LOG_ERR,
                        "%s (%s); nothing is run or delivered until it can be written",
                        store_error(schedule->store), path);
    }
    try_later(schedule, &schedule->state, false);
}

bool schedule_state_works(struct schedule *schedule)
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
        schedule_notice(schedule, LOG_NOTICE, "state: can be written again");
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
            schedule_notice(schedule, LOG_ERR, "%s: views.%s: %s", schedule->setup.config,
                            view->string, sqlite3_errmsg(plan->db));
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
        schedule_notice(schedule, LOG_WARNING, "%.*s", (int)(end - lines), lines);
}

static int plan_read(struct schedule *schedule, struct plan *ret)
{
    struct plan       plan = {.planned = NULL};
    struct json_error error = {0};
    char              host[256];

    host_name(host, sizeof host);
    int r = configuration_read(schedule->setup.config, host, &plan.configuration, &error);
    if (r < 0) {
        schedule_notice(schedule, LOG_ERR, "%s", error.text);
        return r;
    }
    r = plan_fill(schedule, &plan);
    if (r < 0) {
        if (r == -EIO || r == -ENOSPC)
            schedule_notice(schedule, LOG_ERR, "%s", store_error(schedule->store));
        else if (r != -EINVAL)
            schedule_notice(schedule, LOG_ERR, "schedule: %s", strerror(-r));
        plan_free(&plan);
        return r;
    }
    each_warning(schedule, plan.configuration.warnings.data);
    if (plan.configuration.left_out || plan.configuration.ignored.size)
        schedule_notice(schedule, LOG_NOTICE,
                        "%zu queries of another platform, version or shard left out; "
                        "without meaning here: %s",
                        plan.configuration.left_out,
                        plan.configuration.ignored.size ? plan.configuration.ignored.data
                                                        : "nothing");
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

/* Delivering -------------------------------------------------------------------------------- */

static void deliver_to(struct schedule *schedule, struct sink_state *state)
{
    const char *target = state->sink.settings.target;
    int64_t     undeliverable = 0, before = state->sink.delivered;

    if (too_early(schedule, &state->retry))
        return;
    int r = sink_deliver(&state->sink, &undeliverable);
    if (undeliverable)
        schedule_notice(schedule, LOG_WARNING,
                        "%s: lines too long for it, which were dropped: %lld", target,
                        (long long)undeliverable);
    if (r < 0 && !schedule_state_works(schedule))
        return;
    if (r == 0 && state->retry.delay > 0)
        schedule_notice(schedule, LOG_NOTICE, "%s: takes results again", target);
    if (r < 0 && state->retry.delay <= 0)
        schedule_notice(schedule, LOG_WARNING, "%s: %s; results wait until it takes them", target,
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
    double          begin = schedule_uptime(schedule);

    if (!all && planned->due > begin)
        return false;
    if (schedule->state.delay > 0)
        return true;
    bool failed = !schedule_run(schedule, i);
    if (schedule->state.delay <= 0) {
        planned->due = fmax(begin + (double)planned->splayed, schedule_uptime(schedule) + 1);
        deliver(schedule);
    }
    return failed;
}

int schedule_tick(struct schedule *schedule, bool all)
{
    int failures = 0;

    if (schedule->state.delay > 0 && !too_early(schedule, &schedule->state))
        schedule_state_works(schedule);
    for (size_t i = 0; i < schedule->plan.configuration.n_queries && !schedule->stopped; i++)
        failures += tick_query(schedule, i, all);
    if (!schedule->stopped)
        deliver(schedule);
    return failures;
}

double schedule_wait(struct schedule *schedule)
{
    double next = INFINITY, now = schedule_uptime(schedule);

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
        schedule_notice(schedule, LOG_ERR, "the old configuration stays");
        return r;
    }
    plan_free(&schedule->plan);
    schedule->plan = plan;
    if (store_allow_all(schedule->store) < 0)
        schedule_state_works(schedule);
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
        schedule_notice(schedule, LOG_ERR, "%s", error ? error : strerror(-r));
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
