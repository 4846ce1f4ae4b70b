/* systemd_value.h -- values of D-Bus properties as what a column can hold.
 *
 * A reader turns one D-Bus type into text, an integer or a number. It reads from a message that is
 * positioned before a value of its signature, and never trusts what it reads.
 */
#ifndef SVCQL_SYSTEMD_VALUE_H
#define SVCQL_SYSTEMD_VALUE_H

#include <stdint.h>

#include "formats/dbus/dbus_reader.h"
#include "formats/text/buffer.h"

/* Holds the value of whichever kind the reader gives; begin with a zeroed one, buffer_free() its
 * text at the end. */
struct value {
    struct buffer text;
    int64_t       number; /* TBL_NULL where the manager sends "not set" */
    double        real;   /* NAN for "not set" */
};

enum value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_REAL };

struct value_reader {
    enum value_kind kind; /* which member of struct value it sets */
    const char     *signature;
    int (*read)(struct dbus_reader *m, struct value *v);
};

/* Text, as it is; the number of flags and counts; seconds since the epoch of microseconds. */
extern const struct value_reader value_text, value_path, value_bool, value_int32, value_uint32,
    value_uint64, value_time;

/* Text made of structures: */
extern const struct value_reader value_list;        /* as: JSON array */
extern const struct value_reader value_hex;         /* ay: hexadecimal digits; '' for no bytes */
extern const struct value_reader value_commands;    /* a(sasbttttuii): Exec lines, one a line */
extern const struct value_reader value_commands_ex; /* a(sasasttttuii): with all their prefixes */
extern const struct value_reader value_files;    /* a(sb): JSON array, "-" before optional ones */
extern const struct value_reader value_pairs;    /* a(ss): JSON array of "second (first)" */
extern const struct value_reader value_calendar; /* a(sst): JSON array of "first=second" */
extern const struct value_reader value_spans;    /* a(stt): JSON array of "first=microseconds" */
extern const struct value_reader value_filter;   /* (bas): names, "~" before forbidden ones */
extern const struct value_reader value_message;  /* (ss): the second text */
extern const struct value_reader value_capabilities; /* t: names of capabilities */
extern const struct value_reader
    value_namespaces; /* t: kinds allowed; "no" for all, "yes" for none */

/* The number of a capability, by its name in any case; -1: none. Names of those of a set. */
int  value_capability(const char *name);
void value_capability_names(uint64_t set, struct buffer *out);

/* Append an argument as it would be written in an Exec line of a unit file. */
void value_put_argument(struct buffer *out, const char *text);

/* Read a variant into `v`. Returns 1; 0 where it holds another type, which is skipped; a negative
 * errno where the message is damaged, or its text too large to keep. */
int value_read(struct dbus_reader *m, const struct value_reader *reader, struct value *v);

/* Walk the properties of GetAll's reply, a{sv}: `each` must read or skip the variant at which `m`
 * is positioned. Returns what `each` returns, if negative. */
typedef int value_property(void *data, const char *name, struct dbus_reader *m);
int         value_properties(struct dbus_reader *m, value_property *each, void *data);

#endif
