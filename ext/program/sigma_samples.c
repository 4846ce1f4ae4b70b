#include "sigma_samples.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "program.h"

struct results {
    FILE         *out;
    struct buffer xml;
    long long     tests, failed, without;
};

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);

    return a > b && strcmp(text + a - b, end) == 0;
}

/* A text in XML; what a control character would break is left out. */
static void put_xml(struct buffer *xml, const char *text)
{
    for (; *text; text++) {
        static const char special[] = "<>&\"", *const names[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
        const char *found = strchr(special, *text);
        if (found)
            buffer_puts(xml, names[found - special]);
        else if ((unsigned char)*text >= ' ')
            buffer_putc(xml, *text);
    }
}

static void put_case(struct results *results, const char *rule, const char *sample,
                     const char *wrong)
{
    results->tests++;
    results->failed += wrong != NULL;
    fprintf(results->out, "%s %s%s%s%s%s\n", wrong ? "FAIL" : "ok  ", rule, *sample ? " on " : "",
            sample, wrong ? ": " : "", wrong ? wrong : "");
    buffer_puts(&results->xml, "  <testcase classname=\"");
    put_xml(&results->xml, rule);
    buffer_puts(&results->xml, "\" name=\"");
    put_xml(&results->xml, *sample ? sample : "can run");
    buffer_puts(&results->xml, wrong ? "\"><failure message=\"" : "\"/>\n");
    if (wrong) {
        put_xml(&results->xml, wrong);
        buffer_puts(&results->xml, "\"/></testcase>\n");
    }
}

/* How many hits a rule has on a sample; -1 and why where it cannot run. */
static long long count_hits(const char *rule, const char *sample, char why[256])
{
    sqlite3      *db = open_database();
    sqlite3_stmt *stmt = NULL;
    long long     hits = -1;

    snprintf(why, 256, "cannot be read");
    if (db && add_evidence(db, sample) &&
        sqlite3_prepare_v2(
            db, "SELECT count(*) FILTER (WHERE status = 'match'), max(error) FROM svcql_rules(?1)",
            -1, &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, rule, -1, SQLITE_STATIC);
        if (sqlite3_step(stmt) == SQLITE_ROW) {
            const char *error = (const char *)sqlite3_column_text(stmt, 1);
            hits = error ? -1 : sqlite3_column_int64(stmt, 0);
            if (error)
                snprintf(why, 256, "%s", error);
        } else {
            snprintf(why, 256, "%s", sqlite3_errmsg(db));
        }
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return hits;
}

static void try_sample(struct results *results, const char *rule, const char *sample, bool clean)
{
    char      why[256];
    long long hits = count_hits(rule, sample, why);

    if (hits > 0 && clean)
        snprintf(why, sizeof why, "matches %lld events of a clean log", hits);
    else if (hits == 0 && !clean)
        snprintf(why, sizeof why, "matches no event");
    put_case(results, rule, sample, hits >= 0 && (hits > 0) != clean ? NULL : why);
}

/* The samples beside a rule: names that begin with the rule's, then .match or .clean. */
static void try_rule(struct results *results, const char *rule, const FTSENT *siblings)
{
    long long   before = results->tests;
    const char *name = strrchr(rule, '/') ? strrchr(rule, '/') + 1 : rule;
    size_t      stem = strlen(name) - strlen(strrchr(name, '.'));

    for (; siblings; siblings = siblings->fts_link) {
        const char *rest = siblings->fts_name + stem;
        char        path[4096];
        if (strncmp(siblings->fts_name, name, stem) != 0)
            continue;
        bool match = strncmp(rest, ".match", 6) == 0, clean = strncmp(rest, ".clean", 6) == 0;
        if ((!match && !clean) || (rest[6] && rest[6] != '.'))
            continue;
        if ((size_t)snprintf(path, sizeof path, "%.*s%s", (int)(name - rule), rule,
                             siblings->fts_name) < sizeof path)
            try_sample(results, rule, path, clean);
    }
    results->without += before == results->tests;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_sample(const char *name)
{
    return strstr(name, ".match") || strstr(name, ".clean");
}

static bool walk(struct results *results, const char *folder)
{
    char *paths[] = {strdup(folder), NULL};
    FTS  *tree = paths[0] ? fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
    bool  found = false;

    for (FTSENT *entry; tree && (entry = fts_read(tree));) {
        found |= entry->fts_info == FTS_F;
        if (entry->fts_info == FTS_D && entry->fts_level > 0 && is_sample(entry->fts_name))
            fts_set(tree, entry, FTS_SKIP);
        if (entry->fts_info != FTS_D || is_sample(entry->fts_name))
            continue;
        const FTSENT *children = fts_children(tree, 0);
        for (const FTSENT *child = children; child; child = child->fts_link) {
            char rule[4096];
            if (is_sample(child->fts_name) ||
                (!ends_with(child->fts_name, ".yml") && !ends_with(child->fts_name, ".yaml")))
                continue;
            size_t size = strlen(entry->fts_path);
            while (size > 1 && entry->fts_path[size - 1] == '/')
                size--;
            snprintf(rule, sizeof rule, "%.*s/%s", (int)size, entry->fts_path, child->fts_name);
            try_rule(results, rule, children);
        }
    }
    if (tree)
        fts_close(tree);
    free(paths[0]);
    return found;
}

static bool write_junit(struct results *results, const char *path)
{
    const char *cases = buffer_text(&results->xml);
    FILE       *file = fopen(path, "we");

    if (!file || (results->xml.size && !cases)) {
        complain("sigma: %s: cannot be written", path);
        return false;
    }
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sigma\" tests=\"%lld\" "
            "failures=\"%lld\">\n%s</testsuite>\n",
            results->tests, results->failed, cases ? cases : "");
    return fclose(file) == 0;
}

int sigma_samples(const char *folder, const char *junit, FILE *out)
{
    struct results results = {.out = out};
    bool           done = walk(&results, folder);

    if (!done)
        complain("sigma: %s: no folder with files", folder);
    fprintf(out, "%lld samples, %lld failed, %lld rules without samples\n", results.tests,
            results.failed, results.without);
    done = done && (!junit || write_junit(&results, junit));
    buffer_free(&results.xml);
    return !done ? EXIT_ERROR : results.failed ? EXIT_FINDINGS : EXIT_CLEAN;
}
