#include "formats/log/stream.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "harness.h"

/* A descriptor that reads as these bytes. */
static int descriptor(const void *data, size_t size)
{
    int fd = memfd_create("stream", MFD_CLOEXEC);

    ck_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    ck_assert(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

static size_t gzip(const void *data, size_t size, uint8_t *out, size_t room)
{
    z_stream z = {.next_in = (void *)(uintptr_t)data,
                  .avail_in = (uInt)size,
                  .next_out = out,
                  .avail_out = (uInt)room};

    ck_assert(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    ck_assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

/* All lines, each ended by '|', and how the stream ended. */
static char *lines_of(const void *data, size_t size, int *ret_end)
{
    static char    text[1 << 16];
    struct stream *s = NULL;
    char          *line;
    size_t         length, at = 0;

    ck_assert_int_eq(stream_open(descriptor(data, size), &s), 0);
    while ((*ret_end = stream_line(s, &line, &length)) > 0) {
        ck_assert(line[length] == '\0' && at + length + 2 < sizeof text);
        memcpy(text + at, line, length);
        at += length;
        text[at++] = '|';
    }
    text[at] = '\0';
    stream_close(s);
    return text;
}

START_TEST(plain_lines_and_a_last_one_without_newline)
{
    int end;

    ck_assert_str_eq(lines_of("one\ntwo\r\n\nlast", 14, &end), "one|two\r||last|");
    ck_assert_int_eq(end, 0);
    ck_assert_str_eq(lines_of("", 0, &end), "");
    ck_assert_int_eq(end, 0);
}
END_TEST

START_TEST(gzip_members_follow_each_other)
{
    uint8_t packed[256];
    int     end;
    size_t  n = gzip("one\ntw", 6, packed, sizeof packed);

    n += gzip("o\nthree\n", 8, packed + n, sizeof packed - n);
    memset(packed + n, 0, 16);
    ck_assert_str_eq(lines_of(packed, n + 16, &end), "one|two|three|");
    ck_assert_int_eq(end, 0);
}
END_TEST

START_TEST(garbage_after_a_member_is_an_error)
{
    uint8_t packed[256];
    int     end;
    size_t  n = gzip("one\n", 4, packed, sizeof packed);

    packed[n] = 'x';
    ck_assert_str_eq(lines_of(packed, n + 1, &end), "one|");
    ck_assert_int_eq(end, -EBADMSG);
}
END_TEST

START_TEST(zstandard_frames_follow_each_other)
{
    uint8_t packed[512];
    int     end;
    size_t  n = ZSTD_compress(packed, sizeof packed, "one\ntw", 6, 3);

    n += ZSTD_compress(packed + n, sizeof packed - n, "o\n", 2, 3);
    ck_assert_str_eq(lines_of(packed, n, &end), "one|two|");
    ck_assert_int_eq(end, 0);
}
END_TEST

START_TEST(xz_members_follow_each_other)
{
    uint8_t packed[512];
    size_t  n = 0;
    int     end;

    ck_assert_int_eq(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)"one\ntw",
                                             6, packed, &n, sizeof packed),
                     LZMA_OK);
    ck_assert_int_eq(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)"o\n", 2,
                                             packed, &n, sizeof packed),
                     LZMA_OK);
    ck_assert_str_eq(lines_of(packed, n, &end), "one|two|");
    ck_assert_int_eq(end, 0);
    ck_assert_str_eq(lines_of(packed, n - 4, &end), "one|two|");
    ck_assert_int_eq(end, -EBADMSG);
}
END_TEST

START_TEST(the_format_before_xz_is_read)
{
    uint8_t           packed[512];
    lzma_options_lzma options;
    lzma_stream       lzma = LZMA_STREAM_INIT;
    int               end;

    ck_assert(!lzma_lzma_preset(&options, 6));
    ck_assert_int_eq(lzma_alone_encoder(&lzma, &options), LZMA_OK);
    lzma.next_in = (const uint8_t *)"one\ntwo\n";
    lzma.avail_in = 8;
    lzma.next_out = packed;
    lzma.avail_out = sizeof packed;
    ck_assert_int_eq(lzma_code(&lzma, LZMA_FINISH), LZMA_STREAM_END);
    size_t n = sizeof packed - lzma.avail_out;
    lzma_end(&lzma);
    ck_assert_str_eq(lines_of(packed, n, &end), "one|two|");
    ck_assert_int_eq(end, 0);
    lines_of(packed, n - 4, &end);
    ck_assert_int_eq(end, -EBADMSG);
    ck_assert_str_eq(lines_of("]\0\0 is text, not a dictionary\n", 31, &end), "]");
    ck_assert_int_eq(end, 0);
}
END_TEST

