/* registry_services.c -- every key of every control set's Services, as the hive on disk has it.
 *
 *     SELECT name, image_path, object_name, datetime FROM registry_services
 *      WHERE current AND hidden;
 *
 * One row a key, drivers and what is not a service at all among them (type is NULL then); keys that
 * were deleted, or cut off by damage, too. Text is what the hive says; the columns *_resolved are
 * what Windows makes of it. Members of svchost groups come from the SOFTWARE hive beside the SYSTEM
 * hive.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/hive/hive_live.h"
#include "formats/hive/security_descriptor.h"
#include "formats/hive/service_value.h"
#include "hive_file.h"
#include "service_key.h"
#include "service_row.h"

SQLITE_EXTENSION_INIT3

/* Control sets whose services are found; bytes of a value: Windows starts no more than 32,767 characters,
 * and who judges a command takes one beyond 262,144 for obfuscated. The table registry has all of it. */
enum { SETS_MAX = 16, VALUE_MAX = 514 << 10 };
enum stage { STAGE_END, STAGE_SETS, STAGE_SERVICES, STAGE_LOST };

struct state {
    struct hive_file file;
    struct hive_file software; /* beside it, opened when it is needed */
    bool             software_tried;
    struct hive_key  groups; /* of svchost.exe, in it */
    bool             has_groups;
    enum stage       stage;
    bool             scan_lost;

    const struct tbl_terms *names, *sets_asked, *times;
    struct service_reader   reader;

    struct control_sets sets;
    struct control_set  set;
    struct hive_subkeys services;
    struct control_set  seen_sets[SETS_MAX];      /* those that were read, for deleted services */
    uint32_t            services_cells[SETS_MAX]; /* their Services keys */
    size_t              n_sets;
    struct hive_marks   seen; /* services that were shown */
    struct hive_scan    scan;
    uint64_t            damage; /* before the scan for deleted keys */
    bool                lost;

    struct image {
        bool asked, has_programs; /* of the root of the source, which may have been asked */
        char path[ROOT_PATH_MAX]; /* the last image that was looked for: many services share one */
        bool exists;
    } image;

    struct buffer scratch, text, more;
    struct buffer sddl;      /* of the key's descriptor that was shown last; empty: of none */
    uint32_t      sddl_cell; /* of that descriptor */
};

/* Rows ----------------------------------------------------------------------------- */

static int fill(struct tbl_scan *scan, struct state *state, const struct hive_key *node,
                struct registry_service *row)
{
    const struct registry_service *query = tbl_key(scan);
    const struct hive_file        *file = &state->file;

    *row = (struct registry_service){
        .control_set = state->set.name,
        .current = state->set.current && !tbl_source(scan)->copy,
        .time = hive_time(node->written),
        .last_write = hive_time(node->written),
        .deleted = state->lost,
        .recovered = file->hive.recovered,
        .copy = tbl_source(scan)->copy,
        .host = file->host.data,
        .source = tbl_source(scan)->shown,
        .cell = node->cell,
        .file = query->file,
        .node = *node,
    };
    int rc = service_reader_fill(&state->reader, row);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* Whether the query can want a key, by what costs nothing to know. */
static bool wanted(struct state *state, const struct hive_key *node)
{
    if (!tbl_match_real(state->times, hive_time(node->written)))
        return false;
    if (!state->names->n && !state->names->prefix)
        return true;
    buffer_reset(&state->text);
    hive_put_name(&state->text, &node->name);
    return !buffer_text(&state->text) || tbl_match_text(state->names, state->text.data, true);
}

/* Stages ------------------------------------------------------------------------------ */

/* Hives of other kinds than SYSTEM have no services. */
static int open_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->stage = STAGE_END;
    int r = hive_file_open_parts(tbl_source(scan), &state->file);
    if (r < 0 || state->file.kind != HIVE_SYSTEM)
        return r;
    state->file.hive.value_max = VALUE_MAX;
    r = hive_marks_begin(&state->seen, &state->file.hive);
    if (r < 0)
        return r;
    control_sets_begin(&state->sets, &state->file.hive);
    state->stage = STAGE_SETS;
    return 0;
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    struct state *state = tbl_state(scan);

