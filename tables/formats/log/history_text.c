#include "history_text.h"
#include "formats/text/json_tree.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

const char *history_shell_name(enum history_shell shell)
{
    static const char *const names[] = {
#define NAME(id, name) name,
        HISTORY_SHELLS(NAME)
#undef NAME
    };
    return names[shell];
}

/* Lines ------------------------------------------------------------------------ */

struct line {
    const char *text;
    size_t      size; /* without '\n' and a '\r' before it */
};

static bool next_line(struct history *history, struct line *ret)
{
    if (history->at == history->end)
        return false;
    const char *start = history->at;
    const char *end = memchr(start, '\n', (size_t)(history->end - start));
    history->at = end ? end + 1 : history->end;
    history->line++;
    ret->text = start;
    ret->size = (size_t)((end ? end : history->end) - start);
    if (ret->size && start[ret->size - 1] == '\r')
        ret->size--;
    return true;
}

static bool begins(const struct line *line, const char *word)
{
    size_t size = strlen(word);

    return line->size >= size && memcmp(line->text, word, size) == 0;
}

/* Read decimal digits at `at`; returns how many, or 0 where there are none or too many. */
static size_t digits(const char *at, const char *end, int64_t *ret)
{
    size_t  n = 0;
    int64_t value = 0;

    for (; at + n < end && at[n] >= '0' && at[n] <= '9'; n++) {
        if (n == 12)
            return 0;
        value = value * 10 + (at[n] - '0');
    }
    if (n)
        *ret = value;
    return n;
}

/* Whether a line is a stamp: this prefix, digits, and nothing else. */
static bool is_stamp(const struct line *line, const char *prefix, double *ret)
{
    size_t  size = strlen(prefix);
    int64_t time;

    if (!begins(line, prefix))
        return false;
    size_t n = digits(line->text + size, line->text + line->size, &time);
    if (!n || size + n != line->size)
        return false;
    *ret = (double)time;
    return true;
}

/* Which shell ------------------------------------------------------------------- */

static enum history_shell shell_by_content(const char *data, size_t size, enum history_shell other)
{
    struct history peek = {.at = data, .end = data + size};
    struct line    line;
    double         time;

    if (size >= 2 && memcmp(data, "\xab\xcd", 2) == 0)
        return HISTORY_MKSH;
    if (size >= 2 && memcmp(data, "\x81\x01", 2) == 0)
        return HISTORY_KSH;
    if (!next_line(&peek, &line))
        return other;
    if (other == HISTORY_XONSH || other == HISTORY_NU || other == HISTORY_PWSH)
        return other;
    if (begins(&line, "- cmd: ") || is_stamp(&line, "# ", &time))
        return HISTORY_FISH;
    if (is_stamp(&line, "#+", &time))
        return HISTORY_TCSH;
    if (begins(&line, ": ") && memchr(line.text, ';', line.size) &&
        digits(line.text + 2, line.text + line.size, &(int64_t){0}))
        return HISTORY_ZSH;
    if (is_stamp(&line, "#", &time))
        return HISTORY_BASH;
    return other;
}

enum history_shell history_shell_of(const char *name, enum history_shell usual, const char *data,
                                    size_t size)
{
    static const struct {
        const char        *part;
        enum history_shell shell;
    } names[] = {
        {"bash", HISTORY_BASH},        {"zsh", HISTORY_ZSH},   {"zhistory", HISTORY_ZSH},
        {"histfile", HISTORY_ZSH},     {"fish", HISTORY_FISH}, {"ash_history", HISTORY_ASH},
        {"ConsoleHost", HISTORY_PWSH}, {"tcsh", HISTORY_TCSH}, {"xonsh", HISTORY_XONSH},
    };
    enum history_shell shell = usual;

    for (size_t i = 0; i < sizeof names / sizeof names[0] && shell == HISTORY_SH; i++)
        if (strstr(name, names[i].part))
            shell = names[i].shell;
    return shell_by_content(data, size, shell);
}

/* Commands ---------------------------------------------------------------------- */

