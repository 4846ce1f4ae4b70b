/* journal_pick.h -- the files of a journal, and the entries of one that have one of some values in a field,
 * for tables of events that journald stores with other messages.
 *
 *     struct journal_pick *pick;
 *     journal_pick_open(root, path, "_TRANSPORT", values, min, &pick);
 *     while ((r = journal_pick_next(pick, &entry)) > 0)
 *         for (i = 0; i < entry.n_items; i++)
 *             journal_pick_item(pick, &entry, i, &field);
 *
 * Entries are found by the file's lists, without reading all of it: see journal_file.h. An export of a journal
 * (journal_export.h) has no lists and is read from its beginning to its end.
 */
#ifndef SVCQL_JOURNAL_PICK_H
#define SVCQL_JOURNAL_PICK_H

#include "evidence.h"
#include "formats/journal/journal_export.h"
#include "formats/journal/journal_file.h"

/* The journal files of a source: those of a folder and of the folders in it, or the one file. The
 * names are paths within the root. -ENOENT, -ENOMEM, ... */
int journal_pick_files(const struct root *root, const char *path, struct root_names *ret);

/* Whether a file is of another host than its source: systemd-journal-remote received it, or it is in the folder
 * of another machine than the source's own. */
bool journal_received(const struct source *source, const char *path);

/* Whether its entries may be: the same, and loose files whose host nobody named. Such an entry is of the host
 * that it names in _HOSTNAME. The second: whether a source has such a file, for sources_want. */
bool journal_of_others(const struct source *source, const char *path);
bool journal_has_others(const struct source *source);

/* A journal that is open: a file of journald, of which only what is read is kept in memory, or an export of
 * one. Zeroed, or done with, before it is opened; it must stay where it is. */
struct journal_input {
    struct root_map     map;
    struct journal_file file;
    struct journal_export *export; /* NULL: a file */
    bool open;
};

/* -EBADMSG: neither of them. journal_input_close() keeps memory for the next file, journal_input_end() none;
 * either is due after an error too. */
int  journal_input_open(const struct root *root, const char *path, struct journal_input *input);
void journal_input_close(struct journal_input *input);
void journal_input_end(struct journal_input *input);

/* As journal_item(). */
int journal_input_item(struct journal_input *input, const struct journal_entry *entry, uint32_t i,
                       struct journal_field *ret);

struct journal_pick;

/* Open a file for the entries of events of `min` (seconds since the epoch; -INFINITY: all) and
 * later whose `field` has one of the values, a list that ends in NULL; "(*" is every one that begins
 * with "(". The lists are in the order
 * in which journald received the entries, which may be before the source's own time where the clock
 * was set back: the entries of the hour before are returned too. -ENODATA where there is none at
 * all; -EBADMSG where the file is damaged or not a journal. */
int  journal_pick_open(const struct root *root, const char *path, const char *field,
                       const char *const *values, double min, struct journal_pick **ret);
void journal_pick_close(struct journal_pick *pick); /* accepts NULL */

/* The next entry, in the order of time for each value, one value after another: 1, 0 at the end,
 * -EBADMSG where the rest of the file is lost to damage. */
int journal_pick_next(struct journal_pick *pick, struct journal_entry *ret);

/* Whether the entries of each value are in the order of time. */
bool journal_pick_ordered(const struct journal_pick *pick);

/* Go on with the next value: the rest of the present one's entries is not wanted. */
void journal_pick_skip(struct journal_pick *pick);

/* As journal_item(). */
int journal_pick_item(struct journal_pick *pick, const struct journal_entry *entry, uint32_t i,
                      struct journal_field *ret);

/* The value of a field if this is its name, else NULL. Not NUL-terminated. */
const char *journal_pick_value(const struct journal_field *field, const char *name,
                               size_t *ret_size);

/* The number that a field of this name holds, into *ret; else *ret is unchanged. */
void journal_pick_number(const struct journal_field *field, const char *name, uint64_t *ret);

/* Entries so far that could not be read. */
int64_t journal_pick_lost(const struct journal_pick *pick);

#endif
