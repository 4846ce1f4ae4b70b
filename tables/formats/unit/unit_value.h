/* unit_value.h -- values that a manager parses before it takes them: times of timers, addresses of
 * sockets, paths (systemd.time(7), systemd.socket(5) "Options"; src/shared/calendarspec.c,
 * src/basic/time-util.c and src/shared/socket-netlink.c of systemd 252 for what is accepted).
 *
 *     unit_calendar_valid("Mon..Fri *-*-* 03:00")    true
 */
#ifndef SVCQL_UNIT_VALUE_H
#define SVCQL_UNIT_VALUE_H

#include <stdbool.h>

#include "formats/text/buffer.h"

/* A time of OnCalendar=, without its time zone (unit_calendar_zone()). */
bool unit_calendar_valid(const char *text);

/* The word after the last blank, which may be a time zone: its offset; 0: there is none. "UTC" needs no
 * further look; others are zones where zoneinfo has a file of that name. */
size_t unit_calendar_zone(const char *text);

/* A span of time, "1h 30min"; without a unit, seconds. */
bool unit_timespan_valid(const char *text);

/* An address of ListenStream=, ListenDatagram= and ListenSequentialPacket=: 0, or the errno with which
 * the manager refuses it. *ret_internet: it is a port, an internet address or a vsock. */
int unit_address_check(const char *text, bool *ret_internet);

/* The same of ListenNetlink=. */
int unit_netlink_check(const char *text);

/* Append why the manager passes over a setting of this section, in its own words, and return true;
 * false where it takes it. `zone` says whether a time zone exists; NULL: all do. */
struct unit_value_host {
    bool (*zone)(const void *data, const char *name);
    const void *data;
};
bool unit_value_refused(const char *section, const char *key, const char *value,
                        const struct unit_value_host *host, struct buffer *ret);

#endif
