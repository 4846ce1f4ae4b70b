/* check_soak.c -- many ticks on a clock of the test's own: memory, files and descriptors do not
 * grow. 100 ticks, or the number in $SVCQL_SOAK; `make soak` runs 10,000. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "make_schedule.h"

#define WARM_UP 40 /* ticks until caches are full and files have the size they keep */

struct measure {
    long      resident; /* KiB */
    int       descriptors, files;
    long long bytes; /* of state and log */
};

static long resident(void)
{
    char  line[256];
    long  kib = -1;
    FILE *status = fopen("/proc/self/status", "re");

    while (fgets(line, sizeof line, status))
        sscanf(line, "VmRSS: %ld", &kib);
    fclose(status);
    return kib;
}

static int entries(const char *path, long long *bytes)
{
    DIR        *dir = opendir(path);
    int         n = 0;
    struct stat st;

    for (struct dirent *entry; (entry = readdir(dir)); n++)
        if (bytes && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            *bytes += st.st_size;
    closedir(dir);
    return n;
}

static struct measure measure(const char *dir)
{
    struct measure m = {.resident = resident()};

    m.descriptors = entries("/proc/self/fd", NULL);
    m.files = entries(dir, &m.bytes);
    return m;
}

/* The newest commands of an endless history: some go and some come at each tick. */
static void type_commands(const char *dir, int tick)
{
    char   text[4096];
    size_t used = 0;

    for (int i = tick; i < tick + 20; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "systemctl start unit-%d\n", i);
    harness_write(dir, "history", text, used);
}

START_TEST(nothing_grows)
{
    const char    *dir = harness_scratch(), *wanted = getenv("SVCQL_SOAK");
    int            ticks = wanted ? atoi(wanted) : 100;
    struct measure before = {0}, after;
    char           text[2048];

    wall_now = 1790000000;
    uptime_now = 1000;
    snprintf(
        text, sizeof text,
        "{\"options\":{\"logger_rotate_size\":65536,\"logger_rotate_max_files\":3,"
        "\"schedule_splay_percent\":0},\"schedule\":{"
        "\"a\":{\"interval\":60,\"query\":\"SELECT command FROM shell_history('%s/history')\"},"
        "\"b\":{\"interval\":600,\"query\":\"SELECT name, runs FROM svcql_schedule\"},"
        "\"c\":{\"interval\":600,\"query\":\"SELECT * FROM nowhere\"}}}",
        dir);
    struct schedule *schedule = schedule_begin(dir, text);
    for (int tick = 0; tick < ticks; tick++) {
        type_commands(dir, tick);
        schedule_after(schedule, 60);
        *notices = '\0';
        if (tick == WARM_UP)
            before = measure(dir);
        if (tick % 1000 == 999)
            ck_assert_int_eq(schedule_reload(schedule), 0);
    }
    after = measure(dir);
    if (wanted)
        printf("%d ticks: %ld to %ld KiB resident, %d to %d descriptors, %d to %d files of %lld "
               "bytes\n",
               ticks, before.resident, after.resident, before.descriptors, after.descriptors,
               before.files, after.files, after.bytes);
    ck_assert_int_le(after.descriptors, before.descriptors);
    ck_assert_int_lt(after.bytes, 8 << 20); /* 4 MiB of it the write-ahead log */
    ck_assert_int_le(after.files, 12);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed for a while */
    ck_assert_msg(after.resident <= before.resident + 1024, "%ld to %ld KiB", before.resident,
                  after.resident);
#endif
    ck_assert(!schedule_backlog(schedule));
    schedule_close(schedule);
}
END_TEST

Suite *make_soak_suite(void)
{
    Suite *suite = suite_create("soak");
    TCase *tcase = tcase_create("soak");

    tcase_add_test(tcase, nothing_grows);
    tcase_set_timeout(tcase, 3600);
    suite_add_tcase(suite, tcase);
    return suite;
}
