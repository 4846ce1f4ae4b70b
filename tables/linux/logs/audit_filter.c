#include "audit_filter.h"

#include <string.h>

#include "formats/command/command_files.h"
#include "formats/command/command_line.h"

SQLITE_EXTENSION_INIT3

bool audit_has_columns(enum audit_type type)
{
    return type != AUDIT_TYPE_PATH && type != AUDIT_TYPE_EXECVE && type != AUDIT_TYPE_PROCTITLE &&
           type != AUDIT_TYPE_EOE && type != AUDIT_TYPE_SOCKADDR;
}

struct audit_program audit_event_program(const struct audit_event *event)
{
    struct audit_program program = {0}, more;

    for (size_t i = 0; i < event->n && !(program.comm.name && program.exe.name); i++) {
        if (!audit_has_columns(event->records[i].id))
            continue;
        audit_record_program(&event->records[i], &more);
        if (!program.comm.name && more.comm.name && !audit_is_null(&more.comm))
            program.comm = more.comm;
        if (!program.exe.name && more.exe.name && !audit_is_null(&more.exe))
            program.exe = more.exe;
    }
    return program;
}

/* Whether a field has one of the wanted values. */
static bool match_field(const struct tbl_terms *terms, const struct audit_field *field)
{
    if (!terms->n)
        return true;
    for (size_t i = 0; field->name && i < terms->n; i++)
        if (audit_value_may_be(field, terms->texts[i]))
            return true;
    return false;
}

bool audit_filter_program(const struct audit_filter *filter, const struct audit_program *program)
{
    return !filter->program ||
           (match_field(filter->comm, &program->comm) && match_field(filter->exe, &program->exe));
}

static bool match_program(const struct audit_filter *filter, const struct audit_event *event)
{
    if (!filter->program)
        return true;
    struct audit_program program = audit_event_program(event);
    return audit_filter_program(filter, &program);
}

static bool match_type(const struct audit_event *event, const struct tbl_terms *terms)
{
    const char *name = audit_type_name(audit_event_main(event)->id);

    return !name || tbl_match_text(terms, name, false);
}

static bool is_named(const struct audit_field *field, const char *name)
{
    size_t size = strlen(name);

    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

/* A field with a number, whose text before it is `text`, at *at, and another after it. */
static bool number_field(const char **at, const char *end, const char *text,
                         struct audit_field *ret)
{
    size_t size = strlen(text);

    if ((size_t)(end - *at) < size || memcmp(*at, text, size) != 0)
        return false;
    const char *value = *at + size, *after = value;
    while (after < end && *after >= '0' && *after <= '9')
        after++;
    if (after == value || after == end || *after != ' ')
        return false;
    *ret = (struct audit_field){.name = *at + 1,
                                .name_size = size - 2, /* without the blank and = */
                                .value = value,
                                .size = (size_t)(after - value)};
    *at = after;
    return true;
}

/* In a SYSCALL record that the kernel wrote, both are in a row, after arch, syscall, success, exit, a0 to a3 and
 * items, none of which is in quotes. */
static bool kernel_processes(const struct audit_record *record, struct audit_field *ret_pid,
                             struct audit_field *ret_ppid)
{
    const char *at = record->line + record->body, *end = record->line + record->size;
    const char *quote = memchr(at, '"', (size_t)(end - at));

    if (record->id != AUDIT_TYPE_SYSCALL || !quote)
        return false;
    while ((at = memchr(at, ' ', (size_t)(quote - at))) && at + 1 < quote && at[1] != 'p')
        if (!memchr("asei", *++at, 4))
            return false;
    return at && number_field(&at, quote, " ppid=", ret_ppid) &&
           number_field(&at, quote, " pid=", ret_pid);
}

void audit_event_processes(const struct audit_event *event, struct audit_field *ret_pid,
                           struct audit_field *ret_ppid)
{
    struct audit_fields fields;
    struct audit_field  field;

    if (kernel_processes(&event->records[0], ret_pid, ret_ppid))
        return;
    *ret_pid = *ret_ppid = (struct audit_field){0};
    for (size_t i = 0; i < event->n && !(ret_pid->name && ret_ppid->name); i++) {
        if (!audit_has_columns(event->records[i].id))
            continue;
        audit_fields_begin(&fields, &event->records[i]);
        while (!(ret_pid->name && ret_ppid->name) && audit_fields_next(&fields, &field)) {
            if (!ret_pid->name && is_named(&field, "pid"))
                *ret_pid = field;
            else if (!ret_ppid->name && is_named(&field, "ppid"))
                *ret_ppid = field;
        }
    }
}

/* Whether a column filled from such a number has one of the wanted values. */
static bool match_number(const struct tbl_terms *terms, const struct audit_field *field)
{
    int64_t value;

    return !terms->n ||
           (field->name && (!audit_number(field, &value) || tbl_match_int(terms, value)));
}

static bool match_processes(const struct audit_filter *filter, const struct audit_event *event)
{
    struct audit_field pid, ppid;

    if (!filter->pid->n && !filter->ppid->n)
        return true;
    audit_event_processes(event, &pid, &ppid);
    return match_number(filter->pid, &pid) && match_number(filter->ppid, &ppid);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

typedef bool may_matter(const char *line, size_t size);

/* Whether a value in hexadecimal can matter. A long one can. */
static bool hex_matters(const char *text, const char *end, may_matter *matters)
{
    char   plain[512];
    size_t n = 0;

    for (; end - text > 1 && nibble(text[0]) >= 0 && nibble(text[1]) >= 0; text += 2) {
        if (n == sizeof plain)
            return true;
        plain[n++] = (char)(nibble(text[0]) << 4 | nibble(text[1]));
    }
    return matters(plain, n);
}

/* Whether the arguments, as they are recorded, can matter. A long one's pieces (a1[0]=) can. */
static bool can_matter(const struct audit_record *execve, may_matter *matters)
{
    const char *line = execve->line, *end = line + execve->size;

    for (const char *p = line + execve->body; (p = memchr(p, '=', (size_t)(end - p))); p++)
        if (p + 1 < end && p[1] != '"' && p[-1] != 'c' && /* argc= is a number */
            (p[-1] == ']' || hex_matters(p + 1, end, matters)))
            return true;
    return matters(line + execve->body, execve->size - execve->body);
}

static bool match_arguments(const struct audit_event *event, may_matter *matters)
{
    bool found = false;

    for (size_t i = 0; i < event->n; i++) {
        if (event->records[i].id != AUDIT_TYPE_EXECVE)
            continue;
        found = true;
        if (can_matter(&event->records[i], matters))
            return true;
    }
    return !found;
}

bool audit_event_may_be_tool(const struct audit_event *event)
{
    return match_arguments(event, command_line_may_matter);
}

bool audit_event_may_write_unit(const struct audit_event *event)
{
    return match_arguments(event, command_line_may_write);
}

bool audit_filter_event(const struct audit_filter *filter, const struct audit_event *event,
                        enum audit_category *ret_category)
{
    if (!tbl_match_real(filter->time, audit_time(&event->stamp)) ||
        !tbl_match_int(filter->serial, (int64_t)event->stamp.serial))
        return false;
    if (filter->category) {
        *ret_category = audit_event_category(event);
        if (!(filter->categories & 1u << *ret_category))
            return false;
    }
    if (filter->type->n && !match_type(event, filter->type))
        return false;
    if (!match_processes(filter, event))
        return false;
    if ((filter->tools && !audit_event_may_be_tool(event)) ||
        (filter->writes && !audit_event_may_write_unit(event)))
        return false;
    return match_program(filter, event);
}
