#include "host.h"

const char host_kind[] = "linux";
