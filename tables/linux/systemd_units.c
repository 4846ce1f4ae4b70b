/* systemd_units.c -- units as the running service managers, the system's and the users', have them
 * loaded.
 *
 *     SELECT scope, id, user, exec_start, fragment_path FROM systemd_units
 *     WHERE type = 'service' AND active_state = 'active' AND transient;
 *
 * One ListUnits a manager; then, for the units that pass the terms on its columns, the properties
 * that the query reads and no others, in batches whose calls are sent before the first answer is
 * awaited. A few properties are asked for one by one, more by one GetAll; see plan_interface().
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manager_scan.h"
#include "systemd_value.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define BATCH_MAX  64         /* units whose properties are asked for together */
#define BATCH_SIZE (32 << 20) /* bytes of their texts */

/* D-Bus interfaces, org.freedesktop.systemd1(5). A property of "exec" is on each of those types. */
enum interface {
    UNIT = 1 << 0,
    SERVICE = 1 << 1,
    SOCKET = 1 << 2,
    MOUNT = 1 << 3,
    SWAP = 1 << 4,
    SLICE = 1 << 5,
    SCOPE = 1 << 6,
    TIMER = 1 << 7,
    PATH = 1 << 8,
    EXEC = SERVICE | SOCKET | MOUNT | SWAP,
    CGROUP = EXEC | SLICE | SCOPE,
};

#define N_INTERFACES 9

static const struct {
    const char *type; /* of a unit: what its name ends in */
    const char *name;
} interfaces[N_INTERFACES] = {
    {NULL,      MANAGER_NAME ".Unit"   },
    {"service", MANAGER_NAME ".Service"},
    {"socket",  MANAGER_NAME ".Socket" },
    {"mount",   MANAGER_NAME ".Mount"  },
    {"swap",    MANAGER_NAME ".Swap"   },
    {"slice",   MANAGER_NAME ".Slice"  },
    {"scope",   MANAGER_NAME ".Scope"  },
    {"timer",   MANAGER_NAME ".Timer"  },
    {"path",    MANAGER_NAME ".Path"   },
};

typedef const char *field_text;
typedef int64_t     field_number;
typedef double      field_real;

/* Columns that are properties: type, column, D-Bus property, interfaces, reader, description. First
 * those of osquery's table, whose place is among others. */
#define OSQUERY(X)                                                                                 \
    X(text, unit_file_state, "UnitFileState", UNIT, value_text, )                                  \
    X(text, fragment_path, "FragmentPath", UNIT, value_text, )                                     \
    X(text, user, "User", EXEC, value_text, )                                                      \
    X(text, source_path, "SourcePath", UNIT, value_text, )

