#include "make_systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOOT_TIMEOUT 180000 /* ms */
#define STOP_TIMEOUT 120000

/* Paths -------------------------------------------------------------------- */

struct path {
    char text[PATH_MAX];
};

__attribute__((format(printf, 1, 2))) static struct path path_of(const char *format, ...)
{
    struct path path;
    va_list     ap;

    va_start(ap, format);
    int n = vsnprintf(path.text, sizeof path.text, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof path.text)
        abort();
    return path;
}

static void make_dirs(const char *dir)
{
    struct path path = path_of("%s", dir);

    for (char *slash = path.text + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path.text, 0755);
        *slash = '/';
    }
    mkdir(path.text, 0755);
}

/* Building the root: runs as the future PID 1, which can report errors only in the log ------------
 */

#define NO_ROOT 77 /* exit status of a PID 1 that came to nothing before it was systemd */

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "systemd-fixture: %s: %s\n", what, strerror(errno));
    fflush(stderr);
    _exit(NO_ROOT);
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    must(fd >= 0 && write(fd, text, strlen(text)) >= 0, path);
    close(fd);
}

static void copy(const char *from, const char *to)
{
    char    block[65536];
    ssize_t n;
    int     in = open(from, O_RDONLY | O_CLOEXEC);

    if (in < 0)
        return;
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    must(out >= 0, to);
    while ((n = read(in, block, sizeof block)) > 0)
        must(write(out, block, (size_t)n) == n, to);
    close(in);
    close(out);
}

/* In order, below the new root. A source of NULL means the target itself: a change of flags. */
static const struct mount_step {
    const char   *source, *target, *type;
    unsigned long flags;
    const char   *data;
} mounts[] = {
    {"/usr", "usr", NULL, MS_BIND, NULL},
    {NULL, "usr", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL},
    {"tmpfs", "usr/lib/systemd/system-generators", "tmpfs", 0, "mode=755"},
    {"proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
    {"proc/sys", "proc/sys", NULL, MS_BIND, NULL},
    {NULL, "proc/sys", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL},
    {"sysfs", "sys", "sysfs", MS_RDONLY, NULL},
    {"cgroup2", "sys/fs/cgroup", "cgroup2", 0, NULL},
    {"tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755"},
    {"/dev/null", "dev/null", NULL, MS_BIND, NULL},
    {"/dev/zero", "dev/zero", NULL, MS_BIND, NULL},
    {"/dev/full", "dev/full", NULL, MS_BIND, NULL},
    {"/dev/random", "dev/random", NULL, MS_BIND, NULL},
    {"/dev/urandom", "dev/urandom", NULL, MS_BIND, NULL},
    {"/dev/tty", "dev/tty", NULL, MS_BIND, NULL},
    {"devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=620"},
    {"tmpfs", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"tmpfs", "run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"},
    {"/etc/alternatives", "etc/alternatives", NULL, MS_BIND, NULL},
};

static const char *const directories[] = {
    "root",       "etc/systemd/system/user@.service.d",
    "var/log",    "var/lib/systemd/linger",
    "var/tmp",    "home/tester",
    "run/lock",   "run/systemd/journal",
    "run/dbus",   "tmp",
    "etc/dbus-1", ".old",
};

static const struct {
    const char *path, *text;
} links[] = {
    {"dev/ptmx", "pts/ptmx"}, {"dev/fd", "/proc/self/fd"}, {"dev/stdin", "fd/0"},
    {"dev/stdout", "fd/1"},   {"dev/stderr", "fd/2"},      {"var/run", "/run"},
};

static const struct {
    const char *path, *text;
} files[] = {
    {"etc/hostname", "fixture\n"},
    {"etc/fstab", ""},
    {"etc/os-release", "ID=debian\nPRETTY_NAME=\"svcql fixture\"\n"},
    {"etc/svcql-fixture", ""},           /* what systemd_pid() recognises */
    {"run/systemd/journal/flushed", ""}, /* journald opens /var/log/journal at once */
    {"var/lib/systemd/linger/tester", ""},
    {"etc/systemd/system/fixture.target",
     "[Unit]\nDescription=Test fixture\nRequires=basic.target\nAfter=basic.target dbus.service\n"
     "Wants=dbus.service systemd-journald.service user@1234.service\nAllowIsolate=yes\n"},
    {"etc/systemd/system/user@.service.d/fixture.conf",
     "[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n"},
};

/* Units of the machine that would slow the boot or reach outside. */
static const char *const masked[] = {
    "systemd-sysctl.service",
    "systemd-modules-load.service",
    "systemd-sysusers.service",
    "systemd-tmpfiles-setup.service",
    "systemd-udevd.service",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-udev-trigger.service",
    "systemd-remount-fs.service",
    "systemd-update-utmp.service",
    "systemd-random-seed.service",
    "systemd-binfmt.service",
    "systemd-machine-id-commit.service",
    "systemd-pcrphase.service",
    "systemd-pcrphase-sysinit.service",
    "systemd-firstboot.service",
    "systemd-journal-flush.service",
    "kmod-static-nodes.service",
    "modprobe@.service",
    "dev-hugepages.mount",
    "sys-fs-fuse-connections.mount",
    "dev-mqueue.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-udevd-kernel.socket",
    "systemd-udevd-control.socket",
    "proc-sys-fs-binfmt_misc.automount",
};

static const char *const copied[] = {"passwd", "group", "nsswitch.conf", "ld.so.cache"};

static void make_target(const struct mount_step *step)
{
    struct stat st;

    if (step->source && !step->type && stat(step->source, &st) == 0 && !S_ISDIR(st.st_mode))
        put(step->target, "");
    else
        make_dirs(step->target);
}

/* What the machine does not have is left out. */
static void mount_all(void)
{
    for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
        const struct mount_step *step = &mounts[i];

        if (step->source && step->source[0] == '/' && access(step->source, F_OK) < 0)
            continue;
        make_target(step);
        must(mount(step->source, step->target, step->type, step->flags, step->data) == 0,
             step->target);
    }
}

