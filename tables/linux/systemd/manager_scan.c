#include "manager_scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "manager_patience.h"
#include "root.h"

SQLITE_EXTENSION_INIT3

#define USERS_MAX   10000
#define CAPSULE_MAX 100 /* bytes of the name; systemd takes 29 */

/* Where a manager listens, in the order to try: systemctl(1). Its own socket is faster
 * than the message bus; the system's serves only root. */
enum whose { OF_SYSTEM, OF_USER, OF_CAPSULE };

static const struct route {
    const char *folder, *name; /* of the socket; between them stands the user or capsule */
    enum whose  whose;
    bool        direct;
} routes[] = {
    {"/run", "/systemd/private", OF_SYSTEM, true},
    {"/run", "/dbus/system_bus_socket", OF_SYSTEM, false},
    {"/run/user/", "/systemd/private", OF_USER, true},
    {"/run/user/", "/bus", OF_USER, false},
    {"/run/capsules/", "/systemd/private", OF_CAPSULE, true},
    {"/run/capsules/", "/bus", OF_CAPSULE, false},
};

static enum whose whose(const struct manager_owner *owner)
{
    return owner->capsule ? OF_CAPSULE : owner->uid < 0 ? OF_SYSTEM : OF_USER;
}

/* Which managers ------------------------------------------------------------ */

static bool parse_uid(const char *text, int64_t *ret)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long uid = strtoull(text, &end, 10);
    if (errno || *end || uid >= UINT32_MAX)
        return false;
    *ret = (int64_t)uid;
    return true;
}

static void write_scope(char *out, size_t size, const struct manager_owner *owner)
{
    if (owner->capsule)
        snprintf(out, size, "capsule:%s", owner->capsule);
    else
        snprintf(out, size, owner->uid < 0 ? "system" : "user:%lld", (long long)owner->uid);
}

static void add_owner(struct manager_scan *s, int64_t uid, const char *capsule)
{
    const struct manager_owner owner = {uid, capsule};
    char                       scope[sizeof s->scope];

    write_scope(scope, sizeof scope, &owner);
    if (!s->want.scopes || tbl_match_text(s->want.scopes, scope, false))
        s->owners[s->n_owners++] = owner;
}

/* List a folder of runtime directories; one that cannot be read to its end is reported. */
static int list_folder(struct manager_scan *s, const struct root *root, const char *dir,
                       struct root_names *ret)
{
    int r = root_list(root, dir, NULL, USERS_MAX, ret);

    if (r == 0)
        r = ret->error;
    if (r != -ENOENT && svcql_report_folder(s->svcql, s->want.table,
                                            &(struct folder){"bus", s->host_name, root, dir}, r,
                                            ret->lost) != SQLITE_OK)
        r = -ENOMEM;
    return r == -ENOMEM ? r : 0;
}

/* A capsule's manager runs as a user made for it, who owns its runtime directory. */
static void add_capsule(struct manager_scan *s, const struct root *root, const char *name)
{
    char        path[ROOT_NAME_MAX + 32];
    struct stat st;

    snprintf(path, sizeof path, "/run/capsules/%s", name);
    if (strlen(name) <= CAPSULE_MAX && root_stat(root, path, false, &st) == 0 &&
        S_ISDIR(st.st_mode))
        add_owner(s, st.st_uid, name);
}

/* The system, and each user who has a runtime directory. */
static int add_users(struct manager_scan *s, const struct root *root)
{
    struct root_names names = {0};
    int64_t           uid;

    int r = list_folder(s, root, "/run/user", &names);
    if (r == 0)
        r = list_folder(s, root, "/run/capsules", &s->capsules);
    if (r == 0)
        s->owners = sqlite3_malloc64((names.n + s->capsules.n + 1) * sizeof *s->owners);
    if (r < 0 || !s->owners) {
        root_names_free(&names);
        return SQLITE_NOMEM;
    }
    add_owner(s, -1, NULL);
    for (size_t i = 0; i < names.n; i++)
        if (parse_uid(names.names[i], &uid))
            add_owner(s, uid, NULL);
    for (size_t i = 0; i < s->capsules.n; i++)
        add_capsule(s, root, s->capsules.names[i]);
    root_names_free(&names);
    return SQLITE_OK;
}

/* The user whose runtime directory a socket is in; -1: it is in none. */
static int64_t user_of(const char *path)
{
    long long uid;
    char      slash;

    return sscanf(path, "/run/user/%lld%c", &uid, &slash) == 2 && slash == '/' && uid >= 0 &&
                   uid < UINT32_MAX
               ? uid
               : -1;
}

static int take_address(struct manager_scan *s, const char *address)
{
    static const char prefix[] = "unix:path=";

    if (strncmp(address, prefix, sizeof prefix - 1) == 0)
        address += sizeof prefix - 1;
    if (!(s->owners = sqlite3_malloc64(sizeof *s->owners)))
        return SQLITE_NOMEM;
    s->address = address;
    add_owner(s, user_of(address), NULL);
    return SQLITE_OK;
}

