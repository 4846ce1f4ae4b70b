/* systemd_units.c -- units as the running service managers, the system's and the users', have them
 * loaded.
 *
 *     SELECT scope, id, user, exec_start, fragment_path FROM systemd_units
 *     WHERE type = 'service' AND active_state = 'active' AND transient;
 *
 * One ListUnits a manager; then, for the units that pass the terms on its columns, the properties
 * that the query reads and no others, in batches whose calls are sent before the first answer is
 * awaited. A few properties are read by one Get each, more by one GetAll; see choose_method().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/units/unit_state.h"
#include "manager_scan.h"
#include "root.h"
#include "systemd_properties.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define UNIT_TYPES  "(ssssssouso)" /* of a unit in ListUnits' reply */
#define BATCH_FIRST 8              /* units of the first batches, so that LIMIT costs little */

/* Methods to get the properties of the interface Unit. */
enum method { BY_GET_ALL, BY_GET };

struct state {
    struct manager_scan     managers;
    struct properties       properties;
    bool                    listed;
    struct buffer           list_bytes; /* ListUnits' reply, whose strings the rows use */
    struct dbus_reader      list;
    struct unit             units[UNITS_MAX];
    size_t                  n_units, next_unit;
    size_t                  batch;     /* how many batches the current manager has had */
    uint64_t                effort[2]; /* of the system's manager for a unit, by method */
    struct root            *root;      /* of the disk from which states of unit files are read */
    struct unit_search     *search;
    struct unit_states     *states;
    const struct tbl_terms *id, *type, *load_state, *active_state, *sub_state;
};

/* States of unit files --------------------------------------------------------- */

/* To answer for the state of a unit's file, a manager searches the whole unit path, once for each
 * unit. So the states of the system's units are computed here, from one reading of the disk. If a
 * part of it is unreadable, the state is the manager's. */
static int open_states(struct state *state)
{
    struct unit_manager manager = {.scope = UNIT_SYSTEM, .uid = -1};

    int r = root_open("/", 0, &state->root);
    if (r < 0)
        return r;
    manager.version = unit_systemd_version(state->root);
    if ((r = unit_search_open(&state->search, state->root, &manager)) < 0)
        return r;
    for (size_t i = 0; i < state->search->n; i++)
        if (state->search->entries[i].error < 0)
            return 0;
    return state->search->lost ? 0 : unit_states_open(&state->states, state->search);
}

/* Whether the current manager is that of this system. */
static bool is_system(const struct state *state)
{
    return !state->managers.address && strcmp(state->managers.scope, "system") == 0;
}

static int set_state(struct state *state, struct unit *unit)
{
    if (!state->states || !is_system(state) || !unit_search_first(state->search, unit->id))
        return 0;
    return unit_states_lookup(state->states, unit->id, &unit->unit_file_state);
}

static void close_states(struct state *state)
{
    unit_states_free(state->states);
    unit_search_free(state->search);
    root_unref(state->root);
}

/* Batches --------------------------------------------------------------------- */

static void drop_batch(struct state *state)
{
    properties_reset(&state->properties);
    state->n_units = state->next_unit = 0;
}

static int got_list(void *data, struct dbus_reader *reply, int error)
{
    struct state *state = data;

    if (error)
        return error;
    int r = dbus_enter(reply, 'a', UNIT_TYPES);
    if (r <= 0)
        return r < 0 ? r : -EBADMSG;
    size_t size = reply->levels[0].end;
    buffer_reset(&state->list_bytes); /* of a socket that failed later */
    buffer_put(&state->list_bytes, reply->data, size);
    if (state->list_bytes.failed)
        return -ENOMEM;
    dbus_reader_begin(&state->list, (const uint8_t *)state->list_bytes.data, size, "a" UNIT_TYPES,
                      reply->big_endian);
    state->listed = true;
    return dbus_enter(&state->list, 'a', UNIT_TYPES);
}

static int list_units(struct manager *manager, void *data)
{
    return manager_call(manager, MANAGER_PATH, MANAGER_INTERFACE, "ListUnits", got_list, data,
                        NULL);
}

static const char *type_of(const char *id)
{
    const char *dot = strrchr(id, '.');

    return dot ? dot + 1 : NULL;
}

static bool wanted(const struct state *state, const struct unit *unit)
{
    return tbl_match_text(state->id, unit->id, false) &&
           tbl_match_text(state->type, unit->type, false) &&
           tbl_match_text(state->load_state, unit->load_state, false) &&
           tbl_match_text(state->active_state, unit->active_state, false) &&
           tbl_match_text(state->sub_state, unit->sub_state, false);
}

/* The next unit of the list that may be wanted: 1, or 0 at the end. */
static int next_listed(struct state *state, struct unit *unit)
{
    const char *job_type;
    uint32_t    job_id;
    int         r;

    do {
        r = dbus_read_values(&state->list, UNIT_TYPES, &unit->id, &unit->description,
                             &unit->load_state, &unit->active_state, &unit->sub_state,
                             &unit->following, &unit->object_path, &job_id, &job_type,
                             &unit->job_path);
        if (r <= 0)
            return r;
        unit->job_id = job_id;
        unit->job_type = job_type;
        unit->type = type_of(unit->id);
        state->managers.records++;
    } while (!wanted(state, unit));
    unit->scope = state->managers.scope;
    unit->source = state->managers.source;
    unit->host = state->managers.host;
    return 1;
}

