#include "auth_text.h"

#include <errno.h>
#include <string.h>

const char *auth_kind_name(enum auth_kind kind)
{
    static const char *const names[] = {
#define NAME(id, name) name,
        AUTH_KINDS(NAME)
#undef NAME
    };
    return names[kind];
}

/* Lines --------------------------------------------------------------------------- */

struct cursor {
    const char *at, *end;
};

/* Inline, so that the length of a literal is no call: a line asks some twenty times. */
static inline __attribute__((always_inline)) bool take(struct cursor *c, const char *literal)
{
    size_t size = strlen(literal);

    if ((size_t)(c->end - c->at) < size || memcmp(c->at, literal, size) != 0)
        return false;
    c->at += size;
    return true;
}

/* Read a number of `least` to `most` digits. */
static bool number(struct cursor *c, int least, int most, int *ret)
{
    int value = 0, n = 0;

    for (; n < most && c->at < c->end && *c->at >= '0' && *c->at <= '9'; n++)
        value = value * 10 + (*c->at++ - '0');
    if (n < least)
        return false;
    *ret = value;
    return true;
}

static void blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

static struct auth_span word(struct cursor *c)
{
    const char *start = c->at;

    while (c->at < c->end && *c->at != ' ')
        c->at++;
    return (struct auth_span){start, (size_t)(c->at - start)};
}

static bool clock_time(struct cursor *c, struct syslog_stamp *stamp)
{
    return number(c, 2, 2, &stamp->hour) && take(c, ":") && number(c, 2, 2, &stamp->minute) &&
           take(c, ":") && number(c, 2, 2, &stamp->second) && stamp->hour < 24 &&
           stamp->minute < 60 && stamp->second <= 60;
}

static void fraction(struct cursor *c, struct syslog_stamp *stamp)
{
    double unit = 0.1;

    if (!take(c, ".") && !take(c, ","))
        return;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, unit /= 10)
        stamp->fraction += unit * (*c->at - '0');
}

/* Z, +01:00 or +0100; nothing leaves the stamp local. */
static bool zone(struct cursor *c, struct syslog_stamp *stamp)
{
    int hours, minutes, sign = 1;

    if (take(c, "Z")) {
        stamp->zoned = true;
        return true;
    }
    if (take(c, "-"))
        sign = -1;
    else if (!take(c, "+"))
        return true;
    if (!number(c, 2, 2, &hours) || (take(c, ":"), !number(c, 2, 2, &minutes)))
        return false;
    stamp->zoned = true;
    stamp->offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool iso_stamp(struct cursor *c, struct syslog_stamp *stamp)
{
    if (!number(c, 4, 4, &stamp->year) || !take(c, "-") || !number(c, 2, 2, &stamp->month) ||
        !take(c, "-") || !number(c, 2, 2, &stamp->day) || !(take(c, "T") || take(c, " ")) ||
        !clock_time(c, stamp))
        return false;
    fraction(c, stamp);
    return zone(c, stamp) && stamp->month >= 1 && stamp->month <= 12 && stamp->day >= 1 &&
           stamp->day <= 31;
}

/* "Nov  4 10:00:00", a year before or after the day where some write one. */
static bool month_stamp(struct cursor *c, struct syslog_stamp *stamp)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct cursor     year = *c;

    if (number(&year, 4, 4, &stamp->year) && take(&year, " "))
        *c = year;
    for (int i = 0; i < 12 && !stamp->month && c->end - c->at >= 3; i++)
        if (memcmp(c->at, months + 3 * (ptrdiff_t)i, 3) == 0)
            stamp->month = i + 1;
    if (!stamp->month)
        return false;
    c->at += 3;
    if (!take(c, " "))
        return false;
    blanks(c);
    if (!number(c, 1, 2, &stamp->day) || stamp->day < 1 || stamp->day > 31 || !take(c, " "))
        return false;
    year = *c;
    if (number(&year, 4, 4, &stamp->year) && take(&year, " "))
        *c = year;
    if (!clock_time(c, stamp))
        return false;
    fraction(c, stamp);
    return true;
}

