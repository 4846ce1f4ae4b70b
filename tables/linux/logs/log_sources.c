#include "log_sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int begin(struct log_sources *sources, enum artefact artefact)
{
    return sources_begin(&sources->sources, sources->svcql,
                         &(struct sources_want){.artefacts = 1u << artefact,
                                                .path = sources->path,
                                                .root = sources->root});
}

int log_sources_begin(struct log_sources *sources, struct svcql *svcql, enum artefact log,
                      const char *path, const char *root)
{
    *sources = (struct log_sources){.svcql = svcql, .path = path, .root = root};
    sources->journals = path && strstr(path, "journal");
    return begin(sources, sources->journals ? ARTEFACT_JOURNAL : log);
}

int log_sources_next(struct log_sources *sources, struct source *ret)
{
    for (;;) {
        int r = sources_next(&sources->sources, ret);
        if (r != 0 || sources->journals || sources->path)
            return r;
        sources_end(&sources->sources);
        sources->journals = true;
        r = begin(sources, ARTEFACT_JOURNAL);
        if (r < 0)
            return r;
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
    char **logged = reallocarray(sources->logged, sources->n_logged + 1, sizeof *logged);
    if (!logged)
        return -ENOMEM;
    sources->logged = logged;
    if (!(logged[sources->n_logged] = strdup(root_path(log->root))))
        return -ENOMEM;
    sources->n_logged++;
    return 0;
}