/* Add to the command, up to HISTORY_COMMAND_MAX. */
static void put(struct history *history, const char *text, size_t size)
{
    size_t left = HISTORY_COMMAND_MAX - history->text.size;

    history->is_cut |= size > left;
    buffer_put(&history->text, text, size < left ? size : left);
}

static void append(struct history *history, const struct line *line)
{
    if (history->text.size)
        put(history, "\n", 1);
    put(history, line->text, line->size);
}

/* Bytes of a command of several lines; what is longer goes on in another entry, so that a shell that
 * stopped writing stamps does not leave one that is never read. */
#define JOINED_MAX (32u << 10)

static int give(struct history *history, uint64_t line, double time, int64_t duration,
                struct history_entry *ret)
{
    const char *text = buffer_text(&history->text);

    if (!text)
        return -ENOMEM;
    history->cut += history->is_cut;
    *ret = (struct history_entry){time, duration, line, text, history->text.size};
    return 1;
}

/* A stamp as bash takes one: a # before a digit. Text after the digits is ignored. */
static bool bash_stamp(const struct line *line, double *ret)
{
    int64_t time;

    if (line->size < 2 || line->text[0] != '#' || line->text[1] < '0' || line->text[1] > '9')
        return false;
    *ret = digits(line->text + 1, line->text + line->size, &time) ? (double)time : NAN;
    return true;
}

/* bash. Where the first line of the file is a stamp, all lines between two stamps are one command
 * (lib/readline/histfile.c); else each line is one. Empty lines are none. */
static int next_bash(struct history *history, struct history_entry *ret)
{
    struct line line;
    double      time = NAN, none;
    uint64_t    number = 0;

    for (;;) {
        struct history before = *history;
        if (!next_line(history, &line))
            break;
        if (!line.size || (!number && bash_stamp(&line, &time)))
            continue;
        if (number && (bash_stamp(&line, &none) || history->text.size > JOINED_MAX)) {
            history->at = before.at;
            history->line = before.line;
            break;
        }
        number = number ? number : history->line;
        append(history, &line);
        if (!history->stamped)
            break;
    }
    if (!number)
        return 0;
    return give(history, number, time, -1, ret);
}

/* tcsh, sh: a command a line, in tcsh after its stamp. */
static int next_stamped(struct history *history, const char *stamp, struct history_entry *ret)
{
    struct line line;
    double      time = NAN;

    while (next_line(history, &line)) {
        if ((*stamp && is_stamp(&line, stamp, &time)) || !line.size)
            continue;
        append(history, &line);
        return give(history, history->line, time, -1, ret);
    }
    return 0;
}

/* A command whose newlines come after this character. */
static void take_escaped_lines(struct history *history, struct line line, char escape)
{
    for (;;) {
        bool more = line.size && line.text[line.size - 1] == escape;
        put(history, line.text, line.size - more);
        if (!more || !next_line(history, &line))
            return;
        put(history, "\n", 1);
    }
}

/* ": SECONDS:ELAPSED;" at the beginning of a line of zsh's; returns its length, or 0. */
static size_t zsh_head(const struct line *line, int64_t *time, int64_t *elapsed)
{
    const char *at = line->text + 1, *end = line->text + line->size;

    if (!begins(line, ":"))
        return 0;
    while (at < end && *at == ' ')
        at++;
    size_t n = digits(at, end, time);
    at += n;
    if (!n || at == end || *at++ != ':')
        return 0;
    n = digits(at, end, elapsed);
    at += n;
    return n && at < end && *at == ';' ? (size_t)(at + 1 - line->text) : 0;
}

/* zsh writes bytes that it uses itself, and NUL, as 0x83 and the byte xor 32. */
static void unmetafy(struct buffer *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->size; i++)
        if ((uint8_t)text->data[i] == 0x83 && i + 1 < text->size)
            text->data[n++] = (char)(text->data[++i] ^ 32);
        else
            text->data[n++] = text->data[i];
    text->size = n;
}

