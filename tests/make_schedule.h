/* make_schedule.h -- a schedule on a clock of the test's own, and a checker of result logs. */
#ifndef SVCQL_MAKE_SCHEDULE_H
#define SVCQL_MAKE_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "program/schedule.h"

/* Clocks that stop until a test moves them. */
extern double wall_now, uptime_now;

/* Notices of the schedule, one a line, since schedule_begin(). */
extern char notices[16384];

/* A schedule over DIR/svcql.conf with that text, its state in DIR/state.db and its log in DIR/log;
 * fails the test where it does not open. */
struct schedule      *schedule_begin(const char *dir, const char *configuration);
struct schedule_setup schedule_setup_of(const char *dir);

/* Move both clocks and run what is due. */
int schedule_after(struct schedule *schedule, double seconds);

/* Check one line of a result log by the description of osquery's format: keys, their order, their
 * types, and their consistency. NULL where it is right, else the fault. */
const char *log_line_error(const char *line, size_t size);

/* The lines of DIR/log, each checked, as "name counter action rows". */
char *schedule_log(const char *dir);

#endif
