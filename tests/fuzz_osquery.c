/* fuzz_osquery.c -- any bytes as what osquery sends: calls one after another, and the answers of its manager.
 * The first byte is how many bytes each read gives at most. */
#include <string.h>

#include "formats/thrift/osquery_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t         size, most;
};

static int more(void *arg, uint8_t *to, size_t size)
{
    struct input *input = arg;
    size_t        n = input->size < size ? input->size : size;

    if (input->most && n > input->most)
        n = input->most;
    memcpy(to, input->data, n);
    input->data += n;
    input->size -= n;
    return (int)n;
}

static struct thrift_reader reader;

static void begin(struct input *input, const uint8_t *data, size_t size)
{
    *input = (struct input){data + 1, size - 1, data[0]};
    thrift_begin(&reader, more, input);
}

/* A call that was read is answered, and the answer is read as osquery would. */
static void answer(const struct osquery_call *call, struct arena *arena)
{
    struct osquery_status status;
    struct input          input;
    struct buffer         b = {0};

    if (strlen(call->registry) > OSQUERY_MESSAGE_MAX / 2)
        return;
    buffer_putc(&b, 3);
    osquery_put_status(&b, &call->head, OSQUERY_FAILED, call->registry, 7);
    begin(&input, (const uint8_t *)b.data, b.size);
    if (osquery_read_status(&reader, arena, &status) != 0 || status.code != OSQUERY_FAILED ||
        status.uuid != 7 || strcmp(status.message, call->registry) != 0)
        __builtin_trap();
    buffer_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct osquery_status status;
    struct osquery_call   call, last = {.registry = ""};
    struct arena          arena = {0};
    struct input          input;
    bool                  found;

    if (size == 0)
        return 0;
    begin(&input, data, size);
    while (osquery_read_call(&reader, &arena, &call) > 0)
        last = call;
    answer(&last, &arena);
    begin(&input, data, size);
    osquery_read_status(&reader, &arena, &status);
    begin(&input, data, size);
    osquery_read_registered(&reader, 4242, &found);
    arena_free(&arena);
    return 0;
}
