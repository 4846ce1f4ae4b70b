#include "rpm_header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/byte_order.h"

#define ENTRY_SIZE 16u
#define TAG_MIN    61u                                   /* of the regions of a header */
#define TAG_MAX    0x00ffffffu                           /* above all of any distribution */
static const uint8_t magic[] = {0x8e, 0xad, 0xe8, 0x01}; /* of a header in a package file */

enum type { TYPE_INT16 = 3, TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_STRING_ARRAY = 8, TYPE_I18N = 9 };

int rpm_header_parse(const uint8_t *data, size_t size, struct rpm_header *ret)
{
    if (size >= 8 && memcmp(data, magic, sizeof magic) == 0)
        data += 8, size -= 8;
    if (size < 8)
        return -EBADMSG;

    uint32_t n_index = be32(data), n_store = be32(data + 4);
    if (n_index > (size - 8) / ENTRY_SIZE || n_store > size - 8 - n_index * (size_t)ENTRY_SIZE)
        return -EBADMSG;
    *ret = (struct rpm_header){.index = data + 8,
                               .store = data + 8 + n_index * (size_t)ENTRY_SIZE,
                               .n_index = n_index,
                               .n_store = n_store};
    return 0;
}

bool rpm_header_intact(const struct rpm_header *header)
{
    for (uint32_t i = 0; i < header->n_index; i++) {
        const uint8_t *p = header->index + i * (size_t)ENTRY_SIZE;
        uint32_t       tag = be32(p), type = be32(p + 4), offset = be32(p + 8);

        if (tag < TAG_MIN || tag > TAG_MAX || !type || type > TYPE_I18N || !be32(p + 12) ||
            offset >= header->n_store)
            return false;
    }
    return true;
}

struct entry {
    uint32_t       type, count;
    const uint8_t *data;
    size_t         size; /* bytes from data to the end of the store */
};

static bool find(const struct rpm_header *header, enum rpm_tag tag, struct entry *ret)
{
    for (uint32_t i = 0; i < header->n_index; i++) {
        const uint8_t *p = header->index + i * (size_t)ENTRY_SIZE;
        uint32_t       offset = be32(p + 8);

        if (be32(p) != tag)
            continue;
        if (offset >= header->n_store)
            return false;
        *ret = (struct entry){.type = be32(p + 4),
                              .count = be32(p + 12),
                              .data = header->store + offset,
                              .size = header->n_store - offset};
        return true;
    }
    return false;
}

/* The strings of an entry, each with its NUL; *ret_end is after the last NUL of the store. */
static const char *strings(const struct entry *entry, const char **ret_end)
{
    size_t size = entry->size;

    if (entry->type != TYPE_STRING && entry->type != TYPE_STRING_ARRAY && entry->type != TYPE_I18N)
        return NULL;
    while (size && entry->data[size - 1])
        size--;
    if (!size)
        return NULL;
    *ret_end = (const char *)entry->data + size;
    return (const char *)entry->data;
}

/* Take one string; NULL at the end. */
static const char *take(const char **at, const char *end)
{
    const char *text = *at;

    if (!text || text >= end)
        return NULL;
    *at = text + strlen(text) + 1;
    return text;
}

const char *rpm_string(const struct rpm_header *header, enum rpm_tag tag)
{
    struct entry entry;
    const char  *end;

    return find(header, tag, &entry) ? strings(&entry, &end) : NULL;
}

bool rpm_int(const struct rpm_header *header, enum rpm_tag tag, uint32_t i, uint32_t *ret)
{
    struct entry entry;

    if (!find(header, tag, &entry) || i >= entry.count)
        return false;
    if (entry.type == TYPE_INT32 && i < entry.size / 4) {
        *ret = be32(entry.data + i * (size_t)4);
        return true;
    }
    if (entry.type == TYPE_INT16 && i < entry.size / 2) {
        *ret = (uint32_t)entry.data[i * (size_t)2] << 8 | entry.data[i * (size_t)2 + 1];
        return true;
    }
    return false;
}

/* An array of 32 bit numbers in place. */
static const uint8_t *numbers(const struct rpm_header *header, enum rpm_tag tag, uint32_t *ret_n)
{
    struct entry entry;

    *ret_n = 0;
    if (!find(header, tag, &entry) || entry.type != TYPE_INT32)
        return NULL;
    *ret_n = entry.count < entry.size / 4 ? entry.count : (uint32_t)(entry.size / 4);
    return entry.data;
}

static int load_dirs(const struct rpm_header *header, struct rpm_files *files)
{
    struct entry entry;
    const char  *end = NULL, *at;

    if (!find(header, RPM_DIR_NAMES, &entry) || !(at = strings(&entry, &end)))
        return 0;
    uint32_t room = entry.count < entry.size ? entry.count : (uint32_t)entry.size;
    files->dirs = calloc(room ? room : 1, sizeof *files->dirs);
    if (!files->dirs)
        return -ENOMEM;
    for (const char *dir; files->n_dirs < room && (dir = take(&at, end));)
        files->dirs[files->n_dirs++] = at - dir <= RPM_PATH_MAX ? dir : NULL;
    return 0;
}

int rpm_files_begin(const struct rpm_header *header, struct rpm_files *ret)
{
    struct rpm_files files = {0};
    struct entry     entry;

    if (find(header, RPM_BASE_NAMES, &entry) && (files.bases = strings(&entry, &files.end)))
        files.n = entry.count;
    if (find(header, RPM_FILE_DIGESTS, &entry) && (files.digests = strings(&entry, &files.end)))
        files.n_digests = entry.count;
    files.indexes = numbers(header, RPM_DIR_INDEXES, &files.n_indexes);
    files.flags = numbers(header, RPM_FILE_FLAGS, &files.n_flags);
    int r = load_dirs(header, &files);
    if (r == 0)
        *ret = files;
    return r;
}

bool rpm_files_next(struct rpm_files *files, struct rpm_file *ret)
{
    while (files->i < files->n) {
        uint32_t    i = files->i++;
        const char *base = take(&files->bases, files->end);
        const char *digest = i < files->n_digests ? take(&files->digests, files->end) : NULL;
        uint32_t    dir = i < files->n_indexes ? be32(files->indexes + i * (size_t)4) : UINT32_MAX;

        if (!base) { /* nor are there more */
            files->lost += files->n - i;
            files->i = files->n;
            return false;
        }
        if (dir >= files->n_dirs || !files->dirs[dir]) {
            files->lost++;
            continue;
        }
        *ret = (struct rpm_file){
            .dir = files->dirs[dir],
            .base = base,
            .digest = digest ? digest : "",
            .flags = i < files->n_flags ? be32(files->flags + i * (size_t)4) : 0,
        };
        return true;
    }
    return false;
}

void rpm_files_end(struct rpm_files *files)
{
    free(files->dirs);
    *files = (struct rpm_files){0};
}

const char *rpm_digest_name(uint32_t algorithm)
{
    static const char *const names[] = {
        [1] = "md5", [2] = "sha1", [8] = "sha256", [9] = "sha384", [10] = "sha512", [11] = "sha224",
    };

    return algorithm < sizeof names / sizeof names[0] ? names[algorithm] : NULL;
}
