/* systemd_properties.h -- a loaded unit, as a row of systemd_units, and its properties by D-Bus.
 *
 *     properties_plan(&properties, scan);
 *     for (each unit of a batch)
 *         properties_ask(&properties, managers, unit, all);
 *     manager_wait(managers->manager);                    now the units' fields are set
 *     properties_reset(&properties);                      before the next batch
 *     properties_end(&properties);
 */
#ifndef SVCQL_SYSTEMD_PROPERTIES_H
#define SVCQL_SYSTEMD_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"
#include "manager_scan.h"
#include "systemd_value.h"
#include "table.h"
#include "unit_types.h"

#define UNITS_MAX 64 /* in a batch */

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
      "Commands that start it, one a line, with prefixes and quotes as in a unit file")            \
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
      "Type=, which defines when it counts as started: simple, forking, oneshot, dbus, notify, "   \
      "idle")                                                                                      \
    X(text, restart, "Restart", SERVICE, value_text,                                               \
      "When it is restarted automatically: no, always, on-failure, and so on")                     \
    X(number, restarts, "NRestarts", SERVICE, value_uint32, "Number of automatic restarts")        \
    X(text, group, "Group", EXEC, value_text,                                                      \
      "Group its processes run as; empty for that of the user")                                    \
    X(text, environment, "Environment", EXEC, value_list,                                          \
      "Environment assignments, as a JSON array")                                                  \
    X(text, environment_files, "EnvironmentFiles", EXEC, value_files,                              \
      "Files with more of them, as a JSON array; - before those that may be missing")              \
    X(text, working_directory, "WorkingDirectory", EXEC, value_text,                               \
      "Directory its processes start in; after ! if it may be missing")                            \
    X(text, root_directory, "RootDirectory", EXEC, value_text,                                     \
      "Directory that is / to its processes; empty if /")                                          \
    X(text, root_image, "RootImage", EXEC, value_text,                                             \
      "Disk image that is / to its processes; empty if none")                                      \
    X(text, drop_in_paths, "DropInPaths", UNIT, value_list,                                        \
      "Drop-in files that were read with it, as a JSON array")                                     \
    X(number, transient, "Transient", UNIT, value_bool,                                            \
      "1 if created at run time, as by systemd-run")                                               \
    X(number, need_daemon_reload, "NeedDaemonReload", UNIT, value_bool,                            \
      "1 if its files have changed since they were read")                                          \
    X(text, triggers, "Triggers", UNIT, value_list, "Units that it starts, as a JSON array")       \
    X(text, triggered_by, "TriggeredBy", UNIT, value_list,                                         \
      "Timers, sockets, paths and automounts that start it, as a JSON array")                      \
    X(text, wanted_by, "WantedBy", UNIT, value_list, "Units that want it, as a JSON array")        \
    X(text, required_by, "RequiredBy", UNIT, value_list, "Units that require it, as a JSON array") \
    X(text, names, "Names", UNIT, value_list, "All its names, as a JSON array")                    \
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
    X(text, freezer_state, "FreezerState", UNIT, value_text,                                       \
      "Whether its processes are halted: running, freezing, frozen or thawing")                    \
    X(text, unit_file_preset, "UnitFilePreset", UNIT, value_text,                                  \
      "Preset of the vendor: enabled or disabled")                                                 \
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

/* Columns after the 63rd, which SQLite reports by one bit: all are read where one is. */
#define SANDBOX(X)                                                                                 \
    X(text, standard_output, "StandardOutput", EXEC, value_text,                                   \
      "Where its output goes: journal, null, file, and so on")                                     \
    X(text, pam_name, "PAMName", EXEC, value_text,                                                 \
      "PAM service it has a session of; empty if none")                                            \
    X(text, exec_stop_pre, "ExecStopPre", SOCKET, value_commands,                                  \
      "Commands run before a socket unit stops, one a line")                                       \
    X(number, dynamic_user, "DynamicUser", EXEC, value_bool, "1 if it runs as a temporary user")   \
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
      "Kinds of namespace it may create, or yes where none, no where any")                         \
    X(text, system_call_filter, "SystemCallFilter", EXEC, value_filter,                            \
      "System calls it may make or, after ~, may not; empty for no filter")

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

/* Asking -------------------------------------------------------------------- */

#define N_PROPERTIES_MAX 80

struct property;

/* The properties to read of one interface. */
struct plan {
    const struct property *wanted[N_PROPERTIES_MAX]; /* in the order of their names */
    size_t                 n;
    bool                   all; /* by one GetAll; else by a Get for each */
};

/* Destination of an answer. */
struct question {
    struct properties     *properties;
    struct unit           *unit;
    const struct plan     *plan;
    const struct property *property; /* NULL: all of the plan */
};

struct properties {
    struct plan          plans[N_UNIT_TYPES];
    struct manager_scan *managers; /* whose counters of skipped records are kept */
    struct question      questions[UNITS_MAX * N_PROPERTIES_MAX];
    size_t               n_questions;
    struct arena         texts; /* of the batch */
    size_t               size;  /* bytes of them */
    struct value         value;
};

/* Choose the properties that the query reads. Begin with a zeroed struct. */
void properties_plan(struct properties *p, const struct tbl_scan *scan);

/* Whether a GetAll of the unit's own interface may replace a Get for each property.
 */
bool properties_many(const struct properties *p);

/* Ask the current manager for one unit's properties; a unit_file_state that is set already is kept.
 * `all`: the unit's own interface by GetAll. Answers go to the unit's fields until manager_wait()
 * returns. Negative errno. */
int properties_ask(struct properties *p, struct manager_scan *managers, struct unit *unit,
                   bool all);

void properties_reset(struct properties *p); /* the fields' texts end here */
void properties_end(struct properties *p);

#endif
