/* shell_history.c -- the command histories of each user's shells, on Linux, macOS and Windows.
 *
 *     SELECT datetime, user, command FROM shell_history WHERE command GLOB '*systemctl*';
 *
 * Homes are those of /etc/passwd or of macOS's local directory, and the folders in /home, /root, /Users and /var/root, so that
 * the files of a removed account are read too, and the profiles of Windows' service accounts.
 * Copies beside a history (.bash_history.old) are histories. A startup file of a shell that sets
 * HISTFILE or ZDOTDIR is followed (history_places.h).
 */
#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence.h"
#include "formats/access/passwd_text.h"
#include "formats/log/history_text.h"
#include "formats/text/array.h"
#include "formats/text/input.h"
#include "history_database.h"
#include "history_places.h"
#include "macos/directory_accounts.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

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
    char   *user, *path; /* owned */
    int64_t uid;         /* TBL_NULL: not known */
};

struct state {
    struct place_files      files;
    const struct tbl_terms *users, *uids, *times;
    struct home            *homes; /* of each base of `files` */
    size_t                  n_homes, homes_lost;
    bool    alone; /* they are not to be read, but to find the user of a named file */
    int64_t read;  /* histories of this root */

    bool                    in_file;
    struct history          history;
    struct history_database database;
    int64_t                 uid;
    const char             *user;
    const char             *shell;
};

/* The tag of a place; for one that a startup file names it includes the home. */
enum { STARTUP = 64, NAMED = 128 };
#define TAG_SHELL(tag) ((enum history_shell)((tag)&63))
#define TAG_HOME(tag)  ((size_t)(tag) >> 8)

/* Places of histories below a home. Startup files come first. */
static const struct place_of_files places[] = {
    {"/.zshenv", NULL, STARTUP | HISTORY_ZSH, true},
    {"/.zshrc", NULL, STARTUP | HISTORY_ZSH, true},
    {"/.config/zsh/.zshrc", NULL, STARTUP | HISTORY_ZSH, true},
    {"/.zprofile", NULL, STARTUP | HISTORY_ZSH, true},
    {"/.bashrc", NULL, STARTUP | HISTORY_BASH, true},
    {"/.bash_profile", NULL, STARTUP | HISTORY_BASH, true},
    {"/.profile", NULL, STARTUP | HISTORY_SH, true},
    {"/.kshrc", NULL, STARTUP | HISTORY_SH, true},
    {"/.mkshrc", NULL, STARTUP | HISTORY_SH, true},
    {"", ".*hist*", HISTORY_SH, true}, /* which of them: is_history() */
    {"/.bash_sessions", "*.history*", HISTORY_BASH, true},
    {"/.zsh_sessions", "*.history*", HISTORY_ZSH, true},
    {"/.local/state/bash", "*history*", HISTORY_BASH, true},
    {"/.local/share/bash", "*history*", HISTORY_BASH, true},
    {"/.config/bash", "*_history", HISTORY_BASH, true},
    {"/.config/bash/history", NULL, HISTORY_BASH, true},
    {"/.cache/bash", "*history*", HISTORY_BASH, true},
    {"/.local/state/zsh", "*history*", HISTORY_ZSH, true},
    {"/.local/share/zsh", "*history*", HISTORY_ZSH, true},
    {"/.cache/zsh", "*history*", HISTORY_ZSH, true},
    {"/.config/zsh", ".z*history*", HISTORY_ZSH, true},
    {"/.config/zsh/history", NULL, HISTORY_ZSH, true},
    {"/.config/zsh/.histfile", NULL, HISTORY_ZSH, true},
    {"/.zsh", ".z*history*", HISTORY_ZSH, true},
    {"/.local/share/fish", "*_history*", HISTORY_FISH, true},
    {"/.config/fish", "*fish_history*", HISTORY_FISH, true},
    {"/.local/share/powershell/PSReadLine", "*_history.txt*", HISTORY_PWSH, true},
    {"/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine", "*_history.txt*", HISTORY_PWSH,
     true},
    {"/.config/nushell", "history.*", HISTORY_NU, true},
    {"/.local/share/nushell", "history.*", HISTORY_NU, true},
    {"/Library/Application Support/nushell", "history.*", HISTORY_NU, true},
    {"/AppData/Roaming/nushell", "history.*", HISTORY_NU, true},
    {"/.local/share/atuin/history.db", NULL, HISTORY_ATUIN, true},
    {"/.local/share/xonsh", "xonsh-*", HISTORY_XONSH, true},
    {"/.local/share/xonsh/history_json", "xonsh-*.json", HISTORY_XONSH, true},
    {"/AppData/Local/xonsh/xonsh", "xonsh-*", HISTORY_XONSH, true},
};

