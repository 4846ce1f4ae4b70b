/* packed_read.c -- walk over an archive, and read its members, by libarchive. */
#include <errno.h>
#include <lz4.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "formats/text/input.h"
#include "host/libarchive.h"
#include "packed_index.h"

#define BLOCK ((size_t)64 << 10)

struct reader {
    const struct libarchive *lib;
    struct archive          *archive;
    struct archive_entry    *entry;   /* libarchive's own may be missing, without memory */
    struct packed           *packed;  /* counted where a stream reads */
    struct stream           *outer;   /* that the bytes come from; NULL: a file */
    bool                     expands; /* it is the file itself, expanded */
    uint64_t                 at;      /* in the file or stream */
    uint64_t                 begin;
    uint64_t                 out;    /* bytes of the entry so far */
    size_t                   broken; /* places where headers could not be read */
    SHA2_CTX *sum; /* of all bytes, of the file where it expands; NULL: none is made */
    int       error;
    uint8_t   block[BLOCK];
};

/* Up to `size` bytes of the file, or of its part that is the archive. */
static ssize_t part_bytes(const struct reader *reader, void *out, size_t size)
{
    const struct packed *p = reader->packed;
    uint64_t             left = reader->at < p->length ? p->length - reader->at : 0;

    return input_pread(p->fd, out, left < size ? (size_t)left : size,
                       (off_t)(p->begin + reader->at));
}

static ssize_t file_bytes(struct reader *reader, const void **ret)
{
    *ret = reader->block;
    return part_bytes(reader, reader->block, BLOCK);
}

/* The next bytes of a compressed file, for its expander. */
static ssize_t packed_bytes(void *data, void *out, size_t size)
{
    struct reader *reader = data;
    ssize_t        n = part_bytes(reader, out, size);

    if (n > 0 && reader->sum)
        SHA256Update(reader->sum, out, (size_t)n);
    reader->at += n > 0 ? (uint64_t)n : 0;
    return n;
}

static void close_nothing(void *data)
{
    (void)data;
}

static ssize_t outer_bytes(struct reader *reader, const void **ret)
{
    char  *data;
    size_t size = 0;
    int    r = stream_block(reader->outer, &data, &size);

    *ret = data;
    return r > 0 ? (ssize_t)size : r;
}

static ssize_t next_bytes(struct reader *reader, const void **ret)
{
    ssize_t n = reader->outer ? outer_bytes(reader, ret) : file_bytes(reader, ret);

    if (n > 0 && reader->sum && !reader->expands)
        SHA256Update(reader->sum, *ret, (size_t)n);
    return n;
}

static la_ssize_t read_block(struct archive *archive, void *data, const void **ret)
{
    struct reader *reader = data;
    ssize_t        n = next_bytes(reader, ret);

    if (n < 0) {
        reader->error = (int)n;
        reader->lib->archive_set_error(archive, (int)-n, "read");
        return -1;
    }
    reader->at += reader->expands ? 0 : (uint64_t)n;
    return n;
}

static la_int64_t skip_bytes(struct archive *archive, void *data, la_int64_t request)
{
    struct reader *reader = data;
    uint64_t       whole = reader->packed->length;
    bool           may = !reader->outer && !reader->sum;
    uint64_t       left = may && reader->at < whole ? whole - reader->at : 0;
    uint64_t       n = (uint64_t)request < left ? (uint64_t)request : left;

    (void)archive;
    reader->at += n;
    return (la_int64_t)n;
}

/* What the archive is. False: no memory. */
static bool support(const struct libarchive *lib, struct archive *archive, const struct packed *p)
{
    return (p->zip ? lib->archive_read_support_format_zip_streamable(archive)
                   : lib->archive_read_support_format_tar(archive)) != ARCHIVE_FATAL;
}

/* The sum of what a reader reads. */
struct sum {
    const char *wanted;
    SHA2_CTX    context;
};

/* What the bytes of the reader should have as their sum; NULL where nothing says it. */
static const char *wanted_sum(const struct packed *p, const struct reader *reader)
{
    const struct packed_sums *sums = p->sums;
    bool                      expanded = reader->outer && stream_expands(reader->outer);

    if (!sums)
        return NULL;
    if (!expanded && *sums->kept)
        return sums->kept;
    return !reader->expands && *sums->expanded ? sums->expanded : NULL;
}

/* Why libarchive has just failed. It does not always say that there was no memory: errno was 0 before the call. */
static int error_of(const struct reader *reader)
{
    int error = errno;

    return reader->error ? reader->error
           : error == ENOMEM || reader->lib->archive_errno(reader->archive) == ENOMEM ? -ENOMEM
                                                                                      : -EBADMSG;
}

