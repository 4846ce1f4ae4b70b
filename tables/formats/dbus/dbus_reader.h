/* dbus_reader.h -- values marshalled as the D-Bus specification says ("Type System", "Marshaling").
 *
 *     struct dbus_reader m;
 *     dbus_reader_begin(&m, body, size, "a(so)", false);
 *     r = dbus_enter(&m, 'a', "(so)");
 *     while (r >= 0 && (r = dbus_read_values(&m, "(so)", &name, &path)) > 0)
 *         ...
 *     r = dbus_exit(&m);
 *
 * The bytes are hostile: each length is checked against what contains it. Texts are UTF-8 without a
 * NUL, and point into the message. Functions return 1, 0 where the array or the structure at hand
 * has ended, -ENXIO where another type is next, or -EBADMSG where the bytes are damaged.
 */
#ifndef SVCQL_DBUS_READER_H
#define SVCQL_DBUS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DBUS_DEPTH_MAX     32          /* of containers entered; the specification allows 64 */
#define DBUS_SIGNATURE_MAX 255         /* bytes */
#define DBUS_ARRAY_MAX     (64u << 20) /* bytes */

struct dbus_level {
    const char *types; /* of what it contains: of an array, of one item */
    size_t      n_types, next;
    size_t      end; /* offset that no value passes */
    char        kind;
};

struct dbus_reader {
    const uint8_t    *data;
    size_t            at;
    bool              big_endian;
    size_t            depth;
    struct dbus_level levels[DBUS_DEPTH_MAX];
};

/* Read `data`, which begins at a multiple of 8 in its message. `types` must outlive the reader. */
void dbus_reader_begin(struct dbus_reader *m, const uint8_t *data, size_t size, const char *types,
                       bool big_endian);

/* A basic value: `ret` is a const char ** of 's', 'o' and 'g', a uint8_t * of 'y', an int * of 'b',
 * and a number of its size of 'n', 'q', 'i', 'u', 'x', 't', 'd'. */
int dbus_read(struct dbus_reader *m, char type, void *ret);

/* Several basic values and structures of them: "(sst)". A 0 means that not even the first is present.
 */
int dbus_read_values(struct dbus_reader *m, const char *types, ...);

/* The bytes of an array of bytes. */
int dbus_read_bytes(struct dbus_reader *m, const uint8_t **ret, size_t *ret_size);

/* Enter an array 'a', a structure 'r', a dictionary's entry 'e' or a variant 'v' of these contents;
 * leave it at its end: -EBUSY before. */
int dbus_enter(struct dbus_reader *m, char kind, const char *contents);
int dbus_exit(struct dbus_reader *m);

/* Whether the container at hand has ended. */
bool dbus_at_end(const struct dbus_reader *m);

/* The type of the variant that comes next. */
int dbus_peek_variant(const struct dbus_reader *m, const char **ret);

/* Skip the next `n` values of any type. */
int dbus_skip(struct dbus_reader *m, size_t n);

/* Bytes of the one complete type that `types` begins with; 0 where it is not one. */
size_t dbus_type_size(const char *types, size_t n);

#endif
