/* event_reader.h -- Windows events from a file of either form, .evtx or JSON lines, one at a time.
 *
 * Nothing is rendered before it is needed. Texts live until the next event_next().
 */
#ifndef SVCQL_EVENT_READER_H
#define SVCQL_EVENT_READER_H

#include "event_log.h"
#include "formats/evtx/evtx.h"
#include "formats/text/event_fields.h"

struct event_index;
struct event_reader;
struct stream;

struct event_totals {
    int64_t records, skipped;
    bool    damaged;
};

/* Takes the stream, on failure too. -EBADMSG: not such a file; -ENOMEM; what read says. */
int  event_open(struct stream *stream, bool json, const struct event_want *want,
                struct event_reader **ret);
void event_close(struct event_reader *reader); /* accepts NULL */

/* 1, 0 at the end, or a negative errno. */
int event_next(struct event_reader *reader);

/* A field of System: NULL, or false, where the event has none. */
const char *event_text(struct event_reader *reader, enum evtx_field field);
bool        event_int(const struct event_reader *reader, enum evtx_field field, int64_t *ret);

/* When the event happened or, where it does not say, was written; NAN. */
double event_time(const struct event_reader *reader);

bool     event_carved(const struct event_reader *reader);
bool     event_intact(const struct event_reader *reader); /* checksums are right; true of JSON */
uint64_t event_position(const struct event_reader *reader);
int64_t  event_record(const struct event_reader *reader); /* EventRecordID; INT64_MIN if unknown */

/* NULL where there is none, or no memory. */
const char *event_data(struct event_reader *reader);
const char *event_xml(struct event_reader *reader);
const char *event_message(struct event_reader *reader);
const char *event_value(struct event_reader *reader, const char *name);

/* The data's names and values, good until the next event. Valid as long as the reader. */
struct event_fields *event_fields(struct event_reader *reader);

/* Note the event in an index of its log. */
void event_note(const struct event_reader *reader, struct event_index *index);

/* Whether a text was NULL for lack of memory, and not because the event has none. */
bool event_failed(const struct event_reader *reader);

/* What became of a log so far. */
struct event_log_stats event_stats(const struct event_reader *reader);

/* What became of the file so far; the sentence for people is appended to `detail`. */
struct event_totals event_totals(const struct event_reader *reader, struct buffer *detail);

#endif
