/* systemd_managers.c -- the running service managers themselves: where each searches for units, and
 * the environment of every process that it starts.
 *
 *     SELECT scope, e.value FROM systemd_managers, json_each(environment) AS e
 *     WHERE e.value LIKE 'LD_%';
 */
#include <errno.h>
#include <string.h>

#include "manager_scan.h"
#include "systemd_value.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct row {
    const char *scope, *version, *state, *unit_path, *environment, *features, *tainted;
    const char *virtualization, *architecture, *control_group, *standard_output, *log_level;
    int64_t     units, failed_units, jobs;
    double      start_time, units_load_time;
    const char *socket, *host, *source;
    const char *address; /* arguments */
    int64_t     optional;
};

struct state {
    struct manager_scan managers;
    struct value        value;
    struct tbl_scan    *scan;
    struct row         *row;
};

/* Of the interface org.freedesktop.systemd1.Manager, org.freedesktop.systemd1(5). */
static const struct property {
    const char                *name;
    size_t                     offset;
    const struct value_reader *reader;
} properties[] = {
    {"Architecture", offsetof(struct row, architecture), &value_text},
    {"ControlGroup", offsetof(struct row, control_group), &value_text},
    {"DefaultStandardOutput", offsetof(struct row, standard_output), &value_text},
    {"Environment", offsetof(struct row, environment), &value_list},
    {"Features", offsetof(struct row, features), &value_text},
    {"LogLevel", offsetof(struct row, log_level), &value_text},
    {"NFailedUnits", offsetof(struct row, failed_units), &value_uint32},
    {"NJobs", offsetof(struct row, jobs), &value_uint32},
    {"NNames", offsetof(struct row, units), &value_uint32},
    {"SystemState", offsetof(struct row, state), &value_text},
    {"Tainted", offsetof(struct row, tainted), &value_text},
    {"UnitPath", offsetof(struct row, unit_path), &value_list},
    {"UnitsLoadStartTimestamp", offsetof(struct row, units_load_time), &value_time},
    {"UserspaceTimestamp", offsetof(struct row, start_time), &value_time},
    {"Version", offsetof(struct row, version), &value_text},
    {"Virtualization", offsetof(struct row, virtualization), &value_text},
};

static int store(struct state *state, const struct property *property)
{
    struct value *value = &state->value;
    void         *field = (char *)state->row + property->offset;

    if (property->reader->kind == VALUE_NUMBER)
        *(int64_t *)field = value->number;
    else if (property->reader->kind == VALUE_REAL)
        *(double *)field = value->real;
    else if (!(*(const char **)field =
                   tbl_strndup(state->scan, value->text.data, value->text.size)))
        return -ENOMEM;
    return 0;
}

static int got_property(void *data, const char *name, struct dbus_reader *m)
{
    struct state *state = data;

    for (size_t i = 0; i < TBL_COUNT(properties); i++) {
        if (strcmp(properties[i].name, name) != 0)
            continue;
        int r = value_read(m, properties[i].reader, &state->value);
        return r > 0 ? store(state, &properties[i]) : r;
    }
    return dbus_skip(m, 1);
}

static int got_properties(void *data, struct dbus_reader *reply, int error)
{
    return error ? error : value_properties(reply, got_property, data);
}

static int ask(struct manager *manager, void *data)
{
    return manager_call(manager, MANAGER_PATH, DBUS_PROPERTIES, "GetAll", got_properties, data, "s",
                        MANAGER_INTERFACE);
}

static int managers_open(struct tbl_scan *scan)
{
    struct state     *state = tbl_state(scan);
    const struct row *key = tbl_key(scan);

    state->scan = scan;
    return manager_scan_begin(
        &state->managers, tbl_svcql(scan),
        &(struct manager_scan_want){.table = "systemd_managers",
                                    .address = key->address,
                                    .host = key->host,
                                    .scopes = TBL_TERMS(scan, struct row, scope),
                                    .first = ask,
                                    .data = state,
                                    .optional = key->optional != TBL_NULL && key->optional != 0});
}