#define PROPERTIES(X)                                                                              \
    X(text, exec_start, "ExecStart", SERVICE, value_commands,                                      \
      "Commands that start it, one a line, quoted as in a unit file")                              \
    X(text, exec_start_pre, "ExecStartPre", SERVICE | SOCKET, value_commands,                      \
      "Commands run before, one a line")                                                           \
    X(text, exec_start_post, "ExecStartPost", SERVICE | SOCKET, value_commands,                    \
      "Commands run after, one a line")                                                            \
    X(text, exec_condition, "ExecCondition", SERVICE, value_commands,                              \
      "Commands run first, which decide whether to start, one a line")                             \
    X(text, exec_reload, "ExecReload", SERVICE, value_commands,                                    \
      "Commands that reload it, one a line")                                                       \
    X(text, exec_stop, "ExecStop", SERVICE, value_commands, "Commands that stop it, one a line")   \
    X(text, exec_stop_post, "ExecStopPost", SERVICE | SOCKET, value_commands,                      \
      "Commands run after it has stopped, one a line")                                             \
    X(number, main_pid, "MainPID", SERVICE, value_uint32,                                          \
      "Process id of its main process; 0 if none")                                                 \
    X(number, exec_main_status, "ExecMainStatus", SERVICE, value_int32,                            \
      "Exit status of its last main process, or the signal that ended it")                         \
    X(text, service_type, "Type", SERVICE, value_text,                                             \
      "When it counts as started: simple, forking, oneshot, dbus, notify, idle")                   \
    X(text, restart, "Restart", SERVICE, value_text,                                               \
      "When it is started again by itself: no, always, on-failure, and so on")                     \
    X(number, restarts, "NRestarts", SERVICE, value_uint32,                                        \
      "Times it was started again by itself")                                                      \
    X(text, group, "Group", EXEC, value_text,                                                      \
      "Group its processes run as; empty for that of the user")                                    \
    X(text, environment, "Environment", EXEC, value_list,                                          \
      "Environment assignments, as a JSON array")                                                  \
    X(text, environment_files, "EnvironmentFiles", EXEC, value_files,                              \
      "Files with more of them, as a JSON array; - before those that may be missing")              \
    X(text, working_directory, "WorkingDirectory", EXEC, value_text,                               \
      "Directory its processes start in; behind ! if it may be missing")                           \
    X(text, root_directory, "RootDirectory", EXEC, value_text,                                     \
      "Directory that is / to its processes; empty if /")                                          \
    X(text, root_image, "RootImage", EXEC, value_text,                                             \
      "Disk image that is / to its processes; empty if none")                                      \
    X(text, drop_in_paths, "DropInPaths", UNIT, value_list,                                        \
      "Drop-in files that were read with it, as a JSON array")                                     \
    X(number, transient, "Transient", UNIT, value_bool,                                            \
      "1 if made at run time, as by systemd-run")                                                  \
    X(number, need_daemon_reload, "NeedDaemonReload", UNIT, value_bool,                            \
      "1 if its files have changed since they were read")                                          \
    X(text, triggers, "Triggers", UNIT, value_list, "Units that it starts, as a JSON array")       \
    X(text, triggered_by, "TriggeredBy", UNIT, value_list,                                         \
      "Timers, sockets, paths and automounts that start it, as a JSON array")                      \
    X(text, wanted_by, "WantedBy", UNIT, value_list, "Units that want it, as a JSON array")        \
    X(text, required_by, "RequiredBy", UNIT, value_list, "Units that require it, as a JSON array") \
    X(text, names, "Names", UNIT, value_list, "All names it is known by, as a JSON array")         \
    X(text, documentation, "Documentation", UNIT, value_list,                                      \
      "Where to read about it, as a JSON array of URIs")                                           \
    X(text, load_error, "LoadError", UNIT, value_message,                                          \
      "Why it could not be loaded; empty if it was")                                               \
    X(real, active_enter_time, "ActiveEnterTimestamp", UNIT, value_time,                           \
      "When it last became active, seconds since the epoch")                                       \
    X(real, inactive_enter_time, "InactiveEnterTimestamp", UNIT, value_time,                       \
      "When it last became inactive, seconds since the epoch")                                     \
    X(real, state_change_time, "StateChangeTimestamp", UNIT, value_time,                           \
      "When its state last changed, seconds since the epoch")                                      \
    X(text, control_group, "ControlGroup", CGROUP, value_text,                                     \
      "Control group of its processes; empty if none")                                             \
    X(number, memory_current, "MemoryCurrent", CGROUP, value_uint64,                               \
      "Memory its processes use, in bytes")                                                        \
    X(number, cpu_usage, "CPUUsageNSec", CGROUP, value_uint64,                                     \
      "Processor time its processes have used, in nanoseconds")                                    \
    X(text, invocation_id, "InvocationID", UNIT, value_hex,                                        \
      "Identifier of this run of it, as the journal has it; empty if never run")                   \
    X(text, unit_file_preset, "UnitFilePreset", UNIT, value_text,                                  \
      "Whether the vendor would have it enabled or disabled")                                      \
    X(text, listen, "Listen", SOCKET, value_pairs,                                                 \
      "Addresses a socket unit listens on, as a JSON array")                                       \
    X(text, timers_calendar, "TimersCalendar", TIMER, value_calendar,                              \
      "When a timer elapses, by the calendar, as a JSON array")                                    \
    X(text, timers_monotonic, "TimersMonotonic", TIMER, value_spans,                               \
      "When a timer elapses, in microseconds from an event, as a JSON array")                      \
    X(real, next_elapse_time, "NextElapseUSecRealtime", TIMER, value_time,                         \
      "When a timer elapses next by the calendar, seconds since the epoch")                        \
    X(real, last_trigger_time, "LastTriggerUSec", TIMER, value_time,                               \
      "When a timer elapsed last, seconds since the epoch")                                        \
    X(text, paths, "Paths", PATH, value_pairs,                                                     \
      "Paths a path unit watches, and for what, as a JSON array")

