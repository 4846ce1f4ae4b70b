#include "listing_state.h"

#include <string.h>

/* Records ------------------------------------------------------------------------ */

static void reset(struct listing_record *record)
{
    for (size_t i = 0; i < LISTING_FIELDS; i++) {
        buffer_reset(&record->text[i]);
        record->has[i] = false;
    }
    record->form = NULL;
    record->cut = false;
}

void listing_set(struct listing *l, enum listing_field field, const char *text, size_t size)
{
    struct buffer *value = &l->open.text[field];

    if (!size)
        return;
    if (!l->open.form) {
        l->open.form = l->grammar ? l->grammar->form : "";
        l->open.platform = l->grammar ? l->grammar->platform : WINDOWS;
        l->open.at = l->line_at;
    }
    buffer_reset(value);
    buffer_utf8(value, text, size);
    l->open.has[field] = true;
    l->last = field;
}

void listing_puts(struct listing *l, enum listing_field field, const char *text)
{
    if (text)
        listing_set(l, field, text, strlen(text));
}

bool listing_named(const struct listing *l)
{
    return l->open.has[LISTING_NAME];
}

bool listing_empty(const struct listing *l)
{
    return !l->open.form;
}

void listing_drop(struct listing *l)
{
    reset(&l->open);
    l->last = LISTING_FIELDS;
}

/* Words -------------------------------------------------------------------------- */

size_t listing_words(const char *line, struct listing_word *ret, size_t most)
{
    size_t n = 0;

    for (const char *at = line + strspn(line, " \t"); *at && n < most; at += strspn(at, " \t")) {
        ret[n].text = at;
        ret[n++].size = strcspn(at, " \t");
        at += strcspn(at, " \t");
    }
    return n;
}

bool listing_word_is(const struct listing_word *word, const char *text)
{
    return strlen(text) == word->size && memcmp(word->text, text, word->size) == 0;
}

bool listing_word_in(const struct listing_word *word, const char *const *list)
{
    while (*list && !listing_word_is(word, *list))
        list++;
    return *list != NULL;
}

bool listing_begins(const char *line, const char *prefix)
{
    return strncmp(line, prefix, strlen(prefix)) == 0;
}

bool listing_is_unit(const char *text, size_t size)
{
    static const char *const types[] = {".service", ".socket",    ".timer",  ".path",
                                        ".mount",   ".automount", ".target", ".slice",
                                        ".swap",    ".scope",     ".device"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t n = strlen(types[i]);
        if (size > n && memcmp(text + size - n, types[i], n) == 0)
            return memchr(text, '=', size) == NULL;
    }
    return false;
}
