/* table.c -- what a table gets from its scan, and how it fails the query. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "scan.h"

SQLITE_EXTENSION_INIT3

struct svcql *tbl_svcql(const struct tbl_scan *scan)
{
    return ((const struct vtab *)scan->base.pVtab)->svcql;
}

const char *tbl_name(const struct tbl_scan *scan)
{
    return scan_table(scan)->name;
}

void *tbl_state(struct tbl_scan *scan)
{
    return scan->state;
}

const void *tbl_key(const struct tbl_scan *scan)
{
    return scan->key;
}

static int fail(sqlite3_vtab *vtab, char *message)
{
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg = message;
    return message ? SQLITE_ERROR : SQLITE_NOMEM;
}

int tbl_fail(struct tbl_scan *scan, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *message = sqlite3_vmprintf(format, ap);
    va_end(ap);
    return fail(scan->base.pVtab, message);
}

int tbl_error(struct tbl_scan *scan, int negative_errno, const char *what)
{
    char buffer[128];

    if (negative_errno == -ENOMEM)
        return SQLITE_NOMEM;
    return tbl_fail(scan, "%s: %s: %s", scan_table(scan)->name, what,
                    strerror_r(-negative_errno, buffer, sizeof buffer));
}
