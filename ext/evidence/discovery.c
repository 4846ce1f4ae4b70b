/* discovery.c -- walk a location and group the sources in it by host. */
#include "discovery.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discovery_parts.h"

/* An unrecognised location still becomes an empty item, so that the user sees it. */
static int finish(struct walker *w, int r)
{
    if (r == 0)
        r = discovery_group(w);
    if (r == 0 && !w->result->n && w->wanted == ARTEFACTS_ALL)
        r = discovery_group_nothing(w);
    for (size_t i = 0; i < w->n; i++) {
        free(w->candidates[i].path);
        free(w->candidates[i].collection);
    }
    free(w->candidates);
    root_unref(w->root);
    if (r < 0)
        discovery_free(w->result);
    return r;
}

/* A location that is one file: its kind by its name or its first bytes. */
static int discover_file(struct walker *w, const char *name)
{
    static const enum artefact sniffed[] = {ARTEFACT_EVENT_LOG,  ARTEFACT_HIVE,
                                            ARTEFACT_JOURNAL,    ARTEFACT_AUDIT_LOG,
                                            ARTEFACT_EVENT_JSON, ARTEFACT_PLIST};
    enum artefact              artefact;
    char                       path[ROOT_PATH_MAX];

    if (snprintf(path, sizeof path, "/%s", name) >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    if (discovery_kind(w, "", name, path, &artefact))
        return discovery_add(w, NULL, artefact, path);
    for (size_t i = 0; i < TBL_COUNT(sniffed); i++)
        if (discovery_sniff(w, sniffed[i], path))
            return discovery_add(w, NULL, sniffed[i], path);
    return -ENOTSUP;
}

/* Count what is left out of an archive's index. */
static void note_lost(struct walker *w)
{
    int    error;
    size_t lost = root_lost(w->root, w->result->lost, &error);

    w->result->skipped += lost;
    if (error && lost)
        w->result->error = error;
    else if (error)
        discovery_note(w, error);
}

int discover(const char *location, unsigned wanted, struct discovery *ret)
{
    struct discovery result = {0};
    struct walker    w = {.result = &result, .wanted = wanted, .discover = discover};
    const char      *slash = strrchr(location, '/');
    int              r = root_open(location, 0, &w.root);

    if (r == -ENOTDIR) {
        char *dir = slash ? strndup(location, (size_t)(slash - location) + 1) : strdup(".");
        r = dir ? root_open(dir, 0, &w.root) : -ENOMEM;
        free(dir);
        if (r < 0)
            return r;
        const char *name = slash ? slash + 1 : location;
        int         fd = root_open_file(w.root, name);
        if (fd >= 0)
            close(fd);
        r = finish(&w, fd < 0 ? fd : discover_file(&w, name));
    } else if (r == 0) {
        note_lost(&w);
        r = finish(&w, discovery_walk(&w));
    }
    if (r == 0)
        *ret = result;
    return r;
}
