#include "result_log.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* In English in every locale: C's asctime(), with the zone after it. */
static void put_calendar(struct buffer *out, int64_t time)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t            seconds = (time_t)time;
    struct tm         tm = {.tm_year = 70};

    gmtime_r(&seconds, &tm);
    buffer_printf(out, "%.3s %.3s %2d %02d:%02d:%02d %d UTC", days + 3 * (tm.tm_wday % 7),
                  months + 3 * (tm.tm_mon % 12), tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                  tm.tm_year + 1900);
}

void log_put_header(struct buffer *out, const struct log_header *header)
{
    buffer_puts(out, "\"name\":");
    buffer_json(out, header->name, strlen(header->name));
    buffer_puts(out, ",\"hostIdentifier\":");
    buffer_json(out, header->host, strlen(header->host));
    buffer_puts(out, ",\"calendarTime\":\"");
    put_calendar(out, header->time);
    buffer_printf(
        out,
        "\",\"unixTime\":%" PRId64 ",\"epoch\":%" PRId64 ",\"counter\":%" PRId64 ",\"numerics\":%s",
        header->time, header->epoch, header->counter, header->numerics ? "true" : "false");
    if (*header->decorations)
        buffer_printf(out, header->top_level ? ",%s" : ",\"decorations\":{%s}",
                      header->decorations);
}

void log_put_event(struct buffer *out, const struct log_header *header, const char *row,
                   size_t size, const char *action)
{
    buffer_putc(out, '{');
    log_put_header(out, header);
    buffer_puts(out, ",\"columns\":");
    buffer_put(out, row, size);
    buffer_printf(out, ",\"action\":\"%s\"}", action);
}
