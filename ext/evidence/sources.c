/* sources.c -- the iterator over the files that a scan reads. */
#include "sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "sources_parts.h"
#include "table/scope.h"

SQLITE_EXTENSION_INIT3

/* Evidence, one after the other ------------------------------------------------- */

/* The root of an evidence for a scan. A scan that a running one calls for each of its rows has the same,
 * while the folder is still that one: it costs one stat() rather than to open it and to find out what it is. */
static int lend_root(struct sources_impl *impl, struct evidence_entry *entry)
{
    const struct stat *open = &entry->root_was;
    struct stat        now = {0};
    int                r = stat(entry->shown.root, &now) < 0 ? -errno : 0;

    if (r < 0 || !entry->root || open->st_dev != now.st_dev || open->st_ino != now.st_ino) {
        struct root *root = NULL;
        if ((r = root_open(entry->shown.root, entry->shown.flags, &root)) < 0)
            return r;
        impl->lent = root;
        entry->root = root;
        entry->root_users = 0;
        entry->root_was = now;
    } else {
        impl->lent = root_ref(entry->root);
    }
    entry->root_users++;
    entry->references++;
    impl->lender = entry;
    return 0;
}

static void give_root_back(struct sources_impl *impl)
{
    struct evidence_entry *entry = impl->lender;

    if (entry && entry->root == impl->lent && --entry->root_users == 0)
        entry->root = NULL;
    impl->lent = root_unref(impl->lent);
    evidence_entry_unref(entry);
    impl->lender = NULL;
}

