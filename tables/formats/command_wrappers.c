#include "command_wrappers.h"

#include <string.h>
#include <strings.h>

static const struct wrapper wrappers[] = {
  /* another user, another environment */
    {.name = "sudo",
     .letters = "ughpCrtTUDRa",
     .longs = "--user --group --host --prompt --chdir --chroot --role --type --other-user",
     .inert = "lveVK"},
    {.name = "doas",                                                         .letters = "uC",                                                                                                            .inert = "L"},
    {.name = "pkexec", .longs = "--user"},
    {.name = "run0",
     .letters = "uDpg",
     .longs = "--user --group --unit --property --description --slice --nice --chdir --setenv "
              "--background --machine"},
    {.name = "su",
     .letters = "cgGsw",
     .longs = "--command --shell --group",
     .text = 'c',
     .flags = WRAPPER_NONE},
    {.name = "runuser",                                                                        .letters = "ucgGsw",                                                                                                                .longs = "--user --command --shell", .text = 'c'},
    {.name = "setpriv",                                     .longs = "--reuid --regid --groups --bounding-set --inh-caps"                                                                                                                  },
    {.name = "env",                                                                        .letters = "uCS",                                                                                                           .longs = "--unset --chdir", .text = 'S'},
    {.name = "busybox"                                    },
    {.name = "toybox"                                                       },
    {.name = "exec",                                                            .letters = "a"},
    {.name = "command",                                                             .inert = "vV"         },
    {.name = "builtin"                                   },
    {.name = "eval",                                                           .flags = WRAPPER_TEXT                       },
 /* another time or place in the system */
    {.name = "nohup"                                                       },
    {.name = "setsid"                                                       },
    {.name = "time",.letters = "fo"                                                                                                               },
    {.name = "timeout",                 .letters = "sk",                                                                        .longs = "--signal --kill-after", .operands = 1},
    {.name = "nice",                                                           .letters = "n",                                     .longs = "--adjustment"},
    {.name = "ionice",                                                        .letters = "cnpPu",                                  .longs = "--class --classdata"},
    {.name = "chrt",                                                           .letters = "TPD",                                                                        .operands = 1},
    {.name = "taskset",.operands = 1                    },
    {.name = "stdbuf",                                                         .letters = "ioe",                                                     .longs = "--input --output --error"},
    {.name = "unbuffer"                                                                       },
    {.name = "watch",                                                           .letters = "n",                                                                                                       .longs = "--interval", .flags = WRAPPER_TEXT},
    {.name = "xargs",                                                            .letters = "InPLdsaE",                                                                            .longs = "--max-args --max-procs --arg-file"},
    {.name = "parallel",.letters = "jaNI"                                                                                                             },
    {.name = "flock",                                                       .letters = "wEc",.longs = "--timeout", .text = 'c', .operands = 1},
    {.name = "script",.letters = "cIOBTmoE",                                   .text = 'c', .flags = WRAPPER_NONE},
    {.name = "systemd-inhibit",                                                                        .longs = "--what --who --why --mode"                                                                                                             },
    {.name = "strace",                            .letters = "oeEpsSuUaIbOPX"                                      },
    {.name = "ltrace",                                                        .letters = "oeEpsSunax"                                                                                          },
    {.name = "chroot",  .longs = "--userspec --groups",.operands = 1},
    {.name = "nsenter",                                                           .letters = "tSGW",                                   .longs = "--target --setuid --setgid"},
    {.name = "unshare",                                                    .letters = "SGRw",.longs = "--setuid --setgid --root --wd"},
    {.name = "dbus-run-session",                                                                        .longs = "--config-file --dbus-daemon"                                                                                                            },
    {.name = "fakeroot"                                                                       },
    {.name = "caffeinate",                                                                        .letters = "tw"   },
    {.name = "proxychains",                                                                        .letters = "f"},
    {.name = "proxychains4",                                                           .letters = "f"                                         },
    {.name = "torsocks"},
    {.name = "arch"                                                       },
    {.name = "wsl",                                                                        .letters = "du",                                                                                                              .longs = "--distribution --user"},
    {.name = "sg",                                                                        .letters = "c",                                                          .text = 'c', .flags = WRAPPER_NONE},
    {.name = "osascript",                                                     .kind = WRAPPER_OSASCRIPT                                                                                                  },
    {.name = "find",                                                    .kind = WRAPPER_FIND},
    {.name = "fd",                                                   .kind = WRAPPER_FIND                                                                     },
 /* another host or container */
    {.name = "ssh",
     .letters = "BbcDEeFIiJLlmOopPQRSWw",
     .operands = 1,
     .flags = WRAPPER_TEXT | WRAPPER_REMOTE},
    {.name = "rsh",                 .letters = "l",                                                                                                                                                   .operands = 1, .flags = WRAPPER_TEXT | WRAPPER_REMOTE},
    {.name = "sshpass",                                        .letters = "pfdP"},
    {.name = "pdsh",.letters = "wxlRtuf",                                       .flags = WRAPPER_TEXT},
    {.name = "ansible",                                                                        .letters = "amiuefMlct",                                                                                                  .text = 'a', .flags = WRAPPER_NONE},
    {.name = "salt",                                                                        .operands = 2,.flags = WRAPPER_TEXT | WRAPPER_REMOTE},
    {.name = "docker",
     .letters = "uewv",
     .commands = "exec run",
     .longs = "--user --env --workdir --name --volume --network --entrypoint",
     .operands = 1,
     .flags = WRAPPER_REMOTE},
    {.name = "podman",
     .letters = "uewv",
     .commands = "exec run",
     .longs = "--user --env --workdir --name --volume --network --entrypoint",
     .operands = 1,
     .flags = WRAPPER_REMOTE},
    {.name = "kubectl",
     .letters = "ncf",
     .commands = "exec",
     .longs = "--namespace --container",
     .operands = 1,
     .flags = WRAPPER_REMOTE},
    {.name = "lxc",
     .commands = "exec",
     .longs = "--env --user --cwd",
     .operands = 1,
     .flags = WRAPPER_REMOTE},
    {.name = "lxc-attach",                                  .letters = "nsuv",                                                        .longs = "--name"},
    {.name = "vagrant",                .letters = "c",.text = 'c', .flags = WRAPPER_NONE},
 /* shells */
    {.name = "sh",                                                                  .kind = WRAPPER_SHELL},
    {.name = "bash",                                                        .kind = WRAPPER_SHELL                                                                                                        },
    {.name = "rbash",                                                   .kind = WRAPPER_SHELL           },
    {.name = "dash",.kind = WRAPPER_SHELL                                                                                                                 },
    {.name = "ash",                                                         .kind = WRAPPER_SHELL                                         },
    {.name = "zsh", .kind = WRAPPER_SHELL                                                                                       },
    {.name = "ksh",                                                                        .kind = WRAPPER_SHELL                                                                                },
    {.name = "mksh",                                                   .kind = WRAPPER_SHELL                                                                                    },
    {.name = "fish",                                                  .kind = WRAPPER_SHELL                                                                                          },
    {.name = "csh",                                                         .kind = WRAPPER_SHELL                                                         },
    {.name = "tcsh",                                                            .kind = WRAPPER_SHELL            },
    {.name = "cmd",                                                            .kind = WRAPPER_CMD                                                                                                     },
    {.name = "powershell",                                                            .kind = WRAPPER_POWERSHELL   },
    {.name = "powershell_ise",                                                     .kind = WRAPPER_POWERSHELL                                                                                                            },
    {.name = "pwsh",                                                                        .kind = WRAPPER_POWERSHELL                                                                                                                },
 /* Windows */
    {.name = "call"                                                            },
    {.name = "start",                                                             .kind = WRAPPER_START                                                                                                           },
    {.name = "start-process",                                                           .kind = WRAPPER_START_PROCESS                                                     },
    {.name = "saps",                                                          .kind = WRAPPER_START_PROCESS                                                                                                    },
    {.name = "invoke-expression",                                                           .longs = "-Command",                                                                                                            .flags = WRAPPER_TEXT},
    {.name = "iex",                                                            .longs = "-Command",                                                                                                       .flags = WRAPPER_TEXT},
    {.name = "invoke-command",                                                            .kind = WRAPPER_INVOKE                                                                                                           },
    {.name = "icm",                                                            .kind = WRAPPER_INVOKE                                                                                                      },
    {.name = "enter-pssession",                                                           .kind = WRAPPER_INVOKE                                                     },
    {.name = "wmic",                                                           .kind = WRAPPER_WMIC                                                                                                          },
    {.name = "schtasks",                                                            .kind = WRAPPER_SWITCH,                                                                                                              .option = "/tr"},
    {.name = "forfiles",                                                           .kind = WRAPPER_SWITCH,                          .option = "/c"},
    {.name = "pcalua",                                                            .kind = WRAPPER_SWITCH,                                  .option = "-a"},
    {.name = "runas",                                                     .kind = WRAPPER_SWITCH                                     },
    {.name = "winrs",                                                 .kind = WRAPPER_SWITCH                                                                                                     },
};

/* These names mean the same in every dialect of Windows and in none of POSIX. */
static bool windows_only(const struct wrapper *wrapper)
{
    return wrapper->kind == WRAPPER_START || wrapper->kind == WRAPPER_START_PROCESS;
}

const struct wrapper *wrapper_find(const char *name, enum shell_dialect dialect)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        bool same = dialect == SHELL_POSIX ? strcmp(name, wrappers[i].name) == 0
                                           : strcasecmp(name, wrappers[i].name) == 0;
        if (same && (dialect != SHELL_POSIX || !windows_only(&wrappers[i])))
            return &wrappers[i];
    }
    return NULL;
}
