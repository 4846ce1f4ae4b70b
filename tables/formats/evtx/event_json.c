#include "event_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_form_parts.h"
#include "event_forms.h"
#include "event_xml_tree.h"
#include "formats/text/json_tree.h"

#define DEPTH_MAX 8

struct event_json {
    cJSON       *root;
    const cJSON *system; /* what holds the fields of System */
    const cJSON *data;   /* what holds the pairs; NULL: none */
    bool         flat;   /* both are the root */
};

/* Where shippers put each field, below `system` or else below the root; the first that is present
 * counts. */
#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const *const paths[EVTX_FIELD_COUNT] = {
    [EVTX_PROVIDER_NAME] =
        PATHS("Provider.#attributes.Name", "Provider_attributes.Name", "Provider.Name",
              "provider_name", "SourceName", "source_name", "ProviderName", "Provider"),
    [EVTX_PROVIDER_GUID] = PATHS("Provider.#attributes.Guid", "Provider_attributes.Guid",
                                 "Provider.Guid", "provider_guid", "ProviderGuid"),
    [EVTX_EVENT_SOURCE] = PATHS("Provider.#attributes.EventSourceName",
                                "Provider_attributes.EventSourceName", "Provider.EventSourceName"),
    [EVTX_EVENT_ID] =
        PATHS("EventID.#text", "EventID.Value", "EventID", "event_id", "EventId", "event.code"),
    [EVTX_QUALIFIERS] = PATHS("EventID.#attributes.Qualifiers", "EventID_attributes.Qualifiers",
                              "EventID.Qualifiers", "Qualifiers"),
    [EVTX_VERSION] = PATHS("Version", "version"),
    [EVTX_LEVEL] = PATHS("Level", "level"),
    [EVTX_TASK] = PATHS("Task", "task"),
    [EVTX_OPCODE] = PATHS("OpcodeValue", "Opcode", "opcode"),
    [EVTX_KEYWORDS] = PATHS("Keywords", "keywords"),
    [EVTX_TIME_CREATED] =
        PATHS("TimeCreated.#attributes.SystemTime", "TimeCreated_attributes.SystemTime",
              "TimeCreated.SystemTime", "TimeCreated", "@timestamp", "TimeGenerated", "EventTime"),
    [EVTX_RECORD_ID] =
        PATHS("EventRecordID", "record_id", "record_number", "RecordNumber", "EventRecordId"),
    [EVTX_ACTIVITY_ID] =
        PATHS("Correlation.#attributes.ActivityID", "Correlation_attributes.ActivityID",
              "Correlation.ActivityID", "activity_id", "ActivityID"),
    [EVTX_RELATED_ACTIVITY_ID] = PATHS("Correlation.#attributes.RelatedActivityID",
                                       "Correlation.RelatedActivityID", "related_activity_id"),
    [EVTX_PROCESS_ID] = PATHS("Execution.#attributes.ProcessID", "Execution_attributes.ProcessID",
                              "Execution.ProcessID", "process.pid", "process_id",
                              "ExecutionProcessID", "ProcessID"),
    [EVTX_THREAD_ID] = PATHS("Execution.#attributes.ThreadID", "Execution_attributes.ThreadID",
                             "Execution.ThreadID", "process.thread.id", "thread_id",
                             "ExecutionThreadID", "ThreadID"),
    [EVTX_CHANNEL] = PATHS("Channel", "channel", "log_name"),
    [EVTX_COMPUTER] = PATHS("Computer", "computer_name", "Hostname", "MachineName", "host.name"),
    [EVTX_USER_ID] = PATHS("Security.#attributes.UserID", "Security_attributes.UserID",
                           "Security.UserID", "user.identifier", "UserID"),
};

/* Members of the flat form that are not data: what `paths` names, and what transports add. */
static const char *const transport[] = {
    "Message",
    "message",
    "@version",
    "tags",
    "host",
    "port",
    "SourceModuleName",
    "SourceModuleType",
    "EventReceivedTime",
    "Hostname",
    "Severity",
    "SeverityValue",
    "type",
};