static int managers_next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct manager_scan *s = &state->managers;
    struct row          *row = state->row = out;

    int rc = manager_scan_next(s);
    if (rc == SQLITE_CANTOPEN)
        return tbl_fail(scan, "systemd_managers: %s", s->failure);
    row->scope = s->scope;
    row->source = s->source;
    row->socket = s->socket;
    row->host = s->host;
    s->records++;
    return rc;
}

static void managers_close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_free(&state->value.text);
    manager_scan_end(&state->managers);
}

static int managers_probe(struct svcql *svcql)
{
    return manager_scan_probe(svcql, "systemd_managers");
}

static const struct tbl_column columns[] = {
    TBL_COL(struct row, scope, TBL_KEY | TBL_ID,
            "system, user:UID for a user's manager, capsule:NAME for a capsule's"),
    TBL_COL(struct row, version, 0, "Version of systemd"),
    TBL_COL(struct row, state, 0, "Its state: running, degraded, starting, stopping, maintenance"),
    TBL_COL(struct row, unit_path, 0,
            "Directories in which it searches for units, by precedence, as a JSON array"),
    TBL_COL(struct row, environment, 0,
            "Environment of what it starts, as a JSON array: DefaultEnvironment= and what "
            "set-environment added"),
    TBL_COL(struct row, features, 0, "Options it was built with, such as +SELINUX"),
    TBL_COL(struct row, tainted, 0,
            "Unusual properties that it reports, joined by colons; empty if none"),
    TBL_COL(struct row, virtualization, 0, "Machine or container it runs in; empty if none"),
    TBL_COL(struct row, architecture, 0, "Processor it was built for"),
    TBL_COL(struct row, control_group, 0, "Control group above all its units; empty for the root"),
    TBL_COL(struct row, standard_output, 0, "Default destination of the output of a service"),
    TBL_COL(struct row, log_level, 0, "Least important messages that it logs"),
    TBL_COL(struct row, units, 0, "Names of units that it has loaded"),
    TBL_COL(struct row, failed_units, 0, "Units that have failed"),
    TBL_COL(struct row, jobs, 0, "Queued jobs"),
    TBL_COL(struct row, start_time, 0, "When it was started, seconds since the epoch"),
    TBL_COL(struct row, units_load_time, 0,
            "When it last read all unit files, as by daemon-reload, seconds since the epoch"),
    TBL_COL(struct row, socket, 0, "Socket on which it answered"),
    TBL_COL(struct row, host, TBL_KEY, "Host it is on"),
    TBL_COL(struct row, source, TBL_ID, "Origin of the row: bus: and the scope"),
    TBL_COL(struct row, address, TBL_KEY | TBL_HIDDEN,
            "Argument: ask the manager at this socket, and no other"),
    TBL_COL(struct row, optional, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 to get no rows instead of an error where no manager can be reached"),
};

static const struct tbl_example examples[] = {
    {"Directories of units that are not usual",
     "SELECT scope, p.value AS directory FROM systemd_managers, json_each(unit_path) AS p "
     "WHERE optional = 1 AND p.value NOT GLOB '/etc/*' AND p.value NOT GLOB '/run/*' "
     "AND p.value NOT GLOB '/usr/*' AND p.value NOT GLOB '/lib/*'"},
    {"Variables that every service gets",
     "SELECT scope, e.value AS variable FROM systemd_managers, json_each(environment) AS e "
     "WHERE optional = 1"},
};

const struct tbl_table systemd_managers_table = {
    .name = "systemd_managers",
    .doc = "The running systemd managers: unit path, environment, version and state of each",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct row),
    .state_size = sizeof(struct state),
    .rows = 3,
    .artefacts = 1u << ARTEFACT_LIVE,
    .open = managers_open,
    .next = managers_next,
    .close = managers_close,
    .probe = managers_probe,
};
