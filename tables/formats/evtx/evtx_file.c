/* evtx_file.c -- the containers of an event log: file header, chunks, records. */
#include <errno.h>
#include <zlib.h>

#include "binxml.h"

#define RECORDS_AT    512u /* bytes of a chunk's header and tables */
#define RECORD_MIN    28u  /* header of 24 bytes, and the size again */
#define RECORD_MAGIC  0x00002a2au
#define NO_CHECKSUMS  2u /* chunk flag: libevtx documentation, "Chunk flags" */
#define CHUNK_MAGIC   "ElfChnk"
#define FILE_MAGIC    "ElfFile"
#define FILE_MIN      128u
#define FILE_CHECKED  120u
#define CHUNK_CHECKED 120u

/* libevtx documentation, "File header". */
int evtx_header_parse(const uint8_t *data, size_t size, struct evtx_header *ret)
{
    if (size < FILE_MIN || memcmp(data, FILE_MAGIC, sizeof FILE_MAGIC) != 0)
        return -EBADMSG;
    *ret = (struct evtx_header){
        .first_chunk = le64(data + 8),
        .last_chunk = le64(data + 16),
        .next_record = le64(data + 24),
        .minor = le16(data + 36),
        .major = le16(data + 38),
        .n_chunks = le16(data + 42),
        .dirty = data[120] & 1,
        .full = data[120] & 2,
        .intact = crc32(0, data, FILE_CHECKED) == le32(data + 124),
    };
    return 0;
}

size_t evtx_find_chunk(const uint8_t *data, size_t size, size_t from)
{
    const uint8_t *p = from < size ? memmem(data + from, size - from, CHUNK_MAGIC, 8) : NULL;

    return p ? (size_t)(p - data) : size;
}

static bool header_intact(const uint8_t *chunk)
{
    uLong crc = crc32(0, chunk, CHUNK_CHECKED);

    return crc32(crc, chunk + 128, RECORDS_AT - 128) == le32(chunk + 124);
}

/* libevtx documentation, "Chunk header". */
int evtx_chunk_parse(const uint8_t *data, size_t size, struct evtx_chunk *ret)
{
    if (size < RECORDS_AT || memcmp(data, CHUNK_MAGIC, sizeof CHUNK_MAGIC) != 0)
        return -EBADMSG;
    *ret = (struct evtx_chunk){
        .first_record = le64(data + 24),
        .last_record = le64(data + 32),
        .last_at = le32(data + 44),
        .free_at = le32(data + 48),
        .header_intact = (le32(data + 120) & NO_CHECKSUMS) || header_intact(data),
    };
    if (ret->free_at < RECORDS_AT || ret->free_at > EVTX_CHUNK_SIZE)
        ret->free_at = EVTX_CHUNK_SIZE;
    return 0;
}

bool evtx_chunk_intact(const uint8_t chunk[EVTX_CHUNK_SIZE])
{
    uint32_t end = le32(chunk + 48);

    if (le32(chunk + 120) & NO_CHECKSUMS)
        return true;
    if (end < RECORDS_AT || end > EVTX_CHUNK_SIZE)
        return false;
    return crc32(0, chunk + RECORDS_AT, end - RECORDS_AT) == le32(chunk + 52);
}

/* libevtx documentation, "Event record". */
int evtx_record_parse(const uint8_t *chunk, size_t size, size_t at, struct evtx_record *ret)
{
    if (at > size || size - at < RECORD_MIN || le32(chunk + at) != RECORD_MAGIC)
        return -EBADMSG;
    uint32_t length = le32(chunk + at + 4);
    if (length < RECORD_MIN || length > size - at)
        return -EBADMSG;
    *ret = (struct evtx_record){
        .id = le64(chunk + at + 8),
        .written = le64(chunk + at + 16),
        .at = (uint32_t)at,
        .size = length,
    };
    return 0;
}
