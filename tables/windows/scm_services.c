/* scm_services.c -- services and drivers as the service control manager of a running Windows has them.
 *
 *     SELECT name, state, pid, path FROM scm_services WHERE state = 'RUNNING';
 *
 * An administrator also gets services that the manager keeps out of its list, `listed` is 0 then. What
 * the registry has and this table has not was written to the registry since the manager started:
 *
 *     SELECT name, image_path FROM registry_services WHERE current AND type & 0x30
 *        AND name NOT IN (SELECT name FROM scm_services);
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/hive/security_descriptor.h"
#include "formats/hive/service_value.h"
#include "formats/text/buffer.h"
#include "host.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define MANAGER "service control manager" /* as evidence_sources has it */

struct scm_service {
    const char *name;
    const char *display_name;
    const char *service_type;
    const char *state;
    int64_t     pid;
    int64_t     accepted_controls;
    int64_t     win32_exit_code;
    int64_t     service_exit_code;
    bool        in_system_process;
    bool        listed;
    const char *host;
};

struct state {
    struct host_services      services;
    size_t                    next;
    struct host_service_setup setup; /* of the service `of`, for the lazy columns */
    char                     *of;
    int                       error;
    struct buffer             text;
};

/* SERVICE_STATUS_PROCESS.dwCurrentState. */
static const char *state_name(uint32_t state)
{
    static const char *const names[] = {
        NULL,      "STOPPED",          "START_PENDING", "STOP_PENDING",
        "RUNNING", "CONTINUE_PENDING", "PAUSE_PENDING", "PAUSED"};

    return state < TBL_COUNT(names) ? names[state] : NULL;
}

static int open_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->next = 0;
    int r = host_services(&state->services);
    return r == -EOPNOTSUPP ? TBL_PASS : r;
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    (void)scan;
    report->kind = "scm";
    report->location = MANAGER;
}

/* Whether the manager can be asked, on a system that has one. */
static int probe(struct svcql *svcql)
{
    struct sources       sources = {0};
    struct source        source;
    struct host_services services = {0};
    int                  rc = SQLITE_OK;

    if (strcmp(host_kind, "windows") != 0 || svcql_reported(svcql, "scm_services", MANAGER))
        return SQLITE_OK;
    int r =
        sources_begin(&sources, svcql, &(struct sources_want){.artefacts = 1u << ARTEFACT_LIVE});
    if (r >= 0 && sources_next(&sources, &source) > 0) {
        r = host_services(&services);
        rc = svcql_report(svcql,
                          &(struct report){.table = "scm_services",
                                           .kind = "scm",
                                           .host = source.host,
                                           .location = MANAGER,
                                           .status = r == 0 ? SOURCE_READY : source_status_of(r),
                                           .records = TBL_NULL,
                                           .detail = r == 0 ? "not read yet" : source_error(r)});
    }
    host_services_free(&services);
    sources_end(&sources);
    return rc;
}

static int next_record(struct tbl_scan *scan, void *data)
{
    struct state              *state = tbl_state(scan);
    struct scm_service        *row = data;
    const struct host_service *service = &state->services.list[state->next];

    if (state->next == state->services.n)
        return SQLITE_DONE;
    state->next++;
    *row = (struct scm_service){
        .name = service->name,
        .display_name = service->display_name,
        .service_type = service_type_name(service->type),
        .state = state_name(service->state),
        .pid = service->pid ? service->pid : TBL_NULL,
        .accepted_controls = service->listed ? service->controls : TBL_NULL,
        .win32_exit_code = service->listed ? service->win32_exit_code : TBL_NULL,
        .service_exit_code = service->listed ? service->service_exit_code : TBL_NULL,
        .in_system_process = service->flags & 1,
        .listed = service->listed,
        .host = tbl_source(scan)->host,
    };
    return SQLITE_ROW;
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    host_services_free(&state->services);
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    host_service_setup_free(&state->setup);
    free(state->of);
    buffer_free(&state->text);
}

/* Lazy columns -------------------------------------------------------------------------- */

/* What the manager has of a row's service, asked for once; NULL where it does not say. */
static const struct host_service_setup *setup_of(struct tbl_scan *scan, const void *row)
{
    const struct scm_service *service = row;
    struct state             *state = tbl_state(scan);

    if (!state->of || strcmp(state->of, service->name) != 0) {
        host_service_setup_free(&state->setup);
        free(state->of);
        state->of = strdup(service->name);
        state->error = state->of ? host_service_setup(service->name, &state->setup) : -ENOMEM;
    }
    return state->error < 0 ? NULL : &state->setup;
}

