/* schedule_command.c -- svcql schedule: the loop around the schedule, its signals, and systemd. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "configuration.h"
#include "program.h"
#include "schedule.h"
#include "schedule_host.h"
#include "schedule_status.h"

enum { SCHEDULE_CONFIG, SCHEDULE_ONCE, SCHEDULE_STATUS, SCHEDULE_STATE, SCHEDULE_OUTPUT };

static const struct option_spec options[] = {
    {"config", 'c', "FILE", "osquery's configuration; without it the shipped pack t1569"},
    {"once", '1', NULL, "run every query once and end"},
    {"status", 0, NULL, "print the state of each query and end"},
    {"state", 's', "FILE", "store results and waiting lines in it; without it nothing is kept"},
    {"output", 'o', "SINK", "-, FILE, journald or syslog; without it as the configuration says"},
    {0},
};

const struct command schedule_command = {
    "schedule", NULL, "run queries when they are due and log what is new", options, run_schedule,
};

struct service {
    struct schedule_setup setup;
    bool                  once, status;
    bool                  trouble; /* reported to systemd: the state cannot be written */
    struct schedule      *schedule;
    int                   signals, timer; /* descriptors */
    bool                  stop, reload;
    uint64_t              ping; /* microseconds between two pings of the watchdog; 0: none */
    double                pinged;
};

/* In the journal a priority goes before the text (sd-daemon(3)). */
static void say(int priority, const char *text)
{
    if (getenv("JOURNAL_STREAM"))
        fprintf(stderr, "<%d>", priority);
    complain("%s", text);
}

static void ping(struct service *service)
{
    double now = monotonic();

    if (!service->ping || now - service->pinged < (double)service->ping / 1e6)
        return;
    sd_notify(0, "WATCHDOG=1");
    service->pinged = now;
}

static void take_signals(struct service *service)
{
    struct signalfd_siginfo info;

    while (read(service->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP)
            service->reload = true;
        else
            service->stop = true;
    }
}

static bool waiting(void *data)
{
    struct service *service = data;

    ping(service);
    take_signals(service);
    return service->stop;
}

/* Sleep until something is due, counting the time that the machine sleeps. */
static void sleep_until_due(struct service *service)
{
    double wait = schedule_wait(service->schedule);
    if (wait <= 0)
        return;

    struct pollfd     fds[] = {{.fd = service->signals, .events = POLLIN},
                               {.fd = service->timer, .events = POLLIN}};
    double            longest = service->ping ? (double)service->ping / 1e6 : 86400;
    double            until = wait < longest ? wait : longest;
    struct itimerspec spec = {
        .it_value = {(time_t)until, (long)((until - (double)(time_t)until) * 1e9) + 1}};
    if (spec.it_value.tv_nsec > 999999999)
        spec.it_value.tv_nsec = 999999999;
    timerfd_settime(service->timer, 0, &spec, NULL);
    poll(fds, 2, -1);
}

static void reload(struct service *service)
{
    struct timespec ts;

    service->reload = false;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
               (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
    int r = schedule_reload(service->schedule);
    sd_notifyf(0, "READY=1\nSTATUS=%zu queries%s", schedule_queries(service->schedule),
               r < 0 ? "; the new configuration is bad, the old one stays" : "");
}

/* Report to systemd when nothing can be run, and when it can again. */
static void report_trouble(struct service *service)
{
    const char *trouble = schedule_trouble(service->schedule);

    if ((trouble != NULL) == service->trouble)
        return;
    service->trouble = trouble != NULL;
    if (trouble)
        sd_notifyf(0, "STATUS=nothing is run: %s", trouble);
    else
        sd_notifyf(0, "STATUS=%zu queries", schedule_queries(service->schedule));
}

static int serve(struct service *service)
{
    sd_notifyf(0, "READY=1\nSTATUS=%zu queries", schedule_queries(service->schedule));
    while (!service->stop) {
        waiting(service);
        if (service->reload)
            reload(service);
        if (!service->stop)
            schedule_tick(service->schedule, false);
        report_trouble(service);
        if (!service->stop && !service->reload)
            sleep_until_due(service);
    }
    sd_notify(0, "STOPPING=1");
    return EXIT_CLEAN;
}

static int run_once(struct service *service)
{
    int failures = schedule_tick(service->schedule, true);

    if (failures || service->stop)
        return EXIT_ERROR;
    return schedule_backlog(service->schedule) ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

static bool take_option(struct service *service, int option)
{
    switch (option) {
    case SCHEDULE_CONFIG:
        service->setup.config = optarg;
        return true;
    case SCHEDULE_ONCE:
        service->once = true;
        return true;
    case SCHEDULE_STATUS:
        return service->status = true;
    case SCHEDULE_STATE:
        service->setup.state = optarg;
        return true;
    case SCHEDULE_OUTPUT:
        service->setup.output = optarg;
        return true;
    default:
        return false;
    }
}

/* SQLite makes temporary files beside the state, which is writable even in a sandbox that forbids
 * all other writing; it reads the variable once, before the first database. */
static void place_temporary_files(const char *state)
{
    const char *slash = state ? strrchr(state, '/') : NULL;

    if (!slash)
        return;
    char *folder = strndup(state, slash == state ? 1 : (size_t)(slash - state));
    if (folder && access(folder, W_OK | X_OK) == 0)
        setenv("SQLITE_TMPDIR", folder, 0);
    free(folder);
}

/* Signals come by descriptor, between queries and while one runs. */
static bool begin(struct service *service)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is an error like a full disk */
    sigprocmask(SIG_BLOCK, &set, NULL);
    service->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    service->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (sd_watchdog_enabled(0, &service->ping) <= 0)
        service->ping = 0;
    service->ping /= 3;
    if (service->signals >= 0 && service->timer >= 0)
        return true;
    complain("schedule: %s", strerror(errno));
    return false;
}

/* A configuration that was named for --status is not used, but it is read: its faults are what is wanted. */
static bool configuration_is_good(const char *path)
{
    struct configuration configuration;
    struct json_error    error = {0};
    char                 host[256];

    if (!path)
        return true;
    host_name(host, sizeof host);
    if (configuration_read(path, host, &configuration, &error) < 0) {
        complain("%s", error.text);
        return false;
    }
    configuration_free(&configuration);
    return true;
}

int run_schedule(int argc, char **argv)
{
    struct service service = {.setup = {.waiting = waiting, .notice = say}};
    int            option, status = EXIT_ERROR;

    service.setup.data = &service;
    while ((option = next_option(&schedule_command, argc, argv)) != -1)
        if (!take_option(&service, option))
            return EXIT_ERROR;
    if (optind < argc)
        return complain("schedule: unexpected %s", argv[optind]);
    if (service.status && !configuration_is_good(service.setup.config))
        return EXIT_ERROR;
    if (service.status)
        return show_schedule(service.setup.state ? service.setup.state : SERVICE_STATE);
    place_temporary_files(service.setup.state);
    if (begin(&service) && schedule_open(&service.setup, &service.schedule) == 0)
        status = service.once ? run_once(&service) : serve(&service);
    schedule_close(service.schedule);
    return status;
}
