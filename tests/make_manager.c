#include "make_manager.h"

#include "make_bytes.h"
#include "root.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define HUGE (8u << 20)

static enum lie lie;

static char *make_huge(void)
{
    char *text = malloc(HUGE + 1);

    memset(text, 'x', HUGE);
    text[HUGE] = '\0';
    return text;
}

static int add_unit(sd_bus_message *reply, const char *id, const char *description,
                    const char *path)
{
    return sd_bus_message_append(reply, "(ssssssouso)", id, description, "loaded", "active",
                                 "running", "", path, 0, "", "/");
}

static int list_units(sd_bus_message *call, void *data, sd_bus_error *error)
{
    sd_bus_message *reply = NULL;
    char           *huge = make_huge();

    (void)data, (void)error;
    sd_bus_message_new_method_return(call, &reply);
    sd_bus_message_open_container(reply, 'a', "(ssssssouso)");
    add_unit(reply, "liar.service", lie == LIE_HUGE ? huge : "A liar\n\xe2\x80\xae",
             "/org/freedesktop/systemd1/unit/liar_2eservice");
    add_unit(reply, "liar.timer", "", "/org/freedesktop/systemd1/unit/liar_2etimer");
    sd_bus_message_close_container(reply);
    sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    free(huge);
    return 1;
}

static int append_environment(sd_bus_message *reply)
{
    char *huge = make_huge();

    sd_bus_message_open_container(reply, 'v', "as");
    sd_bus_message_open_container(reply, 'a', "s");
    for (int i = 0; i < (lie == LIE_HUGE ? 6 : 0); i++)
        sd_bus_message_append(reply, "s", huge);
    sd_bus_message_close_container(reply);
    free(huge);
    return sd_bus_message_close_container(reply);
}

/* A path that is longer than any file's, and the longest. */
static void append_drop_ins(sd_bus_message *reply)
{
    char path[ROOT_PATH_MAX + 1], longest[ROOT_PATH_MAX];

    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[ROOT_PATH_MAX] = '\0';
    memcpy(longest, path, ROOT_PATH_MAX - 1);
    longest[ROOT_PATH_MAX - 1] = '\0';
    sd_bus_message_append(reply, "v", "as", 2, path, longest);
}

static void append_property(sd_bus_message *reply, const char *name)
{
    if (lie == LIE_TYPES)
        sd_bus_message_append(reply, "v", "a{s(uv)}", 1, "deep", 7, "s", "nested");
    else if (strcmp(name, "Environment") == 0)
        append_environment(reply);
    else if (strcmp(name, "DropInPaths") == 0)
        append_drop_ins(reply);
    else if (strcmp(name, "ExecStart") == 0)
        sd_bus_message_append(reply, "v", "a(sasbttttuii)", 2, /* */
                              "/bin/sh", 4, "/bin/sh", "-c", "a \"b\"\n", "", 0, 0ULL, 0ULL, 0ULL,
                              0ULL, 0, 0, 0, /* */
                              "/bin/true", 2, "sshd", ";", 0, 0ULL, 0ULL, 0ULL, 0ULL, 0, 0, 0);
    else
        sd_bus_message_append(reply, "v", "s", "/a/liar");
}

static int get(sd_bus_message *call, void *data, sd_bus_error *error)
{
    sd_bus_message *reply = NULL;
    const char     *interface, *name;

    (void)data;
    sd_bus_message_read(call, "ss", &interface, &name);
    if (strcmp(name, "Version") != 0 && lie == LIE_VANISH)
        _exit(EXIT_SUCCESS);
    if (strcmp(name, "Version") != 0 && lie == LIE_ERRORS)
        return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "no");
    sd_bus_message_new_method_return(call, &reply);
    append_property(reply, name);
    sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return 1;
}

static int get_all(sd_bus_message *call, sd_bus_error *error)
{
    static const char *const names[] = {"FragmentPath", "DropInPaths", "Environment",
                                        "ExecStart",    "User",        "Type"};
    sd_bus_message          *reply = NULL;

    if (lie == LIE_VANISH)
        _exit(EXIT_SUCCESS);
    if (lie == LIE_ERRORS)
        return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "no");
    sd_bus_message_new_method_return(call, &reply);
    sd_bus_message_open_container(reply, 'a', "{sv}");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sd_bus_message_open_container(reply, 'e', "sv");
        sd_bus_message_append(reply, "s", names[i]);
        append_property(reply, names[i]);
        sd_bus_message_close_container(reply);
    }
    sd_bus_message_close_container(reply);
    sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return 1;
}

/* Until the other end has closed. */
static int flood(sd_bus *bus)
{
    int   r = 0;
    char *huge = make_huge();

    while (r >= 0) {
        r = sd_bus_emit_signal(bus, "/x", "org.freedesktop.systemd1.Manager", "UnitNew", "s", huge);
        if (r >= 0)
            r = sd_bus_flush(bus);
    }
    free(huge);
    return r;
}

