/* shell_history.c -- the commands that shells remember of each user, on Linux, macOS and Windows.
 *
 *     SELECT datetime, user, command FROM shell_history WHERE command GLOB '*systemctl*';
 *
 * Homes are those of /etc/passwd, and the folders in /home, /root, /Users and /var/root, so that
 * what a removed account left is read too. Copies beside a history (.bash_history.old) are
 * histories.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence.h"
#include "formats/access/passwd_text.h"
#include "formats/log/history_text.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define FILE_CAP  (64u << 20) /* bytes read of one history */
#define NAMES_CAP 1000        /* histories of one folder */
#define HOMES_CAP 100000
#define SYSTEM_ROOT                                                                                \
    (1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT | 1u << ARTEFACT_WINDOWS_ROOT)

struct history_row {
    int64_t     uid;
    const char *user;
    double      time;
    int64_t     duration;
    const char *command;
    const char *shell;
    const char *history_file;
    int64_t     line;
    const char *host;
    const char *source;
    const char *file; /* arguments */
    const char *root;
};

struct home {
    char   *path, *user; /* owned */
    int64_t uid;         /* TBL_NULL: not known */
};

/* A history file to read. */
struct found {
    char   *path; /* owned, within the root */
    char   *user; /* owned; NULL: not known */
    int64_t uid;
    int64_t reader; /* who must be able to read it; 0: anyone may have written it */
};

struct state {
    struct sources sources;
    struct source  source;
    struct home   *homes; /* of the source's root */
    size_t         n_homes;
    struct found  *found;
    size_t         n_found, next_found;

    char          *shown; /* of the file that is read; NULL: none */
    char          *data;
    struct history history;
    int64_t        uid;
    const char    *user;
    const char    *shell;
    int64_t        commands;
    bool           cut; /* the file is longer than FILE_CAP */
};

/* Where histories lie below a home. */
static const struct place {
    const char *dir;
    const char *pattern;
} places[] = {
    {"", ".bash_history*"},
    {"", ".zsh_history*"},
    {"", ".zhistory*"},
    {"", ".histfile*"},
    {"", ".sh_history*"},
    {"", ".ksh_history*"},
    {"", ".mksh_history*"},
    {"", ".ash_history*"},
    {"", ".tcsh_history*"},
    {"", ".history*"},
    {"/.bash_sessions", "*.history*"},
    {"/.zsh_sessions", "*.history*"},
    {"/.local/share/fish", "*fish_history*"},
    {"/.config/fish", "*fish_history*"},
    {"/.local/share/powershell/PSReadLine", "*_history.txt*"},
    {"/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine", "*_history.txt*"},
};

/* Collecting -------------------------------------------------------------------- */

static void forget_root(struct state *state)
{
    for (size_t i = 0; i < state->n_homes; i++) {
        free(state->homes[i].path);
        free(state->homes[i].user);
    }
    for (size_t i = 0; i < state->n_found; i++) {
        free(state->found[i].path);
        free(state->found[i].user);
    }
    state->n_homes = state->n_found = state->next_found = 0;
}

/* Room for one more at the end of an array that grows by powers of two; NULL when out of memory. */
static void *more(void *array, size_t n, size_t size)
{
    if (n & (n - 1))
        return array;
    return reallocarray(array, n ? 2 * n : 1, size);
}

static bool is_known(const struct state *state, const char *path, size_t size)
{
    for (size_t i = 0; i < state->n_homes; i++)
        if (strncmp(state->homes[i].path, path, size) == 0 && !state->homes[i].path[size])
            return true;
    return false;
}

static int add_home(struct state *state, struct field path, struct field user, int64_t uid)
{
    while (path.size > 1 && path.text[path.size - 1] == '/')
        path.size--;
    if (path.size < 2 || *path.text != '/' || state->n_homes == HOMES_CAP ||
        is_known(state, path.text, path.size))
        return 0;
    struct home *homes = more(state->homes, state->n_homes, sizeof *homes);
    if (!homes)
        return -ENOMEM;
    state->homes = homes;
    struct home *home = &homes[state->n_homes++];
    *home = (struct home){strndup(path.text, path.size), strndup(user.text, user.size), uid};
    return home->path && home->user ? 0 : -ENOMEM;
}