/* Columns behind the 63rd, which SQLite cannot tell apart: all are read where one is. */
#define SANDBOX(X)                                                                                 \
    X(text, standard_output, "StandardOutput", EXEC, value_text,                                   \
      "Where its output goes: journal, null, file, and so on")                                     \
    X(text, pam_name, "PAMName", EXEC, value_text,                                                 \
      "PAM service it has a session of; empty if none")                                            \
    X(text, exec_stop_pre, "ExecStopPre", SOCKET, value_commands,                                  \
      "Commands run before a socket unit stops, one a line")                                       \
    X(number, dynamic_user, "DynamicUser", EXEC, value_bool, "1 if it runs as a user made for it") \
    X(number, no_new_privileges, "NoNewPrivileges", EXEC, value_bool,                              \
      "1 if its processes can gain no privileges, as by set-user-id programs")                     \
    X(text, capability_bounding_set, "CapabilityBoundingSet", EXEC, value_capabilities,            \
      "Capabilities its processes may ever have")                                                  \
    X(text, ambient_capabilities, "AmbientCapabilities", EXEC, value_capabilities,                 \
      "Capabilities it has although not root")                                                     \
    X(text, protect_system, "ProtectSystem", EXEC, value_text,                                     \
      "Whether /usr, /boot, /etc are read-only to it: no, yes, full, strict")                      \
    X(text, protect_home, "ProtectHome", EXEC, value_text,                                         \
      "Whether home directories are hidden from it: no, yes, read-only, tmpfs")                    \
    X(number, private_tmp, "PrivateTmp", EXEC, value_bool, "1 if it has a /tmp of its own")        \
    X(number, private_devices, "PrivateDevices", EXEC, value_bool,                                 \
      "1 if it sees no hardware devices")                                                          \
    X(number, private_network, "PrivateNetwork", EXEC, value_bool, "1 if it has no network")       \
    X(number, private_users, "PrivateUsers", EXEC, value_bool,                                     \
      "1 if it has a user namespace of its own")                                                   \
    X(number, protect_kernel_modules, "ProtectKernelModules", EXEC, value_bool,                    \
      "1 if it can load no kernel modules")                                                        \
    X(number, memory_deny_write_execute, "MemoryDenyWriteExecute", EXEC, value_bool,               \
      "1 if it can have no memory both writable and executable")                                   \
    X(text, restrict_namespaces, "RestrictNamespaces", EXEC, value_namespaces,                     \
      "Kinds of namespace it may make, or yes where none, no where any")                           \
    X(text, system_call_filter, "SystemCallFilter", EXEC, value_filter,                            \
      "System calls it may make or, behind ~, may not; empty for no filter")

struct unit {
    /* As of ListUnits. */
    const char *id, *description, *load_state, *active_state, *sub_state, *following, *object_path;
    int64_t     job_id;
    const char *job_type, *job_path;

    const char *type, *scope, *source, *host;
    const char *address; /* arguments */
    int64_t     optional;

#define FIELD(type, field, ...) field_##type field;
    OSQUERY(FIELD)
    PROPERTIES(FIELD)
    SANDBOX(FIELD)
#undef FIELD
};

static const struct property {
    const char                *name;
    unsigned                   interfaces;
    size_t                     offset;
    const struct value_reader *reader;
} properties[] = {
#define PROPERTY(type, field, name, interfaces, reader, doc)                                       \
    {name, interfaces, offsetof(struct unit, field), &reader},
    OSQUERY(PROPERTY) PROPERTIES(PROPERTY) SANDBOX(PROPERTY)
#undef PROPERTY
};

#define N_PROPERTIES TBL_COUNT(properties)

/* What is asked of one interface. */
struct plan {
    const struct property *wanted[N_PROPERTIES]; /* in the order of their names */
    size_t                 n;
    bool                   all; /* by GetAll */
};

struct piece {
    struct piece *next;
    char          text[];
};

struct state;

/* Where an answer goes. */
struct question {
    struct state          *state;
    struct unit           *unit;
    const struct plan     *plan;
    const struct property *property; /* NULL: all of the plan */
};

struct state {
    struct manager_scan     managers;
    struct plan             plans[N_INTERFACES];
    sd_bus_message         *list; /* ListUnits' reply, whose strings the rows use */
    struct unit             units[BATCH_MAX];
    size_t                  n_units, next_unit, batch;
    struct piece           *pieces; /* texts of the batch */
    size_t                  size;
    struct value            value;
    struct question         questions[BATCH_MAX * N_PROPERTIES];
    size_t                  n_questions;
    const struct tbl_terms *id, *type, *load_state, *active_state, *sub_state;
};

/* Texts of a batch ----------------------------------------------------------- */

static const char *keep_text(struct state *state, const struct buffer *text)
{
    struct piece *piece = sqlite3_malloc64(sizeof *piece + text->size + 1);

    if (!piece)
        return NULL;
    memcpy(piece->text, text->data, text->size + 1);
    piece->next = state->pieces;
    state->pieces = piece;
    state->size += text->size;
    return piece->text;
}