/* Histories of shells in a home, by the beginning of their names; not those of databases and
 * languages. */
static bool is_history(const char *name)
{
    static const char *const names[] = {
        ".bash_history",  ".bash_eternal_history", ".zsh_history",  ".zhistory",
        ".histfile",      ".sh_history",           ".ksh_history",  ".mksh_history",
        ".ash_history",   ".tcsh_history",         ".history",      ".fish_history",
        ".rbash_history", ".dash_history",         ".bash-history", ".eternal_history",
        ".zsh-history",
    };

    for (size_t i = 0; i < TBL_COUNT(names); i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Homes ------------------------------------------------------------------------- */

static void forget_homes(struct state *state)
{
    for (size_t i = 0; i < state->n_homes; i++) {
        free(state->homes[i].user);
        free(state->homes[i].path);
    }
    state->n_homes = state->homes_lost = 0;
    state->read = 0;
}

static bool is_known(const struct state *state, const char *path)
{
    for (size_t i = 0; i < state->n_homes; i++)
        if (strcmp(state->homes[i].path, path) == 0)
            return true;
    return false;
}

/* The user who controls the names in a home: its user or, where none is known, its owner. */
static int64_t reader_of(const struct state *state, const char *home, int64_t uid)
{
    struct stat st;

    if (uid != TBL_NULL)
        return uid;
    return root_stat(state->files.source.root, home, true, &st) == 0 ? (int64_t)st.st_uid : 0;
}

/* A home that is there: of one that is missing, each place would be looked for in vain. */
static int add_home(struct state *state, struct field folder, struct field user, int64_t uid)
{
    char        path[ROOT_PATH_MAX];
    struct stat st;

    while (folder.size > 1 && folder.text[folder.size - 1] == '/')
        folder.size--;
    if (folder.size < 2 || *folder.text != '/' || folder.size >= sizeof path)
        return 0;
    snprintf(path, sizeof path, "%.*s", (int)folder.size, folder.text);
    int r = is_known(state, path) ? -ENOENT : root_stat(state->files.source.root, path, true, &st);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (state->n_homes == HOMES_CAP) {
        state->homes_lost++;
        return 0;
    }
    struct home *home = ARRAY_ADD(state->homes, state->n_homes);
    if (!home)
        return -ENOMEM;
    *home = (struct home){strndup(user.text, user.size), strdup(path), uid};
    if (!home->user || !home->path)
        return -ENOMEM;
    return state->alone ||
                   place_files_base(&state->files, path, reader_of(state, path, uid)) == SQLITE_OK
               ? 0
               : -ENOMEM;
}

static int add_accounts(struct state *state)
{
    char              *data;
    size_t             size;
    struct passwd_line account;
    int r = root_read(state->files.source.root, "/etc/passwd", PLACE_FILE_MAX, &data, &size);

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

/* The same of macOS, whose /etc/passwd has the system's own accounts alone. */
static int add_directory(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    struct directory_users users = {0};
    int                    rc = directory_users_load(scan, &state->files.source, &users),
        r = rc == SQLITE_OK ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < users.n; i++) {
        const struct directory_user *user = &users.list[i];
        if (user->home)
            r = add_home(state, (struct field){user->home, strlen(user->home)},
                         (struct field){user->name, strlen(user->name)}, user->uid);
    }
    directory_users_free(&users);
    return r;
}

/* A folder of homes of which a part is missing. */
static int note_part(struct tbl_scan *scan, const char *dir, int error, size_t lost)
{
    const struct source *source = &((struct state *)tbl_state(scan))->files.source;
    struct folder folder = {artefact_name(source->artefact), source->host, source->root, dir};

    return svcql_report_folder(tbl_svcql(scan), "shell_history", &folder, error, lost) == SQLITE_OK
               ? 0
               : -ENOMEM;
}

/* A home folder without an account. */
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

/* Find the homes of a root. A negative errno. */
static int find_homes(struct tbl_scan *scan)
{
    struct state            *state = tbl_state(scan);
    static const char *const homes[] = {"/root",
                                        "/home/*",
                                        "/Users/*",
                                        "/var/root",
                                        "/Windows/System32/config/systemprofile",
                                        "/Windows/SysWOW64/config/systemprofile",
                                        "/Windows/ServiceProfiles/*"};

    forget_homes(state);
    int r = state->files.source.artefact == ARTEFACT_MACOS_ROOT ? add_directory(scan) : 0;
    r = r < 0 ? r : add_accounts(state);
    for (size_t i = 0; r == 0 && i < TBL_COUNT(homes); i++)
        r = root_glob(state->files.source.root, homes[i], HOMES_CAP, add_folder, scan);
    return r;
}

/* The homes are the bases of the places that are read. */
static int begin_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    state->alone = false;
    int r = find_homes(scan);
    return r < 0 ? tbl_error(scan, r, state->files.source.shown) : SQLITE_OK;
}

/* Files ------------------------------------------------------------------------- */

static const struct home *home_of(const struct state *state)
{
    int    tag = state->files.place.tag;
    size_t home = tag & NAMED ? TAG_HOME(tag) : state->files.base;

    return home < state->n_homes ? &state->homes[home] : NULL;
}

static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    struct state      *state = tbl_state(scan);
    const struct home *home = home_of(state);

    if (!*place->path && !is_history(name))
        return false;
    return tbl_match_text(state->users, home->user, false) &&
           (home->uid == TBL_NULL || tbl_match_int(state->uids, home->uid));
}

