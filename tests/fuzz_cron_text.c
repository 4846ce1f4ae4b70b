/* fuzz_cron_text.c -- any bytes as a line of each kind of crontab. */
#include "formats/unit/cron_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void inside(struct cron_word word, const char *line, size_t size)
{
    if (word.size && (word.text < line || word.text + word.size > line + size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum cron_form forms[] = {CRON_SYSTEM, CRON_USER, CRON_ANACRON};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char           *line = malloc(size); /* of its own, so that one byte beyond is seen */
        struct cron_job job;

        if (!line)
            abort();
        memcpy(line, data, size);
        if (cron_parse(forms[i], line, size, &job) > 0) {
            for (size_t k = 0; k < CRON_FIELDS; k++)
                inside(job.fields[k], line, size);
            inside(job.event, line, size);
            inside(job.name, line, size);
            inside(job.user, line, size);
            inside(job.command, line, size);
            if (!job.command.size)
                abort();
        }
        free(line);
    }
    return 0;
}
