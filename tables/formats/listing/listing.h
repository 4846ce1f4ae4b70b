/* listing.h -- what service tools printed about services, taken apart into one record a service.
 *
 *     struct listing *listing;
 *     listing_new(&listing);
 *     for each block of the file
 *         while (listing_feed(listing, &data, &size) > 0)
 *             ... listing_value(listing, LISTING_NAME) ...
 *     while (listing_end(listing) > 0) ...
 *     listing_free(listing);
 *
 * Forms: systemctl list-units, list-unit-files, list-timers, show and status, text and JSON; launchctl
 * list, print and print-disabled; sc query, queryex, qc and qfailure; reg query and exported .reg files
 * of service keys; Get-Service and Win32_Service of PowerShell and wmic as lists, tables, CSV and JSON; autorunsc's CSV;
 * Velociraptor's and osquery's rows about services. The text is UTF-8 (utf16_text.h). A file may hold the
 * output of several commands one after another, with other lines between them.
 *
 * Sources of the forms: systemctl(1) of systemd 252 to 262; launchctl(1) and its output on macOS 10.11 to
 * 26; the documentation of sc, reg and wmic and of the classes Win32_Service and ServiceController; that
 * of autorunsc; osquery's schema.
 */
#ifndef SVCQL_LISTING_H
#define SVCQL_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum listing_field {
    LISTING_NAME,
    LISTING_SERVICE_TYPE, /* as osquery names them: OWN_PROCESS, KERNEL_DRIVER; LAUNCH_DAEMON */
    LISTING_DISPLAY_NAME,
    LISTING_DESCRIPTION,
    LISTING_STATUS, /* RUNNING, STOPPED, START_PENDING, FAILED */
    LISTING_PID,
    LISTING_START_TYPE, /* AUTO_START, DEMAND_START, DISABLED, BOOT_START, SYSTEM_START */
    LISTING_WIN32_EXIT_CODE,
    LISTING_SERVICE_EXIT_CODE,
    LISTING_COMMAND,   /* as the tool shows it; of several, one a line */
    LISTING_PROGRAM,   /* where the tool shows it apart */
    LISTING_ARGUMENTS, /* of launchd, as a JSON array */
    LISTING_COMMANDS,  /* of systemctl show, [{"setting":…,"program":…,"text":…}] */
    LISTING_ENVIRONMENT,
    LISTING_ACCOUNT,
    LISTING_STATE,      /* enabled, disabled, static, masked, and so on */
    LISTING_LOAD,       /* loaded, not-found, masked, and so on */
    LISTING_SCOPE,      /* the domain: system, gui/501; user of a user's manager */
    LISTING_DEFINITION, /* unit file, property list or key */
    LISTING_MODULE,     /* ServiceDll */
    LISTING_FAILURE,    /* FailureCommand */
    LISTING_STARTED_BY,
    LISTING_COMPUTER,
    LISTING_FIELDS
};

struct listing;

int  listing_new(struct listing **ret); /* -ENOMEM */
void listing_free(struct listing *listing);

/* Take bytes from *data: 1 when a record is complete, 0 when all are taken, -ENOMEM. */
int listing_feed(struct listing *listing, const char **data, size_t *size);

/* The text has ended: 1 for each record that this completes, then 0; -ENOMEM. */
int listing_end(struct listing *listing);

/* Of the record: a value, NULL for none, until the next call of feed or end. */
const char *listing_value(const struct listing *listing, enum listing_field field);
const char *listing_form(const struct listing *listing);     /* "systemctl list-units" */
const char *listing_platform(const struct listing *listing); /* linux, macos or windows */
uint64_t    listing_at(const struct listing *listing); /* where in the text it begins, in bytes */

/* What was not taken: records that cannot be read, or whose name the tool has cut; lines of sc in another
 * language than English, whose names are not known, so that none is guessed; entries of other kinds, as
 * autorunsc has them. */
struct listing_lost {
    uint64_t bad, foreign, others;
};
struct listing_lost listing_lost(const struct listing *listing);

/* Whether the first bytes of a text are of one of the forms. */
bool listing_is(const char *text, size_t size);

#endif
