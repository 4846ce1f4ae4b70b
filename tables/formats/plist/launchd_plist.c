#include "launchd_plist.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum kind { TEXT, JSON, NUMBER, OCTAL /* a number, or octal digits as text */ };

#define FIELD(key, kind, field)                                                                    \
    {                                                                                              \
        key, sizeof(key) - 1, kind, offsetof(struct launchd_job, field)                            \
    }

static const struct field {
    const char *key;
    size_t      key_size;
    enum kind   kind;
    size_t      offset;
} fields[] = {
    FIELD("Label", TEXT, label),
    FIELD("Program", TEXT, program),
    FIELD("ProgramArguments", JSON, program_arguments),
    FIELD("BundleProgram", TEXT, bundle_program),
    FIELD("RunAtLoad", NUMBER, run_at_load),
    FIELD("KeepAlive", JSON, keep_alive),
    FIELD("OnDemand", NUMBER, on_demand),
    FIELD("Disabled", NUMBER, disabled),
    FIELD("UserName", TEXT, user_name),
    FIELD("GroupName", TEXT, group_name),
    FIELD("Umask", OCTAL, umask),
    FIELD("RootDirectory", TEXT, root_directory),
    FIELD("WorkingDirectory", TEXT, working_directory),
    FIELD("StandardInPath", TEXT, standard_in),
    FIELD("StandardOutPath", TEXT, standard_out),
    FIELD("StandardErrorPath", TEXT, standard_error),
    FIELD("StartInterval", NUMBER, start_interval),
    FIELD("StartCalendarInterval", JSON, start_calendar_interval),
    FIELD("StartOnMount", NUMBER, start_on_mount),
    FIELD("WatchPaths", JSON, watch_paths),
    FIELD("QueueDirectories", JSON, queue_directories),
    FIELD("Sockets", JSON, sockets),
    FIELD("MachServices", JSON, mach_services),
    FIELD("LaunchEvents", JSON, launch_events),
    FIELD("EnvironmentVariables", JSON, environment_variables),
    FIELD("LimitLoadToSessionType", JSON, limit_load_to_session_type),
    FIELD("AssociatedBundleIdentifiers", JSON, associated_bundle_identifiers),
    FIELD("inetdCompatibility", JSON, inetd_compatibility),
    FIELD("SessionCreate", NUMBER, session_create),
    FIELD("ProcessType", TEXT, process_type),
    FIELD("CFBundleIdentifier", TEXT, bundle_identifier),
    FIELD("CFBundleExecutable", TEXT, bundle_executable),
};

#define N_FIELDS (sizeof fields / sizeof fields[0])

struct reader {
    struct launchd_job *job;
    const struct field *field;        /* of the key whose value comes; NULL: of no interest */
    size_t              begin;        /* of that value in job->text */
    size_t              at[N_FIELDS]; /* where a whole text begins in job->text, plus one */
    struct buffer       first_argument;
    bool                has_first_argument;
};

_Static_assert(N_FIELDS <= 64, "launchd_job.left_out has a bit for each");

/* The field of a key; NULL for one that is of no interest, or left out. */
static const struct field *find_field(const struct launchd_job *job, const struct plist_event *key)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].key_size == key->size && memcmp(fields[i].key, key->text, key->size) == 0)
            return job->left_out >> i & 1 ? NULL : &fields[i];
    return NULL;
}

void launchd_job_leave_out(struct launchd_job *job, bool (*uses)(const void *arg, size_t offset),
                           const void         *arg)
{
    job->left_out = 0;
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].kind == JSON && !uses(arg, fields[i].offset))
            job->left_out |= UINT64_C(1) << i;
}

static int64_t octal(const struct plist_event *event)
{
    int64_t value = 0;

    for (size_t i = 0; i < event->size; i++) {
        if (event->text[i] < '0' || event->text[i] > '7' || value > 0777777)
            return LAUNCHD_ABSENT;
        value = value * 8 + (event->text[i] - '0');
    }
    return event->size ? value : LAUNCHD_ABSENT;
}

static bool is_number(const struct field *field)
{
    return field->kind == NUMBER || field->kind == OCTAL;
}

