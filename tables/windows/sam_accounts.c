#include "sam_accounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/access/sam.h"
#include "formats/hive/hive_live.h"
#include "formats/hive/security_descriptor.h"
#include "service_key.h"

SQLITE_EXTENSION_INIT3

#define DOMAINS  "SAM\\Domains\\"
#define PROFILES "Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\"

/* Where users are, and where groups are. */
static const struct {
    const char *path, *sid; /* NULL: below that of the machine */
    bool        users;
} domains[] = {
    {DOMAINS "Account\\Users", NULL, true},
    {DOMAINS "Builtin\\Aliases", "S-1-5-32", false},
    {DOMAINS "Account\\Aliases", NULL, false},
};

static bool is_of_scan(const struct sam_accounts *accounts, unsigned domain)
{
    return domains[domain].users == accounts->users;
}

/* Sources ------------------------------------------------------------------------- */

int sam_accounts_begin(struct sam_accounts *accounts, struct tbl_scan *scan, bool users,
                       const char *host, const char *root)
{
    accounts->scan = scan;
    accounts->users = users;
    return tbl_sources_begin(
        scan, &accounts->sources,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_HIVE, .host = host, .root = root});
}

static int report(struct sam_accounts *accounts, int error)
{
    const struct hive_file *file = &accounts->sam;
    uint64_t                denied = file->open ? hive_live_denied(&file->hive) : 0;

    return svcql_report(tbl_svcql(accounts->scan),
                        &(struct report){
                            .table = tbl_name(accounts->scan),
                            .kind = "hive",
                            .host = file->host.size ? file->host.data : accounts->source.host,
                            .location = accounts->source.shown,
                            .status = error < 0 ? source_status_of(error)
                                      : denied  ? SOURCE_DENIED
                                                : SOURCE_READ,
                            .records = accounts->records,
                            .skipped = accounts->skipped + (int64_t)denied,
                            .detail = error < 0 ? source_error(error)
                                      : denied  ? "keys denied"
                                                : NULL,
                        });
}

static void leave(struct sam_accounts *accounts)
{
    if (accounts->open)
        report(accounts, 0);
    hive_file_close(&accounts->sam);
    hive_file_close(&accounts->software);
    accounts->open = accounts->software_tried = accounts->has_machine = false;
    accounts->domain = 0;
    accounts->number = accounts->records = accounts->skipped = 0;
    accounts->keys = (struct hive_subkeys){0};
}

void sam_accounts_end(struct sam_accounts *accounts)
{
    if (!accounts->scan)
        return;
    leave(accounts);
    sources_end(&accounts->sources);
    buffer_free(&accounts->first);
    buffer_free(&accounts->second);
    buffer_free(&accounts->text);
}

/* A SAM hive by its name, of which other hives need not be opened. */
static bool is_sam(const char *path)
{
    const char *name = path, *part;

    while ((part = strpbrk(name, "/\\")))
        name = part + 1;
    for (; *name; name++)
        if (strncasecmp(name, "sam", 3) == 0)
            return true;
    return false;
}

static int enter(struct sam_accounts *accounts)
{
    struct hive_key root;
    const uint8_t  *v;
    uint32_t        size;
    int             r = hive_file_open_parts(&accounts->source, &accounts->sam);

    if (r < 0) {
        int rc = r == -ENOMEM ? SQLITE_NOMEM : report(accounts, r);
        hive_file_close(&accounts->sam);
        return rc;
    }
    accounts->open = accounts->sam.kind == HIVE_SAM;
    if (!accounts->open) {
        hive_file_close(&accounts->sam);
        return SQLITE_OK;
    }
    struct hive *hive = &accounts->sam.hive;
    accounts->has_machine =
        hive_key(hive, hive->root, &root) == 0 &&
        service_data(hive, &root, DOMAINS "Account", "V", &accounts->first, &v, &size) == 0 &&
        size > sizeof accounts->machine;
    if (accounts->has_machine) /* the end of the value */
        memcpy(accounts->machine, v + size - sizeof accounts->machine, sizeof accounts->machine);
    return SQLITE_OK;
}

/* Rows ---------------------------------------------------------------------------- */

static const char *keep(struct sam_accounts *accounts)
{
    return accounts->text.failed
               ? NULL
               : tbl_strndup(accounts->scan, accounts->text.size ? accounts->text.data : "",
                             accounts->text.size);
}

static const char *words(struct sam_accounts *accounts, struct sam_text text)
{
    buffer_reset(&accounts->text);
    buffer_utf16_shown(&accounts->text, text.data, text.units, false);
    return keep(accounts);
}