static int next_zsh(struct history *history, struct history_entry *ret)
{
    struct line line;
    int64_t     time, elapsed;

    while (next_line(history, &line)) {
        uint64_t number = history->line;
        size_t   head = zsh_head(&line, &time, &elapsed);

        line.text += head;
        line.size -= head;
        take_escaped_lines(history, line, '\\');
        unmetafy(&history->text);
        if (history->text.size)
            return give(history, number, head ? (double)time : NAN, head ? elapsed : -1, ret);
    }
    return 0;
}

/* Undo fish's escapes: \n and \\. */
static void unescape(struct history *history, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\\' && i + 1 < size && (text[i + 1] == 'n' || text[i + 1] == '\\'))
            put(history, text[++i] == 'n' ? "\n" : "\\", 1);
        else
            put(history, text + i, 1);
    }
}

/* The value of "  when: SECONDS" among the lines that belong to an entry of fish's. */
static double fish_when(struct history *history)
{
    struct line line;
    double      when = NAN;

    for (;;) {
        struct history ahead = *history;
        if (!next_line(&ahead, &line) || (line.size && line.text[0] != ' '))
            return when;
        while (line.size && *line.text == ' ') {
            line.text++;
            line.size--;
        }
        int64_t     time;
        const char *at = line.text + 5, *end = line.text + line.size;
        while (begins(&line, "when:") && at < end && *at == ' ')
            at++;
        if (begins(&line, "when:") && digits(at, end, &time))
            when = (double)time;
        history->at = ahead.at;
        history->line = ahead.line;
    }
}

static int next_fish(struct history *history, struct history_entry *ret)
{
    static const char head[] = "- cmd: ";
    struct line       line;
    double            time = NAN;

    while (next_line(history, &line)) {
        uint64_t number = history->line;
        if (is_stamp(&line, "# ", &time) || !line.size)
            continue;
        if (begins(&line, head)) {
            unescape(history, line.text + sizeof head - 1, line.size - (sizeof head - 1));
            time = fish_when(history);
        } else {
            take_escaped_lines(history, line, '\\');
        }
        if (history->text.size)
            return give(history, number, time, -1, ret);
    }
    return 0;
}

static int next_pwsh(struct history *history, struct history_entry *ret)
{
    struct line line;

    while (next_line(history, &line)) {
        uint64_t number = history->line;
        if (history->line == 1 && begins(&line, "\xef\xbb\xbf")) {
            line.text += 3;
            line.size -= 3;
        }
        take_escaped_lines(history, line, '`');
        if (history->text.size)
            return give(history, number, NAN, -1, ret);
    }
    return 0;
}

/* nushell writes a newline in a command as <\n>. */
static int next_nu(struct history *history, struct history_entry *ret)
{
    static const char newline[] = "<\\n>";
    struct line       line;

    while (next_line(history, &line)) {
        const char *at = line.text, *end = at + line.size, *stop;
        while ((stop = memmem(at, (size_t)(end - at), newline, sizeof newline - 1))) {
            put(history, at, (size_t)(stop - at));
            put(history, "\n", 1);
            at = stop + sizeof newline - 1;
        }
        put(history, at, (size_t)(end - at));
        if (history->text.size)
            return give(history, history->line, NAN, -1, ret);
    }
    return 0;
}

/* xonsh: one JSON object a session, whose data.cmds are {"inp": COMMAND, "ts": [BEGIN, END]}. */
static int next_xonsh(struct history *history, struct history_entry *ret)
{
    for (const cJSON *cmd; (cmd = history->cmd);) {
        const char  *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(cmd, "inp"));
        const cJSON *times = cJSON_GetObjectItemCaseSensitive(cmd, "ts");
        double       begin = cJSON_GetNumberValue(cJSON_GetArrayItem(times, 0));
        double       end = cJSON_GetNumberValue(cJSON_GetArrayItem(times, 1));
        history->cmd = cmd->next;
        history->line++;
        if (!text)
            continue;
        struct line line = {text, strlen(text)};
        while (line.size && line.text[line.size - 1] == '\n')
            line.size--;
        if (!line.size)
            continue;
        append(history, &line);
        bool known = end >= begin && end - begin < 1e9;
        return give(history, history->line, begin, known ? (int64_t)(end - begin) : -1, ret);
    }
    return 0;
}

