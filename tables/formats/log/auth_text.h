/* auth_text.h -- syslog lines, and the messages of sudo, su, sshd and similar programs in them.
 *
 * Formats: RFC 3164 (no year, local time), RFC 5424, and the traditional line with an ISO 8601
 * stamp that rsyslog writes by default since Debian 12. Messages: sudoers(5) "LOG FORMAT",
 * pam_unix(8), and the programs' own sources.
 *
 * Everything points into the caller's line. Pure.
 */
#ifndef SVCQL_AUTH_TEXT_H
#define SVCQL_AUTH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct auth_span {
    const char *text; /* NULL: unknown */
    size_t      size;
};

/* A date and time as a line writes it. */
struct syslog_stamp {
    int    year; /* 0: not written */
    int    month, day, hour, minute, second;
    double fraction; /* of a second */
    bool   zoned;    /* offset is written; else it is local time */
    int    offset;   /* seconds east of UTC */
};

struct syslog_line {
    struct syslog_stamp stamp;
    struct auth_span    host, program, message;
    int64_t             pid;   /* -1: not written */
    int64_t             count; /* how often the message came: "message repeated 3 times: [...]" */
};

/* Split a line, without its '\n': 0, -ENODATA where it is empty, -EBADMSG where it is not such a
 * line.
 */
int syslog_line_parse(const char *line, size_t size, struct syslog_line *ret);

#define AUTH_KINDS(X)                                                                              \
    X(OTHER, "other")                                                                              \
    X(SUDO, "sudo")                                                                                \
    X(SU, "su")                                                                                    \
    X(PKEXEC, "pkexec")                                                                            \
    X(DOAS, "doas")                                                                                \
    X(POLKIT, "polkit")           /* an authorization requested from a person */                   \
    X(LOGIN, "login")             /* over the network or on a terminal */                          \
    X(AUTH, "auth")               /* an authentication that failed */                              \
    X(SESSION, "session")         /* begins */                                                     \
    X(SESSION_END, "session_end") /* ends */                                                       \
    X(CRON, "cron")               /* a command that cron ran */

enum auth_kind {
#define AUTH_KIND_ENUM(id, name) AUTH_##id,
    AUTH_KINDS(AUTH_KIND_ENUM)
#undef AUTH_KIND_ENUM
        AUTH_KINDS_END
};

const char *auth_kind_name(enum auth_kind kind);

struct auth_event {
    enum auth_kind   kind;
    int              success; /* 1, 0, or -1 where the message does not say */
    struct auth_span user;    /* who did it */
    struct auth_span target;  /* as whom */
    struct auth_span tty, cwd, command;
    struct auth_span remote;          /* host or address */
    struct auth_span action;          /* of polkit */
    struct auth_span reason;          /* why it failed, in sudo's words */
    struct auth_span session;         /* of logind, that the message names */
    struct auth_span uid, target_uid; /* digits of PAM's messages */
    bool             ended;           /* sudo writes that a command ended, not that it began */
    int64_t          result;          /* its exit status; -1 where the message does not say */
};

/* A message of sudo's without the " ; SIGNAL=x ; EXIT=n" that it writes when a command has ended
 * (Defaults log_exit_status); *ret is the exit status, -1 for none. What is left is the message
 * that sudo wrote when the command began. */
struct auth_span sudo_exit(const struct auth_span *message, int64_t *ret);

/* Read the message of a program. One that is not known gives AUTH_OTHER and nothing else. */
void auth_message_parse(const struct auth_span *program, const struct auth_span *message,
                        struct auth_event *ret);

#endif