/* Evidence that is missing now does not stop the others; it is reported. It was there when it was added. */
static int report_gone(struct svcql *svcql, const struct evidence *evidence, int error)
{
    if (error == -ENOENT)
        error = -ESTALE;
    int rc = svcql_report(svcql, &(struct report){.table = "evidence",
                                                  .kind = evidence->kind,
                                                  .host = evidence->host,
                                                  .location = evidence->root,
                                                  .status = source_status_of(error),
                                                  .records = TBL_NULL,
                                                  .detail = source_error(error)});

    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Whether evidence is a whole system of another host than the question is about. */
static bool is_of_another(const struct sources_impl *impl, const struct evidence_entry *entry)
{
    return impl->host && (impl->of_scan || !entry->shown.live) &&
           source_os(entry->shown.kind) & OS_UNIX &&
           sqlite3_stricmp(entry->shown.host, impl->host) != 0;
}

/* Whether it is known to have rows of its own host alone. */
static bool is_own(const struct sources_impl *impl, const struct evidence_entry *entry)
{
    return !impl->of_others || (entry->own_statement == svcql_statement(impl->svcql) &&
                                (entry->own & impl->artefacts) == impl->artefacts);
}

/* Leave out the sources of another host's evidence where none has rows of others. */
static void leave_out(struct sources_impl *impl, struct evidence_entry *entry)
{
    uint64_t statement = svcql_statement(impl->svcql);

    for (size_t i = 0; i < impl->batch.n; i++) {
        struct source source = source_of(&impl->batch.found[i], NULL);
        if (impl->of_others(&source))
            return;
    }
    entry->own = (entry->own_statement == statement ? entry->own : 0) | impl->artefacts;
    entry->own_statement = statement;
    batch_clear(&impl->batch);
}

/* Fill the batch from the next evidence: its root is opened here, and closed with the batch. */
static int next_entry(struct sources_impl *impl)
{
    struct evidence_entry *entry = impl->entries[impl->at++];
    bool                   another = is_of_another(impl, entry);
    int                    r = 0;

    batch_clear(&impl->batch);
    give_root_back(impl);
    if (!batch_can_have(impl, entry) || (another && is_own(impl, entry))) {
        evidence_entry_unref(entry);
        return 0;
    }
    r = lend_root(impl, entry);
    if (r == 0)
        r = batch_add_entry(impl, entry, impl->lent);
    else if (r != -ENOMEM && r != -EMFILE && r != -ENFILE)
        r = report_gone(impl->svcql, &entry->shown, r);
    if (r == 0 && another)
        leave_out(impl, entry);
    evidence_entry_unref(entry);
    return r;
}

/* Take references of all evidence of a host. */
static int hold_evidence(struct sources_impl *impl, const char *host)
{
    const struct evidence *evidence;
    size_t                 n = 0;

    while (evidence_at(impl->svcql, n))
        n++;
    if (!(impl->entries = calloc(n + 1, sizeof(struct evidence_entry *))))
        return -ENOMEM;
    for (size_t i = 0; (evidence = evidence_at(impl->svcql, i)); i++)
        if (!host || strcmp(evidence->host, host) == 0)
            impl->entries[impl->n++] = evidence_entry_ref(impl->svcql, i);
    return 0;
}
/* The iterator -------------------------------------------------------------------- */

int sources_begin(struct sources *sources, struct svcql *svcql, const struct sources_want *want)
{
    struct sources_impl *impl = calloc(1, sizeof *impl);

    if (!impl)
        return -ENOMEM;
    impl->svcql = svcql;
    impl->artefacts = want->artefacts;
    impl->of_scan = want->host && want->host_of_rows;
    impl->host = impl->of_scan ? want->host : scope_of(svcql)->host;
    impl->of_others = want->of_others;
    sources->impl = impl;
    char *path = want->path ? host_path(want->path) : NULL;
    int   r = want->path && !path ? -ENOMEM
              : path && !*path    ? -ENOENT
              : path              ? sources_add_named(impl, path)
              : want->source      ? sources_add_file(impl, want->source)
              : want->root        ? sources_add_root(impl, want->root)
                                  : hold_evidence(impl, impl->of_scan ? NULL : want->host);
    free(path);
    if (r < 0)
        sources_end(sources);
    return r;
}

int sources_begin_entry(struct sources *sources, struct svcql *svcql, struct evidence_entry *entry,
                        unsigned artefacts)
{
    struct sources_impl *impl = calloc(1, sizeof *impl);

    if (!impl)
        return -ENOMEM;
    *impl = (struct sources_impl){.svcql = svcql, .artefacts = artefacts};
    sources->impl = impl;
    if (!(impl->entries = calloc(1, sizeof(struct evidence_entry *)))) {
        sources_end(sources);
        return -ENOMEM;
    }
    entry->references++;
    impl->entries[impl->n++] = entry;
    return 0;
}

/* Open a folder of units: 1, 0 where it is missing, or a negative errno. */
static int open_units(struct sources_impl *impl, const struct found *found)
{
    int r = root_graft(found->root, found->units, unit_folder_of(found->units), &impl->units);

    if (r == 0)
        return 1;
    if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
        return r;
    if (r == -ENOENT)
        return 0;
    int rc = svcql_report(impl->svcql, &(struct report){.table = "evidence",
                                                        .kind = "units",
                                                        .host = found->entry->shown.host,
                                                        .location = found->shown,
                                                        .status = source_status_of(r),
                                                        .records = TBL_NULL,
                                                        .detail = source_error(r)});
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

/* Fill the batch again until it has a source: 1, 0 at the end, or a negative errno. */
static int refill(struct sources_impl *impl)
{
    while (impl->batch.next == impl->batch.n) {
        int r = impl->at < impl->n                       ? next_entry(impl)
                : impl->next_name < impl->names.gl_pathc ? sources_next_name(impl)
                                                         : 1;
        if (r != 0)
            return r < 0 ? r : 0;
    }
    return 1;
}

int sources_next(struct sources *sources, struct source *ret)
{
    struct sources_impl *impl = sources->impl;
    const struct found  *found;
    int                  r = impl ? 1 : 0;

    do {
        if (r < 0 || !impl)
            return r;
        impl->units = root_unref(impl->units);
        if ((r = refill(impl)) <= 0)
            return r;
        found = &impl->batch.found[impl->batch.next++];
    } while (found->units && (r = open_units(impl, found)) <= 0);

    *ret = source_of(found, impl->units);
    return 1;
}

void sources_end(struct sources *sources)
{
    struct sources_impl *impl = sources->impl;

    if (!impl)
        return;
    root_unref(impl->units);
    batch_clear(&impl->batch);
    give_root_back(impl);
    while (impl->at < impl->n)
        evidence_entry_unref(impl->entries[impl->at++]);
    free(impl->entries);
    globfree(&impl->names);
    free(impl);
    sources->impl = NULL;
}

int sources_any(struct svcql *svcql, unsigned artefacts)
{
    struct sources sources = {0};
    struct source  source;

    int r = sources_begin(&sources, svcql, &(struct sources_want){.artefacts = artefacts});
    if (r == 0)
        r = sources_next(&sources, &source);
    sources_end(&sources);
    return r;
}
