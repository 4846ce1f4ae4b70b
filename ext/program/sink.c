#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TURN 256 /* lines between two commits */

static const struct sink_kind *kind_of(const char *target)
{
    static const struct sink_kind *const kinds[] = {&stream_sink, &journal_sink, &syslog_sink};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(target, kinds[i]->name) == 0)
            return kinds[i];
    return strncmp(target, "syslog:", 7) == 0 ? &syslog_sink : &file_sink;
}

int sink_open(const struct sink_settings *settings, struct store *store, struct sink *ret)
{
    char *target = strdup(settings->target);
    if (!target)
        return -ENOMEM;

    *ret = (struct sink){.kind = kind_of(target), .settings = *settings, .store = store, .fd = -1};
    ret->settings.target = target;
    return 0;
}

void sink_close(struct sink *sink)
{
    if (sink->kind && sink->kind->close)
        sink->kind->close(sink);
    free((char *)(uintptr_t)sink->settings.target);
    *sink = (struct sink){.fd = -1};
}

struct turn {
    struct sink *sink;
    int64_t      last;  /* delivered; 0: none */
    int64_t      never; /* the line that cannot be */
};

static int deliver_line(void *data, const struct waiting_line *line)
{
    struct turn *turn = data;
    int          r = turn->sink->kind->write(turn->sink, line);

    if (r == 0) {
        turn->last = line->id;
        turn->sink->out = line->id;
        turn->sink->partial = 0;
        turn->sink->delivered++;
    }
    if (r == -EMSGSIZE)
        turn->never = line->id;
    return r;
}

/* Note the written lines in one transaction. */
static int note(struct turn *turn)
{
    struct sink *sink = turn->sink;

    int r = store_begin(sink->store);
    if (r < 0)
        return r;
    if (sink->kind->flush)
        r = sink->kind->flush(sink);
    if (r == 0 && turn->last)
        r = store_delivered(sink->store, sink->settings.stream, turn->last);
    if (r == 0 && turn->never)
        r = store_drop_line(sink->store, turn->never);
    if (r == 0)
        return store_commit(sink->store);
    store_rollback(sink->store);
    return r;
}

/* Note the lines that a turn wrote; where that fails, the next turn begins with it. */
static int end_turn(struct turn *turn)
{
    struct sink *sink = turn->sink;
    int          r = note(turn);

    if (r < 0)
        sink->in_doubt = true;
    else
        sink->out = 0;
    return r;
}

static int deliver_turn(struct sink *sink, int64_t *undeliverable)
{
    struct turn turn = {.sink = sink, .last = sink->out};
    int         r = turn.last ? end_turn(&turn) : store_try(sink->store);

    turn.last = 0;
    if (r == 0 && sink->kind->begin)
        r = sink->kind->begin(sink);
    if (r == 0)
        r = store_each_line(sink->store, sink->settings.stream, 0, TURN, deliver_line, &turn);
    if (r == -EMSGSIZE) {
        ++*undeliverable;
        r = 0;
    }
    if (turn.last || turn.never) {
        int noted = end_turn(&turn);
        if (noted < 0)
            return noted;
    }
    return r;
}

int sink_deliver(struct sink *sink, int64_t *ret_undeliverable)
{
    int r = 0;

    *ret_undeliverable = 0;
    while (r == 0 && store_waiting(sink->store, sink->settings.stream))
        r = deliver_turn(sink, ret_undeliverable);
    return r;
}
