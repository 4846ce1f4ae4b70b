#include "make_image.h"

#include <archive.h>
#include <archive_entry.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_archive.h"
#include "make_packed.h"

const char *const image_forms[IMAGE_FORMS] = {"docker.tar",   "docker.tar.gz", "docker",
                                              "oci.tar",      "oci.tar.gz",    "oci+gzip.tar",
                                              "oci+zstd.tar", "oci+gzip",      "oci+zstd"};

static void need(bool good)
{
    if (!good)
        abort();
}

static la_ssize_t put_bytes(struct archive *archive, void *data, const void *bytes, size_t size)
{
    (void)archive;
    buffer_put(data, bytes, size);
    return (la_ssize_t)size;
}

static void put_member(struct archive *archive, const struct image_member *member)
{
    struct archive_entry *entry = archive_entry_new();
    const char           *content = member->content ? member->content : "";
    bool                  link = strncmp(content, "->", 2) == 0;

    archive_entry_set_pathname(entry, member->name);
    archive_entry_set_filetype(entry, link ? AE_IFLNK : member->content ? AE_IFREG : AE_IFDIR);
    archive_entry_set_perm(entry, member->content ? 0644 : 0755);
    archive_entry_set_mtime(entry, 1700000000, 0);
    bool hard = strncmp(content, "=>", 2) == 0;
    archive_entry_set_size(entry, link || hard ? 0 : (la_int64_t)strlen(content));
    if (link)
        archive_entry_set_symlink(entry, content + 2);
    if (hard)
        archive_entry_set_hardlink(entry, content + 2);
    need(archive_write_header(archive, entry) == ARCHIVE_OK);
    if (!link && !hard && *content)
        need(archive_write_data(archive, content, strlen(content)) == (la_ssize_t)strlen(content));
    archive_entry_free(entry);
}

char *make_layer(const struct image_member *members, size_t *ret_size)
{
    struct archive *archive = archive_write_new();
    struct buffer   tar = {0};

    need(archive_write_set_format_pax_restricted(archive) == ARCHIVE_OK &&
         archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
         archive_write_open(archive, &tar, NULL, put_bytes, NULL) == ARCHIVE_OK);
    for (; members->name; members++)
        put_member(archive, members);
    need(archive_write_free(archive) == ARCHIVE_OK && !tar.failed);
    *ret_size = tar.size;
    return tar.data;
}

static char layer_paths[16][128];

const char *make_image_layer(size_t i)
{
    return layer_paths[i];
}

static char *sum_of(const void *data, size_t size)
{
    static char sum[SHA256_DIGEST_STRING_LENGTH];

    return SHA256Data(data, size, sum);
}

/* What is kept of a layer: its bytes, less or other than they should be where it is damaged. */
static void write_kept(const char *folder, const char *path, const char *damage, char *data,
                       size_t size)
{
    if (damage && strcmp(damage, "missing") == 0)
        return;
    if (damage && strcmp(damage, "cut") == 0)
        size /= 2;
    if (damage && strcmp(damage, "altered") == 0) {
        char *content = memmem(data, size, "/tmp/new", 8);
        need(content != NULL);
        content[5] = 'N';
    }
    harness_write(folder, path, data, size);
}

/* Write a layer, add the sum of its tar to `sums`, and return how many bytes are kept. With `named_by_sum` its name is that
 * of what is kept. */
static size_t write_layer(const char *folder, size_t i, const struct image_layer *layer, int method,
                          bool named_by_sum, struct buffer *sums)
{
    size_t size;
    char  *tar = make_layer(layer->members, &size);

    buffer_printf(sums, "%s\"sha256:%s\"", sums->size ? "," : "", sum_of(tar, size));
    if (method >= 0) {
        size_t packed_size;
        char  *packed = make_packed(method, tar, size, &packed_size);
        free(tar);
        tar = packed;
        size = packed_size;
    }
    if (named_by_sum)
        snprintf(layer_paths[i], sizeof layer_paths[i], "blobs/sha256/%s", sum_of(tar, size));
    else
        snprintf(layer_paths[i], sizeof layer_paths[i], "%064zx/layer.tar", i);
    write_kept(folder, layer_paths[i], layer->damage, tar, size);
    free(tar);
    return size;
}

