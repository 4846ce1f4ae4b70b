/* table_sources.c -- the sources of a scan, for tables: one way to begin, to go on and to fail. */
#include <errno.h>
#include <string.h>

#include "evidence.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

/* The kinds of artefact of a set, in words: "event_log, event_json". */
static char *names_of(unsigned artefacts)
{
    sqlite3_str *text = sqlite3_str_new(NULL);

    for (unsigned a = 0; a < ARTEFACT_COUNT; a++)
        if (artefacts & 1u << a)
            sqlite3_str_appendf(text, "%s%s", sqlite3_str_length(text) ? ", " : "",
                                artefact_name((enum artefact)a));
    return sqlite3_str_finish(text);
}

/* A pattern that no file fits, or a folder without anything that the table reads: no rows would
 * look like an answer. */
static int fail_empty(struct tbl_scan *scan, const struct sources_want *want)
{
    const char *table = tbl_name(scan);

    if (strpbrk(want->path, "*?["))
        return tbl_fail(scan, "%s: no file fits %s", table, want->path);
    char *names = names_of(want->artefacts);
    int   rc = names ? tbl_fail(scan, "%s: %s: no file of a kind that this table reads: %s", table,
                                want->path, names)
                     : SQLITE_NOMEM;
    sqlite3_free(names);
    return rc;
}

int tbl_sources_error(struct tbl_scan *scan, int negative_errno, const struct sources_want *want)
{
    const char *what = want->path     ? want->path
                       : want->source ? want->source
                       : want->root   ? want->root
                                      : "evidence";

    if (negative_errno == -ENODATA && want->path)
        return fail_empty(scan, want);
    return tbl_error(scan, negative_errno, what);
}

int tbl_sources_begin(struct tbl_scan *scan, struct sources *sources,
                      const struct sources_want *want)
{
    int r = sources_begin(sources, tbl_svcql(scan), want);

    return r < 0 ? tbl_sources_error(scan, r, want) : SQLITE_OK;
}

int tbl_sources_next(struct tbl_scan *scan, struct sources *sources, struct source *ret)
{
    int r = sources_next(sources, ret);

    return r > 0 ? SQLITE_ROW : r < 0 ? tbl_error(scan, r, "evidence") : SQLITE_DONE;
}

char *tbl_shown(struct tbl_scan *scan, const struct root *root, const char *path)
{
    char shown[2 * ROOT_PATH_MAX];

    root_shown(root, path, shown);
    return tbl_strndup(scan, shown, strlen(shown));
}