/* The item at a path "a.b.c". */
static const cJSON *follow(const cJSON *object, const char *path)
{
    char name[64];

    while (object && *path) {
        size_t length = strcspn(path, ".");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, path, length);
        name[length] = '\0';
        object = member(object, name);
        path += length + (path[length] == '.');
    }
    return object;
}

static bool is_value(const cJSON *item)
{
    return item && !cJSON_IsNull(item) && !cJSON_IsObject(item);
}

static const cJSON *field_item(const struct event_json *event, enum evtx_field field)
{
    for (const char *const *path = paths[field]; *path; path++) {
        if (event->flat && strchr(*path, '.'))
            continue; /* flat is flat, and the search of a long object is not free */
        const cJSON *item = follow(event->system, *path);
        if (!is_value(item) && !event->flat)
            item = follow(event->root, *path);
        if (is_value(item))
            return item;
    }
    return NULL;
}

/* Find what a line is by its members. */
static bool recognise(struct event_json *event)
{
    const cJSON *outer = member(event->root, "Event");

    if (!cJSON_IsObject(outer))
        outer = event->root;
    event->system = member(outer, "System");
    event->data = member(outer, "EventData");
    if (!event->data || cJSON_IsNull(event->data))
        event->data = member(outer, "UserData");
    if (!event->system) {
        event->system = member(event->root, "winlog");
        outer = event->system ? event->system : event->root;
        if (event->system || !event->data || cJSON_IsNull(event->data))
            event->data = member(outer, "event_data");
        if (!event->data)
            event->data = member(outer, "user_data");
    }
    if (!event->system) {
        event->system = event->root;
        event->flat = !event->data;
        if (event->flat)
            event->data = event->root;
    }
    return field_item(event, EVTX_EVENT_ID) && field_item(event, EVTX_PROVIDER_NAME);
}

/* Members in which shippers keep the XML of the whole event. */
static const char *const xml_members[] = {"SyslogMessage", "message", "Message", "_raw",
                                          "RawXml",        "Xml",     "xml",     "EventXml"};

/* Replace an event's XML by its tree. 0 or -ENOMEM. */
static int expand_xml(cJSON *root)
{
    for (size_t i = 0; i < sizeof xml_members / sizeof xml_members[0]; i++) {
        const char *text = cJSON_GetStringValue(member(root, xml_members[i]));
        const char *xml = text ? strstr(text, "<Event") : NULL;
        const char *end = xml ? strstr(xml, "</Event>") : NULL;
        if (!end || !strchr(" \t\r\n>", xml[6]))
            continue;
        cJSON *tree;
        int    r = event_xml_tree(xml, (size_t)(end - xml) + 8, &tree);
        if (r != -EBADMSG)
            return r == 0 && add(root, "Event", tree) ? 0 : -ENOMEM;
    }
    return 0;
}

/* An object of a line of JSON, or of one of XML. */
static int parse_line(const char *line, size_t size, cJSON **ret)
{
    cJSON *tree;

    if (*line == '{')
        return json_tree(line, size, ret);
    int r = event_xml_tree(line, size, &tree);
    if (r < 0)
        return r;
    *ret = cJSON_CreateObject();
    if (add(*ret, "Event", tree))
        return 0;
    cJSON_Delete(*ret);
    return -ENOMEM;
}

/* Take a tree as an event. */
static int take_tree(cJSON *root, struct event_json **ret)
{
    struct event_json *event = calloc(1, sizeof *event);
    int                r = event ? 0 : -ENOMEM;

    if (r == 0)
        r = event_form_open(&root);
    if (r == 0 && !cJSON_IsObject(member(root, "Event")))
        r = expand_xml(root);
    if (r < 0) {
        cJSON_Delete(root);
        free(event);
        return r;
    }
    event->root = root;
    if (recognise(event)) {
        *ret = event;
        return 0;
    }
    event_json_free(event);
    return -ENOMSG;
}

