/* evaluate_reasons.c -- attacks that may be missed: what an ordinary host has that looks the same; and ordinary
 * hosts and files that may have an alarm. */
#include "evaluate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *name, *reason;
} reasons[] = {
    {"started over D-Bus: no tool near it (audit)",
     "the record of a unit that an automount, a timer or a desktop starts is the same; low, and a part of incidents"},
    {"the event log service stopped (1100)",
     "each shutdown writes this event; it is in windows_events"},
    {"unquoted path (hive)",
     "a weakness of the product and no attack: every third host has one; low"},
    {"launchctl asuser (history)",
     "how management scripts run a program in a user's session; the program is an ordinary one of /usr/local; low"},
    {"launchctl kickstart of one's own daemon (history)",
     "the two commands of every installation guide; the daemon's list is judged, not the command; low"},
    {"daemon: a plain program in /usr/local",
     "one program in the folder for programs, and macOS keeps no owner of files there: so is each daemon of Homebrew; info"},
    {"ID4688-SQL Server started in single mode for psw recovery.evtx",
     "a database's own option, used by its administrators; no service is made or changed"},
    {"4624,4674,4688- CrackMap Exec SMB mimikatz.evtx",
     "its commands come through WMI, without a service; of services only the manager was opened, as every console does"},
    {"ID13-Defender service configuration disabled.evtx",
     "the service manager sets the start of a driver to 3, on demand, which is that driver's own default"},
    {"eventlog-dac.evtx", "the log was cleared, and nothing else is recorded; low"},
    {"powersploit-system.evtx", "the log was cleared, and nothing else is recorded; low"},
    {"wr-38-sleep-hook",
     "the program that its hook runs is absent, as where a package was removed and its hook stayed; low"},
    {"2-vss_7-System.evtx", "an alarm: mnemosyne is a driver of memory forensics, run from a user's folder"},
    {"corrupted_system_hive", "an alarm: msdirectx is the driver of the FU rootkit, in a hive kept for its damage"},
};
/* clang-format on */

static bool used[sizeof reasons / sizeof reasons[0]];

const char *evaluate_reason(const char *name)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(reasons[i].name, name) == 0) {
            used[i] = true;
            return reasons[i].reason;
        }
    return NULL;
}

int evaluate_unused_reasons(void)
{
    int n = 0;

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (!used[i]) {
            fprintf(stderr, "no longer missed, and no alarm: remove the reason of %s\n",
                    reasons[i].name);
            n++;
        }
    return n;
}
