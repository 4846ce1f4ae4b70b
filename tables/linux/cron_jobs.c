/* cron_jobs.c -- what cron and anacron run: the system's tables, users' own, and folders of scripts.
 *
 *     SELECT user, event, minute, hour, command FROM cron_jobs WHERE path_trust(exec_path(command)) IN
 *     ('temp', 'shm', 'hidden');
 */
#include <string.h>

#include "evidence.h"
#include "formats/unit/cron_text.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define SYSTEM_ROOT (1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT)

struct job_row {
    const char *event;
    const char *minute;
    const char *hour;
    const char *day_of_month;
    const char *month;
    const char *day_of_week;
    const char *user;
    const char *command;
    const char *kind;
    const char *job;
    const char *path;
    int64_t     line;
    const char *host;
    const char *source;
    const char *root;
};

#define USER_TABS   "/var/spool/cron/crontabs"
#define ALPINE_TABS "/etc/crontabs" /* what USER_TABS links to, as a rule */

enum kind { SYSTEM, USER, ANACRON, SCRIPT };

static const char *const kind_names[] = {
    [SYSTEM] = "system", [USER] = "user", [ANACRON] = "anacron", [SCRIPT] = "script"};

/* cron(8) of Debian, cronie, SUSE, Alpine and macOS; anacrontab(5); run-parts(8). */
static const struct place_of_files places[] = {
    {"/etc/crontab", NULL, SYSTEM, false},
    {"/etc/cron.d", "*", SYSTEM, false},
    {USER_TABS, "*", USER, false},
    {"/var/spool/cron", "*", USER, false},
    {"/var/spool/cron/tabs", "*", USER, true},
    {ALPINE_TABS, "*", USER, true},
    {"/var/at/tabs", "*", USER, true},
    {"/etc/anacrontab", NULL, ANACRON, true},
    {"/etc/cron.*ly", "*", SCRIPT, true},
    {"/etc/periodic/*", "*", SCRIPT, true},
};

struct state {
    struct place_files      files;
    const struct tbl_terms *users;
    int64_t                 line;
};

/* Files ---------------------------------------------------------------------------- */

