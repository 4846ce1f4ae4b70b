/* unit_managers.c -- the service managers of a root: the system's, those of users who have
 * directories for their manager, and those of capsules. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/access/passwd_text.h"
#include "formats/text/array.h"
#include "unit_search.h"

#define PASSWD_MAX (16u << 20) /* bytes of /etc/passwd */
#define HOMES_MAX  100000      /* folders of /home; of capsules */

static int add(struct unit_managers *list, enum unit_scope scope, const char *user,
               const char *home, int64_t uid)
{
    struct unit_manager *manager = ARRAY_ADD(list->managers, list->n);

    if (!manager)
        return -ENOMEM;
    *manager = (struct unit_manager){.scope = scope,
                                     .user = user ? strdup(user) : NULL,
                                     .home = home ? strdup(home) : NULL,
                                     .uid = uid};
    return (user && !manager->user) || (home && !manager->home) ? -ENOMEM : 0;
}

static void free_strings(struct unit_manager *manager)
{
    free((void *)(uintptr_t)manager->runtime);
    free((void *)(uintptr_t)manager->user);
    free((void *)(uintptr_t)manager->home);
}

void unit_managers_free(struct unit_managers *list)
{
    for (size_t i = 0; i < list->n; i++)
        free_strings(&list->managers[i]);
    free(list->managers);
    *list = (struct unit_managers){0};
}

static int add_passwd_line(struct unit_managers *list, const char *line, size_t size)
{
    struct passwd_line passwd;
    char               home[ROOT_PATH_MAX / 2], *user;

    if (passwd_parse(line, size, &passwd) <= 0)
        return 0;
    size_t length = passwd.directory.size;
    while (length && passwd.directory.text[length - 1] == '/')
        length--;
    if (length >= sizeof home || (length && passwd.directory.text[0] != '/'))
        return 0;
    snprintf(home, sizeof home, "%.*s", (int)length, passwd.directory.text);
    user = strndup(passwd.name.text, passwd.name.size);
    int r = user ? add(list, UNIT_USER, user, home, passwd.uid) : -ENOMEM;
    free(user);
    return r;
}

static int add_passwd(const struct root *root, struct unit_managers *list)
{
    char  *data;
    size_t size;
    int    r = root_read(root, "/etc/passwd", PASSWD_MAX, &data, &size);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t at = 0, length; r == 0 && at < size; at += length + 1) {
        const char *end = memchr(data + at, '\n', size - at);
        length = end ? (size_t)(end - data) - at : size - at;
        r = add_passwd_line(list, data + at, length);
    }
    free(data);
    return r;
}

/* Homes of users who are not in the passwd file: of a directory service, or deleted. */
static int add_homes(const struct root *root, struct unit_managers *list)
{
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];
    int               r = root_list(root, "/home", NULL, HOMES_MAX, &names);

    list->lost += names.lost;
    if (names.error)
        list->error = names.error;
    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        list->error = r;
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t i = 0; r == 0 && i < names.n; i++) {
        snprintf(path, sizeof path, "/home/%s", names.names[i]);
        r = add(list, UNIT_USER, names.names[i], path, -1);
    }
    root_names_free(&names);
    return r ? r : add(list, UNIT_USER, "root", "/root", -1);
}

static int add_capsule(struct unit_managers *list, const char *name)
{
    char user[ROOT_NAME_MAX + 3], home[ROOT_PATH_MAX], *runtime;

    snprintf(user, sizeof user, "c-%s", name);
    snprintf(home, sizeof home, "/var/lib/capsules/%s", name);
    int r = add(list, UNIT_USER, user, home, -1);
    if (r < 0)
        return r;
    r = asprintf(&runtime, "/run/capsules/%s", name);
    if (r >= 0)
        list->managers[list->n - 1].runtime = runtime;
    return r < 0 ? -ENOMEM : 0;
}

/* Capsules that have a home, or run. */
static int add_capsules(const struct root *root, struct unit_managers *list)
{
    static const char *const folders[] = {"/var/lib/capsules", "/run/capsules"};
    int                      r = 0;

    for (size_t i = 0; r == 0 && i < sizeof folders / sizeof folders[0]; i++) {
        struct root_names names = {0};
        int               e = root_list(root, folders[i], NULL, HOMES_MAX, &names);

        list->lost += names.lost;
        if (e == 0)
            e = names.error;
        if (e < 0 && e != -ENOENT && e != -ENOTDIR)
            list->error = e;
        r = e == -ENOMEM ? e : 0;
        for (size_t k = 0; r == 0 && k < names.n; k++)
            r = add_capsule(list, names.names[k]);
        root_names_free(&names);
    }
    return r;
}

