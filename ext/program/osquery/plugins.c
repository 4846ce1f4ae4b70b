#include "program/osquery/plugins.h"

#include <string.h>
#include <strings.h>

#include "formats/thrift/osquery_message.h"

/* Types --------------------------------------------------------------------------- */

/* A view's column has the type of the columns of that name in tables, where they agree; these are the
 * others, sorted, "view.column" before "column" and "view.*" after both. What is nowhere is text. */
static const struct type_of {
    const char      *name;
    enum plugin_type type;
} types[] = {
    {"age", PLUGIN_DOUBLE},
    {"applicable", PLUGIN_BIGINT},
    {"baseline_now.detail", PLUGIN_TEXT},
    {"by_manager", PLUGIN_BIGINT},
    {"changed", PLUGIN_DOUBLE},
    {"command_facts.parent", PLUGIN_TEXT},
    {"command_facts.service_account", PLUGIN_BIGINT},
    {"command_signals.service_account", PLUGIN_BIGINT},
    {"config_valid", PLUGIN_BIGINT},
    {"copied", PLUGIN_BIGINT},
    {"coverage_spans.first", PLUGIN_DOUBLE},
    {"coverage_spans.last", PLUGIN_DOUBLE},
    {"day", PLUGIN_BIGINT},
    {"decides", PLUGIN_BIGINT},
    {"disables", PLUGIN_BIGINT},
    {"first_time", PLUGIN_DOUBLE},
    {"in_system", PLUGIN_BIGINT},
    {"in_upgrade", PLUGIN_BIGINT},
    {"incident_events.step", PLUGIN_TEXT},
    {"incident_facts.analytics", PLUGIN_BIGINT},
    {"incident_facts.seconds", PLUGIN_DOUBLE},
    {"incident_signals.analytics", PLUGIN_BIGINT},
    {"incident_signals.seconds", PLUGIN_DOUBLE},
    {"kernel_info.device", PLUGIN_TEXT},
    {"kernel_modules.size", PLUGIN_BIGINT},
    {"kernel_modules.*", PLUGIN_TEXT},
    {"last.time", PLUGIN_BIGINT},
    {"last.type", PLUGIN_BIGINT},
    {"last_time", PLUGIN_DOUBLE},
    {"launchd.*", PLUGIN_TEXT},
    {"local", PLUGIN_BIGINT},
    {"logs.*", PLUGIN_TEXT},
    {"logs_linux.*", PLUGIN_TEXT},
    {"logs_macos.*", PLUGIN_TEXT},
    {"logs_windows.*", PLUGIN_TEXT},
    {"made", PLUGIN_BIGINT},
    {"minutes", PLUGIN_BIGINT},
    {"mounts.blocks", PLUGIN_BIGINT},
    {"mounts.blocks_available", PLUGIN_BIGINT},
    {"mounts.blocks_free", PLUGIN_BIGINT},
    {"mounts.blocks_size", PLUGIN_BIGINT},
    {"mounts.inodes", PLUGIN_BIGINT},
    {"mounts.inodes_free", PLUGIN_BIGINT},
    {"mounts.*", PLUGIN_TEXT},
    {"mtime", PLUGIN_DOUBLE},
    {"obfuscated", PLUGIN_BIGINT},
    {"of_hosts", PLUGIN_BIGINT},
    {"os_version.install_date", PLUGIN_BIGINT},
    {"os_version.major", PLUGIN_BIGINT},
    {"os_version.minor", PLUGIN_BIGINT},
    {"os_version.patch", PLUGIN_BIGINT},
    {"os_version.revision", PLUGIN_BIGINT},
    {"osquery_info.pid", PLUGIN_BIGINT},
    {"osquery_info.start_time", PLUGIN_BIGINT},
    {"osquery_info.watcher", PLUGIN_BIGINT},
    {"parent", PLUGIN_TEXT},
    {"patch_cycle", PLUGIN_BIGINT},
    {"platform_info.size", PLUGIN_TEXT},
    {"platform_info.vendor", PLUGIN_TEXT},
    {"platform_mask", PLUGIN_BIGINT},
    {"port", PLUGIN_BIGINT},
    {"program_writable", PLUGIN_BIGINT},
    {"random_bits", PLUGIN_DOUBLE},
    {"rare_items.hosts", PLUGIN_BIGINT},
    {"removed", PLUGIN_BIGINT},
    {"running", PLUGIN_BIGINT},
    {"runtime", PLUGIN_BIGINT},
    {"seconds", PLUGIN_BIGINT},
    {"security", PLUGIN_BIGINT},
    {"security_neighbour", PLUGIN_BIGINT},
    {"services.service_exit_code", PLUGIN_BIGINT},
    {"services.win32_exit_code", PLUGIN_BIGINT},
    {"shell_only", PLUGIN_BIGINT},
    {"short", PLUGIN_DOUBLE},
    {"starves", PLUGIN_BIGINT},
    {"steps", PLUGIN_BIGINT},
    {"system_info.cpu_logical_cores", PLUGIN_BIGINT},
    {"system_info.cpu_physical_cores", PLUGIN_BIGINT},
    {"system_info.cpu_sockets", PLUGIN_BIGINT},
    {"system_info.physical_memory", PLUGIN_BIGINT},
    {"time", PLUGIN_DOUBLE},
    {"time.hour", PLUGIN_BIGINT},
    {"time.month", PLUGIN_BIGINT},
    {"unix_time", PLUGIN_BIGINT},
    {"unnamed", PLUGIN_BIGINT},
    {"uptime.days", PLUGIN_BIGINT},
    {"uptime.hours", PLUGIN_BIGINT},
    {"uptime.total_seconds", PLUGIN_BIGINT},
    {"vendor", PLUGIN_BIGINT},
    {"volume_size", PLUGIN_BIGINT},
    {"whole_key", PLUGIN_BIGINT},
    {"win_timestamp", PLUGIN_BIGINT},
    {"window", PLUGIN_DOUBLE},
    {"year", PLUGIN_BIGINT},
};

