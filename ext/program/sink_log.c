/* sink_log.c -- the journal, by its native protocol, and syslog. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#define SD_JOURNAL_SUPPRESS_LOCATION /* the lines of this program tell its user nothing */
#include <systemd/sd-journal.h>

#include "formats/text/buffer.h"
#include "formats/text/json_tree.h"
#include "sink.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define FIELDS_MAX     64

/* Connect a datagram socket; it is non-blocking and is closed on exec. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int r = -errno;
    close(fd);
    return r;
}

static int severity_priority(const char *severity)
{
    static const struct {
        const char *severity;
        int         priority;
    } table[] = {
        {"critical", LOG_CRIT}, {"high", LOG_ERR}, {"medium", LOG_WARNING}, {"low", LOG_NOTICE}};

    for (size_t i = 0; severity && i < sizeof table / sizeof table[0]; i++)
        if (strcmp(severity, table[i].severity) == 0)
            return table[i].priority;
    return LOG_INFO;
}

/* The priority of a line, by the column severity of its row. */
static int line_priority(const cJSON *columns)
{
    return severity_priority(
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(columns, "severity")));
}

/* The journal ------------------------------------------------------------------------------- */

struct fields {
    struct buffer texts[FIELDS_MAX];
    struct iovec  parts[FIELDS_MAX];
    int           n;
};

static struct buffer *add_field(struct fields *fields, const char *name)
{
    struct buffer *text = &fields->texts[fields->n];

    fields->n += fields->n < FIELDS_MAX - 1;
    buffer_reset(text);
    for (const char *p = name; *p; p++) /* a field may have upper case, digits and _ */
        buffer_putc(text, isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_');
    buffer_putc(text, '=');
    return text;
}

static void add_value(struct fields *fields, const char *prefix, const cJSON *item)
{
    char name[64];

    if (!item || fields->n >= FIELDS_MAX - 2)
        return;
    snprintf(name, sizeof name, "%s_%s", prefix, item->string);
    struct buffer *text = add_field(fields, name);
    if (cJSON_IsString(item))
        buffer_puts(text, item->valuestring);
    else if (cJSON_IsNumber(item))
        buffer_printf(text, "%.17g", item->valuedouble);
}

/* 0 or -ENOMEM. */
static int add_all(struct fields *fields, const struct sink *sink, const struct waiting_line *line)
{
    static const char *const head[] = {"name", "hostIdentifier", "epoch", "counter", "action"};
    cJSON                   *json;
    if (json_tree(line->text, line->size, &json) == -ENOMEM)
        return -ENOMEM;
    const cJSON *columns = cJSON_GetObjectItemCaseSensitive(json, "columns");

    buffer_put(add_field(fields, "MESSAGE"), line->text, line->size);
    buffer_printf(add_field(fields, "PRIORITY"), "%d", line_priority(columns));
    buffer_puts(add_field(fields, "SYSLOG_IDENTIFIER"), "svcql");
    buffer_printf(add_field(fields, "SVCQL_RECORD"), "%s:%lld", store_instance(sink->store),
                  (long long)line->id);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        add_value(fields, "SVCQL", cJSON_GetObjectItemCaseSensitive(json, head[i]));
    for (const cJSON *item = columns ? columns->child : NULL; item; item = item->next)
        add_value(fields, "SVCQL_COLUMN", item);
    cJSON_Delete(json);
    return 0;
}

/* sd_journal_sendv() reports success where no journal listens, and blocks where it does not read:
 * so a socket of our own is tried first. */
static int journal_begin(struct sink *sink)
{
    struct pollfd poll_fd = {.events = POLLOUT};

    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = connect_to(JOURNAL_SOCKET);
    if (sink->fd < 0)
        return sink->fd;
    poll_fd.fd = sink->fd;
    return poll(&poll_fd, 1, SINK_PATIENCE) == 1 ? 0 : -EAGAIN;
}

static int write_journal(struct sink *sink, const struct waiting_line *line)
{
    struct fields fields = {.n = 0};
    struct pollfd poll_fd = {.fd = sink->fd, .events = POLLOUT};
    int           r = 0;

    if (poll(&poll_fd, 1, SINK_PATIENCE) != 1)
        return -EAGAIN;
    r = add_all(&fields, sink, line);
    for (int i = 0; i < fields.n; i++) {
        if (!buffer_text(&fields.texts[i]))
            r = -ENOMEM;
        fields.parts[i] = (struct iovec){fields.texts[i].data, fields.texts[i].size};
    }
    if (r == 0)
        r = sd_journal_sendv(fields.parts, fields.n);
    for (int i = 0; i < FIELDS_MAX; i++)
        buffer_free(&fields.texts[i]);
    return r < 0 ? r : 0;
}

static void close_socket(struct sink *sink)
{
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = -1;
}

const struct sink_kind journal_sink = {
    .name = "journald", .write = write_journal, .begin = journal_begin, .close = close_socket};

/* Syslog ----------------------------------------------------------------------------------------
 */

static int syslog_begin(struct sink *sink)
{
    const char *colon = strchr(sink->settings.target, ':');

    if (sink->fd < 0)
        sink->fd = connect_to(colon ? colon + 1 : "/dev/log");
    return sink->fd < 0 ? sink->fd : 0;
}

/* As the C library writes it for a local socket: <PRI>Mmm dd hh:mm:ss TAG: text. */
static int write_syslog(struct sink *sink, const struct waiting_line *line)
{
    cJSON *json;
    if (json_tree(line->text, line->size, &json) == -ENOMEM)
        return -ENOMEM;
    int           priority = line_priority(cJSON_GetObjectItemCaseSensitive(json, "columns"));
    struct buffer text = {0};
    char          stamp[32];
    time_t        now = time(NULL);
    struct tm     tm;
    int           r = 0;

    cJSON_Delete(json);
    strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", localtime_r(&now, &tm));
    buffer_printf(&text, "<%d>%s svcql[%d]: ", LOG_DAEMON | priority, stamp, (int)getpid());
    buffer_put(&text, line->text, line->size);
    struct pollfd poll_fd = {.fd = sink->fd, .events = POLLOUT};
    if (!buffer_text(&text))
        r = -ENOMEM;
    else if (poll(&poll_fd, 1, SINK_PATIENCE) != 1)
        r = -EAGAIN;
    else if (send(sink->fd, text.data, text.size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        r = -errno;
    buffer_free(&text);
    if (r < 0 && r != -EMSGSIZE && r != -EAGAIN) /* its daemon may have been restarted */
        close_socket(sink);
    return r;
}

const struct sink_kind syslog_sink = {
    .name = "syslog", .write = write_syslog, .begin = syslog_begin, .close = close_socket};
