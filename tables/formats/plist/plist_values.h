/* plist_values.h -- the values of some keys of a property list that is a dictionary of texts, numbers, dates, or arrays of
 * them, as macOS keeps accounts and receipts.
 *
 *     static const char *const keys[] = {"name", "uid"};
 *     struct plist_values values = {0};
 *     if (plist_values_read(&values, keys, 2, data, size, NULL) == 0 && (name = plist_values_first(&values, 0)))
 *         ...
 *     plist_values_free(&values);
 */
#ifndef SVCQL_PLIST_VALUES_H
#define SVCQL_PLIST_VALUES_H

#include "formats/text/buffer.h"
#include "plist.h"

#define PLIST_VALUES_MAX 16 /* keys */

struct plist_values {
    struct {
        size_t at, size; /* of `text`: values, each with a NUL after it */
    } of[PLIST_VALUES_MAX];
    struct buffer text;
};

/* Read the keys' values, into a struct that is zeroed or was read before. A text is as plist_text() gives it, a number in
 * decimal digits, a boolean 0 or 1, a date in seconds since 1970; values of other types are left out. Returns as
 * plist_parse(), and -EBADMSG where the list is not a dictionary. */
int  plist_values_read(struct plist_values *values, const char *const *keys, size_t n_keys,
                       const uint8_t *data, size_t size, struct plist_error *ret_error);
void plist_values_free(struct plist_values *values);

/* The first value of a key, by its place among the keys; NULL: it has none. Valid until the next reading. */
const char *plist_values_first(const struct plist_values *values, size_t key);

/* The first value of a key as a number: 1, 0 where it has none, -EBADMSG where that is not wholly a decimal number. */
int plist_values_int(const struct plist_values *values, size_t key, int64_t *ret);

/* The value after one of those of a key, the first after NULL; NULL: no more. */
const char *plist_values_next(const struct plist_values *values, size_t key, const char *value);

#endif
