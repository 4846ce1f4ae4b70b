#include "journal_scan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/input.h"

SQLITE_EXTENSION_INIT3

#define FILES_MAX 100000 /* in a directory */
#define VALUES_MAX                                                                                 \
    100000                 /* values of a field whose entries are selected; with more, all are read
#*/
#define ENTRY_MIN    64    /* bytes of an entry without fields */
#define ENTRY_MAX    16448 /* bytes of the largest entry that journald writes */
#define TURN_ENTRIES 8192  /* after so many, and after so many bytes, pages are given back */
#define TURN_BYTES   ((uint64_t)32 << 20)

/* Files --------------------------------------------------------------------------- */

static void forget_files(struct journal_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct journal_files){0};
}

static int add_file(struct journal_files *files, const char *dir, const char *name)
{
    char *path = NULL, **added;

    if (asprintf(&path, name ? "%s/%s" : "%s", dir, name) < 0)
        return -ENOMEM;
    if (!(added = ARRAY_ADD(files->paths, files->n))) {
        free(path);
        return -ENOMEM;
    }
    *added = path;
    return 0;
}

static int report(struct tbl_scan *scan, const struct journal_scan *s, const char *location, int r,
                  const char *detail)
{
    return svcql_report(tbl_svcql(scan), &(struct report){
                                             .table = "journal",
                                             .kind = artefact_name(ARTEFACT_JOURNAL),
                                             .host = s->source.host,
                                             .location = location,
                                             .status = r < 0 ? source_status_of(r) : SOURCE_READ,
                                             .records = s->records,
                                             .skipped = s->lost,
                                             .detail = detail  ? detail
                                                       : r < 0 ? source_error(r)
                                                               : NULL,
                                         });
}

/* The journal files of a directory and of its subdirectories, one for each machine or namespace. A
 * directory that cannot be listed is reported. */
static int collect(struct tbl_scan *scan, struct journal_scan *s, const char *dir, int depth)
{
    struct root_names names = {0};
    int               r = root_list(s->source.root, dir, NULL, FILES_MAX, &names);

    struct folder folder = {artefact_name(ARTEFACT_JOURNAL), s->source.host, s->source.root, dir};
    if (r == 0 && svcql_listed(tbl_svcql(scan), "journal", &folder, NULL, &names) != SQLITE_OK)
        r = -ENOMEM;
    s->files.lost += names.lost + (names.error != 0);
    s->files.error = names.error ? names.error : s->files.error;
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        char        path[ROOT_PATH_MAX];
        struct stat st;

        if (journal_file_name(names.names[i]))
            r = add_file(&s->files, dir, names.names[i]);
        else if (depth &&
                 (size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path &&
                 root_stat(s->source.root, path, true, &st) == 0 && S_ISDIR(st.st_mode))
            r = collect(scan, s, path, depth - 1);
    }
    root_names_free(&names);
    if (r == 0 || r == -ENOMEM || depth) /* the source itself: see next_source() */
        return r;
    root_shown(s->source.root, dir, s->shown);
    return report(scan, s, s->shown, r, NULL) == SQLITE_OK ? 0 : -ENOMEM;
}

