#include "make_manager.h"

#include <signal.h>
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

static void append_property(sd_bus_message *reply, const char *name)
{
    if (lie == LIE_TYPES)
        sd_bus_message_append(reply, "v", "a{s(uv)}", 1, "deep", 7, "s", "nested");
    else if (strcmp(name, "Environment") == 0)
        append_environment(reply);
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
    static const char *const names[] = {"FragmentPath", "Environment", "ExecStart", "User", "Type"};
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

static int answer(sd_bus_message *call, void *data, sd_bus_error *error)
{
    if (lie == LIE_FLOOD)
        return flood(sd_bus_message_get_bus(call));
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

    if (lie == LIE_GARBAGE) {
        for (int i = 0; i < 1000 && send(fd, garbage, sizeof garbage, MSG_NOSIGNAL) > 0; i++)
            continue;
        close(fd);
    } else if (lie != LIE_SILENCE) {
        serve(fd);
    }
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
