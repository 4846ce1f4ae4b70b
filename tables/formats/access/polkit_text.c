#include "polkit_text.h"

#include <ctype.h>
#include <errno.h>
#include <expat.h>
#include <string.h>

static void add_name(struct polkit_names *names, const char *text, size_t size)
{
    if (names->n < POLKIT_NAMES_MAX)
        names->names[names->n++] = (struct polkit_name){text, size};
    else
        names->lost++;
}

static struct polkit_name literal(const char *text)
{
    return (struct polkit_name){text, strlen(text)};
}

/* JavaScript: words --------------------------------------------------------------- */

enum type { END, WORD, STRING, TEMPLATE, REGEX, NUMBER, SIGN };

struct token {
    enum type   type;
    const char *text; /* of a string and a template without its quotes */
    size_t      size, line;
    bool        member; /* a word after a dot */
};

struct script {
    const char  *text;
    size_t       size, at, line;
    struct token last; /* given last */
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

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Read up to the character that closes a string, a template or a regular expression. */
static void read_closed(struct script *s, char close, struct token *token)
{
    bool set = false; /* within [ ] of a regular expression */

    step(s, 1);
    token->text = s->text + s->at;
    while (s->at < s->size && (set || s->text[s->at] != close)) {
        if (close == '/' && (s->text[s->at] == '[' || s->text[s->at] == ']'))
            set = s->text[s->at] == '[';
        step(s, s->text[s->at] == '\\' ? 2 : 1);
    }
    token->size = (size_t)(s->text + s->at - token->text);
    step(s, 1);
}

/* Whether a / begins a regular expression: where a value may begin. */
static bool begins_regex(const struct script *s)
{
    const struct token *last = &s->last;

    if (last->type == WORD)
        return last->size == 6 && memcmp(last->text, "return", 6) == 0;
    return last->type == END || (last->type == SIGN && !strchr(")]}", *last->text));
}

static struct token next_token(struct script *s)
{
    static const char *const signs[] = {"=>", "...", "+="};
    struct token             token;

    while (s->at < s->size &&
           (isspace((unsigned char)s->text[s->at]) ? (step(s, 1), true) : skip_comment(s)))
        ;
    token = (struct token){.text = s->text + s->at, .line = s->line};
    if (s->at >= s->size)
        return s->last = token;
    char c = *token.text;
    if (c == '"' || c == '\'' || c == '`') {
        token.type = c == '`' ? TEMPLATE : STRING;
        read_closed(s, c, &token);
    } else if (c == '/' && begins_regex(s)) {
        token.type = REGEX;
        read_closed(s, '/', &token);
    } else if (is_word_character(c)) {
        token.type = isdigit((unsigned char)c) ? NUMBER : WORD;
        token.member = s->last.type == SIGN && *s->last.text == '.' && s->last.size == 1;
        while (s->at < s->size && is_word_character(s->text[s->at]))
            step(s, 1);
        token.size = (size_t)(s->text + s->at - token.text);
    } else {
        token.type = SIGN;
        token.size = 1;
        for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
            if (looking_at(s, signs[i]))
                token.size = strlen(signs[i]);
        step(s, token.size);
    }
    return s->last = token;
}

static struct token peek(const struct script *s)
{
    struct script ahead = *s;