static size_t bzip2(const char *text, char *out, unsigned room)
{
    ck_assert_int_eq(BZ2_bzBuffToBuffCompress(out, &room, (char *)(uintptr_t)text,
                                              (unsigned)strlen(text), 1, 0, 0),
                     BZ_OK);
    return room;
}

START_TEST(bzip2_members_follow_each_other)
{
    char   packed[512];
    int    end;
    size_t n = bzip2("one\ntw", packed, sizeof packed);

    n += bzip2("", packed + n, (unsigned)(sizeof packed - n));
    n += bzip2("o\n", packed + n, (unsigned)(sizeof packed - n));
    ck_assert_str_eq(lines_of(packed, n, &end), "one|two|");
    ck_assert_int_eq(end, 0);
    ck_assert_str_eq(lines_of(packed, n - 4, &end), "one|two|");
    ck_assert_int_eq(end, -EBADMSG);
    ck_assert_str_eq(lines_of("BZh9 is text\n", 13, &end), "BZh9 is text|");
    ck_assert_int_eq(end, 0);
}
END_TEST

START_TEST(lz4_frames_follow_each_other)
{
    char   packed[512];
    int    end;
    size_t n = LZ4F_compressFrame(packed, sizeof packed, "one\ntw", 6, NULL);

    n += LZ4F_compressFrame(packed + n, sizeof packed - n, "o\n", 2, NULL);
    ck_assert_str_eq(lines_of(packed, n, &end), "one|two|");
    ck_assert_int_eq(end, 0);
    ck_assert_str_eq(lines_of(packed, n - 4, &end), "one|two|");
    ck_assert_int_eq(end, -EBADMSG);
}
END_TEST

/* Bytes that come one at a time, as from an archive. */
struct drip {
    const char *data;
    size_t      left;
    int         closed;
};

static ssize_t drip_read(void *data, void *out, size_t size)
{
    struct drip *drip = data;

    ck_assert_uint_gt(size, 0);
    if (!drip->left)
        return 0;
    *(char *)out = *drip->data++;
    drip->left--;
    return 1;
}

static void drip_close(void *data)
{
    ((struct drip *)data)->closed++;
}

START_TEST(what_is_not_a_file_streams_too)
{
    uint8_t        packed[256];
    struct drip    drip = {(const char *)packed, gzip("one\ntwo\n", 8, packed, sizeof packed), 0};
    struct stream *s;
    char          *line;
    size_t         size;

    ck_assert_int_eq(stream_open_from(&(struct stream_from){drip_read, drip_close, &drip}, &s), 0);
    ck_assert(stream_line(s, &line, &size) == 1 && strcmp(line, "one") == 0);
    ck_assert(stream_line(s, &line, &size) == 1 && strcmp(line, "two") == 0);
    ck_assert_int_eq(stream_line(s, &line, &size), 0);
    ck_assert_int_eq(stream_seek(s, 0), -ESPIPE);
    stream_close(s);
    ck_assert_int_eq(drip.closed, 1);
}
END_TEST

START_TEST(a_cut_file_gives_its_lines_and_then_an_error)
{
    static char    plain[40000];
    static uint8_t packed[80000];
    int            end;

    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = i % 80 == 79 ? '\n' : (char)('a' + rand() % 26);
    size_t n = gzip(plain, sizeof plain, packed, sizeof packed);
    char  *text = lines_of(packed, n / 2, &end);
    ck_assert_int_eq(end, -EBADMSG);
    /* How much is readable before the cut is a matter of zlib's version. */
    ck_assert_uint_gt(strlen(text), sizeof plain / 3);
    ck_assert(strncmp(text, plain, 79) == 0);

    n = ZSTD_compress(packed, sizeof packed, plain, sizeof plain, 3);
    lines_of(packed, n / 2, &end);
    ck_assert_int_eq(end, -EBADMSG);
}
END_TEST

START_TEST(an_overlong_line_is_cut_and_counted)
{
    size_t         size = 3 * (size_t)STREAM_LINE_MAX, length;
    char          *text = malloc(size), *line;
    struct stream *s;

    memset(text, 'x', size);
    memcpy(text, "before\n", 7);
    memcpy(text + size - 7, "\nafter\n", 7);
    ck_assert_int_eq(stream_open(descriptor(text, size), &s), 0);
    ck_assert_int_eq(stream_line(s, &line, &length), 1);
    ck_assert_str_eq(line, "before");
    ck_assert_int_eq(stream_line(s, &line, &length), 1);
    ck_assert_uint_eq(length, STREAM_LINE_MAX);
    ck_assert_uint_eq(stream_offset(s), 7);
    ck_assert_int_eq(stream_line(s, &line, &length), 1);
    ck_assert_str_eq(line, "after");
    ck_assert_uint_eq(stream_offset(s), size - 6);
    ck_assert_int_eq(stream_line(s, &line, &length), 0);
    ck_assert_uint_eq(stream_overlong(s), 1);
    stream_close(s);
    free(text);
}
END_TEST

