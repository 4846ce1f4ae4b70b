#include "rule_file.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "buffer.h"
#include "formats/text/json_tree.h"

static struct rule *add_rule(struct rules *rules)
{
    if (rules->n >= RULES_MAX) {
        rules->lost++;
        return NULL;
    }
    return ARRAY_ADD(rules->rules, rules->n);
}

static void free_rule(struct rule *rule)
{
    free(rule->title);
    free(rule->id);
    free(rule->level);
    free(rule->tags);
    free(rule->sql);
}

void rules_free(struct rules *rules)
{
    for (size_t i = 0; i < rules->n; i++)
        free_rule(&rules->rules[i]);
    free(rules->rules);
    *rules = (struct rules){0};
}

/* JSON ---------------------------------------------------------------------------- */

/* A copy of a text, or NULL of none. False: no memory. */
static bool copy(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return *ret || !text;
}

static bool copy_member(const cJSON *object, const char *name, char **ret)
{
    return copy(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)), ret);
}

/* The tags of a rule, separated by commas; NULL: no memory. */
static char *tags_of(const cJSON *object)
{
    const cJSON  *tags = cJSON_GetObjectItemCaseSensitive(object, "tags"), *tag;
    struct buffer text = {0};

    cJSON_ArrayForEach(tag, tags)
    {
        const char *name = cJSON_GetStringValue(tag);
        if (name)
            buffer_printf(&text, "%s%s", text.size ? "," : "", name);
    }
    return buffer_take(&text);
}

static int add_json_rule(struct rules *rules, const cJSON *object, const char *sql)
{
    struct rule *rule = add_rule(rules);

    if (!rule)
        return rules->lost ? 0 : -ENOMEM;
    rule->too_long = sql && strlen(sql) > RULE_SQL_MAX;
    bool copied = copy_member(object, "title", &rule->title) &&
                  copy_member(object, "id", &rule->id) &&
                  copy_member(object, "level", &rule->level) && (rule->tags = tags_of(object)) &&
                  copy(rule->too_long ? NULL : sql, &rule->sql);
    return copied ? 0 : -ENOMEM;
}

static int add_json_object(struct rules *rules, const cJSON *object)
{
    const cJSON *sql = cJSON_GetObjectItemCaseSensitive(object, "rule"), *text;
    int          r = 0;

    if (!cJSON_IsObject(object))
        return -EBADMSG;
    if (!cJSON_IsArray(sql))
        return add_json_rule(rules, object, cJSON_GetStringValue(sql));
    cJSON_ArrayForEach(text, sql)
    {
        if (r == 0)
            r = add_json_rule(rules, object, cJSON_GetStringValue(text));
    }
    return r;
}

int rules_parse_json(struct rules *rules, const char *text, size_t size)
{
    cJSON       *array;
    const cJSON *object;
    int          r = json_tree(text, size, &array);

    if (r < 0)
        return r;
    r = cJSON_IsArray(array) ? 0 : cJSON_IsObject(array) ? 1 : -EBADMSG;

    if (r == 1)
        r = add_json_object(rules, array);
    else
        cJSON_ArrayForEach(object, array)
        {
            if (r == 0)
                r = add_json_object(rules, object);
        }
    cJSON_Delete(array);
    return r;
}

/* SQL ----------------------------------------------------------------------------- */

/* The end of a statement: after its semicolon, quotes and comments stepped over, or of the text.
 */
static const char *statement_end(const char *p, const char *end)
{
    while (p < end) {
        if (*p == '\'' || *p == '"') {
            const char *quote = memchr(p + 1, *p, (size_t)(end - p - 1));
            p = quote ? quote + 1 : end;
        } else if (*p == '-' && p + 1 < end && p[1] == '-') {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            p = newline ? newline : end;
        } else if (*p++ == ';') {
            return p;
        }
    }
    return end;
}

static char *header_value(const char *text, size_t size)
{
    while (size && isspace((unsigned char)*text)) {
        text++;
        size--;
    }
    while (size && isspace((unsigned char)text[size - 1]))
        size--;
    return strndup(text, size);
}

/* Take a comment line such as "-- level: high". False: no memory. */
static bool take_header(struct rule *rule, const char *line, size_t size)
{
    const struct {
        const char *word;
        char      **field;
    } headers[] = {
        {"title:", &rule->title},
        {"id:", &rule->id},
        {"level:", &rule->level},
        {"tags:", &rule->tags},
    };

    while (size && (*line == '-' || *line == ' ')) {
        line++;
        size--;
    }
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        size_t length = strlen(headers[i].word);
        if (size < length || memcmp(line, headers[i].word, length) != 0 || *headers[i].field)
            continue;
        return (*headers[i].field = header_value(line + length, size - length));
    }
    return true;
}

/* Step over blanks and comments in front of a statement, taking what they say. NULL: no memory. */
static const char *read_headers(struct rule *rule, const char *p, const char *end)
{
    for (;;) {
        while (p < end && (isspace((unsigned char)*p) || *p == ';'))
            p++;
        if (end - p < 2 || p[0] != '-' || p[1] != '-')
            return p;
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        if (!take_header(rule, p, (size_t)(stop - p)))
            return NULL;
        p = stop;
    }
}

int rules_parse_sql(struct rules *rules, const char *text, size_t size)
{
    const char *p = text, *end = text + size;

    if (memchr(text, '\0', size))
        return -EBADMSG;
    for (;;) {
        struct rule  parsed = {0};
        struct rule *rule;
        p = read_headers(&parsed, p, end);
        if (!p || p == end) {
            free_rule(&parsed);
            return p ? 0 : -ENOMEM;
        }
        const char *stop = statement_end(p, end);
        parsed.too_long = (size_t)(stop - p) > RULE_SQL_MAX;
        if (!parsed.too_long && !(parsed.sql = strndup(p, (size_t)(stop - p)))) {
            free_rule(&parsed);
            return -ENOMEM;
        }
        p = stop;
        if (!(rule = add_rule(rules))) {
            free_rule(&parsed);
            if (!rules->lost)
                return -ENOMEM;
            continue;
        }
        *rule = parsed;
    }
}
