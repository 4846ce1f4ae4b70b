/* listing_rows.c -- services as JSON objects and as rows of CSV: PowerShell, Velociraptor, autorunsc, systemctl, osquery.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cjson/cJSON.h>

#include "formats/text/json_tree.h"
#include "listing_state.h"

/* Names that say what a row is of. The first that a row has decides. */
static const struct kind {
    const char   *name, *with; /* a second name that the row has to have; NULL: none */
    const char   *form;
    enum platform platform;
} kinds[] = {
    {"unit_file", "state", "systemctl list-unit-files", LINUX},
    {"activates", "unit", "systemctl list-timers", LINUX},
    {"unit", "load", "systemctl list-units", LINUX},
    {"fragment_path", "id", "osquery systemd_units", LINUX},
    {"program_arguments", "label", "osquery launchd", MACOS},
    {"run_at_load", "label", "osquery launchd", MACOS},
    {"Launch String", "Entry Location", "autorunsc", WINDOWS},
    {"Image Path", "Entry Location", "autorunsc", WINDOWS},
    {"user_account", "service_type", "osquery services", WINDOWS},
    {"PathName", "Name", "Win32_Service", WINDOWS},
    {"StartMode", "Name", "Win32_Service", WINDOWS},
    {"StartName", "Name", "Win32_Service", WINDOWS},
    {"BinaryPathName", "Name", "Get-Service", WINDOWS},
    {"StartType", "Name", "Get-Service", WINDOWS},
    {"ServiceType", "Name", "Get-Service", WINDOWS},
    {"ServicesDependedOn", "Name", "Get-Service", WINDOWS},
    {"DisplayName", "ServiceName", "Get-Service", WINDOWS},
};

/* JSON --------------------------------------------------------------------------- */

static bool is_between_quotes(const char *text, size_t size, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = text; (at = memmem(at, size - (size_t)(at - text), name, n)); at++)
        if (at > text && at[-1] == '"' && at + n < text + size && at[n] == '"')
            return true;
    return false;
}

bool listing_is_objects(const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is_between_quotes(text, size, kinds[i].name) &&
            (!kinds[i].with || is_between_quotes(text, size, kinds[i].with)))
            return true;
    return false;
}

static const struct kind *kind_of(const cJSON *object)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (cJSON_GetObjectItemCaseSensitive(object, kinds[i].name) &&
            (!kinds[i].with || cJSON_GetObjectItemCaseSensitive(object, kinds[i].with)))
            return &kinds[i];
    return NULL;
}

static void begin(struct listing *l, const struct kind *kind)
{
    l->open.form = kind->form;
    l->open.platform = kind->platform;
    l->open.at = l->line_at;
}

static void put_item(struct listing *l, const struct kind *kind, const cJSON *item)
{
    char number[32];

    /* PowerShell writes what an enumeration is called beside its number. */
    if (cJSON_IsObject(item)) {
        const cJSON *value = cJSON_GetObjectItem(item, "Value");
        if (!value)
            return;
        cJSON named = *value;
        named.string = item->string;
        named.next = NULL;
        put_item(l, kind, &named);
        return;
    }
    const char *text = cJSON_GetStringValue(item);
    if (cJSON_IsNumber(item)) {
        snprintf(number, sizeof number, "%.0f", item->valuedouble);
        text = number;
    }
    if (!text || !item->string)
        return;
    bool state = strcmp(item->string, "Status") == 0 && l->open.has[LISTING_STATUS];
    if (!state)
        listing_put(l, kind->platform, item->string, strlen(item->string), text, strlen(text));
}

/* osquery writes a job's arguments as one text. */
static void put_arguments(struct listing *l)
{
    struct buffer *text = &l->open.text[LISTING_ARGUMENTS];

    if (l->open.platform != MACOS || !l->open.has[LISTING_ARGUMENTS] || !text->size ||
        *text->data == '[')
        return;
    listing_set(l, LISTING_COMMAND, text->data, text->size);
    l->open.has[LISTING_ARGUMENTS] = false;
}

static int take_object(struct listing *l, const cJSON *object)
{
    const struct kind *kind = kind_of(object);

    if (!kind) {
        l->lost.others++;
        return 0;
    }
    begin(l, kind);
    for (const cJSON *item = object->child; item; item = item->next)
        put_item(l, kind, item);
    put_arguments(l);
    l->lost.bad += !listing_named(l);
    return listing_named(l);
}

