/* check_sigma_reference.c -- random Sigma rules on random events, beside a plain reference.
 *
 * The reference is written here from the specification: it walks the pattern and the text one
 * character at a time, and tries every rule on every event. What is tested has trees, an index and
 * kinds of events instead. SVCQL_SEED picks other rules.
 */
#include "harness.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/sigma/sigma.h"

#define N_RULES      60
#define N_EVENTS     120
#define N_FIELDS     5
#define N_SELECTIONS 4
#define N_ITEMS      3
#define N_VALUES     3

static uint64_t seed;

static unsigned any(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

/* Pieces of values: short enough that they meet, long enough that the index is used. */
static const char *const pieces[] = {"abcd", "ABcd", "xyz",  "wxyz", "\\", "*",  "?", "-", "/",
                                     " ",    "\\*",  "\\\\", "\\?",  "é",  "12", "a", "."};

static void random_text(char ret[64], bool plain)
{
    ret[0] = '\0';
    for (unsigned n = any(4) + (plain ? 0 : 1); n > 0; n--)
        strcat(ret, pieces[any(sizeof pieces / sizeof *pieces)]);
}

enum how { WHOLE, CONTAINS, STARTS, ENDS, HOWS };

struct item {
    unsigned field; /* N_FIELDS: keyword */
    enum how how;
    bool     all, cased, neq;
    enum { TEXTS, NOTHING, EXISTS, ABSENT, NUMBER } what;
    unsigned n;
    char     values[N_VALUES][64];
};

struct selection {
    unsigned    n;
    bool        list; /* one of the items, not all */
    struct item items[N_ITEMS];
};

/* A condition: a selection, or an operator over two. */
struct condition {
    enum { NAME, AND, OR, NOT, ANY_OF, ALL_OF } kind;
    unsigned name, left, right;
};

struct rule {
    struct selection selections[N_SELECTIONS];
    struct condition conditions[16];
    unsigned         n, top;
};

struct event {
    bool has[N_FIELDS];
    char values[N_FIELDS][64];
};

/* The reference ---------------------------------------------------------------------- */

static bool same(char a, char b, bool cased)
{
    if (!cased && isascii(a) && isascii(b))
        return tolower((unsigned char)a) == tolower((unsigned char)b);
    return a == b;
}

static size_t length(const char *text)
{
    size_t n = 1;

    while (((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Whether a pattern's rest matches all of a text, or with `open` a beginning of it. */
static bool matches(const char *pattern, const char *text, bool open, bool cased)
{
    if (!*pattern)
        return open || !*text;
    if (*pattern == '*') {
        for (;; text += length(text)) {
            if (matches(pattern + 1, text, open, cased))
                return true;
            if (!*text)
                return false;
        }
    }
    if (*pattern == '?')
        return *text && matches(pattern + 1, text + length(text), open, cased);
    if (*pattern == '\\' && (pattern[1] == '\\' || pattern[1] == '*' || pattern[1] == '?'))
        pattern++;
    return *text && same(*pattern, *text, cased) && matches(pattern + 1, text + 1, open, cased);
}

static bool value_matches(const struct item *item, const char *value, const char *text)
{
    enum how how = item->field == N_FIELDS ? CONTAINS : item->how;

    if (how == WHOLE || how == STARTS)
        return matches(value, text, how == STARTS, item->cased);
    for (;; text += length(text)) {
        if (matches(value, text, how == CONTAINS, item->cased))
            return true;
        if (!*text)
            return false;
    }
}

static bool one_value(const struct item *item, const char *value, const struct event *event)
{
    if (item->field < N_FIELDS)
        return event->has[item->field] && value_matches(item, value, event->values[item->field]);
    for (unsigned f = 0; f < N_FIELDS; f++)
        if (event->has[f] && value_matches(item, value, event->values[f]))
            return true;
    return false;
}

static bool item_fits(const struct item *item, const struct event *event)
{
    bool result = item->all;

    if (item->what == NOTHING || item->what == ABSENT)
        result = !event->has[item->field];
    else if (item->what == EXISTS)
        result = event->has[item->field];
    else if (item->what == NUMBER)
        result = event->has[item->field] && strcmp(event->values[item->field], "12") == 0;
    else
        for (unsigned v = 0; v < item->n; v++) {
            bool one = one_value(item, item->values[v], event);
            result = item->all ? result && one : result || one;
        }
    return result != item->neq;
}

static bool selection_fits(const struct selection *selection, const struct event *event)
{
    bool result = !selection->list;

    for (unsigned i = 0; i < selection->n; i++) {
        bool one = item_fits(&selection->items[i], event);
        result = selection->list ? result || one : result && one;
    }
    return result;
}

static bool condition_fits(const struct rule *rule, unsigned c, const struct event *event)
{
    const struct condition *condition = &rule->conditions[c];
    bool                    any_fits = false, all_fit = true;

    switch (condition->kind) {
    case NAME:
        return selection_fits(&rule->selections[condition->name], event);
    case AND:
        return condition_fits(rule, condition->left, event) &&
               condition_fits(rule, condition->right, event);
    case OR:
        return condition_fits(rule, condition->left, event) ||
               condition_fits(rule, condition->right, event);
    case NOT:
        return !condition_fits(rule, condition->left, event);
    default:
        for (unsigned s = 0; s < N_SELECTIONS; s++) {
            bool fits = selection_fits(&rule->selections[s], event);
            any_fits |= fits;
            all_fit &= fits;
        }
        return condition->kind == ANY_OF ? any_fits : all_fit;
    }
}

/* Random rules, and their YAML --------------------------------------------------------- */

static void random_item(struct item *item)
{
    *item = (struct item){
        .field = any(N_FIELDS + 1), .how = (enum how)any(HOWS), .n = 1 + any(N_VALUES)};
    item->cased = any(6) == 0;
    if (item->field == N_FIELDS) { /* a keyword, as the only item of a list */
        item->how = WHOLE;
        item->cased = false;
    }
    item->all = item->field < N_FIELDS && item->n > 1 && any(3) == 0;
    item->neq = item->field < N_FIELDS && any(8) == 0;
    if (item->field < N_FIELDS && any(8) == 0) {
        item->what = 1 + any(4);
        item->all = item->cased = false;
        item->how = WHOLE;
        item->n = 1;
        item->neq &= item->what == NOTHING || item->what == NUMBER;
    }
    for (unsigned v = 0; v < item->n; v++)
        random_text(item->values[v], item->how == WHOLE && item->field < N_FIELDS);
}

static void random_rule(struct rule *rule)
{
    for (unsigned s = 0; s < N_SELECTIONS; s++) {
        struct selection *selection = &rule->selections[s];
        selection->list = any(3) == 0;
        selection->n = 1 + any(N_ITEMS);
        for (unsigned i = 0; i < selection->n; i++)
            do
                random_item(&selection->items[i]);
            while (!selection->list && selection->items[i].field == N_FIELDS);
        for (unsigned i = 0; i + 1 < selection->n; i++) /* a key occurs once in a map */
            for (unsigned k = i + 1; k < selection->n && !selection->list; k++)
                if (selection->items[i].field == selection->items[k].field)
                    selection->n = k;
    }
    rule->n = 0;
    for (unsigned s = 0; s < 3; s++)
        rule->conditions[rule->n++] = (struct condition){.kind = NAME, .name = any(N_SELECTIONS)};
    rule->conditions[rule->n++] = (struct condition){.kind = any(2) ? ANY_OF : ALL_OF};
    for (unsigned i = 0; i < 5; i++, rule->n++)
        rule->conditions[rule->n] =
            (struct condition){.kind = AND + any(3), .left = any(rule->n), .right = any(rule->n)};
    rule->top = rule->n - 1 - any(2);
}

static void put_quoted(FILE *out, const char *text)
{
    putc('\'', out);
    for (; *text; text++)
        fputs(*text == '\'' ? "''" : (char[2]){*text, 0}, out);
    putc('\'', out);
}

static void put_item(FILE *out, const struct item *item)
{
    static const char *const hows[] = {"", "|contains", "|startswith", "|endswith"};

    if (item->field == N_FIELDS)
        fputs("'|contains", out);
    else
        fprintf(out, "'F%u%s%s%s%s", item->field,
                item->what == EXISTS || item->what == ABSENT ? "|exists" : "", hows[item->how],
                item->all ? "|all" : "", item->cased ? "|cased" : "");
    fprintf(out, "%s': ", item->neq ? "|neq" : "");
    if (item->what) {
        static const char *const whats[] = {"", "null", "true", "false", "12"};
        fputs(whats[item->what], out);
        return;
    }
    for (unsigned v = 0; v < item->n; v++) {
        fputs(v ? ", " : "[", out);
        put_quoted(out, item->values[v]);
    }
    putc(']', out);
}

static void put_condition(FILE *out, const struct rule *rule, unsigned c)
{
    const struct condition *condition = &rule->conditions[c];

    switch (condition->kind) {
    case NAME:
        fprintf(out, "s_%u", condition->name);
        break;
    case ANY_OF:
        fputs("1 of s_*", out);
        break;
    case ALL_OF:
        fputs("all of them", out);
        break;
    case NOT:
        fputs("not (", out);
        put_condition(out, rule, condition->left);
        putc(')', out);
        break;
    default:
        putc('(', out);
        put_condition(out, rule, condition->left);
        fputs(condition->kind == AND ? " and " : " or ", out);
        put_condition(out, rule, condition->right);
        putc(')', out);
    }
}

static char *rule_text(const struct rule *rule)
{
    char  *text = NULL;
    size_t size;
    FILE  *out = open_memstream(&text, &size);

    fputs("title: t\nlogsource: {product: p}\ndetection:\n", out);
    for (unsigned s = 0; s < N_SELECTIONS; s++) {
        const struct selection *selection = &rule->selections[s];
        fprintf(out, "  s_%u:\n", s);
        for (unsigned i = 0; i < selection->n; i++) {
            fputs(selection->list ? "    - " : "    ", out);
            put_item(out, &selection->items[i]);
            putc('\n', out);
        }
    }
    fputs("  condition: ", out);
    put_condition(out, rule, rule->top);
    putc('\n', out);
    fclose(out);
    return text;
}

static void random_event(struct event *event)
{
    for (unsigned f = 0; f < N_FIELDS; f++) {
        event->has[f] = any(4) != 0;
        if (any(8) == 0)
            strcpy(event->values[f], "12");
        else
            random_text(event->values[f], true);
    }
}

/* The first field is a key, so that kinds of events are judged by it. Every other event is only tried. */
static long try_event(struct sigma *sigma, const struct event *event, const uint32_t **ret_rules)
{
    static bool              trial;
    const struct sigma_key   key = {"F0", event->has[0] ? event->values[0] : NULL,
                                    strlen(event->values[0]), NULL};
    static const char *const names[] = {"F0", "F1", "F2", "F3", "F4"};

    sigma_trial(sigma, trial = !trial);
    if (sigma_begin(sigma, sigma_log(sigma, "log"), &key, 1) == 0)
        return 0;
    for (unsigned f = 1; f < N_FIELDS; f++)
        if (event->has[f])
            sigma_take(sigma, &(struct event_field){.name = names[f],
                                                    .name_size = 2,
                                                    .value = event->values[f],
                                                    .size = (uint32_t)strlen(event->values[f])});
    return sigma_match(sigma, ret_rules);
}

START_TEST(random_rules_match_as_a_plain_reference_does)
{
    static struct rule rules[N_RULES];
    struct sigma      *sigma = sigma_new();
    size_t             hits = 0;

    seed = (uint64_t)_i + (getenv("SVCQL_SEED") ? strtoull(getenv("SVCQL_SEED"), NULL, 10) : 0);
    ck_assert_int_eq(
        sigma_add_logsource(sigma, &(struct sigma_logsource){"p", NULL, NULL}, "log", NULL), 0);
    for (unsigned i = 0; i < N_RULES; i++) {
        random_rule(&rules[i]);
        char *text = rule_text(&rules[i]);
        ck_assert_int_eq(sigma_read(sigma, "r.yml", text, strlen(text)), 0);
        ck_assert_uint_eq(sigma_count(sigma), i + 1);
        ck_assert_msg(!sigma_rule(sigma, i)->error, "%s\n%s", sigma_rule(sigma, i)->error, text);
        free(text);
    }
    ck_assert_int_eq(sigma_finish(sigma), 0);
    for (unsigned e = 0; e < N_EVENTS; e++) {
        struct event    event;
        const uint32_t *found = NULL;
        random_event(&event);
        long n = try_event(sigma, &event, &found), at = 0;
        for (unsigned i = 0; i < N_RULES; i++) {
            bool expected = condition_fits(&rules[i], rules[i].top, &event);
            bool got = at < n && found[at] == i;
            at += got;
            hits += got;
            if (expected == got)
                continue;
            char *text = rule_text(&rules[i]);
            for (unsigned f = 0; f < N_FIELDS; f++)
                fprintf(stderr, "F%u: %s\n", f, event.has[f] ? event.values[f] : "(none)");
            ck_abort_msg("%s on event %u of\n%s", got ? "fits" : "does not fit", e, text);
        }
    }
    ck_assert_uint_gt(hits, 100); /* a generator of what never matches tests nothing */
    sigma_free(sigma);
}
END_TEST

Suite *make_sigma_reference_suite(void)
{
    Suite *suite = suite_create("sigma_reference");
    TCase *tcase = tcase_create("sigma_reference");

    tcase_add_loop_test(tcase, random_rules_match_as_a_plain_reference_does, 0, 40);
    suite_add_tcase(suite, tcase);
    return suite;
}