/* A cell of a row: Velociraptor writes what is an object in JSON as its text. False: no memory. */
static bool add_cell(cJSON *root, const char *name, const char *value)
{
    static const char *const objects[] = {"EventData", "UserData", "System"};
    cJSON                   *object = NULL;

    for (size_t i = 0; *value == '{' && i < sizeof objects / sizeof objects[0]; i++)
        if (strcmp(name, objects[i]) == 0 && json_tree(value, strlen(value), &object) == -ENOMEM)
            return false;
    return object ? add(root, name, object) : cJSON_AddStringToObject(root, name, value) != NULL;
}

int event_json_row(const char *const *names, size_t n_names, const char *const *values, size_t n,
                   struct event_json **ret)
{
    cJSON *root = cJSON_CreateObject();

    for (size_t i = 0; root && i < n; i++) {
        const char *name = i < n_names ? names[i] : i == n_names ? "Message" : NULL;
        if (name && *name && *values[i] && !member(root, name) &&
            !add_cell(root, name, values[i])) {
            cJSON_Delete(root);
            root = NULL;
        }
    }
    return root ? take_tree(root, ret) : -ENOMEM;
}

int event_json_parse(const char *line, size_t size, struct event_json **ret)
{
    while (size && (*line == ' ' || *line == '\t' || *line == '[' || *line == ','))
        line++, size--; /* an array written one element a line is read as lines */
    if (!size || (*line != '{' && *line != '<') || (*line == '{' && memchr(line, '\0', size)))
        return -EBADMSG;
    cJSON *root;
    int    r = parse_line(line, size, &root);
    return r < 0 ? r : take_tree(root, ret);
}

void event_json_free(struct event_json *event)
{
    if (!event)
        return;
    cJSON_Delete(event->root);
    free(event);
}

/* Values -------------------------------------------------------------------- */

static void put_number(double n, struct buffer *text)
{
    if (fabs(n) < 9007199254740992.0 && n == floor(n))
        buffer_printf(text, "%lld", (long long)n);
    else
        buffer_printf(text, "%.17g", n);
}

static void put_scalar(const cJSON *item, struct buffer *text)
{
    char *printed;

    if (cJSON_IsString(item)) {
        buffer_utf8(text, item->valuestring, strlen(item->valuestring));
    } else if (cJSON_IsNumber(item)) {
        put_number(item->valuedouble, text);
    } else if (cJSON_IsBool(item)) {
        buffer_puts(text, cJSON_IsTrue(item) ? "true" : "false");
    } else if (!cJSON_IsNull(item)) {
        if ((printed = cJSON_PrintUnformatted(item)))
            buffer_utf8(text, printed, strlen(printed));
        else
            text->failed = true;
        cJSON_free(printed);
    }
}

static void put_joined(const cJSON *item, struct buffer *text)
{
    const cJSON *element;

    if (!cJSON_IsArray(item)) {
        put_scalar(item, text);
        return;
    }
    cJSON_ArrayForEach(element, item)
    {
        if (element != item->child)
            buffer_putc(text, ',');
        put_scalar(element, text);
    }
}

bool event_json_text(const struct event_json *event, enum evtx_field field, struct buffer *text)
{
    const cJSON *item = field_item(event, field);

    if (!item)
        return false;
    double n = item->valuedouble;
    if (field == EVTX_KEYWORDS && cJSON_IsNumber(item) && fabs(n) < 9.2e18)
        buffer_printf(text, "0x%llx", (unsigned long long)(long long)n);
    else
        put_joined(item, text);
    return true;
}

