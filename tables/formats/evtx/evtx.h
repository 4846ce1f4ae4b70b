/* evtx.h -- read Windows event logs (.evtx), intact, dirty or damaged.
 *
 * A log is a header of 4 KiB and chunks of 64 KiB, each of which can be read alone. The caller
 * brings the chunks, one at a time, in memory of its own; the reader does no I/O:
 *
 *     evtx_reader_new(&reader);
 *     for each chunk of EVTX_CHUNK_SIZE bytes (short ones padded with zeros)
 *         evtx_load(reader, bytes, &chunk);
 *         while ((r = evtx_next(reader, &record)) > 0)
 *             if (evtx_decode(reader, &record, &event) == 0)
 *                 ... event.system[EVTX_EVENT_ID], event.pairs ...
 *     evtx_reader_free(reader);
 *
 * evtx_decode() renders nothing: what it returns are references to bytes of the chunk, typed as the
 * log types them, for evtx_value_text() and its sisters to turn into text. A template is compiled
 * once a chunk, to the list of what each of its fields is made of; a record then costs a walk along
 * that list.
 *
 * Everything may be forged. Sizes, offsets, counts, depths and the sum of what one chunk can make
 * the reader do are bounded, so a chunk costs at most some tens of milliseconds and a few MiB.
 *
 * Format: libyal/libevtx, documentation, "Windows XML Event Log (EVTX)"; [MS-EVEN6] 2.2.12 for
 * BinXML.
 */
#ifndef SVCQL_EVTX_H
#define SVCQL_EVTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

#define EVTX_HEADER_SIZE 4096u /* bytes of the file's header block */
#define EVTX_CHUNK_SIZE  65536u
#define EVTX_PAIRS_MAX   4096u      /* data pairs of a record */
#define EVTX_WORK_MAX    (2u << 20) /* steps and value bytes that one chunk may cause */
#define EVTX_XML_MAX     (4u << 20) /* bytes of XML of a record */

/* File header --------------------------------------------------------------- */

struct evtx_header {
    uint64_t first_chunk, last_chunk; /* numbers from 0: of the oldest and the one written last */
    uint64_t next_record;             /* number the next record would get */
    unsigned major, minor;
    unsigned n_chunks; /* as the header says: wrong in a log that was not closed */
    bool     dirty, full;
    bool     intact; /* its checksum is right */
};

/* -EBADMSG where the bytes are not the beginning of an event log. */
int evtx_header_parse(const uint8_t *data, size_t size, struct evtx_header *ret);

/* Offset of the first chunk that begins at or after `from`, wherever it is; `size` if none. */
size_t evtx_find_chunk(const uint8_t *data, size_t size, size_t from);

/* Chunks and records ---------------------------------------------------------- */

struct evtx_chunk {
    uint64_t first_record, last_record; /* record identifiers, as the header says */
    uint32_t last_at;                   /* offset of the last record */
    uint32_t free_at;                   /* offset of the free space */
    bool     header_intact;             /* the checksum of the header is right */
};

/* -EBADMSG where the bytes (at least 512) are not a chunk. */
int evtx_chunk_parse(const uint8_t *data, size_t size, struct evtx_chunk *ret);

/* Whether the checksum over a whole chunk's records holds. */
bool evtx_chunk_intact(const uint8_t chunk[EVTX_CHUNK_SIZE]);

struct evtx_record {
    uint64_t id;      /* EventRecordID, as the record's header says */
    uint64_t written; /* FILETIME */
    uint32_t at;      /* offset of the record in its chunk */
    uint32_t size;
    bool     stray;  /* found by its signature, in slack, after damage or inside another record */
    bool     carved; /* the same, or of a chunk off the file's grid */
};

/* Read the fixed part of the record at `at`; -EBADMSG where there is none. */
int evtx_record_parse(const uint8_t *chunk, size_t size, size_t at, struct evtx_record *ret);

/* Values ---------------------------------------------------------------------- */

/* [MS-EVEN6] 2.2.12, BinXmlValueType; with EVTX_ARRAY, a row of them. */
enum evtx_type {
    EVTX_NULL = 0x00,
    EVTX_STRING = 0x01, /* UTF-16LE */
    EVTX_ANSI = 0x02,
    EVTX_INT8 = 0x03,
    EVTX_UINT8 = 0x04,
    EVTX_INT16 = 0x05,
    EVTX_UINT16 = 0x06,
    EVTX_INT32 = 0x07,
    EVTX_UINT32 = 0x08,
    EVTX_INT64 = 0x09,
    EVTX_UINT64 = 0x0a,
    EVTX_REAL32 = 0x0b,
    EVTX_REAL64 = 0x0c,
    EVTX_BOOL = 0x0d,
    EVTX_BINARY = 0x0e,
    EVTX_GUID = 0x0f,
    EVTX_SIZE = 0x10,
    EVTX_FILETIME = 0x11,
    EVTX_SYSTEMTIME = 0x12,
    EVTX_SID = 0x13,
    EVTX_HEX32 = 0x14,
    EVTX_HEX64 = 0x15,
    EVTX_XML = 0x21,  /* nested BinXML */
    EVTX_UTF8 = 0x40, /* of this reader: text put together from several parts */
    EVTX_ARRAY = 0x80
};

struct evtx_value {
    const uint8_t *data; /* in the chunk or the reader; NULL: the record has no such value */
    uint32_t       size; /* bytes */
    uint8_t        type; /* enum evtx_type */
};

