/* schedule_parts.h -- what schedule.c, which plans and delivers, and schedule_run.c, which runs a query, share. */
#ifndef SVCQL_SCHEDULE_PARTS_H
#define SVCQL_SCHEDULE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "configuration.h"
#include "decorations.h"
#include "schedule.h"
#include "sink.h"
#include "store.h"

#define N_SINKS 2

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

/* For the program's log, or standard error. */
void schedule_notice(const struct schedule *schedule, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

double schedule_wall(const struct schedule *schedule);   /* seconds since the epoch */
double schedule_uptime(const struct schedule *schedule); /* seconds */

/* Whether the state can be written, after a step of it failed or while it is down. Where it cannot,
 * that is reported once, and nothing is run or delivered until it can. */
bool schedule_state_works(struct schedule *schedule);

/* Run a query of the plan, and store its result; false where it failed. One that was stopped counts as not begun. */
bool schedule_run(struct schedule *schedule, size_t i);

#endif
