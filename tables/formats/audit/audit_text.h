/* audit_text.h -- records of the Linux audit log: one line of text each.
 *
 *     type=SYSCALL msg=audit(1732442400.123:456): arch=c000003e syscall=59 comm="systemctl" ...
 *
 * Sources of the format: audit-userspace's "audit-event field dictionary" and "audit log format",
 * audit.rules(7), auditd.conf(5) (log_format), and kernel/audit.c, kernel/auditsc.c.
 *
 * Everything points into the caller's line; nothing is copied but what audit_value() and
 * audit_arguments() decode. All functions are pure.
 */
#ifndef SVCQL_AUDIT_TEXT_H
#define SVCQL_AUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit_names.h"
#include "formats/text/buffer.h"

#define AUDIT_LINE_MAX (1u << 20) /* bytes of a line; the kernel's own limit is 8970 */

/* Identifies an event in its log: the records with one stamp are one event. */
struct audit_stamp {
    int64_t  sec; /* since the epoch, UTC */
    uint32_t msec;
    uint64_t serial;
};

static inline double audit_time(const struct audit_stamp *stamp)
{
    return (double)stamp->sec + (double)stamp->msec / 1000;
}

/* A line and the places of its parts. */
struct audit_record {
    const char     *line;
    uint32_t        size;
    uint32_t        body;            /* offset of what follows "audit(...):" */
    uint16_t        type, type_size; /* "SYSCALL"; "UNKNOWN[1334]" or "1400" stay as they are */
    uint16_t        node, node_size; /* of node=; size 0 where there is none */
    enum audit_type id;              /* AUDIT_TYPE_OTHER for a type not listed */
};

/* Split one line, without its '\n'. Leading NULs, blanks and a prefix that syslog or the kernel's
 * ring buffer put before "type=" are passed over; a '\r' at the end is dropped. -EBADMSG where it
 * is not an audit record; -ENODATA where it is empty. */
int audit_record_parse(const char *line, size_t size, struct audit_record *ret,
                       struct audit_stamp *ret_stamp);

/* The same for a line with the very stamp of the record before it, as most lines have: only its
 * type is read. False where it has another, or a node. */
bool audit_record_repeats(const char *line, size_t size, const struct audit_record *last,
                          struct audit_record *ret);

/* Fields -------------------------------------------------------------------- */

struct audit_field {
    const char *name;
    const char *value; /* without its quotes */
    size_t      name_size, size;
    bool        quoted; /* was in double quotes: not encoded */
    bool
        enriched; /* after the 0x1D, or its replacement: a name that auditd added ("UID", "SYSCALL") */
};

/* The fields of a record, those inside msg='...' as if they were outside. "old auid=1 new auid=2"
 * gives "old auid" and "auid". A bare value may go on in brackets: "subj=/usr/sbin/ntpd (enforce)".
 * The enriched part is recognised without its separator too, which copying text loses, and with one
 * that a log daemon wrote as text. */
struct audit_fields {
    const char *at, *end;
    bool        inside; /* msg='...' */
    bool        enriched;
};

void audit_fields_begin(struct audit_fields *fields, const struct audit_record *record);
bool audit_fields_next(struct audit_fields *fields, struct audit_field *ret);

/* Whether a value says that there is none: (null), (none), ? or nothing at all. */
bool audit_is_null(const struct audit_field *field);

/* A decimal value, with a sign or without; false where it is none. */
bool audit_number(const struct audit_field *field, int64_t *ret);

/* Append a value as UTF-8. `encoded` says that the field is of those that are written in
 * hexadecimal where they hold blanks, quotes or control characters (comm, exe, name, cwd, cmd,
 * ...); a bare value of such a field is decoded where it is all hexadecimal. A NUL inside becomes
 * `nul`. */
void audit_value(const struct audit_field *field, bool encoded, const char *nul,
                 struct buffer *text);

/* Append the bytes of a value, decoded where it is all hexadecimal. */
void audit_value_bytes(const struct audit_field *field, struct buffer *raw);

/* Whether a value, as it is written, is this text. */
bool audit_value_is(const struct audit_field *field, const char *text);

/* Whether a value of an encoded field, decoded as above, is this text in upper or lower case. */
bool audit_value_may_be(const struct audit_field *field, const char *text);

/* The address of a SOCKADDR record's saddr as text: unix:/run/dbus/system_bus_socket, unix:@name
 * for an abstract one, 10.0.0.1:22, [::1]:22; nothing for other families. */
void audit_sockaddr(const struct audit_field *saddr, struct buffer *text);

/* Arguments ------------------------------------------------------------------ */

/* A command line that EXECVE records hold, put together again: any order of arguments and of the
 * pieces of a long one (a2[0]=, a2[1]=). */
struct audit_arguments {
    struct audit_piece *pieces; /* owned, as are the buffers that one argument is put together in */
    size_t              n, room;
    bool                sorted;
    size_t              records;
    int64_t             argc; /* as the first record has it; -1: none has */
    struct buffer       raw, word;
};

#define AUDIT_GAP_MAX 256 /* missing arguments that are shown in one place */

/* Add the arguments of a record. -ENOMEM. */
int  audit_arguments_add(struct audit_arguments *arguments, const struct audit_record *record);
void audit_arguments_reset(struct audit_arguments *arguments); /* keeps the memory */
void audit_arguments_free(struct audit_arguments *arguments);

/* Whether some are missing: argc says more, or is not there, or there is a gap. */
bool audit_arguments_incomplete(struct audit_arguments *arguments);

/* Append them as a JSON array; as a line that a POSIX shell would split into them again. A missing
 * one keeps its place as null, or ? without quotes. */
void audit_arguments_json(struct audit_arguments *arguments, struct buffer *text);
void audit_arguments_line(struct audit_arguments *arguments, struct buffer *text);

/* Append the command line of a PROCTITLE record, of which the kernel keeps 128 bytes, as such a
 * line. A title that a program wrote by itself, without NULs, stays as it is. */
void audit_title_line(const struct audit_field *proctitle, struct buffer *text);

#endif
