/* logged_in_users.c -- who is logged in, by utmp or, where nothing keeps one any more, by logind.
 *
 *     SELECT user, tty, host, datetime(time, 'unixepoch') FROM logged_in_users WHERE type = 'user';
 *
 * osquery's columns, of which `host` is the host that the user came from; the evidence's is
 * `hostname`.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/log/utmp.h"
#include "formats/text/property_text.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct login_row {
    const char *type;
    const char *user;
    const char *tty;
    const char *host;
    int64_t     time;
    int64_t     pid;
    int64_t     number;
    const char *hostname;
    const char *source;
    const char *root;
};

enum { UTMP, SESSION };

/* utmp is read once, though /var/run is a link to /run on every system of today: see wanted(). */
static const struct place_of_files places[] = {
    {"/run", "utmp", UTMP, true},
    {"/var/run", "utmp", UTMP, true},
    {"/run/systemd/sessions", "*", SESSION, true},
};

struct state {
    struct place_files files;
    size_t             at, record; /* in an utmp: of the next record, and its size */
    int64_t            number;
    bool               has_utmp; /* the root has one: logind's sessions are in it */
};

static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    struct state *state = tbl_state(scan);

    if (state->has_utmp)
        return false;
    size_t size = strlen(name);
    return place->tag == UTMP || size < 4 || strcmp(name + size - 4, ".ref") != 0;
}

static int begin_root(struct tbl_scan *scan)
{
    ((struct state *)tbl_state(scan))->has_utmp = false;
    return SQLITE_OK;
}

/* A copy as text; of an empty one the empty text, as osquery has it. False: out of memory. */
static bool copy(struct tbl_scan *scan, const char *text, size_t size, const char **ret)
{
    *ret = tbl_utf8(scan, text, size);
    return *ret != NULL;
}

static void fill_place(struct state *state, struct login_row *row)
{
    state->files.records++;
    row->number = ++state->number;
    row->hostname = state->files.source.host;
    row->source = state->files.shown;
}

static int next_record(struct tbl_scan *scan, void *out)
{
    struct state      *state = tbl_state(scan);
    struct login_row  *row = out;
    struct utmp_record record;

    while (state->files.place.tag == UTMP &&
           state->files.size - state->at >= (state->record ? state->record : 1)) {
        const uint8_t *data = (const uint8_t *)state->files.text + state->at;
        state->at += state->record;
        int r = utmp_read(data, state->record, &record);
        state->files.skipped += r < 0;
        if (r <= 0)
            continue;
        fill_place(state, row);
        row->type = record.type;
        row->time = record.time;
        row->pid = record.pid;
        return copy(scan, record.user, record.user_size, &row->user) &&
                       copy(scan, record.tty, record.tty_size, &row->tty) &&
                       copy(scan, record.host, record.host_size, &row->host)
                   ? SQLITE_ROW
                   : SQLITE_NOMEM;
    }
    return SQLITE_DONE;
}

/* A number within the text of a file, which has a NUL after it. */
static int64_t whole_number(struct property_span value)
{
    return value.size ? strtoll(value.text, NULL, 10) : TBL_NULL;
}

static bool take_property(struct tbl_scan *scan, const struct property *property,
                          struct login_row *row)
{
    const struct {
        const char  *name;
        const char **text;
    } texts[] = {{"USER", &row->user},
                 {"TTY", &row->tty},
                 {"REMOTE_HOST", &row->host},
                 {"CLASS", &row->type}};

    for (size_t i = 0; i < TBL_COUNT(texts); i++)
        if (strlen(texts[i].name) == property->name.size &&
            memcmp(texts[i].name, property->name.text, property->name.size) == 0)
            return copy(scan, property->value.text, property->value.size, texts[i].text);
    if (property->name.size == 6 && memcmp(property->name.text, "LEADER", 6) == 0)
        row->pid = whole_number(property->value);
    if (property->name.size == 8 && memcmp(property->name.text, "REALTIME", 8) == 0)
        row->time = whole_number(property->value) / 1000000;
    return true;
}

/* One session of logind: a file of NAME=VALUE (sd_session_get_uid(3) and similar functions read it). */
static int fill_session(struct tbl_scan *scan, struct login_row *row)
{
    struct state        *state = tbl_state(scan);
    struct property_span text = {state->files.text, state->files.size};
    struct property      property;
    int                  r;

    row->user = row->tty = row->host = "";
    row->type = "user";
    row->time = row->pid = TBL_NULL;
    while ((r = property_next(PROPERTY_ENVIRONMENT, &text, &property)) != 0)
        if (r > 0 && !take_property(scan, &property, row))
            return SQLITE_NOMEM;
    if (!*row->user) {
        state->files.skipped++;
        return SQLITE_DONE;
    }
    fill_place(state, row);
    return SQLITE_ROW;
}

static int begin_file(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    if (state->files.place.tag == SESSION)
        return fill_session(scan, row);
    state->has_utmp = true;
    state->record = utmp_record_size((const uint8_t *)state->files.text, state->files.size);
    state->at = state->record ? 0 : state->files.size;
    state->files.skipped += !state->record || state->files.size % state->record;
    return SQLITE_OK;
}

static int next(struct tbl_scan *scan, void *row)
{
    return place_files_row(&((struct state *)tbl_state(scan))->files, row);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state           *state = tbl_state(scan);
    const struct login_row *key = tbl_key(scan);

    state->files = (struct place_files){.scan = scan,
                                        .kind = "logins",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .wanted = wanted,
                                        .begin_root = begin_root,
                                        .begin_file = begin_file,
                                        .next_record = next_record};
    return place_files_begin(&state->files,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->hostname,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    place_files_end(&((struct state *)tbl_state(scan))->files);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct login_row, type, 0,
            "user for a logged-in user; else the type of the record in utmp(5): boot_time, "
            "runlevel, init, login, dead; of logind the session's class"),
    TBL_COL(struct login_row, user, 0, "Name of the user"),
    TBL_COL(struct login_row, tty, 0, "Terminal"),
    TBL_COL(struct login_row, host, 0, "Remote host that the user came from"),
    TBL_COL(struct login_row, time, 0, "When it began, in seconds since the epoch"),
    TBL_COL(struct login_row, pid, 0, "Process that leads the session"),
    TBL_COL(struct login_row, number, TBL_ID, "Number of the record in the scan, from 1"),
    TBL_COL(struct login_row, hostname, TBL_KEY, "Host of the login"),
    TBL_COL(struct login_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct login_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Who is logged in, from where",
     "SELECT user, tty, host, datetime(time, 'unixepoch') FROM logged_in_users "
     "WHERE type = 'user'"},
};

const struct tbl_table logged_in_users_table = {
    .name = "logged_in_users",
    .doc = "Who is logged in, by utmp or logind's sessions; osquery's columns",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct login_row),
    .state_size = sizeof(struct state),
    .rows = 10,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
