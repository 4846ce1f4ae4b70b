/* detections_parts.h -- what detections consist of, for the sources that load, run and test them. */
#ifndef SVCQL_DETECTIONS_PARTS_H
#define SVCQL_DETECTIONS_PARTS_H

#include "detection_file.h"
#include "detection_row.h"
#include "detection_sql.h"
#include "shapes.h"
#include "sqlite3ext.h"

/* A detection's expression for one shape. */
struct arm {
    const struct detection_file    *file;
    const struct detection_section *section;
};

/* What is known of a shape: the present row of its table, and its detections. */
struct judged {
    struct detection_row row;
    struct arm          *arms;
    size_t               n_arms;
    sqlite3_stmt        *stmt; /* one column an arm; NULL: to be prepared */
};

struct detections {
    struct detection_sql     sql;
    struct shapes            shapes;
    struct judged           *judged; /* one a shape */
    struct detection_file  **files;
    size_t                   n_files;
    struct detection_faults *faults;
};

#endif
