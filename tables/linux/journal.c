/* journal.c -- every entry of systemd's journal: this host's, another root's, or a copied file's.
 *
 *     SELECT datetime, unit, message FROM journal
 *      WHERE identifier = 'sudo' AND time > unixepoch() - 3600;
 *
 * Files are read in place by journal_file.h, one after another: rows come in the order of time
 * within a file. What = and IN say of a field becomes the lists of entries that have its values, a
 * time is found by bisection, and an entry's fields are gone through once.
 */
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "buffer.h"
#include "evidence.h"
#include "journal_file.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define FILE_MAX      ((size_t)8 << 30) /* bytes; journald's own limit is 4 GiB */
#define FILES_MAX     100000            /* in a directory */
#define VALUES_MAX    100000 /* values of a field whose entries are looked up; more: all are read */
#define CACHE_SIZE    4096   /* data objects whose column is remembered */
#define RELAX_ENTRIES 8192   /* after so many, pages that were read are given back */

struct journal_row {
    double      time;
    const char *host;
    const char *identifier;
    const char *message;
    int64_t     priority;
    const char *unit;
    const char *user_unit;
    int64_t     pid;
    int64_t     uid;
    int64_t     gid;
    const char *comm;
    const char *exe;
    const char *cmdline;
    const char *transport;
    const char *message_id;
    const char *about_unit;
    const char *about_user_unit;
    const char *job_type;
    const char *job_result;
    const char *invocation_id;
    const char *session;
    int64_t     login_uid;
    int64_t     audit_session;
    int64_t     audit_type;
    const char *audit_type_name;
    int64_t     audit_id;
    const char *hostname;
    const char *boot_id;
    int64_t     monotonic;
    int64_t     seqnum;
    bool        recovered;
    const char *source;
    int64_t     offset;
    const char *path;
    const char *root;

    struct journal_entry entry;
};

/* Which column a field fills. */
struct known {
    const char *field;
    size_t      offset; /* of a text, or a number */
    bool        number;
};

#define TEXT(field, column)                                                                        \
    {                                                                                              \
        field, offsetof(struct journal_row, column), false                                         \
    }
#define NUMBER(field, column)                                                                      \
    {                                                                                              \
        field, offsetof(struct journal_row, column), true                                          \
    }

/* Sorted by bytes, for find_known(). systemd.journal-fields(7). */
static const struct known known_fields[] = {
    TEXT("INVOCATION_ID", invocation_id),
    TEXT("JOB_RESULT", job_result),
    TEXT("JOB_TYPE", job_type),
    TEXT("MESSAGE", message),
    TEXT("MESSAGE_ID", message_id),
    NUMBER("PRIORITY", priority),
    TEXT("SYSLOG_IDENTIFIER", identifier),
    TEXT("UNIT", about_unit),
    TEXT("USER_INVOCATION_ID", invocation_id),
    TEXT("USER_UNIT", about_user_unit),
    NUMBER("_AUDIT_ID", audit_id),
    NUMBER("_AUDIT_LOGINUID", login_uid),
    NUMBER("_AUDIT_SESSION", audit_session),
    NUMBER("_AUDIT_TYPE", audit_type),
    TEXT("_AUDIT_TYPE_NAME", audit_type_name),
    TEXT("_BOOT_ID", boot_id),
    TEXT("_CMDLINE", cmdline),
    TEXT("_COMM", comm),
    TEXT("_EXE", exe),
    NUMBER("_GID", gid),
    TEXT("_HOSTNAME", hostname),
    NUMBER("_PID", pid),
    TEXT("_SYSTEMD_SESSION", session),
    TEXT("_SYSTEMD_UNIT", unit),
    TEXT("_SYSTEMD_USER_UNIT", user_unit),
    TEXT("_TRANSPORT", transport),
    NUMBER("_UID", uid),
};

#define N_KNOWN TBL_COUNT(known_fields)

enum { UNKNOWN = -1 }; /* a field that fills no column which the query reads */

/* Which column a data object fills, for those seen last. */
struct cached {
    uint64_t offset; /* 0: none */
    int      known;
};

