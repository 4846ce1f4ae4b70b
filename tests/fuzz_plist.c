/* fuzz_plist.c -- property lists: no crash, bounded events, and valid JSON for any input; what
 * launchd would read of them, and the values of a few keys. */
#include <stdlib.h>
#include <string.h>

#include "formats/plist/launchd_plist.h"
#include "formats/plist/plist.h"
#include "formats/plist/plist_values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct buffer json;
    size_t        events;
    unsigned      depth;
};

static int see(void *user, const struct plist_event *event)
{
    struct seen *seen = user;
    bool         begin = event->type == PLIST_BEGIN_DICT || event->type == PLIST_BEGIN_ARRAY;
    bool         end = event->type == PLIST_END_DICT || event->type == PLIST_END_ARRAY;

    seen->depth -= end;
    if (event->depth != seen->depth || ++seen->events > PLIST_NODES_MAX)
        abort();
    seen->depth += begin;
    plist_json(&seen->json, event);
    return 0;
}

/* The values of each key are as long as what they are in. */
static void read_values(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"name", "Label", "ProgramArguments", "InstallDate"};
    struct plist_values      values = {0};

    plist_values_read(&values, keys, 4, data, size, NULL);
    for (size_t i = 0; i < 4 && !values.text.failed; i++) {
        const char *value = NULL;
        size_t      length = 0;
        while ((value = plist_values_next(&values, i, value)))
            length += strlen(value) + 1;
        if (length != values.of[i].size)
            abort();
    }
    plist_values_free(&values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen        seen = {0};
    struct plist_error error = {""};

    plist_looks_like(data, size);
    int r = plist_parse(data, size, see, &seen, &error);
    if ((r == 0 && seen.depth) || (r < 0 && !error.text[0]))
        abort();
    buffer_free(&seen.json);

    struct launchd_job job = {0};
    int                again = launchd_job_read(&job, data, size, &error);
    if (again == 0 && r < 0)
        abort();
    launchd_job_free(&job);
    read_values(data, size);
    return 0;
}