static const struct type_of *known_type(const char *view, const char *column)
{
    size_t n = view ? strlen(view) : 0;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *name = types[i].name;
        if (view && (strncmp(name, view, n) != 0 || name[n] != '.'))
            continue;
        if (strcmp(view ? name + n + 1 : name, column) == 0)
            return &types[i];
    }
    return NULL;
}

static enum plugin_type declared_type(const char *type)
{
    if (!type)
        return PLUGIN_TEXT;
    if (strcmp(type, "INTEGER") == 0 || strcmp(type, "BOOLEAN") == 0 || strcmp(type, "INT") == 0)
        return PLUGIN_BIGINT;
    return strcmp(type, "REAL") == 0 ? PLUGIN_DOUBLE : PLUGIN_TEXT;
}

/* Loading -------------------------------------------------------------------------- */

enum { COL_TABLE, COL_NAME, COL_TYPE, COL_KEY, COL_NOCASE, COL_HIDDEN, COL_IS_VIEW, COL_SAME };

static const char columns_sql[] =
    "WITH c AS MATERIALIZED (SELECT c.*, t.kind <> 'table' AS is_view FROM svcql_columns AS c "
    "  JOIN svcql_tables AS t ON t.name = c.table_name AND t.kind <> 'function'), "
    "same AS MATERIALIZED (SELECT lower(name) AS name, "
    "  iif(count(DISTINCT replace(type, 'BOOLEAN', 'INTEGER')) = 1, min(type), NULL) AS type "
    "  FROM c WHERE NOT is_view GROUP BY 1) "
    "SELECT c.table_name, c.name, c.type, c.key, c.collation = 'NOCASE', c.hidden, c.is_view, "
    "same.type "
    "FROM c LEFT JOIN same ON same.name = lower(c.name) ORDER BY c.table_name, c.position";

