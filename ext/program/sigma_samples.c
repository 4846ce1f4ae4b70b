#include "sigma_samples.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence/root_names.h"
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

/* The names in a folder, sorted. */
static struct root_names names_of(const char *folder)
{
    struct root_names names = {0};
    DIR              *stream = opendir(folder);
    struct root_dir  *dir = stream ? root_dir_take(stream) : NULL;
    struct dirent    *entry;
    int               r = 0;

    while (dir && r >= 0 && (r = root_readdir(dir, &entry)) > 0)
        r = *entry->d_name == '.' ? 0 : root_names_add(&names, entry->d_name);
    root_closedir(dir);
    if (r < 0)
        complain("sigma: %s: %s", folder, strerror(-r));
    root_names_sort(&names);
    return names;
}

/* The samples beside a rule: names that begin with the rule's, then .match or .clean. */
static void try_rule(struct results *results, const char *folder, const char *name,
                     const struct root_names *siblings)
{
    long long before = results->tests;
    size_t    stem = strlen(name) - strlen(strrchr(name, '.'));
    char      rule[4096], path[4096];

    snprintf(rule, sizeof rule, "%s/%s", folder, name);
    for (size_t i = 0; i < siblings->n; i++) {
        const char *sibling = siblings->names[i], *rest = sibling + stem;
        if (strncmp(sibling, name, stem) != 0)
            continue;
        bool match = strncmp(rest, ".match", 6) == 0, clean = strncmp(rest, ".clean", 6) == 0;
        if ((!match && !clean) || (rest[6] && rest[6] != '.'))
            continue;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, sibling) < sizeof path)
            try_sample(results, rule, path, clean);
    }
    results->without += before == results->tests;
}

static bool is_sample(const char *name)
{
    return strstr(name, ".match") || strstr(name, ".clean");
}

#define DEPTH_MAX 32

/* The rules of a folder, then those of the folders in it, which no link leads to. True where it has a file. */
static bool walk(struct results *results, const char *folder, int depth)
{
    struct root_names names = names_of(folder);
    bool              found = false;

    for (size_t i = 0; i < names.n; i++)
        if (!is_sample(names.names[i]) &&
            (ends_with(names.names[i], ".yml") || ends_with(names.names[i], ".yaml")))
            try_rule(results, folder, names.names[i], &names);
    for (size_t i = 0; i < names.n; i++) {
        char        path[4096];
        struct stat st;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, names.names[i]) >= sizeof path ||
            fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        found |= S_ISREG(st.st_mode);
        if (S_ISDIR(st.st_mode) && !is_sample(names.names[i]) && depth < DEPTH_MAX)
            found |= walk(results, path, depth + 1);
    }
    root_names_free(&names);
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
    size_t         size = strlen(folder);
    char          *path = strdup(folder);

    while (path && size > 1 && path[size - 1] == '/')
        path[--size] = '\0';
    bool done = path && walk(&results, path, 0);
    free(path);
    if (!done)
        complain("sigma: %s: no folder with files", folder);
    fprintf(out, "%lld samples, %lld failed, %lld rules without samples\n", results.tests,
            results.failed, results.without);
    done = done && (!junit || write_junit(&results, junit));
    buffer_free(&results.xml);
    return !done ? EXIT_ERROR : results.failed ? EXIT_FINDINGS : EXIT_CLEAN;
}
