/* cron_text.h -- a line of a crontab or of an anacrontab.
 *
 *     17 *  * * *  root  cd / && run-parts /etc/cron.hourly        /etc/crontab, /etc/cron.d
 *     @reboot      /home/ann/up                                    a user's own
 *     7  25        cron.weekly  run-parts /etc/cron.weekly         /etc/anacrontab
 *
 * crontab(5) of Debian's cron and of cronie, anacrontab(5). What follows a % in a command is its input
 * and stays in the text.
 */
#ifndef SVCQL_CRON_TEXT_H
#define SVCQL_CRON_TEXT_H

#include <stddef.h>

enum cron_form {
    CRON_SYSTEM,  /* a job names its user */
    CRON_USER,    /* a user's own */
    CRON_ANACRON, /* period in days, delay in minutes, name, command */
};

struct cron_word {
    const char *text; /* not NUL-terminated; in the caller's line */
    size_t      size; /* 0: the line has none */
};

enum { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH, CRON_WEEKDAY, CRON_FIELDS };

struct cron_job {
    struct cron_word fields[CRON_FIELDS]; /* as written */
    struct cron_word event;               /* @reboot, @daily; of anacron the period */
    struct cron_word name;                /* of anacron */
    struct cron_word user;
    struct cron_word command;
};

/* 1 and the job; 0 for a comment, a setting of the environment or nothing; -EBADMSG for what is none
 * of these. */
int cron_parse(enum cron_form form, const char *line, size_t size, struct cron_job *ret);

#endif
