/* signals_command.c -- svcql signals: tests a folder of detections, or prints a template of one. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detections.h"
#include "program.h"

SQLITE_EXTENSION_INIT3

enum { SIGNALS_SHIPPED };

static const struct option_spec options[] = {
    {"shipped", 0, NULL, "the folder is that of the detections of svcql, whose names it may have"},
    {0},
};

const struct command signals_command = {
    "signals",   "test DIR | new SHAPE NAME", "test your own detections, or begin one", options,
    run_signals,
};

struct teller {
    void (*tell)(void *data, const char *text);
    void *data;
};

static void tell_fault(void *data, const char *file, int line, const char *text)
{
    const struct teller *teller = data;
    char                *all = sqlite3_mprintf("%s:%d: %s", file, line, text);

    if (all)
        teller->tell(teller->data, all);
    sqlite3_free(all);
}

bool use_signals(sqlite3 *db, const char *folder, void (*tell)(void *data, const char *text),
                 void *data)
{
    struct teller           teller = {tell, data};
    struct detection_faults faults = {.report = tell_fault, .data = &teller};
    struct detections      *detections = NULL;
    sqlite3_stmt           *stmt = NULL;

    /* Read only to report its faults; the connection reads it again. */
    if (detections_load(folder, &faults, &detections) == 0)
        detections_free(detections);
    int rc = sqlite3_prepare_v2(db, "UPDATE svcql_settings SET value = ? WHERE name = 'signals'",
                                -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, folder, -1, SQLITE_STATIC);
        rc = sqlite3_step(stmt);
    }
    if (rc != SQLITE_DONE)
        tell(data, sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE;
}

static void print_fault(void *data, const char *file, int line, const char *text)
{
    (void)data;
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
}

/* The signals that svcql has: a name of theirs would leave the detection out. */
static int refuse_taken(sqlite3 *db, struct detections *detections, struct detection_faults *faults)
{
    const struct detection_file *file;
    sqlite3_stmt                *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT 1 FROM signals WHERE name = ?", -1, &stmt, NULL);

    for (size_t i = 0; rc == SQLITE_OK && (file = detections_at(detections, i)); i++) {
        sqlite3_bind_text(stmt, 1, file->name, -1, SQLITE_STATIC);
        if (sqlite3_step(stmt) == SQLITE_ROW)
            detection_fault(faults, file->path, 1, DETECTION_NAME_TAKEN, file->name);
        rc = sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int test(sqlite3 *db, const char *folder, bool shipped)
{
    struct detection_faults faults = {.report = print_fault};
    struct detections      *detections = NULL;
    size_t                  n = 0;
    int                     r = detections_load(folder, &faults, &detections);

    if (r < 0)
        return complain("signals: %s: %s", folder, strerror(-r));
    int tests = detections_test(detections);
    if (tests < 0) {
        detections_free(detections);
        return complain("signals: %s", strerror(-tests));
    }
    if (!shipped && refuse_taken(db, detections, &faults) != SQLITE_OK) {
        detections_free(detections);
        return complain("signals: %s", sqlite3_errmsg(db));
    }
    while (detections_at(detections, n))
        n++;
    printf("%zu detection%s, %d test%s, %d fault%s\n", n, n == 1 ? "" : "s", tests,
           tests == 1 ? "" : "s", faults.n, faults.n == 1 ? "" : "s");
    detections_free(detections);
    return faults.n ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* The column that a detection of the shape most likely uses. */
static const char *likely_column(const struct shape *shape)
{
    static const char *const likely[] = {"program", "image_path", "exe", "cmdline", "path"};

    for (size_t i = 0; i < sizeof likely / sizeof *likely; i++)
        for (size_t c = 0; c < shape->n_columns; c++)
            if (strcmp(shape->columns[c], likely[i]) == 0)
                return likely[i];
    return shape->columns[0];
}

static void print_new(const struct shape *shape, const char *name)
{
    const char *column = likely_column(shape);

    printf(
        "-- %s: <the sentence that shows in why: runs from a folder of its own below /opt/.cache>\n"
        "-- platform:        any\n"
        "-- technique:       T1543\n"
        "-- weight:          40\n"
        "-- reference:       <where the fact is documented; may be left out>\n"
        "-- false positives: <an ordinary case in which it fires, and how to recognise it>\n"
        "--\n"
        "-- shape:   %s\n",
        name, shape->name);
    printf("-- fires:   {\"%s\": \"/opt/.cache/a\"}\n-- fires:   {\"%s\": \"/opt/.cache/b\"}\n",
           column, column);
    printf("-- spares:  {\"%s\": \"/opt/cache/a\"}\n-- spares:  {\"%s\": \"/usr/bin/b\"}\n", column,
           column);
    printf("%s GLOB '/opt/.cache/*'\n", column);
    fprintf(stderr, "The columns of the shape: svcql tables %s_facts\n", shape->name);
}

static int begin(const char *shape_name, const char *name)
{
    struct shapes shapes = {0};
    int           status = EXIT_CLEAN;

    if (shapes_read(&shapes) < 0)
        return complain("signals: out of memory");
    const struct shape *shape = shapes_find(&shapes, shape_name, strlen(shape_name));
    if (shape)
        print_new(shape, name);
    else {
        status = complain("signals: no shape %s; there are:", shape_name);
        for (size_t i = 0; i < shapes.n; i++)
            fprintf(stderr, "  %s\n", shapes.shapes[i].name);
    }
    shapes_free(&shapes);
    return status;
}

static int pick(sqlite3 *db, int argc, char **argv, bool shipped)
{
    if (argc - optind == 2 && strcmp(argv[optind], "test") == 0)
        return test(db, argv[optind + 1], shipped);
    if (argc - optind == 3 && strcmp(argv[optind], "new") == 0)
        return begin(argv[optind + 1], argv[optind + 2]);
    return complain("signals: test DIR, or new SHAPE NAME; try svcql signals --help");
}

int run_signals(int argc, char **argv)
{
    bool shipped = false;
    int  option;

    while ((option = next_option(&signals_command, argc, argv)) != -1)
        if (option == SIGNALS_SHIPPED)
            shipped = true;
        else
            return EXIT_ERROR;
    sqlite3 *db = open_database(); /* sets up the library that the detections run with */
    int      status = db ? pick(db, argc, argv, shipped) : EXIT_ERROR;

    sqlite3_close(db);
    return status;
}