static const char *text(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

static enum plugin_type column_type(sqlite3_stmt *stmt)
{
    const char *name = text(stmt, COL_NAME);

    if (!sqlite3_column_int(stmt, COL_IS_VIEW))
        return declared_type(text(stmt, COL_TYPE));
    const struct type_of *known = known_type(text(stmt, COL_TABLE), name);
    if (!known)
        known = known_type(text(stmt, COL_TABLE), "*");
    if (!known)
        known = known_type(NULL, name);
    if (known)
        return known->type;
    return declared_type(text(stmt, COL_SAME) ? text(stmt, COL_SAME) : text(stmt, COL_TYPE));
}

static unsigned column_options(sqlite3_stmt *stmt)
{
    const char *key = text(stmt, COL_KEY), *name = text(stmt, COL_NAME);
    unsigned    options = 0;

    if (sqlite3_column_int(stmt, COL_HIDDEN))
        options |= PLUGIN_HIDDEN;
    if (sqlite3_column_int(stmt, COL_NOCASE))
        options |= PLUGIN_NOCASE;
    if (strcmp(name, "host") == 0 || (strcmp(name, "source") == 0 && !(options & PLUGIN_HIDDEN)))
        return options;
    if (key && strchr(key, '='))
        options |= PLUGIN_INDEX | PLUGIN_OPTIMIZED;
    if ((key && (strstr(key, "<>") || strstr(key, "prefix"))) ||
        (sqlite3_column_int(stmt, COL_IS_VIEW) && strcmp(name, "time") == 0))
        options |= PLUGIN_ADDITIONAL;
    if (key && strstr(key, "needed"))
        options |= PLUGIN_REQUIRED;
    return options;
}

static const char *keep(struct plugins *plugins, const char *a, const char *b)
{
    size_t size_a = strlen(a), size_b = strlen(b);
    char  *kept = arena_alloc(&plugins->arena, size_a + size_b + 1);

    if (!kept)
        return "";
    memcpy(kept, a, size_a);
    memcpy(kept + size_a, b, size_b);
    return kept;
}

/* A name that begins with svcql_ already stays as it is. */
static bool add_plugin(struct plugins *plugins, const char *table, size_t *room)
{
    struct plugin *items =
        arena_grow(&plugins->arena, plugins->items, plugins->n, room, sizeof *items);

    if (!items)
        return false;
    plugins->items = items;
    items[plugins->n++] = (struct plugin){
        .name = keep(plugins, strncmp(table, "svcql_", 6) == 0 ? "" : "svcql_", table),
        .table = keep(plugins, "", table)};
    return true;
}

static bool add_column(struct plugins *plugins, sqlite3_stmt *stmt, size_t *room)
{
    struct plugin        *plugin = &plugins->items[plugins->n - 1];
    struct plugin_column *columns =
        arena_grow(&plugins->arena, plugin->columns, plugin->n_columns, room, sizeof *columns);

    if (!columns)
        return false;
    plugin->columns = columns;
    columns[plugin->n_columns++] =
        (struct plugin_column){.name = keep(plugins, "", text(stmt, COL_NAME)),
                               .type = column_type(stmt),
                               .options = column_options(stmt)};
    return true;
}

static int add_all(struct plugins *plugins, sqlite3_stmt *stmt)
{
    size_t room = 0, column_room = 0;
    int    rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *table = text(stmt, COL_TABLE);
        if (!table || !text(stmt, COL_NAME))
            return SQLITE_NOMEM;
        if (plugins->n == 0 || strcmp(plugins->items[plugins->n - 1].table, table) != 0) {
            column_room = 0;
            if (!add_plugin(plugins, table, &room))
                return SQLITE_NOMEM;
        }
        if (!add_column(plugins, stmt, &column_room))
            return SQLITE_NOMEM;
    }
    return plugins->arena.failed ? SQLITE_NOMEM : rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int plugins_load(sqlite3 *db, struct plugins *ret)
{
    sqlite3_stmt *stmt = NULL;

    *ret = (struct plugins){0};
    int rc = sqlite3_prepare_v2(db, columns_sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = add_all(ret, stmt);
    sqlite3_finalize(stmt);
    return rc;
}

void plugins_free(struct plugins *plugins)
{
    arena_free(&plugins->arena);
    *plugins = (struct plugins){0};
}

const struct plugin *plugins_find(const struct plugins *plugins, const char *name)
{
    for (size_t i = 0; i < plugins->n; i++)
        if (strcmp(plugins->items[i].name, name) == 0)
            return &plugins->items[i];
    return NULL;
}

const struct plugin_column *plugin_column(const struct plugin *plugin, const char *name)
{
    for (size_t i = 0; i < plugin->n_columns; i++)
        if (strcasecmp(plugin->columns[i].name, name) == 0)
            return &plugin->columns[i];
    return NULL;
}

/* Description ---------------------------------------------------------------------- */

/* BIGINT also for a single key: osquery would take an INTEGER one for the rowid. */
static void put_column(struct buffer *b, const struct plugin_column *column)
{
    static const char *const names[] = {
        [PLUGIN_TEXT] = "TEXT", [PLUGIN_BIGINT] = "BIGINT", [PLUGIN_DOUBLE] = "DOUBLE"};
    char op[16];

    sqlite3_snprintf(sizeof op, op, "%u", column->options);
    thrift_put_map(b, THRIFT_STRING, THRIFT_STRING, 4);
    osquery_put_pair(b, "id", "column");
    osquery_put_pair(b, "name", column->name);
    osquery_put_pair(b, "type", names[column->type]);
    osquery_put_pair(b, "op", op);
}

size_t plugin_put_columns(struct buffer *b, const struct plugin *plugin)
{
    for (size_t i = 0; i < plugin->n_columns; i++)
        put_column(b, &plugin->columns[i]);
    thrift_put_map(b, THRIFT_STRING, THRIFT_STRING, 2);
    osquery_put_pair(b, "id", "attributes");
    osquery_put_pair(b, "attributes", "0");
    return plugin->n_columns + 1;
}
