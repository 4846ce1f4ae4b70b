/* make_audit_log -- writes an audit log of a made-up busy host, enriched as auditd writes it.
 *
 *     make_audit_log EVENTS LAST [SECONDS] > audit.log
 *
 * EVENTS events, evenly over the SECONDS (a day) before LAST (seconds since the epoch); the same
 * arguments give the same log. Of a hundred events 70 execute a program (one of them systemctl), 15
 * change a file, 5 connect a socket, 6 are of sessions, 2 of services, 2 signals. Every twentieth
 * event is written through the next one's records, as two processors do. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GS "\x1d"

static uint32_t seed = 20260101;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static const char *const programs[] = {"/usr/bin/ls",   "/usr/bin/grep", "/usr/bin/sed",
                                       "/usr/bin/gawk", "/usr/bin/dash", "/usr/bin/python3.11",
                                       "/usr/bin/git",  "/usr/bin/make", "/usr/bin/date"};

static const char *const units[] = {"cron", "ssh", "nginx", "getty@tty1", "apt-daily", "man-db"};

/* One event's records, each with its '\n'. */
struct event {
    char   text[8192];
    size_t size;
    size_t ends[16]; /* of its records */
    size_t n;
};

static char stamp[64];

#define RECORD(event, type, ...)                                                                   \
    do {                                                                                           \
        (event)->size +=                                                                           \
            (size_t)snprintf((event)->text + (event)->size, sizeof(event)->text - (event)->size,   \
                             "type=" type " msg=audit(%s): ", stamp);                              \
        (event)->size += (size_t)snprintf((event)->text + (event)->size,                           \
                                          sizeof(event)->text - (event)->size, __VA_ARGS__);       \
        (event)->text[(event)->size++] = '\n';                                                     \
        (event)->ends[(event)->n++] = (event)->size;                                               \
    } while (0)

static const char *base(const char *path)
{
    return strrchr(path, '/') + 1;
}

static void put_syscall(struct event *e, unsigned number, const char *name, const char *exe,
                        unsigned items)
{
    unsigned pid = 1000 + any(60000);

    RECORD(e, "SYSCALL",
           "arch=c000003e syscall=%u success=yes exit=0 a0=55d0c3a%05x a1=55d0c3b%05x "
           "a2=55d0c3c%05x a3=8 items=%u ppid=%u pid=%u auid=1000 uid=0 gid=0 euid=0 suid=0 "
           "fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts%u ses=%u comm=\"%s\" exe=\"%s\" "
           "subj=unconfined key=\"services\"" GS
           "ARCH=x86_64 SYSCALL=%s AUID=\"admin\" UID=\"root\" GID=\"root\" EUID=\"root\" "
           "SUID=\"root\" FSUID=\"root\" EGID=\"root\" SGID=\"root\" FSGID=\"root\"",
           number, any(0xfffff), any(0xfffff), any(0xfffff), items, pid - 1, pid, any(9),
           1 + any(50), base(exe), exe, name);
}

static void put_path(struct event *e, unsigned item, const char *name, const char *nametype)
{
    RECORD(e, "PATH",
           "item=%u name=\"%s\" inode=%u dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 "
           "nametype=%s cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0" GS
           "OUID=\"root\" OGID=\"root\"",
           item, name, 100000 + any(900000), nametype);
}

/* The title: a program's path and two arguments, in hexadecimal. */
static void put_title(struct event *e, const char *exe, const char *one, const char *two)
{
    char   title[256], hex[600];
    size_t size = (size_t)snprintf(title, sizeof title, "%s%c%s%c%s", exe, '\0', one, '\0', two);

    for (size_t i = 0; i < size; i++)
        snprintf(hex + 2 * i, 3, "%02X", (unsigned char)title[i]);
    RECORD(e, "PROCTITLE", "proctitle=%s", hex);
}

static void put_exec(struct event *e)
{
    const char *exe =
        any(100) == 0 ? "/usr/bin/systemctl" : programs[any(sizeof programs / sizeof *programs)];
    char unit[64];

    snprintf(unit, sizeof unit, "%s.service", units[any(sizeof units / sizeof *units)]);
    put_syscall(e, 59, "execve", exe, 2);
    if (any(5) == 0)
        RECORD(e, "EXECVE",
               "argc=3 a0=\"%s\" a1=\"-c\" a2=6563686F2024484F4D45203E202F746D702F%04X", base(exe),
               any(0xffff));
    else
        RECORD(e, "EXECVE", "argc=3 a0=\"%s\" a1=\"status\" a2=\"%s\"", base(exe), unit);
    RECORD(e, "CWD", "cwd=\"/root\"");
    put_path(e, 0, exe, "NORMAL");
    put_path(e, 1, "/lib64/ld-linux-x86-64.so.2", "NORMAL");
    put_title(e, exe, "status", unit);
}