/* /bin, /sbin and similar folders, linked into /usr as on this machine. */
static void link_usr(void)
{
    static const char *const names[] = {"bin", "sbin", "lib", "lib64", "lib32", "libx32"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char    target[PATH_MAX];
        ssize_t n = readlink(path_of("/%s", names[i]).text, target, sizeof target - 1);

        if (n < 0)
            continue;
        target[n] = '\0';
        must(symlink(target, names[i]) == 0, names[i]);
    }
}

static void append(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

    must(fd >= 0 && write(fd, text, strlen(text)) > 0, path);
    close(fd);
}

static void make_machine_id(void)
{
    char uuid[37] = "", id[34];
    int  n = 0, fd = open("/proc/sys/kernel/random/uuid", O_RDONLY | O_CLOEXEC);

    must(fd >= 0 && read(fd, uuid, 36) == 36, "uuid");
    close(fd);
    for (const char *c = uuid; *c; c++)
        if (*c != '-')
            id[n++] = *c;
    id[n++] = '\n';
    id[n] = '\0';
    put("etc/machine-id", id);
}

static void make_files(void)
{
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++)
        make_dirs(directories[i]);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        must(symlink(links[i].text, links[i].path) == 0, links[i].path);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        put(files[i].path, files[i].text);
    for (size_t i = 0; i < sizeof masked / sizeof masked[0]; i++)
        must(symlink("/dev/null", path_of("etc/systemd/system/%s", masked[i]).text) == 0,
             masked[i]);
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        copy(path_of("/etc/%s", copied[i]).text, path_of("etc/%s", copied[i]).text);
    append("etc/passwd", "tester:x:1234:1234::/home/tester:/bin/sh\n");
    append("etc/group", "tester:x:1234:\n");
    must(chown("home/tester", SYSTEMD_TESTER_UID, SYSTEMD_TESTER_UID) == 0, "home/tester");
    must(chmod("tmp", 01777) == 0 && chmod("var/tmp", 01777) == 0, "tmp");
    make_machine_id();
}

/* Show a folder of the machine inside, under its own path and without what is mounted below. */
static void share(const char *dir)
{
    struct path target = path_of(".%s", dir);

    make_dirs(target.text);
    must(mount(dir, target.text, NULL, MS_BIND, NULL) == 0, dir);
}

static void share_folders(const char *dir, const char *cwd)
{
    const char *shared = getenv("SVCQL_FIXTURE_SHARE");
    struct path journal = path_of("%s/journal", dir);

    if (!shared || *shared != '/')
        shared = cwd;
    if (strcmp(shared, "/") != 0)
        share(shared);
    share(dir);
    make_dirs(journal.text);
    make_dirs("var/log/journal");
    must(mount(journal.text, "var/log/journal", NULL, MS_BIND, NULL) == 0, journal.text);
}

/* The name of a fixture's cgroup, at the top of the v2 hierarchy. */
static struct path cgroup_of(const char *dir)
{
    struct stat st = {0};

