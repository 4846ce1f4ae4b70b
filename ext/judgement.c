/* judgement.c -- SQL functions that grade the signals that fired, by the tables signals and
 * severities.
 *
 *     SELECT signal_severity('["runs_from_temp","inline_shell"]');
 *
 * The argument is a JSON array of names, or an array of such arrays, as from json_group_array()
 * where several rows are one finding. The weights stay in tables that a user may change with SQL;
 * they are read once and kept while the connection changes nothing (list_stamp.h). No statement is
 * kept, as one would hold the connection open.
 */
#include "judgement.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attack.h"
#include "formats/text/arena.h"
#include "formats/text/buffer.h"
#include "formats/text/bytes_hash.h"
#include "list_stamp.h"

SQLITE_EXTENSION_INIT3

struct rule {
    const char *name, *why, *technique;
    const char *family; /* NULL: none */
    int64_t     weight;
    int64_t     floor; /* rank of its severity; -1: none */
};

struct grade {
    const char *name;
    double      weight;
    int64_t     rank;
};

/* The content of the two tables at one time. */
struct rules {
    struct arena      arena;
    struct rule      *rules;  /* sorted by name */
    struct grade     *grades; /* the highest rank first */
    size_t            n_rules, n_grades, room_rules, room_grades;
    struct list_stamp stamp; /* when they were read */
};

/* Answers by what was asked, for as long as the rules are the same: few sets of signals fire for most rows. */
#define MEMO_SLOTS 256 /* of each question; a power of two */
#define MEMO_BYTES 1024

enum question { SEVERITY, REASONS, NAMES, TECHNIQUES, FINDING_TECHNIQUES, QUESTIONS_END };

struct memo {
    char  *asked; /* owned, with the answer after its NUL; NULL: free */
    size_t size;  /* of the answer */
};

struct judgement {
    struct svcql *svcql;
    struct rules  rules;
    struct memo   memos[QUESTIONS_END][MEMO_SLOTS];
};

/* Reading the tables ------------------------------------------------------------- */

static const char *keep_text(struct rules *rules, sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);

    return text ? arena_strndup(&rules->arena, text, (size_t)sqlite3_column_bytes(stmt, column))
                : NULL;
}

static void add_rule(struct rules *rules, sqlite3_stmt *stmt)
{
    struct rule *all =
        arena_grow(&rules->arena, rules->rules, rules->n_rules, &rules->room_rules, sizeof *all);
    if (!all)
        return;
    rules->rules = all;
    all[rules->n_rules++] = (struct rule){
        .name = keep_text(rules, stmt, 0),
        .why = keep_text(rules, stmt, 1),
        .technique = keep_text(rules, stmt, 2),
        .weight = sqlite3_column_int64(stmt, 3),
        .floor = sqlite3_column_type(stmt, 4) == SQLITE_NULL ? -1 : sqlite3_column_int64(stmt, 4),
        .family = keep_text(rules, stmt, 5)};
}

static void add_grade(struct rules *rules, sqlite3_stmt *stmt)
{
    struct grade *all =
        arena_grow(&rules->arena, rules->grades, rules->n_grades, &rules->room_grades, sizeof *all);
    if (!all)
        return;
    rules->grades = all;
    all[rules->n_grades++] = (struct grade){.name = keep_text(rules, stmt, 0),
                                            .weight = sqlite3_column_double(stmt, 1),
                                            .rank = sqlite3_column_int64(stmt, 2)};
}

static int read_rows(sqlite3 *db, struct rules *rules, const char *sql,
                     void (*add)(struct rules *, sqlite3_stmt *))
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        add(rules, stmt);
        rc = rules->arena.failed ? SQLITE_NOMEM : SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct rule *)a)->name, ((const struct rule *)b)->name);
}

static void forget(struct rules *rules)
{
    arena_free(&rules->arena);
    memset(rules, 0, sizeof *rules);
}

static int read_rules(sqlite3 *db, struct rules *rules)
{
    int rc;

    forget(rules);
    rc =
        read_rows(db, rules,
                  "SELECT s.name, s.why, s.technique, s.weight, l.rank, s.family FROM signals AS s "
                  "LEFT JOIN severities AS l ON l.severity = s.severity WHERE s.name IS NOT NULL",
                  add_rule);
    if (rc == SQLITE_OK)
        rc =
            read_rows(db, rules, "SELECT severity, weight, rank FROM severities ORDER BY rank DESC",
                      add_grade);
    if (rc == SQLITE_OK && rules->n_rules)
        qsort(rules->rules, rules->n_rules, sizeof *rules->rules, by_name);
    return rc;
}