    if (state->lost) /* missing parts of deleted keys are not damage */
        state->file.hive.lost = state->damage;
    hive_file_report(scan, &state->file, report);
    if (state->file.kind == HIVE_SYSTEM && !state->n_sets && !state->sets_asked->n) {
        report->skipped++;
        report->status = report->status == SOURCE_READ ? SOURCE_DAMAGED : report->status;
        report->detail = report->detail ? report->detail : "no control set with services";
    }
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    hive_marks_end(&state->seen);
    hive_file_close(&state->file);
    hive_file_close(&state->software);
    buffer_reset(&state->sddl);
    state->software_tried = state->has_groups = state->lost = false;
    state->image = (struct image){0};
    state->n_sets = 0;
}

/* After the last control set: keys that no list names, unless the query does not want them. */
static void begin_lost(struct state *state)
{
    state->stage = STAGE_END;
    if (!state->scan_lost || state->n_sets == 0)
        return;
    state->damage = state->file.hive.lost;
    state->lost = true;
    hive_scan_keys(&state->scan, &state->file.hive, &state->seen);
    state->scan.parents = state->services_cells;
    state->scan.n_parents = state->n_sets;
    state->stage = STAGE_LOST;
}

static void next_set(struct state *state)
{
    struct hive_key services;

    if (!control_sets_next(&state->sets, &state->set)) {
        begin_lost(state);
        return;
    }
    if (!tbl_match_text(state->sets_asked, state->set.name, true) ||
        hive_find(&state->file.hive, state->set.key.cell, "Services", &services) < 0)
        return;
    if (hive_mark(&state->seen, services.cell)) /* two control sets cannot share their services */
        return;
    if (state->n_sets < SETS_MAX) {
        state->seen_sets[state->n_sets] = state->set;
        state->services_cells[state->n_sets++] = services.cell;
    } else {
        state->file.hive.lost++; /* its deleted services */
    }
    service_reader_enter(&state->reader, &state->file.hive, state->set.key.cell);
    hive_subkeys_begin(&state->services, &state->file.hive, &services);
    state->stage = STAGE_SERVICES;
}

static int next_service(struct tbl_scan *scan, struct state *state, struct registry_service *row)
{
    struct hive_key node;

    if (!hive_subkeys_next(&state->services, &node)) {
        state->stage = STAGE_SETS;
        return SQLITE_OK;
    }
    hive_mark(&state->seen, node.cell);
    return wanted(state, &node) ? fill(scan, state, &node, row) : SQLITE_OK;
}

/* The control set whose Services key a lost key was in. */
static bool find_set(struct state *state, uint32_t parent)
{
    for (size_t i = 0; i < state->n_sets; i++)
        if (state->services_cells[i] == parent) {
            state->set = state->seen_sets[i];
            service_reader_enter(&state->reader, &state->file.hive, state->set.key.cell);
            return true;
        }
    return false;
}

static int next_lost(struct tbl_scan *scan, struct state *state, struct registry_service *row)
{
    struct hive_key node;
    uint32_t        cell;
    bool            is_free;

    if (!hive_scan_next(&state->scan, &cell, &is_free)) {
        state->stage = STAGE_END;
        return SQLITE_OK;
    }
    if (hive_key(&state->file.hive, cell, &node) < 0 || !find_set(state, node.parent) ||
        !wanted(state, &node))
        return SQLITE_OK;
    return fill(scan, state, &node, row);
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    switch (state->stage) {
    case STAGE_SETS:
        next_set(state);
        return SQLITE_OK;
    case STAGE_SERVICES:
        return next_service(scan, state, row);
    case STAGE_LOST:
        return next_lost(scan, state, row);
    case STAGE_END:
    default:
        return SQLITE_DONE;
    }
}

static int open(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->names = TBL_TERMS(scan, struct registry_service, name);
    state->sets_asked = TBL_TERMS(scan, struct registry_service, control_set);
    state->times = TBL_TERMS(scan, struct registry_service, time);
    state->scan_lost = tbl_match_int(TBL_TERMS(scan, struct registry_service, deleted), 1);
    service_reader_begin(&state->reader, scan);
    return SQLITE_OK;
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    service_reader_end(&state->reader);
    buffer_free(&state->scratch);
    buffer_free(&state->text);
    buffer_free(&state->more);
    buffer_free(&state->sddl);
}