static int begin_xonsh(struct history *history)
{
    int          r = json_tree(history->at, (size_t)(history->end - history->at), &history->json);
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(history->json, "data");
    const cJSON *cmds = cJSON_GetObjectItemCaseSensitive(data, "cmds");

    history->cmd = cJSON_IsArray(cmds) ? cmds->child : NULL;
    history->bad = r == -EBADMSG;
    return r == -ENOMEM ? r : 0;
}

/* The bytes up to the next NUL. */
static struct line until_nul(struct history *history)
{
    const char *start = history->at;
    const char *end = memchr(start, '\0', (size_t)(history->end - start));

    history->at = end ? end + 1 : history->end;
    return (struct line){start, (size_t)((end ? end : history->end) - start)};
}

/* mksh: what is not an entry, as after damage, is passed over up to the next 0xff. */
static int next_mksh(struct history *history, struct history_entry *ret)
{
    while (history->at < history->end) {
        const char *mark = memchr(history->at, 0xff, (size_t)(history->end - history->at));
        if (!mark || history->end - mark < 6)
            return 0;
        history->at = mark + 5;
        struct line line = until_nul(history);
        history->line++;
        if (!line.size)
            continue;
        append(history, &line);
        return give(history, history->line, NAN, -1, ret);
    }
    return 0;
}

static int next_ksh(struct history *history, struct history_entry *ret)
{
    while (history->at < history->end) {
        if (*history->at == '\x82') {
            history->at += history->end - history->at < 6 ? history->end - history->at : 6;
            continue;
        }
        struct line line = until_nul(history);
        while (line.size && line.text[line.size - 1] == '\n')
            line.size--;
        if (!line.size)
            continue;
        history->line++;
        append(history, &line);
        return give(history, history->line, NAN, -1, ret);
    }
    return 0;
}

int history_begin(struct history *history, const char *data, size_t size, enum history_shell shell)
{
    struct history peek = {.at = data, .end = data + size};
    struct line    line;
    double         time;
    int            r = 0;

    *history = (struct history){.at = data, .end = data + size, .shell = shell};
    if (shell == HISTORY_XONSH)
        r = begin_xonsh(history);
    if (shell == HISTORY_BASH)
        history->stamped = next_line(&peek, &line) && bash_stamp(&line, &time);
    if (shell == HISTORY_MKSH || shell == HISTORY_KSH) /* the bytes that identify the format */
        history->at += size < 2 ? size : 2;
    return r;
}

void history_take_back(struct history *history, const struct history *before)
{
    history->at = before->at;
    history->line = before->line;
    history->cut = before->cut;
}

void history_read_on(struct history *history, const char *text, size_t size)
{
    history->at = text;
    history->end = text + size;
}

int history_next(struct history *history, struct history_entry *ret)
{
    buffer_reset(&history->text);
    history->is_cut = false;
    switch (history->shell) {
    case HISTORY_ZSH:
        return next_zsh(history, ret);
    case HISTORY_FISH:
        return next_fish(history, ret);
    case HISTORY_MKSH:
        return next_mksh(history, ret);
    case HISTORY_KSH:
        return next_ksh(history, ret);
    case HISTORY_PWSH:
        return next_pwsh(history, ret);
    case HISTORY_TCSH:
        return next_stamped(history, "#+", ret);
    case HISTORY_BASH:
        return next_bash(history, ret);
    case HISTORY_NU:
        return next_nu(history, ret);
    case HISTORY_XONSH:
        return next_xonsh(history, ret);
    case HISTORY_SH:
    case HISTORY_ASH:
    case HISTORY_ATUIN:
        break;
    }
    return next_stamped(history, "", ret);
}

void history_end(struct history *history)
{
    cJSON_Delete(history->json);
    history->json = NULL;
    buffer_free(&history->text);
}
