/* command_marks.c -- a fast test of a line before it is parsed: whether it can name a service tool
 * at all, and which shell it was written for. */
#include <string.h>
#include <strings.h>

#include "command_line.h"
#include "command_reader.h"
#include "shell_lexer.h"

/* Names of tools, and of programs that may hide one, by their first letter. */
/* clang-format off */
static const char *const needles[26][32] = {
    ['a' - 'a'] = {"auditctl"},
    ['b' - 'a'] = {"busctl", "brew", "base64"},
    ['c' - 'a'] = {"chkconfig", "csexec"},
    ['d' - 'a'] = {"dbus-send", "deb-systemd-", "defaults"},
    ['f' - 'a'] = {"fltmc"},
    ['g' - 'a'] = {"gdbus", "gsv", "get-service", "get-itemproperty", "gp", "gwmi", "gcim",
                   "get-wmiobject", "get-ciminstance"},
    ['i' - 'a'] = {"init.d", "initctl", "invoke-rc.d", "insserv", "impacket-", "importctl", "icim", "iwmi",
                   "invoke-cimmethod", "invoke-wmimethod"},
    ['k' - 'a'] = {"kill", "killall"},
    ['l' - 'a'] = {"launchctl", "loginctl"},
    ['m' - 'a'] = {"machinectl"},
    ['n' - 'a'] = {"net", "net1", "nssm", "new-service", "new-item", "new-itemproperty", "ni"},
    ['p' - 'a'] = {"psexec", "psexec64", "psexec.py", "paexec", "plistbuddy", "plutil", "pnputil", "podman", "portablectl",
                   "powershell", "powershell_ise", "pwsh", "pkill"},
    ['q' - 'a'] = {"qdbus"},
    ['r' - 'a'] = {"reg", "rc.d", "rc-service", "rc-update", "rcctl", "restart", "run0", "remcom", "ri",
                   "rp", "remove-item", "remove-itemproperty", "remove-service", "restart-service",
                   "resume-service"},
    ['s' - 'a'] = {"systemctl", "sc", "service", "systemd-run", "systemd-mount", "systemd-umount",
                   "systemd-sysext", "systemd-confext", "systemd-socket-activate", "start", "stop", "sv", "svcadm",
                   "supervisorctl", "set-service", "start-service", "stop-service",
                   "suspend-service", "sasv", "spsv", "sp", "set-itemproperty", "smbexec.py",
                   "services.py", "setenforce"},
    ['u' - 'a'] = {"update-rc.d", "ufw"},
    ['v' - 'a'] = {"varlinkctl"},
    ['w' - 'a'] = {"wmic", "winexe"},
    ['x' - 'a'] = {"xcmd"},
};
/* clang-format on */

/* Characters that a shell removes from a word. */
static bool vanishes(char c)
{
    return c == '\'' || c == '"' || c == '\\' || c == '^' || c == '`';
}

/* Whether the word at `at` is `name`, ignoring characters that the shell removes. A word with a
 * variable may be anything that begins like it. */
static bool named(const char *line, size_t size, size_t at, const char *name, size_t name_size)
{
    size_t n = 0;

    for (; at < size && n < name_size; at++) {
        if (vanishes(line[at]))
            continue;
        if (line[at] == '$' || line[at] == '%' || line[at] == '+')
            return n > 0;
        if ((line[at] | 0x20) != name[n] && line[at] != name[n])
            return false;
        n++;
    }
    if (n < name_size)
        return false;
    for (; at < size && vanishes(line[at]); at++)
        if (line[at] == '\\' && at + 1 < size && strchr("01234567xtn", line[at + 1]))
            return true; /* printf may make a space of it */
    return at >= size || !is_alnum(line[at]) || !is_alnum(name[name_size - 1]);
}

static bool any_named(const char *line, size_t size, size_t at, const char *const *list)
{
    char second = at + 1 < size ? line[at + 1] : '\0';
    bool plain = is_name(second); /* then the names' second letter excludes most */

    for (; *list; list++) {
        if (plain && (second | 0x20) != (*list)[1] && second != (*list)[1])
            continue;
        if (named(line, size, at, *list, strlen(*list)))
            return true;
    }
    return false;
}

/* A word put together of variables, $a$b or %a%%b%, or written in numbers, $'\x73'. */
static bool built(const char *line, size_t size, size_t at)
{
    size_t n = at + 1;

    if (n < size && line[n] == '\'')
        return true;
    if (n < size && line[n] == '{')
        n++;
    while (n < size && is_name(line[n]))
        n++;
    if (n < size && line[n] == '}')
        n++;
    return n > at + 1 && n < size &&
           (line[n] == '$' || line[n] == '%' || (line[n - 1] == '}' && is_alnum(line[n])));
}

