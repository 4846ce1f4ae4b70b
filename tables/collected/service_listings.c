/* service_listings.c -- services as service tools printed them, in files that a collection holds.
 *
 *     SELECT host, name, status, command, form, source FROM service_listings WHERE platform = 'windows';
 *     SELECT name, command FROM service_listings('/cases/ws01/sc_qc.txt');
 *
 * A row is what one command said of one service: a service that systemctl list-units, list-unit-files and
 * show have printed has three. formats/listing/listing.h names the forms. Values are written alike for all
 * tools, those that a tool did not print are NULL.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence.h"
#include "formats/listing/listing.h"
#include "formats/log/stream.h"
#include "formats/text/utf16_text.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct service_listing {
    const char *name;
    const char *form;
    const char *platform;
    const char *service_type;
    const char *display_name;
    const char *description;
    const char *status;
    int64_t     pid;
    const char *start_type;
    int64_t     win32_exit_code;
    int64_t     service_exit_code;
    const char *command;
    const char *program;
    const char *arguments;
    const char *commands;
    const char *environment;
    const char *user_account;
    const char *state;
    const char *load_state;
    const char *scope;
    const char *definition;
    const char *module_path;
    const char *failure_command;
    const char *started_by;
    const char *computer;
    double      time;
    const char *host;
    const char *source;
    int64_t     position;
    const char *path;
};

struct state {
    const struct tbl_terms *names, *platforms;
    struct stream          *stream;
    struct utf16_text       utf16;
    struct listing         *listing;
    const char             *block;
    size_t                  n_block;
    bool                    ended;
    double                  mtime;
};

static const struct {
    enum listing_field field;
    size_t             offset;
} texts[] = {
#define TEXT(id, name)                                                                             \
    {                                                                                              \
        LISTING_##id, offsetof(struct service_listing, name)                                       \
    }
    TEXT(NAME, name),
    TEXT(SERVICE_TYPE, service_type),
    TEXT(DISPLAY_NAME, display_name),
    TEXT(DESCRIPTION, description),
    TEXT(STATUS, status),
    TEXT(START_TYPE, start_type),
    TEXT(COMMAND, command),
    TEXT(PROGRAM, program),
    TEXT(ARGUMENTS, arguments),
    TEXT(COMMANDS, commands),
    TEXT(ENVIRONMENT, environment),
    TEXT(ACCOUNT, user_account),
    TEXT(STATE, state),
    TEXT(LOAD, load_state),
    TEXT(SCOPE, scope),
    TEXT(DEFINITION, definition),
    TEXT(MODULE, module_path),
    TEXT(FAILURE, failure_command),
    TEXT(STARTED_BY, started_by),
    TEXT(COMPUTER, computer),
#undef TEXT
};

static int open(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->names = TBL_TERMS(scan, struct service_listing, name);
    state->platforms = TBL_TERMS(scan, struct service_listing, platform);
    return SQLITE_OK;
}

static int open_file(struct tbl_scan *scan)
{
    struct state        *state = tbl_state(scan);
    const struct source *source = tbl_source(scan);
    struct stat          st = {0};

    int r = root_open_stream(source->root, source->path, &st, &state->stream);
    if (r < 0)
        return r;
    state->mtime = st.st_mtime ? (double)st.st_mtime : NAN;
    state->ended = false;
    state->n_block = 0;
    return listing_new(&state->listing);
}

static void close_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    stream_close(state->stream);
    listing_free(state->listing);
    utf16_text_free(&state->utf16);
    state->stream = NULL;
    state->listing = NULL;
    state->utf16 = (struct utf16_text){0};
}

/* The next record: 1, 0 at the end, or a negative errno. */
static int next(struct state *state)
{
    for (;;) {
        char *block;
        int   r = state->ended ? listing_end(state->listing)
                               : listing_feed(state->listing, &state->block, &state->n_block);
        if (r || state->ended)
            return r;
        r = stream_block(state->stream, &block, &state->n_block);
        if (r < 0)
            return r;
        state->ended = r == 0;
        state->block = block;
        if (r > 0 && utf16_text_feed(&state->utf16, &state->block, &state->n_block) < 0)
            return -ENOMEM;
    }
}

static int64_t number(const struct listing *listing, enum listing_field field)
{
    const char *text = listing_value(listing, field);

    return text ? strtoll(text, NULL, 10) : TBL_NULL;
}

static int next_record(struct tbl_scan *scan, void *out)
{
    struct state                 *state = tbl_state(scan);
    struct service_listing       *row = out;
    const struct service_listing *key = tbl_key(scan);
    const struct source          *source = tbl_source(scan);

    int r = next(state);
    if (r <= 0)
        return r < 0 ? r : SQLITE_DONE;
    row->platform = listing_platform(state->listing);
    for (size_t i = 0; i < TBL_COUNT(texts); i++)
        *(const char **)((char *)row + texts[i].offset) =
            listing_value(state->listing, texts[i].field);
    if (!tbl_match_text(state->platforms, row->platform, false) ||
        !tbl_match_text(state->names, row->name, true))
        return SQLITE_OK;
    row->form = listing_form(state->listing);
    row->pid = number(state->listing, LISTING_PID);
    row->win32_exit_code = number(state->listing, LISTING_WIN32_EXIT_CODE);
    row->service_exit_code = number(state->listing, LISTING_SERVICE_EXIT_CODE);
    row->time = state->mtime;
    row->host = source->host;
    row->source = source->shown;
    row->position = (int64_t)listing_at(state->listing);
    row->path = key->path;
    return SQLITE_ROW;
}

/* What was left out. The names of sc's fields in other languages are not known: such services are lost, and
 * what is lost whole is damaged. */
