/* evaluate_reasons.c -- attacks that may be missed: what an ordinary host has that looks the same. */
#include "evaluate.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *trick, *reason;
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
};
/* clang-format on */

const char *evaluate_reason(const char *trick)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(reasons[i].trick, trick) == 0)
            return reasons[i].reason;
    return NULL;
}
