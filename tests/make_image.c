#include "make_image.h"

#include <archive.h>
#include <archive_entry.h>
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
    archive_entry_set_size(entry, link ? 0 : (la_int64_t)strlen(content));
    if (link)
        archive_entry_set_symlink(entry, content + 2);
    need(archive_write_header(archive, entry) == ARCHIVE_OK);
    if (!link && *content)
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

/* Write a layer below the image's folder: its bytes as they are kept, less what is damaged. */
static void write_layer(const char *folder, const char *path, const struct image_layer *layer,
                        int method)
{
    size_t size, packed_size;
    char  *tar = make_layer(layer->members, &size);

    if (method >= 0) {
        char *packed = make_packed(method, tar, size, &packed_size);
        free(tar);
        tar = packed;
        size = packed_size;
    }
    if (layer->damage && strcmp(layer->damage, "cut") == 0)
        size /= 2;
    if (!layer->damage || strcmp(layer->damage, "missing") != 0)
        harness_write(folder, path, tar, size);
    free(tar);
}

static void write_docker(const char *folder, const struct image_layer *layers, size_t n)
{
    struct buffer list = {0};
    char          path[128];

    buffer_puts(&list,
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"registry.example/team/app:1.0\"],"
                "\"Layers\":[");
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%064zx/layer.tar", i);
        buffer_printf(&list, "%s\"%s\"", i ? "," : "", path);
        write_layer(folder, path, &layers[i], -1);
    }
    buffer_puts(&list, "]}]");
    harness_write(folder, "manifest.json", list.data, list.size);
    harness_write_text(folder, "config.json", "{\"os\":\"linux\"}");
    buffer_free(&list);
}

static void write_oci(const char *folder, const struct image_layer *layers, size_t n, int method)
{
    static const char *const kinds[] = {"+gzip", "", "+zstd"};
    struct buffer            list = {0};
    char                     path[128];

    buffer_puts(&list, "{\"schemaVersion\":2,\"layers\":[");
    for (size_t i = 0; i < n; i++) {
        bool encrypted = layers[i].damage && strcmp(layers[i].damage, "encrypted") == 0;
        snprintf(path, sizeof path, "blobs/sha256/%064zx", i + 1);
        write_layer(folder, path, &layers[i], method);
        buffer_printf(&list,
                      "%s{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar%s%s\",\"digest\":"
                      "\"sha256:%064zx\"}",
                      i ? "," : "", method < 0 ? "" : kinds[method], encrypted ? "+encrypted" : "",
                      i + 1);
    }
    buffer_puts(&list, "]}");
    snprintf(path, sizeof path, "blobs/sha256/%064x", 0xabc);
    harness_write(folder, path, list.data, list.size);
    buffer_reset(&list);
    buffer_printf(&list,
                  "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                  "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:%064x\"}]}",
                  0xabc);
    harness_write(folder, "index.json", list.data, list.size);
    harness_write_text(folder, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    buffer_free(&list);
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