/* Lazy columns -------------------------------------------------------------------------- */

/* Give the text that was made, or NULL where `r` says that there is none. */
static int result(sqlite3_context *out, struct buffer *text, int r)
{
    if (r == -ENOMEM || text->failed)
        return SQLITE_NOMEM;
    if (r == 0)
        sqlite3_result_text64(out, text->size ? text->data : "", text->size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
    return SQLITE_OK;
}

static int result_value(struct tbl_scan *scan, const struct registry_service *row,
                        const char *subkey, const char *name, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);

    buffer_reset(&state->text);
    int r = service_put_value(&state->file.hive, &row->node, subkey, name, &state->scratch,
                              &state->text);
    return result(out, &state->text, r);
}

static bool exists(const struct source *source, const char *path)
{
    struct stat st;

    return root_stat(source->root, path, true, &st) == 0;
}

/* Whether the program is below the root that the hive came from. Only an image can show this: a
 * collection leaves programs out, and then services.exe too. */
static int get_image_exists(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct registry_service *service = row;
    const struct source           *source = tbl_source(scan);
    struct image                  *image = &((struct state *)tbl_state(scan))->image;
    char                           path[ROOT_PATH_MAX];

    if (!service->image_path_resolved || !source->evidence)
        return SQLITE_OK;
    if (!image->asked)
        image->has_programs = exists(source, "/Windows/System32/services.exe");
    image->asked = true;
    if (!image->has_programs || root_windows_path(service->image_path_resolved, 'C', path) < 0)
        return SQLITE_OK;
    if (strcmp(path, image->path) != 0) {
        strcpy(image->path, path);
        image->exists = exists(source, path);
    }
    sqlite3_result_int(out, image->exists);
    return SQLITE_OK;
}

/* The ServiceDll, which older services keep in their own key. */
static int put_service_dll(struct state *state, const struct registry_service *row)
{
    struct hive *hive = &state->file.hive;

    buffer_reset(&state->text);
    int r = service_put_value(hive, &row->node, "Parameters", "ServiceDll", &state->scratch,
                              &state->text);
    if (r == -ENOENT)
        r = service_put_value(hive, &row->node, "", "ServiceDll", &state->scratch, &state->text);
    return r;
}

static int get_service_dll(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);

    return result(out, &state->text, put_service_dll(state, row));
}

static int get_service_dll_resolved(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state  *state = tbl_state(scan);
    struct buffer *expanded = &state->more;
    int            r = put_service_dll(state, row);

    if (r < 0)
        return result(out, &state->text, r);
    if (!buffer_text(&state->text))
        return SQLITE_NOMEM;
    buffer_reset(expanded);
    image_path_expand(expanded, state->text.data, service_reader_lookup, &state->reader);
    if (!buffer_text(expanded))
        return SQLITE_NOMEM;
    struct image_path path = image_path_split(expanded->data, IMAGE_LIBRARY);
    buffer_reset(&state->text);
    image_path_resolve(&state->text, path.program, path.program_size, IMAGE_LIBRARY);
    return result(out, &state->text, 0);
}

static int get_service_main(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    return result_value(scan, row, "Parameters", "ServiceMain", out);
}

static int get_performance_library(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    return result_value(scan, row, "Performance", "Library", out);
}

static int get_parameters_last_write(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);
    struct hive_key                parameters;

    if (hive_find(&state->file.hive, row->node.cell, "Parameters", &parameters) == 0)
        sqlite3_result_double(out, hive_time(parameters.written));
    return SQLITE_OK;
}

static int get_failure_actions(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);
    const uint8_t                 *bytes;
    uint32_t                       size;

    buffer_reset(&state->text);
    int r = service_data(&state->file.hive, &row->node, "", "FailureActions", &state->scratch,
                         &bytes, &size);
    if (r == 0)
        r = service_put_failure_actions(&state->text, bytes, size);
    return result(out, &state->text, r);
}

