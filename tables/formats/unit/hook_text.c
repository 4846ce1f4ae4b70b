#include "hook_text.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "formats/text/buffer.h"

#define BLANKS       " \t\r\f\v"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *copy(struct hook_reader *r, const char *text, size_t size)
{
    return arena_strndup(&r->memory, text, size);
}

/* What is left of a line, without blanks at its end. */
static const char *rest_of(struct hook_reader *r, const char *text)
{
    size_t size;

    text += strspn(text, BLANKS);
    for (size = strlen(text); size && strchr(BLANKS, text[size - 1]);)
        size--;
    return copy(r, text, size);
}

/* The next word, without quotes; NULL: none. */
static const char *word(struct hook_reader *r, const char **line)
{
    struct buffer text = {0};
    const char   *p = *line + strspn(*line, BLANKS);
    char          quote = 0;

    if (!*p)
        return NULL;
    for (; *p && (quote || !strchr(BLANKS, *p)); p++) {
        if (*p == '\\' && p[1] && quote != '\'')
            p++, buffer_putc(&text, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
        else if (quote ? *p == quote : *p == '"' || *p == '\'')
            quote = quote ? 0 : *p;
        else
            buffer_putc(&text, *p);
    }
    *line = p;
    r->memory.failed |= text.failed;
    const char *words = copy(r, text.data ? text.data : "", text.size);
    buffer_free(&text);
    return words;
}

/* A word as written, up to a blank. */
static const char *plain_word(struct hook_reader *r, const char **line)
{
    const char *p = *line + strspn(*line, BLANKS);
    size_t      size = strcspn(p, BLANKS);

    *line = p + size;
    return size ? copy(r, p, size) : NULL;
}

/* Forms of one hook a line: 1 and *ret, 0: the line has none, -EBADMSG ------------- */

/* A path without "//", "." and "..", and with /var/run as /run; one may begin with a specifier. */
static const char *clean_path(struct hook_reader *r, const char *path)
{
    struct buffer out = {0};
    bool          specifier = *path == '%';

    for (size_t size; *(path += strspn(path, "/")); path += size) {
        size = strcspn(path, "/");
        if (size == 1 && *path == '.')
            continue;
        if (size == 2 && memcmp(path, "..", 2) == 0) {
            while (out.size && out.data[--out.size] != '/')
                ;
            continue;
        }
        if (out.size || !specifier)
            buffer_putc(&out, '/');
        buffer_put(&out, path, size);
        if (out.size == 8 && memcmp(out.data, "/var/run", 8) == 0) {
            out.size = 0;
            buffer_puts(&out, "/run");
        }
    }
    r->memory.failed |= out.failed;
    const char *clean = copy(r, out.data ? out.data : "", out.size);
    buffer_free(&out);
    return clean;
}

/* Folders and files from which programs are started or which give access, by the beginning of their
 * paths. unit_places.h, of a room above, knows some of them by the names of files in them; what a line of
 * tmpfiles.d makes need not have such a name yet. */
static bool starts_something(const char *path)
{
    static const char *const places[] = {
        "/etc/systemd/system",
        "/etc/systemd/user",
        "/run/systemd/system",
        "/run/systemd/user",
        "/run/systemd/transient",
        "/run/systemd/generator",
        "/usr/lib/systemd/system",
        "/usr/lib/systemd/user",
        "/lib/systemd/system",
        "/usr/local/lib/systemd",
        "/etc/init.d",
        "/etc/rc",
        "/etc/cron",
        "/var/spool/cron",
        "/etc/udev/rules.d",
        "/run/udev/rules.d",
        "/etc/ld.so.preload",
        "/etc/profile",
        "/etc/xdg/autostart",
        "/usr/share/dbus-1",
        "/etc/dbus-1",
        "/run/dbus-1",
        "/etc/containers/systemd",
        "/run/containers/systemd",
        "/etc/NetworkManager/dispatcher.d",
        "/etc/sudoers",
        "/etc/pam.d",
        "/etc/modules-load.d",
        "/run/modules-load.d",
        "/etc/update-motd.d",
        "/etc/systemd/system-generators",
        "/run/systemd/system-generators",
        "/root/.ssh",
        "/run/portables",
        "/run/extensions",
        "/var/lib/extensions",
        "/etc/extensions",
        "/var/lib/confexts",
        "/run/confexts",
        "/etc/tmpfiles.d",
        "/run/tmpfiles.d",
        "/etc/network/if-",
        "/etc/network/interfaces",
        "/usr/lib/systemd/system-sleep",
        "/usr/lib/systemd/system-shutdown",
        "/etc/inittab",
        "/etc/inetd",
        "/etc/xinetd",
        "/etc/credstore",
        "/run/credstore",
    };
    static const char *const below_home[] = {"/.ssh/", "/.config/systemd/user/",
                                             "/.local/share/systemd/user/", "/.config/autostart/",
                                             "/.config/containers/systemd/"};

    for (size_t i = 0; i < COUNT(places); i++)
        if (strncmp(path, places[i], strlen(places[i])) == 0)
            return true;
    for (size_t i = 0; i < COUNT(below_home); i++)
        if (strstr(path, below_home[i]))
            return true;
    return false;
}

static int tmpfiles(struct hook_reader *r, const char *line, struct hook *ret)
{
    const char *type = word(r, &line), *path = word(r, &line), *fields[4] = {NULL};

    if (!type || !path)
        return -EBADMSG;
    path = clean_path(r, path);
    /* A folder alone starts nothing, and no line of these types makes a file. */
    if (!strchr("fFwLCrRpbc", *type) || !starts_something(path))
        return 0;
    for (size_t i = 0; i < COUNT(fields); i++)
        fields[i] = plain_word(r, &line);
    line += strspn(line, BLANKS);
    const char *argument = rest_of(r, line);
    if (strchr("fFw", *type)) {
        struct buffer all = {0};
        for (const char *p = argument; *p; p++)
            if (*p == '\\' && p[1])
                p++, buffer_putc(&all, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
            else
                buffer_putc(&all, *p);
        r->memory.failed |= all.failed;
        ret->content = copy(r, all.data ? all.data : "", all.size);
        buffer_free(&all);
    } else if (*argument && strcmp(argument, "-") != 0) {
        ret->content = argument;
    }
    ret->setting = type;
    ret->value = path;
    return 1;
}

static int modules(struct hook_reader *r, const char *line, struct hook *ret)
{
    ret->setting = "module";
    ret->value = plain_word(r, &line);
    return 1;
}

static int modprobe(struct hook_reader *r, const char *line, struct hook *ret)
{
    const char *key = plain_word(r, &line), *module = key ? plain_word(r, &line) : NULL;

    if (!module || (strcmp(key, "install") != 0 && strcmp(key, "remove") != 0))
        return 0;
    ret->setting = key;
    ret->value = module;
    ret->command = rest_of(r, line);
    return 1;
}

/* glibc takes blanks and colons between the names. */
static int preload(struct hook_reader *r, const char *line, struct hook *ret)
{
    size_t skip = strspn(line, BLANKS ":"), size = strcspn(line + skip, BLANKS ":#");

    r->rest = size ? line + skip + size : NULL;
    ret->setting = "preload";
    ret->value = copy(r, line + skip, size);
    return size != 0;
}

/* The command of pam_exec, after its options. */
static const char *pam_command(struct hook_reader *r, const char *arguments)
{
    static const char *const options[] = {"debug", "expose_authtok", "seteuid",
                                          "quiet", "quiet_log",      "stdout"};

    for (const char *p = arguments;;) {
        const char *begin = p + strspn(p, BLANKS), *option = plain_word(r, &p);
        bool        known = false;
        if (!option)
            return NULL;
        for (size_t i = 0; i < COUNT(options); i++)
            known |= strcmp(option, options[i]) == 0;
        if (!known && strncmp(option, "log=", 4) != 0 && strncmp(option, "type=", 5) != 0)
            return rest_of(r, begin);
    }
}

static int pam(struct hook_reader *r, const char *line, struct hook *ret)
{
    const char *type, *module, *slash;

    if (*line == '@' || (r->form == HOOK_PAM_CONF && !plain_word(r, &line)))
        return 0;
    type = plain_word(r, &line);
    line += strspn(line, BLANKS);
    if (*line == '[') {
        size_t size = strcspn(line, "]");
        line += size + (line[size] == ']');
    } else if (!plain_word(r, &line)) {
        return -EBADMSG;
    }
    const char *whole = rest_of(r, line);
    module = plain_word(r, &line);
    if (!module)
        return -EBADMSG;
    slash = strrchr(module, '/');
    const char *name = slash ? slash + 1 : module;
    if (strcmp(name, "pam_exec.so") == 0)
        ret->command = pam_command(r, line);
    else if (strcmp(name, "pam_script.so") != 0 && strcmp(name, "pam_python.so") != 0 &&
             *module != '/')
        return 0;
    ret->setting = type + (*type == '-');
    ret->value = whole;
    return 1;
}

static int inittab(struct hook_reader *r, const char *line, struct hook *ret)
{
    const char *fields[3];

    for (size_t i = 0; i < COUNT(fields); i++) {
        size_t size = strcspn(line, ":");
        if (!line[size])
            return -EBADMSG;
        fields[i] = copy(r, line, size);
        line += size + 1;
    }
    if (!*line)
        return 0; /* initdefault, or an entry without a process */
    ret->setting = fields[2];
    ret->value = *fields[0] ? fields[0] : NULL;
    ret->command = rest_of(r, line + strspn(line, "+-"));
    return 1;
}

/* NAME=VALUE of a section. */
static int setting(struct hook_reader *r, const char *line, struct hook *ret)
{
    size_t name = strcspn(line, "= \t"), skip = name + strspn(line + name, " \t");

    if (line[skip] != '=')
        return -EBADMSG;
    ret->setting = copy(r, line, name);
    ret->value = rest_of(r, line + skip + 1);
    return 1;
}

static int journald(struct hook_reader *r, const char *line, struct hook *ret)
{
    static const char *const names[] = {"Storage",         "MaxLevelStore",    "MaxRetentionSec",
                                        "ForwardToSyslog", "ForwardToConsole", "ForwardToKMsg",
                                        "ForwardToWall",   "ForwardToSocket",  "MaxLevelSyslog"};

    if (*line == '[') {
        r->in_section = strncmp(line, "[Journal]", 9) == 0;
        return 0;
    }
    int result = setting(r, line, ret);
    if (result <= 0 || !r->in_section)
        return result < 0 ? result : 0;
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], ret->setting) == 0)
            return 1;
    return 0;
}

