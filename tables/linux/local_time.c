#include "time_zone.h"

#include <stdlib.h>
#include <string.h>

int time_zone_of_root(const struct root *root, struct time_zone **ret, char ret_name[64])
{
    static const char folder[] = "/zoneinfo/";
    char              link[ROOT_PATH_MAX], *data, *name;
    size_t            size;
    int               r = root_read(root, "/etc/localtime", ROOT_FILE_MAX, &data, &size);

    if (r < 0)
        return r;
    r = time_zone_parse((uint8_t *)data, size, ret);
    free(data);
    if (r < 0)
        return r;
    ret_name[0] = '\0';
    if (root_readlink(root, "/etc/localtime", link) == 0 && (name = strstr(link, folder)))
        strncat(ret_name, name + strlen(folder), 63);
    return 0;
}
