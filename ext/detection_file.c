/* detection_file.c -- parses the text of a detection, line by line and in place. */
#include "detection_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define MINIMUM_TESTS 2 /* of either kind, a section */

void detection_fault(struct detection_faults *faults, const char *file, int line,
                     const char *format, ...)
{
    char    text[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    faults->n++;
    faults->report(faults->data, file, line, text);
}

struct parser {
    struct detection_file   *file;
    struct detection_faults *faults;
    int                      line;
    bool                     in_body;
    const char             **continued; /* the word that a continuation line adds to; or NULL */
    char                    *continued_end;
};

#define FAULT(p, ...) detection_fault((p)->faults, (p)->file->path, (p)->line, __VA_ARGS__)

/* Words of the header ------------------------------------------------------------- */

static bool one_of(const char *value, const char *choices)
{
    size_t size = strlen(value);

    for (const char *at = choices; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == size && strncmp(at, value, size) == 0)
            return true;
    return false;
}

/* Whether text has the form, in which 9 means any digit. */
static bool has_form(const char *text, const char *form)
{
    for (; *form; text++, form++)
        if (*form == '9' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    return !*text;
}

static bool is_platform(const char *value)
{
    return one_of(value, "any linux windows macos");
}

static bool is_technique(const char *value)
{
    return has_form(value, "T9999") || has_form(value, "T9999.999");
}

static bool is_analytic(const char *value)
{
    return has_form(value, "AN9999");
}

static bool is_weight(const char *value)
{
    return *value && strspn(value, "0123456789") == strlen(value) && strlen(value) <= 4;
}

static bool is_severity(const char *value)
{
    return one_of(value, "info low medium high critical");
}

static const struct word {
    const char *name;
    size_t      offset;
    bool        required;
    bool (*is_valid)(const char *value); /* NULL: any text */
    const char *what;
} words[] = {
    {"platform", offsetof(struct detection_file, platform), true, is_platform,
     "any, linux, windows or macos"},
    {"technique", offsetof(struct detection_file, technique), true, is_technique,
     "a technique of ATT&CK"},
    {"analytic", offsetof(struct detection_file, analytic), false, is_analytic,
     "an analytic of ATT&CK"},
    {"weight", offsetof(struct detection_file, weight), true, is_weight, "a whole number"},
    {"family", offsetof(struct detection_file, family), false, NULL, NULL},
    {"severity", offsetof(struct detection_file, severity), false, is_severity,
     "info, low, medium, high or critical"},
    {"reference", offsetof(struct detection_file, reference), false, NULL, NULL},
    {"false positives", offsetof(struct detection_file, false_positives), true, NULL, NULL},
    {"response", offsetof(struct detection_file, response), false, NULL, NULL},
};

static const char **word_of(struct detection_file *file, const struct word *word)
{
    return (const char **)((char *)file + word->offset);
}

/* What `svcql signals new` prints in place of a text that the author is to write. */
static bool is_placeholder(const char *value)
{
    size_t size = strlen(value);

    return size > 1 && *value == '<' && value[size - 1] == '>';
}

static void take_word(struct parser *p, const char *name, char *value)
{
    for (size_t i = 0; i < TBL_COUNT(words); i++) {
        if (strcmp(words[i].name, name) != 0)
            continue;
        const char **place = word_of(p->file, &words[i]);
        if (p->file->n_sections)
            FAULT(p, "%s: after the header", name);
        else if (*place)
            FAULT(p, "a second %s:", name);
        else if (words[i].is_valid && !words[i].is_valid(value))
            FAULT(p, "%s is not %s: %s", name, words[i].what, value);
        *place = value;
        p->continued = place;
        p->continued_end = value + strlen(value);
        return;
    }
    FAULT(p, "unknown word: %s", name);
}

/* Sections ----------------------------------------------------------------------- */

static struct detection_section *last_section(struct parser *p)
{
    return p->file->n_sections ? &p->file->sections[p->file->n_sections - 1] : NULL;
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\n")] == 0;
}

static void end_section(struct parser *p)
{
    struct detection_section *section = last_section(p);
    int                       count[2] = {0};

    if (!section)
        return;
    for (size_t i = 0; i < p->file->n_tests; i++)
        if (p->file->tests[i].section == p->file->n_sections - 1)
            count[p->file->tests[i].fires]++;
    if (count[true] < MINIMUM_TESTS)
        detection_fault(p->faults, p->file->path, section->line,
                        "fewer than two fires: in this section");
    if (count[false] < MINIMUM_TESTS)
        detection_fault(p->faults, p->file->path, section->line,
                        "fewer than two spares: in this section");
    if (section->shapes && is_blank(section->body))
        detection_fault(p->faults, p->file->path, section->line, "no expression");
}

static struct detection_section *begin_section(struct parser *p, char *shapes)
{
    end_section(p);
    p->in_body = false;
    if (p->file->n_sections == DETECTION_MAX_SECTIONS) {
        FAULT(p, "more than %d sections", DETECTION_MAX_SECTIONS);
        p->file
            ->n_sections--; /* the last entry is used for the rest, which is faulty in any case */
    }
    struct detection_section *section = &p->file->sections[p->file->n_sections++];
    *section = (struct detection_section){.shapes = shapes, .line = p->line};
    return section;
}

static void take_pattern(struct parser *p, char *value)
{
    struct detection_section *section = last_section(p);
    char                     *text = value + strcspn(value, " ");

    if (!section || section->shapes)
        begin_section(p, NULL);
    if (*text)
        *text++ = 0;
    text += strspn(text, " ");
    if (!one_of(value, "any unix windows") || !*text)
        FAULT(p, "pattern is not any, unix or windows and a pattern");
    else if (p->file->n_patterns == DETECTION_MAX_PATTERNS)
        FAULT(p, "more than %d patterns", DETECTION_MAX_PATTERNS);
    else
        p->file->patterns[p->file->n_patterns++] =
            (struct detection_pattern){.platform = value, .text = text, .line = p->line};
}

static void take_test(struct parser *p, bool fires, const char *row)
{
    if (!p->file->n_sections)
        FAULT(p, "%s: before -- pattern: or -- shape:", fires ? "fires" : "spares");
    else if (p->file->n_tests == DETECTION_MAX_TESTS)
        FAULT(p, "more than %d tests", DETECTION_MAX_TESTS);
    else
        p->file->tests[p->file->n_tests++] = (struct detection_test){
            .row = row, .section = p->file->n_sections - 1, .fires = fires, .line = p->line};
}

/* Lines -------------------------------------------------------------------------- */

static char *trimmed(char *text)
{
    size_t size = strlen(text += strspn(text, " \t"));

    while (size && strchr(" \t\r", text[size - 1]))
        text[--size] = 0;
    return text;
}

/* "-- word: text": sets the word and what follows. */
static bool split_word(char *line, char **ret_word, char **ret_value)
{
    size_t size;

    if (strncmp(line, "-- ", 3) != 0 || line[3] < 'a' || line[3] > 'z')
        return false;
    size = strspn(line + 3, "abcdefghijklmnopqrstuvwxyz ");
    if (line[3 + size] != ':')
        return false;
    line[3 + size] = 0;
    *ret_word = line + 3;
    *ret_value = trimmed(line + 3 + size + 1);
    return true;
}

static void take_title(struct parser *p, char *line)
{
    size_t size = strlen(p->file->name);

    if (strncmp(line, "-- ", 3) != 0 || strncmp(line + 3, p->file->name, size) != 0 ||
        strncmp(line + 3 + size, ": ", 2) != 0 || is_blank(line + 3 + size + 2))
        FAULT(p, "does not begin with -- %s: and the sentence that `why` shows", p->file->name);
    else
        p->file->title = trimmed(line + 3 + size + 2);
}

/* Move the line's text after the text that it continues, which is before it. */
static void take_continuation(struct parser *p, char *line)
{
    char  *text = trimmed(line + 2);
    size_t size = strlen(text);

    *p->continued_end++ = ' ';
    memmove(p->continued_end, text, size + 1);
    p->continued_end += size;
}

static void take_comment(struct parser *p, char *line)
{
    char *word, *value;

    if (split_word(line, &word, &value)) {
        p->continued = NULL;
        if (strcmp(word, "pattern") == 0)
            take_pattern(p, value);
        else if (strcmp(word, "shape") == 0)
            begin_section(p, value);
        else if (p->in_body)
            FAULT(p, "%s: after the expression", word);
        else if (strcmp(word, "fires") == 0 || strcmp(word, "spares") == 0)
            take_test(p, *word == 'f', value);
        else
            take_word(p, word, value);
    } else if (p->in_body && *trimmed(line + 2))
        FAULT(p, "a comment within the expression");
    else if (p->in_body)
        p->in_body = false;
    else if (p->continued && strncmp(line, "--  ", 4) == 0)
        take_continuation(p, line);
    else if (*trimmed(line + 2))
        FAULT(p, "is neither -- word: text nor the rest of one");
}

/* The expression stays unchanged, up to the next comment; `newline` ends its newest line. */
static void take_expression(struct parser *p, char *line, char *newline, char **body_end)
{
    struct detection_section *section = last_section(p);

    if (!section || !section->shapes) {
        FAULT(p, "an expression outside a -- shape: section");
        return;
    }
    if (section->body && !p->in_body)
        FAULT(p, "a second expression");
    else if (!section->body) {
        section->body = line;
        section->body_line = p->line;
        p->in_body = true;
    } else
        **body_end = '\n';
    *body_end = newline;
}

static void take_lines(struct parser *p, char *text)
{
    char *body_end = NULL;

    for (char *line = text, *next; line && *line; line = next) {
        char *newline = line + strcspn(line, "\n");
        next = *newline ? newline + 1 : NULL;
        *newline = 0;
        if (++p->line == 1)
            take_title(p, line);
        else if (strncmp(line, "--", 2) == 0)
            take_comment(p, line);
        else if (!is_blank(line) || p->in_body)
            take_expression(p, line, newline, &body_end);
    }
    end_section(p);
}

static void check_header(struct parser *p)
{
    p->line = 1;
    for (size_t i = 0; i < TBL_COUNT(words); i++)
        if (words[i].required && !*word_of(p->file, &words[i]))
            FAULT(p, "no -- %s:", words[i].name);
    if (!p->file->n_sections)
        FAULT(p, "no -- pattern: and no -- shape:");
    if (p->file->title && is_placeholder(p->file->title))
        FAULT(p, "the sentence that `why` shows is not written yet");
    for (size_t i = 0; i < TBL_COUNT(words); i++)
        if (*word_of(p->file, &words[i]) && is_placeholder(*word_of(p->file, &words[i])))
            FAULT(p, "%s: is not written yet", words[i].name);
}

/* The name that the path gives, within `file->path`'s second copy after it. */
static int take_path(struct parser *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t      size = strlen(path), name = strlen(base);

    name = name > 4 && strcmp(base + name - 4, ".sql") == 0 ? name - 4 : name;
    p->file->path = malloc(size + 1 + name + 1);
    if (!p->file->path)
        return -ENOMEM;
    memcpy(p->file->path, path, size + 1);
    p->file->name = memcpy(p->file->path + size + 1, base, name);
    p->file->path[size + 1 + name] = 0;
    p->line = 1;
    if (!name || *p->file->name < 'a' || *p->file->name > 'z' ||
        strspn(p->file->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != name)
        FAULT(p, "the file's name is not small letters, digits and _");
    return 0;
}

int detection_file_parse(const char *path, char *text, struct detection_faults *faults,
                         struct detection_file *file)
{
    struct parser p = {.file = file, .faults = faults};
    int           before = faults->n;

    memset(file, 0, sizeof *file);
    file->text = text;
    int r = take_path(&p, path);
    if (r < 0)
        return r;
    p.line = 0;
    take_lines(&p, text);
    check_header(&p);
    return faults->n == before ? 0 : -EINVAL;
}

void detection_file_free(struct detection_file *file)
{
    free(file->path);
    free(file->text);
    memset(file, 0, sizeof *file);
}
