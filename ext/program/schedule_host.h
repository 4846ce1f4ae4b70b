/* schedule_host.h -- the name and the clocks of the host that the schedule runs on. */
#ifndef SVCQL_SCHEDULE_HOST_H
#define SVCQL_SCHEDULE_HOST_H

#include <stddef.h>

#include "configuration.h"
#include "schedule.h"

void host_name(char *name, size_t size);

/* The hostIdentifier of the log, as options.host_identifier chooses. */
void host_identifier(const struct schedule_options *options, const char *instance, char *text,
                     size_t size);

/* The system's clocks, and the kernel's name of this boot. */
struct schedule_clock system_clock(void);

#endif
