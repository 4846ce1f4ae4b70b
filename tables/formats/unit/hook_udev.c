/* hook_udev.c -- rules of udev: what they run, and which units they start. */
#include <errno.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "hook_text.h"

/* A value in its quotes: a quote within it is written \", and e"..." has escapes as in C. */
static const char *quoted(struct hook_reader *r, const char **rest, bool escapes)
{
    struct buffer text = {0};
    const char   *p = *rest + 1;

    for (; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1] == '"') {
            buffer_putc(&text, *++p);
        } else if (*p == '\\' && escapes && p[1]) {
            p++;
            buffer_putc(&text, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
        } else {
            buffer_putc(&text, *p);
        }
    }
    *rest = *p ? p + 1 : NULL; /* NULL: the quote is not closed */
    r->memory.failed |= text.failed;
    const char *value = arena_strndup(&r->memory, text.data ? text.data : "", text.size);
    buffer_free(&text);
    return value;
}

struct pair {
    const char *key, *op, *value;
};

/* The next KEY OP "VALUE" of the rule; false at its end, or where it is damaged. */
static bool next_pair(struct hook_reader *r, struct pair *ret)
{
    const char *p = r->rest + strspn(r->rest, " \t\r,");
    size_t      key = strcspn(p, "=!+-:\" \t\r"), op;

    if (key && p[key] == '-' && p[key + 1] != '=') /* a name with a hyphen */
        key += 1 + strcspn(p + key + 1, "=!+:\" \t\r");
    ret->key = arena_strndup(&r->memory, p, key);
    p += key + strspn(p + key, " \t");
    op = strspn(p, "=!+-:");
    ret->op = arena_strndup(&r->memory, p, op);
    p += op + strspn(p + op, " \t");
    bool escapes = *p == 'e' || *p == 'i';
    if (!key || !op || p[escapes] != '"') {
        r->bad += key || op || *p;
        return false;
    }
    escapes = *p == 'e';
    p += *p != '"';
    ret->value = quoted(r, &p, escapes);
    r->rest = p ? p : "";
    r->bad += !p;
    return p != NULL;
}

static const struct {
    const char *key;
    bool        runs; /* its value is a command */
} keys[] = {
    {"RUN", true},
    {"RUN{program}", true},
    {"RUN{fail_event_on_error}", true}, /* of udev before 180 */
    {"PROGRAM", true},
    {"IMPORT{program}", true},
    {"IMPORT", true},
    {"RUN{builtin}", false},
    {"PROGRAM{builtin}", false},
    {"ENV{SYSTEMD_WANTS}", false},
    {"ENV{SYSTEMD_USER_WANTS}", false},
};

static bool take(const struct hook_reader *r, const struct pair *pair, struct hook *ret)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i].key, pair->key) != 0)
            continue;
        bool compares = strcmp(pair->op, "==") == 0 || strcmp(pair->op, "!=") == 0;
        if (!*pair->value || (compares && strncmp(pair->key, "ENV", 3) == 0))
            return false;
        *ret = (struct hook){.setting = pair->key,
                             .value = pair->value,
                             .command = keys[i].runs ? pair->value : NULL,
                             .line = r->first};
        return true;
    }
    return false;
}

int hook_next_udev(struct hook_reader *r, struct hook *ret)
{
    struct pair pair;

    for (;;) {
        while (r->rest && next_pair(r, &pair)) {
            if (r->memory.failed)
                return -ENOMEM;
            if (take(r, &pair, ret))
                return 1;
        }
        r->rest = hook_line(r);
        if (!r->rest || r->memory.failed)
            return r->memory.failed ? -ENOMEM : 0;
        if (*r->rest == '#')
            r->rest = NULL;
    }
}
