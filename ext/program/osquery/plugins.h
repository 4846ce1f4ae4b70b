/* plugins.h -- svcql's tables and views as osquery's table plugins: svcql_findings for findings, and so on.
 *
 * Their columns, types and options are those of svcql_columns. osquery hands a term of a query to a plugin
 * only for a column with an option: INDEX where the table itself finds a value (and OPTIMIZED, so that
 * IN (...) is one call), ADDITIONAL for ranges and beginnings, REQUIRED where it cannot go without. `host`
 * and `source` have none: osquery takes an index for cheap and would scan a table for each host of another.
 */
#ifndef SVCQL_PLUGINS_H
#define SVCQL_PLUGINS_H

#include <sqlite3.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"

/* ColumnOptions of osquery. */
enum plugin_option {
    PLUGIN_INDEX = 1,
    PLUGIN_REQUIRED = 2,
    PLUGIN_ADDITIONAL = 4,
    PLUGIN_OPTIMIZED = 8,
    PLUGIN_HIDDEN = 16,
    PLUGIN_NOCASE = 64,
};
#define PLUGIN_TERMS (PLUGIN_INDEX | PLUGIN_REQUIRED | PLUGIN_ADDITIONAL)

enum plugin_type { PLUGIN_TEXT, PLUGIN_BIGINT, PLUGIN_DOUBLE };

struct plugin_column {
    const char *name;
    enum plugin_type
             type; /* BLOBs are text of hexadecimal digits, as in osquery's table registry */
    unsigned options;
};

struct plugin {
    const char           *name;  /* svcql_findings */
    const char           *table; /* findings */
    struct plugin_column *columns;
    size_t                n_columns;
};

struct plugins {
    struct plugin *items; /* sorted by name */
    size_t         n;
    struct arena   arena;
};

/* Read what a connection has. An SQLite code; plugins_free() after both. */
int  plugins_load(sqlite3 *db, struct plugins *ret);
void plugins_free(struct plugins *plugins);

const struct plugin *plugins_find(const struct plugins *plugins, const char *name);

/* The column of that name, in any case, or NULL. */
const struct plugin_column *plugin_column(const struct plugin *plugin, const char *name);

/* The rows that describe a plugin, as osquery's action "columns" and its registration have them; how many. */
size_t plugin_put_columns(struct buffer *b, const struct plugin *plugin);

#endif