static int add_accounts(struct state *state)
{
    char              *data;
    size_t             size;
    struct passwd_line account;
    int r = root_read(state->source.root, "/etc/passwd", ROOT_FILE_MAX, &data, &size);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (char *line = data, *end = data + size; r == 0 && line < end;) {
        char  *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((stop ? stop : end) - line);
        if (passwd_parse(line, length, &account) > 0)
            r = add_home(state, account.directory, account.name, account.uid);
        line += length + 1;
    }
    free(data);
    return r;
}

/* A folder of which a part is missing. */
static int note_part(struct tbl_scan *scan, const char *dir, int error, size_t lost)
{
    struct state *state = tbl_state(scan);
    int           rc = svcql_report_folder(tbl_svcql(scan), "shell_history",
                                           &(struct folder){artefact_name(state->source.artefact),
                                                            state->source.host, state->source.root, dir},
                                           error, lost);

    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* A folder that is a home although no account says so. */
static int add_folder(void *arg, const char *path, int error, size_t lost)
{
    const char *name = strrchr(path, '/') + 1;

    if (lost || (error && !root_denied(error)))
        return note_part(arg, path, error, lost);
    if (error)
        return 0;
    return add_home(tbl_state((struct tbl_scan *)arg), (struct field){path, strlen(path)},
                    (struct field){name, strlen(name)}, TBL_NULL);
}

/* Who may choose what the names in a home lead to: its user or, where none is known, its owner. */
static int64_t reader_of(const struct state *state, const struct home *home)
{
    struct stat st;

    if (!home || home->uid != TBL_NULL)
        return home ? home->uid : 0;
    return root_stat(state->source.root, home->path, true, &st) == 0 ? (int64_t)st.st_uid : 0;
}

static int add_found(struct state *state, const struct home *home, const char *dir,
                     const char *name)
{
    struct found *found = more(state->found, state->n_found, sizeof *found);

    if (!found)
        return -ENOMEM;
    state->found = found;
    found += state->n_found++;
    *found = (struct found){.user = home ? strdup(home->user) : NULL,
                            .uid = home ? home->uid : TBL_NULL,
                            .reader = reader_of(state, home)};
    if (asprintf(&found->path, "%s%s%s%s", home ? home->path : "", dir, *name ? "/" : "", name) < 0)
        found->path = NULL;
    return found->path && (!home || found->user) ? 0 : -ENOMEM;
}

static int look_in(struct tbl_scan *scan, const struct home *home, const struct place *place)
{
    struct state     *state = tbl_state(scan);
    struct root_names names = {0};
    char              dir[ROOT_PATH_MAX];

    if ((size_t)snprintf(dir, sizeof dir, "%s%s", home->path, place->dir) >= sizeof dir)
        return 0;
    int r = root_list(state->source.root, dir, place->pattern, NAMES_CAP, &names);
    if (root_denied(r)) /* becomes a source that says so when it is opened */
        return *place->dir ? 0 : add_found(state, home, "", ".bash_history");
    if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    r = note_part(scan, dir, r < 0 ? r : names.error, names.lost);
    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = add_found(state, home, place->dir, names.names[i]);
    root_names_free(&names);
    return r;
}

/* Find the histories of all users of a root. */
static int collect(struct tbl_scan *scan)
{
    struct state            *state = tbl_state(scan);
    static const char *const homes[] = {"/root", "/home/*", "/Users/*", "/var/root"};

    int r = add_accounts(state);
    for (size_t i = 0; r == 0 && i < TBL_COUNT(homes); i++)
        r = root_glob(state->source.root, homes[i], HOMES_CAP, add_folder, scan);
    for (size_t i = 0; r == 0 && i < state->n_homes; i++)
        for (size_t k = 0; r == 0 && k < TBL_COUNT(places); k++)
            r = look_in(scan, &state->homes[i], &places[k]);
    return r;
}

/* Files ------------------------------------------------------------------------- */

static int report(struct tbl_scan *scan, int error)
{
    struct state *state = tbl_state(scan);
    const char   *detail = error == -EINVAL ? "is no regular file" : root_as_error(error);

    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = "shell_history",
                            .kind = artefact_name(ARTEFACT_SHELL_HISTORY),
                            .host = state->source.host,
                            .location = state->shown,
                            .status = error        ? source_status_of(error)
                                      : state->cut ? SOURCE_DAMAGED
                                                   : SOURCE_READ,
                            .records = error ? TBL_NULL : state->commands,
                            .skipped = state->cut,
                            .detail = error        ? detail
                                      : state->cut ? "only its first 64 MiB were read"
                                                   : NULL,
                        });
}

