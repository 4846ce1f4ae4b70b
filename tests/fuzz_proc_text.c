/* fuzz_proc_text.c -- the texts of /proc, as a hostile process would have them. */
#include <stdlib.h>

#include "formats/text/proc_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touch each byte of a span, so that one outside the text is found. */
static void touch(struct proc_span span)
{
    volatile char sum = 0;

    for (size_t i = 0; i < span.size; i++)
        sum = (char)(sum + span.text[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char        *text = (const char *)data;
    struct proc_stat   stat;
    struct proc_ids    ids;
    struct proc_cgroup parts;
    struct buffer      line = {0};
    int64_t            number;

    if (proc_stat_parse(text, size, &stat) == 0)
        touch(stat.name);
    proc_ids_parse(text, size, &ids);
    proc_number(text, size, "btime", &number);
    proc_cgroup_parse(proc_cgroup(text, size), &parts);
    touch(parts.unit);
    touch(parts.user_unit);
    touch(parts.container);
    proc_arguments(text, size, &line);
    if (buffer_text(&line) && !buffer_is_text(line.data, line.size))
        abort();
    buffer_free(&line);
    return 0;
}
