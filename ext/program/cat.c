/* cat.c -- svcql cat: units as one file each, with the source of each line.
 *
 * A comment before the lines of one file has its path and the numbers of the lines, so the output
 * is a unit file with the effect of all files of the unit together.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "program.h"

enum { CAT_EVIDENCE, CAT_FORMAT, CAT_USER, CAT_SYSTEM };

static const struct option_spec options[] = {
    {"evidence", 'e', "PATH", "read this instead of the live host; may be repeated"},
    {"format", 'f', "FORMAT", "unit, json, csv or ndjson"},
    {"user", 'U', "NAME", "only units of this user's manager and those that all users share"},
    {"system", 's', NULL, "only units of the system's manager"},
    {0},
};

const struct command cat_command = {
    "cat", "UNIT...", "print a unit as one file, with the source of each line", options, run_cat,
};

struct cat {
    bool        unit_form; /* else rows in the output's format */
    enum format format;
    const char *scope, *user;
};

/* Columns of the statement. */
enum { HOST, SCOPE, USER, UNIT, TEXT, SECTION, PATH, LINE };

/* $1: the unit, $2: the scope, $3: the user; each NULL for any. */
static const char sql[] =
    "SELECT host, scope, scope_user, unit, text, section, path, line FROM effective_unit(?1) "
    "WHERE (?2 IS NULL OR scope = ?2) AND (?3 IS NULL OR scope_user IS NULL OR scope_user = ?3)";

/* Adjacent lines of one file, kept until the run is complete. */
struct run {
    struct buffer lines, numbers;
    char         *path;
    long long     first, last; /* of the numbers, those not written yet */
};

static const char *text_of(sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text ? text : "";
}

static void print(const char *format, const char *text)
{
    struct buffer shown = {0};

    buffer_printable(&shown, text, strlen(text));
    const char *line = buffer_text(&shown);
    printf(format, line ? line : "(out of memory)");
    buffer_free(&shown);
}

/* Write the numbers that wait: "7" or "7-9". */
static void end_numbers(struct run *run)
{
    if (!run->first)
        return;
    buffer_printf(&run->numbers, "%s%lld", run->numbers.size ? "," : "", run->first);
    if (run->last != run->first)
        buffer_printf(&run->numbers, "-%lld", run->last);
    run->first = run->last = 0;
}

static void end_run(struct run *run)
{
    end_numbers(run);
    if (run->path) {
        const char *numbers = run->numbers.size ? buffer_text(&run->numbers) : NULL;
        print("# %s", run->path);
        printf(numbers ? ":%s\n" : "\n", numbers);
    }
    if (run->lines.size && !run->lines.failed)
        fwrite(run->lines.data, 1, run->lines.size, stdout);
    free(run->path);
    buffer_free(&run->lines);
    buffer_free(&run->numbers);
    *run = (struct run){0};
}

static void add_line(struct run *run, sqlite3_stmt *stmt)
{
    const char *path = text_of(stmt, PATH), *text = text_of(stmt, TEXT);
    long long   line = sqlite3_column_int64(stmt, LINE);

    if (!run->path || strcmp(run->path, path) != 0) {
        end_run(run);
        run->path = strdup(path);
    }
    if (line && run->first && line == run->last + 1) {
        run->last = line;
    } else if (line) {
        end_numbers(run);
        run->first = run->last = line;
    }
    buffer_printable(&run->lines, text, strlen(text));
    buffer_putc(&run->lines, '\n');
}

static void print_title(sqlite3_stmt *stmt, bool first)
{
    const char *user = text_of(stmt, USER);

    print(first ? "# %s" : "\n# %s", text_of(stmt, UNIT));
    print(" on %s, ", text_of(stmt, HOST));
    printf("%s", strcmp(text_of(stmt, SCOPE), "system") == 0 ? "the system's manager"
                 : *user                                     ? ""
                                                             : "all users' managers");
    print(*user ? "the manager of %s\n" : "%s\n", user);
}

/* Print all units of a statement; their count, or -1. */
static long long print_units(sqlite3_stmt *stmt, bool first)
{
    struct run    run = {0};
    struct buffer title = {0}, before = {0};
    long long     n = 0;
    int           rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        buffer_reset(&title);
        for (int i = HOST; i <= UNIT; i++)
            buffer_printf(&title, "%s\n", text_of(stmt, i));
        const char *now = buffer_text(&title), *then = buffer_text(&before);
        if (!now || !then || strcmp(now, then) != 0) {
            end_run(&run);
            print_title(stmt, first && !n);
            buffer_reset(&before);
            buffer_put(&before, title.data, title.size);
            n++;
        }
        if (sqlite3_column_type(stmt, PATH) == SQLITE_NULL) {
            end_run(&run);
            print("%s\n", text_of(stmt, TEXT));
        } else {
            add_line(&run, stmt);
        }
    }
    end_run(&run);
    buffer_free(&title);
    buffer_free(&before);
    return rc == SQLITE_DONE ? n : -1;
}

static long long print_rows(struct output *output, sqlite3_stmt *stmt)
{
    return output_rows(output, stmt);
}

static int cat_unit(sqlite3 *db, struct output *output, const struct cat *cat, const char *unit,
                    bool first)
{
    sqlite3_stmt *stmt = NULL;
    long long     n = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, unit, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 2, cat->scope, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 3, cat->user, -1, SQLITE_STATIC);
        n = cat->unit_form ? print_units(stmt, first) : print_rows(output, stmt);
    }
    if (n < 0)
        complain("%s", sqlite3_errmsg(db));
    else if (n == 0)
        complain("cat: no unit %s", unit);
    sqlite3_finalize(stmt);
    return n > 0 ? EXIT_CLEAN : EXIT_ERROR;
}

static bool cat_option(sqlite3 *db, int option, struct cat *cat)
{
    switch (option) {
    case CAT_EVIDENCE:
        return add_evidence(db, optarg);
    case CAT_FORMAT:
        cat->unit_form = strcmp(optarg, "unit") == 0;
        return cat->unit_form || parse_format(optarg, &cat->format);
    case CAT_USER:
        cat->scope = "user";
        cat->user = optarg;
        return true;
    case CAT_SYSTEM:
        cat->scope = "system";
        return true;
    default:
        return false;
    }
}

static int cat(sqlite3 *db, int argc, char **argv)
{
    struct cat    cat = {.unit_form = true};
    struct output output;
    int           option, status = EXIT_CLEAN;

    while ((option = next_option(&cat_command, argc, argv)) != -1)
        if (!cat_option(db, option, &cat))
            return EXIT_ERROR;
    if (optind == argc)
        return complain("cat: give the name of a unit");
    if (!output_open(&output, cat.format, NULL))
        return EXIT_ERROR;
    for (int i = optind; i < argc; i++)
        if (cat_unit(db, &output, &cat, argv[i], i == optind) != EXIT_CLEAN)
            status = EXIT_ERROR;
    return output_close(&output) ? status : EXIT_ERROR;
}

int run_cat(int argc, char **argv)
{
    sqlite3 *db = open_database();
    int      status = db ? cat(db, argc, argv) : EXIT_ERROR;

    sqlite3_close(db);
    return status;
}
