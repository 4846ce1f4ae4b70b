#include "systemd_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "table.h"

/* Plain values -------------------------------------------------------------- */

static int read_string(struct dbus_reader *m, char type, struct buffer *out)
{
    const char *text;

    int r = dbus_read(m, type, &text);
    if (r >= 0)
        buffer_puts(out, text);
    return r;
}

static int read_text(struct dbus_reader *m, struct value *v)
{
    return read_string(m, 's', &v->text);
}

static int read_path(struct dbus_reader *m, struct value *v)
{
    return read_string(m, 'o', &v->text);
}

static int read_bool(struct dbus_reader *m, struct value *v)
{
    int value;

    int r = dbus_read(m, 'b', &value);
    if (r >= 0)
        v->number = value;
    return r;
}

static int read_int32(struct dbus_reader *m, struct value *v)
{
    int32_t value;

    int r = dbus_read(m, 'i', &value);
    if (r >= 0)
        v->number = value;
    return r;
}

static int read_uint32(struct dbus_reader *m, struct value *v)
{
    uint32_t value;

    int r = dbus_read(m, 'u', &value);
    if (r >= 0)
        v->number = value;
    return r;
}

/* The manager sends UINT64_MAX for "not set" and "infinity". */
static int read_uint64(struct dbus_reader *m, struct value *v)
{
    uint64_t value;

    int r = dbus_read(m, 't', &value);
    if (r >= 0)
        v->number = value > INT64_MAX ? TBL_NULL : (int64_t)value;
    return r;
}

static int read_time(struct dbus_reader *m, struct value *v)
{
    uint64_t value;

    int r = dbus_read(m, 't', &value);
    if (r >= 0)
        v->real = value == 0 || value == UINT64_MAX ? NAN : (double)value / 1e6;
    return r;
}

static int read_hex(struct dbus_reader *m, struct value *v)
{
    const uint8_t *data;
    size_t         size;

    int r = dbus_read_bytes(m, &data, &size);
    if (r >= 0)
        buffer_hex(&v->text, data, size);
    return r;
}

static int read_message(struct dbus_reader *m, struct value *v)
{
    const char *id, *text;

    int r = dbus_read_values(m, "(ss)", &id, &text);
    if (r >= 0)
        buffer_puts(&v->text, text);
    return r;
}

/* Flags --------------------------------------------------------------------- */

static void put_word(struct buffer *out, const char *word)
{
    if (out->size)
        buffer_putc(out, ' ');
    buffer_puts(out, word);
}

/* capabilities(7), in the order of linux/capability.h. */
static const char *const capabilities[] = {
    "cap_chown",
    "cap_dac_override",
    "cap_dac_read_search",
    "cap_fowner",
    "cap_fsetid",
    "cap_kill",
    "cap_setgid",
    "cap_setuid",
    "cap_setpcap",
    "cap_linux_immutable",
    "cap_net_bind_service",
    "cap_net_broadcast",
    "cap_net_admin",
    "cap_net_raw",
    "cap_ipc_lock",
    "cap_ipc_owner",
    "cap_sys_module",
    "cap_sys_rawio",
    "cap_sys_chroot",
    "cap_sys_ptrace",
    "cap_sys_pacct",
    "cap_sys_admin",
    "cap_sys_boot",
    "cap_sys_nice",
    "cap_sys_resource",
    "cap_sys_time",
    "cap_sys_tty_config",
    "cap_mknod",
    "cap_lease",
    "cap_audit_write",
    "cap_audit_control",
    "cap_setfcap",
    "cap_mac_override",
    "cap_mac_admin",
    "cap_syslog",
    "cap_wake_alarm",
    "cap_block_suspend",
    "cap_audit_read",
    "cap_perfmon",
    "cap_bpf",
    "cap_checkpoint_restore",
};

int value_capability(const char *name)
{
    for (size_t i = 0; i < TBL_COUNT(capabilities); i++)
        if (strcasecmp(capabilities[i], name) == 0)
            return (int)i;
    return -1;
}

