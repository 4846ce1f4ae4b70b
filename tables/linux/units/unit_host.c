#include "unit_host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/access/passwd_text.h"
#include "formats/unit/unit_environment.h"

#define SMALL_MAX  (64u << 10) /* bytes read of a file about the host */
#define PASSWD_MAX (16u << 20) /* bytes of /etc/passwd */

/* The host -------------------------------------------------------------------- */

/* The first line of a file, without white space around it; NULL: none. */
static const char *first_line(const struct root *root, const char *path, struct arena *memory)
{
    char       *data;
    const char *line = NULL;
    size_t      size;

    if (root_read(root, path, SMALL_MAX, &data, &size) < 0)
        return NULL;
    for (char *rest = data, *at; !line && (at = strsep(&rest, "\n"));) {
        at += strspn(at, " \t\r");
        size = strlen(at);
        while (size && strchr(" \t\r", at[size - 1]))
            size--;
        if (size && *at != '#')
            line = arena_strndup(memory, at, size);
    }
    free(data);
    return line;
}

/* An identifier of 128 bits without its dashes. */
static const char *identifier(const struct root *root, const char *path, struct arena *memory)
{
    const char *line = first_line(root, path, memory);
    char        id[33];
    size_t      n = 0;

    for (; line && *line && n < 33; line++)
        if (*line != '-')
            id[n++] = *line;
    return line && n == 32 ? arena_strndup(memory, id, n) : NULL;
}

/* Variables of a file such as os-release. */
static void read_variables(const struct root *root, const char *const *paths,
                           struct unit_environment *ret)
{
    char  *data;
    size_t size;

    for (size_t i = 0; paths[i]; i++) {
        if (root_read(root, paths[i], SMALL_MAX, &data, &size) < 0)
            continue;
        unit_environment_file(ret, data, size, false);
        free(data);
        break;
    }
    unit_environment_settle(ret);
}

static void read_release(struct unit_host *host, const struct root *root)
{
    static const char *const paths[] = {"/etc/os-release", "/usr/lib/os-release", NULL};
    static const struct {
        char        letter;
        const char *name;
    } variables[] = {{'A', "IMAGE_VERSION"}, {'B', "BUILD_ID"},  {'M', "IMAGE_ID"}, {'o', "ID"},
                     {'w', "VERSION_ID"},    {'W', "VARIANT_ID"}};
    struct unit_environment release = {.memory = &host->memory};

    read_variables(root, paths, &release);
    for (size_t i = 0; release.n && i < sizeof variables / sizeof variables[0]; i++) {
        const char *value =
            unit_environment_get(&release, variables[i].name, strlen(variables[i].name));
        host->specifiers.values[(unsigned char)variables[i].letter] = value ? value : "";
    }
}

/* The architecture, from the header of the manager's program. */
static const char *architecture(const struct root *root)
{
    static const struct {
        unsigned    machine;
        const char *name;
    } machines[] = {{62, "x86-64"},   {3, "x86"},    {183, "arm64"},  {40, "arm"},
                    {243, "riscv64"}, {22, "s390x"}, {21, "ppc64-le"}}; /* e_machine of elf(5) */
    uint8_t     header[20];
    const char *name = NULL;
    int         fd = root_open_file(root, "/usr/lib/systemd/systemd");

    if (fd < 0)
        fd = root_open_file(root, "/lib/systemd/systemd");
    if (fd < 0)
        return NULL;
    if (read(fd, header, sizeof header) == (ssize_t)sizeof header &&
        memcmp(header, "\177ELF", 4) == 0 && header[5] == 1) /* little-endian */
        for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
            if ((header[18] | (unsigned)header[19] << 8) == machines[i].machine)
                name = machines[i].name;
    close(fd);
    return name;
}

static void read_names(struct unit_host *host, const struct root *root)
{
    static const char *const info[] = {"/etc/machine-info", NULL};
    const char             **values = host->specifiers.values;
    struct unit_environment  machine = {.memory = &host->memory};

    values['H'] = first_line(root, "/proc/sys/kernel/hostname", &host->memory);
    if (!values['H'])
        values['H'] = first_line(root, "/etc/hostname", &host->memory);
    if (values['H'])
        values['l'] = arena_strndup(&host->memory, values['H'], strcspn(values['H'], "."));
    read_variables(root, info, &machine);
    const char *pretty = unit_environment_get(&machine, "PRETTY_HOSTNAME", 15);
    values['q'] = pretty && *pretty ? pretty : values['l'];
}

static const char *field(struct unit_host *host, const struct field *f)
{
    return arena_strndup(&host->memory, f->text, f->size);
}

static void add_user(struct unit_host *host, const char *line, size_t size)
{
    struct passwd_line passwd;

    if (passwd_parse(line, size, &passwd) <= 0)
        return;
    struct unit_user *users =
        arena_grow(&host->memory, host->users, host->n_users, &host->users_room, sizeof *users);
    if (!users)
        return;
    host->users = users;
    users[host->n_users++] = (struct unit_user){.name = field(host, &passwd.name),
                                                .home = field(host, &passwd.directory),
                                                .shell = field(host, &passwd.shell),
                                                .uid = passwd.uid,
                                                .gid = passwd.gid};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct unit_user *)a)->name, ((const struct unit_user *)b)->name);
}