/* Say of a root that it holds no history, or that what it holds is reported file by file. */
static int report_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->source.artefact == ARTEFACT_SHELL_HISTORY)
        return SQLITE_OK;
    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = "shell_history",
                            .kind = artefact_name(state->source.artefact),
                            .host = state->source.host,
                            .location = state->source.shown,
                            .status = state->n_found ? SOURCE_READ : SOURCE_ABSENT,
                            .records = (int64_t)state->n_found,
                            .detail = state->n_found ? "histories found" : "no history in any home",
                        });
}

static int read_file(struct state *state, int fd, size_t *ret_size)
{
    struct stat st;
    size_t      size = 0;
    ssize_t     n = 1;

    if (fstat(fd, &st) < 0)
        return -errno;
    state->cut = st.st_size > FILE_CAP;
    size_t cap = state->cut ? FILE_CAP : (size_t)st.st_size;
    state->data = malloc(cap + 1);
    if (!state->data)
        return -ENOMEM;
    while (size < cap && (n = read(fd, state->data + size, cap - size)) > 0)
        size += (size_t)n;
    if (n < 0)
        return -errno;
    if (state->uid == TBL_NULL)
        state->uid = (int64_t)st.st_uid;
    *ret_size = size;
    return 0;
}

/* A user who links his history to another's file does not have it read. */
static int open_as(const struct state *state, const struct found *found)
{
    struct root *root = NULL;
    int          r = root_as(state->source.root, found->reader, &root);

    if (r < 0)
        return r;
    r = root_open_file(root, found->path);
    root_unref(root);
    return r;
}

static int open_found(struct state *state, const struct found *found)
{
    const char *name = strrchr(found->path, '/');
    size_t      size = 0;

    state->uid = found->uid;
    state->user = found->user;
    state->commands = 0;
    int fd = open_as(state, found);
    if (fd < 0)
        return fd;
    int r = read_file(state, fd, &size);
    close(fd);
    if (r < 0)
        return r;
    enum history_shell shell = history_shell_of(name ? name + 1 : found->path, state->data, size);
    state->shell = history_shell_name(shell);
    history_begin(&state->history, state->data, size, shell);
    return 0;
}

static void leave_file(struct state *state)
{
    history_end(&state->history);
    free(state->data);
    free(state->shown);
    state->data = state->shown = NULL;
}

static bool wanted(struct tbl_scan *scan, const struct found *found)
{
    const struct tbl_terms *user = TBL_TERMS(scan, struct history_row, user);
    const struct tbl_terms *uid = TBL_TERMS(scan, struct history_row, uid);

    return (!user->n || tbl_match_text(user, found->user, false)) &&
           (found->uid == TBL_NULL || tbl_match_int(uid, found->uid));
}