void value_capability_names(uint64_t set, struct buffer *out)
{
    for (size_t i = 0; i < TBL_COUNT(capabilities); i++)
        if (set >> i & 1)
            put_word(out, capabilities[i]);
}

static int read_capabilities(struct dbus_reader *m, struct value *v)
{
    uint64_t flags;

    int r = dbus_read(m, 't', &flags);
    if (r >= 0)
        value_capability_names(flags, &v->text);
    return r;
}

/* clone(2); in the order that systemctl has them. */
static int read_namespaces(struct dbus_reader *m, struct value *v)
{
    static const struct {
        uint64_t    flag;
        const char *name;
    } kinds[] = {
        {0x02000000, "cgroup"}, {0x08000000, "ipc"},  {0x40000000, "net"}, {0x00020000, "mnt"},
        {0x20000000, "pid"},    {0x10000000, "user"}, {0x04000000, "uts"},
    };
    uint64_t flags;

    int r = dbus_read(m, 't', &flags);
    if (r < 0)
        return r;
    if (flags == UINT64_MAX || flags == 0) {
        put_word(&v->text, flags ? "no" : "yes");
        return r;
    }
    for (size_t i = 0; i < TBL_COUNT(kinds); i++)
        if (flags & kinds[i].flag)
            put_word(&v->text, kinds[i].name);
    return r;
}

/* Arrays -------------------------------------------------------------------- */

typedef int read_item(struct dbus_reader *m, struct buffer *out);

/* An array as JSON, each item by `item`, which writes one JSON string. */
static int read_array(struct dbus_reader *m, const char *type, read_item *item, struct buffer *out)
{
    int r = dbus_enter(m, 'a', type);

    if (r < 0)
        return r;
    buffer_putc(out, '[');
    for (bool first = true; !dbus_at_end(m); first = false) {
        if (!first)
            buffer_putc(out, ',');
        if ((r = item(m, out)) < 0)
            return r;
    }
    buffer_putc(out, ']');
    return r < 0 ? r : dbus_exit(m);
}

static int item_text(struct dbus_reader *m, struct buffer *out)
{
    const char *text;

    int r = dbus_read(m, 's', &text);
    if (r >= 0)
        buffer_json(out, text, strlen(text));
    return r;
}

/* Texts one after another, as one JSON string. */
static void put_json(struct buffer *out, const char *a, const char *b, const char *c, const char *d)
{
    struct buffer text = {0};

    buffer_printf(&text, "%s%s%s%s", a, b, c, d);
    if (buffer_text(&text))
        buffer_json(out, text.data, text.size);
    out->failed |= text.failed;
    buffer_free(&text);
}

static int item_file(struct dbus_reader *m, struct buffer *out)
{
    const char *path;
    int         optional;

    int r = dbus_read_values(m, "(sb)", &path, &optional);
    if (r >= 0)
        put_json(out, optional ? "-" : "", path, "", "");
    return r;
}

static int item_pair(struct dbus_reader *m, struct buffer *out)
{
    const char *kind, *text;

    int r = dbus_read_values(m, "(ss)", &kind, &text);
    if (r >= 0)
        put_json(out, text, " (", kind, ")");
    return r;
}

static int item_calendar(struct dbus_reader *m, struct buffer *out)
{
    const char *base, *text;
    uint64_t    next;

    int r = dbus_read_values(m, "(sst)", &base, &text, &next);
    if (r >= 0)
        put_json(out, base, "=", text, "");
    return r;
}

static int item_span(struct dbus_reader *m, struct buffer *out)
{
    const char *base;
    uint64_t    span, next;

    int r = dbus_read_values(m, "(stt)", &base, &span, &next);
    if (r >= 0) {
        char digits[24];
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)span);
        put_json(out, base, "=", digits, "");
    }
    return r;
}

static int read_list(struct dbus_reader *m, struct value *v)
{
    return read_array(m, "s", item_text, &v->text);
}

