#include "sigma_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/evtx_names.h"
#include "formats/text/bytes_hash.h"
#include "table.h"

const struct sigma_system_field sigma_system_fields[] = {
    {"Level", "level", SIGMA_SYSTEM_NUMBER, EVTX_LEVEL},
    {"Task", "task", SIGMA_SYSTEM_NUMBER, EVTX_TASK},
    {"Opcode", "opcode", SIGMA_SYSTEM_NUMBER, EVTX_OPCODE},
    {"Version", "version", SIGMA_SYSTEM_NUMBER, EVTX_VERSION},
    {"Keywords", "keywords", SIGMA_SYSTEM_TEXT, EVTX_KEYWORDS},
    {"UserID", "user_sid", SIGMA_SYSTEM_TEXT, EVTX_USER_ID},
    {"ProcessID", "pid", SIGMA_SYSTEM_NUMBER, EVTX_PROCESS_ID},
    {"ThreadID", "tid", SIGMA_SYSTEM_NUMBER, EVTX_THREAD_ID},
    {"Message", "message", SIGMA_SYSTEM_MESSAGE, EVTX_FIELD_COUNT},
    {"ActivityID", "activity_id", SIGMA_SYSTEM_TEXT, EVTX_ACTIVITY_ID},
    {"ProviderGuid", "provider_guid", SIGMA_SYSTEM_TEXT, EVTX_PROVIDER_GUID},
    {"SystemTime", "datetime", SIGMA_SYSTEM_ROW, EVTX_FIELD_COUNT},
    {"TimeCreated", "datetime", SIGMA_SYSTEM_ROW, EVTX_FIELD_COUNT},
    {"EventRecordID", "record_id", SIGMA_SYSTEM_ROW, EVTX_FIELD_COUNT},
    {NULL, NULL, SIGMA_SYSTEM_ROW, EVTX_FIELD_COUNT},
};