static void forget_answers(struct judgement *judgement)
{
    for (size_t q = 0; q < QUESTIONS_END; q++)
        for (size_t i = 0; i < MEMO_SLOTS; i++) {
            free(judgement->memos[q][i].asked);
            judgement->memos[q][i] = (struct memo){0};
        }
}

static int current_rules(struct judgement *judgement, sqlite3 *db)
{
    static const char *const lists[] = {"signals", "severities", NULL};
    struct rules            *rules = &judgement->rules;
    struct list_stamp        stamp;

    if (list_stamp_stands(judgement->svcql, lists, &rules->stamp, &stamp))
        return SQLITE_OK;
    forget_answers(judgement);
    int rc = read_rules(db, rules);
    if (rc == SQLITE_OK)
        rules->stamp = stamp;
    return rc;
}

/* What fired --------------------------------------------------------------------- */

/* Each name once, with its rule or none. */
struct fired {
    const char        *name;
    size_t             size;
    const struct rule *rule;
};

struct fireds {
    struct arena  arena;
    struct fired *fired;
    size_t        n, room;
};

static const struct rule *rule_of(const struct rules *rules, const char *name, size_t size)
{
    size_t low = 0, high = rules->n_rules;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order = strncmp(rules->rules[middle].name, name, size);
        if (order == 0 && rules->rules[middle].name[size] == 0)
            return &rules->rules[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void add_fired(struct fireds *all, const struct rules *rules, const char *name, size_t size)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->fired[i].size == size && memcmp(all->fired[i].name, name, size) == 0)
            return;
    struct fired *fired = arena_grow(&all->arena, all->fired, all->n, &all->room, sizeof *fired);
    if (!fired)
        return;
    all->fired = fired;
    fired[all->n++] = (struct fired){name, size, rule_of(rules, name, size)};
}

/* The texts of the arrays. Names of signals need no escapes, so a name with one is unknown. */
static void read_fired(struct fireds *all, const struct rules *rules, const char *json)
{
    for (const char *at = json; (at = strchr(at, '"')); at++) {
        const char *name = ++at;
        while (*at && *at != '"')
            at += *at == '\\' && at[1] ? 2 : 1;
        if (!*at)
            return;
        add_fired(all, rules, name, (size_t)(at - name));
    }
}

/* The greatest weight first, then by name; names without a rule are last. */
static int by_weight(const void *a, const void *b)
{
    const struct fired *x = a, *y = b;
    int64_t             wx = x->rule ? x->rule->weight : INT64_MIN;
    int64_t             wy = y->rule ? y->rule->weight : INT64_MIN;
    size_t              size = x->size < y->size ? x->size : y->size;

    if (wx != wy)
        return wx < wy ? 1 : -1;
    int order = memcmp(x->name, y->name, size);
    return order ? order : (x->size > y->size) - (x->size < y->size);
}

/* Answers ------------------------------------------------------------------------ */

/* Whether one of the family fired before the i-th, which then has more weight: only that one
 * counts. */
static bool family_counted(const struct fireds *all, size_t i)
{
    const char *family = all->fired[i].rule->family;

    for (size_t j = 0; family && j < i; j++) {
        const struct rule *other = all->fired[j].rule;
        if (other && other->family && strcmp(other->family, family) == 0)
            return true;
    }
    return false;
}

/* The highest grade that the weights reach together, counting the greatest of each family, or that
 * the floor of one signal sets. */
static void severity(const struct judgement *judgement, const struct fireds *all,
                     struct buffer *out)
{
    const struct rules *rules = &judgement->rules;
    double              weight = 0;
    int64_t             floor = -1;

    for (size_t i = 0; i < all->n; i++) {
        const struct rule *rule = all->fired[i].rule;
        weight += rule && !family_counted(all, i) ? (double)rule->weight : 0;
        if (rule && rule->floor > floor)
            floor = rule->floor;
    }
    for (size_t i = 0; i < rules->n_grades; i++)
        if (rules->grades[i].weight <= weight || rules->grades[i].rank <= floor) {
            buffer_puts(out, rules->grades[i].name ? rules->grades[i].name : "");
            return;
        }
}

