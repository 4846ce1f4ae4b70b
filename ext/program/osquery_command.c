/* osquery_command.c -- svcql osquery: every table and view of svcql inside osqueryd, as an extension.
 *
 *     svcql osquery --socket /var/osquery/osquery.em
 *
 * Its life: wait for osquery's socket, register, answer at "<socket>.<uuid>". Every interval osquery is
 * called to see whether it still has this extension: where it has not, or says shutdown, the program ends; where
 * osquery was restarted, it registers again; where osquery is absent for longer than the timeout, or what
 * started the program has ended too, it ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "program/osquery/manager.h"
#include "program/osquery/peer.h"
#include "program/osquery/server.h"

#define POLL_SOCKET 20 /* milliseconds, as osquery's own extensions */
#define BUSY_MAX                                                                                   \
    6 /* times in a row that osquery may leave a question open before it counts as ended */

enum { OSQUERY_EVIDENCE, OSQUERY_INTERVAL, OSQUERY_SOCKET, OSQUERY_TIMEOUT, OSQUERY_VERBOSE };

static const struct option_spec osquery_options[] = {
    {"evidence", 'e', "PATH", "read this instead of the live host; may be repeated"},
    {"interval", 0, "SECONDS", "between looks whether osquery still has the extension; 3"},
    {"socket", 0, "PATH", "osquery's extensions socket"},
    {"timeout", 0, "SECONDS", "to wait for that socket; 3"},
    {"verbose", 0, NULL, "say on standard error what happens"},
    {0},
};

const struct command osquery_command = {
    "osquery",       "",          "serve every table and view to osqueryd, as its extension",
    osquery_options, run_osquery,
};

struct extension {
    const char    *socket;
    int            timeout, interval; /* seconds */
    bool           verbose;
    const char    *evidence[64];
    size_t         n_evidence;
    pid_t          parent;
    int            signals; /* signalfd */
    struct plugins plugins;
    int64_t        uuid;
    struct stat    registered; /* the socket as it was then */
};

/* Options ------------------------------------------------------------------------------ */

static bool parse_seconds(const char *text, int *ret)
{
    char *end;
    long  value = strtol(text, &end, 10);

    if (end == text || *end || value < 1 || value > 86400) {
        complain("osquery: %s is not a number of seconds, 1 to 86400", text);
        return false;
    }
    *ret = (int)value;
    return true;
}

static bool take_option(struct extension *extension, int option)
{
    switch (option) {
    case OSQUERY_EVIDENCE:
        if (extension->n_evidence == sizeof extension->evidence / sizeof extension->evidence[0]) {
            complain("osquery: too many --evidence");
            return false;
        }
        extension->evidence[extension->n_evidence++] = optarg;
        return true;
    case OSQUERY_INTERVAL:
        return parse_seconds(optarg, &extension->interval);
    case OSQUERY_SOCKET:
        extension->socket = optarg;
        return true;
    case OSQUERY_TIMEOUT:
        return parse_seconds(optarg, &extension->timeout);
    case OSQUERY_VERBOSE:
        return extension->verbose = true;
    default:
        return false;
    }
}

static bool parse_options(struct extension *extension, int argc, char **argv)
{
    int option;

    while ((option = next_option(&osquery_command, argc, argv)) != -1)
        if (!take_option(extension, option))
            return false;
    if (optind < argc || !extension->socket) {
        if (optind < argc)
            complain("osquery: unexpected %s", argv[optind]);
        else
            complain("osquery: give --socket, as /var/osquery/osquery.em");
        return false;
    }
    return true;
}