static void report_file(struct tbl_scan *scan, struct report *report)
{
    struct state *state = tbl_state(scan);

    if (!state->listing)
        return;
    struct listing_lost lost = listing_lost(state->listing);
    char               *bad = NULL, *foreign = NULL, *others = NULL;
    if (lost.bad)
        bad = tbl_printf(scan, "%lld records that could not be read whole", (long long)lost.bad);
    if (lost.foreign)
        foreign = tbl_printf(scan, "%lld lines in another language than English",
                             (long long)lost.foreign);
    if (lost.others)
        others = tbl_printf(scan, "%lld entries that are not of services", (long long)lost.others);
    report->skipped = (int64_t)(lost.bad + lost.foreign);
    if (report->status == SOURCE_READ && lost.bad + lost.foreign)
        report->status = SOURCE_DAMAGED;
    if (bad || foreign || others)
        report->detail = tbl_printf(scan, "%s%s%s%s%s%s%s", report->detail ? report->detail : "",
                                    report->detail ? "; " : "", bad ? bad : "",
                                    bad && foreign ? "; " : "", foreign ? foreign : "",
                                    (bad || foreign) && others ? "; " : "", others ? others : "");
}

static const struct tbl_column columns[] = {
    TBL_COL(struct service_listing, name, TBL_KEY | TBL_NOCASE | TBL_NOT_NULL,
            "Name of the service: of a unit with its suffix, of launchd the label"),
    TBL_COL(struct service_listing, form, 0,
            "Command or tool whose output this is: systemctl show, sc qc, Win32_Service"),
    TBL_COL(struct service_listing, platform, TBL_KEY | TBL_NOT_NULL, "linux, windows or macos"),
    TBL_COL(struct service_listing, service_type, TBL_NOCASE,
            "OWN_PROCESS, SHARE_PROCESS, KERNEL_DRIVER and so on; LAUNCH_DAEMON or LAUNCH_AGENT"),
    TBL_COL(struct service_listing, display_name, TBL_NOCASE, "Display name, of Windows"),
    TBL_COL(struct service_listing, description, TBL_NOCASE, "Description"),
    TBL_COL(struct service_listing, status, 0,
            "RUNNING, STOPPED, START_PENDING, FAILED and so on, when the command ran"),
    TBL_COL(struct service_listing, pid, 0, "Process of the service; NULL where it does not run"),
    TBL_COL(struct service_listing, start_type, 0,
            "AUTO_START, DEMAND_START, DISABLED, BOOT_START or SYSTEM_START"),
    TBL_COL(struct service_listing, win32_exit_code, 0, "Windows' code of its last end"),
    TBL_COL(struct service_listing, service_exit_code, 0, "The service's own code of its last end"),
    TBL_COL(struct service_listing, command, TBL_NOCASE,
            "What it runs, as the tool shows it; each ExecStart= on a line"),
    TBL_COL(struct service_listing, program, TBL_NOCASE,
            "Its program, where the tool shows that apart from the command"),
    TBL_COL(struct service_listing, arguments, 0, "ProgramArguments of launchd, a JSON array"),
    TBL_COL(struct service_listing, commands, 0,
            "All commands of a unit as a JSON array of objects: setting, program, text"),
    TBL_COL(struct service_listing, environment, 0, "Environment= of a unit"),
    TBL_COL(struct service_listing, user_account, TBL_NOCASE, "Account that it runs as"),
    TBL_COL(struct service_listing, state, 0,
            "enabled, disabled, static, masked and so on, as the tool says"),
    TBL_COL(struct service_listing, load_state, 0, "Of a unit: loaded, not-found, masked, error"),
    TBL_COL(struct service_listing, scope, 0, "Of launchd the domain: system, gui/501"),
    TBL_COL(struct service_listing, definition, TBL_NOCASE,
            "Where it is defined: unit file, property list or key of the registry"),
    TBL_COL(struct service_listing, module_path, TBL_NOCASE, "ServiceDll"),
    TBL_COL(struct service_listing, failure_command, TBL_NOCASE, "Command that runs when it fails"),
    TBL_COL(struct service_listing, started_by, 0, "Units that start it, such as its timer"),
    TBL_COL(struct service_listing, computer, TBL_NOCASE,
            "Computer that the tool names, where it does"),
    TBL_COL(
        struct service_listing, time, 0,
        "When the file was last written, in seconds since the epoch, UTC; NULL where not known"),
    TBL_COL(struct service_listing, host, TBL_KEY, "Host that the file belongs to"),
    TBL_COL(struct service_listing, source, TBL_KEY | TBL_ID, "File that lists it"),
    TBL_COL(struct service_listing, position, TBL_ID,
            "Where in the file, as UTF-8, it begins, in bytes"),
    TBL_COL(struct service_listing, path, TBL_KEY | TBL_HIDDEN,
            "Argument: file, folder or glob to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"What each collected listing holds",
     "SELECT source, form, count(*) AS services FROM service_listings GROUP BY source, form"},
    {"Services that one listing knows and no other does",
     "SELECT host, name, group_concat(DISTINCT form) AS forms FROM service_listings "
     "GROUP BY host, name HAVING count(DISTINCT form) = 1"},
};

static const struct tbl_source_table sources = {
    .open_file = open_file,
    .next_record = next_record,
    .report_file = report_file,
    .close_file = close_file,
};

const struct tbl_table service_listings_table = {
    .name = "service_listings",
    .doc =
        "Services as systemctl, launchctl, sc, reg, PowerShell, wmic, autorunsc, Velociraptor and "
        "osquery printed them, in files of collections",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct service_listing),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .artefacts = 1u << ARTEFACT_SERVICE_LISTING,
    .sources = &sources,
    .open = open,
};