static int pacman(struct hook_reader *r, const char *line, struct hook *ret)
{
    if (*line == '[' || strncmp(line, "Exec", 4) != 0)
        return 0;
    int result = setting(r, line, ret);
    ret->command = ret->value;
    return result > 0 && strcmp(ret->setting, "Exec") == 0;
}

/* What the unit of an extension or credential runs, without systemd's prefixes. */
static int unit(struct hook_reader *r, const char *line, struct hook *ret)
{
    bool runs = strncmp(line, "Exec", 4) == 0;

    if (*line == '[' || (r->form == HOOK_UNIT && !runs) || setting(r, line, ret) <= 0 ||
        !*ret->value)
        return 0;
    ret->command = runs ? ret->value + strspn(ret->value, "@-:+!|") : NULL;
    return 1;
}

/* systemd.nspawn(5). What it runs is of the container's own files. */
static int nspawn(struct hook_reader *r, const char *line, struct hook *ret)
{
    static const char *const names[] = {
        "Boot",     "Parameters",      "ProcessTwo", "Environment",
        "User",     "Capability",      "Bind",       "BindReadOnly",
        "BindUser", "PrivateUsers",    "Overlay",    "AmbientCapability",
        "Private",  "OverlayReadOnly", "Port",       "SystemCallFilter"};

    if (*line == '[' || setting(r, line, ret) <= 0)
        return 0;
    ret->content = strcmp(ret->setting, "Parameters") == 0 ? ret->value : NULL;
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], ret->setting) == 0)
            return 1;
    return 0;
}

