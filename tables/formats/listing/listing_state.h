/* listing_state.h -- a listing while it is read: for the parts of listing.h alone. */
#ifndef SVCQL_LISTING_STATE_H
#define SVCQL_LISTING_STATE_H

#include "formats/text/buffer.h"
#include "formats/text/csv_records.h"
#include "formats/text/json_objects.h"
#include "formats/text/text_lines.h"
#include "listing.h"

enum platform { LINUX, MACOS, WINDOWS };

#define LISTING_COLUMNS 64

struct listing_record {
    struct buffer text[LISTING_FIELDS];
    bool          has[LISTING_FIELDS];
    enum platform platform;
    const char   *form; /* NULL: nothing was set yet */
    uint64_t      at;
    bool          cut; /* a value of it is not whole, or beyond what it may be */
};

/* What a line did: it is a part of the open record or none of anybody's; it completes the open record; the
 * open record ends before it, so that it is to be given again. */
enum listing_take { LINE_TAKEN, LINE_ENDS, LINE_AGAIN };

struct listing;

/* The lines of one command's output. `begins` recognises a line with which it may begin; `line` takes that
 * and those after it. At a line with which another begins the open record ends. */
struct listing_grammar {
    const char   *form;
    enum platform platform;
    bool (*begins)(const struct listing *listing, const char *line);
    enum listing_take (*line)(struct listing *listing, const char *line);
};

enum listing_container { UNKNOWN, LINES, ROWS, OBJECTS };

struct listing {
    enum listing_container container;
    struct buffer          head; /* first bytes, until the container is known */
    size_t                 head_at;
    struct text_lines      lines;
    struct json_objects    objects;
    struct csv_records     rows;
    struct buffer          header; /* names of the columns of CSV, a NUL after each */
    uint32_t               names[CSV_FIELDS_MAX];
    size_t                 n_names;

    const struct listing_grammar *grammar;
    bool                          again, ended;
    struct listing_record         open, done;
    struct listing_lost           lost;

    /* Of single grammars. */
    struct buffer      previous;                 /* the line before */
    struct buffer      pending;                  /* a value that goes on in the next line */
    enum listing_field last;                     /* the field set last; LISTING_FIELDS: none */
    size_t             columns[LISTING_COLUMNS]; /* where those of a table begin, in characters */
    size_t             n_columns;
    bool               job_column;
    unsigned           depth;     /* of launchctl's braces */
    char               block[64]; /* the one that is open: services, arguments, environment */
    char               domain[128];
    bool               old_registry; /* REGEDIT4: texts are not UTF-16 */
    bool               in_parameters;
    bool               typed; /* a service's key has a Type */
    uint64_t           line_at;
};

/* Set a field of the open record; an empty text sets nothing. */
void listing_set(struct listing *l, enum listing_field field, const char *text, size_t size);
void listing_puts(struct listing *l, enum listing_field field, const char *text);

/* Set what a tool calls `key`, in the form that all tools' records have. False: no field is called so. */
bool listing_put(struct listing *l, enum platform platform, const char *key, size_t key_size,
                 const char *value, size_t size);

/* Whether the open record has a name, and so is one. */
bool listing_named(const struct listing *l);
bool listing_empty(const struct listing *l);
void listing_drop(struct listing *l);

extern const struct listing_grammar listing_units, listing_unit_files, listing_timers,
    listing_pairs, listing_status;
extern const struct listing_grammar listing_launchctl_list, listing_launchctl_job,
    listing_launchctl_print, listing_launchctl_disabled;
extern const struct listing_grammar listing_sc, listing_sc_foreign;
extern const struct listing_grammar listing_ps_list, listing_table;
extern const struct listing_grammar listing_reg_query, listing_reg_file;

/* Words of a line. */
struct listing_word {
    const char *text;
    size_t      size;
};
size_t listing_words(const char *line, struct listing_word *ret, size_t most);
bool   listing_word_is(const struct listing_word *word, const char *text);
bool   listing_word_in(const struct listing_word *word, const char *const *list);
bool   listing_begins(const char *line, const char *prefix);
bool   listing_is_unit(const char *text, size_t size); /* has the name of a unit */

/* Objects and rows (listing_rows.c). 1 where the open record is complete, 0 for none, -ENOMEM. */
int  listing_object(struct listing *l, const char *text, size_t size);
int  listing_row(struct listing *l);
bool listing_is_header(const char *text, size_t size); /* of CSV */
bool listing_is_objects(const char *text, size_t size);

#endif