/* A character written in numbers for printf or echo, \163 or \x73, at a backslash. */
static bool numbered(const char *line, size_t size, size_t at)
{
    if (at + 3 >= size)
        return false;
    const char *n = line + at + 1;
    if (n[0] == 'x')
        return digit_value(n[1]) >= 0 && digit_value(n[2]) >= 0;
    return n[0] >= '0' && n[0] <= '3' && n[1] >= '0' && n[1] <= '7' && n[2] >= '0' && n[2] <= '7';
}

enum kind {
    NAME = 1, /* is_name() */
    MARK = 2, /* $ % \ _: what a rule below is about */
};

static const uint8_t kinds[256] = {
    ['0' ... '9'] = NAME, ['A' ... 'Z'] = NAME, ['a' ... 'z'] = NAME, ['_'] = NAME | MARK,
    ['$'] = MARK,         ['%'] = MARK,         ['\\'] = MARK,
};

bool command_line_may_matter(const char *line, size_t size)
{
    bool inside = false;    /* within a word: no name begins here */
    bool patterned = false; /* has the first character of a pattern */

    for (size_t at = 0; at < size; at++) {
        char    c = line[at];
        uint8_t kind = kinds[(uint8_t)c];

        if (kind & MARK) {
            if ((c == '$' || c == '%') && built(line, size, at))
                return true;
            if (c == '\\' && numbered(line, size, at))
                return true;
            patterned = patterned || c == '_' || c == '\\';
        }
        if (!(kind & NAME)) { /* a word after a dot is a suffix: ssh.service */
            inside = c == '.';
            continue;
        }
        if (inside)
            continue;
        unsigned letter = (unsigned)(c | 0x20) - 'a';
        if (letter < 26 && any_named(line, size, at, needles[letter]))
            return true;
        inside = true;
    }
    return patterned && command_pattern_find(line, size);
}

/* Patterns -------------------------------------------------------------------------- */

static const struct command_pattern patterns[] = {
    {"smbexec", {"__output", "%comspec%", "/c"}},
    {"smbexec", {"__output", "\\\\127.0.0.1\\", "/c"}},
    {"smbexec", {"__output", "cmd", "echo"}},
    {"getsystem", {"\\\\.\\pipe\\", "echo", "/c"}},
};

static bool contains(const char *line, size_t size, const char *part)
{
    size_t length = strlen(part);

    for (size_t at = 0; at + length <= size; at++)
        if ((line[at] | 0x20) == (part[0] | 0x20) && strncasecmp(line + at, part, length) == 0)
            return true;
    return false;
}

const struct command_pattern *command_pattern_find(const char *line, size_t size)
{
    if (!memmem(line, size, "__", 2) && !memmem(line, size, "\\\\.\\", 4))
        return NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const char *const *parts = patterns[i].parts;

        if (contains(line, size, parts[0]) && contains(line, size, parts[1]) &&
            contains(line, size, parts[2]))
            return &patterns[i];
    }
    return NULL;
}

/* Dialects -------------------------------------------------------------------------- */

static const char cmd_programs[] =
    "cmd powershell sc net net1 wmic reg psexec psexec64 paexec csexec remcom xcmd nssm call "
    "schtasks runas winrs forfiles rundll32 wscript cscript mshta";

/* The beginning of the first word, past the parts that may precede a command. */
static size_t first_word(const char *line, size_t size)
{
    size_t at = 0;

    while (at < size && (is_blank(line[at]) || strchr("@(&\"'\n", line[at])))
        at++;
    return at;
}

/* C:\ or \\host or %NAME% */
static bool windows_path(const char *word, size_t size)
{
    if (size > 2 && word[1] == ':' && word[2] == '\\')
        return true;
    if (size > 2 && word[0] == '\\' && word[1] == '\\')
        return true;
    return size > 2 && word[0] == '%' && is_name(word[1]) && memchr(word + 1, '%', size - 1);
}

