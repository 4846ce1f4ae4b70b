#include "command_wrappers.h"

#include <string.h>
#include <strings.h>

#include "systemd_wrappers.inc"

#define PYTHON                                                                                     \
    .kind = WRAPPER_CODE, .codes = "c", .letters = "WX", .inert = "m",                             \
    .longs = "--check-hash-based-pycs"
#define NODE                                                                                       \
    .kind = WRAPPER_CODE, .codes = "ep", .code_options = "--eval --print", .letters = "rC",        \
    .longs = "--require --import --loader --experimental-loader --conditions"
#define PHP                                                                                        \
    .kind = WRAPPER_CODE, .codes = "rBRE", .code_options = "--run", .letters = "cdgzSt",           \
    .longs = "--php-ini --define --docroot --server", .file_options = "-f --file -F"
#define AWK                                                                                        \
    .kind = WRAPPER_CODE, .letters = "Fv", .file_options = "-f --file", .flags = WRAPPER_TEXT

/* clang-format off */
static const struct wrapper wrappers[] = {
    /* another user, another environment */
    {.name = "sudo", .letters = "ughpCrtTUDRa", .inert = "lveVK",
     .longs = "--user --group --host --prompt --chdir --chroot --role --type --other-user"},
    {.name = "sudo-rs", .letters = "ughDpCTRUrt", .inert = "lveVK",
     .longs = "--user --group --host --prompt --chdir --chroot --other-user"},
    {.name = "doas", .letters = "uC", .inert = "L"},
    {.name = "opendoas", .letters = "uC", .inert = "L"},
    {.name = "pkexec", .longs = "--user"},
    {.name = "run0", RUN0_VALUES},
    {.name = "su", .letters = "cgGsw", .text = 'c', .flags = WRAPPER_NONE,
     .longs = "--command --shell --group"},
    {.name = "runuser", .letters = "ucgGsw", .text = 'c', .longs = "--user --command --shell"},
    {.name = "sg", .letters = "c", .text = 'c', .flags = WRAPPER_NONE},
    {.name = "setpriv", .longs = "--reuid --regid --groups --bounding-set --inh-caps"},
    {.name = "env", .letters = "uCS", .text = 'S', .longs = "--unset --chdir"},
    {.name = "busybox"},
    {.name = "toybox"},
    {.name = "exec", .letters = "a"},
    {.name = "command", .inert = "vV"},
    {.name = "builtin"},
    {.name = "eval", .flags = WRAPPER_TEXT},
    /* another time or place in the system */
    {.name = "nohup"},
    {.name = "setsid"},
    {.name = "time", .letters = "fo"},
    {.name = "timeout", .letters = "sk", .operands = 1, .longs = "--signal --kill-after"},
    {.name = "nice", .letters = "n", .longs = "--adjustment"},
    {.name = "ionice", .letters = "cnpPu", .longs = "--class --classdata"},
    {.name = "chrt", .letters = "TPD", .operands = 1},
    {.name = "taskset", .operands = 1},
    {.name = "stdbuf", .letters = "ioe", .longs = "--input --output --error"},
    {.name = "unbuffer"},
    {.name = "watch", .letters = "n", .flags = WRAPPER_TEXT, .longs = "--interval"},
    {.name = "xargs", .letters = "InPLdsaE", .longs = "--max-args --max-procs --arg-file"},
    {.name = "parallel", .letters = "jaNI"},
    {.name = "flock", .letters = "wEc", .text = 'c', .operands = 1, .longs = "--timeout"},
    {.name = "script", .letters = "cIOBTmoE", .text = 'c', .flags = WRAPPER_NONE},
    {.name = "systemd-inhibit", SYSTEMD_INHIBIT_VALUES},
    {.name = "strace", .letters = "oeEpsSuUaIbOPX"},
    {.name = "ltrace", .letters = "oeEpsSunax"},
    {.name = "chroot", .operands = 1, .longs = "--userspec --groups"},
    {.name = "nsenter", .letters = "tSGW", .longs = "--target --setuid --setgid"},
    {.name = "unshare", .letters = "SGRw", .longs = "--setuid --setgid --root --wd"},
    {.name = "dbus-run-session", .longs = "--config-file --dbus-daemon"},
    {.name = "fakeroot"},
    {.name = "caffeinate", .letters = "tw"},
    {.name = "proxychains", .letters = "f"},
    {.name = "proxychains4", .letters = "f"},
    {.name = "torsocks"},
    {.name = "arch"},
    {.name = "wsl", .letters = "du", .longs = "--distribution --user"},
    {.name = "ld.so",
     .longs = "--preload --library-path --argv0 --audit --inhibit-rpath --glibc-hwcaps-prepend "
              "--glibc-hwcaps-mask"},
    {.name = "setarch", .operands = 1},
    {.name = "linux32"},
    {.name = "linux64"},
    {.name = "eatmydata"},
    {.name = "numactl", .letters = "iNCmpPl", .longs = "--interleave --cpunodebind --physcpubind "
                                                      "--membind --preferred"},
    {.name = "prlimit", .letters = "op"},
    {.name = "cgexec", .letters = "g"},
    {.name = "chpst", .letters = "uUbemdoplfrct/"},
    {.name = "systemd-cat", SYSTEMD_CAT_VALUES},
    {.name = "systemd-socket-activate", SYSTEMD_SOCKET_ACTIVATE_VALUES},
    {.name = "systemd-notify", .kind = WRAPPER_NOTIFY},
    {.name = "start-stop-daemon", .kind = WRAPPER_FIND},
    {.name = "find", .kind = WRAPPER_FIND},
    {.name = "fd", .kind = WRAPPER_FIND},
    {.name = "at", .kind = WRAPPER_SHELL, .file_options = "-f", .flags = WRAPPER_NONE},
    {.name = "batch", .kind = WRAPPER_SHELL, .file_options = "-f", .flags = WRAPPER_NONE},
    /* another host or container */
    {.name = "ssh", .letters = "BbcDEeFIiJLlmOopPQRSWw", .operands = 1,
     .flags = WRAPPER_TEXT | WRAPPER_REMOTE},
    {.name = "rsh", .letters = "l", .operands = 1, .flags = WRAPPER_TEXT | WRAPPER_REMOTE},
    {.name = "sshpass", .letters = "pfdP"},
    {.name = "pdsh", .letters = "wxlRtuf", .flags = WRAPPER_TEXT},
    {.name = "ansible", .letters = "amiuefMlct", .text = 'a', .flags = WRAPPER_NONE},
    {.name = "salt", .operands = 2, .flags = WRAPPER_TEXT | WRAPPER_REMOTE},
    {.name = "docker", .letters = "uewv", .commands = "exec run", .operands = 1,
     .flags = WRAPPER_REMOTE,
     .longs = "--user --env --workdir --name --volume --network --entrypoint"},
    {.name = "podman", .letters = "uewv", .commands = "exec run", .operands = 1,
     .flags = WRAPPER_REMOTE,
     .longs = "--user --env --workdir --name --volume --network --entrypoint"},
    {.name = "kubectl", .letters = "ncf", .commands = "exec", .operands = 1,
     .flags = WRAPPER_REMOTE, .longs = "--namespace --container"},
    {.name = "lxc", .commands = "exec", .operands = 1, .flags = WRAPPER_REMOTE,
     .longs = "--env --user --cwd"},
    {.name = "lxc-attach", .letters = "nsuv", .longs = "--name", .host = "-n --name",
     .flags = WRAPPER_REMOTE},
    {.name = "systemd-nspawn", SYSTEMD_NSPAWN_VALUES, .inert = "b", .flags = WRAPPER_REMOTE,
     .host = "-M --machine -D --directory -i --image --oci-bundle"},
    {.name = "vagrant", .letters = "c", .text = 'c', .flags = WRAPPER_NONE},
    {.name = "crackmapexec", .letters = "upHdxX", .text = 'x', .flags = WRAPPER_NONE},
    {.name = "netexec", .letters = "upHdxX", .text = 'x', .flags = WRAPPER_NONE},
    {.name = "nxc", .letters = "upHdxX", .text = 'x', .flags = WRAPPER_NONE},
    {.name = "wmiexec.py", .operands = 1, .flags = WRAPPER_TEXT | WRAPPER_REMOTE,
     .longs = "-hashes -aesKey -dc-ip -target-ip -shell-type -codec -share"},
    {.name = "impacket-wmiexec", .operands = 1, .flags = WRAPPER_TEXT | WRAPPER_REMOTE,
     .longs = "-hashes -aesKey -dc-ip -target-ip -shell-type -codec -share"},
    /* shells and languages */
    {.name = "sh", .kind = WRAPPER_SHELL},
    {.name = "bash", .kind = WRAPPER_SHELL, .file_options = "--rcfile --init-file"},
    {.name = "rbash", .kind = WRAPPER_SHELL, .file_options = "--rcfile --init-file"},
    {.name = "dash", .kind = WRAPPER_SHELL},
    {.name = "ash", .kind = WRAPPER_SHELL},
    {.name = "zsh", .kind = WRAPPER_SHELL},
    {.name = "ksh", .kind = WRAPPER_SHELL},
    {.name = "mksh", .kind = WRAPPER_SHELL},
    {.name = "fish", .kind = WRAPPER_SHELL},
    {.name = "csh", .kind = WRAPPER_SHELL},
    {.name = "tcsh", .kind = WRAPPER_SHELL},
    {.name = "python", PYTHON},
    {.name = "python2", PYTHON},
    {.name = "python3", PYTHON},
    {.name = "pypy", PYTHON},
    {.name = "pypy3", PYTHON},
    {.name = "perl", .kind = WRAPPER_CODE, .codes = "eE", .letters = "I", .attached = "MmixFCDd0lV"},
    {.name = "ruby", .kind = WRAPPER_CODE, .codes = "e", .letters = "rICE", .attached = "KxTWiF0",
     .longs = "--encoding --external-encoding --internal-encoding"},
    {.name = "node", NODE},
    {.name = "nodejs", NODE},
    {.name = "tsx", NODE},
    {.name = "ts-node", NODE},
    {.name = "lua", .kind = WRAPPER_CODE, .codes = "e", .letters = "l"},
    {.name = "luajit", .kind = WRAPPER_CODE, .codes = "e", .letters = "l", .attached = "jOb"},
    {.name = "php", PHP},
    {.name = "php-cgi", PHP},
    {.name = "awk", AWK},
    {.name = "gawk", AWK},
    {.name = "mawk", AWK},
    {.name = "nawk", AWK},
    {.name = "tclsh", .kind = WRAPPER_CODE},
    {.name = "expect", .kind = WRAPPER_CODE, .codes = "c", .file_options = "-f"},
    {.name = "guile", .kind = WRAPPER_CODE, .codes = "c", .letters = "Lx", .file_options = "-s -l"},
    {.name = "rscript", .kind = WRAPPER_CODE, .codes = "e"},
    {.name = "Rscript", .kind = WRAPPER_CODE, .codes = "e"},
    {.name = "julia", .kind = WRAPPER_CODE, .codes = "eE", .letters = "LtpJCH"},
    {.name = "escript", .kind = WRAPPER_CODE},
    {.name = "mono", .kind = WRAPPER_CODE, .longs = "--config"},
    {.name = "dotnet", .kind = WRAPPER_CODE, .commands = "exec run", .longs = "--project"},
    {.name = "deno", .kind = WRAPPER_CODE, .commands = "run", .letters = "c", .longs = "--config"},
    {.name = "bun", .kind = WRAPPER_CODE, .commands = "run", .codes = "e", .letters = "r"},
    {.name = "java", .kind = WRAPPER_CODE, .file_options = "-jar", .flags = WRAPPER_NONE,
     .longs = "-cp -classpath --class-path -p --module-path -m --module"},
    {.name = "osascript", .kind = WRAPPER_OSASCRIPT},
    {.name = "cmd", .kind = WRAPPER_CMD},
    {.name = "powershell", .kind = WRAPPER_POWERSHELL},
    {.name = "powershell_ise", .kind = WRAPPER_POWERSHELL},
    {.name = "pwsh", .kind = WRAPPER_POWERSHELL},
    /* Windows */
    {.name = "call"},
    {.name = "start", .kind = WRAPPER_START},
    {.name = "start-process", .kind = WRAPPER_START_PROCESS},
    {.name = "saps", .kind = WRAPPER_START_PROCESS},
    {.name = "invoke-expression", .flags = WRAPPER_TEXT, .longs = "-Command"},
    {.name = "iex", .flags = WRAPPER_TEXT, .longs = "-Command"},
    {.name = "invoke-command", .kind = WRAPPER_INVOKE},
    {.name = "icm", .kind = WRAPPER_INVOKE},
    {.name = "enter-pssession", .kind = WRAPPER_INVOKE},
    {.name = "wmic", .kind = WRAPPER_WMIC},
    {.name = "schtasks", .kind = WRAPPER_SWITCH, .option = "/tr"},
    {.name = "forfiles", .kind = WRAPPER_SWITCH, .option = "/c"},
    {.name = "pcalua", .kind = WRAPPER_SWITCH, .option = "-a"},
    {.name = "runas", .kind = WRAPPER_SWITCH},
    {.name = "winrs", .kind = WRAPPER_SWITCH},
};
/* clang-format on */