bool event_json_int(const struct event_json *event, enum evtx_field field, int64_t *ret)
{
    const cJSON *item = field_item(event, field);

    if (cJSON_IsNumber(item) && fabs(item->valuedouble) < 9e15) {
        *ret = (int64_t)item->valuedouble;
        return true;
    }
    if (!cJSON_IsString(item))
        return false;
    struct evtx_value text = {(const uint8_t *)item->valuestring,
                              (uint32_t)strlen(item->valuestring), EVTX_UTF8};
    return evtx_value_int(&text, ret);
}

double event_json_time(const struct event_json *event)
{
    const cJSON *item = field_item(event, EVTX_TIME_CREATED);

    if (cJSON_IsNumber(item)) /* seconds, or milliseconds where that is beyond the year 5138 */
        return fabs(item->valuedouble) < 1e11 ? item->valuedouble : item->valuedouble / 1e3;
    if (!cJSON_IsString(item))
        return NAN;
    return event_form_time(item->valuestring);
}

bool event_json_message(const struct event_json *event, struct buffer *text)
{
    static const char *const names[] = {"Message", "message"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const cJSON *item = member(event->root, names[i]);
        if (cJSON_IsString(item)) {
            put_scalar(item, text);
            return true;
        }
    }
    return false;
}

/* Data ---------------------------------------------------------------------- */

/* Called with each value of the data: `name` is NULL of those that have none. True ends the visit.
 */
typedef bool visit_fn(void *context, const char *name, const cJSON *value);

static bool is_path_of_system(const char *name)
{
    size_t length = strlen(name);

    for (size_t f = 0; f < EVTX_FIELD_COUNT; f++)
        for (const char *const *path = paths[f]; *path; path++)
            if (**path == *name && strncmp(*path, name, length) == 0 &&
                ((*path)[length] == '.' || (*path)[length] == '\0'))
                return true;
    return false;
}

static bool is_metadata(const char *name)
{
    for (size_t i = 0; i < sizeof transport / sizeof transport[0]; i++)
        if (*name == *transport[i] && strcmp(name, transport[i]) == 0)
            return true;
    return is_path_of_system(name);
}

/* evtx_dump writes nameless values as Data: "a", ["a", "b"] or {"#text": ["a", "b"]}. */
static bool visit_nameless(const cJSON *value, visit_fn *visit, void *context)
{
    const cJSON *element;

    if (cJSON_IsObject(value))
        value = member(value, "#text");
    if (!cJSON_IsArray(value))
        return value && visit(context, NULL, value);
    cJSON_ArrayForEach(element, value)
    {
        if (visit(context, NULL, element))
            return true;
    }
    return false;
}

static bool visit_members(const cJSON *object, bool flat, unsigned depth, visit_fn *visit,
                          void *context)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, object)
    {
        const char *name = item->string;
        bool        done;

        if (!name || strcmp(name, "#attributes") == 0 || strcmp(name, "xmlns") == 0 ||
            (flat && is_metadata(name)))
            continue;
        if (strcmp(name, "Data") == 0 && !flat)
            done = visit_nameless(item, visit, context);
        else if (cJSON_IsObject(item) && !flat && depth < DEPTH_MAX)
            done = visit_members(item, false, depth + 1, visit, context);
        else
            done = visit(context, name, item);
        if (done)
            return true;
    }
    return false;
}

static void json_scalar(const cJSON *item, struct buffer *out, struct buffer *scratch)
{
    if (cJSON_IsNull(item)) {
        buffer_puts(out, "null");
    } else if (cJSON_IsString(item)) {
        buffer_json(out, item->valuestring, strlen(item->valuestring));
    } else {
        buffer_reset(scratch);
        put_scalar(item, scratch);
        buffer_json(out, scratch->size ? scratch->data : "", scratch->size);
    }
}

struct rendering {
    struct buffer *out;
    struct buffer  scratch;
    unsigned       n;
};

