/* event_text.h -- the events of a stream of text, as `wevtutil qe LOG /f:text` writes them, one at a time.
 *
 *     Event[0]:
 *       Log Name: System
 *       Source: Service Control Manager
 *       Date: 2023-11-14T22:13:20.000
 *       Event ID: 7036
 *       ...
 *       Description:
 *     The Print Spooler service entered the stopped state.
 *
 * The description goes on to the next "Event[N]". Newer versions write no colon after the bracket. The values of an
 * event are in its description alone; there is no number of its record. What another language calls the lines is
 * not known: such an event is counted as bad.
 */
#ifndef SVCQL_EVENT_TEXT_H
#define SVCQL_EVENT_TEXT_H

#include "formats/text/buffer.h"

#define EVENT_TEXT_MAX    (1u << 20) /* bytes of an event; longer ones are counted and left out */
#define EVENT_TEXT_FIELDS 24

struct event_text {
    size_t      n; /* fields of the event just completed, until the next call */
    const char *names[EVENT_TEXT_FIELDS], *values[EVENT_TEXT_FIELDS];
    uint64_t    at;  /* where in the stream it began, in bytes */
    uint64_t    bad; /* events that are too long or cut, and lines outside events */

    struct buffer text; /* of the event being read, with its first line */
    struct buffer line; /* being read */
    uint64_t      read, begin, next;
    bool          open, complete, too_long, skips;
};

/* Whether the first bytes of a file, as UTF-8, are of such text. */
bool event_text_is(const char *text, size_t size);

/* Take bytes from *data, up to the end of an event: 1 when one is complete, 0 when all are taken, -ENOMEM. */
int event_text_feed(struct event_text *events, const char **data, size_t *size);

/* The stream has ended: 1 if that completes an event. */
int event_text_end(struct event_text *events);

void event_text_free(struct event_text *events);

#endif