    stat(dir, &st);
    return path_of("svcql-fixture-%jx-%jx", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
}

/* Join a cgroup of our own and make it the root of what is seen. Works wherever the machine has
 * mounted the v2 hierarchy, and where it has not. */
static void enter_cgroup(const char *dir, const char *mountpoint)
{
    struct path cgroup = path_of("%s/%s", mountpoint, cgroup_of(dir).text);

    must(mount("cgroup2", mountpoint, "cgroup2", 0, NULL) == 0, "cgroup2");
    must(mkdir(cgroup.text, 0755) == 0 || errno == EEXIST, cgroup.text);
    put(path_of("%s/cgroup.procs", cgroup.text).text, "0");
    must(unshare(CLONE_NEWCGROUP) == 0, "cgroup namespace");
    must(umount2(mountpoint, MNT_DETACH) == 0, mountpoint);
}

static void redirect_to_log(const char *dir)
{
    int in = open("/dev/null", O_RDONLY);
    int out = open(path_of("%s/log", dir).text, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    must(in >= 0 && out >= 0, "log");
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0U, 0);
}

static void change_root(void)
{
    must(syscall(SYS_pivot_root, ".", ".old") == 0, "pivot_root");
    must(chdir("/") == 0 && umount2("/.old", MNT_DETACH) == 0, "/.old");
    rmdir("/.old");
}

_Noreturn static void boot(const char *dir, const char *cwd)
{
    static char *const argv[] = {"/lib/systemd/systemd",  "--system",
                                 "--unit=fixture.target", "--log-target=journal",
                                 "--show-status=no",      NULL};
    static char *const envp[] = {"container=svcql", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
    struct path        root = path_of("%s/root", dir);
    sigset_t           none;

    setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    redirect_to_log(dir);
    make_dirs(root.text);
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
    enter_cgroup(dir, root.text);
    must(mount("tmpfs", root.text, "tmpfs", 0, "mode=755") == 0, root.text);
    must(chdir(root.text) == 0, root.text);
    link_usr();
    mount_all();
    make_files();
    share_folders(dir, cwd);
    change_root();
    must(sethostname("fixture", 7) == 0, "host name");
    execve(argv[0], argv, envp);
    must(false, argv[0]);
    _exit(EXIT_FAILURE);
}

/* Starting ------------------------------------------------------------------ */

static bool exists(pid_t pid, const char *path)
{
    return access(path_of("/proc/%d/root%s", pid, path).text, F_OK) == 0;
}

static int wait_for_exit(int pidfd, int timeout)
{
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};

    return poll(&poll_fd, 1, timeout);
}

/* Wait until the sockets that come last are there, or PID 1 has died. */
static int wait_for_boot(pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int r = pidfd < 0 ? -errno : -ETIMEDOUT;

    for (int waited = 0; pidfd >= 0 && waited < BOOT_TIMEOUT; waited += 5) {
        if (wait_for_exit(pidfd, 5) != 0) {
            int status = 0;
            waitpid(pid, &status, 0);
            r = WIFEXITED(status) && WEXITSTATUS(status) == NO_ROOT ? -EOPNOTSUPP : -ECHILD;
            break;
        }
        if (exists(pid, "/run/dbus/system_bus_socket") && exists(pid, "/run/user/1234/bus")) {
            r = 0;
            break;
        }
    }
    if (pidfd >= 0)
        close(pidfd);
    return r;
}

static void write_pid(const char *dir, pid_t pid)
{
    FILE *file = fopen(path_of("%s/pid", dir).text, "we");

    if (!file)
        return;
    fprintf(file, "%d\n", pid);
    fclose(file);
}

static const char *missing_package(void)
{
    static const struct {
        const char *path, *excuse;
    } needed[] = {
        {"/lib/systemd/systemd", "needs the package systemd"},
        {"/usr/bin/dbus-daemon", "needs the package dbus"},
        {"/usr/lib/systemd/user/dbus.socket", "needs the package dbus-user-session"},
    };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (access(needed[i].path, F_OK) < 0)
            return needed[i].excuse;
    return NULL;
}

const char *systemd_excuse(pid_t started)
{
    const char *rule = getenv("SVCQL_SYSTEMD");

    if (rule && strcmp(rule, "required") == 0 && !getenv("SVCQL_EMULATED"))
        return NULL;
    return started == -EPERM        ? "needs root, to boot a systemd"
           : started == -ENOENT     ? missing_package()
           : started == -EOPNOTSUPP ? "this machine does not let a systemd be booted"
                                    : NULL;
}

static pid_t start(const char *dir, bool stay)
{
    static char *const wait_running[] = {"systemctl", "is-system-running", "--wait", "--quiet",
                                         NULL};
    const char        *net = getenv("SVCQL_FIXTURE_NET");
    unsigned long      flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD;
    char               full[PATH_MAX], cwd[PATH_MAX];

    if (getenv("SVCQL_EMULATED")) /* qemu-user makes no namespaces */
        return -EOPNOTSUPP;
    if (geteuid() != 0)
        return -EPERM;
    if (missing_package())
        return -ENOENT;
    make_dirs(dir);
    if (!realpath(dir, full) || !getcwd(cwd, sizeof cwd))
        return -errno;
    if (!net || strcmp(net, "host") != 0)
        flags |= CLONE_NEWNET;
    pid_t pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (pid == 0) {
        if (!stay)
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        boot(full, cwd);
    }
    if (pid < 0)
        return -errno;
    write_pid(full, pid);
    int r = wait_for_boot(pid);
    if (r < 0) {
        fprintf(stderr, "systemd-fixture: no boot, see %s/log\n", dir);
        systemd_stop(full);
        return r;
    }
    systemd_run(full, wait_running);
    return pid;
}

pid_t systemd_start(const char *dir)
{
    return start(dir, false);
}

pid_t systemd_start_to_stay(const char *dir)
{
    return start(dir, true);
}

/* Inside --------------------------------------------------------------------- */

pid_t systemd_pid(const char *dir)
{
    FILE *file = fopen(path_of("%s/pid", dir).text, "re");
    int   pid = 0;

    if (!file)
        return -ESRCH;
    if (fscanf(file, "%d", &pid) != 1 || pid <= 1 || !exists(pid, "/etc/svcql-fixture"))
        pid = -ESRCH;
    fclose(file);
    return pid;
}

/* Join the namespaces; children then are inside the one of processes too. */
static int join(pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int spaces =
        CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP | CLONE_NEWNET;
    char cwd[PATH_MAX];

    if (pidfd < 0 || !getcwd(cwd, sizeof cwd) || setns(pidfd, spaces) < 0)
        return -errno;
    close(pidfd);
    return chdir(cwd) == 0 || chdir("/") == 0 ? 0 : -errno;
}

static int status_of(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Go inside: returns in a child there, whose exit status becomes this process's. */
static void enter(pid_t pid)
{
    int r = join(pid);

    if (r < 0) {
        fprintf(stderr, "systemd-fixture: cannot enter: %s\n", strerror(-r));
        _exit(EXIT_FAILURE);
    }
    pid_t child = fork();
    if (child != 0)
        _exit(child < 0 ? EXIT_FAILURE : status_of(child));
}

int systemd_run(const char *dir, char *const argv[])
{
    pid_t pid = systemd_pid(dir);

    if (pid < 0) {
        fprintf(stderr, "systemd-fixture: %s: not running\n", dir);
        return EXIT_FAILURE;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child != 0)
        return child < 0 ? EXIT_FAILURE : status_of(child);
    enter(pid);
    execvp(argv[0], argv);
    fprintf(stderr, "systemd-fixture: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

void systemd_enter(const char *dir)
{
    pid_t pid = systemd_pid(dir);

    if (pid < 0) {
        fprintf(stderr, "systemd-fixture: %s: not running\n", dir);
        exit(EXIT_FAILURE);
    }
    fflush(NULL);
    enter(pid);
}

void systemd_shell(const char *format, ...)
{
    char   *command = NULL;
    va_list ap;

    va_start(ap, format);
    if (vasprintf(&command, format, ap) < 0)
        abort();
    va_end(ap);
    fflush(NULL);
    int status = system(command);
    if (status != 0) {
        fprintf(stderr, "systemd-fixture: status %d from: %s\n", status, command);
        exit(EXIT_FAILURE);
    }
    free(command);
}

/* Stopping ------------------------------------------------------------------- */

static int remove_cgroup(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (type == FTW_DP)
        rmdir(path);
    return 0;
}

/* In a separate process, in whose private mount namespace the hierarchy is mounted. */
static void remove_cgroups(const char *dir)
{
    struct path root = path_of("%s/root", dir);
    pid_t       child = fork();

    if (child != 0) {
        if (child > 0)
            status_of(child);
        return;
    }
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("cgroup2", root.text, "cgroup2", 0, NULL) == 0)
        nftw(path_of("%s/%s", root.text, cgroup_of(dir).text).text, remove_cgroup, 16,
             FTW_DEPTH | FTW_PHYS);
    _exit(EXIT_SUCCESS);
}

int systemd_stop(const char *dir)
{
    char  full[PATH_MAX];
    pid_t pid = systemd_pid(dir);

    if (!realpath(dir, full))
        return -errno;
    if (pid > 0) {
        int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (pidfd < 0)
            return -errno;
        int r = syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 ? -errno
                : wait_for_exit(pidfd, STOP_TIMEOUT) > 0                    ? 0
                                                                            : -ETIMEDOUT;
        close(pidfd);
        if (r < 0)
            return r;
        waitpid(pid, NULL, WNOHANG);
    }
    unlink(path_of("%s/pid", full).text);
    remove_cgroups(full);
    rmdir(path_of("%s/root", full).text);
    return 0;
}
