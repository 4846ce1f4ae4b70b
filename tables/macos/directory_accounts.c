#include "directory_accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/array.h"

SQLITE_EXTENSION_INIT3

#define NODE       "/private/var/db/dslocal/nodes/Default"
#define USERS      NODE "/users"
#define RECORD_MAX (16u << 20) /* bytes of an account, which may hold a picture */

static const char kind[] = "accounts";

/* Attributes: what dscl(1) shows with the prefix dsAttrTypeNative. */
enum { NAME, REAL_NAME, FOLDER, SHELL, UUID, UID, GID, HIDDEN, LISTED, MEMBERS, NESTED };

static const char *const attributes[] = {
    [NAME] = "name",
    [REAL_NAME] = "realname",
    [FOLDER] = "home",
    [SHELL] = "shell",
    [UUID] = "generateduid",
    [UID] = "uid",
    [GID] = "gid",
    [HIDDEN] = "IsHidden",
    [LISTED] = "users",
    [MEMBERS] = "groupmembers",
    [NESTED] = "nestedgroups",
};

/* 0, -EBADMSG for what is not an account or group, -ENOMEM. */
static int read_record(struct plist_values *record, const char *data, size_t size)
{
    int r = plist_values_read(record, attributes, TBL_COUNT(attributes), (const uint8_t *)data,
                              size, NULL);

    return r < 0 ? r : plist_values_first(record, NAME) ? 0 : -EBADMSG;
}

/* A number of 32 bits, as getpwnam() would give it: -2 is 4294967294. False where the attribute is something else. */
static bool read_number(const struct plist_values *record, size_t attribute, int64_t *ret)
{
    int64_t n;
    int     r = plist_values_int(record, attribute, &n);

    *ret = TBL_NULL;
    if (r <= 0 || n < INT32_MIN || n > UINT32_MAX)
        return r == 0;
    *ret = (int64_t)(uint32_t)n;
    return true;
}

static int64_t number(const struct plist_values *record, size_t attribute)
{
    int64_t n;

    read_number(record, attribute, &n);
    return n;
}

/* Why a row of the record has less than the record; NULL: it has all. */
static const char *lacks(const struct plist_values *record)
{
    int64_t n;

    return read_number(record, UID, &n) && read_number(record, GID, &n)
               ? NULL
               : "a uid or gid that is no number of 32 bits";
}

/* The accounts of one root ----------------------------------------------------------- */

static bool copy(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return !text || *ret;
}

static void free_user(struct directory_user *user)
{
    free(user->name);
    free(user->uuid);
    free(user->home);
}

static int add_user(const struct plist_values *record, struct directory_users *users)
{
    struct directory_user user = {.uid = number(record, UID)}, *added = NULL;

    if (copy(plist_values_first(record, NAME), &user.name) &&
        copy(plist_values_first(record, UUID), &user.uuid) &&
        copy(plist_values_first(record, FOLDER), &user.home))
        added = ARRAY_ADD(users->list, users->n);
    if (!added) {
        free_user(&user);
        return -ENOMEM;
    }
    *added = user;
    return 0;
}

static int load_user(const struct root *root, const char *name, struct plist_values *record,
                     struct directory_users *users)
{
    char   path[ROOT_PATH_MAX], *data;
    size_t size;

    if ((size_t)snprintf(path, sizeof path, USERS "/%s", name) >= sizeof path)
        return -ENAMETOOLONG;
    int r = root_read(root, path, RECORD_MAX, &data, &size);
    if (r < 0)
        return root_gone(root, path, r);
    r = read_record(record, data, size);
    free(data);
    return r < 0 ? r : add_user(record, users);
}

/* Accounts that cannot be read are missing: whoever asked for them shows numbers and names of folders in their place. */
static int report_users(struct tbl_scan *scan, const struct source *source, size_t n, size_t lost,
                        int error)
{
    const char *shown = tbl_shown(scan, source->root, USERS);

    if (!shown)
        return SQLITE_NOMEM;
    return svcql_report(tbl_svcql(scan),
                        &(struct report){.table = tbl_name(scan),
                                         .kind = kind,
                                         .host = source->host,
                                         .location = shown,
                                         .status = error ? source_status_of(error) : SOURCE_DAMAGED,
                                         .records = (int64_t)n,
                                         .skipped = (int64_t)lost,
                                         .detail = error ? source_error(error) : "not an account"});
}

int directory_users_load(struct tbl_scan *scan, const struct source *source,
                         struct directory_users *ret)
{
    struct plist_values record = {0};
    struct root_names   names = {0};
    size_t              lost = 0;
    int r = root_list(source->root, USERS, "*.plist", PLACE_NAMES_MAX, &names), error = 0;

    if (r == -ENOENT || r == -ENOTDIR)
        return SQLITE_OK;
    error = r < 0 ? r : names.error;
    lost = names.lost;
    for (size_t i = 0; r != -ENOMEM && i < names.n; i++) {
        r = load_user(source->root, names.names[i], &record, ret);
        lost += r < 0;
        error = r < 0 && r != -EBADMSG ? r : error;
    }
    root_names_free(&names);
    plist_values_free(&record);
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    return error || lost ? report_users(scan, source, ret->n, lost, error) : SQLITE_OK;
}

void directory_users_free(struct directory_users *users)
{
    for (size_t i = 0; i < users->n; i++)
        free_user(&users->list[i]);
    free(users->list);
    *users = (struct directory_users){0};
}

/* Members ---------------------------------------------------------------------------- */