/* Take the next source and list its files: SQLITE_ROW, SQLITE_DONE or an error. */
static int next_source(struct tbl_scan *scan, struct journal_scan *s)
{
    struct root_dir *dir = NULL;
    char             detail[64];
    int              r, rc = tbl_sources_next(scan, &s->sources, &s->source);

    forget_files(&s->files);
    s->records = s->lost = 0;
    if (rc != SQLITE_ROW)
        return rc;
    r = root_open_dir(s->source.root, s->source.path, &dir);
    if (r == -ENOTDIR) {
        r = add_file(&s->files, s->source.path, NULL);
        return r < 0 ? tbl_error(scan, r, s->source.shown) : SQLITE_ROW;
    }
    if (r == 0) {
        root_closedir(dir);
        r = collect(scan, s, s->source.path, 1);
    }
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    if (r == 0 && s->files.error)
        r = s->files.error;
    snprintf(detail, sizeof detail, "%zu file%s%s", s->files.n, s->files.n == 1 ? "" : "s",
             s->files.error ? "; a folder was not listed to its end" : "");
    s->records = TBL_NULL;
    s->lost = (int64_t)s->files.lost;
    rc = report(scan, s, s->source.shown, r, r < 0 && !s->files.error ? NULL : detail);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* What the query asks of fields ------------------------------------------------------ */

static bool constrained(const struct tbl_terms *terms)
{
    if (!terms)
        return false;
    return terms->n || terms->prefix || terms->min > -INFINITY || terms->max < INFINITY;
}

bool journal_number(const char *text, size_t size, int64_t *ret)
{
    char      digits[24], *end;
    long long value;

    if (!size || size >= sizeof digits)
        return false;
    memcpy(digits, text, size);
    digits[size] = '\0';
    errno = 0;
    value = strtoll(digits, &end, 10);
    if (errno || *end || end == digits)
        return false;
    *ret = value;
    return true;
}

/* 1, 0, or -ENOMEM. */
static int matches(struct tbl_scan *scan, const struct journal_want *want,
                   const struct journal_field *field)
{
    const char *value = field->at + field->name_size + 1;
    size_t      size = field->size - field->name_size - 1;
    int64_t     number;

    if (want->number)
        return journal_number(value, size, &number) && tbl_match_int(want->terms, number);
    char *text = tbl_utf8(scan, value, size);
    return text ? tbl_match_text(want->terms, text, false) : -ENOMEM;
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
    uint64_t *value = ARRAY_ADD(selection->values, selection->n);
    if (!value)
        return -ENOMEM;
    *value = offset;
    selection->entries += list.left + (list.first != 0);
    return 0;
}

/* Read the distinct values of a field and keep those that the terms allow. -EBADMSG: the file's
 * lists are inconsistent, or there are too many values. */
static int select_values(struct tbl_scan *scan, struct journal_file *file,
                         const struct journal_want *want, struct selection *ret)
{
    struct journal_field field;
    uint64_t             offset;
    int                  r = journal_values(file, want->field, &offset);

    while (r == 0 && offset) {
        r = journal_data(file, offset, &field);
        if (r == 0)
            r = matches(scan, want, &field);
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

/* Whether the list of all entries has as many as the header counts. Where it has not, the lists of
 * values cannot be trusted either: a value hidden by damage would hide its entries. */
static bool holds_all(const struct journal_file *file)
{
    struct journal_list list;

    if (journal_all(file, &list) < 0)
        return false;
    list.left = file->n_entries;
    return journal_whole(file, list);
}

/* Take the entries with the values that a field may have, where they are fewer than the best so far and than half of
 * the file's. 0 or -ENOMEM. */
static int consider(struct tbl_scan *scan, struct journal_scan *s, const struct journal_want *want,
                    struct selection *best)
{
    struct selection selection = {0};
    uint64_t         room = s->input.file.size / ENTRY_MIN;
    uint64_t         most = s->input.file.n_entries < room ? s->input.file.n_entries : room;

    if (!constrained(want->terms))
        return 0;
    int  r = select_values(scan, &s->input.file, want, &selection);
    bool better = r == 0 && selection.entries < best->entries && selection.entries <= most / 2;
    free(better ? best->values : selection.values);
    if (better)
        *best = selection;
    return r == -ENOMEM ? r : 0;
}

/* The same of the host of a row, which an entry may name: one that does not is of the source's. */
static int consider_host(struct tbl_scan *scan, struct journal_scan *s, struct selection *best)
{
    const struct journal_want want = {"_HOSTNAME", false, s->host};

    return s->others && !tbl_match_text(s->host, s->source.host, false)
               ? consider(scan, s, &want, best)
               : 0;
}

/* Choose the constrained field with the fewest entries; without one, or where the file's lists are
 * inconsistent, all entries are read. */
static int choose(struct tbl_scan *scan, struct journal_scan *s)
{
    struct selection best = {.entries = UINT64_MAX};

    if (!holds_all(&s->input.file))
        return 0;
    int r = consider_host(scan, s, &best);
    for (size_t i = 0; r == 0 && i < s->n_wants; i++)
        r = consider(scan, s, &s->wants[i], &best);
    if (r == 0 && best.entries == UINT64_MAX)
        return 0;
    if (r == 0 && !best.values && !(best.values = malloc(sizeof *best.values)))
        r = -ENOMEM;
    if (r < 0) {
        free(best.values);
        return r;
    }
    qsort(best.values, best.n, sizeof *best.values, compare_offsets);
    s->values = best.values;
    s->n_values = best.n;
    return 0;
}

/* One file -------------------------------------------------------------------------------- */

static void begin_list(struct journal_scan *s)
{
    s->end = 0;
    s->list = JOURNAL_NO_ENTRIES;
    if (s->values) /* select_value() has read the list whole */
        journal_entries_of(&s->input.file, s->values[s->value], &s->list);
    else if (journal_all(&s->input.file, &s->list) < 0)
        s->carving = true;
    if (s->from > JOURNAL_SLACK && s->span.ordered)
        journal_seek(&s->input.file, &s->list, s->from - JOURNAL_SLACK);
}

/* Whether every entry of the file is outside of the wanted time. */
static bool outside(const struct journal_scan *s)
{
    return s->span.ordered && (s->span.last < s->from || s->span.first > s->to);
}

static void close_file(struct journal_scan *s)
{
    if (s->since_turn || s->turned) /* pages that were read need not be kept */
        root_map_forget(&s->input.map);
    journal_input_close(&s->input);
    s->since_turn = 0;
    free(s->values);
    free(s->picked);
    s->values = s->picked = NULL;
    s->n_values = s->value = s->n_picked = s->next_picked = 0;
    s->carving = s->over = s->passed_over = s->others = false;
    s->error = 0;
    s->span = (struct journal_span){0};
    s->last = s->carved = s->turned = 0;
    s->records = s->lost = s->partial = 0;
}

/* Whether all entries of the file have one host. A host may get another name within a boot. */
static bool of_one_host(const struct journal_scan *s)
{
    const struct journal_file *file = &s->input.file;
    struct journal_list        list;
    uint64_t                   value, next;

    return !s->others ||
           (journal_values(file, "_HOSTNAME", &value) == 0 && value &&
            journal_next_value(file, value, &next) == 0 && !next &&
            journal_entries_of(file, value, &list) == 0 && list.left + 1 >= file->n_entries);
}

/* Where only the ends of boots are wanted, find them. 0 or -ENOMEM. */
static int pick_ends(struct journal_scan *s)
{
    bool picks = s->ends && holds_all(&s->input.file) && of_one_host(s);
    long n = picks ? journal_boot_ends(&s->input.file, &s->picked) : 0;

    s->n_picked = n > 0 ? (size_t)n : 0;
    return n < 0 ? -ENOMEM : 0;
}

/* Open a file and find where to begin. 0, or a negative errno with the file closed. */
static int open_file(struct tbl_scan *scan, struct journal_scan *s, const char *path)
{
    close_file(s);
    s->number++;
    input_source(0);
    s->copied = s->named && strncmp(path, "/var/log/journal/", 17) != 0 &&
                strncmp(path, "/run/log/journal/", 17) != 0;
    s->others = s->copied || journal_of_others(&s->source, path);
    root_shown(s->source.root, path, s->shown);
    int r = journal_input_open(s->source.root, path, &s->input);
    if (r < 0 && !s->source.named)
        r = root_gone(s->source.root, path, r);
    if (r == 0 && s->input.export)
        return 0;
    if (r == 0 && (s->from || s->to < UINT64_MAX))
        s->span = journal_span(&s->input.file);
    s->passed_over = r == 0 && outside(s);
    if (r == 0 && !s->passed_over)
        r = pick_ends(s);
    if (r == 0 && !s->passed_over && !s->picked)
        r = choose(scan, s);
    if (r < 0) {
        close_file(s);
        return r;
    }
    if (s->passed_over || s->picked)
        return 0;
    if (!s->values || s->n_values)
        begin_list(s);
    return 0;
}

static int report_file(struct tbl_scan *scan, struct journal_scan *s)
{
    char     detail[128] = "";
    uint64_t most =
        s->input.file.size / ENTRY_MIN; /* greatest possible number of entries in a file */
    uint64_t passed = journal_passed(&s->list) + s->carved;

    if (s->carving && s->input.file.n_entries > passed) {
        uint64_t missing = s->input.file.n_entries - passed;
        s->lost += (int64_t)(missing < most ? missing : most);
    }
    if (s->over)
        return report(scan, s, s->shown, -EDQUOT, NULL);
    if (s->input.export)
        s->lost += journal_export_lost(s->input.export);
    if (s->error)
        return report(scan, s, s->shown, s->error, NULL);
    if (s->input.map.cut)
        return report(scan, s, s->shown, -EFBIG,
                      "left out from here on: it expands to more than 256 MiB, or is damaged");
    if (s->partial)
        snprintf(detail, sizeof detail, "entries with fields that cannot be read: %lld",
                 (long long)s->partial);
    else if (s->carving)
        snprintf(detail, sizeof detail, "lists of entries are damaged");
    bool damaged = s->lost || s->partial || s->carving;
    return report(scan, s, s->shown, damaged ? -EBADMSG : 0, *detail ? detail : NULL);
}

/* Open the next file of any source: SQLITE_ROW, SQLITE_DONE or an error. */
static int next_file(struct tbl_scan *scan, struct journal_scan *s)
{
    while (s->files.next == s->files.n) {
        int rc = next_source(scan, s);
        if (rc != SQLITE_ROW)
            return rc;
    }
    int r = open_file(scan, s, s->files.paths[s->files.next++]);
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    int rc = r < 0 ? report(scan, s, s->shown, r, NULL) : SQLITE_OK;
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* Entries ------------------------------------------------------------------------------------ */

/* Release the pages that were read, so that memory stays small for a file of any size. */
static void turn_pages(struct journal_scan *s, uint64_t offset)
{
    uint64_t distance = offset > s->turned ? offset - s->turned : s->turned - offset;

    if (distance < TURN_BYTES && ++s->since_turn < TURN_ENTRIES)
        return;
    s->turned = offset;
    s->since_turn = 0;
    root_map_forget(&s->input.map);
}

/* Whether an entry has one of the values before the current one too, and was returned for that. */
static bool returned(const struct journal_scan *s, const struct journal_entry *entry)
{
    for (uint32_t i = 0; s->value && i < entry->n_items; i++) {
        uint64_t offset = journal_item_offset(&s->input.file, entry, i);

        if (bsearch(&offset, s->values, s->value, sizeof offset, compare_offsets))
            return true;
    }
    return false;
}

/* The offset of the next entry of the lists or, where they break off, of those found by their
 * form: 1, or 0. */
static int next_offset(struct journal_scan *s, uint64_t *ret)
{
    if (!s->carving) {
        int r = journal_next(&s->input.file, &s->list, ret);

        if (r > 0 || s->values) /* lists of values were complete when they were chosen */
            return r > 0;
        if (r == 0 && journal_passed(&s->list) >= s->input.file.n_entries)
            return 0;
        s->carving = true;
        if (s->last < s->list.array)
            s->last = s->list.array;
    }
    int r = journal_carve(&s->input.file, s->last, ret);
    if (r > 0)
        s->last = *ret;
    return r;
}

/* Whether journald has written an entry since the file was mapped, beyond what is mapped. */
static bool newer(const struct journal_scan *s, uint64_t offset)
{
    return s->source.live && !s->copied && offset + ENTRY_MAX > s->input.file.size;
}

/* The next entry of the current list within the wanted time: 1, or 0. */
static int next_of_list(struct journal_scan *s, struct journal_entry *ret)
{
    uint64_t offset;

    while (!(s->over = input_over_budget()) && next_offset(s, &offset) > 0) {
        turn_pages(s, offset);
        s->carved += s->carving;
        /* Offsets in a list rise: one that leads back could be endless. */
        if (offset < s->end || journal_entry(&s->input.file, offset, ret) < 0) {
            if (newer(s, offset))
                return 0;
            s->lost++;
            continue;
        }
        s->last = offset;
        s->end = offset + ENTRY_MIN + (s->input.file.compact ? 4 : 16) * (uint64_t)ret->n_items;
        if (s->span.ordered && ret->realtime > s->to && ret->realtime - s->to > JOURNAL_SLACK &&
            !s->carving)
            return 0;
        if (ret->realtime >= s->from && ret->realtime <= s->to && !returned(s, ret))
            return 1;
    }
    return 0;
}

/* The next entry of an export within the wanted time: 1, or 0. */
static int next_of_export(struct journal_scan *s, struct journal_entry *ret)
{
    int r;

    while (!(s->over = input_over_budget()) &&
           (r = journal_export_next(s->input.export, ret)) != 0) {
        if (r < 0) {
            s->error = r;
            return 0;
        }
        if (ret->realtime >= s->from && ret->realtime <= s->to)
            return 1;
    }
    return 0;
}

/* The next entry that was picked, within the wanted time: 1, or 0. */
static int next_picked(struct journal_scan *s, struct journal_entry *ret)
{
    while (s->next_picked < s->n_picked)
        if (journal_entry(&s->input.file, s->picked[s->next_picked++], ret) == 0 &&
            ret->realtime >= s->from && ret->realtime <= s->to)
            return 1;
    return 0;
}

static int next_entry(struct journal_scan *s, struct journal_entry *ret)
{
    if (s->input.export)
        return next_of_export(s, ret);
    if (s->picked)
        return next_picked(s, ret);
    if (s->passed_over || (s->values && !s->n_values))
        return 0;
    while (next_of_list(s, ret) == 0) {
        if (s->over || s->value + 1 >= s->n_values)
            return 0;
        s->value++;
        begin_list(s);
    }
    return 1;
}

/* All ------------------------------------------------------------------------------------------ */

int journal_scan_begin(struct tbl_scan *scan, struct journal_scan *s,
                       const struct sources_want *want)
{
    s->named = want->path != NULL;
    return tbl_sources_begin(scan, &s->sources, want);
}

int journal_scan_next(struct tbl_scan *scan, struct journal_scan *s, struct journal_entry *ret)
{
    for (;;) {
        while (!s->input.open) {
            int rc = next_file(scan, s);
            if (rc != SQLITE_ROW)
                return rc;
        }
        if (next_entry(s, ret)) {
            s->records++;
            return SQLITE_ROW;
        }
        if (s->error == -ENOMEM)
            return SQLITE_NOMEM;
        int rc = report_file(scan, s);
        close_file(s);
        if (rc != SQLITE_OK)
            return rc;
    }
}

void journal_scan_end(struct journal_scan *s)
{
    close_file(s);
    journal_input_end(&s->input);
    forget_files(&s->files);
    sources_end(&s->sources);
}