/* Processor time of the system's manager in nanoseconds; 0 where it is unknown. */
static uint64_t effort(void)
{
    char    text[64] = "";
    int     fd = open("/proc/1/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    return n > 0 ? strtoull(text, NULL, 10) : 0;
}

/* Many properties cost less by GetAll. But GetAll also makes the manager compute the states of unit
 * files, if it has not done so since it last read them all; then it costs up to three times as much
 * as a Get for each other property. The first two batches of the system's manager measure which is
 * cheaper. */
static enum method choose_method(const struct state *state)
{
    if (!properties_many(&state->properties))
        return BY_GET;
    if (state->batch == 0 || !is_system(state))
        return BY_GET_ALL;
    if (state->batch == 1)
        return BY_GET;
    return 2 * state->effort[BY_GET_ALL] > 3 * state->effort[BY_GET] ? BY_GET : BY_GET_ALL;
}

static int fill(struct state *state, const struct unit *blank, size_t size, enum method method)
{
    int r = 1;

    while (r > 0 && state->n_units < size) {
        struct unit *unit = &state->units[state->n_units];
        *unit = *blank;
        if ((r = next_listed(state, unit)) <= 0)
            break;
        state->n_units++;
        if ((r = set_state(state, unit)) >= 0)
            r = properties_ask(&state->properties, &state->managers, unit, method == BY_GET_ALL);
        r = r < 0 ? r : 1;
    }
    return r < 0 ? r : manager_wait(state->managers.manager);
}

static int fill_batch(struct state *state, const struct unit *blank)
{
    enum method method = choose_method(state);
    bool     sample = state->batch < 2 && properties_many(&state->properties) && is_system(state);
    uint64_t before = sample ? effort() : 0;
    size_t   size = state->batch < 3 ? BATCH_FIRST : UNITS_MAX;

    drop_batch(state);
    int r = fill(state, blank, size, method);
    if (sample && state->n_units)
        state->effort[method] = (effort() - before) / state->n_units;
    state->batch++;
    return r;
}

static void drop_list(struct state *state)
{
    drop_batch(state);
    buffer_free(&state->list_bytes);
    state->listed = false;
    state->batch = 0;
}

/* The table ------------------------------------------------------------------ */

static int units_open(struct tbl_scan *scan)
{
    struct state            *state = tbl_state(scan);
    const struct unit       *key = tbl_key(scan);
    struct manager_scan_want want = {
        .table = "systemd_units",
        .address = key->address,
        .host = key->host,
        .scopes = TBL_TERMS(scan, struct unit, scope),
        .first = list_units,
        .data = state,
        .optional = key->optional != TBL_NULL && key->optional != 0,
    };

    state->id = TBL_TERMS(scan, struct unit, id);
    state->type = TBL_TERMS(scan, struct unit, type);
    state->load_state = TBL_TERMS(scan, struct unit, load_state);
    state->active_state = TBL_TERMS(scan, struct unit, active_state);
    state->sub_state = TBL_TERMS(scan, struct unit, sub_state);
    properties_plan(&state->properties, scan);
    int rc = manager_scan_begin(&state->managers, tbl_svcql(scan), &want);
    if (rc == SQLITE_OK && !state->managers.address && TBL_USES(scan, struct unit, unit_file_state))
        rc = open_states(state) == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
    return rc;
}

/* Fetch the next batch that has a unit, or report that none is left. */
static int next_batch(struct tbl_scan *scan, const struct unit *blank)
{
    struct state *state = tbl_state(scan);
    int           rc = SQLITE_ROW;

    while (rc == SQLITE_ROW && state->next_unit == state->n_units) {
        if (!state->listed && (rc = manager_scan_next(&state->managers)) != SQLITE_ROW)
            break;
        int r = fill_batch(state, blank);
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if (r < 0) {
            state->managers.skipped += (int64_t)state->n_units;
            if (manager_scan_lost(&state->managers, r) != SQLITE_OK)
                rc = SQLITE_NOMEM;
        }
        if (r < 0 || !state->n_units)
            drop_list(state);
    }
    return rc;
}

static int units_next(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    int rc = next_batch(scan, row);
    if (rc == SQLITE_CANTOPEN)
        return tbl_fail(scan, "systemd_units: %s", state->managers.failure);
    if (rc == SQLITE_ROW)
        memcpy(row, &state->units[state->next_unit++], sizeof(struct unit));
    return rc;
}

static void units_close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    drop_list(state);
    properties_end(&state->properties);
    close_states(state);
    manager_scan_end(&state->managers);
}

static int units_probe(struct svcql *svcql)
{
    return manager_scan_probe(svcql, "systemd_units");
}

