#include "auth_journal.h"

#include <errno.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

#define DAY 86400

/* Programs that log authentication, by their names in syslog. */
static const char *const programs[] = {
    "sudo",
    "sudo-rs",
    "su",
    "su-l",
    "runuser",
    "pkexec",
    "doas",
    "polkitd",
    "polkitd(authority=local)",
    "sshd",
    "polkit-agent-helper-1",
    "sshd-session",
    "sshd-auth",
    "systemd-logind",
    "login",
    "CRON",
    "cron",
    "crond",
    "CROND",
    "gdm-password",
    "sddm-helper",
    "lightdm",
    "passwd",
    "chpasswd",
    "useradd",
    "usermod",
    "userdel",
    "groupadd",
    "(*", /* systemd's own processes, named after what they will run: run0's PAM */
    NULL,
};

/* The fields of an entry that are shown, as one text each in input->text. */
enum part { MESSAGE, IDENTIFIER, HOST, EXE, SESSION, AUDIT_SESSION, N_PARTS };

static const char *const part_names[N_PARTS] = {
    [MESSAGE] = "MESSAGE", [IDENTIFIER] = "SYSLOG_IDENTIFIER", [HOST] = "_HOSTNAME",
    [EXE] = "_EXE",        [SESSION] = "_SYSTEMD_SESSION",     [AUDIT_SESSION] = "_AUDIT_SESSION",
};

struct entry {
    struct {
        size_t at, size;
    } parts[N_PARTS];
    uint64_t time, pid, sender, writer; /* time in microseconds */
};

static void take_field(struct auth_input *input, const struct journal_field *field,
                       struct entry *entry)
{
    size_t size;

    for (int i = 0; i < N_PARTS; i++) {
        const char *value = journal_pick_value(field, part_names[i], &size);
        if (!value)
            continue;
        entry->parts[i].at = input->text.size;
        entry->parts[i].size = size;
        buffer_put(&input->text, value, size);
    }
    journal_pick_number(field, "SYSLOG_PID", &entry->pid);
    journal_pick_number(field, "_PID", &entry->sender);
    journal_pick_number(field, "_UID", &entry->writer);
    journal_pick_number(field, "_SOURCE_REALTIME_TIMESTAMP", &entry->time);
}

static struct auth_span span_of(const struct auth_input *input, const struct entry *entry,
                                enum part part)
{
    if (!entry->parts[part].size)
        return (struct auth_span){0};
    return (struct auth_span){input->text.data + entry->parts[part].at, entry->parts[part].size};
}

/* logind names its sessions by audit's numbers where it can. */
static struct auth_span session_of(const struct auth_input *input, const struct entry *entry)
{
    static const char unset[] = "4294967295";
    struct auth_span  session = span_of(input, entry, SESSION);

    if (!session.size)
        session = span_of(input, entry, AUDIT_SESSION);
    if (session.size == sizeof unset - 1 && memcmp(session.text, unset, session.size) == 0)
        session = (struct auth_span){0};
    return session;
}

/* The next entry of a journal: 1, 0 at the end, or a negative errno. */
int auth_journal_next(struct auth_input *input, struct auth_record *ret)
{
    struct journal_entry entry;
    struct journal_field field;
    bool                 whole = true;

    int r = journal_pick_next(input->pick, &entry);
    if (r <= 0)
        return r;
    struct entry parts = {
        .time = entry.realtime, .pid = UINT64_MAX, .sender = UINT64_MAX, .writer = UINT64_MAX};
    buffer_reset(&input->text);
    for (uint32_t i = 0; i < entry.n_items; i++) {
        r = journal_pick_item(input->pick, &entry, i, &field);
        if (r == 0)
            take_field(input, &field, &parts);
        else if (r == -ENOMEM)
            return r;
        whole &= r == 0;
    }
    if (parts.pid == UINT64_MAX)
        parts.pid = parts.sender;
    input->bad += !whole;
    if (input->text.failed)
        return -ENOMEM;
    *ret = (struct auth_record){.time = (double)parts.time / 1e6,
                                .host = span_of(input, &parts, HOST),
                                .program = span_of(input, &parts, IDENTIFIER),
                                .message = span_of(input, &parts, MESSAGE),
                                .exe = span_of(input, &parts, EXE),
                                .session = session_of(input, &parts),
                                .pid = parts.pid == UINT64_MAX ? -1 : (int64_t)parts.pid,
                                .writer = parts.writer == UINT64_MAX ? -1 : (int64_t)parts.writer,
                                .line = (int64_t)entry.offset,
                                .count = 1};
    return 1;
}

/* Note the ends of sudo's commands in a journal. */
static int survey_journal(struct auth_input *input, const char *path)
{
    static const char *const sudo[] = {"sudo", "sudo-rs", NULL};
    struct auth_record       record;

    int r = journal_pick_open(input->sources.source.root, path, "SYSLOG_IDENTIFIER", sudo,
                              input->time->min, &input->pick);
    if (r < 0)
        return r == -ENODATA ? 0 : r;
    while ((r = auth_journal_next(input, &record)) > 0)
        if ((r = sudo_ends_note(&input->ends, &record.host, &record.message, record.line)) < 0)
            break;
    journal_pick_close(input->pick);
    input->pick = NULL;
    input->bad = 0;
    return r == -ENOMEM ? r : 0; /* damage is reported when it is read for its events */
}

/* A command whose end is in the time range may have begun the day before. */
int auth_journal_open(struct auth_input *input, const char *path)
{
    int r = survey_journal(input, path);

    if (r < 0)
        return r;
    input->others = journal_of_others(&input->sources.source, path);
    return journal_pick_open(input->sources.source.root, path, "SYSLOG_IDENTIFIER", programs,
                             input->time->min - (input->ends.n ? DAY : 0), &input->pick);
}