/* `sum`: NULL, or what is made of all bytes, if something says what it should be. */
static int open_reader(struct packed *p, uint64_t at, struct sum *sum, struct reader **ret)
{
    const struct libarchive *lib = libarchive();
    struct reader           *reader = lib ? malloc(sizeof *reader) : NULL;

    if (!reader)
        return lib ? input_fault(-ENOMEM) : -ELIBACC;
    reader->lib = lib;
    reader->archive = lib->archive_read_new();
    reader->entry = reader->archive ? lib->archive_entry_new2(reader->archive) : NULL;
    reader->packed = p;
    reader->at = reader->begin = p->seekable ? at : 0;
    reader->out = reader->broken = 0;
    reader->error = 0;
    reader->outer = NULL;
    reader->expands = !p->seekable && !p->outer;
    reader->sum = NULL;
    int r = reader->entry ? 0 : input_fault(-ENOMEM);
    if (r == 0 && p->outer)
        r = packed_stream(p->outer, p->outer_node, &reader->outer);
    if (r == 0 && sum && (sum->wanted = wanted_sum(p, reader))) {
        SHA256Init(&sum->context);
        reader->sum = &sum->context;
    }
    if (r == 0 && reader->expands)
        r = stream_open_from(&(struct stream_from){packed_bytes, close_nothing, reader},
                             &reader->outer);
    if (r == 0 && reader->expands)
        stream_any_window(reader->outer); /* the user named it */
    if (r < 0) {
        packed_close_reader(reader);
        return r;
    }
    if (!support(lib, reader->archive, p) ||
        lib->archive_read_set_callback_data(reader->archive, reader) != ARCHIVE_OK) {
        packed_close_reader(reader);
        return input_fault(-ENOMEM);
    }
    lib->archive_read_set_read_callback(reader->archive, read_block);
    lib->archive_read_set_skip_callback(reader->archive, skip_bytes);
    errno = 0;
    if (lib->archive_read_open1(reader->archive) != ARCHIVE_OK) {
        r = error_of(reader);
        packed_close_reader(reader);
        return r;
    }
    *ret = reader;
    return 0;
}

int packed_reader(struct packed *p, uint64_t at, struct reader **ret)
{
    return open_reader(p, at, NULL, ret);
}

void packed_close_reader(struct reader *reader)
{
    reader->lib->archive_entry_free(reader->entry);
    reader->lib->archive_read_free(reader->archive);
    stream_close(reader->outer);
    free(reader);
}

static bool is_bomb(const struct reader *reader)
{
    uint64_t in = reader->at - reader->begin + 1;

    return reader->out > STREAM_EXPANSION_FREE &&
           (reader->out - STREAM_EXPANSION_FREE) / STREAM_EXPANSION_RATIO > in;
}

ssize_t packed_reader_bytes(struct reader *reader, void *data, size_t size)
{
    errno = 0;
    la_ssize_t n = reader->lib->archive_read_data(reader->archive, data, size);

    if (n < 0)
        return error_of(reader);
    reader->out += (uint64_t)n;
    return is_bomb(reader) ? -EFBIG : (ssize_t)n;
}

/* Pass over the rest of an entry whose bytes must be expanded for it. */
static int pass_over(struct reader *reader)
{
    char    data[16384];
    ssize_t n;

    if (reader->packed->seekable)
        return 0;
    while ((n = packed_reader_bytes(reader, data, sizeof data)) > 0)
        ;
    return (int)n;
}

/* The next header that can be read: of a tar, those after a damaged one are searched for block by block. */
static int next_header(struct reader *reader, struct archive_entry **ret)
{
    errno = 0;
    int rc = reader->lib->archive_read_next_header2(reader->archive, reader->entry);

    *ret = reader->entry;
    if (rc != ARCHIVE_RETRY)
        return rc;
    reader->broken++;
    while (rc == ARCHIVE_RETRY && !input_interrupted())
        rc = reader->lib->archive_read_next_header2(reader->archive, reader->entry);
    return rc;
}

int packed_reader_next(struct reader *reader, struct archive_entry **ret, uint64_t *ret_at)
{
    int r = reader->out || reader->lib->archive_file_count(reader->archive) ? pass_over(reader) : 0;

    if (r < 0)
        return r;
    if (!reader->packed->seekable)
        reader->out = 0;
    int rc = next_header(reader, ret);
    reader->out = 0;
    if (rc == ARCHIVE_EOF)
        return 0;
    if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
        return error_of(reader);
    *ret_at = (uint64_t)reader->lib->archive_read_header_position(reader->archive) + reader->begin;
    return 1;
}