struct files {
    char **paths; /* within the source's root */
    size_t n, room, next;
};

struct state {
    struct sources          sources;
    struct source           source;
    struct files            files;
    const struct tbl_terms *times, *terms[N_KNOWN];
    bool                    used[N_KNOWN], any_used, boot_used;
    uint64_t                from, to; /* microseconds, both included */

    struct root_map     map;
    struct journal_file file; /* size 0: none is open */
    char                shown[2 * ROOT_PATH_MAX];
    bool                copied; /* lies where no host keeps its journal */

    uint64_t           *values; /* data objects whose entries are read, sorted; NULL: all are */
    size_t              n_values, value;
    struct journal_list list;
    bool                carving; /* the list broke off */
    uint64_t            last;    /* entry read last */
    uint64_t            carved;
    int64_t             records, lost, partial; /* partial: entries with an unreadable field */
    unsigned            since_relax;
    struct cached       cache[CACHE_SIZE];
};

/* Files --------------------------------------------------------------------------- */

static void forget_files(struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct files){0};
}

static int add_file(struct files *files, const char *dir, const char *name)
{
    char *path = NULL;

    if (files->n == files->room) {
        size_t room = files->room ? 2 * files->room : 16;
        char **paths = realloc(files->paths, room * sizeof *paths);
        if (!paths)
            return -ENOMEM;
        files->paths = paths;
        files->room = room;
    }
    if (asprintf(&path, name ? "%s/%s" : "%s", dir, name) < 0)
        return -ENOMEM;
    files->paths[files->n++] = path;
    return 0;
}

static bool is_journal(const char *name)
{
    size_t size = strlen(name);

    return (size > 8 && strcmp(name + size - 8, ".journal") == 0) ||
           (size > 9 && strcmp(name + size - 9, ".journal~") == 0);
}

