/* journal_ends.h -- where the entries of journal files are in time, as their headers say. */
#ifndef SVCQL_JOURNAL_ENDS_H
#define SVCQL_JOURNAL_ENDS_H

#include "root.h"
#include "table.h"

/* Widen *ends by those of the files of a source, a journal file or a folder of them.
 * What cannot be read changes nothing. 0; -ESPIPE where one of them has no header that can be read at once:
 * an export, a compressed file, a member of an archive; or -ENOMEM. */
int journal_ends(const struct root *root, const char *path, struct tbl_ends *ends);

#endif
