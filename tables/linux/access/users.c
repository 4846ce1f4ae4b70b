/* users.c -- the accounts and groups in a host's files: /etc/passwd and /etc/group of Linux, the SAM hive of Windows, on
 * disks and of the registry in use, and the property lists of macOS's local directory.
 *
 *     SELECT username, shell FROM users WHERE uid = 0;
 *     SELECT members FROM groups WHERE groupname IN ('sudo', 'wheel', 'admin');
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/passwd_text.h"
#include "macos/directory_accounts.h"
#include "place_files.h"
#include "windows/sam_accounts.h"

SQLITE_EXTENSION_INIT3

struct user_row {
    int64_t     uid;
    int64_t     gid;
    const char *username;
    const char *description;
    const char *directory;
    const char *shell;
    const char *uuid;
    int64_t     is_hidden;
    const char *host;
    const char *source;
    int64_t     line;
    const char *root;
};

struct group_row {
    int64_t     gid;
    const char *groupname;
    const char *members;
    const char *comment;
    const char *group_sid;
    const char *host;
    const char *source;
    int64_t     line;
    const char *root;
};

/* As osquery has them: the lowest 32 bits, with a sign. */
static int give_signed(sqlite3_context *out, int64_t id)
{
    if (id == TBL_NULL)
        return SQLITE_OK;
    sqlite3_result_int(out, (int32_t)(uint32_t)id);
    return SQLITE_OK;
}

/* The lines of one file below every root, then what Windows and macOS have in their place. */
struct lines {
    const struct tbl_terms   *uid; /* of users */
    struct place_files        files;
    bool                      in_file;
    int64_t                   line;
    struct sam_accounts       sam;
    struct directory_accounts directory;
    unsigned                  stage; /* which of them the scan is at */
    bool                      begun;
};

static int lines_begin(struct tbl_scan *scan, const struct place_of_files *place, const char *host,
                       const char *root)
{
    struct lines *lines = tbl_state(scan);

    lines->files = (struct place_files){.scan = scan,
                                        .kind = "accounts",
                                        .places = place,
                                        .n_places = 1,
                                        .by_line = true,
                                        .is_text = true};
    return place_files_begin(
        &lines->files,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT, .host = host, .root = root});
}

static void lines_end(struct tbl_scan *scan)
{
    struct lines *lines = tbl_state(scan);

    sam_accounts_end(&lines->sam);
    directory_accounts_end(&lines->directory);
    place_files_end(&lines->files);
}

/* The next account or group of a SAM hive. */
static int next_of_sam(struct tbl_scan *scan, bool users, const char *host, const char *root,
                       struct sam_account *ret)
{
    struct lines *lines = tbl_state(scan);
    int rc = lines->begun ? SQLITE_OK : sam_accounts_begin(&lines->sam, scan, users, host, root);

    lines->begun = true;
    return rc == SQLITE_OK ? sam_accounts_next(&lines->sam, ret) : rc;
}

/* The same of a directory of macOS. */
static int next_of_directory(struct tbl_scan *scan, bool users, const char *host, const char *root,
                             struct directory_account *ret)
{
    struct lines *lines = tbl_state(scan);
    int           rc = lines->begun ? SQLITE_OK
                                    : directory_accounts_begin(&lines->directory, scan, users, host, root);

    lines->begun = true;
    return rc == SQLITE_OK ? directory_accounts_next(&lines->directory, ret) : rc;
}

/* The next row of one stage after the other: SQLITE_ROW, SQLITE_DONE or an error. */
typedef int stage_fn(struct tbl_scan *scan, void *row);

static int next_of_stages(struct tbl_scan *scan, stage_fn *const *stages, void *row)
{
    struct lines *lines = tbl_state(scan);
    int           rc = SQLITE_DONE;

    for (; stages[lines->stage]; lines->stage++, lines->begun = false)
        if ((rc = stages[lines->stage](scan, row)) != SQLITE_DONE)
            break;
    return rc;
}

