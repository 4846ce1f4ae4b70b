/* program.h -- the parts of the svcql program.
 *
 * The program is the extension linked to a command line: each command opens a database in memory,
 * adds the evidence that was named, runs SQL and prints rows.
 */
#ifndef SVCQL_PROGRAM_H
#define SVCQL_PROGRAM_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "monotonic.h"

/* Exit statuses. */
enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_ERROR = 2, EXIT_INCOMPLETE = 3 };

/* Options --------------------------------------------------------------------- */

struct option_spec {
    const char *name;     /* without dashes */
    char        letter;   /* of the short form, or 0 */
    const char *argument; /* what the value is called in the help; NULL: a flag */
    const char *help;
};

struct command {
    const char               *name;
    const char               *arguments; /* after the options, for the help; may be NULL */
    const char               *help;      /* one line */
    const struct option_spec *options;   /* ends with a NULL name */
    int (*run)(int argc, char **argv);
};

/* Read the next option of a command line that begins at argv[0] = the command's name. Returns its
 * index in command->options, -1 after the last (rest in argv[optind...]), -2 for a bad one, which
 * has been reported on standard error. The value is in optarg. */
int next_option(const struct command *command, int argc, char **argv);

int                         run_cat(int argc, char **argv);
int                         run_hunt(int argc, char **argv);
int                         run_query(int argc, char **argv);
int                         run_shell(int argc, char **argv);
int                         run_tables(int argc, char **argv);
int                         run_schedule(int argc, char **argv);
int                         run_osquery(int argc, char **argv);
int                         run_merge(int argc, char **argv);
int                         run_signals(int argc, char **argv);
int                         run_sigma(int argc, char **argv);
extern const struct command hunt_command, query_command, shell_command, tables_command,
    schedule_command, signals_command, sigma_command, cat_command, osquery_command, merge_command;

/* Report an error on standard error, as "svcql: ...". Returns EXIT_ERROR. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Database -------------------------------------------------------------------- */

/* A database in memory with the extension loaded; NULL after complaining. */
sqlite3 *open_database(void);

/* Keep temporary tables in memory where no folder takes files, as in a sandbox. False: the database
 * has the error. */
bool spare_files(sqlite3 *db);

/* Add evidence to read instead of the live host: false after complaining. */
bool add_evidence(sqlite3 *db, const char *location);

/* Report on standard error the locations of evidence that are denied or damaged themselves, a line each, and,
 * with `nothing`, those in which nothing was recognised: once, after what was asked. False after
 * complaining of an error. */
bool tell_unread(sqlite3 *db, bool nothing);

/* Use the detections of a folder too. A fault of one is reported and the others still work; false,
 * after complaining, where the folder cannot be read. */
bool use_signals(sqlite3 *db, const char *folder, void (*tell)(void *data, const char *text),
                 void *data);

/* Seconds of a span such as 90s, 15m, 1h, 7d, 2w; -1 where it is not one. */
double parse_span(const char *text);

/* Output ---------------------------------------------------------------------- */

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_NDJSON };

/* False where no format has this name. */
bool parse_format(const char *name, enum format *ret);

struct output {
    FILE       *file;
    enum format format;
    bool        terminal; /* colours, columns cut to the width */
    size_t      width;    /* columns of the terminal */
};

/* Open a file, or standard output for NULL and "-". False after complaining. */
bool output_open(struct output *output, enum format format, const char *path);

/* Flush and close; false after complaining that not all was written. */
bool output_close(struct output *output);

/* Print all rows of a statement. Returns their count, or -1 where stepping failed. Text of hostile
 * evidence is printed with control and bidirectional characters escaped. */
long long output_rows(struct output *output, sqlite3_stmt *stmt);

/* The same for rows of one text, a line each, cut to the width of a terminal. */
long long output_texts(struct output *output, sqlite3_stmt *stmt);

/* Run SQL without rows, with its progress shown; false after complaining. NULL: no memory. */
bool run_shown(sqlite3 *db, const char *sql);

/* A title above what follows, in the table format only; it is given, or what a query answers. */
void output_title(struct output *output, const char *title);
void output_answer(struct output *output, sqlite3 *db, const char *sql);

/* The rank of a level of Sigma's, as an SQL expression. */
#define SIGMA_RANK                                                                                 \
    "CASE level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 " \
    "ELSE 0 END"

#endif
