#include "plist_values.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct plist_values *values;
    const char *const   *keys;
    size_t               n_keys;
    size_t               key; /* whose values come; n_keys: none */
};

/* Of two equal keys the last counts. */
static void take_key(struct reader *r, const struct plist_event *key)
{
    for (r->key = 0; r->key < r->n_keys; r->key++)
        if (strlen(r->keys[r->key]) == key->size &&
            memcmp(r->keys[r->key], key->text, key->size) == 0)
            break;
    if (r->key < r->n_keys) {
        r->values->of[r->key].at = r->values->text.size;
        r->values->of[r->key].size = 0;
    }
}

static void take_value(struct reader *r, const struct plist_event *event)
{
    struct buffer *text = &r->values->text;

    switch (event->type) {
    case PLIST_STRING:
        plist_text(text, event->text, event->size);
        break;
    case PLIST_INT:
    case PLIST_BOOL:
        buffer_printf(text, "%lld", (long long)event->integer);
        break;
    case PLIST_DATE:
        buffer_printf(text, "%.0f", event->real);
        break;
    default:
        return;
    }
    buffer_putc(text, '\0');
    r->values->of[r->key].size = text->size - r->values->of[r->key].at;
}

#define NOT_A_DICTIONARY 1

static int take(void *user, const struct plist_event *event)
{
    struct reader *r = user;

    if (event->depth == 0)
        return event->type == PLIST_BEGIN_DICT || event->type == PLIST_END_DICT ? 0
                                                                                : NOT_A_DICTIONARY;
    if (event->depth == 1 && event->type == PLIST_KEY)
        take_key(r, event);
    else if (event->depth == 1 && event->type == PLIST_BEGIN_DICT)
        r->key = r->n_keys;
    else if (r->key < r->n_keys && event->depth <= 2)
        take_value(r, event);
    return r->values->text.failed ? -ENOMEM : 0;
}

int plist_values_read(struct plist_values *values, const char *const *keys, size_t n_keys,
                      const uint8_t *data, size_t size, struct plist_error *ret_error)
{
    struct reader r = {values, keys, n_keys, n_keys};

    buffer_reset(&values->text);
    memset(values->of, 0, sizeof values->of);
    int result = plist_parse(data, size, take, &r, ret_error);
    if (result == NOT_A_DICTIONARY && ret_error)
        strcpy(ret_error->text, "not a dictionary");
    return result == NOT_A_DICTIONARY ? -EBADMSG : result;
}

void plist_values_free(struct plist_values *values)
{
    buffer_free(&values->text);
}

const char *plist_values_next(const struct plist_values *values, size_t key, const char *value)
{
    if (!values->of[key].size)
        return NULL;
    const char *first = values->text.data + values->of[key].at;
    const char *next = value ? value + strlen(value) + 1 : first;

    return next < first + values->of[key].size ? next : NULL;
}

const char *plist_values_first(const struct plist_values *values, size_t key)
{
    return plist_values_next(values, key, NULL);
}

int plist_values_int(const struct plist_values *values, size_t key, int64_t *ret)
{
    const char *text = plist_values_first(values, key);
    char       *end;

    if (!text)
        return 0;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (!isdigit((uint8_t)text[*text == '-']) || *end || errno)
        return -EBADMSG;
    *ret = n;
    return 1;
}
