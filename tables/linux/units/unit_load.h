/* unit_load.h -- a unit as its manager would load it: the fragment in force, the drop-ins that
 * apply, and all their settings merged.
 */
#ifndef SVCQL_UNIT_LOAD_H
#define SVCQL_UNIT_LOAD_H

#include "formats/text/buffer.h"
#include "formats/unit/unit_merge.h"
#include "formats/unit/unit_text.h"
#include "unit_search.h"

/* Drop-ins of a unit in the order in which they are read: by file name; of one name only the first
 * of the directories: the unit's own, its template's and prefixes', those of its aliases, then
 * those of its type. With `own` only the unit's and its template's, which is all that [Install] is
 * read from. */
struct unit_drop_ins {
    struct unit_entry **entries;
    size_t              n;
};
int unit_drop_ins_find(struct unit_search *search, const char *name, bool own,
                       struct unit_drop_ins *ret);
/* Append the names of links that lead to a file, each with a NUL after it. 0 or -ENOMEM. */
int unit_aliases_of(struct unit_search *search, const struct unit_entry *fragment,
                    struct buffer *ret);

void unit_drop_ins_free(struct unit_drop_ins *drop_ins);

/* Whether a name is a unit of its own: no alias, no prefix, and something of it can be loaded. */
bool unit_is_named(struct unit_search *search, const char *name);

/* Find out once which drop-ins some unit reads: sets `used` and `masked_by` of the entries. 0 or
 * -ENOMEM. */
int unit_drop_ins_mark(struct unit_search *search);

/* The drop-in of the same name that every unit reads instead of this one; NULL: some unit reads it,
 * or none would. */
const struct unit_entry *unit_drop_in_mask(const struct unit_entry *entry);

#define UNIT_SETTINGS_MAX 100000 /* of one file */

/* One file that was read for a unit. */
struct unit_file {
    struct unit_entry *entry;
    int                error;      /* negative errno of reading it; 0 */
    enum unit_fault    fault;      /* the first fatal one; UNIT_OK: none */
    unsigned           fault_line; /* of it */
    unsigned           ignored;    /* lines that systemd passes over */
    const char        *fatal; /* of a drop-in: the setting at which systemd stops; NULL: none */
    unsigned           fatal_line; /* of it */
    size_t             lost;       /* settings beyond UNIT_SETTINGS_MAX, not kept */
    size_t             size;       /* bytes */
    bool               nuls;       /* has NUL bytes */
    bool               cut;        /* is longer than what was read */
};

struct unit_loaded {
    struct unit_file    *files; /* the fragment first, where there is one */
    size_t               n_files;
    struct unit_setting *settings;
    size_t               n;
    const char          *refused; /* why nothing of it is in force; NULL: systemd loads it */
    struct arena         memory;  /* what the settings point into, unless the search keeps it */

    bool        verified; /* unit_loaded_bad_setting() was called */
    const char *bad_setting;
};

/* One file as it is: its settings in the search's memory, where they are kept for who asks next, or in
 * `memory` where it is large. Without any and `size` 0: a mask. 0 or -ENOMEM. */
struct unit_parsed {
    struct unit_setting *settings; /* a faulty or unread line is `ignored` */
    size_t               n;
    struct unit_file     file;
};
int unit_parse(struct unit_search *search, struct unit_entry *entry, struct arena *memory,
               struct unit_parsed *ret);

/* Load a unit by name: 0 or -ENOMEM; without a fragment only drop-ins. A fragment that systemd
 * refuses to load has no setting in force, nor have its drop-ins. */
int unit_load(struct unit_search *search, const char *name, struct unit_loaded *ret);

/* Why the manager refuses to load the unit although it could read its files, in its own words:
 * "bad-setting: ..."; NULL: it loads it. 0 or -ENOMEM. */
struct unit_host;
int unit_loaded_bad_setting(struct unit_search *search, const struct unit_host *host,
                            const char *name, struct unit_loaded *loaded, const char **ret);

/* Read one file alone, as a fragment or drop-in of a unit of this type; NULL: a file of another
 * kind, all of whose settings count. */
int unit_load_file(struct unit_search *search, struct unit_entry *entry, const char *type,
                   struct unit_loaded *ret);

/* Read a file of another kind and its drop-ins, merged by the rules of units. 0 or -ENOMEM. */
int  unit_load_files(struct unit_search *search, struct unit_entry *entry,
                     const struct unit_drop_ins *drop_ins, struct unit_loaded *ret);
void unit_loaded_free(struct unit_loaded *loaded);

#define UNIT_TEXT_MAX (1u << 20) /* bytes of settings together in one text */

/* Append the settings in force that match, one a line; past UNIT_TEXT_MAX a line "..." ends them.
 * False where there is none. */
struct unit_settings_want {
    const char *section; /* NULL: any */
    const char *key;     /* NULL: any */
    bool        prefix;  /* `key` is only the beginning */
    bool        named;   /* write "Key=value", not the value */
    bool        own;     /* of the first file alone, be it in force or not; not of drop-ins */
};
bool unit_loaded_text(const struct unit_loaded *loaded, const struct unit_settings_want *want,
                      struct buffer *out);

#endif