static void reasons(const struct judgement *judgement, const struct fireds *all, struct buffer *out)
{
    (void)judgement;
    for (size_t i = 0; i < all->n; i++)
        if (all->fired[i].rule && all->fired[i].rule->why)
            buffer_printf(out, "%s%s", out->size ? "; " : "", all->fired[i].rule->why);
}

static void names(const struct judgement *judgement, const struct fireds *all, struct buffer *out)
{
    (void)judgement;
    for (size_t i = 0; i < all->n; i++) {
        if (i)
            buffer_putc(out, ',');
        buffer_put(out, all->fired[i].name, all->fired[i].size);
    }
}

static int by_technique(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of the signals, each once, in order: their count, and an array that the caller frees, NULL where out of
 * memory. */
static const char **shown_techniques(const struct judgement *judgement, const struct fireds *all,
                                     size_t *ret_n)
{
    const char **found = calloc(all->n + 1, sizeof *found);
    size_t       n = 0, once = 0;

    for (size_t i = 0; found && i < all->n; i++)
        if (all->fired[i].rule && all->fired[i].rule->technique)
            found[n++] = attack_shown(judgement->svcql, all->fired[i].rule->technique);
    if (n)
        qsort(found, n, sizeof *found, by_technique);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(found[once - 1], found[i]) != 0)
            found[once++] = found[i];
    *ret_n = once;
    return found;
}

static void techniques(const struct judgement *judgement, const struct fireds *all,
                       struct buffer *out)
{
    size_t       n;
    const char **found = shown_techniques(judgement, all, &n);

    buffer_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        buffer_puts(out, i ? "," : "");
        buffer_json(out, found[i], strlen(found[i]));
    }
    buffer_putc(out, ']');
    out->failed |= !found;
    free(found);
}

/* Whether a text is in a list that commas separate. */
static bool is_listed(const struct buffer *list, const char *text, size_t size)
{
    const char *at = list->data, *end = at + list->size;

    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t      n = (size_t)((comma ? comma : end) - at);
        if (n == size && memcmp(at, text, size) == 0)
            return true;
        at += n + 1;
    }
    return false;
}

static void put_once(struct buffer *list, const char *text, size_t size)
{
    if (is_listed(list, text, size))
        return;
    buffer_puts(list, list->size ? "," : "");
    buffer_put(list, text, size);
}

/* What is given first, and then what the signals have. */
static void put_techniques(const struct judgement *judgement, const struct fireds *all,
                           const char *given, struct buffer *out)
{
    size_t       n;
    const char **found = shown_techniques(judgement, all, &n);

    for (const char *at = given; *at; at += *at == ',') {
        size_t size = strcspn(at, ",");
        put_once(out, at, size);
        at += size;
    }
    for (size_t i = 0; i < n; i++)
        put_once(out, found[i], strlen(found[i]));
    out->failed |= !found;
    free(found);
}

/* Answers that are kept ----------------------------------------------------------- */

static struct memo *memo_of(struct judgement *judgement, enum question question, const char *asked)
{
    uint64_t hash = bytes_hash(asked, strlen(asked), 0);

    return &judgement->memos[question][(hash >> 32) % MEMO_SLOTS];
}

static const char *answer_in(const struct memo *memo, const char *asked)
{
    return memo->asked && strcmp(memo->asked, asked) == 0 ? memo->asked + strlen(asked) + 1 : NULL;
}

/* Where there is no memory for it, it is worked out again. */
static void note(struct memo *memo, const char *asked, const struct buffer *answer)
{
    size_t size = strlen(asked) + 1;

    if (size + answer->size > MEMO_BYTES)
        return;
    free(memo->asked);
    memo->asked = malloc(size + answer->size + 1);
    if (!memo->asked)
        return;
    memcpy(memo->asked, asked, size);
    if (answer->size)
        memcpy(memo->asked + size, answer->data, answer->size);
    memo->size = answer->size;
}

