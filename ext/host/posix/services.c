#include "host.h"

#include <errno.h>

int host_services(struct host_services *ret)
{
    (void)ret;
    return -EOPNOTSUPP;
}

void host_services_free(struct host_services *services)
{
    (void)services;
}

int host_service_setup(const char *name, struct host_service_setup *ret)
{
    (void)name, (void)ret;
    return -EOPNOTSUPP;
}

void host_service_setup_free(struct host_service_setup *setup)
{
    (void)setup;
}