/* Walking --------------------------------------------------------------------------- */

static const char *text_of(const char *utf8, const char *other)
{
    return utf8 ? utf8 : other;
}

static struct found_member member_of(const struct libarchive *lib, struct archive_entry *entry,
                                     uint64_t at)
{
    const char *link =
        text_of(lib->archive_entry_symlink_utf8(entry), lib->archive_entry_symlink(entry));
    const char *hard =
        text_of(lib->archive_entry_hardlink_utf8(entry), lib->archive_entry_hardlink(entry));

    return (struct found_member){
        .name =
            text_of(lib->archive_entry_pathname_utf8(entry), lib->archive_entry_pathname(entry)),
        .link = lib->archive_entry_filetype(entry) == AE_IFLNK ? link : NULL,
        .same_as = hard,
        .mode =
            (uint32_t)lib->archive_entry_filetype(entry) | (uint32_t)lib->archive_entry_perm(entry),
        .uid = (uint32_t)lib->archive_entry_uid(entry),
        .gid = (uint32_t)lib->archive_entry_gid(entry),
        .encrypted = lib->archive_entry_is_data_encrypted(entry),
        .size = lib->archive_entry_size(entry),
        .mtime = lib->archive_entry_mtime(entry),
        .at = at};
}

/* Keep the content of a small member of a compressed tar: to come to it again costs to expand all that
 * is before it. */
static int keep_content(struct packed *p, struct reader *reader, uint32_t i)
{
    size_t size = (size_t)p->nodes[i].size;

    if (p->seekable || !S_ISREG(p->nodes[i].mode) || p->nodes[i].size > KEPT_FILE ||
        p->kept >= p->room_kept || p->nodes[i].encrypted)
        return 0;
    int     room = LZ4_compressBound((int)size);
    char   *data = malloc(size + 1), *block = malloc((size_t)room);
    ssize_t n = data && block ? packed_reader_bytes(reader, data, size) : input_fault(-ENOMEM);
    if (n >= 0 && (size_t)n == size) {
        size_t packed = (size_t)LZ4_compress_default(data, block, (int)size, room);
        void  *kept = arena_alloc(&p->names, packed);
        n = p->names.failed ? -ENOMEM : 0;
        if (kept) {
            memcpy(kept, block, packed);
            p->nodes[i].kept = kept;
            p->nodes[i].n_kept = (uint32_t)packed;
            p->kept += packed;
        }
    }
    free(data);
    free(block);
    return n < 0 ? (int)n : 0;
}

/* Read on for the sum alone: bytes, 0 at the end, or a negative errno. */
static ssize_t read_on(struct reader *reader)
{
    const void *data;

    if (reader->expands)
        return packed_bytes(reader, reader->block, BLOCK);
    ssize_t n = next_bytes(reader, &data);
    reader->at += n > 0 ? (uint64_t)n : 0;
    return n;
}

/* Read what is left, and compare. */
static void compare_sum(struct packed *p, struct reader *reader, const char *wanted)
{
    char    sum[SHA256_DIGEST_STRING_LENGTH];
    ssize_t n;

    while ((n = read_on(reader)) > 0)
        ;
    SHA256End(reader->sum, sum);
    p->altered = n == 0 && strcasecmp(sum, wanted) != 0;
}

static int add_members(struct packed *p, struct reader *reader)
{
    struct archive_entry *entry;
    uint64_t              at, number = 0;
    uint32_t              node;
    int                   r;

    while ((r = packed_reader_next(reader, &entry, &at)) > 0) {
        struct found_member m = member_of(reader->lib, entry, p->seekable ? at : number);
        number++;
        if (!m.name) {
            p->lost[PACKED_NAME]++;
            continue;
        }
        r = packed_add(p, &m, &node);
        if (r == 0 && node)
            r = keep_content(p, reader, node);
        if (r < 0 || input_interrupted())
            return r < 0 ? r : -ECANCELED;
    }
    return r;
}

int packed_index_walk(struct packed *p)
{
    struct reader *reader;
    struct sum     sum = {.wanted = NULL};
    int            r = open_reader(p, 0, &sum, &reader);

    if (r < 0)
        return r;
    r = add_members(p, reader);
    p->lost[PACKED_HEADER] = reader->broken;
    if (reader->broken)
        p->error = -EBADMSG;
    if (sum.wanted && r == 0)
        compare_sum(p, reader, sum.wanted);
    packed_close_reader(reader);
    return r;
}