static void set_number(struct launchd_job *job, const struct field *field,
                       const struct plist_event *event)
{
    int64_t *number = (int64_t *)(void *)((char *)job + field->offset);
    bool     fits = event->type == PLIST_BOOL || (event->type == PLIST_INT && !event->above);

    *number = fits                                                  ? event->integer
              : field->kind == OCTAL && event->type == PLIST_STRING ? octal(event)
                                                                    : LAUNCHD_ABSENT;
}

/* Begin, continue or end the value of an interesting key. Of two equal keys the last is used. */
static void take_value(struct reader *r, const struct plist_event *event)
{
    struct buffer *text = &r->job->text;
    bool           end = event->type == PLIST_END_DICT || event->type == PLIST_END_ARRAY;
    bool           begin = event->type == PLIST_BEGIN_DICT || event->type == PLIST_BEGIN_ARRAY;

    if (event->depth == 1 && !end)
        r->begin = text->size;
    if (event->type == PLIST_STRING && event->depth == 1 && r->field->kind == TEXT)
        plist_text(text, event->text, event->size);
    else
        plist_json(text, event);
    if (event->depth == 1 && !begin) {
        buffer_putc(text, '\0');
        r->at[r->field - fields] = r->begin + 1;
    }
}

static void take_first_argument(struct reader *r, const struct plist_event *event)
{
    if (event->depth == 1)
        r->has_first_argument = false;
    if (event->type != PLIST_STRING || r->has_first_argument)
        return;
    buffer_reset(&r->first_argument);
    plist_text(&r->first_argument, event->text, event->size);
    r->has_first_argument = true;
}

#define NOT_A_DICTIONARY 1

static int take(void *user, const struct plist_event *event)
{
    struct reader *r = user;
    bool           end = event->type == PLIST_END_DICT || event->type == PLIST_END_ARRAY;

    if (event->depth == 0)
        return event->type == PLIST_BEGIN_DICT || end ? 0 : NOT_A_DICTIONARY;
    if (event->depth == 1 && event->type == PLIST_KEY) {
        r->field = find_field(r->job, event);
        r->job->keys++;
        return 0;
    }
    if (!r->field)
        return 0;
    if (is_number(r->field)) {
        if (event->depth == 1)
            set_number(r->job, r->field, event);
        return 0;
    }
    take_value(r, event);
    if (r->field->offset == offsetof(struct launchd_job, program_arguments) && !end)
        take_first_argument(r, event);
    return r->job->text.failed || r->first_argument.failed ? -ENOMEM : 0;
}

/* The fields point into the text, which has moved while it grew. */
static void set_pointers(struct reader *r)
{
    struct launchd_job *job = r->job;
    size_t              first = job->text.size;

    if (r->has_first_argument) {
        buffer_put(&job->text, r->first_argument.data, r->first_argument.size);
        buffer_putc(&job->text, '\0');
    }
    for (size_t i = 0; i < N_FIELDS; i++)
        if (r->at[i] && !is_number(&fields[i]))
            *(const char **)(void *)((char *)job + fields[i].offset) =
                job->text.data + r->at[i] - 1;
    if (r->has_first_argument)
        job->first_argument = job->text.data + first;
}

static void clear(struct launchd_job *job)
{
    struct buffer text = job->text;

    buffer_reset(&text);
    *job = (struct launchd_job){.text = text, .left_out = job->left_out};
    for (size_t i = 0; i < N_FIELDS; i++)
        if (is_number(&fields[i]))
            *(int64_t *)(void *)((char *)job + fields[i].offset) = LAUNCHD_ABSENT;
}

int launchd_job_read(struct launchd_job *job, const uint8_t *data, size_t size,
                     struct plist_error *ret_error)
{
    struct reader r = {.job = job};

    clear(job);
    int result = plist_parse(data, size, take, &r, ret_error);
    if (result == NOT_A_DICTIONARY) {
        strcpy(ret_error->text, "not a dictionary");
        result = -EBADMSG;
    }
    if (!job->text.failed)
        set_pointers(&r);
    buffer_free(&r.first_argument);
    return result;
}

void launchd_job_free(struct launchd_job *job)
{
    buffer_free(&job->text);
}
