#include "polkit_text.h"

#include <ctype.h>
#include <errno.h>
#include <expat.h>
#include <string.h>

#include "formats/text/xml_line.h"

static void add_name(struct polkit_names *names, const char *text, size_t size)
{
    if (names->n < POLKIT_NAMES_MAX)
        names->names[names->n++] = (struct polkit_name){text, size};
}

static struct polkit_name literal(const char *text)
{
    return (struct polkit_name){text, strlen(text)};
}

/* JavaScript ---------------------------------------------------------------------- */

struct script {
    const char *text;
    size_t      size, at, line;
};

static bool looking_at(const struct script *s, const char *word)
{
    size_t size = strlen(word);

    return s->size - s->at >= size && memcmp(s->text + s->at, word, size) == 0;
}

static void step(struct script *s, size_t n)
{
    for (; n && s->at < s->size; n--)
        s->line += s->text[s->at++] == '\n';
}

/* Step over a comment: true if there was one. */
static bool skip_comment(struct script *s)
{
    const char *end = looking_at(s, "//") ? "\n" : looking_at(s, "/*") ? "*/" : NULL;

    if (!end)
        return false;
    step(s, 2);
    while (s->at < s->size && !looking_at(s, end))
        step(s, 1);
    step(s, strlen(end));
    return true;
}

/* Step over a string literal, giving what stands between its quotes: true if there was one. */
static bool read_string(struct script *s, struct polkit_name *ret)
{
    char quote = s->text[s->at];

    if (quote != '"' && quote != '\'' && quote != '`')
        return false;
    step(s, 1);
    size_t begin = s->at;
    while (s->at < s->size && s->text[s->at] != quote)
        step(s, s->text[s->at] == '\\' ? 2 : 1);
    *ret = (struct polkit_name){s->text + begin, s->at - begin};
    step(s, 1);
    return true;
}

/* Whether a word stands in front of a place, blanks and an open bracket between. */
static bool behind(const struct script *s, size_t place, const char *word)
{
    size_t size = strlen(word);

    while (place && (isspace((unsigned char)s->text[place - 1]) || s->text[place - 1] == '('))
        place--;
    return place >= size && memcmp(s->text + place - size, word, size) == 0;
}

/* An action's id, or the beginning of one: it has a dot and neither blank nor slash. */
static bool is_action(struct polkit_name name)
{
    return name.size > 4 && memchr(name.text, '.', name.size) &&
           !memchr(name.text, ' ', name.size) && !memchr(name.text, '/', name.size) &&
           (memcmp(name.text, "org.", 4) == 0 || memcmp(name.text, "com.", 4) == 0 ||
            memcmp(name.text, "net.", 4) == 0 || memcmp(name.text, "io.", 3) == 0);
}

static void take_string(const struct script *s, size_t place, struct polkit_name name,
                        struct polkit_rule *rule)
{
    if (is_action(name))
        add_name(&rule->actions, name.text, name.size);
    else if (behind(s, place, "isInGroup") || behind(s, place, "isInNetGroup"))
        add_name(&rule->groups, name.text, name.size);
    else if (behind(s, place, "subject.user ==") || behind(s, place, "subject.user ===") ||
             behind(s, place, "subject.user=="))
        add_name(&rule->users, name.text, name.size);
    else if (name.size == 4 && memcmp(name.text, "unit", 4) == 0)
        rule->unit_checked |= behind(s, place, "lookup");
    else if (name.size == 3 && memcmp(name.text, "yes", 3) == 0 && behind(s, place, "return"))
        rule->any = literal("yes");
}