/* unit_path_of_process -------------------------------------------------------- */

static int got_path(void *data, struct dbus_reader *reply, int error)
{
    const char *path;

    if (error)
        return 0;
    int r = dbus_read(reply, 'o', &path);
    if (r >= 0)
        sqlite3_result_text(data, path, -1, SQLITE_TRANSIENT);
    return r;
}

static int unit_path_of_process(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state      *state = tbl_state(scan);
    const struct unit *unit = row;
    struct manager    *manager = state->managers.manager;

    if (!manager || unit->main_pid == TBL_NULL || unit->main_pid == 0)
        return SQLITE_OK;
    int r = manager_call(manager, MANAGER_PATH, MANAGER_INTERFACE, "GetUnitByPID", got_path, out,
                         "u", (uint32_t)unit->main_pid);
    if (r >= 0)
        r = manager_wait(manager);
    if (r < 0) {
        state->managers.skipped++;
        state->managers.detail = "processes whose unit the manager did not return";
    }
    return SQLITE_OK;
}

/* Declaration ----------------------------------------------------------------- */

static const struct tbl_column columns[] = {
    TBL_COL(struct unit, id, TBL_KEY | TBL_PREFIX | TBL_ID, "Name of the unit"),
    TBL_COL(struct unit, description, 0, "Title for people"),
    TBL_COL(struct unit, load_state, TBL_KEY,
            "Whether its file was read: loaded, not-found, masked, bad-setting, error"),
    TBL_COL(struct unit, active_state, TBL_KEY,
            "Whether it runs: active, inactive, failed, activating, deactivating, reloading"),
    TBL_COL(struct unit, sub_state, TBL_KEY, "The same in more detail, by type: running, dead"),
    TBL_COL(struct unit, unit_file_state, 0,
            "Whether its file is enabled, disabled, static, masked, generated, transient; of the "
            "system's manager as it is on disk now"),
    TBL_COL(struct unit, following, 0, "Unit whose state it follows; empty if none"),
    TBL_COL(struct unit, object_path, 0, "D-Bus object path"),
    TBL_COL(struct unit, job_id, 0, "Number of its queued job; 0 if none"),
    TBL_COL(struct unit, job_type, 0, "What that job does: start, stop, restart"),
    TBL_COL(struct unit, job_path, 0, "D-Bus object path of that job"),
    TBL_COL(struct unit, fragment_path, 0, "Unit file it was read from; empty if from none"),
    TBL_COL(struct unit, user, 0, "User its processes run as; empty for that of the manager"),
    TBL_COL(struct unit, source_path, 0,
            "File that a generator made its unit file from, such as a script in /etc/init.d"),
    TBL_COL(struct unit, scope, TBL_KEY | TBL_ID,
            "Manager that has it: system, user:UID for a user's, capsule:NAME for a capsule's"),
    TBL_COL(struct unit, type, TBL_KEY, "Kind of unit: service, socket, timer, mount, and so on"),
    TBL_COL(struct unit, host, TBL_KEY, "Host it is on"),
    TBL_COL(struct unit, source, TBL_ID, "Origin of the row: bus: and the scope"),
    TBL_COL(struct unit, address, TBL_KEY | TBL_HIDDEN,
            "Argument: ask the manager at this socket, and no other"),
    TBL_COL(struct unit, optional, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 to get no rows instead of an error where no manager can be reached"),
#define COLUMN(type, field, name, interfaces, reader, doc) TBL_COL(struct unit, field, 0, doc),
    PROPERTIES(COLUMN)
        TBL_LAZY("unit_path_of_process", TBL_TEXT, 0,
                 "D-Bus object path of the unit its main process is in; NULL if it has none",
                 unit_path_of_process),
    SANDBOX(COLUMN)
#undef COLUMN
};

static const struct tbl_example examples[] = {
    {"Services that run, and what they run",
     "SELECT scope, id, user, exec_start, fragment_path FROM systemd_units "
     "WHERE type = 'service' AND active_state = 'active' AND optional = 1"},
    {"Units whose file is missing or changed since they were loaded",
     "SELECT scope, id, fragment_path, load_state FROM systemd_units "
     "WHERE optional = 1 AND (need_daemon_reload OR load_state = 'not-found')"},
    {"What starts next by the clock, and what that runs",
     "SELECT datetime(t.next_elapse_time, 'unixepoch') AS next, t.id, s.exec_start "
     "FROM systemd_units AS t, json_each(t.triggers) AS j "
     "JOIN systemd_units AS s ON s.id = j.value AND s.scope = t.scope AND s.optional = 1 "
     "WHERE t.type = 'timer' AND t.optional = 1 ORDER BY next"},
};

const struct tbl_table systemd_units_table = {
    .name = "systemd_units",
    .doc = "Units as the running systemd managers, the system's and the users', have them loaded",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct unit),
    .state_size = sizeof(struct state),
    .rows = 300,
    .artefacts = 1u << ARTEFACT_LIVE,
    .open = units_open,
    .next = units_next,
    .close = units_close,
    .probe = units_probe,
};