static void drop_batch(struct state *state)
{
    while (state->pieces) {
        struct piece *next = state->pieces->next;
        sqlite3_free(state->pieces);
        state->pieces = next;
    }
    state->size = state->n_units = state->next_unit = state->n_questions = 0;
}

/* Answers -------------------------------------------------------------------- */

static int store(struct state *state, struct unit *unit, const struct property *property)
{
    void *field = (char *)unit + property->offset;

    if (property->reader->kind == VALUE_NUMBER) {
        *(int64_t *)field = state->value.number;
    } else if (property->reader->kind == VALUE_REAL) {
        *(double *)field = state->value.real;
    } else {
        if (state->size + state->value.text.size > BATCH_SIZE)
            return -EFBIG;
        if (!(*(const char **)field = keep_text(state, &state->value.text)))
            return -ENOMEM;
    }
    return 0;
}

static int read_property(struct state *state, struct unit *unit, const struct property *property,
                         sd_bus_message *reply)
{
    int r = value_read(reply, property->reader, &state->value);

    if (r > 0)
        return store(state, unit, property);
    if (r == 0) {
        state->managers.skipped++;
        state->managers.detail = "properties of a type unknown to this version";
    }
    return r;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct property *const *)a)->name,
                  (*(const struct property *const *)b)->name);
}

static const struct property *find_property(const struct plan *plan, const char *name)
{
    const struct property         key = {.name = name}, *key_pointer = &key;
    const struct property *const *found =
        bsearch(&key_pointer, plan->wanted, plan->n, sizeof *plan->wanted, by_name);

    return found ? *found : NULL;
}

static int got_property(void *data, const char *name, sd_bus_message *m)
{
    const struct question *question = data;
    const struct property *property = find_property(question->plan, name);

    return property ? read_property(question->state, question->unit, property, m)
                    : sd_bus_message_skip(m, "v");
}

/* A unit may be gone since it was listed, or a property be newer than the manager: then the columns
 * are NULL. */
static int got_answer(void *data, sd_bus_message *reply, const sd_bus_error *error)
{
    const struct question *question = data;
    struct state          *state = question->state;

    if (error) {
        state->managers.skipped++;
        state->managers.detail = "units or properties that the manager would not tell";
        return 0;
    }
    if (question->property)
        return read_property(state, question->unit, question->property, reply);
    return value_properties(reply, got_property, data);
}

/* Questions ------------------------------------------------------------------ */

static int ask(struct state *state, struct unit *unit, size_t interface,
               const struct property *property)
{
    struct question *question = &state->questions[state->n_questions++];
    const char      *name = interfaces[interface].name;

    *question = (struct question){state, unit, &state->plans[interface], property};
    if (property)
        return manager_call(state->managers.manager, unit->object_path, DBUS_PROPERTIES, "Get",
                            got_answer, question, "ss", name, property->name);
    return manager_call(state->managers.manager, unit->object_path, DBUS_PROPERTIES, "GetAll",
                        got_answer, question, "s", name);
}

static int ask_interface(struct state *state, struct unit *unit, size_t interface)
{
    const struct plan *plan = &state->plans[interface];
    int                r = 0;

    if (plan->all)
        return ask(state, unit, interface, NULL);
    for (size_t i = 0; i < plan->n && r >= 0; i++)
        r = ask(state, unit, interface, plan->wanted[i]);
    return r;
}

static int ask_unit(struct state *state, struct unit *unit)
{
    int r = ask_interface(state, unit, 0);

    for (size_t i = 1; i < N_INTERFACES && r >= 0; i++)
        if (unit->type && strcmp(interfaces[i].type, unit->type) == 0)
            r = ask_interface(state, unit, i);
    return r;
}

/* GetAll costs the manager about as much as reading seven properties of a unit one by one, or
 * twenty of a type's own interface: tests/bench/systemd.sh measures it. But the state and preset of
 * the unit's file cost it a look at the disk each, after a daemon-reload 2 ms a unit, so GetAll may
 * ask for them only when the query does. */
static void plan_interface(struct plan *plan, size_t interface)
{
    bool state = false;

    qsort(plan->wanted, plan->n, sizeof *plan->wanted, by_name);
    for (size_t i = 0; i < plan->n; i++)
        state |= strncmp(plan->wanted[i]->name, "UnitFile", 8) == 0;
    plan->all = interface == 0 ? state && plan->n > 7 : plan->n > 20;
}

static bool uses(const struct tbl_scan *scan, const struct property *property)
{
    return tbl_uses(scan, property->offset) ||
           (property->offset == offsetof(struct unit, main_pid) &&
            tbl_uses_name(scan, "unit_path_of_process"));
}

