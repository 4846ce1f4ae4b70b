/* host_lines.c -- lines of words in files of a host: the names in /etc/hosts, what is mounted, the kernel's
 * modules.
 *
 *     SELECT host, word1, rest FROM host_lines WHERE file = 'hosts';
 *
 * The views of osquery's names (etc_hosts, mounts, kernel_modules) read it.
 */
#include <string.h>

#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define WORDS 6

struct line_row {
    const char *file;
    int64_t     line;
    const char *word1, *word2, *word3, *word4, *word5, *word6;
    const char *rest;
    const char *host;
    const char *source;
    const char *root;
};

enum form { COMMENTS, OCTAL }; /* # begins a comment; a blank in a word is \040 */

/* The running host's too: /proc of a disk is empty. */
static const struct place_of_files places[] = {
    {"/etc/hosts", NULL, COMMENTS, true},
    {"/proc/self/mounts", NULL, OCTAL, true},
    {"/proc/modules", NULL, OCTAL, true},
};

struct state {
    struct place_files      files;
    const struct tbl_terms *file_terms;
    bool                    in_file;
    int64_t                 line;
};

static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    (void)place;
    return tbl_match_text(((struct state *)tbl_state(scan))->file_terms, name, false);
}

static size_t blanks(const char *text, const char *end)
{
    const char *at = text;

    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return (size_t)(at - text);
}

static size_t word_size(const char *text, const char *end)
{
    const char *at = text;

    while (at < end && *at != ' ' && *at != '\t')
        at++;
    return (size_t)(at - text);
}

static bool is_octal(const char *at, const char *end)
{
    return end - at > 3 && at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' &&
           at[2] <= '7' && at[3] >= '0' && at[3] <= '7';
}

/* A word as text, \040 as the byte that it means: proc_pid_mounts(5), getmntent(3). NULL where out of memory. */
static const char *copy_word(struct tbl_scan *scan, enum form form, const char *text, size_t size)
{
    const char *end = text + size;
    char       *plain = tbl_alloc(scan, size + 1);
    size_t      n = 0;

    if (!plain)
        return NULL;
    for (const char *at = text; at < end; at++)
        if (form == OCTAL && is_octal(at, end)) {
            plain[n++] = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            at += 3;
        } else {
            plain[n++] = *at;
        }
    return tbl_utf8(scan, plain, n);
}

/* 1 for a row, 0 for a line without a word, -1 where out of memory. */
static int fill(struct tbl_scan *scan, char *text, size_t size, struct line_row *row)
{
    struct state *state = tbl_state(scan);
    enum form     form = (enum form)state->files.place.tag;
    const char  **words[WORDS] = {&row->word1, &row->word2, &row->word3,
                                  &row->word4, &row->word5, &row->word6};
    const char   *comment = form == COMMENTS ? memchr(text, '#', size) : NULL;
    const char   *at = text, *end = comment ? comment : text + size;

    while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    for (size_t i = 0; i < WORDS; i++) {
        at += blanks(at, end);
        size_t n = word_size(at, end);
        if (n && !(*words[i] = copy_word(scan, form, at, n)))
            return -1;
        at += n;
        if (i == 0) {
            const char *rest = at + blanks(at, end);
            if (n && !(row->rest = copy_word(scan, form, rest, (size_t)(end - rest))))
                return -1;
        }
    }
    return row->word1 != NULL;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state         *state = tbl_state(scan);
    struct line_row      *row = out;
    const struct line_row blank = *row;
    char                 *text;
    size_t                size;
    int                   rc;

    for (;;) {
        rc = state->in_file ? place_files_line(&state->files, &text, &size) : SQLITE_DONE;
        if (rc == SQLITE_DONE) {
            state->in_file = (rc = place_files_next(&state->files)) == SQLITE_ROW;
            state->line = 0;
            if (!state->in_file)
                return rc;
            continue;
        }
        if (rc != SQLITE_ROW)
            return rc;
        state->line++;
        *row = blank;
        int r = fill(scan, text, size, row);
        if (r < 0)
            return SQLITE_NOMEM;
        if (r == 0)
            continue;
        state->files.records++;
        row->file = state->files.name;
        row->line = state->line;
        row->host = state->files.source.host;
        row->source = state->files.shown;
        return SQLITE_ROW;
    }
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct line_row *key = tbl_key(scan);

    state->file_terms = TBL_TERMS(scan, struct line_row, file);
    state->files = (struct place_files){.scan = scan,
                                        .kind = "host",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .by_line = true,
                                        .is_text = true,
                                        .wanted = wanted};
    return place_files_begin(&state->files,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    place_files_end(&((struct state *)tbl_state(scan))->files);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct line_row, file, TBL_KEY, "Name of the file: hosts, mounts or modules"),
    TBL_COL(struct line_row, line, TBL_ID, "Line of the file, from 1"),
    TBL_COL(struct line_row, word1, 0, "First word"),
    TBL_COL(struct line_row, word2, 0, "Second word"),
    TBL_COL(struct line_row, word3, 0, "Third word"),
    TBL_COL(struct line_row, word4, 0, "Fourth word"),
    TBL_COL(struct line_row, word5, 0, "Fifth word"),
    TBL_COL(struct line_row, word6, 0, "Sixth word"),
    TBL_COL(struct line_row, rest, 0, "All words after the first, without a comment"),
    TBL_COL(struct line_row, host, TBL_KEY, "Host that the file is of"),
    TBL_COL(struct line_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct line_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Names that a host resolves without asking",
     "SELECT host, word1, rest FROM host_lines WHERE file = 'hosts'"},
};

const struct tbl_table host_lines_table = {
    .name = "host_lines",
    .doc = "Lines of words: /etc/hosts, what is mounted, and the kernel's modules",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct line_row),
    .state_size = sizeof(struct state),
    .rows = 100,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
