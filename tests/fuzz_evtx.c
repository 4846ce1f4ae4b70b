/* fuzz_evtx.c -- a chunk of any bytes is read, decoded and written as XML within its bounds. */
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/evtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(struct evtx_reader *reader, struct buffer *text)
{
    struct evtx_record record;
    struct evtx_event  event;

    while (evtx_next(reader, &record) > 0) {
        buffer_reset(text);
        if (evtx_decode(reader, &record, &event) == 0) {
            evtx_pairs_json(&event, text);
            for (unsigned f = 0; f < EVTX_FIELD_COUNT; f++) {
                int64_t n;
                evtx_value_text(&event.system[f], text);
                evtx_value_time(&event.system[f]);
                evtx_value_int(&event.system[f], &n);
            }
        }
        evtx_xml(reader, &record, text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct evtx_reader *reader;
    struct evtx_chunk   header;
    struct evtx_header  file;
    struct buffer       text = {0};
    uint8_t            *chunk = calloc(1, EVTX_CHUNK_SIZE);

    evtx_header_parse(data, size, &file);
    if (!chunk || evtx_reader_new(&reader) != 0)
        abort();
    memcpy(chunk, data, size < EVTX_CHUNK_SIZE ? size : EVTX_CHUNK_SIZE);
    memcpy(chunk, "ElfChnk", 8);
    if (evtx_load(reader, chunk, size % 2, &header) == 0)
        drain(reader, &text);
    evtx_chunk_intact(chunk);
    evtx_reader_free(reader);
    buffer_free(&text);
    free(chunk);
    return 0;
}