/* The next line of the file of any root: SQLITE_ROW, SQLITE_DONE or an error. */
static int next_line(struct lines *lines, char **ret, size_t *ret_size)
{
    int rc = SQLITE_DONE;

    for (;;) {
        if (lines->in_file)
            rc = place_files_line(&lines->files, ret, ret_size);
        if (rc == SQLITE_ROW)
            lines->line++;
        if (rc != SQLITE_DONE)
            return rc;
        rc = place_files_next(&lines->files);
        if (rc != SQLITE_ROW)
            return rc;
        lines->in_file = true;
        lines->line = 0;
    }
}

/* Count a line by what its parser returned. */
static bool taken(struct lines *lines, int r)
{
    lines->files.records += r > 0;
    lines->files.skipped += r < 0;
    return r > 0;
}

static const char *copy(struct tbl_scan *scan, struct field field)
{
    return tbl_utf8(scan, field.text, field.size);
}

/* users --------------------------------------------------------------------------- */

static int users_open(struct tbl_scan *scan)
{
    static const struct place_of_files place = {.path = "/etc/passwd"};
    const struct user_row             *key = tbl_key(scan);

    ((struct lines *)tbl_state(scan))->uid = TBL_TERMS(scan, struct user_row, uid);
    return lines_begin(scan, &place, key->host, key->root);
}

static int fill_user(struct tbl_scan *scan, const struct lines *lines,
                     const struct passwd_line *line, struct user_row *row)
{
    row->uid = line->uid;
    row->gid = line->gid;
    row->username = copy(scan, line->name);
    row->description = copy(scan, line->gecos);
    row->directory = copy(scan, line->directory);
    row->shell = copy(scan, line->shell);
    row->is_hidden = TBL_NULL;
    row->host = lines->files.source.host;
    row->source = lines->files.shown;
    row->line = lines->line;
    return row->username && row->description && row->directory && row->shell ? SQLITE_ROW
                                                                             : SQLITE_NOMEM;
}

static void fill_sam_user(const struct sam_account *account, struct user_row *row)
{
    *row = (struct user_row){
        .uid = account->id,
        .gid = account->group,
        .username = account->name,
        .description = account->description,
        .directory = account->directory,
        .uuid = *account->sid ? account->sid : NULL,
        .is_hidden = TBL_NULL,
        .host = account->host,
        .source = account->source,
        .line = account->number,
        .root = row->root,
    };
}

static int next_user_line(struct tbl_scan *scan, void *row)
{
    struct lines      *lines = tbl_state(scan);
    struct passwd_line parsed;
    char              *line;
    size_t             size;
    int                rc;

    while ((rc = next_line(lines, &line, &size)) == SQLITE_ROW)
        if (taken(lines, passwd_parse(line, size, &parsed)))
            return fill_user(scan, lines, &parsed, row);
    return rc;
}

static int next_sam_user(struct tbl_scan *scan, void *row)
{
    const struct user_row *key = tbl_key(scan);
    struct sam_account     account;
    int                    rc = next_of_sam(scan, true, key->host, key->root, &account);

    if (rc == SQLITE_ROW)
        fill_sam_user(&account, row);
    return rc;
}

static int next_directory_user(struct tbl_scan *scan, void *out)
{
    const struct user_row   *key = tbl_key(scan);
    struct user_row         *row = out;
    struct directory_account account;
    int                      rc = next_of_directory(scan, true, key->host, key->root, &account);

    if (rc == SQLITE_ROW)
        *row = (struct user_row){
            .uid = account.id,
            .gid = account.group,
            .username = account.name,
            .description = account.description,
            .directory = account.directory,
            .shell = account.shell,
            .uuid = account.uuid,
            .is_hidden = account.hidden,
            .host = account.host,
            .source = account.source,
            .line = 1,
            .root = row->root,
        };
    return rc;
}

