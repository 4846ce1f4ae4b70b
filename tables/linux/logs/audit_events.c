/* audit_events.c -- the Linux audit log, one row for each event, its records joined by their serial
 * number.
 *
 *     SELECT datetime, login_user, exe, cmdline FROM audit_events
 *     WHERE category = 'exec' AND comm = 'systemctl' AND time > unixepoch() - 86400;
 *
 * Reads /var/log/audit/audit.log, its rotated and gzipped files, raw and enriched, and files that
 * the arguments name, also as laurel's and auditbeat's JSON lines, of /var/log/laurel and
 * /var/log/auditbeat where auditd writes no log; where a host keeps none of these,
 * the audit records in its journal. Each file is joined separately: an event that a rotation cut is
 * two rows of one serial number. A range of time is found in a file by reading few places of it
 * (log_seek.h); where a clock was set back near the range, all of it is read. Terms on category, type, serial, pid, ppid,
 * comm and exe are tested on the undecoded records.
 * Columns that need decoding of several records are lazy.
 */
#include <string.h>

#include "audit_row.h"

SQLITE_EXTENSION_INIT3

/* Filters -------------------------------------------------------------------- */

/* Text that is not UTF-8 is shown with U+FFFD in it, which cannot be searched in the recorded
 * bytes. */
static bool is_recorded(const struct tbl_terms *terms)
{
    for (size_t i = 0; i < terms->n; i++)
        if (strstr(terms->texts[i], AUDIT_REPLACEMENT))
            return false;
    return true;
}

static void read_filter(struct tbl_scan *scan, struct audit_filter *filter)
{
    const struct tbl_terms *category = TBL_TERMS(scan, struct audit_row, category);

    const struct audit_row *key = tbl_key(scan);

    *filter = (struct audit_filter){.tools = key->service_tools == 1,
                                    .writes = key->unit_writes == 1,
                                    .time = TBL_TERMS(scan, struct audit_row, time),
                                    .serial = TBL_TERMS(scan, struct audit_row, serial),
                                    .type = TBL_TERMS(scan, struct audit_row, type),
                                    .pid = TBL_TERMS(scan, struct audit_row, pid),
                                    .ppid = TBL_TERMS(scan, struct audit_row, ppid),
                                    .comm = TBL_TERMS(scan, struct audit_row, comm),
                                    .exe = TBL_TERMS(scan, struct audit_row, exe)};
    for (int i = 0; i < AUDIT_CATEGORIES_END; i++)
        if (tbl_match_text(category, audit_category_name((enum audit_category)i), false))
            filter->categories |= 1u << i;
    filter->program = (filter->comm->n || filter->exe->n) && is_recorded(filter->comm) &&
                      is_recorded(filter->exe);
    filter->category = category->n || TBL_USES(scan, struct audit_row, category);
}

/* The scan --------------------------------------------------------------------- */

static struct audit_want want_of(struct tbl_scan *scan)
{
    const struct audit_row *key = tbl_key(scan);

    return (struct audit_want){
        .filter = &((struct audit_state *)tbl_state(scan))->filter,
        .source = TBL_TERMS(scan, struct audit_row, source),
        .apart = key->outline == TBL_NULL ? NAN : (double)key->outline,
        .sources = {.path = key->file, .source = key->source, .root = key->root}};
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    const struct audit_want want = want_of(scan);

    return audit_input_ends(scan, &want, ret);
}

static int open_scan(struct tbl_scan *scan)
{
    struct audit_state     *state = tbl_state(scan);
    const struct audit_want want = want_of(scan);

    read_filter(scan, &state->filter);
    audit_row_begin(scan);
    return audit_input_begin(scan, &state->input, &want);
}

static int next(struct tbl_scan *scan, void *out)
{
    struct audit_state *state = tbl_state(scan);
    enum audit_category category = AUDIT_CATEGORY_OTHER;
    int                 rc;

    while ((rc = audit_input_next(scan, &state->input, &state->event)) == SQLITE_ROW)
        if (audit_filter_event(&state->filter, &state->event, &category)) {
            audit_row_fill(scan, category, out);
            return state->no_memory ? SQLITE_NOMEM : SQLITE_ROW;
        }
    return rc;
}