static void tell(const struct extension *extension, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void tell(const struct extension *extension, const char *format, ...)
{
    char    text[512];
    va_list ap;

    if (!extension->verbose)
        return;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    complain("osquery: %s", text);
}

/* Parts of its life ---------------------------------------------------------------------- */

static sqlite3 *open_evidence(void *arg)
{
    const struct extension *extension = arg;
    sqlite3                *db = open_database();
    bool                    ok = db != NULL;

    for (size_t i = 0; ok && i < extension->n_evidence; i++)
        ok = add_evidence(db, extension->evidence[i]);
    if (ok)
        return db;
    sqlite3_close(db);
    return NULL;
}

static bool load_plugins(struct extension *extension)
{
    sqlite3 *db = open_evidence(extension);
    int      rc = db ? plugins_load(db, &extension->plugins) : SQLITE_CANTOPEN;

    if (db && rc != SQLITE_OK)
        complain("osquery: %s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return rc == SQLITE_OK;
}

/* Wait so many milliseconds, or for a signal: true. */
static bool signalled(const struct extension *extension, int milliseconds)
{
    struct pollfd p = {.fd = extension->signals, .events = POLLIN};

    return poll(&p, 1, milliseconds) > 0;
}

enum outcome { REGISTERED, REFUSED, UNREACHABLE, ENDED };

static enum outcome register_now(struct extension *extension)
{
    char why[512] = "";
    int  error;

    if (stat(extension->socket, &extension->registered) < 0)
        return UNREACHABLE;
    error =
        manager_register(extension->socket, &extension->plugins, &extension->uuid, why, sizeof why);
    if (error == -EREMOTEIO) {
        complain("osquery: refused: %s", why);
        return REFUSED;
    }
    return error ? UNREACHABLE : REGISTERED;
}

static enum outcome register_within(struct extension *extension)
{
    double       until = monotonic() + extension->timeout;
    enum outcome outcome;

    while ((outcome = register_now(extension)) == UNREACHABLE && monotonic() < until)
        if (signalled(extension, POLL_SOCKET))
            return ENDED;
    return outcome;
}

static bool is_same_socket(const struct extension *extension)
{
    const struct stat *was = &extension->registered;
    struct stat        is;

    return stat(extension->socket, &is) == 0 && is.st_dev == was->st_dev &&
           is.st_ino == was->st_ino && is.st_ctim.tv_sec == was->st_ctim.tv_sec &&
           is.st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

/* REGISTERED: still present; UNREACHABLE: osquery has ended or is another; ENDED: it does not want it. */
static enum outcome look(struct extension *extension, int *busy)
{
    bool found = false;
    int  error = manager_has(extension->socket, extension->uuid, &found);

    if ((error == -ETIMEDOUT || error == -EAGAIN) && ++*busy < BUSY_MAX)
        return REGISTERED;
    *busy = 0;
    if (!error && found)
        return REGISTERED;
    return !error && is_same_socket(extension) ? ENDED : UNREACHABLE;
}

/* Answer until osquery has ended, UNREACHABLE, or until the end, ENDED. */
static enum outcome watch(struct extension *extension, const struct server *server)
{
    struct pollfd p[] = {{.fd = extension->signals, .events = POLLIN},
                         {.fd = server_down_fd(server), .events = POLLIN}};
    enum outcome  outcome = REGISTERED;
    int           busy = 0;

    while (outcome == REGISTERED) {
        int n = poll(p, 2, extension->interval * 1000);
        if (n > 0 && p[0].revents) {
            tell(extension, "ended by a signal");
            manager_deregister(extension->socket, extension->uuid);
            return ENDED;
        }
        if (n > 0 && p[1].revents) {
            tell(extension, "osquery says shutdown");
            return ENDED;
        }
        outcome = look(extension, &busy);
    }
    tell(extension, outcome == ENDED ? "osquery has deregistered it" : "osquery is gone");
    return outcome;
}

static enum outcome serve(struct extension *extension)
{
    struct server_setup setup = {.plugins = &extension->plugins,
                                 .uuid = extension->uuid,
                                 .open_db = open_evidence,
                                 .arg = extension};
    struct server      *server = NULL;
    char                path[4096];

    tell(extension, "registered as %lld with %zu tables", (long long)extension->uuid,
         extension->plugins.n);
    snprintf(path, sizeof path, "%s.%lld", extension->socket, (long long)extension->uuid);
    int error = server_start(&server, path, &setup);
    if (error) {
        complain("osquery: %s: %s", path, strerror(-error));
        manager_deregister(extension->socket, extension->uuid);
        return REFUSED;
    }
    peer_remove_stale(extension->socket);
    enum outcome outcome = watch(extension, server);
    server_stop(server);
    return outcome;
}

/* Waits for osquery again where it was lost; not where what started the program is lost with it, which would
 * start another. */
static int live(struct extension *extension)
{
    enum outcome outcome = register_within(extension);

    if (outcome == UNREACHABLE)
        return complain("osquery: nothing answers at %s", extension->socket);
    while (outcome == REGISTERED) {
        outcome = serve(extension);
        if (outcome == UNREACHABLE && getppid() == extension->parent)
            outcome = register_within(extension);
    }
    return outcome == REFUSED ? EXIT_ERROR : EXIT_CLEAN;
}

static bool take_signals(struct extension *extension)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    extension->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (extension->signals < 0)
        complain("osquery: %s", strerror(errno));
    return extension->signals >= 0;
}

int run_osquery(int argc, char **argv)
{
    struct extension extension = {.timeout = 3, .interval = 3, .parent = getppid()};
    int              status = EXIT_ERROR;

    sqlite3_config(SQLITE_CONFIG_MULTITHREAD); /* a database is one thread's at a time */
    if (parse_options(&extension, argc, argv) && take_signals(&extension)) {
        if (load_plugins(&extension))
            status = live(&extension);
        plugins_free(&extension.plugins);
        close(extension.signals);
    }
    return status;
}