/* The live host's name and its managers; none where the evidence has no live host. sources_begin(), as a
 * probe has no scan. */
static int take_live_host(struct manager_scan *s)
{
    struct sources sources = {0};
    struct source  source;
    int            rc = SQLITE_OK;

    int r = sources_begin(
        &sources, s->svcql,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_LIVE, .host = s->want.host});
    if (r >= 0 && (r = sources_next(&sources, &source)) > 0) {
        snprintf(s->host_name, sizeof s->host_name, "%s", source.host);
        if (!s->address)
            rc = add_users(s, source.root);
    }
    sources_end(&sources);
    if (!*s->host_name)
        host_computer_name(s->host_name);
    return r == -ENOMEM ? SQLITE_NOMEM : rc;
}

int manager_scan_begin(struct manager_scan *s, struct svcql *svcql,
                       const struct manager_scan_want *want)
{
    const char *address = want->address;
    int         rc = SQLITE_OK;

    *s = (struct manager_scan){.svcql = svcql, .want = *want};
    s->host = s->host_name;
    if (!address || !*address)
        address = svcql_setting(svcql, "systemd_address");
    if (*address)
        rc = take_address(s, address);
    return rc == SQLITE_OK ? take_live_host(s) : rc;
}

/* Reports ------------------------------------------------------------------- */

static enum source_status status_of(int negative_errno)
{
    switch (-negative_errno) {
    case ECONNREFUSED: /* no listener */
    case ENOTDIR:
    case ENXIO: /* the bus has no owner of this name */
    case EHOSTUNREACH:
        return SOURCE_ABSENT;
    default:
        return source_status_of(negative_errno);
    }
}

static int report(struct manager_scan *s, enum source_status status, const char *detail)
{
    return svcql_report(s->svcql, &(struct report){.table = s->want.table,
                                                   .kind = "bus",
                                                   .host = s->host,
                                                   .location = s->source,
                                                   .status = status,
                                                   .records = s->records,
                                                   .skipped = s->skipped,
                                                   .detail = detail});
}

static int finish(struct manager_scan *s, enum source_status status, const char *detail)
{
    int rc = s->manager ? report(s, status, detail) : SQLITE_OK;

    s->manager = manager_close(s->manager);
    return rc;
}

static const char *reason_of(int negative_errno)
{
    switch (negative_errno) {
    case -EBADMSG:
        return "its answers are not those of a service manager";
    case -EFBIG:
        return "its answer is too large";
    default:
        return strerror(-negative_errno);
    }
}

/* A manager that was waited for in vain is not waited for by the next scan. */
static int note_silence(struct manager_scan *s, int64_t ms)
{
    bool others = !s->address && strcmp(s->scope, "system") != 0;

    return others ? patience_note(s->svcql, s->scope, ms) : SQLITE_OK;
}

int manager_scan_lost(struct manager_scan *s, int negative_errno)
{
    int rc = SQLITE_OK;

    if (negative_errno == -ETIMEDOUT && s->manager)
        rc = note_silence(s, manager_waited(s->manager));
    return rc == SQLITE_OK ? finish(s, SOURCE_DAMAGED, reason_of(negative_errno)) : rc;
}

/* Reaching one -------------------------------------------------------------- */

static int try_socket(struct manager_scan *s, const struct manager_socket *to)
{
    int r = manager_connect(to, &s->manager);

    if (r >= 0 &&
        ((r = s->want.first(s->manager, s->want.data)) < 0 || (r = manager_wait(s->manager)) < 0))
        s->manager = manager_close(s->manager);
    return r;
}

static int try_address(struct manager_scan *s, const struct manager_owner *owner)
{
    size_t size = strlen(s->address);

    snprintf(s->socket, sizeof s->socket, "%s", s->address);
    return try_socket(s, &(struct manager_socket){
                             .path = s->address,
                             .owner = owner->uid < 0 ? MANAGER_ANYBODY : (uid_t)owner->uid,
                             .direct = size > 8 && strcmp(s->address + size - 8, "/private") == 0});
}

/* Whether to try a socket. Connecting to a user's bus starts its daemon, so that is done only where
 * the user's manager runs but does not answer, as from another process namespace. */
static bool worth_trying(const struct route *route, const struct manager_owner *owner,
                         int last_failure)
{
    enum source_status status = status_of(last_failure);

    if (route->whose != whose(owner))
        return false;
    if (route->whose == OF_SYSTEM)
        return !route->direct || geteuid() == 0;
    if (last_failure == -ETIMEDOUT)
        return false;
    return route->direct || (status != SOURCE_ABSENT && status != SOURCE_DENIED);
}

static void write_path(char *out, size_t size, const struct route *route,
                       const struct manager_owner *owner)
{
    char uid[24];

    snprintf(uid, sizeof uid, "%lld", (long long)owner->uid);
    snprintf(out, size, "%s%s%s", route->folder,
             route->whose == OF_SYSTEM    ? ""
             : route->whose == OF_CAPSULE ? owner->capsule
                                          : uid,
             route->name);
}

