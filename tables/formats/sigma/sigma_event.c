#include "sigma_event.h"

#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/bytes_hash.h"

/* Names ---------------------------------------------------------------------------- */

static uint32_t hash_of(const char *text, size_t size)
{
    return (uint32_t)(bytes_hash(text, size, 0) >> 32);
}

static int32_t *slot_of(const struct sigma_names *names, const char *text, size_t size,
                        uint32_t hash)
{
    size_t at = hash & (names->n_slots - 1);

    for (;; at = (at + 1) & (names->n_slots - 1)) {
        int32_t *slot = &names->slots[at];
        if (*slot < 0)
            return slot;
        const struct sigma_field_name *name = &names->names[*slot];
        if (name->hash == hash && name->size == size && bytes_same(name->text, text, size))
            return slot;
    }
}

/* Room for one more name, with the table at most half full. */
static bool grow_slots(struct sigma_names *names)
{
    size_t n = names->n_slots ? names->n_slots * 2 : 256;

    if (names->n * 2 < names->n_slots)
        return true;
    int32_t *slots = malloc(n * sizeof *slots);
    if (!slots)
        return false;
    memset(slots, 0xff, n * sizeof *slots);
    free(names->slots);
    names->slots = slots;
    names->n_slots = n;
    for (size_t i = 0; i < names->n; i++)
        *slot_of(names, names->names[i].text, names->names[i].size, names->names[i].hash) =
            (int32_t)i;
    return true;
}

int32_t sigma_name(struct sigma_names *names, struct arena *arena, const char *text, size_t size)
{
    if (!grow_slots(names))
        return -1;
    uint32_t hash = hash_of(text, size);
    int32_t *slot = slot_of(names, text, size, hash);
    if (*slot >= 0)
        return *slot;
    struct sigma_field_name *name = ARRAY_ADD(names->names, names->n);
    if (!name)
        return -1;
    *name = (struct sigma_field_name){arena_strndup(arena, text, size), (uint32_t)size, hash};
    return *slot = (int32_t)names->n - 1;
}

int32_t sigma_name_find(const struct sigma_names *names, const char *text, size_t size)
{
    return names->n_slots ? *slot_of(names, text, size, hash_of(text, size)) : SIGMA_NO_FIELD;
}

void sigma_names_free(struct sigma_names *names)
{
    free(names->names);
    free(names->slots);
    *names = (struct sigma_names){0};
}

/* Events --------------------------------------------------------------------------- */

void sigma_event_begin(struct sigma_event *event, const struct sigma_names *names)
{
    event->names = names;
    event->n = 0;
    event->texts = NULL;
    arena_reset(&event->text);
    if (++event->turn == 0 && event->fields) { /* all of 32 bits went by */
        memset(event->fields, 0, event->n_fields * sizeof *event->fields);
        event->turn = 1;
    }
    if (event->n_fields >= names->n)
        return;
    void *fields = realloc(event->fields, names->n * sizeof *event->fields);
    if (!fields) {
        event->failed = true;
        return;
    }
    event->fields = fields;
    memset(&event->fields[event->n_fields], 0,
           (names->n - event->n_fields) * sizeof *event->fields);
    event->n_fields = names->n;
}

void sigma_event_free(struct sigma_event *event)
{
    free(event->values);
    free(event->fields);
    arena_free(&event->text);
    buffer_free(&event->scratch);
    *event = (struct sigma_event){0};
}

/* Enter a value as the last one of its field. */
static void link_value(struct sigma_event *event, int32_t field, int32_t index)
{
    if (field < 0 || (size_t)field >= event->n_fields)
        return;
    if (event->fields[field].turn != event->turn) {
        event->fields[field].turn = event->turn;
        event->fields[field].first = index;
    } else {
        event->values[event->fields[field].last].next = index;
    }
    event->fields[field].last = index;
}

static bool grow_values(struct sigma_event *event)
{
    size_t room = event->room ? 2 * event->room : 64;
    void  *values = reallocarray(event->values, room, sizeof *event->values);

    if (!values)
        return false;
    event->values = values;
    event->room = room;
    return true;
}

/* A value of a field at the end, of which its bytes are left to fill; NULL where there is no room. */
static struct sigma_value *new_value(struct sigma_event *event, const char *name, size_t name_size,
                                     int32_t field)
{
    if (event->n == SIGMA_EVENT_MAX) {
        event->lost++;
        return NULL;
    }
    if (event->n == event->room && !grow_values(event)) {
        event->failed = true;
        return NULL;
    }
    struct sigma_value *value = &event->values[event->n++];
    *value = (struct sigma_value){
        .name = name, .name_size = (uint32_t)name_size, .field = field, .next = -1};
    link_value(event, value->field, (int32_t)event->n - 1);
    return value;
}

static const char *keep(struct sigma_event *event, const char *text, size_t size)
{
    const char *copy = arena_strndup(&event->text, text, size);

    event->failed |= event->text.failed;
    return copy;
}

