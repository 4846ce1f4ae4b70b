/* plist.h -- Apple property lists, XML and binary, as one stream of events.
 *
 *     static int print_key(void *user, const struct plist_event *event)
 *     {
 *         if (event->type == PLIST_KEY)
 *             printf("%.*s\n", (int)event->size, event->text);
 *         return 0;
 *     }
 *     struct plist_error error;
 *     if (plist_parse(data, size, print_key, NULL, &error) < 0)
 *         puts(error.text);
 *
 * A dictionary arrives as BEGIN_DICT, then KEY and one value again and again, then END_DICT; an
 * array as BEGIN_ARRAY, values, END_ARRAY. The events before an error are the file's honest
 * beginning. Nothing is kept between calls and no more memory is taken than the longest text.
 *
 * XML: read by the rules of macOS's own reader, which are not those of XML: see plist_xml.c. Binary:
 * bplist00 to bplist0?. JSON and the OpenStep text form, which launchd does not load, are named and
 * not read.
 */
#ifndef SVCQL_PLIST_H
#define SVCQL_PLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

#define PLIST_SIZE_MAX  (64u << 20) /* bytes of a file */
#define PLIST_DEPTH_MAX 512         /* containers within containers, as macOS reads them */
#define PLIST_NODES_MAX (1u << 20)  /* events of one file */

enum plist_type {
    PLIST_BEGIN_DICT,
    PLIST_KEY,
    PLIST_END_DICT,
    PLIST_BEGIN_ARRAY, /* sets too, ordered or not */
    PLIST_END_ARRAY,
    PLIST_STRING,
    PLIST_INT,
    PLIST_REAL,
    PLIST_BOOL,
    PLIST_DATE,
    PLIST_DATA,
    PLIST_UID, /* of a keyed archive; in XML a dictionary with the one key CF$UID */
    PLIST_NULL,
};

struct plist_event {
    enum plist_type type;
    unsigned        depth; /* containers around it; a container's BEGIN and END have the same */
    const char     *text;  /* KEY, STRING: UTF-8, without a NUL after it. DATA: bytes. Good for the
                              call only. Binary strings may hold NULs */
    size_t          size;  /* bytes of text */
    int64_t         integer; /* INT, UID; BOOL as 0 or 1 */
    bool            above;   /* INT: the value is (uint64_t)integer, above INT64_MAX */
    double          real;    /* REAL; DATE in seconds since 1970, UTC */
};

/* Returns 0 to go on; anything else ends the parse, and is what plist_parse() returns. */
typedef int plist_handler(void *user, const struct plist_event *event);

struct plist_error {
    char text[120]; /* what is wrong and where: a line of XML, an object's number, a byte */
};

/* Hand every event of a file to `handle`. Returns 0, -EBADMSG for a malformed file, -EFBIG past a
 * cap, -ENOTSUP for a form that is not read, -ENOMEM, or what `handle` returned. With a negative
 * return `ret_error` (may be NULL) says why. */
int plist_parse(const uint8_t *data, size_t size, plist_handler *handle, void *user,
                struct plist_error *ret_error);

/* Whether bytes are of a property list, XML or binary: a guess, as anything may be before <plist>. */
bool plist_looks_like(const uint8_t *data, size_t size);

/* Whether bytes may be of a list in a form that is named and not read: JSON or OpenStep's dictionary. */
bool plist_is_unread(const uint8_t *data, size_t size);

/* A handler's tool: append one event to `json`, commas included; begin with an empty buffer or one
 * that ends in '[', '{', ',' or ':'. Dates are ISO 8601 text, data is base64 text, a UID is
 * {"CF$UID":n} as in XML, numbers that JSON cannot say are null. */
void plist_json(struct buffer *json, const struct plist_event *event);

/* Append bytes of a KEY or STRING as text that C may end: U+FFFD for NULs and broken sequences. */
void plist_text(struct buffer *out, const char *text, size_t size);

#endif
