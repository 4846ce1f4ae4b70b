/* schedule.h -- runs queries when they are due and logs what is new.
 *
 * The engine has no loop and no signals of its own: schedule_command.c reads how long to wait and
 * calls it to run what is due; the tests do the same with their own clock.
 */
#ifndef SVCQL_SCHEDULE_H
#define SVCQL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

struct schedule;

struct schedule_clock {
    double (*wall)(void *data);   /* seconds since the epoch */
    double (*uptime)(void *data); /* seconds since boot, sleep included: never steps */
    const char *boot;             /* names the running boot */
    void       *data;
};

struct schedule_setup {
    const char           *config; /* NULL: the shipped pack */
    const char           *state;  /* NULL: in memory */
    const char           *output; /* as --output says; NULL: as the configuration says */
    struct schedule_clock clock;  /* wall == NULL: the system's */
    bool (*waiting)(void *data);  /* called while a query runs: true ends it */
    void (*notice)(int priority, const char *text); /* NULL: standard error */
    void *data;
};

/* 0, or a negative errno after a notice. The setup is copied, its texts are not. */
int  schedule_open(const struct schedule_setup *setup, struct schedule **ret);
void schedule_close(struct schedule *schedule); /* accepts NULL */

/* Read the configuration again. Where it is bad the old one stays: a notice, -EINVAL. */
int schedule_reload(struct schedule *schedule);

/* Run what is due, or all where `all` is set, and deliver. Returns how many queries failed, are
 * denied, or wait for a state that cannot be written. */
int schedule_tick(struct schedule *schedule, bool all);

/* Seconds until schedule_tick() has something to do. */
double schedule_wait(struct schedule *schedule);

/* Whether lines wait that could not be delivered. */
bool schedule_backlog(struct schedule *schedule);

/* Why nothing is run: the state cannot be written. NULL where it can. */
const char *schedule_trouble(const struct schedule *schedule);

size_t schedule_queries(const struct schedule *schedule);

#endif