static const char *describe(struct sam_accounts *accounts, struct sam_text full,
                            struct sam_text comment)
{
    buffer_reset(&accounts->text);
    buffer_utf16_shown(&accounts->text, full.data, full.units, false);
    buffer_puts(&accounts->text, full.units && comment.units ? ", " : "");
    buffer_utf16_shown(&accounts->text, comment.data, comment.units, false);
    return keep(accounts);
}

/* The SID of an account of a domain; "" where that of the machine is not known. */
static const char *sid_of(struct sam_accounts *accounts, const char *domain, uint32_t rid)
{
    const uint8_t *m = accounts->machine;

    if (domain)
        return tbl_printf(accounts->scan, "%s-%u", domain, rid);
    if (!accounts->has_machine)
        return "";
    return tbl_printf(accounts->scan, "S-1-5-21-%u-%u-%u-%u", hive_u32(m), hive_u32(m + 4),
                      hive_u32(m + 8), rid);
}

/* Open the SOFTWARE hive beside the SAM hive, once. */
static bool has_software(struct sam_accounts *accounts)
{
    char          path[ROOT_PATH_MAX];
    struct source beside = accounts->source;
    const char   *slash = strrchr(beside.path, accounts->sam.hive.live ? '\\' : '/');
    int n = snprintf(path, sizeof path, "%.*sSOFTWARE", slash ? (int)(slash + 1 - beside.path) : 0,
                     beside.path);

    if (!accounts->software_tried && n > 0 && (size_t)n < sizeof path) {
        beside.path = path;
        beside.named = true;
        if (hive_file_open_parts(&beside, &accounts->software) < 0)
            hive_file_close(&accounts->software);
    }
    accounts->software_tried = true;
    return accounts->software.open;
}

/* The folder of an account's profile: 0, -ENOENT for none, -ENOMEM. */
static int put_directory(struct sam_accounts *accounts, struct sam_account *row)
{
    struct hive    *hive = &accounts->software.hive;
    struct hive_key key;

    if (!*row->sid || !has_software(accounts))
        return 0;
    hive_refill(hive);
    char *path = tbl_printf(accounts->scan, PROFILES "%s", row->sid);
    if (!path)
        return -ENOMEM;
    buffer_reset(&accounts->text);
    if (hive_find(hive, hive->root, path, &key) < 0 ||
        service_put_value(hive, &key, "", "ProfileImagePath", &accounts->second, &accounts->text) <
            0)
        return accounts->text.failed ? -ENOMEM : 0;
    row->directory = keep(accounts);
    return row->directory ? 0 : -ENOMEM;
}

static int read_user(struct sam_accounts *accounts, const struct hive_key *key,
                     struct sam_user *ret)
{
    struct hive   *hive = &accounts->sam.hive;
    const uint8_t *f, *v;
    uint32_t       f_size, v_size;
    int            r;

    if ((r = service_data(hive, key, "", "F", &accounts->first, &f, &f_size)) < 0 ||
        (r = service_data(hive, key, "", "V", &accounts->second, &v, &v_size)) < 0)
        return r;
    return sam_user_parse(f, f_size, v, v_size, ret);
}

static int fill_user(struct sam_accounts *accounts, const struct hive_key *key,
                     struct sam_account *row)
{
    struct sam_user user;
    int             r = read_user(accounts, key, &user);

    if (r < 0)
        return r;
    row->id = user.rid;
    row->group = user.group;
    row->name = words(accounts, user.name);
    row->description = describe(accounts, user.full_name, user.comment);
    row->sid = sid_of(accounts, NULL, user.rid);
    return row->name && row->description && row->sid ? put_directory(accounts, row) : -ENOMEM;
}

/* Whether a SID is of this machine; its last number then. */
static bool is_own(const struct sam_accounts *accounts, const uint8_t *sid, size_t size,
                   uint32_t *ret_rid)
{
    static const uint8_t begin[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0}; /* S-1-5-21 */

    if (!accounts->has_machine || size != sizeof begin + sizeof accounts->machine + 4 ||
        memcmp(sid, begin, sizeof begin) != 0 ||
        memcmp(sid + sizeof begin, accounts->machine, sizeof accounts->machine) != 0)
        return false;
    *ret_rid = hive_u32(sid + size - 4);
    return true;
}

/* A member: the name of an account that the hive has, else its SID. */
static int put_member(struct sam_accounts *accounts, const uint8_t *sid, size_t size,
                      struct buffer *names)
{
    struct hive    *hive = &accounts->sam.hive;
    struct sam_user user;
    struct hive_key key;
    uint32_t        rid;
    char            path[64];