/* Managers without sd-bus, which would not lie so ------------------------------- */

static bool send_all(int fd, const void *data, size_t size)
{
    const char *at = data;

    for (ssize_t n; size; at += n, size -= (size_t)n)
        if ((n = send(fd, at, size, MSG_NOSIGNAL)) <= 0)
            return false;
    return true;
}

static bool say(int fd, const char *text)
{
    return send_all(fd, text, strlen(text));
}

/* Read up to the end of the client's handshake; false where it has gone. */
static bool await_begin(int fd)
{
    char   text[1000];
    size_t size = 0;

    for (ssize_t n; size < sizeof text - 1; size += (size_t)n) {
        if ((n = recv(fd, text + size, sizeof text - 1 - size, 0)) <= 0)
            return false;
        for (ssize_t i = 0; i < n; i++) /* it begins with a NUL */
            text[size + (size_t)i] += text[size + (size_t)i] == 0;
        text[size + (size_t)n] = 0;
        if (strstr(text, "BEGIN\r\n"))
            return true;
    }
    return false;
}

/* A METHOD_RETURN without a body for a call of some serial (D-Bus specification, "Message Format"), or
 * with a body of a size that is never sent. */
static bool send_return(int fd, uint32_t serial, uint32_t body)
{
    uint8_t message[24] = {'l', 2, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 5, 1, 'u', 0};

    put_le(message + 4, body, 4);
    put_le(message + 20, serial, 4);
    return send_all(fd, message, sizeof message);
}

/* A different serial for each message, of which the client has used none. */
static void answer_others(int fd)
{
    char calls[4096];

    if (!await_begin(fd) || !say(fd, "OK 0123456789abcdef0123456789abcdef\r\n"))
        return;
    for (uint32_t i = 0; recv(fd, calls, sizeof calls, 0) > 0; i++)
        if (!send_return(fd, 1000000 + i, lie == LIE_SIZES ? 0x07ffffff : 0))
            return;
}

static void repeat(int fd, const char *text)
{
    while (say(fd, text))
        continue;
}

static int answer(sd_bus_message *call, void *data, sd_bus_error *error)
{
    if (lie == LIE_FLOOD)
        return flood(sd_bus_message_get_bus(call));
    if (lie == LIE_REFUSES)
        return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "no");
    if (sd_bus_message_is_method_call(call, "org.freedesktop.systemd1.Manager", "ListUnits"))
        return list_units(call, data, error);
    if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get"))
        return get(call, data, error);
    if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "GetAll"))
        return get_all(call, error);
    return sd_bus_error_set(error, SD_BUS_ERROR_UNKNOWN_METHOD, "unknown");
}

static void serve(int fd)
{
    sd_bus *bus = NULL;

    sd_bus_new(&bus);
    sd_bus_set_fd(bus, fd, fd);
    sd_bus_set_server(bus, 1, (sd_id128_t){.bytes = {1}});
    sd_bus_set_anonymous(bus, 1);
    sd_bus_add_filter(bus, NULL, answer, NULL);
    for (int r = sd_bus_start(bus); r >= 0;) {
        r = sd_bus_process(bus, NULL);
        if (r == 0)
            r = sd_bus_wait(bus, UINT64_MAX);
    }
    sd_bus_close(bus);
    sd_bus_unref(bus);
}

static void serve_one(int fd)
{
    static const char garbage[] = "\xff\0OK 0\r\n\r\nDATA\r\nOK\r\nl\1\2\3\xff\xff\xff\xff";

    switch (lie) {
    case LIE_GARBAGE:
        for (int i = 0; i < 1000 && send_all(fd, garbage, sizeof garbage); i++)
            continue;
        break;
    case LIE_REJECTS:
        repeat(fd, "REJECTED EXTERNAL ANONYMOUS\r\n");
        break;
    case LIE_DATA:
        repeat(fd, "DATA\r\n");
        break;
    case LIE_LINE:
        repeat(fd, "OK 0123456789");
        break;
    case LIE_SERIAL:
    case LIE_SIZES:
        answer_others(fd);
        break;
    case LIE_SILENCE: /* keeps it open */
        return;
    default:
        serve(fd); /* closes it */
        return;
    }
    close(fd);
}

pid_t make_manager(const char *path, enum lie its_lie)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int                listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(listener, 8) < 0)
        return -1;
    pid_t parent = getpid(), pid = fork();
    if (pid != 0) {
        close(listener);
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    lie = its_lie;
    while (getppid() == parent) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve_one(fd);
    }
    _exit(EXIT_SUCCESS);
}
