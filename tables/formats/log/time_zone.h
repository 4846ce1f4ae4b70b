/* time_zone.h -- from a host's local time to UTC, by the host's own rules.
 *
 * Logs of packages and syslog write local time without a zone. What /etc/localtime of the same
 * root says turns it into UTC. Format facts: RFC 8536 (TZif), and POSIX.1-2017, section 8.3, for
 * the TZ string that rules the time after the last transition.
 */
#ifndef SVCQL_TIME_ZONE_H
#define SVCQL_TIME_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct time_zone; /* NULL is a zone too: UTC */

/* -EBADMSG where the bytes are not a time zone file; -ENOMEM. */
int  time_zone_parse(const uint8_t *data, size_t size, struct time_zone **ret);
void time_zone_free(struct time_zone *zone);

/* What a wall clock that shows `local` (seconds from 1970-01-01 00:00 on that clock) means in
 * seconds since the epoch. Of an hour that comes twice it is the first; one that is left out counts
 * on from before the gap. */
int64_t time_zone_utc(const struct time_zone *zone, int64_t local);

/* Seconds from 1970-01-01 00:00 to a date and time of the Gregorian calendar. */
int64_t time_civil(int64_t year, int month, int day, int hour, int minute, int second);

#endif
