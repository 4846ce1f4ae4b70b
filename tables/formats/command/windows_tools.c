/* windows_tools.c -- the tools of Windows: sc.exe, net.exe, wmic.exe, reg.exe from
 * Microsoft's command references; PsExec and its clones, nssm, impacket and Samba
 * from their own usage texts. */
#include <string.h>
#include <strings.h>

#include "service_tools.h"

static void verb_at(struct tool_call *call, size_t i, struct service_use *use)
{
    use->verb = tool_word(call, i) ? text_lower(call->arena, tool_word(call, i)) : NULL;
    use->spliced = i < call->n && call->words[i].spliced;
}

/* "\\host" and the Samba form "//host": the host's name, or NULL. */
static const char *unc_host(const char *text)
{
    return text && (strncmp(text, "\\\\", 2) == 0 || strncmp(text, "//", 2) == 0) ? text + 2 : NULL;
}

/* The command that is run as a service, from the word at `i` on. */
static void command_from(struct tool_call *call, size_t i, struct service_use *use)
{
    if (i >= call->n)
        return;
    use->inner = i;
    tool_option(call, use, "command", text_join(call->arena, call->words + i, call->n - i));
    if (!use->targets.n)
        tool_target(call, use, call->words[i].text);
}

/* sc.exe ------------------------------------------------------------------------ */

static const char sc_verbs[] =
    "query queryex start pause interrogate continue stop config description failure failureflag "
    "sidtype privs managedaccount qdescription qc qfailure qfailureflag qsidtype qprivs "
    "qtriggerinfo qpreferrednode qmanagedaccount qprotection quserservice delete create control "
    "sdshow sdset showsid triggerinfo preferrednode getdisplayname getkeyname enumdepend boot lock "
    "querylock";

/* "binPath=" begins a setting whose value is the words up to the next; NULL where `text` does not
 * begin one. Its value may follow without a blank, which sc itself refuses before Windows 10. */
static const char *sc_setting(struct tool_call *call, const char *text)
{
    const char *equals = strchr(text, '=');
    const char *name;

    if (!equals)
        return NULL;
    name = text_lower(call->arena, arena_strndup(call->arena, text, (size_t)(equals - text)));
    return word_in("type start error binpath group tag depend obj displayname password reset "
                   "reboot command actions state bufsize ri rpcflags",
                   name, false)
               ? name
               : NULL;
}

static void sc_settings(struct tool_call *call, size_t i, struct service_use *use)
{
    while (i < call->n) {
        const char *name = sc_setting(call, call->words[i].text);
        size_t      end = i + 1;

        if (!name) {
            tool_option(call, use, call->words[i++].text, NULL);
            continue;
        }
        while (end < call->n && !sc_setting(call, call->words[end].text))
            end++;
        const char *glued = strchr(call->words[i].text, '=') + 1;
        const char *rest = text_join(call->arena, call->words + i + 1, end - i - 1);
        tool_option(call, use, name,
                    *glued && *rest ? text_printf(call->arena, "%s %s", glued, rest)
                    : *glued        ? glued
                                    : rest);
        i = end;
    }
}

/* sc [\\host] verb [service] [settings] */
static bool read_sc(struct tool_call *call, struct service_use *use)
{
    size_t i = 1;

    use->remote = unc_host(tool_word(call, i));
    if (use->remote)
        i++;
    verb_at(call, i++, use);
    if (!use->verb)
        return false;
    if (i < call->n && !sc_setting(call, call->words[i].text))
        tool_target(call, use, call->words[i++].text);
    sc_settings(call, i, use);
    return true;
}

/* net.exe ------------------------------------------------------------------------ */