/* A program's name without what some add to it: polkitd(authority=local), gdm-password]. */
static struct auth_span program_name(const char *start, const char *end)
{
    const char *bracket = end > start ? memchr(start + 1, '(', (size_t)(end - start - 1)) : NULL;

    if (bracket)
        end = bracket;
    else if (end > start + 1 && end[-1] == ']')
        end--;
    return (struct auth_span){start, (size_t)(end - start)};
}

/* "sudo[123]:" or "sudo:"; a word before a blank without a colon is part of the message. */
static void tag(struct cursor *c, struct syslog_line *ret)
{
    const char   *start = c->at;
    struct cursor pid;

    ret->pid = -1;
    while (c->at < c->end && *c->at != ' ' && *c->at != ':' && *c->at != '[')
        c->at++;
    struct auth_span program = program_name(start, c->at);
    pid = *c;
    int value;
    if (take(&pid, "[") && number(&pid, 1, 9, &value) && take(&pid, "]")) {
        ret->pid = value;
        *c = pid;
    }
    if (take(c, ":"))
        ret->program = program;
    else
        c->at = start;
}

/* What follows the host in RFC 5424: APP PROCID MSGID [DATA] MESSAGE. */
static void structured(struct cursor *c, struct syslog_line *ret)
{
    struct auth_span program = word(c);

    ret->program = program_name(program.text, program.text + program.size);
    blanks(c);
    int value;
    ret->pid = number(c, 1, 9, &value) ? value : -1;
    word(c);
    blanks(c);
    word(c);
    blanks(c);
    if (!take(c, "-")) {
        while (c->at < c->end && take(c, "[")) {
            const char *close = memchr(c->at, ']', (size_t)(c->end - c->at));
            c->at = close ? close + 1 : c->end;
        }
    }
}

/* Whether "APP PROCID MSGID -" or "APP PROCID MSGID [" follows, in a line that lost its priority
 * and version. A classic line has a colon after its program. */
static bool is_structured(struct cursor c)
{
    struct auth_span program = word(&c), id;
    int              value;

    blanks(&c);
    if (!program.size || memchr(program.text, ':', program.size) ||
        !(number(&c, 1, 9, &value) || take(&c, "-")) || !take(&c, " "))
        return false;
    id = word(&c);
    return id.size && take(&c, " ") && (take(&c, "- ") || take(&c, "["));
}

/* "message repeated 3 times: [ MESSAGE]", as rsyslog joins equal lines; the program is before
 * it, or in it. */
static void unpack_repeated(struct cursor *c, struct syslog_line *ret)
{
    struct cursor inner = *c;
    int           times;

    if (!take(&inner, "message repeated ") || !number(&inner, 1, 9, &times) ||
        !take(&inner, " times: [") || inner.end == inner.at || inner.end[-1] != ']')
        return;
    inner.end--;
    blanks(&inner);
    if (!ret->program.text)
        tag(&inner, ret);
    blanks(&inner);
    ret->count = times;
    *c = inner;
}

int syslog_line_parse(const char *line, size_t size, struct syslog_line *ret)
{
    struct cursor      c = {line, line + size};
    struct syslog_line parsed = {0};
    int                priority;

    while (c.end > c.at && (c.end[-1] == '\r' || c.end[-1] == '\0'))
        c.end--;
    while (c.at < c.end && *c.at == '\0')
        c.at++;
    if (c.at == c.end)
        return -ENODATA;
    struct cursor start = c;
    if (!(take(&c, "<") && number(&c, 1, 3, &priority) && take(&c, ">")))
        c = start;
    bool rfc5424 = take(&c, "1 ");

    start = c;
    if (!month_stamp(&c, &parsed.stamp)) {
        c = start;
        parsed.stamp = (struct syslog_stamp){0};
        if (!iso_stamp(&c, &parsed.stamp))
            return -EBADMSG;
    }
    if (!take(&c, " "))
        return -EBADMSG;
    blanks(&c);
    parsed.host = word(&c);
    blanks(&c);
    if (rfc5424 || is_structured(c))
        structured(&c, &parsed);
    else
        tag(&c, &parsed);
    blanks(&c);
    parsed.count = 1;
    unpack_repeated(&c, &parsed);
    parsed.message = (struct auth_span){c.at, (size_t)(c.end - c.at)};
    *ret = parsed;
    return 0;
}

