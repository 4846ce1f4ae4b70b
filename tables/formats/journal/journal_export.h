/* journal_export.h -- a journal as journalctl writes it out: `-o export`, and the forms of JSON, `-o json`,
 * `json-pretty`, `json-seq` and `json-sse`.
 *
 * Format facts: "Journal Export Formats", systemd.io/JOURNAL_EXPORT_FORMATS. An entry has the fields of the
 * journal file and, with two underscores, what the file has beside them: the times, the sequence number
 * and the cursor, by which it becomes the same struct journal_entry as that of the file.
 *
 *     r = journal_export_open(stream, &export);
 *     while ((r = journal_export_next(export, &entry)) > 0)
 *         for (i = 0; i < entry.n_items; i++)
 *             journal_export_item(export, i, &field);
 *     journal_export_close(export);
 *
 * An entry's offset is where it begins in the text, expanded. Memory stays within one entry.
 */
#ifndef SVCQL_JOURNAL_EXPORT_H
#define SVCQL_JOURNAL_EXPORT_H

#include "formats/log/stream.h"
#include "journal_file.h"

#define JOURNAL_EXPORT_MAX                                                                         \
    (4u << 20) /* bytes of an entry's fields; those beyond are left out of it */

struct journal_export;

/* Whether the first bytes of a file are those of an export. */
bool journal_export_is(const uint8_t *data, size_t size);

/* Takes the stream, on failure too. -EBADMSG: it is not an export. */
int  journal_export_open(struct stream *stream, struct journal_export **ret);
void journal_export_close(struct journal_export *e); /* accepts NULL */

/* The next entry: 1, 0 at the end, -ENOMEM, or what ended the stream. */
int journal_export_next(struct journal_export *e, struct journal_entry *ret);

/* Field `i` of the entry, valid until the next one: 0; -EFBIG where journalctl left its value out for its
 * size, or the entry is larger than JOURNAL_EXPORT_MAX. */
int journal_export_item(const struct journal_export *e, uint32_t i, struct journal_field *ret);

/* The file's part of the entry's cursor. */
const uint8_t *journal_export_seqnum_id(const struct journal_export *e);

/* Entries so far that could not be read, and lines that belong to none. */
int64_t journal_export_lost(const struct journal_export *e);

#endif
