#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "make_bytes.h"
#include "make_corpus.h"

/* A file and a link, as a ustar and as a zip of stored members; their checksums are right. */
static size_t put_tar_member(uint8_t *out, const char *name, char type, const char *link,
                             const void *content, size_t size)
{
    size_t   room = (size + 511) / 512 * 512;
    unsigned sum = 0;

    memset(out, 0, 512 + room);
    snprintf((char *)out, 100, "%s", name);
    memcpy(out + 100, "0000644", 8);
    memcpy(out + 108, "0000000", 8);
    memcpy(out + 116, "0000000", 8);
    snprintf((char *)out + 124, 12, "%011o", (unsigned)size);
    snprintf((char *)out + 136, 12, "%011o", 1700000000);
    out[156] = (uint8_t)type;
    snprintf((char *)out + 157, 100, "%s", link);
    memcpy(out + 257, "ustar\00000", 8);
    memset(out + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += out[i];
    snprintf((char *)out + 148, 8, "%06o", sum);
    memcpy(out + 512, content, size);
    return 512 + room;
}

static size_t put_zip_entry(uint8_t *out, bool central, const char *name, const char *text,
                            uint32_t crc, size_t at)
{
    size_t n = strlen(name), size = strlen(text), head = central ? 46 : 30, more = central ? 2 : 0;

    memset(out, 0, head);
    memcpy(out, central ? "PK\1\2" : "PK\3\4", 4);
    put_le(out + 4, 20, 2);
    put_le(out + 4 + more, 20, 2);
    put_le(out + 14 + more, crc, 4);
    put_le(out + 18 + more, size, 4);
    put_le(out + 22 + more, size, 4);
    put_le(out + 26 + more, n, 2);
    if (central)
        put_le(out + 42, at, 4);
    memcpy(out + head, name, n);
    memcpy(out + head + n, text, central ? 0 : size);
    return head + n + (central ? 0 : size);
}

static void write_archives(const char *dir)
{
    uint8_t data[4096] = {0};
    size_t  size = put_tar_member(data, "etc/a", '0', "", "text\n", 5);

    size += put_tar_member(data + size, "b", '2', "../etc/a", "", 0);
    harness_write(dir, "packed/ustar", data, size + 1024);
    memset(data, 0, sizeof data);
    size = put_zip_entry(data, false, "C/a", "text\n", 0x37ecda27, 0);
    size_t begin = size;
    size += put_zip_entry(data + size, true, "C/a", "text\n", 0x37ecda27, 0);
    memcpy(data + size, "PK\5\6", 4);
    put_le(data + size + 8, 1, 2);
    put_le(data + size + 10, 1, 2);
    put_le(data + size + 12, size - begin, 4);
    put_le(data + size + 16, begin, 4);
    harness_write(dir, "packed/zip", data, size + 22);
}

/* Two layers, of which the upper one takes a file away, and has hard links to one below and to none. */
static size_t put_layer(uint8_t *out, bool upper)
{
    size_t size = upper ? put_tar_member(out, "etc/.wh.a", '0', "", "", 0)
                        : put_tar_member(out, "etc/a", '0', "", "text\n", 5);

    size += put_tar_member(out + size, upper ? "etc/b" : "etc/c", '0', "", "other\n", 6);
    if (upper) {
        size += put_tar_member(out + size, "etc/d", '1', "etc/c", "", 0);
        size += put_tar_member(out + size, "etc/e", '1', "etc/none", "", 0);
    }
    memset(out + size, 0, 1024);
    return size + 1024;
}

/* The same image as docker and as OCI keep it. */
static void write_images(const char *dir)
{
#define LAYER                                                                                      \
    "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:%064x\"}"
    uint8_t data[16384], layer[8192];
    char    text[512], name[100];
    size_t  size = 0;

    for (unsigned i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%u/layer.tar", i);
        size += put_tar_member(data + size, name, '0', "", layer, put_layer(layer, i));
    }
    snprintf(text, sizeof text, "[{\"Layers\":[\"0/layer.tar\",\"1/layer.tar\"]}]");
    size += put_tar_member(data + size, "manifest.json", '0', "", text, strlen(text));
    memset(data + size, 0, 1024);
    harness_write(dir, "packed/docker", data, size + 1024);

    size = 0;
    for (unsigned i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "blobs/sha256/%064x", i);
        size += put_tar_member(data + size, name, '0', "", layer, put_layer(layer, i));
    }
    snprintf(text, sizeof text, "{\"layers\":[" LAYER "," LAYER "]}", 0u, 1u);
    snprintf(name, sizeof name, "blobs/sha256/%064x", 2u);
    size += put_tar_member(data + size, name, '0', "", text, strlen(text));
    snprintf(text, sizeof text,
             "{\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
             "\"digest\":\"sha256:%064x\"}]}",
             2u);
    size += put_tar_member(data + size, "index.json", '0', "", text, strlen(text));
    snprintf(text, sizeof text, "{\"imageLayoutVersion\":\"1.0.0\"}");
    size += put_tar_member(data + size, "oci-layout", '0', "", text, strlen(text));
    memset(data + size, 0, 1024);
    harness_write(dir, "packed/oci", data, size + 1024);
#undef LAYER
}

void make_corpus_archives(const char *dir)
{
    write_archives(dir);
    write_images(dir);
}