/* The most that a rule can give: YES before asking for the caller's own password, and so on. */
static void take_result(const struct script *s, struct polkit_rule *rule)
{
    static const struct {
        const char *word, *result;
    } results[] = {
        {"Result.YES", "yes"},
        {"Result.AUTH_SELF_KEEP", "auth_self_keep"},
        {"Result.AUTH_SELF", "auth_self"},
        {"Result.AUTH_ADMIN_KEEP", "auth_admin_keep"},
        {"Result.AUTH_ADMIN", "auth_admin"},
        {"Result.NO", "no"},
    };
    static const size_t n = sizeof results / sizeof results[0];
    size_t              now = n;

    for (size_t i = 0; i < n; i++)
        if (rule->any.text && strlen(results[i].result) == rule->any.size &&
            memcmp(results[i].result, rule->any.text, rule->any.size) == 0)
            now = i;
    for (size_t i = 0; i < now; i++) {
        if (looking_at(s, results[i].word)) {
            rule->any = literal(results[i].result);
            return;
        }
    }
}

/* Read to the bracket that closes the call. */
static void read_rule(struct script *s, struct polkit_rule *rule)
{
    int depth = 0;

    while (s->at < s->size) {
        size_t             place = s->at;
        struct polkit_name name;
        if (skip_comment(s))
            continue;
        if (read_string(s, &name)) {
            take_string(s, place, name, rule);
            continue;
        }
        take_result(s, rule);
        depth += (s->text[s->at] == '(') - (s->text[s->at] == ')');
        step(s, 1);
        if (depth == 0 && s->text[s->at - 1] == ')')
            break;
    }
    rule->inactive = rule->active = rule->any;
}

int polkit_parse_rules(const char *text, size_t size, polkit_found *found, void *data)
{
    static const char call[] = "polkit.addRule";
    struct script     s = {text, size, 0, 1};

    while (s.at < s.size) {
        struct polkit_name name;
        if (skip_comment(&s) || read_string(&s, &name))
            continue;
        if (!looking_at(&s, call)) {
            step(&s, 1);
            continue;
        }
        struct polkit_rule rule = {.line = s.line};
        step(&s, sizeof call - 1);
        read_rule(&s, &rule);
        int r = found(&rule, data);
        if (r)
            return r;
    }
    return 0;
}

/* Key files ------------------------------------------------------------------------- */

static struct polkit_name trimmed(const char *text, size_t size)
{
    while (size && isspace((unsigned char)*text)) {
        text++;
        size--;
    }
    while (size && isspace((unsigned char)text[size - 1]))
        size--;
    return (struct polkit_name){text, size};
}

static bool is(struct polkit_name name, const char *word)
{
    return name.size == strlen(word) && memcmp(name.text, word, name.size) == 0;
}

/* A list separated by semicolons. */
static void add_list(struct polkit_names *names, struct polkit_name list)
{
    while (list.size) {
        const char        *semicolon = memchr(list.text, ';', list.size);
        size_t             size = semicolon ? (size_t)(semicolon - list.text) : list.size;
        struct polkit_name item = trimmed(list.text, size);
        if (item.size)
            add_name(names, item.text, item.size);
        size += semicolon != NULL;
        list = (struct polkit_name){list.text + size, list.size - size};
    }
}

static void take_key(struct polkit_rule *rule, struct polkit_name key, struct polkit_name value)
{
    if (is(key, "Identity"))
        add_list(&rule->identities, value);
    else if (is(key, "Action"))
        add_list(&rule->actions, value);
    else if (is(key, "ResultAny"))
        rule->any = value;
    else if (is(key, "ResultInactive"))
        rule->inactive = value;
    else if (is(key, "ResultActive"))
        rule->active = value;
}

int polkit_parse_pkla(const char *text, size_t size, polkit_found *found, void *data)
{
    struct polkit_rule rule = {.line = 0};
    size_t             number = 0;
    int                r = 0;

    for (const char *end = text + size; r == 0 && text < end; number++) {
        const char        *newline = memchr(text, '\n', (size_t)(end - text));
        const char        *stop = newline ? newline : end;
        struct polkit_name line = trimmed(text, (size_t)(stop - text));
        const char        *equals = line.size ? memchr(line.text, '=', line.size) : NULL;
        text = stop + 1;
        if (!line.size || *line.text == '#')
            continue;
        if (*line.text == '[') {
            if (rule.line && rule.actions.n)
                r = found(&rule, data);
            rule = (struct polkit_rule){.line = number + 1};
        } else if (equals && rule.line) {
            take_key(&rule, trimmed(line.text, (size_t)(equals - line.text)),
                     trimmed(equals + 1, (size_t)(line.text + line.size - equals - 1)));
        }
    }
    if (r == 0 && rule.line && rule.actions.n)
        r = found(&rule, data);
    return r;
}