/* Verb-Noun, or a variable that is set or called a method of. */
static bool cmdlet_like(const char *word, size_t size)
{
    static const char *const verbs[] = {
        "get-",     "set-",    "new-",    "start-", "stop-",    "remove-", "restart-", "invoke-",
        "suspend-", "resume-", "import-", "write-", "foreach-", "where-",  "add-",     "enter-",
        "gwmi",     "gcim",    "gsv",     "icm ",   "iex ",     "iwmi",    "icim",     "saps "};

    char   plain[16] = "";
    size_t n = 0;

    for (size_t i = 0; i < size && n < sizeof plain - 1; i++)
        if (word[i] != '`')
            plain[n++] = word[i];
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strncasecmp(plain, verbs[i], strlen(verbs[i])) == 0)
            return true;
    return false;
}

/* A cmdlet for services anywhere. */
static bool names_cmdlet(const char *line, size_t size)
{
    static const char *const cmdlets[] = {"get-service",     "set-service",    "new-service",
                                          "start-service",   "stop-service",   "remove-service",
                                          "restart-service", "suspend-service"};

    for (size_t i = 0; i < sizeof cmdlets / sizeof cmdlets[0]; i++)
        if (contains(line, size, cmdlets[i]))
            return true;
    return false;
}

static bool powershell_variable(const char *word, size_t size)
{
    size_t n = 1;

    if (!size || word[0] != '$')
        return false;
    while (n < size && (is_name(word[n]) || word[n] == ':'))
        n++;
    while (n < size && word[n] == ' ')
        n++;
    return n < size && n > 1 && word[n] == '=';
}

static bool cmd_program(const char *word, size_t size)
{
    char   name[16] = "";
    size_t length = 0, taken = 0;

    while (length < size && (is_name(word[length]) || word[length] == '^' || word[length] == '"') &&
           taken < sizeof name - 1) {
        if (is_name(word[length]))
            name[taken++] = word[length];
        length++;
    }
    if (size - length > 4 && strncasecmp(word + length, ".exe", 4) == 0)
        return true;
    if (!word_in(cmd_programs, name, true))
        return false;
    return length == size || is_blank(word[length]) || strchr("/,;\"", word[length]) ||
           (size - length > 2 && word[length] == '.' && (word[length + 1] | 0x20) == 'e');
}

/* `start` of cmd.exe, which takes a program with arguments; Upstart's takes a job and settings. */
static bool cmd_start(const char *word, size_t size)
{
    size_t at = 6;

    if (size <= at || strncasecmp(word, "start ", at) != 0)
        return false;
    while (at < size && !is_blank(word[at]))
        at++;
    while (at < size && is_blank(word[at]))
        at++;
    while (at < size && !is_blank(word[at]) && word[at] != '=')
        at++;
    return at < size ? word[at] != '=' : size > 6 && memchr(word + 6, ' ', size - 6);
}

/* A word of POSIX systems anywhere in the line as a separate word. */
static bool names_posix_tool(const char *line, size_t size)
{
    static const char *const tools[] = {
        "systemctl", "systemd-run", "launchctl",   "busctl", "sudo",      "/bin/",  "/etc/",
        "/usr/",     "chkconfig",   "update-rc.d", ".py ",   "impacket-", "winexe", "rpcclient"};

    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (memmem(line, size, tools[i], strlen(tools[i])))
            return true;
    return false;
}

/* %NAME% anywhere. */
static bool percent_variable(const char *line, size_t size)
{
    for (size_t at = 0, from = 0; at < size; at++) {
        if (line[at] == '%' && from && at > from)
            return true;
        if (line[at] == '%')
            from = at + 1;
        else if (!is_name(line[at]))
            from = 0;
    }
    return false;
}

static bool names_windows(const char *line, size_t size)
{
    static const char *const marks[] = {":\\",       ".exe ", "\\\\",     "errorlevel",
                                        "if exist ", "for /", "for %",    "%comspec%",
                                        "cmd /c",    ">nul",  "binpath=", "\"==\""};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (contains(line, size, marks[i]))
            return true;
    return percent_variable(line, size);
}

enum shell_dialect command_dialect(const char *line, size_t size)
{
    size_t      at = first_word(line, size);
    const char *word = line + at;
    bool        called = at && memchr(line, '&', at);

    size -= at;
    if (powershell_variable(word, size) || cmdlet_like(word, size) || called)
        return SHELL_POWERSHELL;
    if (windows_path(word, size) || cmd_program(word, size) || cmd_start(word, size))
        return SHELL_CMD;
    if (size && (word[0] == '/' || word[0] == '.' || word[0] == '~'))
        return SHELL_POSIX;
    if (names_posix_tool(word, size))
        return SHELL_POSIX;
    if (names_cmdlet(word, size))
        return SHELL_POWERSHELL;
    return names_windows(word, size) ? SHELL_CMD : SHELL_POSIX;
}
