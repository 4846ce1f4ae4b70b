/* journal_fields.h -- the fields of an entry of the journal, for rules. */
#ifndef SVCQL_JOURNAL_FIELDS_H
#define SVCQL_JOURNAL_FIELDS_H

#include "formats/text/arena.h"
#include "formats/text/event_fields.h"
#include "journal_pick.h"

struct journal_fields {
    struct event_fields         fields;
    struct journal_input       *input;
    const struct journal_entry *entry;
    struct arena                copies; /* of what is compressed, or not UTF-8 */
};

/* Of an entry that is read already, which must live as long as they are used. A zeroed or a used one. */
struct event_fields *journal_fields(struct journal_fields *fields, struct journal_input *input,
                                    const struct journal_entry *entry);

void journal_fields_free(struct journal_fields *fields); /* accepts a zeroed one */

#endif
