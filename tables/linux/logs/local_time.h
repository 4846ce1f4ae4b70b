/* local_time.h -- the time zone of a root: formats/log/time_zone.h, read from its files. */
#ifndef SVCQL_LOCAL_TIME_H
#define SVCQL_LOCAL_TIME_H

#include "formats/log/time_zone.h"
#include "root.h"

/* The zone of a root from its /etc/localtime or, where the target of that is missing, from its name
 * there or in /etc/timezone and this machine's rules; and that name, "" where none is known.
 * -ENOENT: the root has no information on its zone. */
int time_zone_of_root(const struct root *root, struct time_zone **ret, char ret_name[64]);

#endif