/* These names have the same meaning in every dialect of Windows and none in POSIX. */
static bool windows_only(const struct wrapper *wrapper)
{
    return wrapper->kind == WRAPPER_START || wrapper->kind == WRAPPER_START_PROCESS;
}

/* The length of a name without its version: python3.11 is python3. */
static size_t unversioned(const char *name)
{
    size_t size = strlen(name), digits = 0;

    while (digits < size && strchr(".0123456789", name[size - 1 - digits]))
        digits++;
    const char *dot = strchr(name + size - digits, '.');
    return digits < size && dot && dot[1] ? (size_t)(dot - name) : size;
}

/* Whether a name is that of a program loader: ld-linux-x86-64.so.2, ld-musl-x86_64.so.1, ld.so. */
static bool is_loader(const char *name)
{
    return strncmp(name, "ld", 2) == 0 && strstr(name, ".so") &&
           (name[2] == '-' || name[2] == '.' || strncmp(name + 2, "64.", 3) == 0);
}

static const struct wrapper *find(const char *name, size_t size, enum shell_dialect dialect)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        bool same = strlen(wrappers[i].name) == size &&
                    (dialect == SHELL_POSIX ? strncmp(name, wrappers[i].name, size) == 0
                                            : strncasecmp(name, wrappers[i].name, size) == 0);
        if (same && (dialect != SHELL_POSIX || !windows_only(&wrappers[i])))
            return &wrappers[i];
    }
    return NULL;
}

const struct wrapper *wrapper_find(const char *name, enum shell_dialect dialect)
{
    if (dialect == SHELL_POSIX && is_loader(name))
        name = "ld.so";
    size_t                size = unversioned(name);
    const struct wrapper *wrapper = find(name, size, dialect);

    while (size && strchr(".0123456789", name[size - 1]))
        size--;
    if (wrapper || !name[size])
        return wrapper;
    wrapper = find(name, size, dialect); /* php8.2, lua5.4 */
    return wrapper && wrapper->kind == WRAPPER_CODE ? wrapper : NULL;
}
