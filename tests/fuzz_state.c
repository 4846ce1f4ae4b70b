/* fuzz_state.c -- the schedule's state with bytes changed or cut off: it opens, or is put aside and a new
 * one begins. */
#include <dirent.h>

#include "fuzz_edits.h"
#include "program/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char     dir[] = "/tmp/svcql-fuzz-state-XXXXXX", path[sizeof dir + 16];
static uint8_t *whole;
static size_t   whole_size;

static int ignore_row(void *data, const char *row, size_t size)
{
    (void)data, (void)row, (void)size;
    return 0;
}

static int ignore_line(void *data, const struct waiting_line *line)
{
    (void)data, (void)line;
    return 0;
}

/* One run of one query, as the schedule does it. */
static void run(struct store *store)
{
    struct query_state state;
    struct run_report  report = {.begin = 1.7e9, .boot = "b", .sql = "SELECT 1", .counter = 1};

    if (store_query(store, "q", "SELECT 1", "b", &state) < 0)
        return;
    int r = store_forget_fresh(store);
    if (r >= 0)
        r = store_begin(store);
    for (int i = 0; r >= 0 && i < 3; i++)
        r = store_add(store, i ? "{\"a\":\"1\"}" : "{\"a\":\"2\"}", 9);
    if (r >= 0)
        r = store_each_added(store, state.id, false, ignore_row, NULL);
    if (r >= 0)
        r = store_each_removed(store, state.id, false, ignore_row, NULL);
    if (r >= 0)
        r = store_put_line(store, state.id, STREAM_RESULTS, "line", 4);
    if (r >= 0)
        r = store_replace(store, state.id, true);
    if (r >= 0)
        r = store_report(store, state.id, &report);
    if (r >= 0)
        store_commit(store);
    store_rollback(store);
}

static void empty(void)
{
    DIR           *folder = opendir(dir);
    struct dirent *entry;
    char           name[600];

    while (folder && (entry = readdir(folder)))
        if (*entry->d_name != '.') {
            snprintf(name, sizeof name, "%s/%s", dir, entry->d_name);
            unlink(name);
        }
    if (folder)
        closedir(folder);
}

static void end(void)
{
    empty();
    rmdir(dir);
    free(whole);
}

static void begin(void)
{
    struct store *store = NULL;
    char         *notice = NULL;

    if (!mkdtemp(dir))
        abort();
    atexit(end);
    snprintf(path, sizeof path, "%s/state.db", dir);
    if (store_open(path, &store, &notice) < 0)
        abort();
    run(store);
    store_close(store);
    whole = edit_load(path, &whole_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store *store = NULL;
    struct edit   edit;
    char         *notice = NULL;

    if (!whole)
        begin();
    uint8_t *bytes = malloc(whole_size + 1024);
    size_t   n = whole_size;
    memcpy(bytes, whole, n);
    for (int i = 0; i < 3 && edit_next(&data, &size, &edit); i++)
        n = edit_apply(&edit, bytes, n);
    empty();
    edit_save(path, bytes, n);
    free(bytes);
    if (store_open(path, &store, &notice) == 0) {
        run(store);
        store_each_line(store, STREAM_ALL, 0, 100, ignore_line, NULL);
        sqlite3_free(store_schedule_json(store));
        store_close(store);
    }
    sqlite3_free(notice);
    return 0;
}
