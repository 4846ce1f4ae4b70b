/* process_tools.c -- programs that stop a service without its manager: kill, pkill, killall, and the
 * switches of audit, SELinux and ufw. */
#include <ctype.h>
#include <string.h>

#include "service_tools.h"

/* A signal as these programs accept it: -9, -KILL, -SIGKILL, -s KILL, --signal KILL, -n 9. */
struct signal_option {
    const char *name;  /* without SIG; NULL: none, which is TERM */
    size_t      words; /* that form the option */
};

static const char *without_sig(const char *name)
{
    return strncmp(name, "SIG", 3) == 0 || strncmp(name, "sig", 3) == 0 ? name + 3 : name;
}

static bool is_signal(const char *text)
{
    static const char names[] = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM "
                                "TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM "
                                "PROF WINCH IO PWR SYS 0";

    return (isdigit((unsigned char)*text) && strspn(text, "0123456789") == strlen(text)) ||
           word_in(names, without_sig(text), true);
}

/* The signal option that word `i` begins; words 0: it is not one. */
static struct signal_option signal_at(const struct tool_call *call, size_t i)
{
    const char *text = call->words[i].text, *next = tool_word(call, i + 1);

    if (strncmp(text, "--signal=", 9) == 0)
        return (struct signal_option){without_sig(text + 9), 1};
    if ((strcmp(text, "-s") == 0 || strcmp(text, "--signal") == 0 || strcmp(text, "-n") == 0) &&
        next && is_signal(next))
        return (struct signal_option){without_sig(next), 2};
    if (text[0] == '-' && text[1] && is_signal(text + 1))
        return (struct signal_option){without_sig(text + 1), 1};
    return (struct signal_option){NULL, 0};
}

/* Whether a signal neither ends nor halts a process: a daemon reads its settings again, or nothing
 * happens. */
static bool is_harmless(const char *name)
{
    return name && word_in("HUP USR1 USR2 WINCH CONT URG CHLD 0 1 10 12 17 18 23 28", name, true);
}

/* The process that a substitution looks up: $(pidof x), `pgrep -f x`; NULL for another text. */
static const char *looked_up(struct tool_call *call, const char *text)
{
    static const char *const finders[] = {"pidof", "pgrep"};

    for (size_t i = 0; i < sizeof finders / sizeof finders[0]; i++) {
        const char *at = strstr(text, finders[i]);
        if (!at)
            continue;
        for (at += strlen(finders[i]); *at == ' ';) {
            at += strspn(at, " ");
            size_t size = strcspn(at, " )`");
            if (size && *at != '-')
                return text_printf(call->arena, "%.*s", (int)(size < 256 ? size : 256), at);
            at += size;
        }
    }
    return NULL;
}

/* Take the name of a process: of a pattern its literal part, of a path its last part. */
static void take_process(struct tool_call *call, struct service_use *use, const char *name)
{
    const char *slash = strrchr(name, '/');

    name = slash && slash[1] ? slash + 1 : name;
    name += *name == '^';
    size_t size = strlen(name);
    while (size && strchr("$*", name[size - 1]))
        size--;
    if (size && size < 256)
        text_list_add(call->arena, &use->targets,
                      text_printf(call->arena, "%.*s", (int)size, name));
}

/* pkill and killall: names. Options that take a value are skipped with it. */
static bool read_by_name(struct tool_call *call, struct service_use *use)
{
    const char *signal = NULL;

    for (size_t i = 1; i < call->n; i++) {
        const char          *text = call->words[i].text;
        struct signal_option option = signal_at(call, i);
        if (option.words) {
            signal = option.name;
            i += option.words - 1;
        } else if (*text != '-') {
            take_process(call, use, text);
        } else if (text[1] && strchr("uUgGPtso", text[1]) && !text[2]) {
            i++;
        }
    }
    use->verb = "kill";
    if (signal)
        tool_option(call, use, "--signal", signal);
    return use->targets.n && !is_harmless(signal);
}

/* kill: numbers do not identify a process, unless they come from a search by name. */
static bool read_kill(struct tool_call *call, struct service_use *use)
{
    const char *signal = NULL;

    for (size_t i = 1; i < call->n; i++) {
        struct signal_option option = signal_at(call, i);
        const char          *name = looked_up(call, call->words[i].text);
        if (option.words) {
            signal = option.name;
            i += option.words - 1;
        } else if (name) {
            take_process(call, use, name);
        }
    }
    use->verb = "kill";
    if (signal)
        tool_option(call, use, "--signal", signal);
    return use->targets.n && !is_harmless(signal);
}

/* auditctl -e 0: the kernel records nothing more; auditctl -D: it has no rules. */
static bool read_auditctl(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i < call->n; i++) {
        const char *word = call->words[i].text, *next = tool_word(call, i + 1);
        bool        all = strcmp(word, "-D") == 0;
        if (!all && strcmp(word, "-e0") != 0 &&
            !(strcmp(word, "-e") == 0 && next && strcmp(next, "0") == 0))
            continue;
        use->verb = "disable";
        text_list_add(call->arena, &use->targets, "auditd");
        tool_option(call, use, all ? "-D" : "-e", all ? NULL : "0");
        return true;
    }
    return false;
}

static bool read_setenforce(struct tool_call *call, struct service_use *use)
{
    const char *mode = tool_word(call, 1);

    if (!mode || !word_in("0 permissive", mode, true))
        return false;
    use->verb = "disable";
    text_list_add(call->arena, &use->targets, "selinux");
    return true;
}

static bool read_ufw(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i < call->n; i++) {
        if (!word_in("disable reset", call->words[i].text, false))
            continue;
        use->verb = "disable";
        text_list_add(call->arena, &use->targets, "ufw");
        return true;
    }
    return false;
}

const struct service_tool process_tools[] = {
    {"pkill", "pkill", read_by_name, NULL, NULL, 0, NULL},
    {"killall", "killall", read_by_name, NULL, NULL, 0, NULL},
    {"kill", "kill", read_kill, NULL, NULL, 0, NULL},
    {"auditctl", "auditctl", read_auditctl, NULL, NULL, 0, NULL},
    {"setenforce", "setenforce", read_setenforce, NULL, NULL, 0, NULL},
    {"ufw", "ufw", read_ufw, NULL, NULL, 0, NULL},
    {0},
};