START_TEST(lines_at_the_limit_are_whole)
{
    for (size_t extra = 0; extra < 2; extra++) {
        size_t         size = STREAM_LINE_MAX + extra, length;
        char          *text = malloc(size + 2), *line;
        struct stream *s;

        memset(text, 'x', size);
        memcpy(text + size, "\ny", 2);
        ck_assert_int_eq(stream_open(descriptor(text, size + 2), &s), 0);
        ck_assert_int_eq(stream_line(s, &line, &length), 1);
        ck_assert_uint_eq(length, STREAM_LINE_MAX);
        ck_assert_uint_eq(stream_overlong(s), extra);
        ck_assert_int_eq(stream_line(s, &line, &length), 1);
        ck_assert_str_eq(line, "y");
        stream_close(s);
        free(text);
    }
}
END_TEST

/* Bytes of an expansion that ends at the cap: n members of 8 MiB of zeros each. */
static void expect_cap(const uint8_t *member, size_t size, size_t n)
{
    uint8_t       *packed = malloc(n * size);
    struct stream *s;
    uint64_t       total = 0;
    char          *data;
    size_t         length;
    int            r;

    for (size_t i = 0; i < n; i++)
        memcpy(packed + i * size, member, size);
    ck_assert_int_eq(stream_open(descriptor(packed, n * size), &s), 0);
    while ((r = stream_block(s, &data, &length)) > 0)
        total += length;
    ck_assert_int_eq(r, -EFBIG);
    ck_assert_uint_le(total,
                      STREAM_EXPANSION_FREE + STREAM_EXPANSION_RATIO * n * size + (8u << 20));
    stream_close(s);
    free(packed);
}

START_TEST(a_bomb_stops_at_the_cap)
{
    size_t   size = 8u << 20, room = 1u << 16, n = 0;
    char    *zeros = calloc(1, size);
    uint8_t *packed = malloc(room);

    expect_cap(packed, gzip(zeros, size, packed, room), 150);
    expect_cap(packed, ZSTD_compress(packed, room, zeros, size, 3), 60);
    unsigned bytes = (unsigned)room;
    ck_assert_int_eq(
        BZ2_bzBuffToBuffCompress((char *)packed, &bytes, zeros, (unsigned)size, 9, 0, 0), BZ_OK);
    expect_cap(packed, bytes, 60);
    ck_assert_int_eq(
        lzma_easy_buffer_encode(1, LZMA_CHECK_NONE, NULL, (uint8_t *)zeros, size, packed, &n, room),
        LZMA_OK);
    expect_cap(packed, n, 60);
    /* LZ4 expands at most 255 times: its cap is beyond what a test should take. */
    free(packed);
    free(zeros);
}
END_TEST

/* 50 MiB in lines of 128 KiB, as small as they can be. */
#define WIDE_LINE  ((size_t)128 << 10)
#define WIDE_LINES 400

/* A frame of Zstandard (RFC 8878, 3.1.1) with a window of 1 << log bytes: of each of n lines a block that is one
 * byte, repeated, and one that is its end. */
static size_t wide_zstd(unsigned log, size_t n, uint8_t *out)
{
    uint8_t *at = out;

    memcpy(at, "\x28\xb5\x2f\xfd\0", 5);
    at[5] = (uint8_t)((log - 10) << 3);
    at += 6;
    for (size_t i = 0; i < n; i++) {
        uint32_t repeated = (uint32_t)(WIDE_LINE - 1) << 3 | 1 << 1;
        uint32_t whole = 1 << 3 | (i == n - 1);
        uint8_t  blocks[8] = {(uint8_t)repeated,
                              (uint8_t)(repeated >> 8),
                              (uint8_t)(repeated >> 16),
                              'x',
                              (uint8_t)whole,
                              0,
                              0,
                              '\n'};
        memcpy(at, blocks, sizeof blocks);
        at += sizeof blocks;
    }
    return (size_t)(at - out);
}

/* The same as xz, whose block's header says that it needs so much (The .xz File Format, 3.1): after the id and
 * the size of LZMA2's properties comes the dictionary's size, as 2 << (n / 2 + 11) for an even n; at the end
 * the sum of the header. */
