/* Syslog lines of any bytes, and their messages as each program's. */
#include <string.h>

#include "formats/log/auth_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const programs[] = {"sudo",    "su",   "sshd", "login",         "pkexec",
                                           "polkitd", "doas", "CRON", "systemd-logind"};
    struct syslog_line       line;
    struct auth_event        event;
    struct auth_span         message = {(const char *)data, size};

    if (syslog_line_parse((const char *)data, size, &line) == 0)
        auth_message_parse(&line.program, &line.message, &event);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        struct auth_span program = {programs[i], strlen(programs[i])};
        auth_message_parse(&program, &message, &event);
    }
    return 0;
}