/* Append the value as Event Viewer shows it: decimal numbers, 0x1f for the hexadecimal types,
 * {GUID}, S-1-5-18, 2026-11-24T10:00:00.1234567Z, upper-case digits for bytes, arrays with commas.
 * A NUL inside a text becomes U+FFFD, those at its end are dropped. */
void evtx_value_text(const struct evtx_value *value, struct buffer *text);

/* Append it as JSON: null, a string with that text or, of an array, a list of such strings. */
void evtx_value_json(const struct evtx_value *value, struct buffer *text);

/* An integer of any type, or a text that spells one. False where it is none. */
bool evtx_value_int(const struct evtx_value *value, int64_t *ret);

/* Seconds since the epoch of a FILETIME, SYSTEMTIME or ISO 8601 text; NAN where it is none. */
double evtx_value_time(const struct evtx_value *value);

double evtx_filetime(uint64_t filetime); /* seconds since the epoch; NAN beyond year 30828 */

/* Visit the elements of a value: itself, or those of an array. `*at` starts at 0. */
bool evtx_value_each(const struct evtx_value *value, uint32_t *at, struct evtx_value *ret);

/* Events ---------------------------------------------------------------------- */

/* The fields of Event/System: element, and attribute or the element's text. */
#define EVTX_SYSTEM_FIELDS(X)                                                                      \
    X(PROVIDER_NAME, "Provider", "Name")                                                           \
    X(PROVIDER_GUID, "Provider", "Guid")                                                           \
    X(EVENT_SOURCE, "Provider", "EventSourceName")                                                 \
    X(EVENT_ID, "EventID", NULL)                                                                   \
    X(QUALIFIERS, "EventID", "Qualifiers")                                                         \
    X(VERSION, "Version", NULL)                                                                    \
    X(LEVEL, "Level", NULL)                                                                        \
    X(TASK, "Task", NULL)                                                                          \
    X(OPCODE, "Opcode", NULL)                                                                      \
    X(KEYWORDS, "Keywords", NULL)                                                                  \
    X(TIME_CREATED, "TimeCreated", "SystemTime")                                                   \
    X(RECORD_ID, "EventRecordID", NULL)                                                            \
    X(ACTIVITY_ID, "Correlation", "ActivityID")                                                    \
    X(RELATED_ACTIVITY_ID, "Correlation", "RelatedActivityID")                                     \
    X(PROCESS_ID, "Execution", "ProcessID")                                                        \
    X(THREAD_ID, "Execution", "ThreadID")                                                          \
    X(CHANNEL, "Channel", NULL)                                                                    \
    X(COMPUTER, "Computer", NULL)                                                                  \
    X(USER_ID, "Security", "UserID")

enum evtx_field {
#define EVTX_FIELD_ENUM(id, element, attribute) EVTX_##id,
    EVTX_SYSTEM_FIELDS(EVTX_FIELD_ENUM)
#undef EVTX_FIELD_ENUM
        EVTX_FIELD_COUNT
};

/* One name and value of EventData, UserData or a section of another name. */
struct evtx_pair {
    struct evtx_value name;  /* text; data NULL: the value has none */
    struct evtx_value value; /* EVTX_NULL: the record gives none */
    uint32_t number; /* of a nameless value its place from 1; of a repeated name 2, 3, … */
};

struct evtx_event {
    struct evtx_value       system[EVTX_FIELD_COUNT];
    struct evtx_value       message; /* RenderingInfo/Message of a forwarded event */
    const struct evtx_pair *pairs;   /* valid until the next call of the reader */
    size_t                  n_pairs;
    bool                    forwarded; /* written out in full, without a template */
};

/* The name under which a pair goes into JSON: its own, "name#2" for the second value of a name,
 * "param1" where it has none. Without quotes, escaped. */
void evtx_pair_name(const struct evtx_pair *pair, struct buffer *text);

/* {"name":"value",…} of all pairs. */
void evtx_pairs_json(const struct evtx_event *event, struct buffer *text);

/* Reader ---------------------------------------------------------------------- */

struct evtx_reader;

int  evtx_reader_new(struct evtx_reader **ret); /* -ENOMEM */
void evtx_reader_free(struct evtx_reader *reader);

/* Begin a chunk of EVTX_CHUNK_SIZE bytes, which must stay until the next evtx_load(). `loose` says
 * that it was off the file's grid: all its records count as carved. -EBADMSG: not a chunk. */
int evtx_load(struct evtx_reader *reader, const uint8_t *chunk, bool loose, struct evtx_chunk *ret);

/* The next record: those of the chain, then those found by signature in what is left. 1, or 0 at
 * the end. */
int evtx_next(struct evtx_reader *reader, struct evtx_record *ret);

/* Bytes that the chain of records should hold and that could not be read as one, so far. */
size_t evtx_lost(const struct evtx_reader *reader);

/* Resolve a record that evtx_next() gave. -EBADMSG: damaged; -ESTALE: its template was overwritten;
 * -EFBIG: over a cap; -ENOMEM. */
int evtx_decode(struct evtx_reader *reader, const struct evtx_record *record,
                struct evtx_event *ret);

/* Append the record as XML. Errors as evtx_decode(). */
int evtx_xml(struct evtx_reader *reader, const struct evtx_record *record, struct buffer *xml);

/* The same without a reader: `work` is what the chunk has cost so far, of EVTX_WORK_MAX. */
int evtx_write_xml(const uint8_t *chunk, uint32_t *work, const struct evtx_record *record,
                   struct buffer *xml);

#endif