static int acpi(struct hook_reader *r, const char *line, struct hook *ret)
{
    int result = setting(r, line, ret);

    ret->command = ret->value;
    return result > 0 && strcmp(ret->setting, "action") == 0;
}

/* Without its quotes, if they enclose the whole text. */
static const char *unquoted(struct hook_reader *r, const char *text)
{
    size_t size = strlen(text);

    if (size > 1 && (*text == '"' || *text == '\'') && text[size - 1] == *text)
        return copy(r, text + 1, size - 2);
    return text;
}

static int dpkg(struct hook_reader *r, const char *line, struct hook *ret)
{
    line += strspn(line, "-");
    size_t name = strcspn(line, "= \t");

    ret->setting = copy(r, line, name);
    ret->value = unquoted(r, rest_of(r, line + name + strspn(line + name, "= \t")));
    ret->command = ret->value;
    return (strcmp(ret->setting, "pre-invoke") == 0 || strcmp(ret->setting, "post-invoke") == 0) &&
           *ret->value;
}

static int dnf(struct hook_reader *r, const char *line, struct hook *ret)
{
    size_t fields = r->form == HOOK_DNF5 ? 4 : 2;
    size_t first = strcspn(line, ":");

    ret->value = copy(r, line, first);
    ret->setting = "action";
    for (size_t i = 0; i < fields; i++) {
        size_t size = strcspn(line, ":");
        if (!line[size])
            return -EBADMSG;
        line += size + 1;
    }
    ret->command = rest_of(r, line);
    return 1;
}