static size_t wide_xz(unsigned log, size_t lines, uint8_t *out, size_t room)
{
    char  *text = malloc(lines * WIDE_LINE);
    size_t n = 0;

    memset(text, 'x', lines * WIDE_LINE);
    for (size_t i = 1; i <= lines; i++)
        text[i * WIDE_LINE - 1] = '\n';
    ck_assert_int_eq(lzma_easy_buffer_encode(0, LZMA_CHECK_NONE, NULL, (uint8_t *)text,
                                             lines * WIDE_LINE, out, &n, room),
                     LZMA_OK);
    free(text);
    uint8_t *header = out + LZMA_STREAM_HEADER_SIZE;
    size_t   size = 4 * (size_t)header[0];
    uint8_t *filter = memmem(header, size, "\x21\x01", 2);
    ck_assert_ptr_nonnull(filter);
    filter[2] = (uint8_t)((log - 12) * 2);
    uint32_t sum = lzma_crc32(header, size, 0);
    for (size_t i = 0; i < 4; i++)
        header[size + i] = (uint8_t)(sum >> 8 * i);
    return n;
}

/* How many lines there are, and how they end. */
static size_t count_lines(const uint8_t *packed, size_t size, bool any_window, int *ret_end)
{
    struct stream *s;
    char          *line;
    size_t         length, n = 0;

    ck_assert_int_eq(stream_open(descriptor(packed, size), &s), 0);
    if (any_window)
        stream_any_window(s);
    while ((*ret_end = stream_line(s, &line, &length)) > 0)
        n++;
    stream_close(s);
    return n;
}

/* Lines in a window of 1 << log bytes. */
static void expect_window(const uint8_t *packed, size_t size, unsigned log)
{
    const size_t        within = STREAM_WINDOW_MAX / WIDE_LINE;
    struct harness_cost before = harness_cost();
    int                 end;
    size_t              n = count_lines(packed, size, false, &end);

    harness_expect_cost(&before, "a window");
    if (1u << log <= STREAM_WINDOW_MAX) {
        ck_assert_uint_eq(n, WIDE_LINES);
        ck_assert_int_eq(end, 0);
    } else {
        ck_assert_msg(n > within && n <= within + 2, "%zu lines", n); /* as a block of them ends */
        ck_assert_int_eq(end, -ENOBUFS);
    }
    ck_assert_uint_eq(count_lines(packed, size, true, &end), WIDE_LINES);
    ck_assert_int_eq(end, 0);
}

START_TEST(a_large_window_is_read_as_far_as_its_memory)
{
    const size_t room = 1u << 20;
    uint8_t     *packed = malloc(room);
    int          end;

    expect_window(packed, wide_zstd(25, WIDE_LINES, packed), 25);
    expect_window(packed, wide_zstd(27, WIDE_LINES, packed), 27);
    ck_assert_uint_eq(count_lines(packed, wide_zstd(28, WIDE_LINES, packed), true, &end), 0);
    ck_assert_int_eq(end, -ENOBUFS);
    free(packed);
}
END_TEST

/* The memory of one that is large is not counted for those that follow. */
START_TEST(a_large_window_ends_with_its_member)
{
    const size_t room = 1u << 20;
    uint8_t     *packed = malloc(2 * room);
    int          end;

    size_t size = wide_zstd(27, 3, packed);
    size += wide_zstd(21, WIDE_LINES, packed + size);
    ck_assert_uint_eq(count_lines(packed, size, false, &end), 3 + WIDE_LINES);
    ck_assert_int_eq(end, 0);
    size = wide_xz(26, 3, packed, room);
    size += wide_xz(18, WIDE_LINES, packed + size, room);
    ck_assert_uint_eq(count_lines(packed, size, false, &end), 3 + WIDE_LINES);
    ck_assert_int_eq(end, 0);
    free(packed);
}
END_TEST

START_TEST(what_a_large_window_leaves_out_is_reported)
{
    const char *dir = harness_scratch();
    uint8_t    *packed = malloc(1u << 16);
    sqlite3    *db = harness_open();
    char        sql[4400];

    harness_write(dir, "audit.log.zst", packed, wide_zstd(27, WIDE_LINES, packed));
    free(packed);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM audit_events('%s/audit.log.zst')", dir);
    harness_expect(db, "0", sql);
    harness_expect(db,
                   "damaged|left out from here on: it takes too much memory to expand, as it was "
                   "compressed by xz -9 or zstd --long",
                   "SELECT status, detail FROM evidence_sources WHERE location LIKE '%%.zst'");
    harness_close(db);
}
END_TEST