    return next_token(&ahead);
}

static bool is_token(const struct token *token, enum type type, const char *text)
{
    return token->type == type && token->size == strlen(text) &&
           memcmp(token->text, text, token->size) == 0;
}

static bool is_sign(const struct token *token, char sign)
{
    return token->type == SIGN && token->size == 1 && *token->text == sign;
}

static bool is_one_of(const struct token *token, const char *const *words)
{
    for (; *words; words++)
        if (is_token(token, WORD, *words))
            return true;
    return false;
}

bool polkit_rules_need_es6(const char *text, size_t size)
{
    static const char *const words[] = {"let", "class", "async", "await", "yield", NULL};
    struct script            s = {.text = text, .size = size, .line = 1};

    for (struct token token = next_token(&s); token.type != END; token = next_token(&s))
        if (token.type == TEMPLATE || is_token(&token, SIGN, "=>") ||
            is_token(&token, SIGN, "...") || (!token.member && is_one_of(&token, words)))
            return true;
    return false;
}

/* JavaScript: rules --------------------------------------------------------------- */

/* An action's id, or the beginning of one: it has a dot and neither blank nor slash. */
static bool is_action(struct polkit_name name)
{
    return name.size > 4 && memchr(name.text, '.', name.size) &&
           !memchr(name.text, ' ', name.size) && !memchr(name.text, '/', name.size) &&
           (memcmp(name.text, "org.", 4) == 0 || memcmp(name.text, "com.", 4) == 0 ||
            memcmp(name.text, "net.", 4) == 0 || memcmp(name.text, "io.", 3) == 0);
}

/* A rule as it is read. */
struct reading {
    struct script      *s;
    struct polkit_rule *rule;
    struct token        before[4]; /* the tokens before the present one, the nearest first */
    struct token        parameters[2];
    size_t              n_parameters;
    bool                returning; /* within what is returned */
    bool                computed;  /* a string is put together: no action is known by its text */
};

/* The results, the most first. */
static const struct {
    const char *word, *result;
} results[] = {
    {"YES", "yes"},
    {"AUTH_SELF_KEEP", "auth_self_keep"},
    {"AUTH_SELF", "auth_self"},
    {"AUTH_ADMIN_KEEP", "auth_admin_keep"},
    {"AUTH_ADMIN", "auth_admin"},
    {"NO", "no"},
    {"NOT_HANDLED", ""},
};

#define N_RESULTS (sizeof results / sizeof results[0])

static size_t rank_of(struct polkit_name result)
{
    for (size_t i = 0; i < N_RESULTS; i++)
        if (result.text && strlen(results[i].result) == result.size &&
            memcmp(results[i].result, result.text, result.size) == 0)
            return i;
    return N_RESULTS;
}

/* The most that a rule can give: YES before asking for the caller's own password, and so on. */
static void take_result(struct reading *r, size_t rank)
{
    if (rank < rank_of(r->rule->any))
        r->rule->any = literal(results[rank].result);
}

/* The character of an escape at *text after its backslash, of plain ASCII; moves *text after it. -1
 * for other characters; 0 for a line that goes on. */
static int escaped(const char **text, const char *end)
{
    static const char names[] = "nrtbfv", characters[] = "\n\r\t\b\f\v";
    const char       *p = *text, *named = *p ? strchr(names, *p) : NULL;
    int               digits = *p == 'x' ? 2 : *p == 'u' ? 4 : 0, value = 0;

    *text = p + 1;
    if (named)
        return characters[named - names];
    if (!digits)
        return *p == '\n' ? 0 : isdigit((unsigned char)*p) ? -1 : (unsigned char)*p;
    for (; digits && *text < end && isxdigit((unsigned char)**text); digits--, (*text)++)
        value = value * 16 +
                (isdigit((unsigned char)**text) ? **text - '0' : (**text | 0x20) - 'a' + 10);
    return digits || !value || value > 0x7e ? -1 : value;
}

/* What a string is once its escapes are decoded; such that are not plain ASCII make the rule one that
 * cannot be followed. */
static struct polkit_name text_of(struct reading *r, const struct token *token)
{
    struct polkit_rule *rule = r->rule;
    struct polkit_name  name = {token->text, token->size};
    const char         *p = token->text, *end = p + token->size;