static int by_uuid(const void *a, const void *b)
{
    const struct directory_user *x = a, *y = b;

    return strcasecmp(x->uuid ? x->uuid : "", y->uuid ? y->uuid : "");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In quotes, as JSON has them, what would look like two names or none. */
static void put_member(struct directory_accounts *accounts, const char *member)
{
    if (accounts->members.size)
        buffer_putc(&accounts->members, ',');
    if (*member && !strpbrk(member, ",\""))
        buffer_puts(&accounts->members, member);
    else
        buffer_json(&accounts->members, member, strlen(member));
}

/* The names that the group lists, in their order; and sorted, to look them up. */
static int put_names(struct directory_accounts *accounts)
{
    const char *name = NULL;

    accounts->n_listed = 0;
    while ((name = plist_values_next(&accounts->record, LISTED, name))) {
        const char **listed = ARRAY_ADD(accounts->listed, accounts->n_listed);
        if (!listed)
            return -ENOMEM;
        *listed = name;
        put_member(accounts, name);
    }
    if (accounts->n_listed)
        qsort(accounts->listed, accounts->n_listed, sizeof *accounts->listed, by_name);
    return 0;
}

/* A member by UUID: the name of its account, unless the group lists that too. */
static void put_uuid(struct directory_accounts *accounts, char *uuid)
{
    const struct directory_users *known = &accounts->known;
    const struct directory_user   key = {.uuid = uuid}, *user = NULL;

    if (known->n)
        user = bsearch(&key, known->list, known->n, sizeof *known->list, by_uuid);
    if (!user || !accounts->n_listed ||
        !bsearch(&user->name, accounts->listed, accounts->n_listed, sizeof *accounts->listed,
                 by_name))
        put_member(accounts, user ? user->name : uuid);
}

static int put_members(struct directory_accounts *accounts)
{
    const struct plist_values *record = &accounts->record;
    const char                *uuid = NULL, *group = NULL;

    if (!accounts->sorted && accounts->known.n)
        qsort(accounts->known.list, accounts->known.n, sizeof *accounts->known.list, by_uuid);
    accounts->sorted = true;
    buffer_reset(&accounts->members);
    if (put_names(accounts) < 0)
        return -ENOMEM;
    while ((uuid = plist_values_next(record, MEMBERS, uuid)))
        put_uuid(accounts, (char *)(uintptr_t)uuid);
    while ((group = plist_values_next(record, NESTED, group)))
        put_member(accounts, group);
    return buffer_text(&accounts->members) ? 0 : -ENOMEM;
}

/* Rows ------------------------------------------------------------------------------- */

enum { A_USER, A_GROUP };

static const struct place_of_files places[] = {
    {USERS, "*.plist", A_USER, false},
    {NODE "/groups", "*.plist", A_GROUP, false},
};

static int forget_known(struct directory_accounts *accounts)
{
    directory_users_free(&accounts->known);
    accounts->sorted = false;
    return SQLITE_OK;
}

int directory_accounts_begin(struct directory_accounts *accounts, struct tbl_scan *scan, bool users,
                             const char *host, const char *root)
{
    accounts->users = users;
    accounts->files = (struct place_files){
        .scan = scan,
        .kind = kind,
        .places = places,
        .n_places = users ? 1 : TBL_COUNT(places), /* groups have their members by account */
        .by_root = true,
    };
    return place_files_begin(
        &accounts->files,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_MACOS_ROOT, .host = host, .root = root});
}

void directory_accounts_end(struct directory_accounts *accounts)
{
    if (!accounts->files.scan)
        return;
    place_files_end(&accounts->files);
    plist_values_free(&accounts->record);
    directory_users_free(&accounts->known);
    free(accounts->listed);
    buffer_free(&accounts->members);
}

static int fill(struct directory_accounts *accounts, struct directory_account *ret)
{
    const struct plist_values *record = &accounts->record;
    const char                *hidden = plist_values_first(record, HIDDEN);

    *ret = (struct directory_account){
        .id = number(record, accounts->users ? UID : GID),
        .group = number(record, GID),
        .name = plist_values_first(record, NAME),
        .description = plist_values_first(record, REAL_NAME),
        .uuid = plist_values_first(record, UUID),
        .directory = plist_values_first(record, FOLDER),
        .shell = plist_values_first(record, SHELL),
        .hidden = hidden && (strcasecmp(hidden, "yes") == 0 || strcasecmp(hidden, "true") == 0 ||
                             strcmp(hidden, "1") == 0),
        .host = accounts->files.source.host,
        .source = accounts->files.shown,
    };
    if (accounts->users)
        return SQLITE_ROW;
    ret->members = put_members(accounts) < 0 ? NULL : accounts->members.data;
    return ret->members ? SQLITE_ROW : SQLITE_NOMEM;
}

/* The record of the file that is open: SQLITE_ROW, SQLITE_DONE where it has no row, SQLITE_NOMEM. */
static int take_file(struct directory_accounts *accounts, struct directory_account *ret)
{
    struct place_files *files = &accounts->files;
    int                 r = read_record(&accounts->record, files->text, files->size);

    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    files->records += r == 0;
    files->skipped += r < 0;
    files->detail = r < 0 ? "not an account" : lacks(&accounts->record);
    if (r < 0)
        return SQLITE_DONE;
    if (accounts->users || files->place.tag == A_GROUP)
        return fill(accounts, ret);
    return add_user(&accounts->record, &accounts->known) < 0 ? SQLITE_NOMEM : SQLITE_DONE;
}

int directory_accounts_next(struct directory_accounts *accounts, struct directory_account *ret)
{
    int rc;

    while ((rc = place_files_next(&accounts->files)) == SQLITE_ROW) {
        rc = accounts->files.text ? take_file(accounts, ret) : forget_known(accounts);
        if (rc == SQLITE_ROW || rc == SQLITE_NOMEM)
            return rc;
    }
    return rc;
}
