/* hive_file.h -- a registry hive as a source of evidence: the file, its logs beside it, the place
 * that it has in the registry of its host. */
#ifndef SVCQL_HIVE_FILE_H
#define SVCQL_HIVE_FILE_H

#include "evidence.h"
#include "formats/hive/hive.h"
#include "formats/text/buffer.h"
#include "root.h"
#include "table.h"

struct hive_file {
    struct hive     hive;
    struct root_map map, base; /* the file; of a differencing hive its base beside it */
    enum hive_kind  kind;
    struct buffer   root; /* path of its root key: HKEY_LOCAL_MACHINE\SYSTEM */
    struct buffer   host; /* the evidence's or, of a file that no evidence holds, the hive's own */
    const char     *why;  /* in words, where hive_file_open() failed; static */
    bool            open;
    bool            is_base; /* not opened: it is read with the differencing hive beside it */
};

/* Documentation of the column `copy` of every table of hives. */
#define HIVE_COPY_DOC                                                                              \
    "Copy of the registry that it is from: RegBack, Windows.old, the folder of a volume's "        \
    "shadow, or the name of a compressed hive beside the plain one; "                              \
    "NULL: the registry in use"

/* Map and open the hive and replay its logs, in memory that is ours alone. 0 or a negative errno;
 * hive_file_close() is due in either case, and accepts a zeroed one. */
int hive_file_open(const struct source *source, struct hive_file *file);
/* The same, of which a few keys are asked: no more is read than they need. */
int  hive_file_open_parts(const struct source *source, struct hive_file *file);
void hive_file_close(struct hive_file *file);

/* Complete the report of a hive that hive_file_open() opened or could not. */
void hive_file_report(struct tbl_scan *scan, const struct hive_file *file, struct report *report);

#endif
