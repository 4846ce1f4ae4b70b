/* launchd_plist.h -- the content of a property list for launchd: a job of LaunchDaemons or
 * LaunchAgents, or the Info.plist of a login item or XPC service. Keys after launchd.plist(5).
 *
 * A text is UTF-8 with U+FFFD for NULs and broken sequences; a value of another type than the key
 * asks for is its JSON. A JSON field holds the key's value of any type, as JSON. A number is
 * LAUNCHD_ABSENT where the key is absent or its value is neither a boolean nor an integer; Umask
 * may be octal digits too.
 */
#ifndef SVCQL_LAUNCHD_PLIST_H
#define SVCQL_LAUNCHD_PLIST_H

#include "formats/text/buffer.h"
#include "plist.h"

#define LAUNCHD_ABSENT INT64_MIN

struct launchd_job {
    const char *label, *program, *first_argument, *bundle_program;
    const char *user_name, *group_name, *root_directory, *working_directory;
    const char *standard_in, *standard_out, *standard_error;
    const char *process_type;

    /* JSON */
    const char *program_arguments, *keep_alive, *start_calendar_interval, *watch_paths;
    const char *queue_directories, *sockets, *mach_services, *launch_events;
    const char *environment_variables, *limit_load_to_session_type;
    const char *associated_bundle_identifiers, *inetd_compatibility;

    int64_t run_at_load, on_demand, disabled, start_on_mount, start_interval, umask, session_create;

    /* Of an Info.plist. */
    const char *bundle_identifier, *bundle_executable;

    size_t keys; /* top-level keys */

    uint64_t left_out; /* see launchd_job_leave_out() */

    struct buffer text; /* memory of all of the above */
};

/* Have JSON fields, of those that `uses` does not name by their offset in the struct, left NULL in all jobs that are
 * read from now on; without ProgramArguments there is no first argument either. */
void launchd_job_leave_out(struct launchd_job *job, bool (*uses)(const void *arg, size_t offset),
                           const void         *arg);

/* Read a job. Returns as plist_parse(), and -EBADMSG where the value is not a dictionary. The job
 * holds what was read before an error too. Its memory is the caller's, to be used again for the
 * next. */
int  launchd_job_read(struct launchd_job *job, const uint8_t *data, size_t size,
                      struct plist_error *ret_error);
void launchd_job_free(struct launchd_job *job);

#endif
