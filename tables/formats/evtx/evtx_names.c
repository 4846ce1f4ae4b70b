#include "evtx_names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/arena.h"
#include "formats/text/bytes_hash.h"

#define NAMES_MAX 1024u /* remembered; what an event has beyond them is made each time */
#define SLOTS     2048u
#define PLACES    1024u
#define BYTES_MAX (1u << 20) /* of the remembered ones */

struct name {
    const char *bytes; /* as the log has it */
    const char *text;
    uint32_t    bytes_size, text_size, number;
    int32_t     known; /* to who takes the fields */
    uint8_t     type;
};

struct evtx_names {
    struct arena  texts;
    struct buffer scratch;
    struct name   names[NAMES_MAX];
    uint16_t      slots[SLOTS];   /* index + 1 */
    uint16_t      places[PLACES]; /* the same, of names that were last at an address like this */
    uint32_t      n;
    size_t        bytes;
    bool          full;
};

struct evtx_names *evtx_names_new(void)
{
    return calloc(1, sizeof(struct evtx_names));
}

void evtx_names_free(struct evtx_names *names)
{
    if (!names)
        return;
    arena_free(&names->texts);
    buffer_free(&names->scratch);
    free(names);
}

/* Begin an event: names of earlier ones may end. */
static void begin(struct evtx_names *names)
{
    if (!names->full)
        return;
    arena_reset(&names->texts);
    memset(names->slots, 0, sizeof names->slots);
    memset(names->places, 0, sizeof names->places);
    names->n = 0;
    names->bytes = 0;
    names->full = false;
}

static bool is_name(const struct name *name, const struct evtx_pair *pair)
{
    return name->bytes_size == pair->name.size && name->number == pair->number &&
           name->type == pair->name.type &&
           bytes_same(name->bytes, pair->name.data, pair->name.size);
}

/* The slot of a name, or the free one where it belongs: no more than half are taken. */
static uint16_t *slot_of(struct evtx_names *names, const struct evtx_pair *pair)
{
    const struct evtx_value *bytes = &pair->name;
    uint64_t                 seed = (uint64_t)pair->number << 8 | bytes->type;
    uint32_t at = (uint32_t)(bytes_hash(bytes->data, bytes->size, seed) >> 32) % SLOTS;

    for (; names->slots[at]; at = (at + 1) % SLOTS) {
        if (is_name(&names->names[names->slots[at] - 1], pair))
            break;
    }
    return &names->slots[at];
}

/* Make the text of a name; false where out of memory. */
static bool make(struct evtx_names *names, const struct evtx_pair *pair, struct name *ret)
{
    struct buffer *text = &names->scratch;

    buffer_reset(text);
    evtx_value_text(&pair->name, text);
    if (!pair->name.size)
        buffer_printf(text, "param%" PRIu32, pair->number);
    else if (pair->number)
        buffer_printf(text, "#%" PRIu32, pair->number);
    if (!buffer_text(text))
        return false;
    *ret = (struct name){.text = arena_strndup(&names->texts, text->data, text->size),
                         .text_size = (uint32_t)text->size,
                         .bytes_size = pair->name.size,
                         .number = pair->number,
                         .known = EVENT_NAME_NEW,
                         .type = pair->name.type};
    return !names->texts.failed;
}

/* A name that is not among the remembered ones: remember it, if there is room. */
static struct name *add(struct evtx_names *names, const struct evtx_pair *pair, uint16_t *slot)
{
    struct name made;

    if (!make(names, pair, &made))
        return NULL;
    names->bytes += made.bytes_size + made.text_size;
    names->full |= names->n + 1 == NAMES_MAX || names->bytes > BYTES_MAX;
    if (names->full) { /* the last one's place is for those that are not */
        names->names[NAMES_MAX - 1] = made;
        return &names->names[NAMES_MAX - 1];
    }
    made.bytes = arena_strndup(&names->texts, (const char *)pair->name.data, pair->name.size);
    names->names[names->n++] = made;
    *slot = (uint16_t)names->n;
    return names->texts.failed ? NULL : &names->names[names->n - 1];
}

/* The name of a pair; NULL: out of memory. Those of a chunk's templates are at the same addresses in all its events. */
static struct name *find(struct evtx_names *names, const struct evtx_pair *pair)
{
    uintptr_t address = (uintptr_t)pair->name.data + pair->number;
    uint16_t *place = &names->places[(address >> 1 ^ address >> 11) % PLACES];

    if (*place && is_name(&names->names[*place - 1], pair))
        return &names->names[*place - 1];
    uint16_t    *slot = slot_of(names, pair);
    struct name *name = *slot ? &names->names[*slot - 1] : add(names, pair, slot);
    *place = *slot;
    return name;
}

/* Give a field the name of a pair. */
static int put_name(struct evtx_names *names, const struct evtx_pair *pair,
                    struct event_field *field)
{
    struct name *name = find(names, pair);

    if (!name)
        return -ENOMEM;
    field->name = name->text;
    field->name_size = name->text_size;
    field->known = &name->known;
    return 0;
}

static int take_pair(struct evtx_names *names, const struct evtx_pair *pair, event_take *take,
                     void *to)
{
    struct event_field field = {0};
    struct evtx_value  value;
    uint32_t           at = 0;

    if (pair->value.type == EVTX_NULL)
        return 0;
    if (put_name(names, pair, &field) < 0)
        return -ENOMEM;
    if (!(pair->value.type & EVTX_ARRAY)) {
        field.value = pair->value.data;
        field.size = pair->value.size;
        field.form = pair->value.type == EVTX_UTF8 ? 0 : pair->value.type;
        take(to, &field);
        return 0;
    }
    while (evtx_value_each(&pair->value, &at, &value)) {
        field.value = value.data;
        field.size = value.size;
        field.form = value.type == EVTX_UTF8 ? 0 : value.type;
        take(to, &field);
    }
    return 0;
}

int evtx_fields(struct evtx_names *names, const struct evtx_event *event, event_take *take,
                void *to)
{
    int r = 0;

    begin(names);
    for (size_t i = 0; r == 0 && i < event->n_pairs; i++)
        r = take_pair(names, &event->pairs[i], take, to);
    return r;
}

void evtx_field_text(const void *value, uint32_t size, uint8_t form, struct buffer *text)
{
    evtx_value_text(&(struct evtx_value){value, size, form}, text);
}

const uint8_t evtx_field_texts[256] = {
    [EVTX_STRING] = EVENT_WIDE,        [EVTX_ANSI] = EVENT_NARROW,
    [EVTX_INT8] = EVENT_FIGURES,       [EVTX_UINT8] = EVENT_FIGURES,
    [EVTX_INT16] = EVENT_FIGURES,      [EVTX_UINT16] = EVENT_FIGURES,
    [EVTX_INT32] = EVENT_FIGURES,      [EVTX_UINT32] = EVENT_FIGURES,
    [EVTX_INT64] = EVENT_FIGURES,      [EVTX_UINT64] = EVENT_FIGURES,
    [EVTX_BINARY] = EVENT_FIGURES,     [EVTX_GUID] = EVENT_FIGURES,
    [EVTX_SIZE] = EVENT_FIGURES,       [EVTX_FILETIME] = EVENT_FIGURES,
    [EVTX_SYSTEMTIME] = EVENT_FIGURES, [EVTX_SID] = EVENT_FIGURES,
    [EVTX_HEX32] = EVENT_FIGURES,      [EVTX_HEX64] = EVENT_FIGURES,
};