/* Write a list by its sum, whose text is returned: static memory. */
static const char *write_blob(const char *folder, const struct buffer *list)
{
    const char *sum = sum_of(list->data, list->size);
    char        path[128];

    snprintf(path, sizeof path, "blobs/sha256/%s", sum);
    harness_write(folder, path, list->data, list->size);
    return sum;
}

static void write_docker(const char *folder, const struct image_layer *layers, size_t n)
{
    struct buffer list = {0}, sums = {0};

    buffer_puts(&list,
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"registry.example/team/app:1.0\"],"
                "\"Layers\":[");
    for (size_t i = 0; i < n; i++) {
        write_layer(folder, i, &layers[i], -1, false, &sums);
        buffer_printf(&list, "%s\"%s\"", i ? "," : "", layer_paths[i]);
    }
    buffer_puts(&list, "]}]");
    harness_write(folder, "manifest.json", list.data, list.size);
    buffer_reset(&list);
    buffer_printf(&list, "{\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}",
                  buffer_text(&sums));
    harness_write(folder, "config.json", list.data, list.size);
    buffer_free(&list);
    buffer_free(&sums);
}

#define MEDIA "\"mediaType\":\"application/vnd.oci.image."

static void write_oci(const char *folder, const struct image_layer *layers, size_t n, int method)
{
    static const char *const kinds[] = {"+gzip", "", "+zstd"};
    struct buffer            list = {0}, sums = {0}, config = {0}, items = {0};

    for (size_t i = 0; i < n; i++) {
        bool   encrypted = layers[i].damage && strcmp(layers[i].damage, "encrypted") == 0;
        size_t size = write_layer(folder, i, &layers[i], method, true, &sums);
        buffer_printf(&items,
                      "%s{" MEDIA "layer.v1.tar%s%s\",\"size\":%zu,\"digest\":\"sha256:%s\"}",
                      i ? "," : "", method < 0 ? "" : kinds[method], encrypted ? "+encrypted" : "",
                      size, strrchr(layer_paths[i], '/') + 1);
    }
    buffer_printf(&config,
                  "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":"
                  "\"layers\",\"diff_ids\":[%s]}}",
                  buffer_text(&sums));
    buffer_printf(&list,
                  "{\"schemaVersion\":2,\"config\":{" MEDIA
                  "config.v1+json\",\"size\":%zu,\"digest\":\"sha256:%s\"},\"layers\":[%s]}",
                  config.size, write_blob(folder, &config), buffer_text(&items));
    size_t      size = list.size;
    const char *sum = write_blob(folder, &list);
    buffer_reset(&list);
    buffer_printf(&list,
                  "{\"schemaVersion\":2,\"manifests\":[{" MEDIA
                  "manifest.v1+json\",\"size\":%zu,\"digest\":\"sha256:%s\",\"annotations\":"
                  "{\"org.opencontainers.image.ref.name\":\"t\"}}]}",
                  size, sum);
    harness_write(folder, "index.json", list.data, list.size);
    harness_write_text(folder, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    buffer_free(&list);
    buffer_free(&sums);
    buffer_free(&config);
    buffer_free(&items);
}

const char *make_image(const char *dir, const char *form, const struct image_layer *layers,
                       size_t n)
{
    static char path[4200];
    char        folder[4100];
    const char *tar = strstr(form, ".tar");

    snprintf(folder, sizeof folder, "%s/%s%.*s", dir, tar ? "." : "",
             tar ? (int)(tar - form) : (int)strlen(form), form);
    need(mkdir(folder, 0755) == 0);
    if (strncmp(form, "docker", 6) == 0)
        write_docker(folder, layers, n);
    else
        write_oci(folder, layers, n, strstr(form, "+gzip") ? 0 : strstr(form, "+zstd") ? 2 : -1);
    if (!tar)
        return strcpy(path, folder);
    snprintf(path, sizeof path, "%s/%s", dir, form);
    make_archive(path, tar + 1, folder);
    char command[4200];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    need(system(command) == 0);
    return path;
}
