/* place_files.h -- files in fixed places below every root, read one by one and reported.
 *
 *     static const struct place_of_files places[] = {
 *         {"/etc/crontab", NULL, 0},
 *         {"/etc/cron.d", "*", 0},
 *     };
 *     state->files = (struct place_files){.scan = scan, .kind = "cron", .places = places,
 *                                         .n_places = TBL_COUNT(places)};
 *     place_files_begin(&state->files, &(struct sources_want){...});
 *     while ((rc = place_files_next(&state->files)) == SQLITE_ROW)
 *         ... text, size, path, shown, source.host; records++, skipped++ ...
 *     place_files_end(&state->files);
 *
 * A table whose rows are the records of one file after another sets begin_file and next_record and calls
 * place_files_row() for each row.
 *
 * The walk opens, reads and reports: what a table would still do with paths alone is most of it. So
 * `packages` and `package_history` do not stand on it. A package database is one index for several tables,
 * kept from statement to statement by the stamps of its files; it reads a package's own lists when a row
 * needs them, and rpm's stores in parts. Logs of packages are sources of evidence (ARTEFACT_PACKAGE_LOG),
 * found as loose files too, and of eight databases that a root may have each is opened by its own reader.
 *
 * A file that is absent, denied, too big or not regular, a folder that cannot be listed or has more
 * names than PLACE_NAMES_MAX: each is reported, and the walk goes on. Each file is opened only when
 * it is read, so a LIMIT reads no more than it needs.
 */
#ifndef SVCQL_PLACE_FILES_H
#define SVCQL_PLACE_FILES_H

#include "evidence.h"
#include "table.h"

#define PLACE_NAMES_MAX 200000      /* of one folder */
#define PLACE_ADDED_MAX 10000       /* places added while the files of one root are read */
#define PLACE_FILE_MAX  (64u << 20) /* bytes; of a longer file only these are returned */
#define PLACE_PART      (1u << 20)  /* bytes that place_files_more() reads */
#define PLACE_PROC_MAX  (1u << 20)  /* the same for a file that reports size 0, as in /proc */

struct place_of_files {
    const char *path;     /* a folder, in which "*" matches any name; or the file itself */
    const char *pattern;  /* of the names in the folder; NULL: `path` is a file */
    int         tag;      /* the table's own */
    bool        optional; /* not worth a report where it is absent */
};

struct place_base {
    char   *path; /* owned, within the root */
    int64_t reader;
};

struct place_added {
    struct place_of_files place; /* its path is owned */
    int64_t               reader;
};

struct place_files {
    /* For the table to set before place_files_begin(). */
    struct tbl_scan             *scan;
    const char                  *kind; /* as in a report */
    const struct place_of_files *places;
    size_t                       n_places;
    bool                         by_line; /* files are read by place_files_line(), of any size */
    bool                         by_part; /* files are read by place_files_more(), see there */
    bool                         by_base; /* the places are below bases alone: none, no places */
    bool                         by_root; /* place_files_next() stops after each root, text NULL */
    bool                         is_text; /* NULs in it are damage, and counted */
    bool of_users; /* a file that a query names is read as root_chooser() may */

    /* Whether to open a file of that name; NULL: each. */
    bool (*wanted)(struct tbl_scan *scan, const struct place_of_files *place, const char *name);

    /* What to do first in each root: place_files_base(), as a rule. NULL: nothing. */
    int (*begin_root)(struct tbl_scan *scan);

    /* For place_files_row(): of a file that was opened, which may have a row of its own (SQLITE_ROW); SQLITE_OK
     * where its records follow, SQLITE_DONE where it has none. The next record: SQLITE_ROW, SQLITE_DONE. */
    int (*begin_file)(struct tbl_scan *scan, void *row);
    int (*next_record)(struct tbl_scan *scan, void *row);

    /* Of the file that is open. */
    struct source         source;
    struct place_of_files place;
    char                  path[ROOT_PATH_MAX];      /* within the root */
    char                  shown[2 * ROOT_PATH_MAX]; /* its path for people */
    const char           *name;                     /* the last part of path */
    size_t                base;                     /* which of those of this root it is below */
    char                 *text;                     /* with a NUL after it; NULL: no file is open */
    size_t                size;
    bool                  more;  /* there is more of it, for place_files_more() */
    int64_t               owner; /* user id of the file; not set for one that is read by line */

    /* Of the file that is open, for the table to count; reported when it is closed. */
    int64_t     records, skipped;
    size_t      lost;   /* files that are not read, as there are too many */
    const char *detail; /* why records were skipped; static text, NULL: "lines not understood" */
    int         error;  /* negative errno: why its text is incomplete */

    /* The walk's own. */
    struct sources      sources;
    bool                in_source, reported;
    struct place_base  *bases; /* the places are below each of these; none: below the root */
    size_t              n_bases;
    struct place_added *added;
    size_t              n_added;
    size_t              next_place; /* of places, then of added */
    char              **folders;    /* that fit the place's path */
    size_t              n_folders, next_folder;
    char                folder[ROOT_PATH_MAX];
    struct root_names   names; /* in the folder */
    size_t              next_name;
    struct stream      *stream;
    int                 fd;        /* of the file, while there is more of it */
    off_t               offset;    /* read until here */
    size_t              got, most; /* bytes of text until now, and at most */
    bool                unsized;   /* it reports size 0, as in /proc */
    size_t              holes;     /* of the file, each represented by one NUL */
    size_t              zeros; /* lines, of a file read whole 1, that hold NULs and should not */
    bool                cut;   /* the file is longer than PLACE_FILE_MAX */
};

int  place_files_begin(struct place_files *f, const struct sources_want *want);
int  place_files_next(struct place_files *f); /* SQLITE_ROW, SQLITE_DONE or an error */
void place_files_end(struct place_files *f);  /* accepts a zeroed one */

/* The next row of all files. SQLITE_ROW, SQLITE_DONE or an error. */
int place_files_row(struct place_files *f, void *row);

/* The next line of a file that is read by line, as stream_line() gives it: SQLITE_ROW, SQLITE_DONE at
 * the end of the file. */
int place_files_line(struct place_files *f, char **ret_line, size_t *ret_size);

/* Of a file that is read by part, whose `text` is its beginning: drop the first `used` bytes, which the table is done
 * with, and read on behind the rest. So memory is that of a part, whatever the file's size. `text` moves. 1, 0 at the
 * end, or a negative errno, which is in `error` too; there is no more then. */
int place_files_more(struct place_files *f, size_t used);

/* Read the rest of such a file: 0 or a negative errno. */
int place_files_all(struct place_files *f);

/* One more place of this root, read after the others; copies the path. A path that is added twice
 * is read once. `reader` as below. SQLITE_OK or SQLITE_NOMEM. */
int place_files_add(struct place_files *f, const struct place_of_files *place, int64_t reader);

/* Add one of several folders of this root below which the places are, such as users' homes. For
 * begin_root(). Targets of its names are read with that user's rights (root_as()); 0: without such
 * a limit. */
int place_files_base(struct place_files *f, const char *path, int64_t reader);

#endif