static int put_text(sqlite3_context *out, const char *text)
{
    if (text && *text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int put_number(sqlite3_context *out, uint32_t n)
{
    if (n != HOST_UNKNOWN)
        sqlite3_result_int64(out, n);
    return SQLITE_OK;
}

static int get_path(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup ? put_text(out, setup->path) : SQLITE_OK;
}

static int get_account(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup ? put_text(out, setup->account) : SQLITE_OK;
}

static int get_start_type(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup ? put_text(out, service_start_name(setup->start)) : SQLITE_OK;
}

static int get_delayed(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup ? put_number(out, setup->delayed_start) : SQLITE_OK;
}

static int get_sid_type(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup && setup->sid_type != HOST_UNKNOWN
               ? put_text(out, service_sid_type_name(setup->sid_type))
               : SQLITE_OK;
}

static int get_protected(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup && setup->launch_protected != HOST_UNKNOWN
               ? put_text(out, service_protection_name(setup->launch_protected))
               : SQLITE_OK;
}

static int get_preshutdown(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);

    return setup ? put_number(out, setup->preshutdown_ms) : SQLITE_OK;
}

static int get_sddl(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct host_service_setup *setup = setup_of(scan, row);
    struct state                    *state = tbl_state(scan);

    buffer_reset(&state->text);
    if (!setup || !setup->descriptor ||
        sd_put_sddl(&state->text, setup->descriptor, setup->descriptor_size, SD_SERVICE) < 0)
        return SQLITE_OK;
    return buffer_text(&state->text) ? put_text(out, state->text.data) : SQLITE_NOMEM;
}

static int get_error(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);

    setup_of(scan, row);
    if (state->error < 0)
        sqlite3_result_text(out, source_error(state->error), -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

#define COL(field, flags, doc) TBL_COL(struct scm_service, field, flags, doc)

static const struct tbl_column columns[] = {
    COL(name, TBL_ID | TBL_NOCASE, "Name of the service"),
    COL(display_name, 0, "Name that is shown to people"),
    COL(service_type, 0, "OWN_PROCESS, SHARE_PROCESS, KERNEL_DRIVER or another"),
    COL(state, 0, "RUNNING, STOPPED, PAUSED, START_PENDING or another"),
    COL(pid, 0, "Process that runs it, NULL where none does"),
    COL(accepted_controls, 0, "Controls that it accepts now, a set of SERVICE_ACCEPT_ bits"),
    COL(win32_exit_code, 0, "Error code of its last start or stop; 1066: see service_exit_code"),
    COL(service_exit_code, 0, "Error code of the service's own"),
    COL(in_system_process, 0, "Whether it runs in a process of the system that must run always"),
    COL(listed, 0,
        "Whether the manager lists it; 0: the registry has it, the manager too, and its descriptor "
        "keeps it from an administrator who asks"),
    TBL_LAZY("start_type", TBL_TEXT, 0, "AUTO_START, DEMAND_START, DISABLED or another",
             get_start_type),
    TBL_LAZY("path", TBL_TEXT, TBL_NOCASE, "Command line by which the manager starts it", get_path),
    TBL_LAZY("user_account", TBL_TEXT, TBL_NOCASE,
             "Account that it runs as; of a driver its object", get_account),
    TBL_LAZY("delayed_start", TBL_INT, 0, "Whether it is started some time after the others",
             get_delayed),
    TBL_LAZY("service_sid_type", TBL_TEXT, 0, "Whether its process has a SID of its own",
             get_sid_type),
    TBL_LAZY("launch_protected", TBL_TEXT, 0, "Kind of protected process that it is started as",
             get_protected),
    TBL_LAZY("preshutdown_timeout", TBL_INT, 0, "Milliseconds that a shutdown waits for it",
             get_preshutdown),
    TBL_LAZY("security_sddl", TBL_TEXT, 0, "Descriptor of the service in SDDL", get_sddl),
    TBL_LAZY("error", TBL_TEXT, 0, "Why the manager does not say more than its list; NULL: it does",
             get_error),
    COL(host, TBL_KEY | TBL_NOCASE, "Host whose manager it is: the live one"),
};

static const struct tbl_example examples[] = {
    {"What runs, and as whom",
     "SELECT name, pid, user_account, path FROM scm_services WHERE pid IS NOT NULL"},
    {"Services that the manager keeps out of its list",
     "SELECT name, user_account, path, error FROM scm_services WHERE NOT listed"},
    {"Services of the registry that the manager does not have",
     "SELECT name, image_path FROM registry_services WHERE current AND NOT deleted AND type & 48 "
     "AND "
     "name NOT IN (SELECT name FROM scm_services)"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table scm_services_table = {
    .name = "scm_services",
    .doc = "Services and drivers as the service control manager of a running Windows has them",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct scm_service),
    .state_size = sizeof(struct state),
    .rows = 500,
    .artefacts = 1u << ARTEFACT_LIVE,
    .sources = &sources,
    .close = close_scan,
    .probe = probe,
};