static void result(sqlite3_context *out, const char *text, size_t size)
{
    if (size)
        sqlite3_result_text64(out, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void (*const answers[])(const struct judgement *judgement, const struct fireds *all,
                               struct buffer *out) = {severity, reasons, names, techniques};

/* Answer a question about signals; `given` are techniques, for FINDING_TECHNIQUES. */
static void answer(sqlite3_context *out, enum question question, const char *json,
                   const char *given, struct memo *memo, const char *asked)
{
    struct judgement *judgement = sqlite3_user_data(out);
    struct fireds     all = {0};
    struct buffer     text = {0};

    read_fired(&all, &judgement->rules, json);
    if (all.n)
        qsort(all.fired, all.n, sizeof *all.fired, by_weight);
    if (question == FINDING_TECHNIQUES)
        put_techniques(judgement, &all, given, &text);
    else
        answers[question](judgement, &all, &text);
    if (all.arena.failed || text.failed) {
        sqlite3_result_error_nomem(out);
    } else {
        note(memo, asked, &text);
        result(out, text.data, text.size);
    }
    buffer_free(&text);
    arena_free(&all.arena);
}

static void judge(sqlite3_context *out, enum question question, const char *json, const char *given,
                  const char *asked)
{
    struct judgement *judgement = sqlite3_user_data(out);
    sqlite3          *db = sqlite3_context_db_handle(out);

    if (current_rules(judgement, db) != SQLITE_OK) {
        sqlite3_result_error(out, sqlite3_errmsg(db), -1);
        return;
    }
    struct memo *memo = memo_of(judgement, question, asked);
    const char  *known = answer_in(memo, asked);
    if (known)
        result(out, known, memo->size);
    else
        answer(out, question, json, given, memo, asked);
}

static void judge_signals(sqlite3_context *out, sqlite3_value *value, enum question question)
{
    const char *json = (const char *)sqlite3_value_text(value);

    if (json)
        judge(out, question, json, NULL, json);
}

static void signal_severity(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    judge_signals(out, argv[0], SEVERITY);
}

static void signal_reasons(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    judge_signals(out, argv[0], REASONS);
}

static void signal_names(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    judge_signals(out, argv[0], NAMES);
}

/* The version of ATT&CK, which is a setting, is part of what is asked. */
static void ask_techniques(sqlite3_context *out, enum question question, const char *json,
                           const char *given)
{
    struct judgement *judgement = sqlite3_user_data(out);
    struct buffer     asked = {0};

    buffer_puts(&asked, svcql_setting(judgement->svcql, "attack_version"));
    buffer_putc(&asked, '\n');
    buffer_puts(&asked, given);
    buffer_putc(&asked, '\n');
    buffer_puts(&asked, json);
    if (buffer_text(&asked))
        judge(out, question, json, given, asked.data);
    else
        sqlite3_result_error_nomem(out);
    buffer_free(&asked);
}

static void signal_techniques(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char *json = (const char *)sqlite3_value_text(argv[0]);

    (void)argc;
    if (json)
        ask_techniques(out, TECHNIQUES, json, "");
}

static void finding_techniques(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char *json = (const char *)sqlite3_value_text(argv[0]);
    const char *given = (const char *)sqlite3_value_text(argv[1]);

    (void)argc;
    ask_techniques(out, FINDING_TECHNIQUES, json ? json : "", given ? given : "");
}

static const struct {
    const char *name;
    int         args;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"signal_severity", 1, signal_severity},
    {"signal_reasons", 1, signal_reasons},
    {"signal_names", 1, signal_names},
    {"signal_techniques", 1, signal_techniques},
    {"finding_techniques", 2, finding_techniques},
};

static void free_judgement(void *data)
{
    struct judgement *judgement = data;

    forget_answers(judgement);
    forget(&judgement->rules);
    sqlite3_free(judgement);
}

/* Not deterministic: the tables they read may change. */
int judgement_register(struct svcql *svcql)
{
    static const char key;
    struct judgement *judgement = sqlite3_malloc64(sizeof *judgement);

    if (!judgement)
        return SQLITE_NOMEM;
    *judgement = (struct judgement){
        .svcql = svcql,
    };
    int rc = svcql_keep(svcql, &key, judgement, free_judgement);
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        rc = sqlite3_create_function_v2(svcql_db(svcql), functions[i].name, functions[i].args,
                                        SQLITE_UTF8 | SQLITE_DIRECTONLY, judgement,
                                        functions[i].call, NULL, NULL, NULL);
    return rc;
}