/* net start|stop|pause|continue service [/y]; Samba's net rpc service verb name -S host */
static bool read_net(struct tool_call *call, struct service_use *use)
{
    bool samba = call->n > 3 && strcmp(tool_word(call, 1), "rpc") == 0 &&
                 strcmp(tool_word(call, 2), "service") == 0;
    size_t first = samba ? 4 : 2, i = first;

    verb_at(call, first - 1, use);
    while (i < call->n && call->words[i].text[0] != '/' && call->words[i].text[0] != '-')
        i++;
    if (i > first)
        tool_target(call, use, text_join(call->arena, call->words + first, i - first));
    for (; i < call->n; i++) {
        if (samba && strcmp(call->words[i].text, "-S") == 0)
            use->remote = tool_word(call, i + 1);
        tool_option(call, use, call->words[i].text, NULL);
    }
    return use->verb && word_in(samba ? "list start stop pause resume status create delete"
                                      : "start stop pause continue",
                                use->verb, true);
}

/* wmic.exe ----------------------------------------------------------------------- */

/* wmic [/node:host] service [where clause] [call method [arguments]] [get|list|delete] */
struct wmic {
    size_t      i;
    const char *clause;
};

static bool wmic_switches(struct tool_call *call, struct wmic *wmic, struct service_use *use)
{
    while (tool_word(call, wmic->i) &&
           (tool_word(call, wmic->i)[0] == '/' || tool_word(call, wmic->i)[0] == '-')) {
        const char *text = tool_word(call, wmic->i++);

        if (strncasecmp(text + 1, "node:", 5) == 0)
            use->remote = text + 6;
        tool_option(call, use, text, NULL);
    }
    if (tool_word(call, wmic->i) && word_in("path class", tool_word(call, wmic->i), true))
        wmic->i++;
    if (tool_word(call, wmic->i) &&
        strncasecmp(tool_word(call, wmic->i), "win32_service.", 14) == 0)
        return true; /* win32_service.name="x": the clause begins in the class's own word */
    return tool_word(call, wmic->i) &&
           word_in("service sysdriver win32_service win32_baseservice win32_systemdriver",
                   tool_word(call, wmic->i++), true);
}

static bool read_wmic(struct tool_call *call, struct service_use *use)
{
    static const char verbs[] = "call get list delete create set assoc";
    struct wmic       wmic = {.i = 1};
    size_t            begin;

    if (!wmic_switches(call, &wmic, use))
        return false;
    begin = wmic.i;
    while (tool_word(call, wmic.i) && !word_in(verbs, tool_word(call, wmic.i), true))
        wmic.i++;
    if (wmic.i > begin) {
        wmic.clause = text_join(call->arena, call->words + begin, wmic.i - begin);
        const char *value = tool_where_value(call->arena, wmic.clause);
        tool_target(call, use, value ? value : wmic.clause);
    }
    if (tool_word(call, wmic.i) && strcasecmp(tool_word(call, wmic.i), "call") == 0)
        wmic.i++;
    verb_at(call, wmic.i, use);
    if (!use->verb)
        use->verb = "list";
    for (size_t i = wmic.i + 1; i < call->n; i++)
        tool_option(call, use, call->words[i].text, NULL);
    return true;
}

/* reg.exe ------------------------------------------------------------------------ */

/* reg copy FROM TO: the object is the key of a service that TO names, with the option from=, or else the
 * one that FROM names, with the option to=. */
static bool read_reg_copy(struct tool_call *call, const char *from, struct service_use *use)
{
    const char *to = tool_word(call, 3);

    if (to && tool_use_of_key(call, to, use))
        tool_option(call, use, "from", from);
    else if (!tool_use_of_key(call, from, use))
        return false;
    else
        tool_option(call, use, "to", to);
    for (size_t i = 4; i < call->n; i++)
        tool_option(call, use, call->words[i].text, NULL);
    return true;
}

/* reg add \\host\HKLM\SYSTEM\...\Services\X /v name /t type /d data /f */
static bool read_reg(struct tool_call *call, struct service_use *use)
{
    const char *key = tool_word(call, 2);

    verb_at(call, 1, use);
    if (!use->verb || !key)
        return false;
    if (unc_host(key) && strchr(key + 2, '\\'))
        use->remote =
            arena_strndup(call->arena, key + 2, (size_t)(strchr(key + 2, '\\') - key - 2));
    if (strcmp(use->verb, "copy") == 0)
        return read_reg_copy(call, key, use);
    if (strcmp(use->verb, "import") == 0)
        tool_target(call, use, key);
    else if (!tool_use_of_key(call, key, use))
        return false;
    for (size_t i = 3; i < call->n; i++) {
        const char *text = call->words[i].text;
        bool        value = word_in("/v /t /d /s /reg", text, true) && tool_word(call, i + 1) &&
                     !(text[1] == 's' && tool_word(call, i + 1)[0] == '/');

        tool_option(call, use, text, value ? tool_word(call, i + 1) : NULL);
        i += value;
    }
    return true;
}

