/* evaluate.h -- the attacks that `make evaluate` stages, and what became of each. */
#ifndef SVCQL_EVALUATE_H
#define SVCQL_EVALUATE_H

#include "make_evtx.h"

/* One trick. What it leaves is made on a host of its own, in one of these ways. */
struct attack {
    const char         *trick;
    const char         *script;    /* a line of shell, run as root on a booted systemd */
    const char         *files[16]; /* path, text, path, text, …, NULL: of a host's image */
    struct staged_event events[6]; /* an image of a Windows host whose logs hold these */
    void (*make)(const char *dir); /* writes an image of a host below a folder */
};

/* Each list ends with an attack without a trick. */
extern const struct attack evaluate_linux[];
extern const struct attack evaluate_windows[];
extern const struct attack evaluate_macos[];

/* Why an attack may be missed, or an ordinary host have an alarm; NULL: it may not. */
const char *evaluate_reason(const char *name);

/* The number of reasons that were not asked for, which it names: each would hide a later loss. */
int evaluate_unused_reasons(void);

#endif
