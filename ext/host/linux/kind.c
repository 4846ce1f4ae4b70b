#include "host.h"

const char     host_kind[] = "linux";
const unsigned host_root_flags = 0;