static int get_triggers(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);

    buffer_reset(&state->text);
    return result(out, &state->text,
                  service_put_triggers(&state->file.hive, &row->node, &state->text));
}

/* The descriptor that the service itself has, as against that of its key. */
static int service_descriptor(struct state *state, const struct registry_service *row,
                              const uint8_t **ret, uint32_t *ret_size)
{
    return service_data(&state->file.hive, &row->node, "Security", "Security", &state->scratch, ret,
                        ret_size);
}

static int get_security_sddl(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state  *state = tbl_state(scan);
    const uint8_t *bytes;
    uint32_t       size;

    buffer_reset(&state->text);
    int r = service_descriptor(state, row, &bytes, &size);
    if (r == 0)
        r = sd_put_sddl(&state->text, bytes, size, SD_SERVICE);
    return result(out, &state->text, r);
}

static int get_hidden(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const uint8_t *bytes;
    uint32_t       size;
    bool           own = service_descriptor(tbl_state(scan), row, &bytes, &size) == 0;

    sqlite3_result_int(out, own && sd_hides_service(bytes, size));
    return SQLITE_OK;
}

/* Of a running registry a key whose descriptor may not be read at all is one that hides. */
static int get_key_hidden(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct hive                   *hive = &((struct state *)tbl_state(scan))->file.hive;
    const uint8_t                 *bytes;
    uint32_t                       size;
    uint64_t                       denied = hive_live_denied(hive);

    int r = hive_security(hive, &row->node, &bytes, &size);
    sqlite3_result_int(out, r == 0 ? sd_hides_key(bytes, size) : hive_live_denied(hive) > denied);
    return SQLITE_OK;
}

/* Most keys share their descriptor with the one before. */
static int get_key_sddl(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);
    const uint8_t                 *bytes;
    uint32_t                       size;

    if (!state->sddl.size || row->node.security != state->sddl_cell ||
        row->node.security == HIVE_NONE) { /* of a running registry, which has to be asked */
        buffer_reset(&state->sddl);
        int r = hive_security(&state->file.hive, &row->node, &bytes, &size);
        if (r == 0)
            r = sd_put_sddl(&state->sddl, bytes, size, SD_KEY);
        state->sddl_cell = row->node.security;
        if (r < 0 || !state->sddl.size || state->sddl.failed) {
            r = result(out, &state->sddl, r);
            buffer_reset(&state->sddl);
            return r;
        }
    }
    return result(out, &state->sddl, 0);
}

static int get_path_candidates(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);

    if (!row->unquoted_path)
        return SQLITE_OK;
    buffer_reset(&state->text);
    image_path_candidates(&state->text, &row->split);
    return result(out, &state->text, 0);
}

static bool find_groups(struct hive *software, struct hive_key *ret)
{
    return hive_find(software, software->root, "Microsoft\\Windows NT\\CurrentVersion\\Svchost",
                     ret) == 0;
}

/* Open the SOFTWARE hive that is beside the SYSTEM hive, once; it may well not be there. */
static bool open_groups(struct tbl_scan *scan, struct state *state)
{
    char          path[ROOT_PATH_MAX];
    struct source beside = *tbl_source(scan);
    const char   *slash = strrchr(beside.path, state->file.hive.live ? '\\' : '/');
    int n = snprintf(path, sizeof path, "%.*sSOFTWARE", slash ? (int)(slash + 1 - beside.path) : 0,
                     beside.path);

    if (!state->software_tried && n > 0 && (size_t)n < sizeof path) {
        beside.path = path;
        beside.named = true;
        if (hive_file_open_parts(&beside, &state->software) < 0)
            hive_file_close(&state->software);
        else
            state->has_groups = find_groups(&state->software.hive, &state->groups);
    }
    state->software_tried = true;
    return state->has_groups;
}

static int get_svchost_members(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);
    struct hive                   *hive = &state->software.hive;
    const uint8_t                 *bytes;
    uint32_t                       size;
    bool                           more = false;

    if (!row->svchost_group || !open_groups(scan, state))
        return SQLITE_OK;
    hive_refill(hive);
    int r =
        service_data(hive, &state->groups, "", row->svchost_group, &state->scratch, &bytes, &size);
    if (r < 0)
        return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
    buffer_reset(&state->text);
    buffer_putc(&state->text, '[');
    service_put_strings(&state->text, bytes, size, "", &more);
    buffer_putc(&state->text, ']');
    return result(out, &state->text, 0);
}

