/* embedded_files.h -- files of the source tree that are part of the program. */
#ifndef SVCQL_EMBEDDED_FILES_H
#define SVCQL_EMBEDDED_FILES_H

#include <stddef.h>

enum embedded_file {
    EMBEDDED_PACK, /* sql/packs/t1569.json: the pack that ships */
    EMBEDDED_PAGE, /* ext/program/report/: the report, its look, its script */
    EMBEDDED_STYLE,
    EMBEDDED_SCRIPT,
    EMBEDDED_ECS, /* sql/exports/: one SELECT each */
    EMBEDDED_OCSF,
    EMBEDDED_TIMESKETCH,
    EMBEDDED_NAVIGATOR
};

/* The content of a file; a NUL follows its last byte and is not counted in `ret_size`. */
const char *embedded_file(enum embedded_file file, size_t *ret_size);

#endif
