#include "log_sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

static int begin(struct log_sources *sources, unsigned artefacts)
{
    sources->want.artefacts = artefacts;
    return tbl_sources_begin(sources->scan, &sources->sources, &sources->want);
}

int log_sources_begin(struct tbl_scan *scan, struct log_sources *sources, enum artefact log,
                      const struct sources_want *want)
{
    bool named = want->path || want->source;

    *sources = (struct log_sources){.scan = scan, .want = *want, .named = named};
    return begin(sources, named ? 1u << log | 1u << ARTEFACT_JOURNAL : 1u << log);
}

int log_sources_next(struct log_sources *sources, struct source *ret)
{
    for (;;) {
        int rc = tbl_sources_next(sources->scan, &sources->sources, ret);
        if (rc != SQLITE_DONE || sources->journals || sources->named)
            return rc;
        sources_end(&sources->sources);
        sources->journals = true;
        rc = begin(sources, 1u << ARTEFACT_JOURNAL);
        if (rc != SQLITE_OK)
            return rc;
    }
}

void log_sources_end(struct log_sources *sources)
{
    for (size_t i = 0; i < sources->n_logged; i++)
        free(sources->logged[i]);
    free(sources->logged);
    sources_end(&sources->sources);
}

bool log_sources_has_log(const struct log_sources *sources, const struct source *journal)
{
    for (size_t i = 0; i < sources->n_logged; i++)
        if (strcmp(sources->logged[i], root_path(journal->root)) == 0)
            return true;
    return false;
}

int log_sources_found(struct log_sources *sources, const struct source *log)
{
    if (log_sources_has_log(sources, log))
        return 0;
    char **logged = ARRAY_ADD(sources->logged, sources->n_logged);
    if (!logged)
        return -ENOMEM;
    *logged = strdup(root_path(log->root));
    sources->n_logged -= !*logged;
    return *logged ? 0 : -ENOMEM;
}
