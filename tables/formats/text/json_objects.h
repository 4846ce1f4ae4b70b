/* json_objects.h -- take the objects out of a stream of JSON, or the events out of one of XML, one at
 * a time, with any text between.
 *
 *     struct json_objects objects = {0};
 *     for each block of the file
 *         while (json_objects_feed(&objects, &data, &size) > 0)
 *             ... objects.text.data, objects.text.size ...
 *     if (json_objects_end(&objects) > 0) ...
 *     json_objects_free(&objects);
 *
 * One object a line, objects over several lines, the elements of an array, also of one that is the
 * first member of an object, or its "hits" ({"hits": {"hits": [...]}}). An element <Event> is given up to
 * its end, over several lines too; declarations and <Events> around it are left out; another line that
 * begins with "<" is given as it is. An object that a line end cuts inside a string, or that another at
 * the very beginning of a line interrupts, is damaged, and so is an event that another interrupts: it is
 * counted, and the reading goes on with that one. An event whose beginning is lost counts too where another follows
 * it on the line. An array or <Events> that does not end was cut, and counts as one damaged object.
 */
#ifndef SVCQL_JSON_OBJECTS_H
#define SVCQL_JSON_OBJECTS_H

#include "buffer.h"

#define JSON_OBJECT_MAX                                                                            \
    (1u << 20) /* bytes of an object or event; longer ones are counted and skipped */

struct json_objects {
    struct buffer text; /* of the object just completed, until the next call */
    uint64_t      at;   /* where in the stream it began, in bytes */
    uint64_t
        bad; /* damaged objects, arrays and <Events> that do not end, and lines of other text */

    uint64_t read;    /* bytes taken from the stream so far */
    uint64_t garbage; /* bytes on this line that belong to no object */
    unsigned depth;
    size_t   tag;  /* where in `text` the last tag of an event begins */
    char     last; /* byte of the object that is no blank */
    bool     in_string, escaped, in_tag, in_event, in_line, complete, line_start, too_long;
    bool     after_event,
        headless; /* on this line; what follows is of an event that was counted as damaged */
    size_t arrays, roots; /* around the objects, and <Events> around events, that did not end yet */
    bool enveloped; /* the objects are elements of an array in an object, whose rest is left out */
};

/* Take bytes from *data, up to the end of an object: 1 when one is complete, 0 when all are taken,
 * -ENOMEM. */
int json_objects_feed(struct json_objects *objects, const char **data, size_t *size);

/* The stream has ended: 1 if that completes a line. */
int json_objects_end(struct json_objects *objects);

void json_objects_free(struct json_objects *objects);

#endif