static void plan_scan(struct tbl_scan *scan, struct state *state)
{
    for (size_t i = 0; i < N_INTERFACES; i++) {
        struct plan *plan = &state->plans[i];
        for (size_t p = 0; p < N_PROPERTIES; p++)
            if (properties[p].interfaces >> i & 1 && uses(scan, &properties[p]))
                plan->wanted[plan->n++] = &properties[p];
        plan_interface(plan, i);
    }
}

/* Batches -------------------------------------------------------------------- */

static int got_list(void *data, sd_bus_message *reply, const sd_bus_error *error)
{
    struct state *state = data;

    if (error)
        return -sd_bus_error_get_errno(error);
    int r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
    if (r < 0)
        return r;
    sd_bus_message_unref(state->list); /* of a socket that failed after all */
    state->list = sd_bus_message_ref(reply);
    return r;
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

/* The next unit of the list that may be asked for: 1, or 0 at the end. */
static int next_listed(struct state *state, struct unit *unit)
{
    const char *job_type;
    uint32_t    job_id;
    int         r;

    do {
        r = sd_bus_message_read(state->list, "(ssssssouso)", &unit->id, &unit->description,
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

/* Fill the next batch, small at first so that LIMIT costs little. */
static int fill_batch(struct state *state, const struct unit *blank)
{
    int r = 1;

    drop_batch(state);
    state->batch = state->batch ? 2 * state->batch : 4;
    if (state->batch > BATCH_MAX)
        state->batch = BATCH_MAX;
    while (r > 0 && state->n_units < state->batch) {
        struct unit *unit = &state->units[state->n_units];
        *unit = *blank;
        r = next_listed(state, unit);
        if (r > 0) {
            state->n_units++;
            if ((r = ask_unit(state, unit)) >= 0)
                r = 1;
        }
    }
    return r < 0 ? r : manager_wait(state->managers.manager);
}

static void drop_list(struct state *state)
{
    drop_batch(state);
    state->list = sd_bus_message_unref(state->list);
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
    plan_scan(scan, state);
    return manager_scan_begin(&state->managers, tbl_svcql(scan), &want);
}

/* Have a batch with a unit in it, or say that there is none left. */
static int next_batch(struct tbl_scan *scan, const struct unit *blank)
{
    struct state *state = tbl_state(scan);
    int           rc = SQLITE_ROW;

    while (rc == SQLITE_ROW && state->next_unit == state->n_units) {
        if (!state->list && (rc = manager_scan_next(&state->managers)) != SQLITE_ROW)
            break;
        int r = fill_batch(state, blank);
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if (r < 0 && manager_scan_lost(&state->managers, r) != SQLITE_OK)
            rc = SQLITE_NOMEM;
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
    buffer_free(&state->value.text);
    manager_scan_end(&state->managers);
}

static int units_probe(struct svcql *svcql)
{
    return manager_scan_probe(svcql, "systemd_units");
}

/* unit_path_of_process -------------------------------------------------------- */

static int got_path(void *data, sd_bus_message *reply, const sd_bus_error *error)
{
    const char *path;

    if (error)
        return 0;
    int r = sd_bus_message_read_basic(reply, 'o', &path);
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
        state->managers.detail = "processes whose unit the manager would not tell";
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
    TBL_COL(struct unit, sub_state, TBL_KEY, "The same in the words of its type: running, dead"),
    TBL_COL(struct unit, unit_file_state, 0,
            "Whether its file is enabled, disabled, static, masked, generated, transient"),
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
            "Manager that has it: system, or user:UID for a user's"),
    TBL_COL(struct unit, type, TBL_KEY, "Kind of unit: service, socket, timer, mount, and so on"),
    TBL_COL(struct unit, host, TBL_KEY, "Host it is on"),
    TBL_COL(struct unit, source, TBL_ID, "Where it was asked for: bus: and the scope"),
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
     "WHERE type = 'service' AND active_state = 'active' AND optional = 1"    },
    {"Units whose file is gone or changed since they were loaded",
     "SELECT scope, id, fragment_path, load_state FROM systemd_units "
     "WHERE optional = 1 AND (need_daemon_reload OR load_state = 'not-found')"},
    {"What starts next by the clock, and what that runs",
     "SELECT datetime(t.next_elapse_time, 'unixepoch') AS next, t.id, s.exec_start "
     "FROM systemd_units AS t, json_each(t.triggers) AS j "
     "JOIN systemd_units AS s ON s.id = j.value AND s.scope = t.scope AND s.optional = 1 "
     "WHERE t.type = 'timer' AND t.optional = 1 ORDER BY next"                },
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
