/* registry_services_scm.c -- who may ask the service control manager itself, and when its list of
 * services changed.
 *
 *     SELECT host, control_set, scm_sddl, remote_access_exemption FROM registry_services_scm
 *      WHERE current AND (scm_sddl IS NOT NULL OR remote_access_exemption);
 *
 * One row a control set. The manager's descriptor is absent by default; `sc sdset scmanager` leaves
 * one. The Services key is written when a service is created or deleted, so its time outlives a
 * service that came and went.
 */
#include "formats/hive/security_descriptor.h"
#include "hive_file.h"
#include "service_key.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct scm {
    const char *control_set;
    bool        current;
    const char *scm_sddl;
    double      scm_sddl_time;
    int64_t     remote_access_exemption;
    const char *remote_access_exemption_list;
    int64_t     services;
    double      services_key_last_write;
    const char *services_key_sddl;
    double      control_key_last_write;
    bool        recovered;
    const char *copy;
    const char *host;
    const char *source;
    int64_t     cell;
    const char *file;
};

struct state {
    struct hive_file    file;
    struct control_sets sets;
    struct control_set  set;
    bool                no_memory; /* a text of this row could not be kept */
    struct buffer       scratch, text;
};

/* Hives of other kinds have no services. */
static int open_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    int r = hive_file_open_parts(tbl_source(scan), &state->file);
    if (r == 0 && state->file.kind == HIVE_SYSTEM)
        control_sets_begin(&state->sets, &state->file.hive);
    return r;
}

static void report_file(struct tbl_scan *scan, struct report *report)
{
    const struct state *state = tbl_state(scan);

    hive_file_report(scan, &state->file, report);
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    hive_file_close(&state->file);
    state->sets = (struct control_sets){0};
}

/* A copy of a text that lasts as long as the row. */
static const char *keep(struct tbl_scan *scan, const struct buffer *text)
{
    struct state *state = tbl_state(scan);
    const char   *copy =
        text->failed ? NULL : tbl_strndup(scan, text->size ? text->data : "", text->size);

    state->no_memory = state->no_memory || !copy;
    return copy;
}

/* A key's own descriptor, or one that a value holds. NULL where there is none. */
static const char *sddl(struct tbl_scan *scan, const struct hive_key *key, const char *subkey,
                        const char *name)
{
    struct state  *state = tbl_state(scan);
    struct hive   *hive = &state->file.hive;
    const uint8_t *data;
    uint32_t       size;
    int            r = name ? service_data(hive, key, subkey, name, &state->scratch, &data, &size)
                            : hive_security(hive, key, &data, &size);

    buffer_reset(&state->text);
    if (r < 0 || sd_put_sddl(&state->text, data, size, name ? SD_SERVICE : SD_KEY) < 0)
        return NULL;
    return keep(scan, &state->text);
}

static void fill_exemptions(struct tbl_scan *scan, struct state *state,
                            const struct hive_key *control, struct scm *row)
{
    struct hive   *hive = &state->file.hive;
    const uint8_t *data;
    uint32_t       size;
    bool           more = false;

    if (service_data(hive, control, "", "RemoteAccessExemption", &state->scratch, &data, &size) ==
            0 &&
        size == 4)
        row->remote_access_exemption = hive_u32(data);
    if (service_data(hive, control, "", "RemoteAccessCheckExemptionList", &state->scratch, &data,
                     &size) < 0)
        return;
    buffer_reset(&state->text);
    buffer_putc(&state->text, '[');
    service_put_strings(&state->text, data, size, "", &more);
    buffer_putc(&state->text, ']');
    row->remote_access_exemption_list = keep(scan, &state->text);
}

static void fill_control(struct tbl_scan *scan, struct state *state, struct scm *row)
{
    struct hive    *hive = &state->file.hive;
    struct hive_key control, security;

    if (hive_find(hive, state->set.key.cell, "Control", &control) < 0)
        return;
    row->control_key_last_write = hive_time(control.written);
    row->scm_sddl = sddl(scan, &control, "ServiceGroupOrder\\Security", "Security");
    if (hive_find(hive, control.cell, "ServiceGroupOrder\\Security", &security) == 0)
        row->scm_sddl_time = hive_time(security.written);
    fill_exemptions(scan, state, &control, row);
}

