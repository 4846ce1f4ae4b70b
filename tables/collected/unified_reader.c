#include "unified_reader.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD_SIZE 16384

struct stamper {
    enum unified_form       form;
    const struct time_zone *zone;
};

static double utc(const struct time_zone *zone, const struct unified_stamp *stamp)
{
    double whole = floor(stamp->time);

    return stamp->zoned ? stamp->time
                        : (double)time_zone_utc(zone, (int64_t)whole) + (stamp->time - whole);
}

/* For log_seek(). */
static bool stamp_of(void *arg, const char *line, size_t size, double *ret)
{
    const struct stamper *stamper = arg;
    struct unified_stamp  stamp;

    if (!unified_stamp(stamper->form, line, size, &stamp))
        return false;
    *ret = utc(stamper->zone, &stamp);
    return true;
}

/* Opening ---------------------------------------------------------------------------- */

static int find_form(struct unified_reader *reader)
{
    char  *block;
    size_t size;
    int    r = stream_peek(reader->stream, &block, &size);

    if (r < 0)
        return r;
    reader->form = r ? unified_form_of(block, size < HEAD_SIZE ? size : HEAD_SIZE) : UNIFIED_NONE;
    return reader->form ? 0 : -EINVAL;
}

static bool is_text(const struct unified_reader *reader)
{
    return reader->form != UNIFIED_OBJECTS && reader->form != UNIFIED_ROWS;
}

/* Go to the beginning of the range. */
static int seek(struct unified_reader *reader)
{
    struct stamper stamper = {reader->form, reader->zone};
    bool           ranged = !isinf(reader->range.min) || !isinf(reader->range.max);

    if (!ranged || !stream_plain(reader->stream) || reader->form == UNIFIED_ROWS)
        return 0;
    reader->stretch = log_seek(stream_fd(reader->stream), reader->range.min, reader->range.max,
                               stamp_of, &stamper);
    if (!reader->stretch.start)
        return 0;
    reader->base = reader->stretch.start;
    return stream_seek(reader->stream, reader->stretch.start);
}

int unified_open(struct stream *stream, const struct time_zone *zone, struct unified_range range,
                 struct unified_reader **ret)
{
    struct unified_reader *reader = calloc(1, sizeof *reader);

    if (!reader) {
        stream_close(stream);
        return -ENOMEM;
    }
    reader->stream = stream;
    reader->zone = zone;
    reader->range = range;
    int r = find_form(reader);
    if (r == 0)
        r = seek(reader);
    if (r < 0)
        unified_close(reader);
    else
        *ret = reader;
    return r;
}

void unified_close(struct unified_reader *reader)
{
    if (!reader)
        return;
    stream_close(reader->stream);
    unified_free(&reader->entry);
    buffer_free(&reader->lines);
    buffer_free(&reader->header);
    json_objects_free(&reader->objects);
    csv_records_free(&reader->rows);
    free(reader);
}

/* Text ---------------------------------------------------------------------------------- */

/* Take the entry that was gathered: 1, 0 where it is none. */
static int finish(struct unified_reader *reader)
{
    reader->gathering = false;
    reader->at = reader->lines_at;
    int r = unified_line(reader->form, reader->lines.data ? reader->lines.data : "",
                         reader->lines.size, &reader->entry);
    buffer_reset(&reader->lines);
    reader->bad += r == 0;
    return r;
}

static void begin(struct unified_reader *reader, const char *line, size_t size, uint64_t at)
{
    reader->gathering = true;
    reader->begun = true;
    reader->lines_at = at;
    buffer_put(&reader->lines, line, size);
}

/* A line that is not the first of an entry: more of its message, or log's own words. */
static int go_on(struct unified_reader *reader, const char *line, size_t size)
{
    if (unified_is_rule(line, size)) /* what follows counts the entries */
        return reader->gathering ? finish(reader) : 0;
    if (reader->gathering) {
        buffer_putc(&reader->lines, '\n');
        buffer_put(&reader->lines, line, size);
    } else if (!reader->begun && !reader->stretch.start && !unified_is_head(line, size)) {
        reader->bad++;
    }
    return 0;
}