static int interfaces(struct hook_reader *r, const char *line, struct hook *ret)
{
    static const char *const names[] = {"up", "pre-up", "post-up", "down", "pre-down", "post-down"};
    const char              *name = plain_word(r, &line);

    for (size_t i = 0; i < COUNT(names); i++)
        if (name && strcmp(name, names[i]) == 0) {
            ret->setting = name;
            ret->value = ret->command = rest_of(r, line);
            return *ret->command != '\0';
        }
    return 0;
}

static int (*const forms[])(struct hook_reader *r, const char *line, struct hook *ret) = {
    [HOOK_TMPFILES] = tmpfiles, [HOOK_MODULES] = modules,
    [HOOK_MODPROBE] = modprobe, [HOOK_PRELOAD] = preload,
    [HOOK_PAM] = pam,           [HOOK_PAM_CONF] = pam,
    [HOOK_INITTAB] = inittab,   [HOOK_JOURNALD] = journald,
    [HOOK_DPKG] = dpkg,         [HOOK_DNF] = dnf,
    [HOOK_DNF5] = dnf,          [HOOK_PACMAN] = pacman,
    [HOOK_ACPI] = acpi,         [HOOK_INTERFACES] = interfaces,
    [HOOK_UNIT] = unit,         [HOOK_SETTINGS] = unit,
    [HOOK_NSPAWN] = nspawn,
};

static int next_line(struct hook_reader *r, struct hook *ret)
{
    for (const char *line;;) {
        line = r->rest ? r->rest : hook_line(r);
        r->rest = NULL;
        if (!line || r->memory.failed)
            return line ? -ENOMEM : 0;
        if (!*line || *line == '#' || (*line == ';' && r->form != HOOK_INITTAB))
            continue;
        *ret = (struct hook){.line = r->first};
        int result = forms[r->form](r, line, ret);
        if (r->memory.failed)
            return -ENOMEM;
        if (result > 0)
            return result;
        r->bad += result < 0;
    }
}

int hook_next(struct hook_reader *r, struct hook *ret)
{
    switch (r->form) {
    case HOOK_SCRIPT:
        return 0;
    case HOOK_UDEV:
        return hook_next_udev(r, ret);
    case HOOK_APT:
        return hook_next_apt(r, ret);
    default:
        return next_line(r, ret);
    }
}

void hook_end(struct hook_reader *r)
{
    arena_free(&r->memory);
}