    if (!memchr(p, '\\', token->size))
        return name;
    if (token->size > sizeof rule->decoded - rule->n_decoded) {
        rule->unknown = r->computed = true;
        return name;
    }
    name = (struct polkit_name){rule->decoded + rule->n_decoded, 0};
    while (p < end) {
        bool escape = *p == '\\' && p + 1 < end;
        p += escape;
        int c = escape ? escaped(&p, end) : *p++;
        if (escape && c < 0)
            rule->unknown = r->computed = true;
        else if (!escape || c)
            rule->decoded[rule->n_decoded + name.size++] = (char)c;
    }
    rule->n_decoded += name.size;
    return name;
}

static void take_string(struct reading *r, const struct token *token)
{
    const struct token *before = r->before;
    struct polkit_name  name = text_of(r, token);
    bool                called = is_sign(&before[0], '(');

    if (r->rule->admin) {
        if (r->returning)
            add_name(&r->rule->identities, name.text, name.size);
    } else if (r->returning && rank_of(name) < N_RESULTS) {
        take_result(r, rank_of(name));
    } else if (is_action(name)) {
        add_name(&r->rule->actions, name.text, name.size);
    } else if (called && (is_token(&before[1], WORD, "isInGroup") ||
                          is_token(&before[1], WORD, "isInNetGroup"))) {
        add_name(&r->rule->groups, name.text, name.size);
    } else if (is_sign(&before[0], '=') && is_sign(&before[1], '=') &&
               is_token(&before[2 + is_sign(&before[2], '=')], WORD, "user")) {
        add_name(&r->rule->users, name.text, name.size);
    } else if (called && is_token(&before[1], WORD, "lookup") && name.size == 4 &&
               memcmp(name.text, "unit", 4) == 0) {
        r->rule->unit_checked = true;
    }
}

/* Step over the brackets that open next. */
static void skip_brackets(struct script *s)
{
    int depth = 0;

    do {
        struct token token = next_token(s);
        if (token.type == END)
            return;
        depth += token.type == SIGN && strchr("([{", *token.text) != NULL;
        depth -= token.type == SIGN && strchr(")]}", *token.text) != NULL;
    } while (depth > 0);
}

/* What follows the word polkit in a rule: a result, or a log line, which changes nothing. */
static void take_polkit(struct reading *r)
{
    struct script *s = r->s;
    struct token   dot = next_token(s), member = next_token(s);

    if (is_sign(&dot, '.') && is_token(&member, WORD, "log")) {
        skip_brackets(s);
        return;
    }
    if (is_sign(&dot, '.') && is_token(&member, WORD, "Result")) {
        dot = next_token(s);
        member = next_token(s);
        for (size_t i = 0; is_sign(&dot, '.') && i < N_RESULTS; i++)
            if (is_token(&member, WORD, results[i].word)) {
                take_result(r, i);
                r->rule->unknown |= !r->returning;
                return;
            }
    }
    r->rule->unknown = true;
}

static bool is_parameter(const struct reading *r, const struct token *token)
{
    for (size_t i = 0; i < r->n_parameters; i++)
        if (r->parameters[i].size == token->size &&
            memcmp(r->parameters[i].text, token->text, token->size) == 0)
            return true;
    return false;
}

/* A word that is not a member of anything. */
static void take_word(struct reading *r, const struct token *token)
{
    static const char *const keywords[] = {
        "if",   "else",   "return", "var",    "let",     "const",    "for",       "in",
        "of",   "while",  "true",   "null",   "false",   "break",    "undefined", "case",
        "this", "switch", "new",    "typeof", "default", "continue", "do",        NULL};
    struct token next = peek(r->s);

    if (is_token(token, WORD, "polkit"))
        take_polkit(r);
    else if (is_token(token, WORD, "return"))
        r->returning = true;
    else if (!is_one_of(token, keywords) && !is_parameter(r, token))
        r->rule->unknown |= r->returning || is_sign(&next, '(') || is_sign(&next, '[');
}

/* A member: those that only look at a text or a subject are followed. */
static void take_member(struct reading *r, const struct token *token)
{
    static const char *const methods[] = {"isInGroup",  "isInNetGroup", "lookup", "indexOf",
                                          "startsWith", "endsWith",     "match",  "test",
                                          "includes",   "search",       NULL};
    struct token             next = peek(r->s);

    if (is_sign(&next, '(') && !is_one_of(token, methods))
        r->rule->unknown = r->computed = true;
}

static void take_sign(struct reading *r, const struct token *token)
{
    struct token        next = peek(r->s);
    const struct token *before = &r->before[0];

    if (is_sign(token, ';') || is_sign(token, '}'))
        r->returning = false;
    if (*token->text == '+' && (next.type == STRING || before->type == STRING))
        r->rule->unknown = r->computed = true;
    if (is_sign(token, '[') && (is_sign(before, ')') || is_sign(before, ']') ||
                                (before->type == WORD && !is_token(before, WORD, "return") &&
                                 !is_token(before, WORD, "in") && !is_token(before, WORD, "of"))))
        r->rule->unknown = r->computed = true;
}

static void take_token(struct reading *r, const struct token *token)
{
    if (token->type == STRING)
        take_string(r, token);
    else if (token->type == TEMPLATE && memmem(token->text, token->size, "${", 2))
        r->rule->unknown = r->computed = true;
    else if (token->type == TEMPLATE)
        take_string(r, token);
    else if (token->type == WORD && token->member)
        take_member(r, token);
    else if (token->type == WORD)
        take_word(r, token);
    else if (token->type == SIGN)
        take_sign(r, token);
}

/* The head of the function that a rule is, "function name(a, b)" or "(a, b) =>". False where it is
 * none, as where it is called by its name. */
static bool read_head(struct reading *r)
{
    struct script *s = r->s;
    struct token   token = next_token(s);

    if (is_token(&token, WORD, "function")) {
        token = next_token(s);
        if (token.type == WORD)
            token = next_token(s);
    }
    if (!is_sign(&token, '('))
        return false;
    for (token = next_token(s); token.type == WORD; token = next_token(s)) {
        if (r->n_parameters < 2)
            r->parameters[r->n_parameters++] = token;
        token = next_token(s);
        if (!is_sign(&token, ','))
            break;
    }
    if (!is_sign(&token, ')'))
        return false;
    token = peek(s);
    if (!is_token(&token, SIGN, "=>"))
        return true;
    next_token(s);
    token = peek(s);
    r->returning = !is_sign(&token, '{');
    return true;
}

static void end_rule(struct reading *r)
{
    struct polkit_rule *rule = r->rule;

    if (r->computed)
        rule->actions.n = 0;
    if (rule->unknown) {
        rule->any = literal("unknown");
        rule->unit_checked = false;
    }
    rule->inactive = rule->active = rule->any;
}

/* Read from the bracket that opens the call to the one that closes it. */
static void read_rule(struct script *s, struct polkit_rule *rule)
{
    struct reading r = {.s = s, .rule = rule};
    int            depth = 1;
    struct token   token = next_token(s);
    struct script  body = *s;

    if (!read_head(&r)) {
        rule->unknown = true;
        *s = body;
    }
    while (depth > 0) {
        token = next_token(s);
        if (token.type == END)
            break;
        depth += token.type == SIGN && strchr("([{", *token.text) != NULL;
        depth -= token.type == SIGN && strchr(")]}", *token.text) != NULL;
        take_token(&r, &token);
        memmove(r.before + 1, r.before, sizeof r.before - sizeof r.before[0]);
        r.before[0] = token;
    }
    end_rule(&r);
}

/* A use of polkit outside of rules: 1 where a rule was read into *rule, 0 where it is nothing, else it
 * cannot be followed: -EINVAL. */
static int read_use(struct script *s, struct polkit_rule *rule)
{
    struct token dot = next_token(s), member;

    if (!is_sign(&dot, '.'))
        return -EINVAL;
    member = next_token(s);
    if (is_token(&member, WORD, "log") || is_token(&member, WORD, "Result"))
        return 0;
    rule->admin = is_token(&member, WORD, "addAdminRule");
    struct token open = peek(s);
    if (!(rule->admin || is_token(&member, WORD, "addRule")) || !is_sign(&open, '('))
        return -EINVAL;
    read_rule(s, rule);
    return 1;
}

int polkit_parse_rules(const char *text, size_t size, polkit_found *found, void *data)
{
    static const char *const others[] = {"eval", "Function", "globalThis", "load", NULL};
    struct script            s = {.text = text, .size = size, .line = 1};
    int                      r = 0;

    for (struct token token; r == 0 && (token = next_token(&s)).type != END;) {
        struct polkit_rule rule = {.line = token.line};
        if (token.member || token.type != WORD)
            continue;
        int use = is_token(&token, WORD, "polkit") ? read_use(&s, &rule)
                  : is_one_of(&token, others)      ? -EINVAL
                                                   : 0;
        if (use < 0) {
            rule.unknown = true;
            rule.admin = false;
            rule.any = rule.inactive = rule.active = literal("unknown");
        }
        if (use)
            r = found(&rule, data);
    }
    return r;
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

int polkit_parse_admins(const char *text, size_t size, polkit_found *found, void *data)
{
    size_t number = 0;
    int    r = 0;

    for (const char *end = text + size; r == 0 && text < end; number++) {
        const char        *newline = memchr(text, '\n', (size_t)(end - text));
        const char        *stop = newline ? newline : end;
        struct polkit_name line = trimmed(text, (size_t)(stop - text));
        const char        *equals = line.size ? memchr(line.text, '=', line.size) : NULL;
        text = stop + 1;
        if (!equals || *line.text == '#' ||
            !is(trimmed(line.text, (size_t)(equals - line.text)), "AdminIdentities"))
            continue;
        struct polkit_rule rule = {.line = number + 1, .admin = true};
        add_list(&rule.identities,
                 trimmed(equals + 1, (size_t)(line.text + line.size - equals - 1)));
        r = found(&rule, data);
    }
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
#if XML_MAJOR_VERSION > 2 || (XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION >= 9)
    p->line = (unsigned long)XML_GetCurrentLineNumber64(p->parser);
#else
    p->line = (unsigned long)XML_GetCurrentLineNumber(p->parser);
#endif
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
