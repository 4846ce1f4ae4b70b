/* detections.h -- detections that were not built in: checked, tested and evaluated.
 *
 * They come from a folder of files like those of sql/signals, and run in a private connection to an
 * empty database in memory that has only the current row and deterministic functions: no table of
 * an opened database, no file, no clock. A fault of one is reported with its file and line; the
 * others still work.
 *
 *     r = detections_load("/etc/svcql/signals.d", &faults, &detections);
 *     ...
 *     detections_judge(detections, "unit", n, values, &fired); // ,"name","name"
 *     detections_free(detections);
 */
#ifndef SVCQL_DETECTIONS_H
#define SVCQL_DETECTIONS_H

#include "detection_file.h"
#include "formats/text/buffer.h"
#include "shapes.h"
#include "sqlite3ext.h"

struct detections;

/* Read every NAME.sql of a folder; those with a fault are left out. `faults` must live as long as
 * the detections. Returns 0, or a negative errno where the folder cannot be read. */
int  detections_load(const char *folder, struct detection_faults *faults, struct detections **ret);
void detections_free(struct detections *detections);

/* The i-th detection, or NULL after the last or where there is none. */
const struct detection_file *detections_at(const struct detections *detections, size_t i);

/* Remove the i-th detection, as its name is used already. */
void detections_drop(struct detections *detections, size_t i);

/* Run the fires and spares of all of them, and report each that is wrong. Returns how many were run, or
 * a negative errno. */
int detections_test(struct detections *detections);

/* Add the name of each detection that fires for a row of a shape, as ,"name". The values are those
 * of the shape's columns, in order. A detection that fails is reported once and left out
 * afterwards. Returns an SQLite code. */
int detections_judge(struct detections *detections, const char *shape, int n,
                     sqlite3_value **values, struct buffer *fired);

#endif
