/* unit_text.h -- unit-file text, read as systemd of a version reads it (systemd.syntax(7) and the
 * behaviour of src/shared/conf-parser.c of 252, 257 and 262).
 *
 *     struct unit_text text;
 *     struct unit_assignment a;
 *     unit_text_open(&text, data, size, 257);
 *     while ((r = unit_text_next(&text, &a)) > 0)
 *         if (a.fault == UNIT_OK) printf("%u: [%s] %s=%s\n", a.line, a.section, a.key, a.value);
 *     unit_text_close(&text);
 *
 * What systemd passes over is reported too, as a fault, so that nothing is lost in silence; what
 * is after a fault that makes systemd refuse the file is still read and marked `unread`.
 * Lines end in \n, \r, NUL or the pairs and triples of them that systemd takes for one end.
 */
#ifndef SVCQL_UNIT_TEXT_H
#define SVCQL_UNIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/buffer.h"

#define UNIT_LINE_MAX                                                                              \
    (1u                                                                                            \
     << 20) /* bytes; a line, or its continuations together, must be shorter                    \
                */

enum unit_fault {
    UNIT_OK,
    UNIT_NO_SECTION, /* an assignment before the first header; systemd ignores the line */
    UNIT_NO_EQUALS,  /* no "="; ignored */
    UNIT_NO_KEY,     /* nothing before "="; ignored */
    UNIT_BAD_HEADER, /* "[" without "]" at the end, or quotes or brackets between them, and from 258
                        on nothing or another "["; from here on systemd gives the file up, */
    UNIT_NOT_UTF8,   /* here too, */
    UNIT_LONG_LINE,  /* and here */
};

/* What the fault is, for people; "" for UNIT_OK. */
const char *unit_fault_text(enum unit_fault fault);

/* Whether systemd reads no further. */
bool unit_fault_fatal(enum unit_fault fault);

struct unit_assignment {
    const char     *section; /* NULL before the first header */
    const char     *key;     /* NULL where there is a fault */
    const char     *value;   /* white space around it removed, specifiers kept; of a faulty line its
                             beginning, which need not be UTF-8 */
    unsigned        line;    /* where it begins, from 1 */
    enum unit_fault fault;
    bool            unread; /* is after a fatal fault */
};

struct unit_text {
    const char   *data;
    size_t        size, at;
    int           version;
    unsigned      line; /* lines read so far */
    bool          bom_seen, given_up, in_section;
    struct buffer text, section;
};

/* `data` must outlive the reader; a NUL need not follow it. `version` is systemd's; INT_MAX: the newest.
 */
void unit_text_open(struct unit_text *text, const char *data, size_t size, int version);

/* 1 and the next assignment or fault, whose strings live until the next call; 0 at the end;
 * -ENOMEM. */
int unit_text_next(struct unit_text *text, struct unit_assignment *ret);

void unit_text_close(struct unit_text *text);

#endif