/* The journal files of a directory and of those right below it, one a machine or namespace. */
static int collect(struct state *state, const char *dir, int depth)
{
    struct root_names names = {0};
    size_t            lost = 0;
    int               r = root_list(state->source.root, dir, NULL, FILES_MAX, &names, &lost);

    for (size_t i = 0; r == 0 && i < names.n; i++) {
        char        path[ROOT_PATH_MAX];
        struct stat st;

        if (is_journal(names.names[i]))
            r = add_file(&state->files, dir, names.names[i]);
        else if (depth &&
                 (size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path &&
                 root_stat(state->source.root, path, false, &st) == 0 && S_ISDIR(st.st_mode))
            r = collect(state, path, depth - 1);
    }
    root_names_free(&names);
    return r == -ENOENT || root_denied(r) ? 0 : r;
}

static int report(struct tbl_scan *scan, const struct state *state, const char *location, int r,
                  const char *detail)
{
    return svcql_report(tbl_svcql(scan), &(struct report){
                                             .table = "journal",
                                             .kind = artefact_name(ARTEFACT_JOURNAL),
                                             .host = state->source.host,
                                             .location = location,
                                             .status = r < 0 ? source_status_of(r) : SOURCE_READ,
                                             .records = state->records,
                                             .skipped = state->lost,
                                             .detail = detail  ? detail
                                                       : r < 0 ? strerror(-r)
                                                               : NULL,
                                         });
}

/* Take the next source and list its files: SQLITE_ROW, SQLITE_DONE or an error. */
static int next_source(struct tbl_scan *scan, struct state *state)
{
    DIR *dir = NULL;
    char detail[64];
    int  r = sources_next(&state->sources, &state->source);

    forget_files(&state->files);
    state->records = state->lost = 0;
    if (r <= 0)
        return r < 0 ? tbl_error(scan, r, "evidence") : SQLITE_DONE;
    r = root_open_dir(state->source.root, state->source.path, &dir);
    if (r == -ENOTDIR) {
        r = add_file(&state->files, state->source.path, NULL);
        return r < 0 ? tbl_error(scan, r, state->source.shown) : SQLITE_ROW;
    }
    if (r == 0) {
        closedir(dir);
        r = collect(state, state->source.path, 1);
    }
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    snprintf(detail, sizeof detail, "%zu files", state->files.n);
    state->records = TBL_NULL;
    int rc = report(scan, state, state->source.shown, r, r < 0 ? NULL : detail);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* What the query asks of fields ------------------------------------------------------ */

static bool constrained(const struct tbl_terms *terms)
{
    return terms->n || terms->prefix || terms->min > -INFINITY || terms->max < INFINITY;
}

static bool parse_number(const char *text, size_t size, int64_t *ret)
{
    char digits[24], *end;

    if (!size || size >= sizeof digits)
        return false;
    memcpy(digits, text, size);
    digits[size] = '\0';
    errno = 0;
    *ret = strtoll(digits, &end, 10);
    return !errno && *end == '\0' && end != digits;
}

/* 1, 0, or -ENOMEM. */
static int matches(struct tbl_scan *scan, const struct known *known, const struct tbl_terms *terms,
                   const struct journal_field *field)
{
    const char *value = field->at + field->name_size + 1;
    size_t      size = field->size - field->name_size - 1;
    int64_t     number;

    if (known->number)
        return parse_number(value, size, &number) && tbl_match_int(terms, number);
    char *text = tbl_utf8(scan, value, size);
    return text ? tbl_match_text(terms, text, false) : -ENOMEM;
}

struct selection {
    uint64_t *values;
    size_t    n;
    uint64_t  entries;
};

static int select_value(struct journal_file *file, struct selection *selection, uint64_t offset)
{
    struct journal_list list;

    if (selection->n == VALUES_MAX || journal_entries_of(file, offset, &list) < 0 ||
        !journal_whole(file, list))
        return -EBADMSG;
    if ((selection->n & (selection->n - 1)) == 0) {
        uint64_t *values =
            realloc(selection->values, (selection->n ? 2 * selection->n : 1) * sizeof *values);
        if (!values)
            return -ENOMEM;
        selection->values = values;
    }
    selection->values[selection->n++] = offset;
    selection->entries += list.left + (list.first != 0);
    return 0;
}

/* Go through the distinct values of a field and keep those that the terms allow. -EBADMSG: the
 * file's lists do not hold together, or it is not worth it. */
static int select_values(struct tbl_scan *scan, struct journal_file *file,
                         const struct known *known, const struct tbl_terms *terms,
                         struct selection *ret)
{
    struct journal_field field;
    uint64_t             offset;
    int                  r = journal_values(file, known->field, &offset);

    while (r == 0 && offset) {
        r = journal_data(file, offset, &field);
        if (r == 0)
            r = matches(scan, known, terms, &field);
        if (r > 0)
            r = select_value(file, ret, offset);
        if (r == 0)
            r = journal_next_value(file, offset, &offset);
    }
    return r;
}

static int compare_offsets(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Choose the constrained field with the fewest entries; without one, or where the file's lists do
 * not hold together, all entries are read. */
static int choose(struct tbl_scan *scan, struct state *state)
{
    struct selection best = {.entries = UINT64_MAX};

    for (size_t i = 0; i < N_KNOWN; i++) {
        struct selection selection = {0};
        int              r = 1;

        if (state->terms[i] && constrained(state->terms[i]))
            r = select_values(scan, &state->file, &known_fields[i], state->terms[i], &selection);
        if (r == -ENOMEM) {
            free(selection.values);
            free(best.values);
            return r;
        }
        bool better = r == 0 && selection.entries < best.entries &&
                      selection.entries <= state->file.n_entries / 2;
        free(better ? best.values : selection.values);
        if (better)
            best = selection;
    }
    if (best.entries == UINT64_MAX)
        return 0;
    if (!best.values && !(best.values = malloc(sizeof *best.values)))
        return -ENOMEM;
    qsort(best.values, best.n, sizeof *best.values, compare_offsets);
    madvise(state->map.data, state->map.size, MADV_RANDOM); /* few pages of many are read */
    state->values = best.values;
    state->n_values = best.n;
    return 0;
}

/* One file -------------------------------------------------------------------------------- */

static void begin_list(struct state *state)
{
    if (state->values)
        journal_entries_of(&state->file, state->values[state->value], &state->list);
    else if (journal_all(&state->file, &state->list) < 0)
        state->carving = true;
    if (state->from)
        journal_seek(&state->file, &state->list, state->from);
}

static void close_file(struct state *state)
{
    journal_file_close(&state->file);
    root_unmap(&state->map);
    free(state->values);
    state->values = NULL;
    state->n_values = state->value = 0;
    state->carving = false;
    state->last = state->carved = 0;
    state->records = state->lost = state->partial = 0;
    memset(state->cache, 0, sizeof state->cache);
}

/* Open a file and find where to begin. 0, or a negative errno with the file closed. */
static int open_file(struct tbl_scan *scan, struct state *state, const char *path)
{
    close_file(state);
    state->copied =
        strncmp(path, "/var/log/journal/", 17) != 0 && strncmp(path, "/run/log/journal/", 17) != 0;
    snprintf(state->shown, sizeof state->shown, "%s%s", root_path(state->source.root), path);
    int r = root_map(state->source.root, path, FILE_MAX, &state->map);
    if (r == 0)
        r = journal_file_open(&state->file, state->map.data, state->map.size);
    if (r == 0)
        r = choose(scan, state);
    if (r < 0) {
        close_file(state);
        return r;
    }
    if (!state->values || state->n_values)
        begin_list(state);
    return 0;
}

static int report_file(struct tbl_scan *scan, struct state *state)
{
    char     detail[128] = "";
    uint64_t most = state->file.size / 64; /* entries that a file has room for */
    uint64_t passed = journal_passed(&state->list) + state->carved;

    if (state->carving && state->file.n_entries > passed) {
        uint64_t missing = state->file.n_entries - passed;
        state->lost += (int64_t)(missing < most ? missing : most);
    }
    if (state->partial)
        snprintf(detail, sizeof detail, "%lld entries have fields that cannot be read",
                 (long long)state->partial);
    else if (state->carving)
        snprintf(detail, sizeof detail, "lists of entries are damaged");
    bool damaged = state->lost || state->partial || state->carving;
    return report(scan, state, state->shown, damaged ? -EBADMSG : 0, *detail ? detail : NULL);
}

/* Open the next file of any source: SQLITE_ROW, SQLITE_DONE or an error. */
static int next_file(struct tbl_scan *scan, struct state *state)
{
    while (state->files.next == state->files.n) {
        int rc = next_source(scan, state);
        if (rc != SQLITE_ROW)
            return rc;
    }
    int r = open_file(scan, state, state->files.paths[state->files.next++]);
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    int rc = r < 0 ? report(scan, state, state->shown, r, NULL) : SQLITE_OK;
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* Entries ------------------------------------------------------------------------------------ */

/* Give back pages of the file, so that memory stays small however large the file is. */
static void relax(struct state *state)
{
    if (++state->since_relax < RELAX_ENTRIES)
        return;
    state->since_relax = 0;
    madvise(state->map.data, state->map.size, MADV_DONTNEED);
}

/* Whether an entry has one of the values before the current one too, and was returned for that. */
static bool returned(const struct state *state, const struct journal_entry *entry)
{
    for (uint32_t i = 0; state->value && i < entry->n_items; i++) {
        uint64_t offset = journal_item_offset(&state->file, entry, i);

        if (bsearch(&offset, state->values, state->value, sizeof offset, compare_offsets))
            return true;
    }
    return false;
}

/* The offset of the next entry of the lists or, where they break off, of those found by their
 * form: 1, or 0. */
static int next_offset(struct state *state, uint64_t *ret)
{
    if (!state->carving) {
        int r = journal_next(&state->file, &state->list, ret);

        if (r > 0 || state->values) /* lists of values were whole when they were chosen */
            return r > 0;
        if (r == 0 && journal_passed(&state->list) >= state->file.n_entries)
            return 0;
        state->carving = true;
        if (state->last < state->list.array)
            state->last = state->list.array;
    }
    int r = journal_carve(&state->file, state->last, ret);
    if (r > 0)
        state->last = *ret;
    return r;
}

/* The next entry of the current list within the time asked for: 1, or 0. */
static int next_of_list(struct state *state, struct journal_entry *ret)
{
    uint64_t offset;

    while (next_offset(state, &offset) > 0) {
        relax(state);
        state->carved += state->carving;
        if (journal_entry(&state->file, offset, ret) < 0) {
            state->lost++;
            continue;
        }
        state->last = offset;
        if (ret->realtime > state->to && !state->carving)
            return 0;
        if (ret->realtime >= state->from && ret->realtime <= state->to && !returned(state, ret))
            return 1;
    }
    return 0;
}

static int next_entry(struct state *state, struct journal_entry *ret)
{
    if (state->values && !state->n_values)
        return 0;
    while (next_of_list(state, ret) == 0) {
        if (state->value + 1 >= state->n_values)
            return 0;
        state->value++;
        begin_list(state);
    }
    return 1;
}

/* Rows ------------------------------------------------------------------------------------------
 */

static int find_known(const struct journal_field *field)
{
    size_t low = 0, high = N_KNOWN;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order = strncmp(known_fields[middle].field, field->at, field->name_size);

        if (order == 0 && known_fields[middle].field[field->name_size])
            order = 1;
        if (order == 0)
            return (int)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UNKNOWN;
}

static int set_column(struct tbl_scan *scan, const struct known *known,
                      const struct journal_field *field, struct journal_row *row)
{
    const char *value = field->at + field->name_size + 1;
    size_t      size = field->size - field->name_size - 1;
    void       *column = (char *)row + known->offset;

    if (known->number) {
        int64_t *number = column;
        if (*number == TBL_NULL)
            parse_number(value, size, number);
        return 0;
    }
    const char **text = column;
    if (!*text)
        *text = tbl_utf8(scan, value, size);
    return *text ? 0 : -ENOMEM;
}

/* Go through the fields once. What is known to fill no column is not even looked at. */
static int fill_fields(struct tbl_scan *scan, struct state *state, struct journal_row *row)
{
    bool partial = false;

    for (uint32_t i = 0; state->any_used && i < row->entry.n_items; i++) {
        uint64_t             offset = journal_item_offset(&state->file, &row->entry, i);
        struct cached       *cached = &state->cache[offset / 8 % CACHE_SIZE];
        struct journal_field field;

        if (cached->offset == offset && cached->known == UNKNOWN)
            continue;
        int r = journal_data(&state->file, offset, &field);
        if (r == -ENOMEM)
            return r;
        if (r < 0) {
            partial = true;
            continue;
        }
        if (cached->offset != offset) {
            int known = find_known(&field);
            *cached =
                (struct cached){offset, known != UNKNOWN && state->used[known] ? known : UNKNOWN};
        }
        if (cached->known != UNKNOWN &&
            set_column(scan, &known_fields[cached->known], &field, row) < 0)
            return -ENOMEM;
    }
    state->partial += partial;
    return 0;
}

static const char *hex_id(struct tbl_scan *scan, const uint8_t id[16])
{
    static const char digits[] = "0123456789abcdef";
    char             *text = tbl_alloc(scan, 33);

    for (int i = 0; text && i < 16; i++) {
        text[2 * i] = digits[id[i] >> 4];
        text[2 * i + 1] = digits[id[i] & 15];
    }
    if (text)
        text[32] = '\0';
    return text;
}

static int fill(struct tbl_scan *scan, struct state *state, const struct journal_entry *entry,
                struct journal_row *row)
{
    const struct journal_row *key = tbl_key(scan);

    *row = (struct journal_row){
        .time = (double)entry->realtime / 1e6,
        .host = state->source.host,
        .boot_id = state->boot_used ? hex_id(scan, entry->boot_id) : NULL,
        .monotonic = (int64_t)entry->monotonic,
        .seqnum = (int64_t)entry->seqnum,
        .recovered = state->carving,
        .source = state->shown,
        .offset = (int64_t)entry->offset,
        .path = key->path,
        .root = key->root,
        .entry = *entry,
    };
    for (size_t i = 0; i < N_KNOWN; i++)
        if (known_fields[i].number)
            *(int64_t *)((char *)row + known_fields[i].offset) = TBL_NULL;
    if ((state->boot_used && !row->boot_id) || fill_fields(scan, state, row) < 0)
        return SQLITE_NOMEM;
    if (state->copied && row->hostname)
        row->host = row->hostname;
    state->records++;
    return SQLITE_ROW;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct journal_entry entry;

    for (;;) {
        while (!state->file.size) {
            int rc = next_file(scan, state);
            if (rc != SQLITE_ROW)
                return rc;
        }
        if (next_entry(state, &entry))
            return fill(scan, state, &entry, out);
        int rc = report_file(scan, state);
        close_file(state);
        if (rc != SQLITE_OK)
            return rc;
    }
}

/* Microseconds of a bound, one more than it says to either side for the rounding of a REAL. */
static uint64_t bound(double seconds, int margin, uint64_t open)
{
    if (!(seconds > 1e-5 && seconds < 1e13))
        return seconds >= 1e13 || margin < 0 ? open : 0;
    return (uint64_t)((int64_t)(seconds * 1e6) + margin);
}

static void read_terms(struct tbl_scan *scan, struct state *state)
{
    const struct tbl_terms *times = TBL_TERMS(scan, struct journal_row, time);
    bool                    host = TBL_USES(scan, struct journal_row, host);

    state->boot_used = TBL_USES(scan, struct journal_row, boot_id);
    state->from = bound(times->min, -2, 0);
    state->to = bound(times->max, 2, UINT64_MAX);
    for (size_t i = 0; i < N_KNOWN; i++) {
        size_t offset = known_fields[i].offset;

        state->terms[i] = offset == offsetof(struct journal_row, invocation_id)
                              ? NULL /* two fields fill it */
                              : tbl_terms(scan, offset);
        state->used[i] =
            offset != offsetof(struct journal_row, boot_id) &&
            (tbl_uses(scan, offset) || (host && offset == offsetof(struct journal_row, hostname)));
        state->any_used |= state->used[i];
    }
}

static int open(struct tbl_scan *scan)
{
    struct state             *state = tbl_state(scan);
    const struct journal_row *key = tbl_key(scan);

    read_terms(scan, state);
    int r = sources_begin(&state->sources, tbl_svcql(scan),
                          &(struct sources_want){
                              .artefacts = 1u << ARTEFACT_JOURNAL,
                              .host = key->path ? NULL : key->host,
                              .path = key->path,
                              .root = key->root,
                          });
    return r < 0 ? tbl_error(scan, r, key->path ? key->path : "evidence") : SQLITE_OK;
}

static void close(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    close_file(state);
    forget_files(&state->files);
    sources_end(&state->sources);
}

/* Lazy columns
 * -------------------------------------------------------------------------------------- */

static int get_datetime(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct journal_row *)data)->time);
}

/* As sd_journal_get_cursor(3) gives it, for `journalctl --cursor`. */
static int get_cursor(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    struct state               *state = tbl_state(scan);
    const struct journal_entry *entry = &((const struct journal_row *)data)->entry;
    const char                 *seqnum_id = hex_id(scan, state->file.seqnum_id);
    const char                 *boot_id = hex_id(scan, entry->boot_id);
    char                        text[200];

    if (!seqnum_id || !boot_id)
        return SQLITE_NOMEM;
    snprintf(text, sizeof text, "s=%s;i=%" PRIx64 ";b=%s;m=%" PRIx64 ";t=%" PRIx64 ";x=%" PRIx64,
             seqnum_id, entry->seqnum, boot_id, entry->monotonic, entry->realtime, entry->xor_hash);
    sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

/* Add a member; a name that comes again becomes an array. Takes the value. */
static bool add_member(cJSON *object, const char *name, cJSON *value)
{
    cJSON *old = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!value)
        return false;
    if (!old)
        return cJSON_AddItemToObject(object, name, value);
    if (!cJSON_IsArray(old)) {
        cJSON *array = cJSON_CreateArray();
        cJSON *first = cJSON_DetachItemViaPointer(object, old);

        cJSON_AddItemToArray(array, first);
        old = cJSON_AddItemToObject(object, name, array) ? array : NULL;
    }
    return old && cJSON_AddItemToArray(old, value);
}

/* The name that a field has in the JSON of a column; NULL: it does not belong there. */
typedef const char *name_in(const char *name);

static const char *any_name(const char *name)
{
    return name;
}

static const char *audit_name(const char *name)
{
    static const char prefix[] = "AUDIT_FIELD_";

    name += *name == '_';
    return strncmp(name, prefix, sizeof prefix - 1) == 0 ? name + sizeof prefix - 1 : NULL;
}

/* Text that is not UTF-8, and NULs, become U+FFFD. What cannot be read was counted already. */
static int add_fields(struct tbl_scan *scan, const struct journal_entry *entry, name_in *name_of,
                      cJSON *object)
{
    struct state        *state = tbl_state(scan);
    struct journal_field field;

    for (uint32_t i = 0; i < entry->n_items; i++) {
        int r = journal_item(&state->file, entry, i, &field);

        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if (r < 0)
            continue;
        const char *name = tbl_utf8(scan, field.at, field.name_size);
        const char *value =
            tbl_utf8(scan, field.at + field.name_size + 1, field.size - field.name_size - 1);
        if (!name || !value)
            return SQLITE_NOMEM;
        if (name_of(name) && !add_member(object, name_of(name), cJSON_CreateString(value)))
            return SQLITE_NOMEM;
    }
    return SQLITE_OK;
}

static int result_json(struct tbl_scan *scan, const void *data, name_in *name_of,
                       sqlite3_context *out)
{
    const struct journal_row *row = data;
    cJSON                    *object = cJSON_CreateObject();
    int rc = object ? add_fields(scan, &row->entry, name_of, object) : SQLITE_NOMEM;

    if (rc == SQLITE_OK && object->child) {
        char *text = cJSON_PrintUnformatted(object);
        if (text)
            sqlite3_result_text(out, text, -1, cJSON_free);
        else
            rc = SQLITE_NOMEM;
    }
    cJSON_Delete(object);
    return rc;
}

static int get_fields(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    return result_json(scan, data, any_name, out);
}

static int get_audit_fields(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    return result_json(scan, data, audit_name, out);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct journal_row, time, TBL_RANGE,
            "When journald received it, in seconds since the epoch, UTC"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time as ISO 8601", get_datetime),
    TBL_COL(
        struct journal_row, host, TBL_KEY,
        "Host that the evidence is of; of a file that was copied elsewhere, what its entries say"),
    TBL_COL(struct journal_row, identifier, TBL_KEY | TBL_PREFIX,
            "Name that the program logs under (SYSLOG_IDENTIFIER)"),
    TBL_COL(struct journal_row, message, 0, "Text of the entry (MESSAGE)"),
    TBL_COL(struct journal_row, priority, TBL_KEY | TBL_RANGE,
            "Severity of syslog, from 0, emergency, to 7, debug (PRIORITY)"),
    TBL_COL(struct journal_row, unit, TBL_KEY | TBL_PREFIX,
            "System unit whose process wrote it (_SYSTEMD_UNIT)"),
    TBL_COL(struct journal_row, user_unit, TBL_KEY | TBL_PREFIX,
            "Unit of a user's manager whose process wrote it (_SYSTEMD_USER_UNIT)"),
    TBL_COL(struct journal_row, pid, TBL_KEY, "Process that wrote it (_PID)"),
    TBL_COL(struct journal_row, uid, TBL_KEY, "User it ran as (_UID)"),
    TBL_COL(struct journal_row, gid, TBL_KEY, "Group it ran as (_GID)"),
    TBL_COL(struct journal_row, comm, TBL_KEY | TBL_PREFIX, "Its name in the kernel (_COMM)"),
    TBL_COL(struct journal_row, exe, TBL_KEY | TBL_PREFIX, "Its program (_EXE)"),
    TBL_COL(struct journal_row, cmdline, 0, "Its command line (_CMDLINE)"),
    TBL_COL(struct journal_row, transport, TBL_KEY,
            "How it came: journal, stdout, syslog, kernel, audit, driver (_TRANSPORT)"),
    TBL_COL(struct journal_row, message_id, TBL_KEY,
            "Kind of message, 32 hexadecimal digits (MESSAGE_ID)"),
    TBL_COL(struct journal_row, about_unit, TBL_KEY | TBL_PREFIX,
            "System unit that a message of the system manager is about (UNIT)"),
    TBL_COL(struct journal_row, about_user_unit, TBL_KEY | TBL_PREFIX,
            "Unit that a message of a user's manager is about (USER_UNIT)"),
    TBL_COL(struct journal_row, job_type, TBL_KEY, "start, stop, restart, reload, ... (JOB_TYPE)"),
    TBL_COL(struct journal_row, job_result, TBL_KEY,
            "done, failed, canceled, dependency, ... (JOB_RESULT)"),
    TBL_COL(struct journal_row, invocation_id, 0,
            "The run of the unit that the message is about (INVOCATION_ID, USER_INVOCATION_ID)"),
    TBL_COL(struct journal_row, session, TBL_KEY, "Login session (_SYSTEMD_SESSION)"),
    TBL_COL(struct journal_row, login_uid, TBL_KEY,
            "Who logged in, as audit has it "
            "(_AUDIT_LOGINUID)"),
    TBL_COL(struct journal_row, audit_session, TBL_KEY, "Session of audit (_AUDIT_SESSION)"),
    TBL_COL(struct journal_row, audit_type, TBL_KEY,
            "Number of the audit record's type; the record is in message (_AUDIT_TYPE)"),
    TBL_COL(struct journal_row, audit_type_name, TBL_KEY,
            "Name of the audit record's type (_AUDIT_TYPE_NAME)"),
    TBL_COL(struct journal_row, audit_id, TBL_KEY, "Serial number of the audit event (_AUDIT_ID)"),
    TBL_LAZY("audit_fields", TBL_TEXT, 0,
             "Fields of the audit record as a JSON object (_AUDIT_FIELD_..., AUDIT_FIELD_...)",
             get_audit_fields),
    TBL_COL(struct journal_row, hostname, TBL_KEY, "Host that the entry says (_HOSTNAME)"),
    TBL_COL(struct journal_row, boot_id, TBL_KEY, "Boot of the kernel, 32 hexadecimal digits"),
    TBL_COL(struct journal_row, monotonic, 0, "Microseconds since that boot"),
    TBL_COL(struct journal_row, seqnum, 0, "Sequence number of the entry"),
    TBL_COL(struct journal_row, recovered, 0,
            "Whether it was found in a damaged file by its form alone"),
    TBL_LAZY(
        "fields", TBL_TEXT, 0,
        "All fields as a JSON object; a field that comes twice is an array; bytes that are not "
        "UTF-8 become U+FFFD",
        get_fields),
    TBL_LAZY("cursor", TBL_TEXT, 0, "Cursor of the entry, for journalctl --cursor", get_cursor),
    TBL_COL(struct journal_row, source, TBL_ID, "File that it was read from"),
    TBL_COL(struct journal_row, offset, TBL_ID, "Where in the file the entry stands, in bytes"),
    TBL_COL(struct journal_row, path, TBL_KEY | TBL_HIDDEN,
            "Argument: read this file, directory or pattern instead"),
    TBL_COL(struct journal_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: read below this folder instead"),
};

static const struct tbl_example examples[] = {
    {"What sudo was used for in the last hour",
     "SELECT datetime, message FROM journal WHERE identifier = 'sudo' AND time > unixepoch() - "
     "3600;"                                                                                    },
    {"Units that the system manager started or stopped",
     "SELECT datetime, about_unit, job_type, job_result FROM journal WHERE identifier = 'systemd' "
     "AND job_result IS NOT NULL ORDER BY time DESC LIMIT 20;"                                  },
    {"All that an entry says",
     "SELECT f.key, f.value FROM (SELECT fields FROM journal LIMIT 1) j, json_each(j.fields) f;"},
};

const struct tbl_table journal_table = {
    .name = "journal",
    .doc = "Entries of systemd's journal, the system's and users', live or from copied files",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct journal_row),
    .state_size = sizeof(struct state),
    .rows = 500000,
    .artefacts = 1u << ARTEFACT_JOURNAL,
    .open = open,
    .next = next,
    .close = close,
};