static void add_group(struct unit_host *host, const char *line, size_t size)
{
    struct group_line group;

    if (group_parse(line, size, &group) <= 0)
        return;
    struct unit_group *groups =
        arena_grow(&host->memory, host->groups, host->n_groups, &host->groups_room, sizeof *groups);
    if (!groups)
        return;
    host->groups = groups;
    groups[host->n_groups++] = (struct unit_group){field(host, &group.name), group.gid};
}

/* Pass each line of a file to a function. */
static void each_line(struct unit_host *host, const struct root *root, const char *path,
                      void (*add)(struct unit_host *, const char *, size_t))
{
    char  *data;
    size_t size;

    if (root_read(root, path, PASSWD_MAX, &data, &size) < 0)
        return;
    for (size_t at = 0, length; at < size; at += length + 1) {
        const char *end = memchr(data + at, '\n', size - at);
        length = end ? (size_t)(end - data) - at : size - at;
        add(host, data + at, length);
    }
    free(data);
}

static void read_users(struct unit_host *host, const struct root *root)
{
    each_line(host, root, "/etc/passwd", add_user);
    each_line(host, root, "/etc/group", add_group);
    if (host->n_users)
        qsort(host->users, host->n_users, sizeof *host->users, by_name);
}

const struct unit_user *unit_host_user(const struct unit_host *host, const char *name)
{
    char   *end;
    int64_t uid = strtoll(name, &end, 10);

    if (*name && !*end) {
        for (size_t i = 0; i < host->n_users; i++)
            if (host->users[i].uid == uid)
                return &host->users[i];
        return NULL;
    }
    const struct unit_user key = {.name = name};
    return host->n_users ? bsearch(&key, host->users, host->n_users, sizeof key, by_name) : NULL;
}

int unit_host_read(struct unit_host *host, const struct root *root)
{
    const char **values = host->specifiers.values;

    *host = (struct unit_host){0};
    values['a'] = architecture(root);
    values['m'] = identifier(root, "/etc/machine-id", &host->memory);
    values['b'] = identifier(root, "/proc/sys/kernel/random/boot_id", &host->memory);
    values['v'] = first_line(root, "/proc/sys/kernel/osrelease", &host->memory);
    read_names(host, root);
    read_release(host, root);
    read_users(host, root);
    return host->memory.failed ? -ENOMEM : 0;
}

void unit_host_free(struct unit_host *host)
{
    arena_free(&host->memory);
    *host = (struct unit_host){0};
}

/* Managers -------------------------------------------------------------------- */

static const char *below(const char *home, const char *path, struct arena *memory)
{
    return unit_join(memory, home, path);
}

static void user_specifiers(const struct unit_host *host, const struct unit_manager *manager,
                            struct arena *memory, const char **values)
{
    bool old = manager->version < 254;
    char number[32];

    if (manager->uid >= 0) {
        snprintf(number, sizeof number, "%lld", (long long)manager->uid);
        values['U'] = arena_strndup(memory, number, strlen(number));
        values['t'] = unit_join(memory, "/run/user", number);
    }
    if (manager->runtime)
        values['t'] = manager->runtime;
    values['u'] = manager->user;
    const struct unit_user *user = manager->user ? unit_host_user(host, manager->user) : NULL;
    if (user) {
        snprintf(number, sizeof number, "%lld", (long long)user->gid);
        values['G'] = arena_strndup(memory, number, strlen(number));
        for (size_t i = 0; i < host->n_groups && !values['g']; i++)
            if (host->groups[i].gid == user->gid)
                values['g'] = host->groups[i].name;
        values['s'] = *user->shell ? user->shell : "/bin/sh";
    }
    if (!manager->home)
        return;
    values['h'] = *manager->home ? manager->home : "/";
    values['E'] = below(manager->home, ".config", memory);
    values['C'] = below(manager->home, ".cache", memory);
    values['S'] = below(manager->home, old ? ".config" : ".local/state", memory);
    values['L'] = below(manager->home, old ? ".config/log" : ".local/state/log", memory);
    values['D'] = below(manager->home, ".local/share", memory);
}

void unit_host_specifiers(const struct unit_host *host, const struct unit_manager *manager,
                          struct arena *memory, struct unit_specifiers *ret)
{
    static const struct {
        char        letter;
        const char *value;
    } system[] = {
        {'h', "/root"}, {'u', "root"},       {'U', "0"},        {'g', "root"},
        {'G', "0"},     {'s', "/bin/bash"},  {'t', "/run"},     {'S', "/var/lib"},
        {'E', "/etc"},  {'C', "/var/cache"}, {'L', "/var/log"}, {'D', "/usr/share"},
    };

    *ret = host->specifiers;
    ret->systemd = manager->version;
    ret->values['T'] = "/tmp";
    ret->values['V'] = "/var/tmp";
    if (manager->scope == UNIT_USER)
        user_specifiers(host, manager, memory, ret->values);
    for (size_t i = 0; manager->scope == UNIT_SYSTEM && i < sizeof system / sizeof system[0]; i++)
        ret->values[(unsigned char)system[i].letter] = system[i].value;
}
