#include "local_time.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "/usr/share/zoneinfo/";

static int load(const struct root *root, const char *path, struct time_zone **ret)
{
    char  *data;
    size_t size;
    int    r = root_read(root, path, ROOT_FILE_MAX, &data, &size);

    if (r < 0)
        return r;
    r = time_zone_parse((uint8_t *)data, size, ret);
    free(data);
    return r;
}

/* Take a name such as "Europe/Berlin", if it is one: it becomes part of a path. */
static bool take_name(const char *text, char ret_name[64])
{
    size_t n = 0;

    while (isalnum((unsigned char)text[n]) || (text[n] && strchr("_+-/", text[n])))
        n++;
    if (!n || n >= 64)
        return false;
    memcpy(ret_name, text, n);
    ret_name[n] = '\0';
    return true;
}

/* The name of the zone: from the target of /etc/localtime or, on Debian, from /etc/timezone. */
static bool name_of(const struct root *root, char ret_name[64])
{
    char   link[ROOT_PATH_MAX], *name, *text;
    size_t size;

    if (root_readlink(root, "/etc/localtime", link) == 0 && (name = strstr(link, "/zoneinfo/")))
        return take_name(name + strlen("/zoneinfo/"), ret_name);
    if (root_read(root, "/etc/timezone", 4096, &text, &size) < 0)
        return false;
    bool found = take_name(text, ret_name);
    free(text);
    return found;
}

/* The rules of a zone by its name, from this machine: a collection of files often has the link
 * without its target. */
static int load_named(const char *name, struct time_zone **ret)
{
    struct root *here;
    char         path[sizeof folder + 64];
    int          r = root_open("/", 0, &here);

    if (r < 0)
        return r;
    snprintf(path, sizeof path, "%s%s", folder, name);
    r = load(here, path, ret);
    root_unref(here);
    return r;
}

int time_zone_of_root(const struct root *root, struct time_zone **ret, char ret_name[64])
{
    char name[64] = "";
    bool named = name_of(root, name);
    int  r = load(root, "/etc/localtime", ret);

    if (r < 0 && r != -ENOMEM && named)
        r = load_named(name, ret);
    if (r == 0)
        memcpy(ret_name, name, sizeof name);
    return r;
}
