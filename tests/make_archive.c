#include "make_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct archive *archive;
static size_t          skip;

static void need(bool good)
{
    if (!good)
        abort();
}

static void write_content(const char *path)
{
    char    data[16384];
    ssize_t n;
    int     fd = open(path, O_RDONLY | O_CLOEXEC);

    need(fd >= 0);
    while ((n = read(fd, data, sizeof data)) > 0)
        need(archive_write_data(archive, data, (size_t)n) == n);
    close(fd);
}

static int add(const char *path, const struct stat *st, int type, struct FTW *at)
{
    struct archive_entry *entry = archive_entry_new();
    char                  target[4096];

    (void)at, (void)type;
    if (!path[skip]) {
        archive_entry_free(entry);
        return 0;
    }
    archive_entry_copy_stat(entry, st);
    archive_entry_set_pathname(entry, path + skip + 1);
    archive_entry_set_mtime(entry, st->st_mtim.tv_sec, 0);
    if (S_ISLNK(st->st_mode)) {
        ssize_t n = readlink(path, target, sizeof target - 1);
        need(n > 0);
        target[n] = '\0';
        archive_entry_set_symlink(entry, target);
        archive_entry_set_size(entry, 0);
    }
    need(archive_write_header(archive, entry) == ARCHIVE_OK);
    if (S_ISREG(st->st_mode))
        write_content(path);
    archive_entry_free(entry);
    return 0;
}

static void set_form(const char *form)
{
    if (strcmp(form, "encrypted") == 0) {
        archive_write_set_format_zip(archive);
        need(archive_write_set_options(archive, "zip:encryption=traditional") == ARCHIVE_OK);
        archive_write_set_passphrase(archive, "infected");
    } else if (strcmp(form, "zip") == 0 || strcmp(form, "stored") == 0) {
        archive_write_set_format_zip(archive);
        if (*form == 's')
            archive_write_zip_set_compression_store(archive);
    } else {
        archive_write_set_format_pax_restricted(archive);
    }
    static const struct {
        const char *end;
        int (*filter)(struct archive *);
    } filters[] = {{".gz", archive_write_add_filter_gzip},
                   {".xz", archive_write_add_filter_xz},
                   {".zst", archive_write_add_filter_zstd},
                   {".bz2", archive_write_add_filter_bzip2},
                   {".lz4", archive_write_add_filter_lz4}};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        if (strstr(form, filters[i].end))
            need(filters[i].filter(archive) == ARCHIVE_OK);
}

void make_archive(const char *path, const char *form, const char *dir)
{
    archive = archive_write_new();
    need(archive != NULL);
    set_form(form);
    need(archive_write_open_filename(archive, path) == ARCHIVE_OK);
    skip = strlen(dir);
    need(nftw(dir, add, 16, FTW_PHYS) == 0);
    need(archive_write_close(archive) == ARCHIVE_OK);
    archive_write_free(archive);
}