/* Names that neither cron nor run-parts takes, on any system. */
static bool passed_over(const char *name)
{
    static const char *const ends[] = {"~",         ".rpmsave",   ".rpmorig", ".rpmnew",
                                       ".dpkg-old", ".dpkg-dist", ".dpkg-new"};
    size_t                   size = strlen(name);

    if (*name == '.' || *name == '#')
        return true;
    for (size_t i = 0; i < TBL_COUNT(ends); i++)
        if (size >= strlen(ends[i]) && strcmp(name + size - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    struct state *state = tbl_state(scan);
    char          tabs[ROOT_PATH_MAX];

    if (passed_over(name) || (place->tag == USER && !tbl_match_text(state->users, name, false)))
        return false;
    return strcmp(place->path, ALPINE_TABS) != 0 ||
           root_resolve(state->files.source.root, USER_TABS, tabs) < 0 ||
           strcmp(tabs, ALPINE_TABS) != 0;
}

/* Rows ----------------------------------------------------------------------------- */

/* A copy as text; a word that is not there is NULL. False: out of memory. */
static bool copy(struct tbl_scan *scan, struct cron_word word, const char **ret)
{
    *ret = word.size ? tbl_utf8(scan, word.text, word.size) : NULL;
    return *ret || !word.size;
}

static int fill(struct tbl_scan *scan, const struct cron_job *job, struct job_row *row)
{
    struct state     *state = tbl_state(scan);
    const char *const user = state->files.place.tag == USER ? state->files.name : "root";
    struct cron_word  by = job->user.size ? job->user : (struct cron_word){user, strlen(user)};
    struct cron_word  path = {state->files.path, strlen(state->files.path)};

    state->files.records++;
    row->kind = kind_names[state->files.place.tag];
    row->host = state->files.source.host;
    row->source = state->files.shown;
    return copy(scan, job->event, &row->event) &&
                   copy(scan, job->fields[CRON_MINUTE], &row->minute) &&
                   copy(scan, job->fields[CRON_HOUR], &row->hour) &&
                   copy(scan, job->fields[CRON_DAY], &row->day_of_month) &&
                   copy(scan, job->fields[CRON_MONTH], &row->month) &&
                   copy(scan, job->fields[CRON_WEEKDAY], &row->day_of_week) &&
                   copy(scan, job->command, &row->command) && copy(scan, job->name, &row->job) &&
                   copy(scan, by, &row->user) && copy(scan, path, &row->path)
               ? SQLITE_ROW
               : SQLITE_NOMEM;
}

/* A script that is run for being in its folder: /etc/cron.daily, /etc/periodic/15min. */
static int fill_script(struct tbl_scan *scan, struct job_row *row)
{
    struct state *state = tbl_state(scan);
    const char   *end = state->files.name - 1, *begin = end;

    while (begin > state->files.path && !strchr("/.", begin[-1]))
        begin--;
    row->line = 0;
    return fill(scan,
                &(struct cron_job){.event = {begin, (size_t)(end - begin)},
                                   .command = {state->files.path, strlen(state->files.path)}},
                row);
}

static int next_job(struct tbl_scan *scan, void *out)
{
    static const enum cron_form forms[] = {
        [SYSTEM] = CRON_SYSTEM, [USER] = CRON_USER, [ANACRON] = CRON_ANACRON};
    struct state   *state = tbl_state(scan);
    struct job_row *row = out;
    struct cron_job job;
    char           *line;
    size_t          size;
    int             rc = SQLITE_DONE;

    while (state->files.place.tag != SCRIPT &&
           (rc = place_files_line(&state->files, &line, &size)) == SQLITE_ROW) {
        state->line++;
        int r = cron_parse(forms[state->files.place.tag], line, size, &job);
        state->files.skipped += r < 0;
        if (r > 0) {
            row->line = state->line;
            return fill(scan, &job, row);
        }
    }
    return rc;
}

static int begin_file(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    state->line = 0;
    return state->files.place.tag == SCRIPT ? fill_script(scan, row) : SQLITE_OK;
}

static int next(struct tbl_scan *scan, void *row)
{
    return place_files_row(&((struct state *)tbl_state(scan))->files, row);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state         *state = tbl_state(scan);
    const struct job_row *key = tbl_key(scan);

    state->users = TBL_TERMS(scan, struct job_row, user);
    state->files = (struct place_files){.scan = scan,
                                        .is_text = true,
                                        .kind = "cron",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .by_line = true,
                                        .wanted = wanted,
                                        .begin_file = begin_file,
                                        .next_record = next_job};
    return place_files_begin(
        &state->files,
        &(struct sources_want){.artefacts = SYSTEM_ROOT, .host = key->host, .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    place_files_end(&((struct state *)tbl_state(scan))->files);
}

static const struct tbl_column columns[] = {
    TBL_COL(
        struct job_row, event, 0,
        "@reboot, @daily and so on; of anacron the period in days or @monthly; of a script what "
        "its folder is named after, as daily; NULL where the five fields set the time"),
    TBL_COL(struct job_row, minute, 0, "Minute, as written"),
    TBL_COL(struct job_row, hour, 0, "Hour, as written"),
    TBL_COL(struct job_row, day_of_month, 0, "Day of the month, as written"),
    TBL_COL(struct job_row, month, 0, "Month, as written"),
    TBL_COL(struct job_row, day_of_week, 0, "Day of the week, as written"),
    TBL_COL(struct job_row, user, TBL_KEY, "User that the job runs as"),
    TBL_COL(struct job_row, command, 0,
            "Command as written, with its input after a %; of a script its path"),
    TBL_COL(struct job_row, kind, 0,
            "system (a table whose jobs name their user), user (a user's own), anacron or script"),
    TBL_COL(struct job_row, job, 0, "Name of the job, of anacron"),
    TBL_COL(struct job_row, path, 0, "Path of the file on its host"),
    TBL_COL(struct job_row, line, TBL_ID, "Line of the file, from 1; 0 of a script"),
    TBL_COL(struct job_row, host, TBL_KEY, "Host that has the job"),
    TBL_COL(struct job_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct job_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Jobs that run at boot, or what anybody may have written",
     "SELECT user, event, command, path FROM cron_jobs WHERE event = '@reboot' OR "
     "path_trust(exec_path(command)) IN ('temp', 'shm', 'hidden', 'home')"},
};

const struct tbl_table cron_jobs_table = {
    .name = "cron_jobs",
    .doc = "What cron and anacron run: tables of the system and of users, and folders of scripts",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct job_row),
    .state_size = sizeof(struct state),
    .rows = 30,
    .artefacts = SYSTEM_ROOT,
    .places =
        (const char *const[]){"/etc/crontab", "/etc/cron.d", USER_TABS, "/var/spool/cron", NULL},
    .places_kind = "cron",
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
