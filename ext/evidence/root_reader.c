#include "root_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/passwd_text.h"
#include "formats/access/posix_acl.h"
#include "formats/text/array.h"
#include "root_walk.h"

#define ACCOUNTS_MAX (16u << 20) /* bytes of /etc/passwd and of /etc/group */

enum access { MAY_SEARCH = 1, MAY_WRITE = 2, MAY_READ = 4 }; /* as the bits of a mode */

struct root_reader {
    const struct root *root;
    root_read_fn      *read;
    int64_t            uid;
    bool               all; /* the user chose the whole path */
    bool               loaded;
    int64_t           *groups;
    size_t             n;
    char              *name; /* of the user; NULL: not known */
};

int root_reader_new(const struct root *root, root_read_fn *read, int64_t uid,
                    struct root_reader **ret)
{
    struct root_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return -ENOMEM;
    reader->root = root;
    reader->read = read;
    reader->uid = uid & ~ROOT_AS_ALL;
    reader->all = uid & ROOT_AS_ALL;
    *ret = reader;
    return 0;
}

void root_reader_free(struct root_reader *reader)
{
    if (!reader)
        return;
    free(reader->groups);
    free(reader->name);
    free(reader);
}

const char *root_as_error(int negative_errno)
{
    return negative_errno == -EPERM ? "denied by owner" : source_error(negative_errno);
}

/* Groups ------------------------------------------------------------------------ */

static int add_group(struct root_reader *reader, int64_t gid)
{
    int64_t *group = ARRAY_ADD(reader->groups, reader->n);

    if (!group)
        return -ENOMEM;
    *group = gid;
    return 0;
}

static int take_account(struct root_reader *reader, const char *line, size_t size)
{
    struct passwd_line account;

    if (passwd_parse(line, size, &account) <= 0 || account.uid != reader->uid || reader->name)
        return 0;
    reader->name = strndup(account.name.text, account.name.size);
    return reader->name ? add_group(reader, account.gid) : -ENOMEM;
}

static bool is_member(struct field members, const char *name)
{
    size_t size = strlen(name);

    for (size_t at = 0, part; at < members.size; at += part + 1) {
        const char *comma = memchr(members.text + at, ',', members.size - at);
        part = comma ? (size_t)(comma - members.text) - at : members.size - at;
        if (part == size && memcmp(members.text + at, name, size) == 0)
            return true;
    }
    return false;
}

static int take_group(struct root_reader *reader, const char *line, size_t size)
{
    struct group_line group;

    if (!reader->name || group_parse(line, size, &group) <= 0 ||
        !is_member(group.members, reader->name))
        return 0;
    return add_group(reader, group.gid);
}

static int each_line(struct root_reader *reader, const char *path,
                     int (*take)(struct root_reader *, const char *, size_t))
{
    char  *data;
    size_t size;
    int    r = reader->read(reader->root, path, ACCOUNTS_MAX, &data, &size);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t at = 0, length; r == 0 && at < size; at += length + 1) {
        const char *end = memchr(data + at, '\n', size - at);
        length = end ? (size_t)(end - data) - at : size - at;
        r = take(reader, data + at, length);
    }
    free(data);
    return r;
}

/* Whether the user is in a group: 1, 0 or -ENOMEM. */
static int in_group(struct root_reader *reader, int64_t gid)
{
    int r = reader->loaded ? 0 : each_line(reader, "/etc/passwd", take_account);

    if (r == 0 && !reader->loaded)
        r = each_line(reader, "/etc/group", take_group);
    if (r < 0)
        return r;
    reader->loaded = true;
    for (size_t i = 0; i < reader->n; i++)
        if (reader->groups[i] == gid)
            return 1;
    return 0;
}

/* Checks ------------------------------------------------------------------------ */

/* Who asks about the groups of an access control list. */
struct member {
    struct root_reader *reader;
    gid_t               gid; /* of the file */
};

static int is_in_group(uint32_t gid, void *data)
{
    const struct member *member = data;

    return in_group(member->reader, gid == ACL_NOBODY ? member->gid : gid);
}

/* By the bits of the mode, which say all where there is no access control list. */
static int mode_allows(struct root_reader *reader, const struct stat *st, enum access access)
{
    bool group = st->st_mode >> 3 & access, other = st->st_mode & access;

    if (group == other)
        return group;
    int r = in_group(reader, st->st_gid);
    return r < 0 ? r : r ? group : other;
}

/* Whether the user has that access to an open file: 1, 0 or a negative errno. The owner may change the
 * mode, and so has every access. Where there is a list, the bits of the group are its mask: without
 * them and those of others it lets nobody. */
static int may(struct root_reader *reader, int fd, const struct stat *st, enum access access)
{
    struct member member = {reader, st->st_gid};
    uint8_t       acl[ROOT_ACL_MAX];

    if (st->st_uid == reader->uid)
        return 1;
    if (!((st->st_mode >> 3 | st->st_mode) & access))
        return 0;
    ssize_t size = root_acl(fd, "", acl);
    int     r = size > 0 ? acl_allows(acl, (size_t)size, reader->uid, access, is_in_group, &member)
                         : -EBADMSG;
    return r == -EBADMSG ? mode_allows(reader, st, access) : r;
}

struct passage {
    struct root_reader *reader;
    bool                reads;   /* opens to read, not only to search */
    bool                guarded; /* the user may have chosen where the path leads */
};

static int check(void *arg, int fd, bool last)
{
    struct passage *p = arg;
    struct stat     st;
    int             r = 1;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (p->guarded && !last)
        r = may(p->reader, fd, &st, MAY_SEARCH);
    else if (p->guarded && p->reads)
        r = may(p->reader, fd, &st, MAY_READ);
    if (r <= 0)
        return r < 0 ? r : -EPERM;
    r = last || p->guarded ? 0 : may(p->reader, fd, &st, MAY_WRITE);
    p->guarded |= r > 0;
    return r < 0 ? r : 0;
}

int root_reader_open(struct root_reader *reader, int fd, const char *path, int flags,
                     struct root_named *named)
{
    struct passage passage = {.reader = reader, .reads = !(flags & O_PATH), .guarded = reader->all};

    return root_walk(fd, path, flags, named, check, &passage);
}