/* Messages ------------------------------------------------------------------------- */

/* The meaning of a letter after % in a pattern. Each takes as little as it can, up to the text
 * that follows it; before the last text of a pattern, as much as it can. %_ is passed over. */
static const struct {
    char   letter;
    size_t offset;
} slots[] = {
    {'u', offsetof(struct auth_event, user)},    {'t', offsetof(struct auth_event, target)},
    {'y', offsetof(struct auth_event, tty)},     {'d', offsetof(struct auth_event, cwd)},
    {'c', offsetof(struct auth_event, command)}, {'r', offsetof(struct auth_event, remote)},
    {'a', offsetof(struct auth_event, action)},  {'e', offsetof(struct auth_event, reason)},
    {'U', offsetof(struct auth_event, uid)},     {'T', offsetof(struct auth_event, target_uid)},
    {'s', offsetof(struct auth_event, session)},
};

static const struct pattern {
    const char    *program; /* NULL: any */
    const char    *text;
    enum auth_kind kind;
    int            success;
} patterns[] = {
    {"sshd", "Accepted %_ for %u from %r port %_", AUTH_LOGIN, 1},
    {"sshd", "Failed %_ for invalid user %u from %r port %_", AUTH_LOGIN, 0},
    {"sshd", "Failed %_ for %u from %r port %_", AUTH_LOGIN, 0},
    {"sshd", "Invalid user %u from %r port %_", AUTH_LOGIN, 0},
    {"sshd", "Invalid user %u from %r", AUTH_LOGIN, 0},
    {"login", "LOGIN ON %y BY %u FROM %r", AUTH_LOGIN, 1},
    {"login", "LOGIN ON %y BY %u", AUTH_LOGIN, 1},
    {"login", "%u LOGIN ON %y FROM %r", AUTH_LOGIN, 1},
    {"login", "%u LOGIN ON %y", AUTH_LOGIN, 1},
    {"login", "%u LOGIN %_on '%y' from '%r'", AUTH_LOGIN, 1},
    {"login", "%u LOGIN %_on '%y'", AUTH_LOGIN, 1},
    {"login", "FAILED LOGIN %_ on '%y' from '%r' FOR '%u', %e", AUTH_LOGIN, 0},
    {"login", "FAILED LOGIN %_ on '%y' FOR '%u', %e", AUTH_LOGIN, 0},
    {"login", "FAILED LOGIN %_ FROM %r FOR %u, %e", AUTH_LOGIN, 0},
    {"login", "FAILED LOGIN %_ ON %y FOR %u, %e", AUTH_LOGIN, 0},
    {"login", "TOO MANY LOGIN TRIES %_ on '%y' from '%r' FOR '%u'", AUTH_LOGIN, 0},
    {"login", "TOO MANY LOGIN TRIES %_ on '%y' FOR '%u'", AUTH_LOGIN, 0},
    {"login", "TOO MANY LOGIN TRIES %_ FROM %r FOR %u, %e", AUTH_LOGIN, 0},
    {"su", "(to %t) %u on %y", AUTH_SU, 1},
    {"su", "FAILED SU (to %t) %u on %y", AUTH_SU, 0},
    {"su", "Successful su for %t by %u", AUTH_SU, 1},
    {"su", "FAILED su for %t by %u", AUTH_SU, 0},
    {"su", "+ %y %u:%t", AUTH_SU, 1},
    {"su", "- %y %u:%t", AUTH_SU, 0},
    {"pkexec", "%u: Executing command [USER=%t] [TTY=%y] [CWD=%d] [COMMAND=%c]", AUTH_PKEXEC, 1},
    {"pkexec", "%u: %e [USER=%t] [TTY=%y] [CWD=%d] [COMMAND=%c]", AUTH_PKEXEC, 0},
    {"polkitd",
     "Operator of unix-session:%s successfully authenticated as unix-user:%t to gain %_ "
     "authorization "
     "for action %a for %_ [%c] (owned by unix-user:%u)",
     AUTH_POLKIT, 1},
    {"polkitd",
     "Operator of %_ successfully authenticated as unix-user:%t to gain %_ authorization for "
     "action "
     "%a for %_ [%c] (owned by unix-user:%u)",
     AUTH_POLKIT, 1},
    {"polkitd",
     "Operator of unix-session:%s FAILED to authenticate to gain authorization for action %a for "
     "%_ "
     "[%c] (owned by unix-user:%u)",
     AUTH_POLKIT, 0},
    {"polkitd",
     "Operator of %_ FAILED to authenticate to gain authorization for action %a for %_ [%c] (owned "
     "by unix-user:%u)",
     AUTH_POLKIT, 0},
    {"doas", "%u ran command %c as %t from %d", AUTH_DOAS, 1},
    {"doas", "%u ran command as %t: %c", AUTH_DOAS, 1},
    {"doas", "command not permitted for %u: %c", AUTH_DOAS, 0},
    {"doas", "failed auth for %u", AUTH_DOAS, 0},
    {"CRON", "(%u) CMD (%c)", AUTH_CRON, 1},
    {"cron", "(%u) CMD (%c)", AUTH_CRON, 1},
    {"crond", "(%u) CMD (%c)", AUTH_CRON, 1},
    {"CROND", "(%u) CMD (%c)", AUTH_CRON, 1},
    {"crond", "USER %u pid %_ cmd %c", AUTH_CRON, 1},
    {"systemd-logind", "New session '%s' of user '%t' with %_", AUTH_SESSION, 1},
    {"systemd-logind", "New session '%s' of user '%t'.", AUTH_SESSION, 1},
    {"systemd-logind", "New session %s of user '%t' with %_", AUTH_SESSION, 1},
    {"systemd-logind", "New session %s of user '%t'.", AUTH_SESSION, 1},
    {"systemd-logind", "New session %s of user %t.", AUTH_SESSION, 1},
    {"systemd-logind", "Removed session '%s'.", AUTH_SESSION_END, 1},
    {"systemd-logind", "Removed session %s.", AUTH_SESSION_END, 1},
    {NULL, "pam_%_: session opened for user %t(uid=%T) by %u(uid=%U)", AUTH_SESSION, 1},
    {NULL, "pam_%_: session opened for user %t by %u(uid=%U)", AUTH_SESSION, 1},
    {NULL, "pam_%_: session closed for user %t", AUTH_SESSION_END, 1},
    {NULL, "pam_%_: authentication failure; logname=%_ tty=%y ruser=%u rhost=%r user=%t", AUTH_AUTH,
     0},
    {NULL, "pam_%_: authentication failure; logname=%_ tty=%y ruser=%u rhost=%r", AUTH_AUTH, 0},
};