static int fill(struct tbl_scan *scan, struct state *state, struct scm *row)
{
    const struct scm   *query = tbl_key(scan);
    struct hive_key     services;
    struct hive_subkeys list;

    *row = (struct scm){
        .control_set = state->set.name,
        .current = state->set.current && !tbl_source(scan)->copy,
        .scm_sddl_time = NAN,
        .remote_access_exemption = TBL_NULL,
        .services = TBL_NULL,
        .services_key_last_write = NAN,
        .control_key_last_write = NAN,
        .recovered = state->file.hive.recovered,
        .copy = tbl_source(scan)->copy,
        .host = state->file.host.data,
        .source = tbl_source(scan)->shown,
        .cell = state->set.key.cell,
        .file = query->file,
    };
    fill_control(scan, state, row);
    if (hive_find(&state->file.hive, state->set.key.cell, "Services", &services) == 0) {
        hive_subkeys_begin(&list, &state->file.hive, &services);
        hive_key(&state->file.hive, services.cell, &services); /* a running one counts them now */
        row->services = services.n_subkeys;
        row->services_key_last_write = hive_time(services.written);
        row->services_key_sddl = sddl(scan, &services, "", NULL);
    }
    return state->no_memory ? SQLITE_NOMEM : SQLITE_ROW;
}

static int next_record(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    return control_sets_next(&state->sets, &state->set) ? fill(scan, state, row) : SQLITE_DONE;
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    buffer_free(&state->scratch);
    buffer_free(&state->text);
}

#define COL(field, flags, doc) TBL_COL(struct scm, field, flags, doc)

static const struct tbl_column columns[] = {
    COL(control_set, TBL_NOCASE, "Key of the control set: ControlSet001"),
    COL(current, 0,
        "Whether it is the control set in use (Select\\Current) of the registry in use, no copy's"),
    COL(scm_sddl, 0, "Descriptor of the service control manager in SDDL; NULL: the default one"),
    COL(scm_sddl_time, 0,
        "When that descriptor's key was last written, in seconds since the epoch"),
    COL(remote_access_exemption, 0,
        "Control\\RemoteAccessExemption; 1 lets remote callers past the check for administrators"),
    COL(remote_access_exemption_list, TBL_NOCASE,
        "Control\\RemoteAccessCheckExemptionList, services without that check, as a JSON array"),
    COL(services, 0, "Count of keys below Services, as the key says"),
    COL(services_key_last_write, 0,
        "When the Services key was last written: a service created or deleted; seconds since the "
        "epoch"),
    COL(services_key_sddl, 0, "Descriptor of the Services key in SDDL"),
    COL(control_key_last_write, 0,
        "When the Control key was last written, in seconds since the epoch"),
    COL(recovered, 0, "Whether the hive was brought up to date by its logs"),
    COL(copy, 0, HIVE_COPY_DOC),
    COL(host, TBL_KEY | TBL_NOCASE, "Host whose registry it is"),
    COL(source, TBL_KEY | TBL_ID,
        "File of the hive; = reads exactly that file, in evidence or not"),
    COL(cell, TBL_ID, "Offset of the control set's key from the first bin, in bytes"),
    COL(file, TBL_KEY | TBL_HIDDEN,
        "Argument: a file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Who was let in to the service control manager",
     "SELECT host, control_set, scm_sddl, remote_access_exemption FROM registry_services_scm "
     "WHERE scm_sddl IS NOT NULL OR remote_access_exemption"},
    {"Services that came and went: the parent was written after all of its children",
     "SELECT p.control_set, datetime(p.services_key_last_write, 'unixepoch') AS parent, "
     "datetime(max(s.time), 'unixepoch') AS newest FROM registry_services_scm p "
     "JOIN registry_services s USING (source, control_set) GROUP BY p.source, p.control_set "
     "HAVING p.services_key_last_write > max(s.time) + 60"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table registry_services_scm_table = {
    .name = "registry_services_scm",
    .doc = "The service control manager's own descriptor and exemptions, and its key's last write",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct scm),
    .state_size = sizeof(struct state),
    .rows = 2,
    .artefacts = 1u << ARTEFACT_HIVE,
    .sources = &sources,
    .close = close,
};
