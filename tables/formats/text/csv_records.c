#include "csv_records.h"

#include <errno.h>
#include <string.h>

const char *csv_field(const struct csv_records *csv, size_t i)
{
    return i < csv->n ? csv->text.data + csv->begins[i] : "";
}

static void restart(struct csv_records *csv)
{
    buffer_reset(&csv->text);
    csv->n = 0;
    csv->open = csv->quoted = csv->quote = csv->complete = csv->too_long = csv->hash = csv->hole =
        false;
}

static void begin_field(struct csv_records *csv)
{
    if (csv->n == CSV_FIELDS_MAX)
        csv->too_long = true;
    else
        csv->begins[csv->n++] = (uint32_t)csv->text.size;
}

static void put(struct csv_records *csv, char c)
{
    csv->hole |= !c;
    if (csv->text.size < CSV_RECORD_MAX)
        buffer_putc(&csv->text, c ? c : ' ');
    else
        csv->too_long = true;
}

static void begin_record(struct csv_records *csv, char c)
{
    csv->at = csv->read;
    csv->open = true;
    csv->hash = c == '#' && !csv->separator;
    begin_field(csv);
}

static void end_record(struct csv_records *csv)
{
    if (csv->text.size && csv->text.data[csv->text.size - 1] == '\r')
        csv->text.size--;
    buffer_putc(&csv->text, '\0');
    csv->bad += csv->too_long || csv->hole;
    if (csv->too_long || csv->hash)
        restart(csv);
    else
        csv->complete = true;
}

/* What separates fields: the first of these outside quotes in the first record. */
static bool is_separator(struct csv_records *csv, char c)
{
    if (!csv->separator && !csv->hash && (c == ',' || c == ';' || c == '\t'))
        csv->separator = c;
    return csv->separator && c == csv->separator;
}

static void take(struct csv_records *csv, char c)
{
    bool was_quote = csv->quote;

    csv->quote = false;
    if (csv->quoted && c == '"') {
        csv->quoted = false;
        csv->quote = true; /* its end, or the first of two */
    } else if (csv->quoted) {
        put(csv, c);
    } else if (c == '"' && was_quote) {
        csv->quoted = true;
        put(csv, c);
    } else if (c == '"' && csv->n && csv->begins[csv->n - 1] == csv->text.size) {
        csv->quoted = true;
    } else if (c == '\n') {
        end_record(csv);
    } else if (is_separator(csv, c)) {
        buffer_putc(&csv->text, '\0');
        begin_field(csv);
    } else {
        put(csv, c);
    }
}

int csv_records_feed(struct csv_records *csv, const char **data, size_t *size)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (csv->complete)
        restart(csv);
    for (; *size && !csv->complete; ++*data, --*size, csv->read++) {
        char c = **data;
        if (csv->read < 3 && c == mark[csv->read])
            continue;
        if (!csv->open && (c == '\n' || c == '\r'))
            continue;
        if (!csv->open)
            begin_record(csv, c);
        take(csv, c);
    }
    return csv->text.failed ? -ENOMEM : csv->complete;
}

int csv_records_end(struct csv_records *csv)
{
    if (csv->complete)
        restart(csv);
    if (csv->quoted) {
        csv->bad++;
        restart(csv);
    }
    if (csv->open)
        end_record(csv);
    return csv->text.failed ? -ENOMEM : csv->complete;
}

void csv_records_free(struct csv_records *csv)
{
    buffer_free(&csv->text);
}