const char *sigma_number_text(int64_t number, char room[SIGMA_NUMBER_ROOM], size_t *ret_size)
{
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    size_t   at = SIGMA_NUMBER_ROOM;

    do
        room[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        room[--at] = '-';
    *ret_size = SIGMA_NUMBER_ROOM - at;
    return room + at;
}

/* The text of a value that is nearly always the same as in the event before. */
struct last_text {
    struct buffer bytes, text;
    uint8_t       type;
};

struct matcher {
    struct matcher      *next; /* of the spare ones */
    struct sigma_filter *filter;
    struct sigma        *sigma;
    struct evtx_names   *names;
    struct event_fields  fields;
    struct last_text     channel, provider, computer;
    struct buffer        scratch;
    int32_t              known[4]; /* numbers of the keys and of Computer */
    uint32_t             asked;    /* which of sigma_system_fields, a bit each */
    int                  log;
};

static void free_matcher(struct matcher *matcher)
{
    struct last_text *texts[] = {&matcher->channel, &matcher->provider, &matcher->computer};

    if (matcher->sigma != matcher->filter->sigma)
        sigma_free(matcher->sigma);
    evtx_names_free(matcher->names);
    for (size_t i = 0; i < TBL_COUNT(texts); i++) {
        buffer_free(&texts[i]->bytes);
        buffer_free(&texts[i]->text);
    }
    buffer_free(&matcher->scratch);
    free(matcher);
}

/* What a matcher knows of kinds of events and of values is of use in the next log. */
static void end(void *data)
{
    struct matcher *matcher = data;

    if (matcher == matcher->filter->own)
        return;
    matcher->next = matcher->filter->spare;
    matcher->filter->spare = matcher;
}

void sigma_filter_end(struct sigma_filter *filter)
{
    if (filter->own)
        free_matcher(filter->own);
    while (filter->spare) {
        struct matcher *next = filter->spare->next;
        free_matcher(filter->spare);
        filter->spare = next;
    }
}

/* That of the query's own thread tries with the rules themselves: it tries nothing else meanwhile. */
static struct matcher *new_matcher(struct sigma_filter *filter, bool own)
{
    struct matcher *matcher = calloc(1, sizeof *matcher);

    if (!matcher)
        return NULL;
    matcher->filter = filter;
    matcher->log = filter->log;
    matcher->sigma = own ? filter->sigma : sigma_share(filter->sigma);
    matcher->names = evtx_names_new();
    for (size_t i = 0; i < TBL_COUNT(matcher->known); i++)
        matcher->known[i] = EVENT_NAME_NEW;
    matcher->fields.text = evtx_field_text;
    matcher->fields.texts = evtx_field_texts;
    for (unsigned i = 0; sigma_system_fields[i].name; i++)
        if (sigma_asks(filter->sigma, sigma_system_fields[i].name))
            matcher->asked |= 1u << i;
    if (matcher->sigma && matcher->names)
        return matcher;
    free_matcher(matcher);
    return NULL;
}

static void *begin(void *data, bool own)
{
    struct sigma_filter *filter = data;
    struct matcher      *matcher = own ? filter->own : filter->spare;

    if (matcher && !own)
        filter->spare = matcher->next;
    if (!matcher && (matcher = new_matcher(filter, own)) && own)
        filter->own = matcher;
    return matcher;
}

/* A text of System as a key; without memory for it the event has none, and `failed` is set. */
static struct sigma_key text_key(const char *name, const struct evtx_value *value,
                                 struct last_text *last, bool *failed)
{
    struct sigma_key key = {.name = name};

    if (value->type == EVTX_NULL)
        return key;
    if (!last->text.size || last->type != value->type || last->bytes.size != value->size ||
        !bytes_same(last->bytes.data, value->data, value->size)) {
        buffer_reset(&last->bytes);
        buffer_reset(&last->text);
        buffer_put(&last->bytes, value->data, value->size);
        evtx_value_text(value, &last->text);
        last->type = value->type;
    }
    key.value = buffer_text(&last->text);
    key.size = last->text.size;
    *failed |= !key.value || last->bytes.failed;
    return key;
}

static struct sigma_key number_key(const char *name, const struct evtx_value *value,
                                   char room[SIGMA_NUMBER_ROOM])
{
    struct sigma_key key = {.name = name};
    int64_t          number;

    if (evtx_value_int(value, &number))
        key.value = sigma_number_text(number, room, &key.size);
    return key;
}

static void put_system(struct matcher *matcher, const struct evtx_event *event,
                       const struct sigma_system_field *field)
{
    bool                     message = field->kind == SIGMA_SYSTEM_MESSAGE;
    const struct evtx_value *value = message ? &event->message : &event->system[field->field];
    char                     room[SIGMA_NUMBER_ROOM];
    struct sigma_key         key = {.name = field->name};

    if (field->kind == SIGMA_SYSTEM_NUMBER) {
        key = number_key(field->name, value, room);
    } else if (value->type != EVTX_NULL) {
        buffer_reset(&matcher->scratch);
        evtx_value_text(value, &matcher->scratch);
        key.value = buffer_text(&matcher->scratch);
        key.size = matcher->scratch.size;
    }
    if (key.value)
        sigma_put_copy(matcher->sigma, key.name, strlen(key.name), key.value, key.size);
}

/* Keep what was found, unless it is to be found again. */
static int keep(const struct sigma *sigma, const uint32_t *rules, size_t n, struct arena *memory,
                const void **ret_found)
{
    struct sigma_filter_found *found;

    if (sigma_unsure(sigma))
        return 1;
    if (!(found = arena_alloc(memory, sizeof *found + n * sizeof *rules)))
        return -ENOMEM;
    found->n = n;
    memcpy(found->rules, rules, n * sizeof *rules);
    *ret_found = found;
    return 1;
}

/* What put_windows() of sigma_events.c puts of a row, of the event: the number of rules that fit, or -ENOMEM. */
static long try_event(struct matcher *matcher, const struct evtx_event *event,
                      const uint32_t **ret_rules)
{
    struct sigma            *sigma = matcher->sigma;
    char                     room[SIGMA_NUMBER_ROOM];
    bool                     failed = false;
    const struct evtx_value *system = event->system;
    struct sigma_key         keys[] = {
                text_key("Channel", &system[EVTX_CHANNEL], &matcher->channel, &failed),
                number_key("EventID", &system[EVTX_EVENT_ID], room),
                text_key("Provider_Name", &system[EVTX_PROVIDER_NAME], &matcher->provider, &failed)};
    for (size_t i = 0; i < TBL_COUNT(keys); i++)
        keys[i].known = &matcher->known[i];
    int r = failed ? -ENOMEM : sigma_begin(sigma, matcher->log, keys, TBL_COUNT(keys));

    if (r <= 0)
        return r;
    sigma_read_by(sigma, &matcher->fields);
    r = evtx_fields(matcher->names, event, sigma_take, sigma);
    struct sigma_key computer =
        text_key("Computer", &system[EVTX_COMPUTER], &matcher->computer, &failed);
    if (computer.value)
        sigma_take(sigma, &(struct event_field){.name = computer.name,
                                                .name_size = (uint32_t)strlen(computer.name),
                                                .value = computer.value,
                                                .size = (uint32_t)computer.size,
                                                .known = &matcher->known[TBL_COUNT(keys)]});
    for (unsigned i = 0; matcher->asked >> i; i++)
        if (matcher->asked >> i & 1)
            put_system(matcher, event, &sigma_system_fields[i]);
    if (r < 0 || failed || matcher->scratch.failed)
        return -ENOMEM;
    return sigma_match(sigma, ret_rules);
}

static int wants(void *data, const struct evtx_event *event, struct arena *memory,
                 const void **ret_found)
{
    struct matcher *matcher = data;
    const uint32_t *rules;

    sigma_trial(matcher->sigma, true);
    long n = try_event(matcher, event, &rules);
    sigma_trial(matcher->sigma, false);
    if (n <= 0)
        return n < 0 ? -ENOMEM : 0;
    return keep(matcher->sigma, rules, (size_t)n, memory, ret_found);
}

bool sigma_filter_begin(struct sigma_filter *filter, struct sigma *sigma, int log)
{
    for (size_t i = 0; sigma_system_fields[i].name; i++)
        if (sigma_system_fields[i].kind == SIGMA_SYSTEM_ROW &&
            sigma_asks(sigma, sigma_system_fields[i].name))
            return false;
    *filter = (struct sigma_filter){
        .filter = {.data = filter, .begin = begin, .end = end, .wants = wants},
        .sigma = sigma,
        .log = log};
    return true;
}