static int64_t limit(const struct manager_scan *s, const struct route *route, int64_t usual)
{
    return route->whose == OF_SYSTEM ? 0 : patience_left(s->svcql, usual);
}

/* Keep the most specific error; ENOENT and ECONNREFUSED rank last. */
static int try_routes(struct manager_scan *s, const struct manager_owner *owner)
{
    int  r = -ENOENT, worst = -ENOENT;
    char path[sizeof s->socket];

    for (size_t i = 0; i < TBL_COUNT(routes) && r < 0; i++) {
        const struct route *route = &routes[i];

        if (!worth_trying(route, owner, r))
            continue;
        write_path(path, sizeof path, route, owner);
        r = try_socket(s,
                       &(struct manager_socket){
                           .path = path,
                           .owner = route->whose == OF_SYSTEM ? MANAGER_ANYBODY : (uid_t)owner->uid,
                           .direct = route->direct,
                           .greeting = limit(s, route, MANAGER_USER_GREETING),
                           .patience = limit(s, route, MANAGER_USER_PATIENCE)});
        if (r >= 0 || status_of(worst) == SOURCE_ABSENT) {
            snprintf(s->socket, sizeof s->socket, "%s", path);
            worst = r;
        }
    }
    return worst;
}

static void note_failure(struct manager_scan *s, int negative_errno)
{
    if (!*s->failure)
        snprintf(s->failure, sizeof s->failure, "cannot connect to the %s manager at %s: %s",
                 s->scope, s->socket, reason_of(negative_errno));
}

static void name_manager(struct manager_scan *s, const struct manager_owner *owner)
{
    write_scope(s->scope, sizeof s->scope, owner);
    snprintf(s->source, sizeof s->source, "bus:%s", s->address ? s->address : s->scope);
    s->records = s->want.probe ? TBL_NULL : 0;
    s->skipped = 0;
    s->detail = s->want.probe ? "not read yet" : NULL;
}

/* Reach the manager that was named, or report why not. */
static int reach(struct manager_scan *s, const struct manager_owner *owner, bool *ret_reached)
{
    if (!s->address && patience_ended(s->svcql, s->scope)) {
        snprintf(s->socket, sizeof s->socket, "its socket");
        note_failure(s, -ETIMEDOUT);
        return report(s, SOURCE_DAMAGED, "did not answer, and is not asked again for a minute");
    }
    int64_t left = patience_left(s->svcql, MANAGER_USER_GREETING);
    int     r = s->address ? try_address(s, owner) : try_routes(s, owner);
    *ret_reached = r >= 0;
    if (r >= 0)
        return SQLITE_OK;
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    note_failure(s, r);
    int rc = r == -ETIMEDOUT ? note_silence(s, left) : SQLITE_OK;
    return rc == SQLITE_OK ? report(s, status_of(r), reason_of(r)) : rc;
}

int manager_scan_next(struct manager_scan *s)
{
    bool reached = false;
    int  rc = finish(s, s->want.probe ? SOURCE_READY : SOURCE_READ, s->detail);

    while (rc == SQLITE_OK && s->next < s->n_owners) {
        name_manager(s, &s->owners[s->next]);
        if (s->want.probe && svcql_reported(s->svcql, s->want.table, s->source))
            s->next++;
        else
            rc = reach(s, &s->owners[s->next++], &reached);
        if (rc == SQLITE_OK && reached) {
            s->reached++;
            return SQLITE_ROW;
        }
    }
    if (rc != SQLITE_OK)
        return rc;
    return s->n_owners && !s->reached && !s->want.optional ? SQLITE_CANTOPEN : SQLITE_DONE;
}

void manager_scan_end(struct manager_scan *s)
{
    if (s->manager)
        finish(s, s->want.probe ? SOURCE_READY : SOURCE_READ, s->detail);
    sqlite3_free(s->owners);
    s->owners = NULL;
    root_names_free(&s->capsules);
}

static int answered(void *data, struct dbus_reader *reply, int error)
{
    (void)data, (void)reply;
    return error ? error : 0;
}

static int ask_version(struct manager *manager, void *data)
{
    return manager_call(manager, MANAGER_PATH, DBUS_PROPERTIES, "Get", answered, data, "ss",
                        MANAGER_INTERFACE, "Version");
}

int manager_scan_probe(struct svcql *svcql, const char *table)
{
    struct manager_scan s;

    int rc = manager_scan_begin(
        &s, svcql,
        &(struct manager_scan_want){.table = table, .first = ask_version, .probe = true});
    while (rc == SQLITE_OK && (rc = manager_scan_next(&s)) == SQLITE_ROW)
        rc = SQLITE_OK;
    manager_scan_end(&s);
    return rc == SQLITE_DONE || rc == SQLITE_CANTOPEN ? SQLITE_OK : rc;
}