static int get_key(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;
    struct state                  *state = tbl_state(scan);

    buffer_reset(&state->text);
    buffer_printf(&state->text, "%s\\%s\\Services\\", state->file.root.data, row->control_set);
    buffer_puts(&state->text, row->name);
    return result(out, &state->text, 0);
}

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    const struct registry_service *row = data;

    (void)scan;
    return tbl_result_datetime(out, row->time);
}

#define COL(field, flags, doc) TBL_COL(struct registry_service, field, flags, doc)

static const struct tbl_column columns[] = {
    COL(control_set, TBL_KEY | TBL_NOCASE, "Key of the control set: ControlSet001"),
    COL(current, 0,
        "Whether it is the control set in use (Select\\Current) of the registry in use, no copy's"),
    COL(name, TBL_KEY | TBL_PREFIX | TBL_NOCASE, "Name of the key, which is the service's"),
    COL(display_name, TBL_NOCASE, "DisplayName, @file,-id where it is kept in a file"),
    COL(description, TBL_NOCASE, "Description, or where it is kept"),
    COL(type, 0, "Type as a number; NULL for keys that are not services"),
    COL(service_type, TBL_NOCASE, "Type by name: OWN_PROCESS, KERNEL_DRIVER"),
    COL(start, 0, "Start as a number"),
    COL(start_type, TBL_NOCASE,
        "Start by name: BOOT_START, SYSTEM_START, AUTO_START, DEMAND_START, DISABLED"),
    COL(delayed_autostart, 0, "DelayedAutostart; 1 starts it some minutes after boot"),
    COL(error_control, TBL_NOCASE, "Reaction to a failed start: IGNORE, NORMAL, SEVERE, CRITICAL"),
    COL(image_path, TBL_NOCASE, "ImagePath as the hive has it"),
    COL(image_path_resolved, TBL_NOCASE,
        "Program that it names: variables, \\SystemRoot and \\??\\ replaced, arguments left out"),
    TBL_LAZY("image_exists", TBL_BOOL, 0,
             "Whether the program exists, in an image of the whole system; NULL elsewhere",
             get_image_exists),
    COL(arguments, TBL_NOCASE, "What follows the program"),
    COL(unquoted_path, 0, "Whether the program's path holds a blank and no quotes"),
    TBL_LAZY("path_candidates", TBL_TEXT, TBL_NOCASE,
             "Programs that Windows tries first where the path is unquoted, as a JSON array",
             get_path_candidates),
    TBL_LAZY("service_dll", TBL_TEXT, TBL_NOCASE, "Parameters\\ServiceDll, what svchost.exe loads",
             get_service_dll),
    TBL_LAZY("service_dll_resolved", TBL_TEXT, TBL_NOCASE, "The same as a whole path",
             get_service_dll_resolved),
    TBL_LAZY("service_main", TBL_TEXT, TBL_NOCASE, "Parameters\\ServiceMain, the function called",
             get_service_main),
    COL(svchost_group, TBL_NOCASE, "Group of a service in svchost.exe, by its argument -k"),
    TBL_LAZY("svchost_members", TBL_TEXT, TBL_NOCASE,
             "Services of that group by the SOFTWARE hive beside this one, as a JSON array",
             get_svchost_members),
    COL(object_name, TBL_NOCASE, "Account that it runs as, or the driver's object"),
    COL(load_order_group, TBL_NOCASE, "Group, which decides the order of drivers"),
    COL(tag, 0, "Place in the group"),
    COL(depend_on, TBL_NOCASE, "DependOnService as a JSON array"),
    COL(depend_on_group, TBL_NOCASE, "DependOnGroup as a JSON array"),
    COL(required_privileges, TBL_NOCASE, "RequiredPrivileges as a JSON array"),
    COL(environment, TBL_NOCASE, "Environment, NAME=value, as a JSON array"),
    COL(failure_command, TBL_NOCASE, "FailureCommand, run by an action run_command"),
    TBL_LAZY("failure_actions", TBL_TEXT, 0,
             "FailureActions as JSON: reset_period in seconds (null: never), actions with type and "
             "delay in milliseconds",
             get_failure_actions),
    COL(failure_actions_on_non_crash, 0, "Whether the actions follow a stop with an error too"),
    COL(reboot_message, TBL_NOCASE, "RebootMessage"),
    TBL_LAZY("triggers", TBL_TEXT, 0,
             "TriggerInfo as a JSON array: type, action, guid, data of each", get_triggers),
    TBL_LAZY("performance_library", TBL_TEXT, TBL_NOCASE,
             "Performance\\Library, loaded by every program that reads performance counters",
             get_performance_library),
    COL(service_sid_type, TBL_NOCASE, "NONE, UNRESTRICTED or RESTRICTED"),
    COL(launch_protected, TBL_NOCASE,
        "Protection: NONE, WINDOWS, WINDOWS_LIGHT, ANTIMALWARE_LIGHT"),
    COL(wow64, 0, "WOW64: the machine type of a service that is emulated"),
    TBL_LAZY("security_sddl", TBL_TEXT, 0,
             "Descriptor of the service itself in SDDL; NULL where it has the default one",
             get_security_sddl),
    TBL_LAZY("hidden", TBL_BOOL, 0,
             "Whether that descriptor keeps it out of lists of services: a right to query its "
             "status denied, or granted to no one",
             get_hidden),
    TBL_LAZY("key_sddl", TBL_TEXT, 0, "Descriptor of the key in SDDL", get_key_sddl),
    TBL_LAZY("key_hidden", TBL_BOOL, 0,
             "Whether that descriptor keeps users and administrators from reading the key, so that "
             "Windows shows of it no more than its name",
             get_key_hidden),
    COL(time, TBL_RANGE, "When the key was last written, in seconds since the epoch"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time in UTC, as datetime() writes it", get_datetime),
    COL(last_write, 0, "The same as time"),
    TBL_LAZY("parameters_last_write", TBL_REAL, 0,
             "When its key Parameters was last written, in seconds since the epoch",
             get_parameters_last_write),
    COL(deleted, TBL_KEY, "Whether the tree does not reach the key: deleted, or cut off by damage"),
    COL(recovered, 0, "Whether the hive was brought up to date by its logs"),
    COL(copy, 0, HIVE_COPY_DOC),
    TBL_LAZY("key", TBL_TEXT, TBL_NOCASE, "Path of the key, as in the table registry", get_key),
    COL(host, TBL_KEY | TBL_NOCASE, "Host whose registry it is"),
    COL(source, TBL_KEY | TBL_ID,
        "File of the hive; = reads exactly that file, in evidence or not"),
    COL(cell, TBL_ID, "Offset of the key from the first bin, in bytes"),
    COL(file, TBL_KEY | TBL_HIDDEN,
        "Argument: a file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Services that are kept out of sight",
     "SELECT name, image_path, security_sddl, key_sddl FROM registry_services WHERE hidden OR "
     "key_hidden"},
    {"Services of a shadow copy that the registry in use has no longer",
     "SELECT copy, name, image_path, datetime FROM registry_services AS r WHERE copy IS NOT NULL "
     "AND name NOT IN (SELECT name FROM registry_services WHERE current AND NOT deleted)"},
    {"What was written last",
     "SELECT datetime, name, start_type, image_path, object_name FROM registry_services "
     "WHERE current ORDER BY time DESC LIMIT 10"},
    {"Failure actions that run a command",
     "SELECT name, failure_command, failure_actions FROM registry_services "
     "WHERE failure_command IS NOT NULL"},
    {"Programs that Windows may start in place of the one that was meant",
     "SELECT name, image_path, value AS candidate FROM registry_services, "
     "json_each(path_candidates) WHERE unquoted_path"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table registry_services_table = {
    .name = "registry_services",
    .doc = "Services and drivers of Windows as the SYSTEM hive has them, in every control set, "
           "deleted ones too",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct registry_service),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .artefacts = 1u << ARTEFACT_HIVE,
    .sources = &sources,
    .open = open,
    .close = close,
};