static void put_file(struct event *e)
{
    char name[128];

    snprintf(name, sizeof name, "/etc/systemd/system/job-%u.service", any(500));
    put_syscall(e, 257, "openat", "/usr/bin/vim.basic", 2);
    RECORD(e, "CWD", "cwd=\"/root\"");
    put_path(e, 0, "/etc/systemd/system/", "PARENT");
    put_path(e, 1, name, "CREATE");
    put_title(e, "vim", "-n", name);
}

static void put_connect(struct event *e)
{
    put_syscall(e, 42, "connect", "/usr/sbin/sshd", 0);
    RECORD(e, "SOCKADDR",
           "saddr=02000035%02X%02X%02X%02X0000000000000000" GS
           "SADDR={ saddr_fam=inet laddr=10.0.0.1 lport=53 }",
           any(256), any(256), any(256), any(256));
    put_title(e, "sshd:", "root", "[priv]");
}

static void put_session(struct event *e)
{
    RECORD(e, "USER_START",
           "pid=%u uid=0 auid=1000 ses=%u subj=unconfined msg='op=PAM:session_open "
           "grantors=pam_limits,pam_env,pam_unix acct=\"root\" exe=\"/usr/bin/sudo\" hostname=? "
           "addr=? terminal=/dev/pts/%u res=success'" GS "UID=\"root\" AUID=\"admin\"",
           1000 + any(60000), 1 + any(50), any(9));
}

static void put_service(struct event *e)
{
    RECORD(e, "SERVICE_START",
           "pid=1 uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='unit=%s "
           "comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
           "res=success'" GS "UID=\"root\" AUID=\"unset\"",
           units[any(sizeof units / sizeof *units)]);
}

static void put_kill(struct event *e)
{
    put_syscall(e, 62, "kill", "/usr/bin/dash", 0);
    RECORD(e, "OBJ_PID", "opid=%u oauid=-1 ouid=0 oses=-1 ocomm=\"sshd\"" GS "OAUID=\"unset\"",
           1000 + any(60000));
    put_title(e, "kill", "-9", "1234");
}

static void put_event(struct event *e)
{
    static const struct {
        unsigned share;
        void (*put)(struct event *e);
    } kinds[] = {{70, put_exec},   {15, put_file},   {5, put_connect},
                 {6, put_session}, {2, put_service}, {2, put_kill}};
    unsigned at = any(100);

    e->size = e->n = 0;
    for (size_t i = 0;; at -= kinds[i++].share)
        if (at < kinds[i].share) {
            kinds[i].put(e);
            return;
        }
}

/* Write one event; or two, record by record in turns. */
static void write_events(const struct event *a, const struct event *b)
{
    for (size_t i = 0; i < a->n || (b && i < b->n); i++) {
        const struct event *both[] = {a, b};
        for (size_t k = 0; k < 2 && both[k]; k++) {
            size_t begin = i ? both[k]->ends[i - 1] : 0;
            if (i < both[k]->n)
                fwrite(both[k]->text + begin, 1, both[k]->ends[i] - begin, stdout);
        }
    }
}

int main(int argc, char **argv)
{
    static struct event event, held;

    if (argc < 3) {
        fprintf(stderr, "usage: %s EVENTS LAST [SECONDS]\n", argv[0]);
        return 2;
    }
    unsigned long n = strtoul(argv[1], NULL, 10);
    double        last = strtod(argv[2], NULL), span = argc > 3 ? strtod(argv[3], NULL) : 86400;
    for (unsigned long i = 0; i < n; i++) {
        double when = last - span + span * (double)(i + 1) / (double)n;
        snprintf(stamp, sizeof stamp, "%.3f:%lu", when, 1000 + i);
        if (i % 20 == 18 && i + 1 < n) {
            put_event(&held);
            continue;
        }
        put_event(&event);
        if (held.n)
            write_events(&held, &event);
        else
            write_events(&event, NULL);
        held.n = 0;
    }
    return 0;
}
