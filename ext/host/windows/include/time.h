/* time.h -- with what POSIX has and Windows lacks: text.c. */
#include <sys/types.h>
#include_next <time.h>
#ifndef SVCQL_WINDOWS_TIME_H
#define SVCQL_WINDOWS_TIME_H

#include <pthread_time.h>

#define CLOCK_MONOTONIC_COARSE CLOCK_MONOTONIC

time_t     timegm(struct tm *time) __asm__("host_timegm");
struct tm *gmtime_r(const time_t *time, struct tm *ret) __asm__("host_gmtime_r");
struct tm *localtime_r(const time_t *time, struct tm *ret) __asm__("host_localtime_r");

#endif
