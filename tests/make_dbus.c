#include "make_dbus.h"

#include <string.h>

/* Little-endian on every machine, as offsets of the whole message. */
static void put(struct buffer *out, uint64_t value, size_t size)
{
    while (out->size % size)
        buffer_putc(out, '\0');
    for (size_t i = 0; i < size; i++)
        buffer_putc(out, (char)(value >> 8 * i));
}

static void put_text(struct buffer *out, const char *text)
{
    put(out, strlen(text), 4);
    buffer_put(out, text, strlen(text) + 1);
}

static void put_types(struct buffer *out, const char *types)
{
    buffer_putc(out, (char)strlen(types));
    buffer_put(out, types, strlen(types) + 1);
}

static void align(struct buffer *out)
{
    while (out->size % 8)
        buffer_putc(out, '\0');
}

/* The length of an array, set once it is known: items are aligned to `to`. */
static size_t begin_array(struct buffer *out, size_t to)
{
    put(out, 0, 4);
    while (out->size % to)
        buffer_putc(out, '\0');
    return out->size;
}

static void end_array(struct buffer *out, size_t length_at, size_t begin)
{
    uint32_t size = (uint32_t)(out->size - begin);

    for (size_t i = 0; i < 4; i++)
        out->data[length_at + i] = (char)(size >> 8 * i);
}

static size_t aligned4(const struct buffer *out)
{
    return (out->size + 3) & ~(size_t)3;
}

static void put_command(struct buffer *out)
{
    static const char *const words[] = {"/bin/sh", "-c", "x"};

    align(out);
    put_text(out, "/bin/sh");
    size_t at = aligned4(out), begin = begin_array(out, 4);
    for (size_t i = 0; i < 3; i++)
        put_text(out, words[i]);
    end_array(out, at, begin);
    put(out, 1, 4);
    for (size_t i = 0; i < 4; i++)
        put(out, i, 8);
    for (size_t i = 0; i < 3; i++)
        put(out, i, 4);
}

static void put_entry(struct buffer *out, const char *name, const char *types)
{
    align(out);
    put_text(out, name);
    put_types(out, types);
}

void make_dbus_reply(struct buffer *out)
{
    static const char head[] = {'l', 2, 1, 1};

    buffer_put(out, head, sizeof head);
    put(out, 0, 4);
    put(out, 7, 4);
    size_t fields = begin_array(out, 8);
    buffer_put(out, "\5\1u\0", 4);
    put(out, 1, 4);
    align(out);
    buffer_put(out, "\10\1g\0", 4);
    put_types(out, "a{sv}");
    end_array(out, 12, fields);
    align(out);

    size_t body = out->size, at = body, begin = begin_array(out, 8);
    put_entry(out, "Type", "s");
    put_text(out, "simple");
    put_entry(out, "MainPID", "u");
    put(out, 7, 4);
    put_entry(out, "ExecStart", "a(sasbttttuii)");
    size_t commands_at = aligned4(out), commands = begin_array(out, 8);
    put_command(out);
    end_array(out, commands_at, commands);
    put_entry(out, "Odd", "a{s(uv)}");
    size_t odd_at = aligned4(out), odd = begin_array(out, 8);
    align(out);
    put_text(out, "k");
    align(out);
    put(out, 9, 4);
    put_types(out, "s");
    put_text(out, "nested");
    end_array(out, odd_at, odd);
    end_array(out, at, begin);
    end_array(out, 4, body);
}
