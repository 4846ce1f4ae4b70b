#include "host.h"

#include <errno.h>

int host_processes(struct host_processes *ret)
{
    (void)ret;
    return -EOPNOTSUPP;
}

void host_processes_free(struct host_processes *processes)
{
    (void)processes;
}

int host_process_details(const struct host_process *process, unsigned parts,
                         struct host_process_details *ret)
{
    (void)process, (void)parts, (void)ret;
    return -EOPNOTSUPP;
}

void host_process_details_free(struct host_process_details *details)
{
    (void)details;
}