    if (is_own(accounts, sid, size, &rid)) {
        snprintf(path, sizeof path, DOMAINS "Account\\Users\\%08X", rid);
        int r = hive_find(hive, hive->root, path, &key);
        r = r < 0 ? r : read_user(accounts, &key, &user);
        if (r == -ENOMEM)
            return r;
        if (r == 0) {
            buffer_utf16_shown(names, user.name.data, user.name.units, false);
            return 0;
        }
    }
    sd_put_sid(names, sid, size, false);
    return 0;
}

static int put_members(struct sam_accounts *accounts, const struct sam_group *group,
                       struct buffer *names)
{
    size_t at = 0, size;

    while (at < group->size && (size = sd_sid_size(group->members + at, group->size - at)) > 0) {
        if (at)
            buffer_putc(names, ',');
        /* The group's own value may be in the buffer that an account is read with. */
        uint8_t sid[80];
        if (size > sizeof sid)
            return -EBADMSG;
        memcpy(sid, group->members + at, size);
        int r = put_member(accounts, sid, size, names);
        if (r < 0)
            return r;
        at += size;
    }
    return at < group->size ? -EBADMSG : names->failed ? -ENOMEM : 0;
}

static int fill_group(struct sam_accounts *accounts, const struct hive_key *key, const char *sid,
                      struct sam_account *row)
{
    const uint8_t   *c;
    uint32_t         size;
    struct buffer    scratch = {0}, names = {0};
    struct sam_group group;
    int              r = service_data(&accounts->sam.hive, key, "", "C", &scratch, &c, &size);

    r = r < 0 ? r : sam_group_parse(c, size, &group);
    r = r < 0 ? r : put_members(accounts, &group, &names);
    if (r == 0) {
        row->id = group.rid;
        row->name = words(accounts, group.name);
        row->description = words(accounts, group.comment);
        row->sid = sid_of(accounts, sid, group.rid);
        row->members = tbl_strndup(accounts->scan, names.size ? names.data : "", names.size);
        r = row->name && row->description && row->sid && row->members ? 0 : -ENOMEM;
    }
    buffer_free(&scratch);
    buffer_free(&names);
    return r;
}

/* Names of accounts and of groups' members are keys beside those of accounts. */
static bool is_number(const struct hive_key *key)
{
    return key->name.size == (key->name.latin1 ? 8 : 16);
}

/* The next key of the domain: SQLITE_ROW, SQLITE_DONE where there is none, SQLITE_NOMEM. */
static int next_key(struct sam_accounts *accounts, unsigned domain, struct sam_account *row)
{
    struct hive_key key;

    while (accounts->keys.hive && hive_subkeys_next(&accounts->keys, &key)) {
        if (!is_number(&key))
            continue;
        *row = (struct sam_account){
            .number = ++accounts->number,
            .host = accounts->sam.host.data,
            .source = accounts->source.shown,
        };
        int r = accounts->users ? fill_user(accounts, &key, row)
                                : fill_group(accounts, &key, domains[domain].sid, row);
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if (r == 0) {
            accounts->records++;
            return SQLITE_ROW;
        }
        accounts->skipped++;
    }
    return SQLITE_DONE;
}

static void begin_domain(struct sam_accounts *accounts, unsigned domain)
{
    struct hive    *hive = &accounts->sam.hive;
    struct hive_key key;

    accounts->keys = (struct hive_subkeys){0};
    if (is_of_scan(accounts, domain) &&
        hive_find(hive, hive->root, domains[domain].path, &key) == 0)
        hive_subkeys_begin(&accounts->keys, hive, &key);
}

int sam_accounts_next(struct sam_accounts *accounts, struct sam_account *ret)
{
    for (;;) {
        while (accounts->open) {
            int rc = accounts->domain ? next_key(accounts, accounts->domain - 1, ret) : SQLITE_DONE;
            if (rc != SQLITE_DONE)
                return rc;
            if (accounts->domain == TBL_COUNT(domains))
                break;
            begin_domain(accounts, accounts->domain++);
        }
        leave(accounts);
        int rc = tbl_sources_next(accounts->scan, &accounts->sources, &accounts->source);
        if (rc != SQLITE_ROW)
            return rc;
        if (!is_sam(accounts->source.path) || accounts->source.copy)
            continue;
        if ((rc = enter(accounts)) != SQLITE_OK)
            return rc;
    }
}