/* The place that a path, relative to its home, is in; NULL for none. */
static const struct place_of_files *place_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    for (size_t i = 0; i < TBL_COUNT(places); i++) {
        const struct place_of_files *place = &places[i];
        size_t                       size = strlen(place->path);
        if (!place->pattern
                ? strcmp(place->path, path) == 0
                : size == (size_t)(slash - path) && memcmp(place->path, path, size) == 0 &&
                      fnmatch(place->pattern, slash + 1, 0) == 0 && (size || is_history(slash + 1)))
            return place;
    }
    return NULL;
}

/* The home of a history: that which has it in one of the places, else the innermost around it, else that of the file's
 * owner. */
static const struct home *home_of_path(const struct state *state, const char *path, int64_t owner,
                                       enum history_shell *ret_shell)
{
    const struct place_of_files *place;
    const struct home           *around = NULL, *owned = NULL;

    for (size_t i = 0; i < state->n_homes; i++) {
        const struct home *home = &state->homes[i];
        size_t             size = strlen(home->path);
        bool               below = strncmp(path, home->path, size) == 0 && path[size] == '/';
        if (below && (place = place_of(path + size))) {
            *ret_shell = TAG_SHELL(place->tag);
            return home;
        }
        around = below && (!around || size > strlen(around->path)) ? home : around;
        owned = !owned && home->uid == owner ? home : owned;
    }
    return around ? around : owned;
}

/* Find whose history a file is that the query names, in the system that it is of, and of which shell its place is: 0 or
 * -ENOMEM. */
static int find_home(struct tbl_scan *scan, const struct home **ret, enum history_shell *ret_shell)
{
    struct state          *state = tbl_state(scan);
    struct place_files    *f = &state->files;
    const struct evidence *evidence = f->source.evidence;

    if (!evidence || strcmp(evidence->kind, "files") == 0)
        return 0;
    state->alone = true;
    if (find_homes(scan) == -ENOMEM)
        return -ENOMEM;
    *ret = home_of_path(state, f->path, f->owner, ret_shell);
    return 0;
}

/* The number of the home that the open startup file is of. */
static size_t home_index(const struct place_files *f)
{
    return f->place.tag & NAMED ? TAG_HOME(f->place.tag) : f->base;
}

/* As reader_of() of a file that a startup file names: he chose all of its path. Where the home is not his, as
 * in evidence that somebody else unpacked, modes say nothing. */
static int64_t reader_of_named(const struct place_files *f, size_t home)
{
    int64_t     reader = f->bases[home].reader;
    struct stat st;
    bool his = reader > 0 && root_stat(f->source.root, f->bases[home].path, true, &st) == 0 &&
               (int64_t)st.st_uid == reader;

    return his ? reader | ROOT_AS_ALL : reader;
}

/* A history that a startup file names is read after the others; so is a startup file, but not one that such
 * a one names: it might name itself. */
