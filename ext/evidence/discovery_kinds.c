/* discovery_kinds.c -- what a file is, by its name and its first bytes. */
#include <errno.h>
#include <unistd.h>

#include "discovery_parts.h"
#include "formats/log/expander.h"
#include "formats/log/stream.h"

#define SNIFF_SIZE 16384 /* bytes of a file that are read for marks */

/* Whether the text of a compressed file is of the artefact. One that is damaged from its first byte
 * is what its name says: the table that opens it reports it. Takes the descriptor. */
static bool sniff_expanded(enum artefact artefact, int fd)
{
    struct stream *stream;
    char          *data;
    size_t         size;
    bool           fits;

    if (lseek(fd, 0, SEEK_SET) != 0 || stream_open(fd, &stream) < 0)
        return false;
    int r = stream_block(stream, &data, &size);
    fits = r > 0 ? artefact_sniff(artefact, (uint8_t *)data, size < SNIFF_SIZE ? size : SNIFF_SIZE)
                 : r < 0;
    stream_close(stream);
    return fits;
}

/* A member of an archive: nothing but a stream is cheap. One that is encrypted is what its name says. */
static bool sniff_member(const struct walker *w, enum artefact artefact, const char *path)
{
    struct stream *stream;
    char          *data;
    size_t         size;
    int            r = root_open_stream(w->root, path, NULL, &stream);

    if (r < 0)
        return r == -ENOKEY;
    r = stream_block(stream, &data, &size);
    bool fits =
        r > 0 && artefact_sniff(artefact, (uint8_t *)data, size < SNIFF_SIZE ? size : SNIFF_SIZE);
    stream_close(stream);
    return fits;
}

bool discovery_sniff(const struct walker *w, enum artefact artefact, const char *path)
{
    uint8_t data[SNIFF_SIZE];

    if (root_in_archive(w->root))
        return sniff_member(w, artefact, path);
    int fd = root_open_file(w->root, path);
    if (fd < 0)
        return root_denied(fd); /* the table that opens it reports it */
    ssize_t size = read(fd, data, sizeof data);
    if (size > 0 && PACKED_ARTEFACTS & 1u << artefact && is_compressed(data, (size_t)size))
        return sniff_expanded(artefact, fd);
    close(fd);
    return size > 0 && artefact_sniff(artefact, data, (size_t)size);
}

bool discovery_kind(const struct walker *w, const char *dir, const char *name, const char *path,
                    enum artefact *ret)
{
    unsigned wanted = w->wanted;
    bool     unsure;

    while (wanted && artefact_of_name(name, dir, wanted, ret, &unsure)) {
        if (!unsure || discovery_sniff(w, *ret, path))
            return true;
        wanted &= ~(1u << *ret);
    }
    /* Where the query itself names the folder, a file that should be a hive by its name is one that
     * is damaged. */
    return w->wanted != ARTEFACTS_ALL && artefact_of_name(name, dir, ARTEFACTS_ALL, ret, &unsure) &&
           w->wanted & 1u << *ret;
}

const char *discovery_format(const struct walker *w, const char *path)
{
    uint8_t data[600]; /* the last mark is at byte 510 */

    if (root_in_archive(w->root))
        return root_names_archive(path) ? "an archive in an archive" : NULL;
    int     fd = root_open_file(w->root, path);
    ssize_t size = fd < 0 ? -1 : read(fd, data, sizeof data);
    if (fd >= 0)
        close(fd);
    return size < 0 ? NULL : format_of_bytes(data, (size_t)size);
}
