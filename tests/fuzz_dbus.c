/* fuzz_dbus.c -- any bytes as a message of a service manager: read by its own types, and as the
 * types that svcql expects. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/dbus/dbus_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lengths; /* keeps the reads from being optimised away */

/* A command of ExecStart, as tables/linux/systemd reads it. */
static int read_command(struct dbus_reader *m)
{
    const char *text;
    int         flag;

    int r = dbus_read(m, 's', &text);
    if (r > 0)
        r = dbus_enter(m, 'a', "s");
    while (r > 0 && (r = dbus_read(m, 's', &text)) > 0)
        lengths += strlen(text);
    if (r < 0 || (r = dbus_exit(m)) < 0 || (r = dbus_read(m, 'b', &flag)) <= 0)
        return r;
    return dbus_skip(m, 7);
}

static int read_variant(struct dbus_reader *m)
{
    static const char commands[] = "a(sasbttttuii)";
    const char       *types;

    int r = dbus_peek_variant(m, &types);
    if (r <= 0 || strcmp(types, commands) != 0)
        return r <= 0 ? r : dbus_skip(m, 1);
    if ((r = dbus_enter(m, 'v', commands)) > 0)
        r = dbus_enter(m, 'a', "(sasbttttuii)");
    while (r > 0 && (r = dbus_enter(m, 'r', "sasbttttuii")) > 0)
        if ((r = read_command(m)) > 0)
            r = dbus_exit(m);
    if (r < 0 || (r = dbus_exit(m)) < 0)
        return r;
    return dbus_exit(m);
}

static void read_properties(struct dbus_reader m)
{
    const char *name;

    int r = dbus_enter(&m, 'a', "{sv}");
    while (r > 0 && (r = dbus_enter(&m, 'e', "sv")) > 0)
        if ((r = dbus_read(&m, 's', &name)) > 0 && (r = read_variant(&m)) > 0)
            r = dbus_exit(&m);
}

static void read_list(struct dbus_reader m)
{
    const char *a, *b;
    uint64_t    c;

    int r = dbus_enter(&m, 'a', "(sst)");
    while (r > 0 && (r = dbus_read_values(&m, "(sst)", &a, &b, &c)) > 0)
        lengths += strlen(a) + strlen(b) + (size_t)c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dbus_message message;
    struct dbus_reader  m;

    if (dbus_message_parse(data, size, &message) < 0)
        return 0;
    if (message.body_size > size || message.body + message.body_size != data + size)
        abort();
    lengths += message.error ? strlen(message.error) : 0;
    dbus_reader_begin(&m, message.body, message.body_size, message.types, message.big_endian);
    read_properties(m);
    read_list(m);
    while (dbus_skip(&m, 1) > 0)
        continue;
    if (m.at > message.body_size)
        abort();
    return 0;
}
