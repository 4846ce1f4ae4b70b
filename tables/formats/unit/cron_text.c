#include "cron_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct cron_word *rest)
{
    while (rest->size && is_blank(*rest->text)) {
        rest->text++;
        rest->size--;
    }
}

/* Take a word and the blanks after it from the front. */
static struct cron_word take_word(struct cron_word *rest)
{
    struct cron_word word = {rest->text, 0};

    while (word.size < rest->size && !is_blank(word.text[word.size]))
        word.size++;
    rest->text += word.size;
    rest->size -= word.size;
    skip_blanks(rest);
    return word;
}

/* Whether a line is NAME = value, the name in quotes or not: cron tries this before all else. */
static bool sets_environment(struct cron_word line)
{
    char        quote = *line.text == '"' || *line.text == '\'' ? *line.text : '\0';
    const char *end = quote ? memchr(line.text + 1, quote, line.size - 1) : NULL;
    size_t      size = 0;

    if (quote && !end)
        return false;
    if (quote)
        size = (size_t)(end - line.text) + 1;
    while (!quote && size < line.size && !is_blank(line.text[size]) && line.text[size] != '=')
        size++;
    struct cron_word rest = {line.text + size, line.size - size};
    skip_blanks(&rest);
    return size && rest.size && *rest.text == '=';
}

static bool is_field(struct cron_word word)
{
    for (size_t i = 0; i < word.size; i++)
        if (!isalnum((unsigned char)word.text[i]) && !memchr("*,-/~?", word.text[i], 6))
            return false;
    return true;
}

static bool is_number(struct cron_word word)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.text[i] < '0' || word.text[i] > '9')
            return false;
    return true;
}

static bool is_event(struct cron_word word)
{
    static const char *const events[] = {"@reboot",   "@yearly", "@annually",
                                         "@monthly",  "@weekly", "@daily",
                                         "@midnight", "@hourly", "@every_minute"};

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (strlen(events[i]) == word.size && strncasecmp(events[i], word.text, word.size) == 0)
            return true;
    return false;
}

static bool take_schedule(struct cron_word *rest, struct cron_job *ret)
{
    if (*rest->text == '@') {
        ret->event = take_word(rest);
        return is_event(ret->event);
    }
    for (int i = 0; i < CRON_FIELDS; i++) {
        ret->fields[i] = take_word(rest);
        if (!is_field(ret->fields[i]))
            return false;
    }
    return true;
}

static bool take_anacron(struct cron_word *rest, struct cron_job *ret)
{
    ret->event = take_word(rest);
    bool delay = is_number(take_word(rest));
    ret->name = take_word(rest);
    return delay && (is_number(ret->event) || *ret->event.text == '@');
}

int cron_parse(enum cron_form form, const char *line, size_t size, struct cron_job *ret)
{
    struct cron_word rest = {line, size};
    struct cron_job  job = {0};

    skip_blanks(&rest);
    while (rest.size && (is_blank(rest.text[rest.size - 1]) || rest.text[rest.size - 1] == '\r'))
        rest.size--;
    if (!rest.size || *rest.text == '#' || sets_environment(rest))
        return 0;
    if (*rest.text == '-' && form != CRON_ANACRON) { /* cronie: this job is not logged */
        rest.text++;
        rest.size--;
    }
    if (!rest.size ||
        !(form == CRON_ANACRON ? take_anacron(&rest, &job) : take_schedule(&rest, &job)))
        return -EBADMSG;
    if (form == CRON_SYSTEM)
        job.user = take_word(&rest);
    job.command = rest;
    if (!rest.size) /* then words before it may be missing too */
        return -EBADMSG;
    *ret = job;
    return 1;
}