static void close_scan(struct tbl_scan *scan)
{
    struct audit_state *state = tbl_state(scan);

    audit_input_end(&state->input);
    audit_arguments_free(&state->arguments);
    buffer_free(&state->text);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct audit_row, time, TBL_RANGE | TBL_ORDER | TBL_NOT_NULL,
            "When, in seconds since the epoch, UTC"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             audit_get_datetime),
    TBL_COL(struct audit_row, serial, TBL_KEY, "Number of the event, as for ausearch -a"),
    TBL_COL(struct audit_row, category, TBL_KEY,
            "exec, service, user_cmd, login, file, kill, config or other"),
    TBL_COL(struct audit_row, type, TBL_KEY,
            "Type of the record that describes the event: EXECVE, SERVICE_START, USER_CMD, AVC, "
            "SYSCALL, ..."),
    TBL_LAZY("types", TBL_TEXT, 0, "Types of all its records: SYSCALL,EXECVE,CWD,PATH,PROCTITLE",
             audit_get_types),
    TBL_COL(struct audit_row, syscall, 0,
            "System call by name, by number where the name is unknown"),
    TBL_COL(struct audit_row, success, 0, "1 it succeeded, 0 it failed, NULL unknown"),
    TBL_COL(struct audit_row, exit, 0, "What the system call returned; negative: an errno"),
    TBL_COL(struct audit_row, pid, TBL_KEY | TBL_LITERAL, "Process"),
    TBL_COL(struct audit_row, ppid, TBL_KEY | TBL_LITERAL, "Its parent"),
    TBL_COL(struct audit_row, uid, 0, "User it ran as"),
    TBL_COL(struct audit_row, euid, 0, "User in effect"),
    TBL_COL(struct audit_row, suid, 0, "User saved"),
    TBL_COL(struct audit_row, fsuid, 0, "User that files are opened as"),
    TBL_COL(struct audit_row, gid, 0, "Group it ran as"),
    TBL_COL(struct audit_row, egid, 0, "Group in effect"),
    TBL_COL(struct audit_row, sgid, 0, "Group saved"),
    TBL_COL(struct audit_row, fsgid, 0, "Group that files are opened as"),
    TBL_COL(struct audit_row, auid, 0, "User who had logged in; NULL where nobody had"),
    TBL_COL(struct audit_row, ses, 0, "Login session; NULL where there is none"),
    TBL_COL(struct audit_row, user, 0, "Name of uid, from an enriched log"),
    TBL_COL(struct audit_row, login_user, 0, "Name of auid, from an enriched log"),
    TBL_COL(struct audit_row, tty, 0, "Terminal"),
    TBL_COL(struct audit_row, comm, TBL_KEY | TBL_ANYCASE, "Name of the process, 15 bytes at most"),
    TBL_COL(struct audit_row, exe, TBL_KEY | TBL_ANYCASE, "Program it ran"),
    TBL_COL(struct audit_row, key, 0, "Keys of the rule that matched, separated by commas"),
    TBL_LAZY("argv", TBL_TEXT, 0, "Arguments of EXECVE as a JSON array, split ones rejoined",
             audit_get_argv),
    TBL_LAZY(
        "cmdline", TBL_TEXT, 0,
        "Command line, quoted as for a shell: of EXECVE, else of USER_CMD, else the text typed "
        "(TTY, USER_TTY), a command a line, else the first 128 bytes that PROCTITLE keeps",
        audit_get_cmdline),
    TBL_LAZY("incomplete", TBL_INT, 0,
             "1 where arguments of EXECVE are missing; each keeps its place, as null in argv and ? "
             "in cmdline",
             audit_get_incomplete),
    TBL_LAZY("typed", TBL_TEXT, 0, "Keys typed on a terminal, as ausearch -i shows them",
             audit_get_keys),
    TBL_COL(struct audit_row, cwd, 0, "Working directory"),
    TBL_LAZY(
        "path", TBL_TEXT, 0,
        "File of the event, as an absolute path: the last PATH that is not a PARENT, of EXECVE the "
        "first",
        audit_get_path),
    TBL_LAZY("mode", TBL_TEXT, 0, "Type and permissions of that file, in octal: 0100755",
             audit_get_mode),
    TBL_LAZY("ouid", TBL_INT, 0, "User that owned it", audit_get_ouid),
    TBL_LAZY("ogid", TBL_INT, 0, "Group that owned it", audit_get_ogid),
    TBL_LAZY("objects", TBL_TEXT, 0,
             "Paths of all files that the event did the same to, as a JSON array, where there are "
             "several: a folder removed with what the kernel keeps in it",
             audit_get_objects),
    TBL_LAZY("paths", TBL_TEXT, 0,
             "All PATH records as a JSON array of {item, name, nametype, mode, ouid, ogid, inode, "
             "dev}",
             audit_get_paths),
    TBL_LAZY("proctitle", TBL_TEXT, 0, "Title of the process, arguments separated by blanks",
             audit_get_proctitle),
    TBL_LAZY("address", TBL_TEXT, 0, "Socket address: unix:/run/x, 10.0.0.1:22, [::1]:22",
             audit_get_address),
    TBL_COL(struct audit_row, unit, 0, "Unit that PID 1 started or stopped, with its suffix"),
    TBL_COL(struct audit_row, result, 0, "Result in words: success or failed"),
    TBL_COL(struct audit_row, op, 0, "Operation named by a program: PAM:session_open, add_rule"),
    TBL_COL(struct audit_row, acct, 0, "Account that it is about"),
    TBL_COL(struct audit_row, hostname, 0, "Remote host by name"),
    TBL_COL(struct audit_row, addr, 0, "Remote host by address"),
    TBL_COL(struct audit_row, target_pid, 0, "Process that a signal went to"),
    TBL_COL(struct audit_row, target_comm, 0, "Its name"),
    TBL_COL(struct audit_row, subject, 0, "Security context of the process"),
    TBL_LAZY("record", TBL_TEXT, 0, "The lines of the log", audit_get_record),
    TBL_COL(struct audit_row, host, TBL_ID, "Host: the record's node, or else the evidence's"),
    TBL_COL(struct audit_row, source, TBL_KEY | TBL_ID, "File; = reads that file"),
    TBL_COL(struct audit_row, offset, TBL_ID,
            "Offset of the event in the file, expanded if compressed, in bytes; of a journal its "
            "first entry"),
    TBL_COL(struct audit_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct audit_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its logs instead"),
    TBL_COL(struct audit_row, service_tools, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 leaves out early programs whose arguments cannot name a service tool"),
    TBL_COL(
        struct audit_row, unit_writes, TBL_KEY | TBL_HIDDEN,
        "Argument: 1 leaves out at once programs whose arguments name no folder of units, start "
        "scripts or property lists"),
    TBL_COL(struct audit_row, outline, TBL_KEY | TBL_HIDDEN,
            "Argument: seconds; leaves out events that have others of their log at most so long "
            "before and after them, where "
            "these need not be read to know that"),
    TBL_LAZY("event_records", TBL_TEXT, TBL_HIDDEN,
             "Its records as svcql_rules reads them: a pointer, NULL in SQL",
             audit_get_event_records),
    TBL_LAZY("creates", TBL_INT, TBL_HIDDEN, "1 where a PATH record is of a file that was made",
             audit_get_creates),
};

static const struct tbl_example examples[] = {
    {"Who ran systemctl in the last day",
     "SELECT datetime, auid, uid, tty, cmdline FROM audit_events WHERE category = 'exec' AND "
     "comm = 'systemctl' AND time > unixepoch() - 86400"},
    {"Services that PID 1 started or stopped, and the result",
     "SELECT datetime, type, unit, success FROM audit_events WHERE category = 'service'"},
    {"Files changed in the unit directories, by a watch on them",
     "SELECT datetime, auid, exe, syscall, path FROM audit_events WHERE category = 'file' AND "
     "path GLOB '/etc/systemd/system/*'"},
};

const struct tbl_table audit_events_table = {
    .name = "audit_events",
    .doc = "Events of the Linux audit log: programs run, services started, files changed, logins",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct audit_row),
    .state_size = sizeof(struct audit_state),
    .rows = 200000,
    .artefacts = 1u << ARTEFACT_AUDIT_LOG | 1u << ARTEFACT_JOURNAL,
    .ends = ends,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
