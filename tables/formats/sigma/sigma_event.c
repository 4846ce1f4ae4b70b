#include "sigma_event.h"

#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

/* Names ---------------------------------------------------------------------------- */

static uint32_t hash_of(const char *text, size_t size)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash ^ hash >> 15;
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
        if (name->hash == hash && name->size == size && memcmp(name->text, text, size) == 0)
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

void sigma_event_add(struct sigma_event *event, const char *name, size_t name_size,
                     const char *text, size_t size, bool copy)
{
    if (event->n == SIGMA_EVENT_MAX) {
        event->lost++;
        return;
    }
    struct sigma_value *value = ARRAY_REUSE(event->values, event->n, event->room);
    if (!value) {
        event->failed = true;
        return;
    }
    if (size > SIGMA_VALUE_MAX)
        size = SIGMA_VALUE_MAX;
    *value = (struct sigma_value){.text = text,
                                  .size = (uint32_t)size,
                                  .name = name,
                                  .name_size = (uint32_t)name_size,
                                  .field = sigma_name_find(event->names, name, name_size),
                                  .next = -1};
    if (copy) {
        value->text = arena_strndup(&event->text, text, size);
        value->name = arena_strndup(&event->text, name, name_size);
        if (event->text.failed) {
            event->failed = true;
            value->size = value->name_size = 0;
        }
    }
    link_value(event, value->field, (int32_t)event->n - 1);
}

const struct sigma_value *sigma_event_get(const struct sigma_event *event, int32_t field)
{
    if (field < 0 || (size_t)field >= event->n_fields || event->fields[field].turn != event->turn)
        return NULL;
    return &event->values[event->fields[field].first];
}

const char *sigma_value_fold(struct sigma_event *event, struct sigma_value *value)
{
    if (value->folded)
        return value->folded;
    char *folded = arena_alloc(&event->text, (size_t)value->size + 8);
    if (!folded) {
        event->failed = true;
        value->size = 0;
        return "";
    }
    for (uint32_t i = 0; i < value->size; i++) {
        unsigned char c = (unsigned char)value->text[i];
        folded[i] = (char)(c + ((unsigned char)(c - 'A') < 26 ? 32 : 0));
    }
    return value->folded = folded;
}