static struct auth_span *slot_of(struct auth_event *event, char letter)
{
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (slots[i].letter == letter)
            return (struct auth_span *)(void *)((char *)event + slots[i].offset);
    return NULL;
}

/* The place of the text of a pattern up to its next slot: here where no slot is before it, at the
 * end where none is after it, else anywhere. */
static const char *find(const struct cursor *c, const char *text, size_t size, bool here, bool last)
{
    size_t      left = (size_t)(c->end - c->at);
    const char *only = here ? c->at : c->end - size;

    if (left < size)
        return NULL;
    if (here || last)
        return memcmp(only, text, size) == 0 ? only : NULL;
    return memmem(c->at, left, text, size);
}

static struct auth_span trimmed(const char *text, const char *end)
{
    while (text < end && *text == ' ')
        text++;
    while (text < end && end[-1] == ' ')
        end--;
    return (struct auth_span){text, (size_t)(end - text)};
}

/* Match a message against a pattern, which begins with text or a slot; slots are never adjacent. */
static bool match(const char *pattern, struct cursor c, struct auth_event *ret)
{
    while (*pattern) {
        char letter = '\0';
        if (*pattern == '%') {
            letter = pattern[1];
            pattern += 2;
        }
        size_t      size = strcspn(pattern, "%");
        bool        last = pattern[size] == '\0';
        const char *stop = size ? find(&c, pattern, size, !letter, last) : c.end;
        if (!stop)
            return false;
        struct auth_span *slot = slot_of(ret, letter), value = trimmed(c.at, stop);
        if (slot && value.size)
            *slot = value;
        c.at = stop + size;
        pattern += size;
    }
    return c.at == c.end;
}

