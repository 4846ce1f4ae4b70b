/* check_logins.c -- files of logins: records of utmp(5) in both layouts, lastlog, and the databases that
 * took their place. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

static void put_number(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

struct entry {
    unsigned    type, pid;
    const char *tty, *user, *host;
    uint64_t    time;
    uint8_t     address[16];
};

/* A record as glibc lays it out where times have 32 bits (384 bytes) or 64 (400). */
static void put_entry(uint8_t *record, size_t size, const struct entry *entry)
{
    memset(record, 0, size);
    put_number(record, entry->type, 2);
    put_number(record + 4, entry->pid, 4);
    memcpy(record + 8, entry->tty, strlen(entry->tty));
    memcpy(record + 44, entry->user, strlen(entry->user));
    memcpy(record + 76, entry->host, strlen(entry->host));
    put_number(record + (size == 384 ? 340 : 344), entry->time, size == 384 ? 4 : 8);
    memcpy(record + (size == 384 ? 348 : 360), entry->address, 16);
}

static const struct entry session[] = {
    {2, 0, "~", "reboot", "6.1.0", 1700000000, {0}},
    {6, 9, "tty1", "LOGIN", "", 1700000001, {0}},
    {7, 10, "pts/0", "bob", "gate.example", 1700000100, {10, 0, 0, 5}},
    {8, 10, "pts/0", "", "", 1700000200, {0}},
    {1, 53, "~", "runlevel", "6.1.0", 1700000250, {0}},
    {1, 0, "~", "shutdown", "6.1.0", 1700000300, {0}},
};

static const char *host_with(const char *path, const void *data, size_t size)
{
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/hostname", "h1\n");
    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write(dir, path, data, size);
    return dir;
}

START_TEST(records_of_both_layouts_are_events)
{
    static const size_t sizes[] = {384, 400};
    static uint8_t      data[6 * 400];

    for (size_t i = 0; i < 2; i++) {
        for (size_t n = 0; n < 6; n++)
            put_entry(data + n * sizes[i], sizes[i], &session[n]);
        sqlite3    *db = harness_open();
        const char *dir = host_with("var/log/wtmp", data, 6 * sizes[i]);
        harness_expect(db,
                       "boot|NULL|~|6.1.0|NULL|NULL|1700000000.0|1\n"
                       "login|bob|pts/0|gate.example|10.0.0.5|10|1700000100.0|3\n"
                       "logout|NULL|pts/0|NULL|NULL|10|1700000200.0|4\n"
                       "runlevel|NULL|~|6.1.0|NULL|53|1700000250.0|5\n"
                       "shutdown|NULL|~|6.1.0|NULL|NULL|1700000300.0|6",
                       "SELECT event, user, tty, remote_host, address, pid, time, record "
                       "FROM logins WHERE root = '%s' ORDER BY record",
                       dir);
        harness_expect(db, "2023-11-14 22:15:00.000000|h1|wtmp",
                       "SELECT datetime, host, kept_in FROM logins WHERE root = '%s' AND user = "
                       "'bob'",
                       dir);
        harness_close(db);
    }
}
END_TEST

START_TEST(a_torn_record_is_counted_and_those_before_it_are_read)
{
    uint8_t     data[2 * 384 + 100] = {0};
    sqlite3    *db = harness_open();
    const char *dir;

    put_entry(data, 384, &session[0]);
    put_entry(data + 384, 384, &session[2]);
    dir = host_with("var/log/wtmp", data, sizeof data);
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "boot\nlogin", "SELECT event FROM logins WHERE host = 'h1' ORDER BY record");
    harness_expect(
        db, "damaged|2|1",
        "SELECT status, records, skipped FROM evidence_sources WHERE kind = 'logins' AND "
        "location GLOB '%s/*'",
        dir);
    harness_close(db);
}
END_TEST