START_TEST(a_large_dictionary_is_read_as_far_as_its_memory)
{
    const size_t room = 1u << 20;
    uint8_t     *packed = malloc(room);
    int          end;

    expect_window(packed, wide_xz(25, WIDE_LINES, packed, room), 25);
    expect_window(packed, wide_xz(26, WIDE_LINES, packed, room), 26);
    ck_assert_uint_eq(count_lines(packed, wide_xz(28, WIDE_LINES, packed, room), true, &end), 0);
    ck_assert_int_eq(end, -ENOBUFS);
    free(packed);
}
END_TEST

START_TEST(a_long_text_keeps_its_lines_and_offsets)
{
    size_t         lines = 200000, size = 0, length;
    char          *text = malloc(lines * 12), *line;
    uint8_t       *packed = malloc(lines * 12);
    struct stream *s;

    for (size_t i = 0; i < lines; i++)
        size += (size_t)sprintf(text + size, "%zu\n", i);
    size_t n = gzip(text, size, packed, lines * 12);
    ck_assert_int_eq(stream_open(descriptor(packed, n), &s), 0);
    for (size_t i = 0, offset = 0; i < lines; i++, offset += length + 1) {
        ck_assert(stream_line(s, &line, &length) == 1 && strtoul(line, NULL, 10) == i);
        ck_assert_uint_eq(stream_offset(s), offset);
    }
    ck_assert_int_eq(stream_line(s, &line, &length), 0);
    ck_assert(!stream_plain(s) && stream_seek(s, 0) == -ESPIPE);
    stream_close(s);
    free(packed);
    free(text);
}
END_TEST

START_TEST(seeking_goes_on_at_the_byte)
{
    struct stream *s;
    char          *line;
    size_t         length;

    ck_assert_int_eq(stream_open(descriptor("one\ntwo\nthree\n", 14), &s), 0);
    ck_assert_int_eq(stream_line(s, &line, &length), 1);
    ck_assert(stream_plain(s));
    ck_assert_int_eq(stream_seek(s, 8), 0);
    ck_assert_int_eq(stream_line(s, &line, &length), 1);
    ck_assert_str_eq(line, "three");
    ck_assert_uint_eq(stream_offset(s), 8);
    stream_close(s);
}
END_TEST

START_TEST(what_cannot_be_expanded_says_so)
{
    struct stream *s = NULL;

    static const char *const begun[] = {"BZh91AY&SY", "\x1f\x8b\x08", "\x04\x22\x4d\x18"};
    char                    *line;
    size_t                   length;

    for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
        ck_assert_int_eq(stream_open(descriptor(begun[i], strlen(begun[i])), &s), 0);
        ck_assert_int_eq(stream_line(s, &line, &length), -EBADMSG);
        stream_close(s);
    }
}
END_TEST

Suite *make_stream_suite(void)
{
    Suite *suite = suite_create("stream");
    TCase *tc = tcase_create("stream");

    tcase_set_timeout(tc, 30); /* bombs expand to gigabytes, also below qemu-user */
    tcase_add_test(tc, plain_lines_and_a_last_one_without_newline);
    tcase_add_test(tc, gzip_members_follow_each_other);
    tcase_add_test(tc, garbage_after_a_member_is_an_error);
    tcase_add_test(tc, zstandard_frames_follow_each_other);
    tcase_add_test(tc, xz_members_follow_each_other);
    tcase_add_test(tc, bzip2_members_follow_each_other);
    tcase_add_test(tc, lz4_frames_follow_each_other);
    tcase_add_test(tc, the_format_before_xz_is_read);
    tcase_add_test(tc, what_is_not_a_file_streams_too);
    tcase_add_test(tc, a_cut_file_gives_its_lines_and_then_an_error);
    tcase_add_test(tc, an_overlong_line_is_cut_and_counted);
    tcase_add_test(tc, lines_at_the_limit_are_whole);
    tcase_add_test(tc, a_bomb_stops_at_the_cap);
    tcase_add_test(tc, a_large_window_is_read_as_far_as_its_memory);
    tcase_add_test(tc, a_large_window_ends_with_its_member);
    tcase_add_test(tc, what_a_large_window_leaves_out_is_reported);
    tcase_add_test(tc, a_large_dictionary_is_read_as_far_as_its_memory);
    tcase_add_test(tc, a_long_text_keeps_its_lines_and_offsets);
    tcase_add_test(tc, seeking_goes_on_at_the_byte);
    tcase_add_test(tc, what_cannot_be_expanded_says_so);
    suite_add_tcase(suite, tc);
    return suite;
}
