/* rule_files.h -- the files that svcql_rules() is given: a file, a folder with all below it, or a
 * pattern with *. Not evidence: paths are those of this host. */
#ifndef SVCQL_RULE_FILES_H
#define SVCQL_RULE_FILES_H

#include "root.h"
#include "table.h"

#define RULE_FILES_MAX 50000 /* of one call */

/* What a file is, by the end of its name. */
enum rule_form { RULE_NONE, RULE_SQL, RULE_JSON, RULE_YAML };
enum rule_form rule_form_of(const char *name);

/* Call `each` with every file of rules, in the order of names: the path to open it with, and the
 * name to show, which begins below a folder or is as given. An SQLite code; one that is not
 * SQLITE_OK ends it. */
typedef int rule_file_fn(struct tbl_scan *scan, const struct root *root, const char *path,
                         const char *name);
int         rule_files_each(struct tbl_scan *scan, const char *path, rule_file_fn *each);

#endif