static int add_named(const char *path, void *data)
{
    struct tbl_scan    *scan = data;
    struct state       *state = tbl_state(scan);
    struct place_files *f = &state->files;
    const char         *home = f->bases[home_index(f)].path;
    size_t              size = strlen(home), length = strlen(path);
    bool                startup = length > 7 && strcmp(path + length - 7, "/.zshrc") == 0;

    if (startup && f->place.tag & NAMED)
        return 0;

    if (strncmp(path, home, size) == 0 && path[size] == '/' && place_of(path + size))
        return 0;
    struct place_of_files place = {.path = path,
                                   .tag = (int)(home_index(f) << 8) | NAMED |
                                          (startup ? STARTUP : 0) | (f->place.tag & 63),
                                   .optional = true};
    return place_files_add(f, &place, reader_of_named(f, home_index(f))) == SQLITE_OK ? 0 : -ENOMEM;
}

/* Report that a root has no history, or that its histories are reported file by file. */
static int report_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->files.source.artefact == ARTEFACT_SHELL_HISTORY)
        return SQLITE_OK;
    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = "shell_history",
                            .kind = artefact_name(state->files.source.artefact),
                            .host = state->files.source.host,
                            .location = state->files.source.shown,
                            .status = state->homes_lost ? SOURCE_DAMAGED
                                      : state->read     ? SOURCE_READ
                                                        : SOURCE_ABSENT,
                            .records = state->read,
                            .skipped = (int64_t)state->homes_lost,
                            .detail = state->homes_lost ? "more homes than are read"
                                      : state->read     ? "histories found"
                                                        : "no history in any home",
                        });
}

/* Follow the startup file that is open. */
static int follow_startup(struct tbl_scan *scan)
{
    struct place_files *f = &((struct state *)tbl_state(scan))->files;
    char                folder[ROOT_PATH_MAX];
    const char         *home = f->bases[home_index(f)].path;

    if (place_files_all(f) == -ENOMEM)
        return -ENOMEM;
    snprintf(folder, sizeof folder, "%s%s", f->place.tag & NAMED ? "" : home, f->place.path);
    if (strrchr(folder, '/'))
        *strrchr(folder, '/') = '\0';
    int r = history_places(f->text, f->size, home, folder, TAG_SHELL(f->place.tag) == HISTORY_ZSH,
                           add_named, scan);
    if (r != -E2BIG)
        return r;
    f->skipped++;
    f->detail = "names more histories than are read";
    return 0;
}

/* Whether it is a database, or what a cut has left of one's first bytes. */
static bool is_database(const struct place_files *f)
{
    static const char magic[] = "SQLite format 3";
    size_t            size = sizeof magic - 1;

    if (f->size >= size)
        return memcmp(f->text, magic, size) == 0;
    return f->size && strstr(f->name, "sqlite") && memcmp(f->text, magic, f->size) == 0;
}

/* Note NULs in the last bytes of the text, which only mksh and ksh write. */
static void note_zeros(struct state *state, size_t size)
{
    struct place_files *f = &state->files;

    if (state->history.shell != HISTORY_MKSH && state->history.shell != HISTORY_KSH)
        f->zeros |= memchr(f->text + f->size - size, '\0', size) != NULL;
}

/* Begin with the history that is open: 0 or -ENOMEM. */
static int enter_file(struct tbl_scan *scan)
{
    struct state       *state = tbl_state(scan);
    struct place_files *f = &state->files;
    const struct home  *home = f->n_bases ? home_of(state) : NULL;
    enum history_shell  shell = TAG_SHELL(f->place.tag);
    int                 r = f->source.named ? find_home(scan, &home, &shell) : 0;

    if (r < 0)
        return r;

    state->user = home ? home->user : NULL;
    state->uid = home && home->uid != TBL_NULL ? home->uid : f->owner;
    if (is_database(f)) {
        r = place_files_all(f);
        r = r < 0 ? r
                  : history_database_open((uint8_t *)f->text, f->size, &state->database, &shell);
        f->error = r;
    } else {
        shell = history_shell_of(f->name, shell, f->text, f->size);
        r = shell == HISTORY_XONSH ? place_files_all(f) : 0;
        r = r < 0 ? r : history_begin(&state->history, f->text, f->size, shell);
        f->skipped += state->history.bad;
        note_zeros(state, f->size);
    }
    state->shell = history_shell_name(shell);
    state->in_file = true;
    state->read++;
    return r == -ENOMEM ? r : 0;
}

/* The next command of a text. One that ends where the part does may go on in the next. */
static int next_command(struct state *state, struct history_entry *ret)
{
    struct place_files *f = &state->files;
    struct history     *history = &state->history;

    for (;;) {
        const struct history before = *history;
        int                  r = history_next(history, ret);
        if (r < 0 || !f->more || (r > 0 && !history_at_end(history)))
            return r;
        history_take_back(history, &before);
        size_t used = (size_t)(history->at - f->text), left = f->size - used;
        if ((r = place_files_more(f, used)) < 0)
            return r == -ENOMEM ? r : 0;
        history_read_on(history, f->text, f->size);
        note_zeros(state, f->size - left);
    }
}