/* Whether a part of sudo's message begins with KEY=. */
static bool is_keyed(struct auth_span part)
{
    size_t n = 0;

    while (n < part.size && ((part.text[n] >= 'A' && part.text[n] <= 'Z') || part.text[n] == '_'))
        n++;
    return n && n < part.size && part.text[n] == '=';
}

/* Where one part of sudo's message belongs: a KEY=value that is shown or not, why it refused, or
 * more of a folder whose name has a " ; " in it. `last` is where the part before it belongs. */
static struct auth_span *sudo_part(struct auth_span part, bool first, struct auth_span *last,
                                   struct auth_event *ret)
{
    static const struct {
        const char *key;
        char        letter;
    } keys[] = {{"TTY=", 'y'}, {"PWD=", 'd'}, {"USER=", 't'}, {"COMMAND=", 'c'}};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct cursor c = {part.text, part.text + part.size};
        if (!take(&c, keys[i].key))
            continue;
        struct auth_span *slot = slot_of(ret, keys[i].letter);
        *slot = trimmed(c.at, c.end);
        return slot;
    }
    if (is_keyed(part))
        return NULL;
    if (first)
        ret->reason = part;
    else if (last)
        last->size = (size_t)(part.text + part.size - last->text);
    return last;
}

/* The status that a shell shows for a signal of this name; -1 where it is none of these. */
static int64_t signal_status(struct auth_span name)
{
    static const struct {
        const char *name;
        int         status;
    } signals[] = {{"HUP", 129},  {"INT", 130},  {"QUIT", 131}, {"ILL", 132},  {"TRAP", 133},
                   {"ABRT", 134}, {"BUS", 135},  {"FPE", 136},  {"KILL", 137}, {"USR1", 138},
                   {"SEGV", 139}, {"USR2", 140}, {"PIPE", 141}, {"ALRM", 142}, {"TERM", 143},
                   {"XCPU", 152}, {"XFSZ", 153}, {"SYS", 159}};

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (name.size == strlen(signals[i].name) &&
            memcmp(name.text, signals[i].name, name.size) == 0)
            return signals[i].status;
    return -1;
}

/* The last " ; KEY=" of a text, where the value has no blank; NULL for none. */
static const char *last_part(const char *text, const char *end, const char *key,
                             struct auth_span *ret)
{
    size_t      size = strlen(key);
    const char *at = memrchr(text, ' ', (size_t)(end - text));

    if (!at || at - text < 2 || memcmp(at - 2, " ; ", 3) != 0 || (size_t)(end - at - 1) < size ||
        memcmp(at + 1, key, size) != 0)
        return NULL;
    *ret = (struct auth_span){at + 1 + size, (size_t)(end - at - 1) - size};
    return at - 2;
}

