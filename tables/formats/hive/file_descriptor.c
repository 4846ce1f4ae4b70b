#include "file_descriptor.h"

#include <errno.h>
#include <string.h>

#include "security_descriptor.h"

enum { HEADER = 20, CONTROL = 2, OWNER = 4, SELF_RELATIVE = 0x8000 };

/* FILE_WRITE_DATA is FILE_ADD_FILE of a folder. */
enum {
    WRITE_DATA = 0x2,
    APPEND_DATA = 0x4,
    DELETE_CHILD = 0x40,
    TAKES_OVER = 0x10000 | 0x40000 | 0x80000, /* DELETE, WRITE_DAC, WRITE_OWNER */
    GENERIC_WRITES = 0x50000000,              /* GENERIC_WRITE, GENERIC_ALL */
};

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool fd_is_descriptor(const uint8_t *data, size_t size)
{
    return size >= HEADER && data[0] == 1 && data[CONTROL + 1] & SELF_RELATIVE >> 8;
}

/* The owner's SID; its size, 0 for none. */
static size_t owner(const uint8_t *data, size_t size, const uint8_t **ret)
{
    uint32_t at = u32(data + OWNER);

    *ret = data + at;
    return at >= HEADER && at < size ? sd_sid_size(data + at, size - at) : 0;
}

/* Accounts --------------------------------------------------------------------------- */

static bool ends(const char *sid, const char *end)
{
    size_t size = strlen(sid), tail = strlen(end);

    return size > tail && strcmp(sid + size - tail, end) == 0;
}

/* Accounts that may do everything in any case, and who stands for the owner, who is looked at himself. */
static bool is_trusted(const char *sid)
{
    static const char *const trusted[] = {
        "S-1-5-18",     /* the system */
        "S-1-5-32-544", /* administrators */
        "S-1-3-0",      /* creator and owner */
        "S-1-3-4",      "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
    };

    for (size_t i = 0; i < sizeof trusted / sizeof *trusted; i++)
        if (strcmp(sid, trusted[i]) == 0)
            return true;
    /* Of each machine and domain: its first administrator, and administrators of the domain and the forest. */
    return strncmp(sid, "S-1-5-21-", 9) == 0 &&
           (ends(sid, "-500") || ends(sid, "-512") || ends(sid, "-519"));
}

static const char *name_of(const char *sid)
{
    static const char *const names[][2] = {
        {"S-1-1-0", "Everyone"},         {"S-1-5-4", "INTERACTIVE"},
        {"S-1-5-7", "ANONYMOUS LOGON"},  {"S-1-5-11", "Authenticated Users"},
        {"S-1-5-32-545", "Users"},       {"S-1-5-32-546", "Guests"},
        {"S-1-5-32-547", "Power Users"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(sid, names[i][0]) == 0)
            return names[i][1];
    return sid;
}

/* Add an account, unless it is trusted or there: false where it was not added. */
static bool add(struct buffer *writers, const uint8_t *sid, size_t size)
{
    struct buffer text = {0}, item = {0};
    bool          added = false;

    sd_put_sid(&text, sid, size, false);
    if (buffer_text(&text) && !is_trusted(text.data)) {
        buffer_printf(&item, "\"%s\"", name_of(text.data));
        if (buffer_text(&item)) {
            const char *have = buffer_text(writers);
            if (have && !strstr(have, item.data)) {
                buffer_puts(writers, writers->size ? "," : "");
                buffer_puts(writers, item.data);
            }
            added = true;
        }
    }
    writers->failed = writers->failed || text.failed || item.failed;
    buffer_free(&text);
    buffer_free(&item);
    return added;
}

/* Lists ------------------------------------------------------------------------------- */

static uint32_t changing(bool folder)
{
    uint32_t rights = WRITE_DATA | (uint32_t)TAKES_OVER | GENERIC_WRITES;

    return rights | (folder ? DELETE_CHILD : APPEND_DATA);
}

/* What is denied, by the entries before it, to the account of an entry: by its SID or to everyone. */
static uint32_t denied_before(struct sd_list list, const struct sd_entry *entry)
{
    static const uint8_t everyone[] = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    size_t               size = sd_sid_size(entry->sid, entry->sid_size);
    struct sd_entry      before;
    uint32_t             mask = 0;

    while (sd_next(&list, &before) && before.sid != entry->sid) {
        size_t n = sd_sid_size(before.sid, before.sid_size);
        if (before.type == SD_DENY && n && !(before.flags & SD_INHERIT_ONLY) &&
            ((n == size && memcmp(before.sid, entry->sid, n) == 0) ||
             (n == sizeof everyone && memcmp(before.sid, everyone, n) == 0)))
            mask |= before.mask;
    }
    return mask;
}

int fd_writers(const uint8_t *data, size_t size, bool folder, struct buffer *writers,
               bool *ret_adds_only)
{
    const uint32_t  wanted = changing(folder);
    const uint8_t  *sid;
    struct sd_list  list, all;
    struct sd_entry entry;
    bool            more = false;

    if (!fd_is_descriptor(data, size))
        return -EBADMSG;
    size_t n = owner(data, size, &sid);
    if (n && add(writers, sid, n)) /* who may give himself any right */
        more = true;
    int r = sd_dacl(data, size, &list);
    if (r == -ENOENT) { /* no list: everyone may do everything */
        buffer_puts(writers, writers->size ? ",\"Everyone\"" : "\"Everyone\"");
        *ret_adds_only = false;
        return 0;
    }
    if (r < 0)
        return -EBADMSG;
    all = list;
    while (sd_next(&list, &entry)) {
        if (entry.type != SD_ALLOW || entry.flags & SD_INHERIT_ONLY)
            continue;
        uint32_t rights = entry.mask & wanted & ~denied_before(all, &entry);
        if (rights && add(writers, entry.sid, entry.sid_size))
            more = more || rights != WRITE_DATA;
    }
    *ret_adds_only = folder && !more;
    return list.damaged ? -EBADMSG : 0;
}