static int users_next(struct tbl_scan *scan, void *row)
{
    static stage_fn *const  stages[] = {next_user_line, next_sam_user, next_directory_user, NULL};
    const struct tbl_terms *uid = ((struct lines *)tbl_state(scan))->uid;
    int                     rc;

    while ((rc = next_of_stages(scan, stages, row)) == SQLITE_ROW)
        if (tbl_match_int(uid, ((struct user_row *)row)->uid))
            break;
    return rc;
}

static int get_uid_signed(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return give_signed(out, ((const struct user_row *)row)->uid);
}

static int get_gid_signed(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return give_signed(out, ((const struct user_row *)row)->gid);
}

static const struct tbl_column user_columns[] = {
    TBL_COL(struct user_row, uid, TBL_KEY, "User id; of Windows the last number of the SID"),
    TBL_COL(struct user_row, gid, 0,
            "Primary group id; of Windows the last number of the group's SID"),
    TBL_LAZY("uid_signed", TBL_INT, 0, "uid as a number of 32 bits with a sign, as in osquery",
             get_uid_signed),
    TBL_LAZY("gid_signed", TBL_INT, 0, "gid as a number of 32 bits with a sign, as in osquery",
             get_gid_signed),
    TBL_COL(struct user_row, username, 0, "Login name"),
    TBL_COL(struct user_row, description, 0,
            "Full name and other information (GECOS); of Windows full name and comment; of macOS "
            "full name"),
    TBL_COL(struct user_row, directory, 0,
            "Home directory; of Windows the folder of the profile, as its SOFTWARE hive has it"),
    TBL_COL(struct user_row, shell, 0, "Login shell; NULL on Windows"),
    TBL_COL(struct user_row, uuid, 0,
            "SID of an account of Windows; GeneratedUID of one of macOS, by which groups have it"),
    TBL_COL(struct user_row, is_hidden, 0,
            "1 where macOS shows the account neither at login nor in its settings (IsHidden), else "
            "0; NULL on other systems"),
    TBL_COL(struct user_row, host, TBL_KEY, "Host the account is on"),
    TBL_COL(struct user_row, source, TBL_ID, "File it was read from"),
    TBL_COL(struct user_row, line, TBL_ID,
            "Line of the file, or number in the hive, from 1; of macOS 1"),
    TBL_COL(struct user_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example user_examples[] = {
    {"Accounts with the rights of root", "SELECT username, shell FROM users WHERE uid = 0"},
    {"Accounts that can log in",
     "SELECT username, uid FROM users WHERE shell NOT LIKE '%nologin' AND shell NOT LIKE '%false'"},
};

const struct tbl_table users_table = {
    .name = "users",
    .doc = "Accounts of /etc/passwd, of the SAM hive of Windows, and of macOS's local directory",
    .columns = user_columns,
    .n_columns = TBL_COUNT(user_columns),
    .examples = user_examples,
    .n_examples = TBL_COUNT(user_examples),
    .row_size = sizeof(struct user_row),
    .state_size = sizeof(struct lines),
    .rows = 40,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .places = (const char *const[]){"/etc/passwd", NULL},
    .places_kind = "accounts",
    .open = users_open,
    .next = users_next,
    .close = lines_end,
};

/* groups --------------------------------------------------------------------------- */

static int groups_open(struct tbl_scan *scan)
{
    static const struct place_of_files place = {.path = "/etc/group"};
    const struct group_row            *key = tbl_key(scan);

    return lines_begin(scan, &place, key->host, key->root);
}

static int fill_group(struct tbl_scan *scan, const struct lines *lines,
                      const struct group_line *line, struct group_row *row)
{
    row->gid = line->gid;
    row->groupname = copy(scan, line->name);
    row->members = copy(scan, line->members);
    row->host = lines->files.source.host;
    row->source = lines->files.shown;
    row->line = lines->line;
    return row->groupname && row->members ? SQLITE_ROW : SQLITE_NOMEM;
}

static void fill_sam_group(const struct sam_account *account, struct group_row *row)
{
    *row = (struct group_row){
        .gid = account->id,
        .groupname = account->name,
        .members = account->members,
        .comment = account->description,
        .group_sid = *account->sid ? account->sid : NULL,
        .host = account->host,
        .source = account->source,
        .line = account->number,
        .root = row->root,
    };
}

static int next_group_line(struct tbl_scan *scan, void *row)
{
    struct lines     *lines = tbl_state(scan);
    struct group_line parsed;
    char             *line;
    size_t            size;
    int               rc;

    while ((rc = next_line(lines, &line, &size)) == SQLITE_ROW)
        if (taken(lines, group_parse(line, size, &parsed)))
            return fill_group(scan, lines, &parsed, row);
    return rc;
}

static int next_sam_group(struct tbl_scan *scan, void *row)
{
    const struct group_row *key = tbl_key(scan);
    struct sam_account      account;
    int                     rc = next_of_sam(scan, false, key->host, key->root, &account);

    if (rc == SQLITE_ROW)
        fill_sam_group(&account, row);
    return rc;
}

static int next_directory_group(struct tbl_scan *scan, void *out)
{
    const struct group_row  *key = tbl_key(scan);
    struct group_row        *row = out;
    struct directory_account account;
    int                      rc = next_of_directory(scan, false, key->host, key->root, &account);

    if (rc == SQLITE_ROW)
        *row = (struct group_row){
            .gid = account.id,
            .groupname = account.name,
            .members = account.members,
            .comment = account.description,
            .host = account.host,
            .source = account.source,
            .line = 1,
            .root = row->root,
        };
    return rc;
}

static int groups_next(struct tbl_scan *scan, void *row)
{
    static stage_fn *const stages[] = {next_group_line, next_sam_group, next_directory_group, NULL};

    return next_of_stages(scan, stages, row);
}

static int get_group_signed(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return give_signed(out, ((const struct group_row *)row)->gid);
}

static const struct tbl_column group_columns[] = {
    TBL_COL(struct group_row, gid, 0, "Group id"),
    TBL_LAZY("gid_signed", TBL_INT, 0, "gid as a number of 32 bits with a sign, as in osquery",
             get_group_signed),
    TBL_COL(struct group_row, groupname, 0, "Name of the group"),
    TBL_COL(
        struct group_row, members, 0,
        "Members that the file lists, separated by commas; of Windows those of other machines and "
        "domains by SID, of macOS nested groups and accounts that are not there by UUID"),
    TBL_COL(struct group_row, comment, 0,
            "What a group of Windows is for, as it says; full name of one of macOS"),
    TBL_COL(struct group_row, group_sid, 0, "SID of a group of Windows"),
    TBL_COL(struct group_row, host, TBL_KEY, "Host the group is on"),
    TBL_COL(struct group_row, source, TBL_ID, "File it was read from"),
    TBL_COL(struct group_row, line, TBL_ID,
            "Line of the file, or number in the hive, from 1; of macOS 1"),
    TBL_COL(struct group_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example group_examples[] = {
    {"Who may become root", "SELECT groupname, members FROM groups WHERE groupname IN ('sudo', "
                            "'wheel', 'admin')"},
};

const struct tbl_table groups_table = {
    .name = "groups",
    .doc = "Groups of /etc/group, of the SAM hive of Windows, and of macOS's local directory",
    .columns = group_columns,
    .n_columns = TBL_COUNT(group_columns),
    .examples = group_examples,
    .n_examples = TBL_COUNT(group_examples),
    .row_size = sizeof(struct group_row),
    .state_size = sizeof(struct lines),
    .rows = 60,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .places = (const char *const[]){"/etc/group", NULL},
    .places_kind = "accounts",
    .open = groups_open,
    .next = groups_next,
    .close = lines_end,
};