/* The next file that can be read. SQLITE_ROW, SQLITE_DONE at the end of the root, or an error. */
static int enter_file(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    while (state->next_found < state->n_found) {
        const struct found *found = &state->found[state->next_found++];
        if (!wanted(scan, found))
            continue;
        state->shown = root_shown_copy(state->source.root, found->path);
        if (!state->shown)
            return SQLITE_NOMEM;
        int r = open_found(state, found);
        if (r == 0)
            return SQLITE_ROW;
        int rc = r == -ENOMEM ? SQLITE_NOMEM : report(scan, r);
        leave_file(state);
        if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_DONE;
}

/* The next root, its histories collected, or file that the query names. */
static int enter_source(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    int r, rc = tbl_sources_next(scan, &state->sources, &state->source);
    if (rc != SQLITE_ROW)
        return rc;
    forget_root(state);
    if (state->source.artefact == ARTEFACT_SHELL_HISTORY)
        r = add_found(state, NULL, state->source.path, "");
    else
        r = collect(scan);
    if (r < 0)
        return tbl_error(scan, r, state->source.shown);
    rc = report_root(scan);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

/* The scan ------------------------------------------------------------------------ */

static int open_scan(struct tbl_scan *scan)
{
    struct state             *state = tbl_state(scan);
    const struct history_row *key = tbl_key(scan);
    const char               *source = key->source ? key->source : key->history_file;
    unsigned                  named = key->file || source ? 0 : SYSTEM_ROOT;

    return tbl_sources_begin(scan, &state->sources,
                             &(struct sources_want){
                                 .artefacts = named | 1u << ARTEFACT_SHELL_HISTORY,
                                 .host = key->host,
                                 .path = key->file,
                                 .source = source,
                                 .root = key->root,
                             });
}

static int fill(struct tbl_scan *scan, const struct history_entry *entry, struct history_row *row)
{
    struct state *state = tbl_state(scan);

    row->uid = state->uid;
    row->user = state->user;
    row->time = entry->time;
    row->duration = entry->duration < 0 ? TBL_NULL : entry->duration;
    row->command = tbl_utf8(scan, entry->command, entry->size);
    row->shell = state->shell;
    row->history_file = row->source = state->shown;
    row->line = (int64_t)entry->line;
    row->host = state->source.host;
    state->commands++;
    return row->command ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct history_entry entry;
    int                  rc;

    for (;;) {
        if (state->shown) {
            int r = history_next(&state->history, &entry);
            if (r > 0)
                return fill(scan, &entry, out);
            rc = r < 0 ? SQLITE_NOMEM : report(scan, 0);
            leave_file(state);
            if (rc != SQLITE_OK)
                return rc;
        }
        rc = enter_file(scan);
        if (rc == SQLITE_DONE)
            rc = enter_source(scan);
        if (rc != SQLITE_ROW)
            return rc;
    }
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->shown)
        report(scan, 0);
    leave_file(state);
    forget_root(state);
    free(state->homes);
    free(state->found);
    sources_end(&state->sources);
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct history_row *)row)->time);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct history_row, uid, TBL_KEY,
            "User whose home the history is in; of a file named in the query, its owner"),
    TBL_COL(struct history_row, user, TBL_KEY, "Name of that user"),
    TBL_COL(
        struct history_row, time, 0,
        "When the command began, in seconds since the epoch; NULL where the shell kept no time"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time in UTC, as datetime() writes it", get_datetime),
    TBL_COL(struct history_row, duration, 0, "Seconds that it ran, where zsh says so"),
    TBL_COL(struct history_row, command, 0, "The command, all its lines"),
    TBL_COL(struct history_row, shell, 0,
            "bash, zsh, fish, mksh, ksh, tcsh, ash, pwsh, or sh where it cannot be told"),
    TBL_COL(struct history_row, history_file, TBL_KEY, "File; = reads that file"),
    TBL_COL(struct history_row, line, TBL_ID,
            "Line of the file, from 1; of mksh and ksh the command's number in it"),
    TBL_COL(struct history_row, host, TBL_KEY | TBL_ID, "Host that the evidence is of"),
    TBL_COL(struct history_row, source, TBL_KEY | TBL_ID, "The same as history_file"),
    TBL_COL(struct history_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct history_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root whose users' histories to read instead"),
};

static const struct tbl_example examples[] = {
    {"Commands about services, newest first",
     "SELECT datetime, user, command FROM shell_history WHERE command GLOB '*systemctl*' OR "
     "command GLOB '*service *' ORDER BY time DESC"},
    {"How far back each history goes",
     "SELECT user, history_file, count(*) AS commands, min(datetime) AS first FROM shell_history "
     "GROUP BY source"},
};

const struct tbl_table shell_history_table = {
    .name = "shell_history",
    .doc = "Commands that the shells of all users remember, with the time where one was kept",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct history_row),
    .state_size = sizeof(struct state),
    .rows = 5000,
    .artefacts = SYSTEM_ROOT | 1u << ARTEFACT_SHELL_HISTORY,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