/* By home; of one home first the users of the passwd file, the lowest first. */
static int by_home(const void *a, const void *b)
{
    const struct unit_manager *x = a, *y = b;
    int                        order = strcmp(x->home, y->home);

    if (!order)
        order = (x->uid < 0) - (y->uid < 0);
    if (!order)
        order = (x->uid > y->uid) - (x->uid < y->uid);
    return order ? order : strcmp(x->user, y->user);
}

/* Whether a home, or another directory of its user, may hold something that starts services.
 * Fills in the uid where only the home tells it. */
static bool inhabited(const struct root *root, struct unit_manager *manager, bool *ret_denied)
{
    static const char *const marks[] = {".config", ".local/share"};
    static const char *const of_uid[] = {"/run/user/%lld/systemd",
                                         "/etc/containers/systemd/users/%lld"};
    char                     path[ROOT_PATH_MAX];
    struct stat              st;
    bool                     found = false;

    if (manager->uid < 0 && root_stat(root, manager->home, true, &st) == 0)
        manager->uid = st.st_uid;
    if (manager->uid < 0 && manager->runtime && root_stat(root, manager->runtime, true, &st) == 0)
        manager->uid = st.st_uid;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", manager->home, marks[i]);
        int r = root_stat(root, path, true, &st);
        found |= r == 0;
        *ret_denied |= root_denied(r);
    }
    if (manager->runtime) {
        snprintf(path, sizeof path, "%s/systemd", manager->runtime);
        return found || root_stat(root, path, true, &st) == 0;
    }
    for (size_t i = 0; manager->uid >= 0 && i < sizeof of_uid / sizeof of_uid[0]; i++) {
        snprintf(path, sizeof path, of_uid[i], (long long)manager->uid); /* NOLINT: see above */
        found |= root_stat(root, path, true, &st) == 0;
    }
    return found;
}

/* Keep one user of each home. */
static void drop_doubles(struct unit_managers *users)
{
    size_t kept = 0;

    if (users->n)
        qsort(users->managers, users->n, sizeof *users->managers, by_home);
    for (size_t i = 0; i < users->n; i++) {
        if (kept && strcmp(users->managers[kept - 1].home, users->managers[i].home) == 0)
            free_strings(&users->managers[i]);
        else
            users->managers[kept++] = users->managers[i];
    }
    users->n = kept;
}

/* Keep users whose homes may start services; count the homes that cannot be read. */
static void drop_empty(const struct root *root, struct unit_managers *users)
{
    size_t kept = 0;

    for (size_t i = 0; i < users->n; i++) {
        bool denied = false;
        if (inhabited(root, &users->managers[i], &denied))
            users->managers[kept++] = users->managers[i];
        else
            free_strings(&users->managers[i]);
        users->denied += denied;
    }
    users->n = kept;
}

int unit_managers_list(const struct root *root, struct unit_managers *ret)
{
    struct unit_managers list = {0}, users = {0};
    int                  r = add(&list, UNIT_SYSTEM, NULL, NULL, -1);

    if (r == 0)
        r = add(&list, UNIT_GLOBAL, NULL, NULL, -1);
    if (r == 0)
        r = add_passwd(root, &users);
    if (r == 0)
        r = add_homes(root, &users);
    if (r == 0)
        r = add_capsules(root, &users);
    if (r == 0) {
        drop_doubles(&users);
        drop_empty(root, &users);
    }
    for (size_t i = 0; r == 0 && i < users.n; i++) {
        struct unit_manager *user = &users.managers[i];
        r = add(&list, UNIT_USER, user->user, user->home, user->uid);
        if (r == 0 && user->runtime && !(list.managers[list.n - 1].runtime = strdup(user->runtime)))
            r = -ENOMEM;
    }
    int version = unit_systemd_version(root);
    for (size_t i = 0; i < list.n; i++)
        list.managers[i].version = version;
    list.denied = users.denied;
    list.lost = users.lost;
    list.error = users.error;
    unit_managers_free(&users);
    if (r < 0)
        unit_managers_free(&list);
    else
        *ret = list;
    return r;
}