/* PsExec and its clones ------------------------------------------------------------- */

static bool all_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* psexec [\\host[,host]|@file] [-u user -p password -s -i [session] -d -c ...] program [...]
 * Clones that accept //host also accept hosts without slashes. */
static bool read_psexec(struct tool_call *call, struct service_use *use)
{
    size_t i = 1;

    use->verb = "run";
    use->runtime = true;
    for (; i < call->n; i++) {
        const char *text = call->words[i].text;
        bool        dash = text[0] == '-' || (text[0] == '/' && text[1] != '/');

        if (unc_host(text) || (text[0] == '@' && !use->remote)) {
            use->remote = unc_host(text) ? unc_host(text) : text;
            continue;
        }
        if (!dash)
            break;
        const char *next = tool_word(call, i + 1);
        bool        value = next && (word_in("u p n r w a g csrc dbg lo to U A", text + 1, false) ||
                              (strcasecmp(text + 1, "i") == 0 && all_digits(next)));
        tool_option(call, use, text, value ? next : NULL);
        if (value && text[1] == 'r')
            tool_target(call, use, next);
        i += value;
    }
    command_from(call, i, use);
    return use->inner || use->remote;
}

/* impacket: psexec.py [options] [[domain/]user[:password]@]host [command] */
static const char *behind_at(const char *text)
{
    const char *at = strrchr(text, '@');

    return at ? at + 1 : text;
}

static size_t impacket_target(struct tool_call *call, struct service_use *use)
{
    static const char values[] =
        "-hashes -aesKey -dc-ip -target-ip -port -codec -c -path -file "
        "-service-name -remote-binary-name -share -mode -keytab -shell-type";

    for (size_t i = 1; i < call->n; i++) {
        const char *text = call->words[i].text;
        bool        value = word_in(values, text, false) && tool_word(call, i + 1);

        if (text[0] != '-') {
            use->remote = behind_at(text);
            return i + 1;
        }
        tool_option(call, use, text, value ? tool_word(call, i + 1) : NULL);
        i += value;
    }
    return 0;
}

static bool read_impacket_exec(struct tool_call *call, struct service_use *use)
{
    size_t i = impacket_target(call, use);

    use->verb = "run";
    use->runtime = true;
    if (i)
        command_from(call, i, use);
    return i;
}

/* services.py target start|stop|create ... -name X */
static bool read_impacket_services(struct tool_call *call, struct service_use *use)
{
    size_t i = impacket_target(call, use);

    if (!i || !tool_word(call, i))
        return false;
    verb_at(call, i, use);
    for (i++; i < call->n; i++) {
        bool value = tool_word(call, i + 1) && tool_word(call, i + 1)[0] != '-';

        if (value && strcmp(tool_word(call, i), "-name") == 0)
            tool_target(call, use, tool_word(call, i + 1));
        tool_option(call, use, call->words[i].text, value ? tool_word(call, i + 1) : NULL);
        i += value;
    }
    return true;
}

/* nssm verb service [arguments] */
static bool read_nssm(struct tool_call *call, struct service_use *use)
{
    verb_at(call, 1, use);
    if (tool_word(call, 2))
        tool_target(call, use, tool_word(call, 2));
    for (size_t i = 3; i < call->n; i++)
        tool_option(call, use, call->words[i].text, NULL);
    return use->verb;
}

/* pnputil /add-driver FILE.inf [/install], /delete-driver oem1.inf; before Windows 10 -i -a FILE.inf and
 * -d oem1.inf (Microsoft: PnPUtil command syntax). */