int listing_object(struct listing *l, const char *text, size_t size)
{
    cJSON *object;
    int    r = json_tree(text, size, &object);

    if (r < 0) {
        l->lost.bad += r != -ENOMEM;
        return r == -ENOMEM ? r : 0;
    }
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(object, "columns");
    const cJSON *host = cJSON_GetObjectItemCaseSensitive(object, "hostIdentifier");
    r = take_object(l, columns ? columns : object);
    if (r > 0 && columns && cJSON_IsString(host))
        listing_puts(l, LISTING_COMPUTER, host->valuestring);
    cJSON_Delete(object);
    return r;
}

/* CSV ---------------------------------------------------------------------------- */

/* Whether a column is called so, in the first line of a text. */
static bool has_column(const char *line, size_t size, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = line; (at = memmem(at, size - (size_t)(at - line), name, n)); at++) {
        bool begins = at == line || strchr(",;\t\"", at[-1]);
        bool ends = at + n == line + size || strchr(",;\t\"\r", at[n]);
        if (begins && ends)
            return true;
    }
    return false;
}

bool listing_is_header(const char *text, size_t size)
{
    const char *end = memchr(text, '\n', size);

    if (size > 5 && memcmp(text, "#TYPE", 5) == 0 && end) {
        size -= (size_t)(end + 1 - text);
        text = end + 1;
        end = memchr(text, '\n', size);
    }
    size_t line = end ? (size_t)(end - text) : size;
    if (memchr(text, '{', line))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (has_column(text, line, kinds[i].name) && kinds[i].with &&
            has_column(text, line, kinds[i].with))
            return true;
    return false;
}

static const char *column(const struct listing *l, size_t i)
{
    return l->header.data + l->names[i];
}

static int take_header(struct listing *l)
{
    buffer_put(&l->header, l->rows.text.data, l->rows.text.size);
    memcpy(l->names, l->rows.begins, l->rows.n * sizeof l->names[0]);
    l->n_names = l->rows.n;
    return l->header.failed ? -ENOMEM : 0;
}

static bool has_name(const struct listing *l, const char *name)
{
    for (size_t i = 0; i < l->n_names; i++)
        if (strcmp(column(l, i), name) == 0)
            return true;
    return false;
}

static const struct kind *kind_of_header(const struct listing *l)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (has_name(l, kinds[i].name) && has_name(l, kinds[i].with))
            return &kinds[i];
    return NULL;
}

static const char *value_of(const struct listing *l, const char *name)
{
    for (size_t i = 0; i < l->n_names && i < l->rows.n; i++)
        if (strcmp(column(l, i), name) == 0)
            return csv_field(&l->rows, i);
    return "";
}

/* An entry of autorunsc, which has other categories too. A key's own line has no entry. */
static int take_autorun(struct listing *l)
{
    const char *category = value_of(l, "Category"), *entry = value_of(l, "Entry");
    const char *launch = value_of(l, "Launch String"), *image = value_of(l, "Image Path");
    const char *enabled = value_of(l, "Enabled");

    if (!*entry ||
        (strcasecmp(category, "Services") != 0 && strcasecmp(category, "Drivers") != 0)) {
        l->lost.others++;
        return 0;
    }
    if (strcasecmp(category, "Drivers") == 0)
        listing_puts(l, LISTING_SERVICE_TYPE, "KERNEL_DRIVER");
    listing_puts(l, LISTING_NAME, entry);
    listing_puts(l, LISTING_DESCRIPTION, value_of(l, "Description"));
    listing_puts(l, LISTING_DEFINITION, value_of(l, "Entry Location"));
    listing_puts(l, LISTING_COMMAND, *launch ? launch : image);
    listing_puts(l, LISTING_PROGRAM, image);
    listing_puts(l, LISTING_STATE, strcasecmp(enabled, "enabled") == 0 ? "enabled" : "disabled");
    if (strcasecmp(enabled, "disabled") == 0)
        listing_puts(l, LISTING_START_TYPE, "DISABLED");
    return 1;
}

int listing_row(struct listing *l)
{
    if (!l->n_names)
        return take_header(l);
    const struct kind *kind = kind_of_header(l);
    if (!kind) {
        l->lost.bad++;
        return 0;
    }
    begin(l, kind);
    l->lost.bad += l->rows.n < l->n_names; /* cut */
    if (strcmp(kind->form, "autorunsc") == 0)
        return take_autorun(l);
    for (size_t i = 0; i < l->n_names && i < l->rows.n; i++) {
        const char *name = column(l, i), *value = csv_field(&l->rows, i);
        bool        state = strcmp(name, "Status") == 0 && l->open.has[LISTING_STATUS];
        if (!state)
            listing_put(l, kind->platform, name, strlen(name), value, strlen(value));
    }
    put_arguments(l);
    l->lost.bad += !listing_named(l);
    return listing_named(l);
}
