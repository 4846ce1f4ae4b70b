/* host_properties.c -- what a host's files say of the host: names, release, machine, processor.
 *
 *     SELECT host, value FROM host_properties WHERE file = 'os-release' AND name = 'PRETTY_NAME';
 *
 * The views of osquery's names (system_info, os_version, uptime) read it.
 */
#include <errno.h>
#include <string.h>

#include "formats/plist/plist.h"
#include "formats/text/property_text.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define ROOTS      (1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT)
#define PLIST_FORM (PROPERTY_VALUE + 1)

struct property_row {
    const char *file;
    const char *name;
    const char *value;
    int64_t     number;
    const char *host;
    const char *source;
    const char *root;
};

/* The running host's too: /proc and /sys of a disk are empty. */
static const struct place_of_files places[] = {
    {"/etc/os-release", NULL, PROPERTY_ENVIRONMENT, true},
    {"/usr/lib/os-release", NULL, PROPERTY_ENVIRONMENT, true},
    {"/etc/hostname", NULL, PROPERTY_VALUE, true},
    {"/etc/machine-id", NULL, PROPERTY_VALUE, true},
    {"/var/lib/dpkg/arch", NULL, PROPERTY_VALUE, true},
    {"/proc/uptime", NULL, PROPERTY_VALUE, true},
    {"/proc/sys/kernel/arch", NULL, PROPERTY_VALUE, true},
    {"/proc/sys/kernel/osrelease", NULL, PROPERTY_VALUE, true},
    {"/proc/cmdline", NULL, PROPERTY_VALUE, true},
    {"/sys/firmware/efi/fw_platform_size", NULL, PROPERTY_VALUE, true},
    {"/proc/meminfo", NULL, PROPERTY_COLON, true},
    {"/proc/cpuinfo", NULL, PROPERTY_COLON, true},
    {"/sys/class/dmi/id", "*_*", PROPERTY_VALUE, true},
    {"/System/Library/CoreServices/SystemVersion.plist", NULL, PLIST_FORM, true},
};

struct state {
    struct place_files      files;
    const struct tbl_terms *file_terms;
    struct property_span    text;  /* of the open file, what is not read yet */
    struct buffer           plist; /* its strings as lines of NAME=VALUE */
    struct buffer           key;
    int64_t                 number;
};

/* Of a property list's dictionary, every string; a newline cannot be part of a line. */
static int take_event(void *user, const struct plist_event *event)
{
    struct state *state = user;

    if (event->depth != 1)
        return 0;
    if (event->type == PLIST_KEY) {
        buffer_reset(&state->key);
        buffer_put(&state->key, event->text, event->size);
        return state->key.failed ? -ENOMEM : 0;
    } else if (event->type == PLIST_STRING && state->key.size &&
               !memchr(event->text, '\n', event->size)) {
        buffer_put(&state->plist, state->key.data, state->key.size);
        buffer_putc(&state->plist, '=');
        buffer_put(&state->plist, event->text, event->size);
        buffer_putc(&state->plist, '\n');
    }
    return 0;
}

static int open_plist(struct state *state)
{
    buffer_reset(&state->plist);
    int r =
        plist_parse((const uint8_t *)state->files.text, state->files.size, take_event, state, NULL);
    state->files.error = r;
    if (r == -ENOMEM || !buffer_text(&state->plist))
        return SQLITE_NOMEM;
    state->text = (struct property_span){state->plist.data, state->plist.size};
    return SQLITE_ROW;
}

static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    (void)place;
    return tbl_match_text(((struct state *)tbl_state(scan))->file_terms, name, false);
}

static int next_file(struct state *state)
{
    int rc = place_files_next(&state->files);

    state->number = 0;
    if (rc == SQLITE_ROW && state->files.place.tag == PLIST_FORM)
        return open_plist(state);
    if (rc == SQLITE_ROW)
        state->text = (struct property_span){state->files.text, state->files.size};
    return rc;
}

static int fill(struct tbl_scan *scan, const struct property *property, struct property_row *row)
{
    struct state *state = tbl_state(scan);

    state->files.records++;
    row->number = ++state->number;
    row->file = state->files.name;
    row->name = property->name.size ? tbl_utf8(scan, property->name.text, property->name.size)
                                    : state->files.name;
    row->value = tbl_utf8(scan, property->value.text, property->value.size);
    row->host = state->files.source.host;
    row->source = state->files.shown;
    return row->name && row->value ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state   *state = tbl_state(scan);
    struct property property;

    for (;;) {
        int  tag = state->files.place.tag;
        bool lines = tag == PROPERTY_ENVIRONMENT || tag == PLIST_FORM;
        int  r = property_next(lines ? PROPERTY_ENVIRONMENT : (enum property_form)tag, &state->text,
                              &property);
        if (r > 0)
            return fill(scan, &property, row);
        if (r < 0) {
            state->files.skipped++;
            continue;
        }
        int rc = next_file(state);
        if (rc != SQLITE_ROW)
            return rc;
    }
}

static int open_scan(struct tbl_scan *scan)
{
    struct state              *state = tbl_state(scan);
    const struct property_row *key = tbl_key(scan);

    state->file_terms = TBL_TERMS(scan, struct property_row, file);
    state->files = (struct place_files){.scan = scan,
                                        .kind = "host",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .wanted = wanted};
    return place_files_begin(
        &state->files,
        &(struct sources_want){.artefacts = ROOTS, .host = key->host, .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    place_files_end(&state->files);
    buffer_free(&state->plist);
    buffer_free(&state->key);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct property_row, file, TBL_KEY,
            "Name of the file that says it: os-release, hostname, machine-id, arch, uptime, "
            "meminfo, cpuinfo, osrelease and cmdline (of the kernel), fw_platform_size (of EFI), "
            "SystemVersion.plist, or one of /sys/class/dmi/id"),
    TBL_COL(struct property_row, name, 0,
            "Name of the property; the file's where the file is one value"),
    TBL_COL(struct property_row, value, 0, "Its value, without quotes"),
    TBL_COL(struct property_row, number, TBL_ID, "Number of the property in its file, from 1"),
    TBL_COL(struct property_row, host, TBL_KEY, "Host that the property belongs to"),
    TBL_COL(struct property_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct property_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Which system each host runs",
     "SELECT host, value FROM host_properties WHERE file = 'os-release' AND name = 'PRETTY_NAME'"},
};

const struct tbl_table host_properties_table = {
    .name = "host_properties",
    .doc = "What a host's files say of the host itself: its name, release, machine and processor",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct property_row),
    .state_size = sizeof(struct state),
    .rows = 100,
    .artefacts = ROOTS,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
