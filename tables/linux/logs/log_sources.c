#include "log_sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "formats/text/input.h"
#include "journal_ends.h"
#include "journal_pick.h"

SQLITE_EXTENSION_INIT3

static int begin(struct log_sources *sources, unsigned artefacts)
{
    sources->want.artefacts = artefacts;
    return tbl_sources_begin(sources->scan, &sources->sources, &sources->want);
}

int log_sources_begin(struct log_sources *sources, struct tbl_scan *scan,
                      const struct log_reader *reader, const struct tbl_terms *terms,
                      const struct sources_want *want)
{
    bool named = want->path || want->source;

    *sources = (struct log_sources){
        .scan = scan, .reader = reader, .terms = terms, .want = *want, .named = named};
    sources->want.of_others = reader->of_others;
    return begin(sources, named ? 1u << reader->log | 1u << ARTEFACT_JOURNAL : 1u << reader->log);
}

static int next_source(struct log_sources *sources)
{
    for (;;) {
        int rc = tbl_sources_next(sources->scan, &sources->sources, &sources->source);
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
        free(sources->logged[i].root);
    free(sources->logged);
    free(sources->shown);
    root_names_free(&sources->files);
    sources_end(&sources->sources);
}

/* Logs of a root ------------------------------------------------------------------- */

static int writer_of(const struct log_sources *sources)
{
    return sources->reader->writer ? sources->reader->writer(&sources->source) : 0;
}

/* The log that the source's root is known to have; NULL: none. */
static const struct logged *log_of(const struct log_sources *sources)
{
    for (size_t i = 0; i < sources->n_logged; i++)
        if (strcmp(sources->logged[i].root, root_path(sources->source.root)) == 0)
            return &sources->logged[i];
    return NULL;
}

int log_sources_found(struct log_sources *sources)
{
    if (log_of(sources))
        return 0;
    struct logged *logged = ARRAY_ADD(sources->logged, sources->n_logged);
    if (!logged)
        return -ENOMEM;
    *logged = (struct logged){strdup(root_path(sources->source.root)), writer_of(sources)};
    sources->n_logged -= !logged->root;
    return logged->root ? 0 : -ENOMEM;
}

/* Files ------------------------------------------------------------------------------ */

static struct report report_of(const struct log_sources *sources, const char *location)
{
    return (struct report){.table = tbl_name(sources->scan),
                           .kind = artefact_name(sources->source.artefact),
                           .host = sources->source.host,
                           .location = location,
                           .records = TBL_NULL};
}

/* Report a source, or a file that could not be opened. */
static int report(struct log_sources *sources, const char *location, int error, const char *detail)
{
    struct report report = report_of(sources, location);

    report.status = error ? source_status_of(error) : SOURCE_READ;
    report.detail = error ? source_error(error) : detail;
    return svcql_report(tbl_svcql(sources->scan), &report);
}

static void close_file(struct log_sources *sources)
{
    sources->reader->close_file(sources->scan);
    free(sources->shown);
    sources->shown = NULL;
}

int log_sources_leave(struct log_sources *sources, int error, int64_t records, int64_t lost,
                      const char *what)
{
    int rc = SQLITE_OK;

    if (sources->shown) {
        struct report report = report_of(sources, sources->shown);
        report.status = error || lost ? SOURCE_DAMAGED : SOURCE_READ;
        report.records = records;
        report.skipped = lost;
        report.detail = error ? source_error(error) : lost ? what : NULL;
        rc = svcql_report(tbl_svcql(sources->scan), &report);
    }
    close_file(sources);
    return rc;
}

/* Open one file by its path: SQLITE_ROW, SQLITE_OK where it cannot be read, or an error. */
static int open_file(struct log_sources *sources, const char *path, bool journal)
{
    input_source(0);
    sources->shown = root_shown_copy(sources->source.root, path);
    if (!sources->shown)
        return SQLITE_NOMEM;
    if (sources->terms && !tbl_match_text(sources->terms, sources->shown, false)) {
        free(sources->shown);
        sources->shown = NULL;
        return SQLITE_OK;
    }
    int r = journal ? sources->reader->open_journal(sources->scan, path)
                    : sources->reader->open_log(sources->scan);
    if (r < 0 && !sources->source.named)
        r = root_gone(sources->source.root, path, r);
    if (r == 0)
        return SQLITE_ROW;
    int rc = r == -ENOMEM               ? SQLITE_NOMEM
             : journal && r == -ENODATA ? SQLITE_OK
             : r == -ENODATA ? report(sources, sources->shown, 0, "no such records in it")
                             : report(sources, sources->shown, r, NULL);
    close_file(sources);
    return rc;
}

/* The source has events that a log of its root has too. */
static int leave_out(struct log_sources *sources)
{
    struct report left_out = report_of(sources, sources->source.shown);

    left_out.status = SOURCE_READY;
    left_out.detail = sources->reader->left_out;
    return svcql_report(tbl_svcql(sources->scan), &left_out);
}

static int take_log(struct log_sources *sources)
{
    const struct logged *log = sources->named ? NULL : log_of(sources);

    return log && log->writer != writer_of(sources)
               ? leave_out(sources)
               : open_file(sources, sources->source.path, false);
}

/* Leave out the files of a journal whose events a log of the root has: not those of other hosts. */
static void leave_own(struct log_sources *sources)
{
    struct root_names *files = &sources->files;
    size_t             n = 0;

    for (size_t i = 0; i < files->n; i++)
        if (journal_received(&sources->source, files->names[i]))
            files->names[n++] = files->names[i];
        else
            free(files->names[i]);
    files->n = n;
}

/* A source that is a journal becomes the list of its files; SQLITE_OK or an error. */
static int take_journal(struct log_sources *sources)
{
    const char *location = sources->source.shown;

    struct folder folder = {artefact_name(ARTEFACT_JOURNAL), sources->source.host,
                            sources->source.root, ""};
    int r = journal_pick_files(sources->source.root, sources->source.path, &sources->files);
    if (r == 0 && svcql_listed(tbl_svcql(sources->scan), tbl_name(sources->scan), &folder,
                               sources->source.path, &sources->files) != SQLITE_OK)
        r = -ENOMEM;
    if (r == 0 && log_of(sources)) {
        leave_own(sources);
        if (!sources->files.n)
            return leave_out(sources);
    }
    if (r == 0)
        r = sources->files.error ? sources->files.error : sources->files.lost ? -EFBIG : 0;
    return r == -ENOMEM ? SQLITE_NOMEM : report(sources, location, r, sources->reader->listed);
}

int log_sources_enter(struct log_sources *sources)
{
    for (;;) {
        int rc = SQLITE_OK;

        while (rc == SQLITE_OK && sources->next_file < sources->files.n)
            rc = open_file(sources, sources->files.names[sources->next_file++], true);
        if (rc != SQLITE_OK)
            return rc;
        root_names_free(&sources->files);
        sources->next_file = 0;
        if ((rc = next_source(sources)) != SQLITE_ROW)
            return rc;
        rc = sources->source.artefact == ARTEFACT_JOURNAL ? take_journal(sources)
                                                          : take_log(sources);
        if (rc != SQLITE_OK)
            return rc;
    }
}

/* Ends ------------------------------------------------------------------------------- */

/* The ends of one source: SQLITE_OK, SQLITE_DONE where it is better read once, or SQLITE_NOMEM. What
 * cannot be opened has no rows. */
static int source_ends(const struct source *source, log_ends_fn *ends_of, struct tbl_ends *ret)
{
    if (source->artefact == ARTEFACT_JOURNAL) {
        int r = journal_ends(source->root, source->path, ret);
        return r == -ENOMEM ? SQLITE_NOMEM : r == -ESPIPE ? SQLITE_DONE : SQLITE_OK;
    }
    int fd = root_open_file(source->root, source->path);
    if (fd < 0)
        return SQLITE_OK;
    bool sought = ends_of(source, fd, ret);
    close(fd);
    return sought ? SQLITE_OK : SQLITE_DONE;
}

int log_sources_ends(struct tbl_scan *scan, const struct sources_want *want, enum artefact log,
                     log_ends_fn *ends_of, struct tbl_ends *ret)
{
    struct sources_want sources_want = *want;
    struct sources      sources = {0};
    struct source       source;
    int                 found = SQLITE_OK;

    sources_want.artefacts = 1u << log | 1u << ARTEFACT_JOURNAL;
    int rc = tbl_sources_begin(scan, &sources, &sources_want);
    while (rc == SQLITE_OK && found == SQLITE_OK) {
        rc = tbl_sources_next(scan, &sources, &source);
        found = rc == SQLITE_ROW ? source_ends(&source, ends_of, ret) : SQLITE_OK;
        rc = rc == SQLITE_ROW ? SQLITE_OK : rc;
    }
    sources_end(&sources);
    return rc == SQLITE_OK || rc == SQLITE_DONE ? found : rc;
}
