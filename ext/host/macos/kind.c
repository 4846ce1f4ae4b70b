#include "host.h"

/* The kernel ignores case and normal form where the volume does, and joins volumes by itself. */
const char     host_kind[] = "macos";
const unsigned host_root_flags = 0;