static int read_files(struct dbus_reader *m, struct value *v)
{
    return read_array(m, "(sb)", item_file, &v->text);
}

static int read_pairs(struct dbus_reader *m, struct value *v)
{
    return read_array(m, "(ss)", item_pair, &v->text);
}

static int read_calendar(struct dbus_reader *m, struct value *v)
{
    return read_array(m, "(sst)", item_calendar, &v->text);
}

static int read_spans(struct dbus_reader *m, struct value *v)
{
    return read_array(m, "(stt)", item_span, &v->text);
}

/* Commands ------------------------------------------------------------------ */

/* An argument as it would be written in a unit file: systemd.service(5), "Command lines". */
void value_put_argument(struct buffer *out, const char *text)
{
    static const char escapes[] = {
        ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\v'] = 'v',
        ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

    if (*text && !text[strcspn(text, " \a\b\t\n\v\f\r\"'\\")] && strcmp(text, ";") != 0) {
        buffer_puts(out, text);
        return;
    }
    buffer_putc(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < sizeof escapes && escapes[*c]) {
            buffer_putc(out, '\\');
            buffer_putc(out, escapes[*c]);
        } else {
            buffer_putc(out, (char)*c);
        }
    }
    buffer_putc(out, '"');
}

/* The arguments, and before them the program that is run, where the first argument differs from it.
 */
static int read_arguments(struct dbus_reader *m, struct buffer *out)
{
    const char *path, *argument;
    bool        first = true;

    int r = dbus_read(m, 's', &path);
    if (r < 0 || (r = dbus_enter(m, 'a', "s")) < 0)
        return r;
    while ((r = dbus_read(m, 's', &argument)) > 0) {
        if (first && strcmp(argument, path) != 0) {
            buffer_putc(out, '@');
            value_put_argument(out, path);
            first = false;
        }
        if (!first)
            buffer_putc(out, ' ');
        value_put_argument(out, argument);
        first = false;
    }
    if (first)
        value_put_argument(out, path);
    return r < 0 ? r : dbus_exit(m);
}

/* systemd.service(5), "Special executable prefixes", but "@", for which see read_arguments(). */
static int read_prefixes(struct dbus_reader *m, struct buffer *out)
{
    static const struct {
        const char *flag, *prefix;
    } prefixes[] = {
        {"ignore-failure", "-"}, {"no-env-expand", ":"}, {"privileged", "+"},
        {"no-setuid", "!"},      {"ambient", "!!"},
    };
    const char *flag;

    int r = dbus_enter(m, 'a', "s");
    while (r >= 0 && (r = dbus_read(m, 's', &flag)) > 0)
        for (size_t i = 0; i < TBL_COUNT(prefixes); i++)
            if (strcmp(prefixes[i].flag, flag) == 0)
                buffer_puts(out, prefixes[i].prefix);
    return r < 0 ? r : dbus_exit(m);
}

static int read_ignore(struct dbus_reader *m, struct buffer *out)
{
    int ignore;

    int r = dbus_read(m, 'b', &ignore);
    if (r > 0 && ignore)
        buffer_putc(out, '-');
    return r;
}

/* The flags of a command come after its arguments here, and before them in a unit file.
 */
static int read_command(struct dbus_reader *m, bool ex, struct buffer *out)
{
    struct buffer arguments = {0};

    int r = read_arguments(m, &arguments);
    if (r >= 0)
        r = ex ? read_prefixes(m, out) : read_ignore(m, out);
    if (r >= 0)
        buffer_put(out, arguments.data, arguments.size);
    out->failed |= arguments.failed;
    buffer_free(&arguments);
    return r < 0 ? r : dbus_skip(m, strlen("ttttuii"));
}

static int read_command_list(struct dbus_reader *m, bool ex, struct buffer *out)
{
    const char *type = ex ? "sasasttttuii" : "sasbttttuii";

    int r = dbus_enter(m, 'a', ex ? "(sasasttttuii)" : "(sasbttttuii)");
    while (r >= 0 && (r = dbus_enter(m, 'r', type)) > 0) {
        if (out->size)
            buffer_putc(out, '\n');
        r = read_command(m, ex, out);
        if (r >= 0)
            r = dbus_exit(m);
    }
    return r < 0 ? r : dbus_exit(m);
}