/* Content --------------------------------------------------------------------------- */

static int check(const struct node *node)
{
    if (S_ISDIR(node->mode))
        return -EISDIR;
    return !S_ISREG(node->mode) ? -EINVAL : node->encrypted ? -ENOKEY : 0;
}

/* A reader at the content of a member. */
static int reach(struct packed *p, const struct node *node, struct reader **ret)
{
    struct archive_entry *entry;
    struct reader        *reader;
    uint64_t              at;
    int                   r = p->zip ? packed_zip_method(p, node->at) : 0;

    if (r == 0)
        r = packed_reader(p, node->at, &reader);
    if (r < 0)
        return r;
    uint64_t passed = p->seekable ? 0 : node->at;
    do
        r = packed_reader_next(reader, &entry, &at);
    while (r > 0 && passed-- && !input_interrupted());
    if (r > 0 && reader->lib->archive_entry_is_data_encrypted(entry))
        r = -ENOKEY;
    if (r <= 0) {
        packed_close_reader(reader);
        return r < 0 ? r : -EBADMSG;
    }
    *ret = reader;
    return 0;
}

static ssize_t stream_bytes(void *data, void *out, size_t size)
{
    return packed_reader_bytes(data, out, size);
}

static void stream_end(void *data)
{
    struct reader *reader = data;
    struct packed *p = reader->packed;

    packed_close_reader(reader);
    packed_unref(p);
}

/* Content that the walk kept. */
struct kept {
    size_t at, size;
    char   data[];
};

static ssize_t kept_bytes(void *data, void *out, size_t size)
{
    struct kept *kept = data;
    size_t       left = kept->size - kept->at, n = size < left ? size : left;

    memcpy(out, kept->data + kept->at, n);
    kept->at += n;
    return (ssize_t)n;
}

static int read_kept(const struct node *node, void *data, size_t size)
{
    int n = LZ4_decompress_safe(node->kept, data, (int)node->n_kept, (int)size);

    return n < 0 || (size_t)n != size ? -EBADMSG : 0;
}

static int open_kept(const struct node *node, struct stream **ret)
{
    size_t       size = (size_t)node->size;
    struct kept *kept = malloc(sizeof *kept + size);

    if (!kept)
        return input_fault(-ENOMEM);
    kept->at = 0;
    kept->size = size;
    int r = read_kept(node, kept->data, size);
    if (r < 0) {
        free(kept);
        return r;
    }
    return stream_open_from(&(struct stream_from){kept_bytes, free, kept}, ret);
}

/* What has the content of a node: the archive, or a layer of an image. */
static struct packed *holder_of(struct packed *p, const struct node *node)
{
    return p->n_layers ? p->layers[node->layer] : p;
}

int packed_section(struct packed *p, uint32_t i, uint64_t *ret)
{
    const struct node *node = &p->nodes[i];
    struct reader     *reader;

    if (p->zip || !p->seekable || p->outer || p->n_layers)
        return -ESPIPE;
    int r = check(node);
    if (r == 0)
        r = reach(p, node, &reader);
    if (r < 0)
        return r;
    *ret =
        p->begin + reader->begin + (uint64_t)reader->lib->archive_filter_bytes(reader->archive, 0);
    packed_close_reader(reader);
    return 0;
}

int packed_stream(struct packed *p, uint32_t i, struct stream **ret)
{
    const struct node *node = &p->nodes[i];
    struct reader     *reader;

    int r = check(node);
    if (r < 0)
        return r;
    if (node->kept)
        return open_kept(node, ret);
    p = holder_of(p, node);
    r = reach(p, node, &reader);
    if (r < 0)
        return r;
    packed_ref(p);
    return stream_open_from(&(struct stream_from){stream_bytes, stream_end, reader}, ret);
}

int packed_read(struct packed *p, uint32_t i, void *data, size_t size)
{
    const struct node *node = &p->nodes[i];
    struct reader     *reader;

    int r = S_ISLNK(node->mode) ? 0 : check(node);
    if (r < 0)
        return r;
    if (node->kept)
        return read_kept(node, data, size);
    r = reach(holder_of(p, node), node, &reader);
    if (r < 0)
        return r;
    ssize_t n = packed_reader_bytes(reader, data, size);
    packed_close_reader(reader);
    return n < 0 ? (int)n : (size_t)n < size ? -EBADMSG : 0;
}