/* Policies -------------------------------------------------------------------------- */

#define VALUE_MAX 64

struct policy {
    XML_Parser    parser;
    polkit_found *found;
    void         *data;
    int           result;
    size_t        line;
    char          id[256];
    char          value[VALUE_MAX];
    size_t        value_size;
    char          any[VALUE_MAX], inactive[VALUE_MAX], active[VALUE_MAX];
};

static void XMLCALL begin_element(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct policy *p = user;

    p->value_size = 0;
    if (strcmp(name, "action") != 0)
        return;
    p->line = xml_line(p->parser);
    p->id[0] = p->any[0] = p->inactive[0] = p->active[0] = '\0';
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], "id") == 0 && strlen(attributes[i + 1]) < sizeof p->id)
            strcpy(p->id, attributes[i + 1]);
}

static void XMLCALL add_text(void *user, const XML_Char *text, int size)
{
    struct policy *p = user;

    for (int i = 0; i < size; i++)
        if (!isspace((unsigned char)text[i]) && p->value_size < VALUE_MAX - 1)
            p->value[p->value_size++] = text[i];
}

static void end_action(struct policy *p)
{
    struct polkit_rule rule = {.line = p->line};

    add_name(&rule.actions, p->id, strlen(p->id));
    rule.any = literal(p->any);
    rule.inactive = literal(p->inactive);
    rule.active = literal(p->active);
    p->result = p->found(&rule, p->data);
    if (p->result)
        XML_StopParser(p->parser, XML_FALSE);
}

static void XMLCALL end_element(void *user, const XML_Char *name)
{
    struct policy *p = user;

    p->value[p->value_size] = '\0';
    if (strcmp(name, "allow_any") == 0)
        strcpy(p->any, p->value);
    else if (strcmp(name, "allow_inactive") == 0)
        strcpy(p->inactive, p->value);
    else if (strcmp(name, "allow_active") == 0)
        strcpy(p->active, p->value);
    else if (strcmp(name, "action") == 0 && p->id[0])
        end_action(p);
}

/* An entity may expand to any size: none is part of the format. */
static void XMLCALL refuse_entity(void *user, const XML_Char *name, int is_parameter,
                                  const XML_Char *value, int value_size, const XML_Char *base,
                                  const XML_Char *system, const XML_Char *public,
                                  const XML_Char *notation)
{
    struct policy *p = user;

    (void)name, (void)is_parameter, (void)value, (void)value_size, (void)base, (void)system,
        (void)public, (void)notation;
    p->result = -EBADMSG;
    XML_StopParser(p->parser, XML_FALSE);
}

int polkit_parse_policy(const char *text, size_t size, polkit_found *found, void *data)
{
    struct policy policy = {.found = found, .data = data};

    if (size > 16u << 20 || !(policy.parser = XML_ParserCreate(NULL)))
        return size > 16u << 20 ? -EBADMSG : -ENOMEM;
    XML_SetUserData(policy.parser, &policy);
    XML_SetElementHandler(policy.parser, begin_element, end_element);
    XML_SetCharacterDataHandler(policy.parser, add_text);
    XML_SetEntityDeclHandler(policy.parser, refuse_entity);
    enum XML_Status status = XML_Parse(policy.parser, text, (int)size, 1);
    XML_ParserFree(policy.parser);
    if (policy.result)
        return policy.result;
    return status == XML_STATUS_OK ? 0 : -EBADMSG;
}