static int next_text(struct unified_reader *reader)
{
    struct unified_stamp stamp;
    char                *line;
    size_t               size;
    int                  r;

    while ((r = stream_line(reader->stream, &line, &size)) > 0) {
        int done = 0;
        if (size && line[size - 1] == '\r')
            size--;
        if (unified_stamp(reader->form, line, size, &stamp)) {
            done = reader->gathering ? finish(reader) : 0;
            begin(reader, line, size, stream_offset(reader->stream));
        } else {
            done = go_on(reader, line, size);
        }
        if (reader->lines.failed)
            return -ENOMEM;
        if (done)
            return done;
    }
    return r == 0 && reader->gathering ? finish(reader) : r;
}

/* Objects and rows ------------------------------------------------------------------------ */

/* Words before the first object, which log writes with --predicate, are not JSON. */
static void skip_head(struct unified_reader *reader)
{
    while (!reader->begun && reader->n_block && *reader->block != '{' && *reader->block != '[') {
        const char *end = memchr(reader->block, '\n', reader->n_block);
        size_t      size = end ? (size_t)(end - reader->block) + 1 : reader->n_block;
        reader->bad += !unified_is_head(reader->block, size);
        reader->block += size;
        reader->n_block -= size;
        reader->base += size;
    }
    reader->begun |= reader->n_block > 0;
}

static int next_block(struct unified_reader *reader)
{
    char *block;
    int   r = stream_block(reader->stream, &block, &reader->n_block);

    reader->block = block;
    return r;
}

static int take_object(struct unified_reader *reader)
{
    int r = unified_object(reader->objects.text.data, reader->objects.text.size, &reader->entry);

    reader->at = reader->base + reader->objects.at;
    reader->bad += r == -EBADMSG;
    return r == -EBADMSG ? 0 : r;
}

static int next_object(struct unified_reader *reader)
{
    for (;;) {
        int r;
        skip_head(reader);
        while ((r = json_objects_feed(&reader->objects, &reader->block, &reader->n_block)) > 0)
            if ((r = take_object(reader)) != 0)
                return r;
        if (r < 0 || reader->ended)
            return r;
        r = next_block(reader);
        if (r < 0)
            return r;
        reader->ended = r == 0;
        if (reader->ended && json_objects_end(&reader->objects) > 0 &&
            (r = take_object(reader)) != 0)
            return r;
    }
}

static int take_row(struct unified_reader *reader)
{
    const struct csv_records *rows = &reader->rows;
    const char               *values[CSV_FIELDS_MAX];
    size_t                    n = rows->n < reader->n_names ? rows->n : reader->n_names;

    if (!reader->n_names) {
        buffer_put(&reader->header, rows->text.data, rows->text.size);
        if (reader->header.failed)
            return -ENOMEM;
        for (size_t i = 0; i < rows->n; i++)
            reader->names[i] = reader->header.data + rows->begins[i];
        reader->n_names = rows->n;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = csv_field(rows, i);
    reader->at = rows->at;
    int r = unified_row(reader->names, values, n, &reader->entry);
    reader->bad += r == -EBADMSG;
    return r == -EBADMSG ? 0 : r;
}

static int next_row(struct unified_reader *reader)
{
    for (;;) {
        int r;
        while ((r = csv_records_feed(&reader->rows, &reader->block, &reader->n_block)) > 0)
            if ((r = take_row(reader)) != 0)
                return r;
        if (r < 0 || reader->ended)
            return r;
        r = next_block(reader);
        if (r < 0)
            return r;
        reader->ended = r == 0;
        if (reader->ended && csv_records_end(&reader->rows) > 0 && (r = take_row(reader)) != 0)
            return r;
    }
}

int unified_next(struct unified_reader *reader)
{
    int r = is_text(reader)                   ? next_text(reader)
            : reader->form == UNIFIED_OBJECTS ? next_object(reader)
                                              : next_row(reader);

    if (r <= 0)
        return r;
    reader->time = utc(reader->zone, &reader->entry.stamp);
    /* What is past the range by more than clocks are stepped by ends it, where time only rises. */
    return !reader->stretch.ordered || reader->time <= reader->range.max + LOG_SEEK_SLACK;
}

uint64_t unified_bad(const struct unified_reader *reader)
{
    return reader->bad + reader->objects.bad + reader->rows.bad + stream_overlong(reader->stream);
}

bool unified_ends(int fd, const struct time_zone *zone, struct tbl_ends *ret)
{
    char    head[HEAD_SIZE];
    ssize_t size = pread(fd, head, sizeof head, 0);

    if (size <= 0)
        return size == 0;
    struct stamper stamper = {unified_form_of(head, (size_t)size), zone};
    return stamper.form && stamper.form != UNIFIED_ROWS && log_ends(fd, stamp_of, &stamper, ret);
}