void sigma_event_add(struct sigma_event *event, const char *name, size_t name_size,
                     const char *text, size_t size, bool copy)
{
    struct sigma_value *value =
        new_value(event, name, name_size, sigma_name_find(event->names, name, name_size));

    if (!value)
        return;
    size = size < SIGMA_VALUE_MAX ? size : SIGMA_VALUE_MAX;
    value->text = copy ? keep(event, text, size) : text;
    value->name = copy ? keep(event, name, name_size) : name;
    if (event->failed)
        size = value->name_size = 0;
    value->bytes = value->text;
    value->size = value->n_bytes = (uint32_t)size;
}

void sigma_event_take(struct sigma_event *event, const struct event_field *field)
{
    int32_t             number = field->known ? *field->known : EVENT_NAME_NEW;
    struct sigma_value *value;

    if (number == EVENT_NAME_NEW)
        number = sigma_name_find(event->names, field->name, field->name_size);
    if (field->known)
        *field->known = number;
    if (!sigma_event_needs(event, number, field->part, field->size, field->form))
        return;
    value = new_value(event, field->name, field->name_size, number);
    if (!value)
        return;
    value->bytes = field->value;
    value->n_bytes = field->size;
    value->form = field->form;
    value->part = field->part;
    if (field->form)
        return;
    value->text = field->value;
    value->size = field->size < SIGMA_VALUE_MAX ? field->size : SIGMA_VALUE_MAX;
}

/* Make the text of a value. */
static void read_value(struct sigma_event *event, struct sigma_value *value)
{
    struct buffer *text = &event->scratch;

    if (value->text)
        return;
    buffer_reset(text);
    event->read(value->bytes, value->n_bytes, value->form, text);
    value->size = (uint32_t)(text->size < SIGMA_VALUE_MAX ? text->size : SIGMA_VALUE_MAX);
    value->text = keep(event, text->size ? text->data : "", value->size);
    event->failed |= text->failed;
    if (event->failed)
        value->size = 0;
}

bool sigma_event_has(const struct sigma_event *event, int32_t field)
{
    return field >= 0 && (size_t)field < event->n_fields &&
           event->fields[field].turn == event->turn;
}

const struct sigma_value *sigma_event_at(struct sigma_event *event, size_t i)
{
    if (i >= event->n)
        return NULL;
    read_value(event, &event->values[i]);
    return &event->values[i];
}

const struct sigma_value *sigma_event_get(struct sigma_event *event, int32_t field)
{
    return sigma_event_has(event, field) ? sigma_event_at(event, (size_t)event->fields[field].first)
                                         : NULL;
}

const struct sigma_value *sigma_event_next(struct sigma_event       *event,
                                           const struct sigma_value *value)
{
    return value->next < 0 ? NULL : sigma_event_at(event, (size_t)value->next);
}

void sigma_event_rename(struct sigma_event *event, int32_t field, const char *name,
                        size_t name_size, int32_t number)
{
    if (!sigma_event_has(event, field))
        return;
    struct sigma_value  from = event->values[event->fields[field].first];
    struct sigma_value *value = new_value(event, name, name_size, number);

    if (!value)
        return;
    value->text = from.text;
    value->folded = from.folded;
    value->plain = from.plain;
    value->size = from.size;
    value->bytes = from.bytes;
    value->n_bytes = from.n_bytes;
    value->form = from.form;
    value->part = true;
}

/* Eight bytes with ASCII letters in lower case. */
static uint64_t fold_eight(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    uint64_t       low = eight & ~high;
    uint64_t       from_a = low + (0x80 - 'A') * ones, after_z = low + (0x80 - 'Z' - 1) * ones;

    return eight | ((from_a & ~after_z & ~eight & high) >> 2);
}

/* Put a text in lower case to `folded`, which is all zeros and has room for eight more. Returns whether it is ASCII. */
static bool fold(const char *text, uint32_t size, char *folded)
{
    uint64_t eight = 0, all = 0;
    uint32_t at = 0;

    for (; at + sizeof eight <= size; at += (uint32_t)sizeof eight) {
        memcpy(&eight, text + at, sizeof eight);
        all |= eight;
        eight = fold_eight(eight);
        memcpy(folded + at, &eight, sizeof eight);
    }
    eight = 0;
    memcpy(&eight, text + at, size - at);
    all |= eight;
    eight = fold_eight(eight);
    memcpy(folded + at, &eight, sizeof eight);
    return !(all & UINT64_C(0x8080808080808080));
}

const char *sigma_value_fold(struct sigma_event *event, struct sigma_value *value)
{
    if (value->folded)
        return value->folded;
    read_value(event, value);
    /* zeroed, so that there are SIGMA_FOLD_ZEROS after the text */
    char *folded = arena_alloc(&event->text, (size_t)value->size + sizeof(uint64_t));
    if (!folded) {
        event->failed = true;
        value->size = 0;
        return "";
    }
    value->plain = fold(value->text, value->size, folded);
    return value->folded = folded;
}