static bool read_pnputil(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i < call->n; i++) {
        const char *text = call->words[i].text, *next = tool_word(call, i + 1);

        if ((text[0] == '/' || text[0] == '-') && next &&
            word_in("add-driver a delete-driver d", text + 1, true)) {
            use->verb = strchr("aA", text[1]) ? "add-driver" : "delete-driver";
            tool_target(call, use, next);
            i++;
        } else {
            tool_option(call, use, text, NULL);
        }
    }
    return use->verb;
}

/* fltmc load|unload DRIVER; attach|detach DRIVER VOLUME ... */
static bool read_fltmc(struct tool_call *call, struct service_use *use)
{
    verb_at(call, 1, use);
    if (!use->verb || !tool_word(call, 2))
        return false;
    tool_target(call, use, tool_word(call, 2));
    for (size_t i = 3; i < call->n; i++)
        tool_option(call, use, call->words[i].text, NULL);
    return true;
}

/* The tools ---------------------------------------------------------------------------- */

/* clang-format off */
#define CMDLET(name)                 {name, "powershell", read_cmdlet, NULL, NULL, 0, NULL}
#define PSEXEC(name, tool)           {name, tool, read_psexec, NULL, NULL, 0, NULL}
#define IMPACKET(name, tool, reader) {name, tool, reader, NULL, NULL, 0, NULL}

const struct service_tool windows_service_tools[] = {
    {"sc", "sc", read_sc, NULL, sc_verbs, 0, NULL},
    {"net", "net", read_net, NULL, NULL, 0, NULL},
    {"net1", "net", read_net, NULL, NULL, 0, NULL},
    {"wmic", "wmic", read_wmic, NULL, NULL, 0, NULL},
    {"reg", "reg", read_reg, NULL, "add delete import copy restore load save query export", 0, NULL},
    {"nssm", "nssm", read_nssm, NULL,
     "install remove start stop restart pause continue rotate set get reset edit status "
     "statuscode dump list processes", 0, NULL},
    {"pnputil", "pnputil", read_pnputil, NULL, NULL, 0, NULL},
    {"fltmc", "fltmc", read_fltmc, NULL, "load unload attach detach", 0, NULL},
    PSEXEC("psexec", "psexec"),
    PSEXEC("psexec64", "psexec"),
    PSEXEC("paexec", "paexec"),
    PSEXEC("csexec", "csexec"),
    PSEXEC("remcom", "remcom"),
    PSEXEC("xcmd", "xcmd"),
    PSEXEC("winexe", "winexe"),
    IMPACKET("psexec.py", "psexec.py", read_impacket_exec),
    IMPACKET("impacket-psexec", "psexec.py", read_impacket_exec),
    IMPACKET("smbexec.py", "smbexec.py", read_impacket_exec),
    IMPACKET("impacket-smbexec", "smbexec.py", read_impacket_exec),
    IMPACKET("services.py", "services.py", read_impacket_services),
    IMPACKET("impacket-services", "services.py", read_impacket_services),
    CMDLET("get-service"),
    CMDLET("gsv"),
    CMDLET("new-service"),
    CMDLET("remove-service"),
    CMDLET("restart-service"),
    CMDLET("resume-service"),
    CMDLET("set-service"),
    CMDLET("start-service"),
    CMDLET("sasv"),
    CMDLET("stop-service"),
    CMDLET("spsv"),
    CMDLET("suspend-service"),
    CMDLET("set-itemproperty"),
    CMDLET("sp"),
    CMDLET("new-itemproperty"),
    CMDLET("remove-itemproperty"),
    CMDLET("rp"),
    CMDLET("get-itemproperty"),
    CMDLET("gp"),
    CMDLET("new-item"),
    CMDLET("ni"),
    CMDLET("remove-item"),
    CMDLET("ri"),
    CMDLET("invoke-cimmethod"),
    CMDLET("icim"),
    CMDLET("invoke-wmimethod"),
    CMDLET("iwmi"),
    CMDLET("get-wmiobject"),
    CMDLET("gwmi"),
    CMDLET("get-ciminstance"),
    CMDLET("gcim"),
    {0},
};
/* clang-format on */