static int next_entry(struct state *state, struct history_entry *ret)
{
    if (state->files.error)
        return 0;
    return state->database.stmt ? history_database_next(&state->database, ret)
                                : next_command(state, ret);
}

static void leave_file(struct state *state)
{
    if (state->in_file && state->history.cut) {
        state->files.skipped += (int64_t)state->history.cut;
        state->files.detail = "commands longer than 128 KiB were cut";
    }
    if (state->database.empty || state->database.file.damaged) {
        state->files.skipped += (int64_t)state->database.empty + state->database.file.damaged;
        state->files.detail = "the database is damaged";
    }
    if (state->files.holes) /* each is a NUL of the text */
        state->files.zeros = 0;
    history_end(&state->history);
    history_database_close(&state->database);
    state->in_file = false;
}

/* The scan ------------------------------------------------------------------------ */

static int open_scan(struct tbl_scan *scan)
{
    struct state             *state = tbl_state(scan);
    const struct history_row *key = tbl_key(scan);
    const char               *source = key->source ? key->source : key->history_file;
    unsigned                  roots = source ? 0 : SYSTEM_ROOT;

    state->users = TBL_TERMS(scan, struct history_row, user);
    state->uids = TBL_TERMS(scan, struct history_row, uid);
    state->times = TBL_TERMS(scan, struct history_row, time);
    state->files = (struct place_files){.scan = scan,
                                        .kind = artefact_name(ARTEFACT_SHELL_HISTORY),
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .by_part = true,
                                        .by_root = true,
                                        .of_users = true,
                                        .begin_root = begin_root,
                                        .by_base = true,
                                        .wanted = wanted};
    return place_files_begin(&state->files, &(struct sources_want){
                                                .artefacts = roots | 1u << ARTEFACT_SHELL_HISTORY,
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
    row->history_file = row->source = state->files.shown;
    row->line = (int64_t)entry->line;
    row->host = state->files.source.host;
    state->files.records++;
    return row->command ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct history_entry entry;

    for (;;) {
        if (state->in_file) {
            int r = input_over_budget() ? -EDQUOT : next_entry(state, &entry);
            if (r > 0 && !tbl_match_real(state->times, entry.time)) {
                state->files.records++;
                continue;
            }
            if (r > 0)
                return fill(scan, &entry, out);
            leave_file(state);
            if (r == -ENOMEM)
                return SQLITE_NOMEM;
            state->files.error = r < 0 ? r : state->files.error;
        }
        int rc = place_files_next(&state->files);
        if (rc != SQLITE_ROW)
            return rc;
        if (state->files.text) {
            bool startup = state->files.n_bases && state->files.place.tag & STARTUP;
            if ((startup ? follow_startup(scan) : enter_file(scan)) < 0)
                return SQLITE_NOMEM;
        } else if ((rc = report_root(scan)) != SQLITE_OK) {
            return rc;
        }
    }
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    leave_file(state);
    place_files_end(&state->files);
    forget_homes(state);
    free(state->homes);
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct history_row *)row)->time);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct history_row, uid, TBL_KEY | TBL_LITERAL,
            "User whose home the history is in; of a file in no home of its host, its owner"),
    TBL_COL(struct history_row, user, TBL_KEY, "Name of that user"),
    TBL_COL(
        struct history_row, time, TBL_RANGE,
        "When the command began, in seconds since the epoch; NULL where the shell kept no time"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(struct history_row, duration, 0, "Seconds that it ran, where zsh recorded it"),
    TBL_COL(struct history_row, command, 0, "The command, all its lines"),
    TBL_COL(
        struct history_row, shell, 0,
        "bash, zsh, fish, mksh, ksh, tcsh, ash, pwsh, nu, xonsh, atuin (any shell's), or sh where "
        "it is unknown"),
    TBL_COL(struct history_row, history_file, TBL_KEY, "File; = reads that file"),
    TBL_COL(struct history_row, line, TBL_ID,
            "Line of the file, from 1; of mksh, ksh and xonsh the command's number in it, of a "
            "database "
            "its row"),
    TBL_COL(struct history_row, host, TBL_KEY | TBL_LITERAL | TBL_ID,
            "Host that the evidence is of"),
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
    .doc = "Command histories of the shells of all users, with the time where one was kept",
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
