#include "journal_ends.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "formats/journal/journal_file.h"
#include "journal_pick.h"

SQLITE_EXTENSION_INIT3

#define NEAR 50.0 /* entries */

static void widen(struct tbl_ends *ends, const struct journal_file *file)
{
    double first = (double)file->first_time / 1e6, last = (double)file->last_time / 1e6;
    double near = (last - first) * fmin(1, NEAR / (double)file->n_entries);

    if (!file->n_entries || !file->last_time || last < first)
        return;
    ends->first = fmin(ends->first, first);
    ends->last = fmax(ends->last, last);
    ends->near_first = fmin(ends->near_first, first + near);
    ends->near_last = fmax(ends->near_last, last - near);
}

static int file_ends(const struct root *root, const char *path, struct tbl_ends *ends)
{
    uint8_t             header[JOURNAL_HEADER_SIZE];
    struct journal_file file;
    int                 fd = root_open_file(root, path), r = 0;

    if (fd < 0)
        return 0;
    if (pread(fd, header, sizeof header, 0) == sizeof header) {
        r = journal_header_parse(&file, header);
        if (r == 0)
            widen(ends, &file);
    }
    close(fd);
    return r == -EBADMSG ? -ESPIPE : 0;
}

int journal_ends(const struct root *root, const char *path, struct tbl_ends *ends)
{
    struct root_names files = {0};

    if (root_in_archive(root))
        return -ESPIPE;
    int r = journal_pick_files(root, path, &files);
    for (size_t i = 0; r == 0 && i < files.n; i++)
        r = file_ends(root, files.names[i], ends);
    root_names_free(&files);
    return r == -ENOMEM || r == -ESPIPE ? r : 0;
}