struct auth_span sudo_exit(const struct auth_span *message, int64_t *ret)
{
    const char      *text = message->text, *end = text + message->size, *stop;
    struct auth_span value;
    int              status;

    *ret = -1;
    if ((stop = last_part(text, end, "EXIT=", &value))) {
        struct cursor c = {value.text, value.text + value.size};
        if (!number(&c, 1, 3, &status) || c.at != c.end)
            return *message;
        *ret = status;
        end = stop;
    }
    if ((stop = last_part(text, end, "SIGNAL=", &value)) && value.size) {
        if (*ret < 0)
            *ret = signal_status(value);
        end = stop;
    }
    return (struct auth_span){text, (size_t)(end - text)};
}

/* "USER : [REASON ; ]TTY=pts/0 ; PWD=/ ; USER=root ; [GROUP=x ; ENV=y ; ]COMMAND=the rest", and
 * where the command has ended " ; SIGNAL=TERM ; EXIT=143". A command that is too long for a line
 * goes on in others: "USER : (command continued) more". */
static bool sudo_message(const struct auth_span *message, struct auth_event *ret)
{
    int64_t          result;
    struct auth_span shown = sudo_exit(message, &result), *last = NULL;
    struct cursor    c = {shown.text, shown.text + shown.size};
    const char      *colon = memmem(c.at, (size_t)(c.end - c.at), " : ", 3);

    if (!colon)
        return false;
    *ret = (struct auth_event){.kind = AUTH_SUDO,
                               .success = 1,
                               .result = result,
                               .ended = shown.size < message->size,
                               .user = trimmed(c.at, colon)};
    c.at = colon + 3;
    blanks(&c);
    if (take(&c, "(command continued) "))
        ret->command = trimmed(c.at, c.end);
    for (bool first = true; c.at < c.end && !ret->command.text; first = false) {
        struct cursor command = c;
        const char   *stop = memmem(c.at, (size_t)(c.end - c.at), " ; ", 3);
        if (!stop || take(&command, "COMMAND="))
            stop = c.end;
        last = sudo_part(trimmed(c.at, stop), first, last, ret);
        c.at = stop < c.end ? stop + 3 : c.end;
    }
    ret->success = !ret->reason.text;
    return ret->command.text || ret->tty.text || ret->target.text;
}

/* Programs split off another keep its name before a hyphen: sshd-session, sudo-rs. */
static bool is_program(const struct auth_span *program, const char *name)
{
    size_t size = name ? strlen(name) : 0;

    return program->size >= size && (!size || memcmp(program->text, name, size) == 0) &&
           (!size || program->size == size || program->text[size] == '-');
}

/* login writes ROOT for root, and without a remote host a terminal after FROM. */
static void tidy_login(struct auth_event *event)
{
    static const char *const terminals[] = {"/dev/", "tty", "pts/", "console"};

    if (event->user.size == 4 && memcmp(event->user.text, "ROOT", 4) == 0)
        event->user = (struct auth_span){"root", 4};
    for (size_t i = 0; i < sizeof terminals / sizeof terminals[0]; i++) {
        size_t size = strlen(terminals[i]);
        if (event->tty.text || event->remote.size < size ||
            memcmp(event->remote.text, terminals[i], size) != 0)
            continue;
        event->tty = event->remote;
        event->remote = (struct auth_span){0};
    }
}

void auth_message_parse(const struct auth_span *program, const struct auth_span *message,
                        struct auth_event *ret)
{
    struct cursor c = {message->text, message->text + message->size};

    if (is_program(program, "sudo") && sudo_message(message, ret))
        return;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        *ret = (struct auth_event){
            .kind = patterns[i].kind, .success = patterns[i].success, .result = -1};
        if (!is_program(program, patterns[i].program) || !match(patterns[i].text, c, ret))
            continue;
        if (is_program(program, "login"))
            tidy_login(ret);
        return;
    }
    *ret = (struct auth_event){.kind = AUTH_OTHER, .success = -1, .result = -1};
}
