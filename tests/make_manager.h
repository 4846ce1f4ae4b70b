/* make_manager.h -- a hostile service manager: what a user may put where his own should listen.
 */
#ifndef SVCQL_MAKE_MANAGER_H
#define SVCQL_MAKE_MANAGER_H

#include <sys/types.h>

enum lie {
    LIE_NONE,    /* two units, liar.service and liar.timer, of known properties */
    LIE_TYPES,   /* the same, with properties of types that they do not have */
    LIE_ERRORS,  /* the same, with an error for every property */
    LIE_HUGE,    /* the same, with a description of 8 MiB and an environment of 48 MiB */
    LIE_VANISH,  /* answers ListUnits and ends at the first question after it */
    LIE_GARBAGE, /* bytes that are not D-Bus */
    LIE_SILENCE, /* accepts, and sends nothing */
    LIE_FLOOD,   /* sends signals without end, and no answer */
    LIE_REJECTS, /* lets nobody in */
    LIE_DATA,    /* asks for more data in each line of the handshake, without end */
    LIE_LINE,    /* begins its answer with a line that does not end */
    LIE_REFUSES, /* lets in, and refuses each call with an error */
    LIE_SERIAL,  /* lets in, and answers calls that were not made */
    LIE_SIZES,   /* the same with messages that are longer than any may be */
};

/* Serve one connection after another on a socket at `path`, which ends in "/private", in a child
 * process that dies with its parent. Listening when it returns. */
pid_t make_manager(const char *path, enum lie lie);

#endif