START_TEST(failed_logins_and_last_logins_have_rows)
{
    static const struct entry failed = {
        6, 11, "ssh:notty", "root", "evil.example", 1700000050, {0x20, 1, 0xd, 0xb8, [15] = 1}};
    uint8_t     record[384], last[3 * 292] = {0};
    sqlite3    *db = harness_open();
    const char *dir;

    put_entry(record, sizeof record, &failed);
    dir = host_with("var/log/btmp", record, sizeof record);
    put_number(last + 2 * 292, 1700000100, 4);
    memcpy(last + 2 * 292 + 4, "pts/0", 5);
    memcpy(last + 2 * 292 + 36, "10.0.0.5", 8);
    harness_write(dir, "var/log/lastlog", last, sizeof last);
    harness_expect(db,
                   "failed|root|NULL|ssh:notty|evil.example|2001:db8::1|btmp|1\n"
                   "last login|NULL|2|pts/0|10.0.0.5|NULL|lastlog|3",
                   "SELECT event, user, uid, tty, remote_host, address, kept_in, record FROM "
                   "logins WHERE root = '%s' ORDER BY 1",
                   dir);
    harness_close(db);
}
END_TEST

static void make_database(const char *dir, const char *path, const char *sql)
{
    char     full[4096];
    sqlite3 *db;

    harness_write_text(dir, path, "");
    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert_int_eq(sqlite3_open(full, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* ann's login lasted until the shutdown of its boot; eve's until the next boot, which came without. */
START_TEST(a_session_of_wtmpdb_ends_as_its_boot_did)
{
    sqlite3    *db = harness_open();
    const char *dir = host_with("etc/passwd", "root:x:0:0::/root:/bin/sh\n", 26);

    make_database(
        dir, "var/log/wtmp.db",
        "CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, Login INTEGER,"
        " Logout INTEGER, TTY TEXT, RemoteHost TEXT, Service TEXT);"
        "INSERT INTO wtmp VALUES(1, 1, 'reboot', 1000e6, 2000e6, '~', '6.1', NULL),"
        "(2, 3, 'bob', 1100e6, 1200e6, 'pts/0', '10.0.0.5', 'sshd'),"
        "(3, 3, 'ann', 1300e6, NULL, 'tty1', NULL, 'login'),"
        "(4, 1, 'reboot', 3000e6, NULL, '~', '6.1', NULL),"
        "(5, 3, 'eve', 3100e6, NULL, 'pts/1', 'x', 'sshd'),"
        "(6, 1, 'reboot', 4000e6, NULL, '~', '6.1', NULL),"
        "(7, 3, 'bob', 4100e6, NULL, 'pts/1', 'x', 'sshd');");
    make_database(dir, "var/lib/lastlog/lastlog2.db",
                  "CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT, RemoteHost "
                  "TEXT, Service TEXT); INSERT INTO Lastlog2 VALUES('bob', 1100, 'pts/0', "
                  "'10.0.0.5', 'sshd');");
    harness_expect(db,
                   "boot|NULL|1000.0|2000.0|shutdown\nlogin|bob|1100.0|1200.0|logout\n"
                   "login|ann|1300.0|NULL|down\nboot|NULL|3000.0|NULL|crash\n"
                   "login|eve|3100.0|NULL|crash\nboot|NULL|4000.0|NULL|NULL\n"
                   "login|bob|4100.0|NULL|NULL",
                   "SELECT event, user, time, end_time, \"end\" FROM logins WHERE root = '%s' AND "
                   "kept_in = 'wtmpdb' ORDER BY record",
                   dir);
    harness_expect(db, "last login|bob|1100.0|pts/0|10.0.0.5|sshd",
                   "SELECT event, user, time, tty, remote_host, service FROM logins WHERE root = "
                   "'%s' AND kept_in = 'lastlog2'",
                   dir);
    harness_close(db);
}
END_TEST

Suite *make_logins_suite(void)
{
    Suite *suite = suite_create("logins");
    TCase *tc = tcase_create("logins");

    tcase_add_test(tc, records_of_both_layouts_are_events);
    tcase_add_test(tc, a_torn_record_is_counted_and_those_before_it_are_read);
    tcase_add_test(tc, failed_logins_and_last_logins_have_rows);
    tcase_add_test(tc, a_session_of_wtmpdb_ends_as_its_boot_did);
    suite_add_tcase(suite, tc);
    return suite;
}