static int read_commands(struct dbus_reader *m, struct value *v)
{
    return read_command_list(m, false, &v->text);
}

static int read_commands_ex(struct dbus_reader *m, struct value *v)
{
    return read_command_list(m, true, &v->text);
}

static int read_filter(struct dbus_reader *m, struct value *v)
{
    const char *name;
    int         allow;

    int r = dbus_enter(m, 'r', "bas");
    if (r < 0 || (r = dbus_read(m, 'b', &allow)) < 0 || (r = dbus_enter(m, 'a', "s")) < 0)
        return r;
    for (bool first = true; (r = dbus_read(m, 's', &name)) > 0; first = false)
        buffer_printf(&v->text, "%s%s", first ? (allow ? "" : "~") : " ", name);
    if (r < 0 || (r = dbus_exit(m)) < 0)
        return r;
    return dbus_exit(m);
}

/* --------------------------------------------------------------------------- */

const struct value_reader value_text = {VALUE_TEXT, "s", read_text};
const struct value_reader value_path = {VALUE_TEXT, "o", read_path};
const struct value_reader value_bool = {VALUE_NUMBER, "b", read_bool};
const struct value_reader value_int32 = {VALUE_NUMBER, "i", read_int32};
const struct value_reader value_uint32 = {VALUE_NUMBER, "u", read_uint32};
const struct value_reader value_uint64 = {VALUE_NUMBER, "t", read_uint64};
const struct value_reader value_time = {VALUE_REAL, "t", read_time};
const struct value_reader value_list = {VALUE_TEXT, "as", read_list};
const struct value_reader value_hex = {VALUE_TEXT, "ay", read_hex};
const struct value_reader value_commands = {VALUE_TEXT, "a(sasbttttuii)", read_commands};
const struct value_reader value_files = {VALUE_TEXT, "a(sb)", read_files};
const struct value_reader value_commands_ex = {VALUE_TEXT, "a(sasasttttuii)", read_commands_ex};
const struct value_reader value_pairs = {VALUE_TEXT, "a(ss)", read_pairs};
const struct value_reader value_calendar = {VALUE_TEXT, "a(sst)", read_calendar};
const struct value_reader value_spans = {VALUE_TEXT, "a(stt)", read_spans};
const struct value_reader value_filter = {VALUE_TEXT, "(bas)", read_filter};
const struct value_reader value_message = {VALUE_TEXT, "(ss)", read_message};
const struct value_reader value_capabilities = {VALUE_TEXT, "t", read_capabilities};
const struct value_reader value_namespaces = {VALUE_TEXT, "t", read_namespaces};

int value_read(struct dbus_reader *m, const struct value_reader *reader, struct value *v)
{
    const char *contents;

    buffer_reset(&v->text);
    int r = dbus_peek_variant(m, &contents);
    if (r <= 0)
        return r < 0 ? r : -EBADMSG;
    if (strcmp(contents, reader->signature) != 0)
        return (r = dbus_skip(m, 1)) < 0 ? r : 0;
    if ((r = dbus_enter(m, 'v', contents)) < 0 || (r = reader->read(m, v)) < 0 ||
        (r = dbus_exit(m)) < 0)
        return r;
    return buffer_text(&v->text) ? 1 : -EFBIG;
}

int value_properties(struct dbus_reader *m, value_property *each, void *data)
{
    const char *name;

    int r = dbus_enter(m, 'a', "{sv}");
    while (r >= 0 && (r = dbus_enter(m, 'e', "sv")) > 0) {
        r = dbus_read(m, 's', &name);
        if (r >= 0)
            r = each(data, name, m);
        if (r >= 0)
            r = dbus_exit(m);
    }
    return r;
}
