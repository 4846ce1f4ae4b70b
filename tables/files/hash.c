/* hash.c -- the digests of files that a query names: osquery's table of that name, below the roots of all
 * evidence.
 *
 *     SELECT path, sha256 FROM hash WHERE directory = '/usr/local/bin';
 */
#include <errno.h>
#include <fcntl.h>
#include <md5.h>
#include <sha1.h>
#include <sha2.h>
#include <string.h>
#include <unistd.h>

#include "files/asked_paths.h"
#include "formats/text/input.h"

SQLITE_EXTENSION_INIT3

struct hash_row {
    const char *path;
    const char *directory;
    const char *host;
};

enum { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_COUNT };

/* All three are made by one read, of the row at hand. */
struct state {
    struct asked_paths asked; /* first */
    bool               read;
    int                error;
    char               text[DIGEST_COUNT][SHA256_DIGEST_STRING_LENGTH];
    uint8_t            block[64 << 10];
};

static int open_scan(struct tbl_scan *scan)
{
    const struct hash_row *key = tbl_key(scan);

    return asked_paths_begin(tbl_state(scan), scan, TBL_TERMS(scan, struct hash_row, path),
                             TBL_TERMS(scan, struct hash_row, directory), key->host, NULL);
}

static void close_scan(struct tbl_scan *scan)
{
    asked_paths_end(tbl_state(scan));
}

/* Regular files alone, as what a link leads to. */
static int next(struct tbl_scan *scan, void *out)
{
    struct state    *state = tbl_state(scan);
    struct hash_row *row = out;
    struct stat      st;
    int              rc;

    state->read = false;
    while ((rc = asked_paths_next(&state->asked)) == SQLITE_ROW) {
        const struct asked_paths *asked = &state->asked;
        int                       error = root_stat(asked->source.root, asked->path, true, &st);
        if (error < 0 && (rc = asked_paths_report(&state->asked, error)) != SQLITE_OK)
            return rc;
        if (error < 0 || !S_ISREG(st.st_mode))
            continue;
        row->path = tbl_utf8(scan, asked->shown, strlen(asked->shown));
        row->directory = tbl_utf8(scan, asked->shown_folder, strlen(asked->shown_folder));
        row->host = asked->source.host;
        return row->path && row->directory ? SQLITE_ROW : SQLITE_NOMEM;
    }
    return rc;
}

static int make_digests(struct state *state)
{
    const struct asked_paths *asked = &state->asked;
    MD5_CTX                   md5;
    SHA1_CTX                  sha1;
    SHA2_CTX                  sha256;
    ssize_t                   n;

    int fd = root_open_file(asked->source.root, asked->path);
    if (fd < 0)
        return fd;
    MD5Init(&md5);
    SHA1Init(&sha1);
    SHA256Init(&sha256);
    while ((n = input_read(fd, state->block, sizeof state->block)) > 0) {
        MD5Update(&md5, state->block, (size_t)n);
        SHA1Update(&sha1, state->block, (size_t)n);
        SHA256Update(&sha256, state->block, (size_t)n);
    }
    close(fd);
    MD5End(&md5, state->text[DIGEST_MD5]);
    SHA1End(&sha1, state->text[DIGEST_SHA1]);
    SHA256End(&sha256, state->text[DIGEST_SHA256]);
    return n < 0 ? (int)n : 0;
}

static int get_digest(struct tbl_scan *scan, int which, sqlite3_context *out)
{
    struct state *state = tbl_state(scan);
    int           rc = SQLITE_OK;

    if (!state->read) {
        state->read = true;
        state->error = make_digests(state);
        if (state->error)
            rc = asked_paths_report(&state->asked, state->error);
    }
    if (!state->error)
        sqlite3_result_text(out, state->text[which], -1, SQLITE_TRANSIENT);
    return rc;
}

static int get_md5(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return get_digest(scan, DIGEST_MD5, out);
}

static int get_sha1(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return get_digest(scan, DIGEST_SHA1, out);
}

static int get_sha256(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)row;
    return get_digest(scan, DIGEST_SHA256, out);
}

static const struct tbl_column columns[] = {
    TBL_COL(
        struct hash_row, path, TBL_KEY | TBL_PREFIX | TBL_NEEDED | TBL_ID,
        "Absolute path: =, or LIKE, where % stands for part of a name and %% at the end for all "
        "that is below"),
    TBL_COL(struct hash_row, directory, TBL_KEY | TBL_PREFIX | TBL_NEEDED,
            "Folder of the file, as the query writes it"),
    TBL_LAZY("md5", TBL_TEXT, TBL_NOCASE, "MD5 of the content, in hexadecimal", get_md5),
    TBL_LAZY("sha1", TBL_TEXT, TBL_NOCASE, "SHA-1 of the content, in hexadecimal", get_sha1),
    TBL_LAZY("sha256", TBL_TEXT, TBL_NOCASE, "SHA-256 of the content, in hexadecimal", get_sha256),
    TBL_COL(struct hash_row, host, TBL_KEY | TBL_ID, "Host it is on"),
};

static const struct tbl_example examples[] = {
    {"Digests of what runs",
     "SELECT p.pid, h.path, h.sha256 FROM processes AS p JOIN hash AS h ON h.path = p.exe"},
};

const struct tbl_table hash_table = {
    .name = "hash",
    .doc =
        "Digests of the files that the query names by path or folder, of any host; osquery's table",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct hash_row),
    .state_size = sizeof(struct state),
    .rows = 100,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
