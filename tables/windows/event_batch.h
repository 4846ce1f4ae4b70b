/* event_batch.h -- the events of one chunk of an event log, decoded together, by whichever thread has time.
 *
 *     struct event_decoder decoder;                 one a thread
 *     event_decoder_begin(&decoder, filter, true);
 *     batch->loose = ...; read the bytes into batch->chunk
 *     event_batch_decode(batch, &decoder, 0);
 *     for (size_t i = 0; i < batch->n; i++)
 *         ... batch->entries[i] ...
 *
 * What a batch holds refers to its own chunk and memory alone. A chunk's work is bounded (evtx.h), and with it what a
 * batch comes to: some 300 KiB of an ordinary log, at most a few MiB of a forged one.
 */
#ifndef SVCQL_EVENT_BATCH_H
#define SVCQL_EVENT_BATCH_H

#include "formats/evtx/evtx.h"
#include "formats/evtx/evtx_filter.h"
#include "formats/text/arena.h"

/* Texts of an event that cost more than the rest of it. */
enum event_render { EVENT_RENDER_DATA, EVENT_RENDER_XML, EVENT_RENDERS };

struct event_entry {
    struct evtx_record       record;
    int                      error;    /* a negative errno: it could not be decoded */
    int64_t                  number;   /* EventRecordID of the event; -1: none */
    uint64_t                 identity; /* two events that share it are one */
    const struct evtx_event *event;    /* NULL: not decoded, or not wanted by the filter */
    const void              *found;    /* what the filter says of it */
    struct event_ahead {
        size_t      at;   /* where it begins; SIZE_MAX: it was not rendered ahead */
        const char *text; /* what came of that; NULL: nothing */
    } texts[EVENT_RENDERS];
};

/* Where in its chunk a record is, and how it was found; the low bits of its event's number. */
struct event_place {
    uint32_t at : 16, id : 14, stray : 1, carved : 1;
};

struct event_batch {
    /* Filled before it is decoded. */
    uint8_t           chunk[EVTX_CHUNK_SIZE];
    uint64_t          at;   /* where in the file the chunk begins */
    size_t            size; /* bytes of it that the file has; the rest is zeros */
    bool              loose;
    uint64_t          damaged; /* pieces of the file before it that are neither chunks nor empty */
    struct evtx_chunk header;

    /* Where only some of its records are wanted, these, and `intact`; n_places 0: all. */
    struct event_place *places;
    size_t              n_places, room_places;

    /* Filled by event_batch_decode(). */
    int                 error; /* -ENOMEM: it is not whole */
    bool                intact;
    size_t              lost;    /* bytes that should be records */
    size_t              changed; /* wanted places where no record is any more */
    struct event_entry *entries;
    size_t              n, room;

    struct evtx_event *events;
    struct evtx_pair  *pairs;
    size_t             n_events, room_events, n_pairs, room_pairs;
    struct arena  memory; /* texts that were put together of several parts, what the filter found */
    struct buffer rendered[EVENT_RENDERS];
    uint32_t      xml_work; /* of EVTX_WORK_MAX, what rendering XML has cost */
};

struct event_batch *event_batch_new(void); /* NULL: out of memory */
void                event_batch_free(struct event_batch *batch);

struct event_decoder {
    struct evtx_reader       *reader;
    const struct evtx_filter *filter;  /* NULL: all events are wanted */
    void                     *matcher; /* the filter's own */
};

/* For the query's own thread, or for another: 0, or -ENOMEM. With event_decoder_end() in any case. */
int  event_decoder_begin(struct event_decoder *decoder, const struct evtx_filter *filter, bool own);
void event_decoder_end(struct event_decoder *decoder);

/* Decode the chunk. `render` has a bit for each enum event_render that is to be made ahead, as far as that is not
 * much. */
void event_batch_decode(struct event_batch *batch, struct event_decoder *decoder, unsigned render);

/* Append an event as XML; errors as evtx_xml(). */
int event_batch_xml(struct event_batch *batch, const struct evtx_record *record,
                    struct buffer *xml);

#endif