static bool render(void *context, const char *name, const cJSON *value)
{
    struct rendering *r = context;
    const cJSON      *element;

    if (r->n++)
        buffer_putc(r->out, ',');
    if (name)
        buffer_json(r->out, name, strlen(name));
    else
        buffer_printf(r->out, "\"param%u\"", r->n);
    buffer_putc(r->out, ':');
    if (!cJSON_IsArray(value)) {
        json_scalar(value, r->out, &r->scratch);
        return false;
    }
    buffer_putc(r->out, '[');
    cJSON_ArrayForEach(element, value)
    {
        if (element != value->child)
            buffer_putc(r->out, ',');
        json_scalar(element, r->out, &r->scratch);
    }
    buffer_putc(r->out, ']');
    return false;
}

void event_json_data(const struct event_json *event, struct buffer *text)
{
    struct rendering r = {.out = text};

    buffer_putc(text, '{');
    visit_members(event->data, event->flat, 0, render, &r);
    buffer_putc(text, '}');
    text->failed |= r.scratch.failed;
    buffer_free(&r.scratch);
}

struct taking {
    event_take   *take;
    void         *to;
    struct arena *arena;
    struct buffer scratch;
    unsigned      n;
};

/* A text as it is where it is UTF-8, or else a copy with U+FFFD. */
static const char *clean(struct taking *t, const char *text, uint32_t *size)
{
    if (buffer_is_text(text, *size))
        return text;
    buffer_reset(&t->scratch);
    buffer_utf8(&t->scratch, text, *size);
    *size = (uint32_t)t->scratch.size;
    return arena_strndup(t->arena, t->scratch.size ? t->scratch.data : "", t->scratch.size);
}

static void take_scalar(struct taking *t, struct event_field *field, const cJSON *item)
{
    if (cJSON_IsNull(item))
        return;
    if (cJSON_IsString(item)) {
        field->size = (uint32_t)strlen(item->valuestring);
        field->value = clean(t, item->valuestring, &field->size);
    } else {
        buffer_reset(&t->scratch);
        put_scalar(item, &t->scratch);
        field->size = (uint32_t)t->scratch.size;
        field->value =
            arena_strndup(t->arena, t->scratch.size ? t->scratch.data : "", t->scratch.size);
    }
    t->take(t->to, field);
}

static bool take_member(void *context, const char *name, const cJSON *value)
{
    struct taking     *t = context;
    struct event_field field = {0};
    const cJSON       *element;
    char               number[24];

    t->n++;
    if (name) {
        field.name_size = (uint32_t)strlen(name);
        field.name = clean(t, name, &field.name_size);
    } else {
        field.name_size = (uint32_t)snprintf(number, sizeof number, "param%u", t->n);
        field.name = arena_strndup(t->arena, number, field.name_size);
    }
    if (!cJSON_IsArray(value))
        take_scalar(t, &field, value);
    else
        cJSON_ArrayForEach(element, value)
        {
            take_scalar(t, &field, element);
        }
    return t->arena->failed;
}

int event_json_fields(const struct event_json *event, struct arena *arena, event_take *take,
                      void *to)
{
    struct taking t = {.take = take, .to = to, .arena = arena};

    visit_members(event->data, event->flat, 0, take_member, &t);
    bool failed = arena->failed || t.scratch.failed;
    buffer_free(&t.scratch);
    return failed ? -ENOMEM : 0;
}

struct search {
    const char  *name;
    const cJSON *found;
    unsigned     n;
};

static bool search(void *context, const char *name, const cJSON *value)
{
    struct search *s = context;
    char           number[24] = "";

    s->n++;
    if (!name)
        snprintf(number, sizeof number, "param%u", s->n);
    if (strcmp(name ? name : number, s->name) != 0)
        return false;
    s->found = value;
    return true;
}

bool event_json_value(const struct event_json *event, const char *name, struct buffer *text)
{
    struct search s = {.name = name};

    if (event->flat && is_metadata(name))
        return false;
    if (event->flat)
        s.found = member(event->root, name);
    else
        visit_members(event->data, false, 0, search, &s);
    if (!s.found || cJSON_IsNull(s.found))
        return false;
    put_joined(s.found, text);
    return true;
}
