/* check_osquery_tables.c -- tables and columns of osquery's names: their types are those of osquery's
 * specifications, and each value means what those say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "program/osquery/plugins.h"

/* The columns of osquery's specifications of Linux, of all systems and of what a made root can have, at osquery
 * 5.20, commit a5b14f63d. `time` has those that svcql keeps with a fraction, and `absent` those that it does not
 * serve: a query that asks them does not prepare. */
static const struct {
    const char *table, *text, *number, *time, *absent;
} specifications[] = {
    {"file", "path directory filename mode type symlink_target_path",
     "inode uid gid device size block_size atime mtime ctime btime hard_links symlink", "",
     "pid_with_namespace mount_namespace_id"},
    {"hash", "path directory md5 sha1 sha256", "", "", "pid_with_namespace mount_namespace_id"},
    {"crontab", "event minute hour day_of_month month day_of_week command path", "", "",
     "pid_with_namespace"},
    {"startup_items", "name path args type source status username", "", "", ""},
    {"last", "username tty type_name host", "pid type time", "", ""},
    {"kernel_info", "version arguments path device", "", "", ""},
    {"platform_info", "vendor version date revision extra firmware_type address size",
     "volume_size", "", ""},
    {"osquery_flags", "name type description default_value value", "shell_only", "", ""},
    {"os_version", "name version build platform platform_like codename arch",
     "major minor patch install_date revision", "", "pid_with_namespace mount_namespace_id"},
    {"processes", "name path cmdline state cwd root cgroup_path",
     "pid uid gid euid egid suid sgid on_disk wired_size resident_size total_size user_time "
     "system_time disk_bytes_read disk_bytes_written parent pgroup threads nice",
     "start_time", ""},
    {"process_events", "path mode cmdline env cwd overflows eid syscall",
     "pid cmdline_size env_count env_size auid uid euid gid egid owner_uid owner_gid btime parent "
     "fsuid suid fsgid sgid",
     "time", "atime mtime ctime uptime"},
    {"mounts", "device device_alias path type flags",
     "blocks_size blocks blocks_free blocks_available inodes inodes_free", "", ""},
    {"etc_hosts", "address hostnames", "", "", "pid_with_namespace"},
    {"kernel_modules", "name used_by status address", "size", "", ""},
    {"users", "username description directory shell uuid", "uid gid uid_signed gid_signed", "",
     "pid_with_namespace include_remote"},
    {"groups", "groupname", "gid gid_signed", "", "pid_with_namespace"},
    {"shell_history", "command history_file", "uid", "time", ""},
    {"logged_in_users", "type user tty host", "time pid", "", "sid registry_hive"},
    {"system_info",
     "hostname uuid cpu_type cpu_subtype cpu_brand cpu_microcode hardware_vendor hardware_model "
     "hardware_version hardware_serial board_vendor board_model board_version board_serial "
     "computer_name local_hostname",
     "cpu_physical_cores cpu_logical_cores cpu_sockets physical_memory", "", "emulated_cpu_type"},
    {"osquery_info", "uuid instance_id version config_hash extensions build_platform build_distro",
     "pid config_valid start_time watcher platform_mask", "", ""},
    {"time", "weekday timezone local_timezone timestamp datetime iso_8601",
     "year month day hour minutes seconds unix_time win_timestamp", "", ""},
    {"uptime", "", "days hours minutes seconds total_seconds", "", ""},
    {"systemd_units",
     "id description load_state active_state sub_state unit_file_state following object_path "
     "job_type job_path fragment_path user source_path",
     "job_id", "", ""},
    {"services",
     "name service_type display_name status start_type path module_path description user_account",
     "pid win32_exit_code service_exit_code", "", ""},
    {"launchd",
     "path name label program run_at_load keep_alive on_demand disabled username groupname "
     "stdout_path stderr_path start_interval program_arguments watch_paths queue_directories "
     "inetd_compatibility start_on_mount root_directory working_directory process_type",
     "", "", ""},
    {"launchd_overrides", "label key value path", "uid", "", ""},
    {"registry", "key path name type data", "mtime", "", ""},
    {"windows_eventlog",
     "channel datetime provider_name provider_guid computer_name keywords data time_range "
     "timestamp xpath",
     "task level eventid pid tid", "", ""},
};

/* PLUGIN_ABSENT: the table has no such column. */
#define PLUGIN_ABSENT ((enum plugin_type)(-1))

static void check_columns(const struct plugin *plugin, const char *names, enum plugin_type type)
{
    char *copy = strdup(names), *save;

    for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        const struct plugin_column *column = plugin_column(plugin, name);
        if (type == PLUGIN_ABSENT) {
            ck_assert_msg(column == NULL, "%s has %s", plugin->table, name);
            continue;
        }
        ck_assert_msg(column != NULL, "%s has no %s", plugin->table, name);
        ck_assert_msg(column->type == type, "%s.%s is of type %d", plugin->table, name,
                      column->type);
    }
    free(copy);
}

START_TEST(columns_have_the_names_and_types_of_the_specifications)
{
    sqlite3       *db = harness_open();
    struct plugins plugins;
    char           name[64];

    ck_assert_int_eq(plugins_load(db, &plugins), SQLITE_OK);
    for (size_t i = 0; i < sizeof specifications / sizeof specifications[0]; i++) {
        snprintf(name, sizeof name, "svcql_%s", specifications[i].table);
        const struct plugin *plugin = plugins_find(&plugins, name);
        ck_assert_msg(plugin != NULL, "no %s", name);
        check_columns(plugin, specifications[i].text, PLUGIN_TEXT);
        check_columns(plugin, specifications[i].number, PLUGIN_BIGINT);
        check_columns(plugin, specifications[i].time, PLUGIN_DOUBLE);
        check_columns(plugin, specifications[i].absent, PLUGIN_ABSENT);
    }
    plugins_free(&plugins);
    harness_close(db);
}
END_TEST

/* tests/osquery_columns.txt, which tests/osquery_queries.py has written from public collections. */
START_TEST(what_public_queries_ask_is_served)
{
    sqlite3 *db = harness_open();
    char    *text = harness_read("tests/osquery_columns.txt", NULL), *save, *column;
    int      tables = 0, columns = 0;

    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const char *table = strsep(&line, " ");
        if (*table == '#')
            continue;
        tables++;
        while ((column = strsep(&line, " "))) {
            columns++;
            free(harness_query(db, "EXPLAIN SELECT t.%s FROM %s AS t", column, table));
        }
    }
    ck_assert_int_eq(tables, 25);
    ck_assert_int_eq(columns, 137);
    free(text);
    harness_close(db);
}
END_TEST

/* Rows ------------------------------------------------------------------------------------------- */

static const char *root;

static const char *below(const char *path)
{
    static char text[4200];

    snprintf(text, sizeof text, "%s/%s", root, path);
    return text;
}

/* A root of Linux as the only evidence. */
static sqlite3 *open_root(void)
{
    sqlite3 *db = harness_open();

    root = harness_scratch();
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/hostname", "web\n");
    free(harness_query(db, "DELETE FROM evidence"));
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root));
    return db;
}

/* A line "name: 1 2" of /proc/self/status, its n-th number. */
static long status_number(const char *name, int n)
{
    char *text = harness_read("/proc/self/status", NULL), *at = strstr(text, name);
    long  number = -1;

    ck_assert_msg(at != NULL, "no %s", name);
    for (at += strlen(name); n >= 0; n--)
        number = strtol(at, &at, 10);
    free(text);
    return number;
}

START_TEST(processes_mean_what_the_specification_says)
{
    sqlite3 *db = harness_open();
    char     expected[9000], exe[4000], cwd[4000];
    ssize_t  n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    ck_assert_int_gt(n, 0);
    exe[n] = '\0';
    ck_assert_ptr_nonnull(getcwd(cwd, sizeof cwd));
    /* uid and its kin are real, effective and saved ids; parent is the parent's pid; on_disk 1: it exists. */
    snprintf(expected, sizeof expected, "%d|%d|%ld|%ld|%ld|%ld|%ld|%ld|1|%s|%s|/|%ld|%d|0",
             getppid(), getpgrp(), status_number("\nUid:", 0), status_number("\nGid:", 0),
             status_number("\nUid:", 1), status_number("\nGid:", 1), status_number("\nUid:", 2),
             status_number("\nGid:", 2), exe, cwd, status_number("\nThreads:", 0), nice(0));
    harness_expect(db, expected,
                   "SELECT parent, pgroup, uid, gid, euid, egid, suid, sgid, on_disk, path, cwd, "
                   "root, threads, nice, wired_size FROM processes WHERE pid = %d",
                   getpid());
    /* All of argv, in one text; sizes in bytes; times in milliseconds; seconds since the epoch. */
    harness_expect(db, "1|R|1|1|1|1|1",
                   "SELECT instr(cmdline, 'check') > 0, state, total_size > resident_size AND "
                   "resident_size > 1000000, user_time BETWEEN 0 AND 1000000, system_time BETWEEN "
                   "0 AND 1000000, disk_bytes_read >= 0 AND disk_bytes_written >= 0, start_time "
                   "BETWEEN unixepoch() - 3600 AND unixepoch() + 2 FROM processes WHERE pid = %d",
                   getpid());
    char *cgroup = harness_read("/proc/self/cgroup", NULL), *path = strstr(cgroup, "0::");
    if (path) {
        path[strcspn(path, "\n")] = '\0';
        harness_expect(db, path + 3, "SELECT cgroup_path FROM processes WHERE pid = %d", getpid());
    }
    free(cgroup);
    harness_close(db);
}
END_TEST

/* Text that is not of audit has none of what audit alone records. */
START_TEST(a_line_of_sudo_has_no_system_call)
{
    sqlite3 *db = open_root();

    harness_write_text(root, "var/log/auth.log",
                       "2026-11-03T10:00:00.000000+00:00 web sudo:   ann : TTY=pts/0 ; PWD=/ ; "
                       "USER=root ; COMMAND=/usr/bin/id \xc3\xa9\n");
    harness_expect(db, "sudo|/usr/bin/id \xc3\xa9|14|NULL|NULL|NULL|NULL|1",
                   "SELECT via, cmdline, cmdline_size, syscall, mode, owner_uid, egid, eid = "
                   "record FROM process_events");
    harness_close(db);
}
END_TEST

/* A record of audit: pid the process, parent its parent, auid who had logged in, path what was executed,
 * cmdline all of argv, time in seconds, with their fraction here. */
START_TEST(process_events_are_executions)
{
    sqlite3 *db = open_root();

    harness_write_text(
        root, "var/log/audit/audit.log",
        "type=SYSCALL msg=audit(1700000000.250:10): arch=c000003e syscall=59 success=yes exit=0 "
        "items=2 ppid=7 pid=8 auid=1000 uid=5 gid=6 euid=9 suid=10 fsuid=11 egid=12 sgid=13 "
        "fsgid=14 tty=pts1 ses=3 comm=\"systemctl\" exe=\"/usr/bin/systemctl\"\n"
        "type=EXECVE msg=audit(1700000000.250:10): argc=3 a0=\"systemctl\" a1=\"start\" a2=612062\n"
        "type=CWD msg=audit(1700000000.250:10): cwd=\"/root\"\n"
        "type=PATH msg=audit(1700000000.250:10): item=0 name=\"/usr/bin/systemctl\" inode=5 "
        "dev=08:01 mode=0104755 ouid=21 ogid=22 rdev=00:00 nametype=NORMAL\n"
        "type=PATH msg=audit(1700000000.250:10): item=1 name=\"/lib64/ld-linux-x86-64.so.2\" "
        "inode=6 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL\n"
        "type=SYSCALL msg=audit(1700000001.000:11): arch=c000003e syscall=257 success=yes exit=3 "
        "ppid=7 pid=8 auid=1000 uid=5 comm=\"x\" exe=\"/bin/x\"\n");
    harness_expect(db,
                   "8|/usr/bin/systemctl|systemctl start 'a b'|/root|1000|5|9|6|7|1700000000.25",
                   "SELECT pid, path, cmdline, cwd, auid, uid, euid, gid, parent, time "
                   "FROM process_events");
    /* Identities in effect, saved and of the file system; the system call by its name; the file that was executed
     * as the first PATH record has it; the event's number; bytes of the command line. */
    harness_expect(db, "10|11|12|13|14|execve|0104755|21|22|10|text|21",
                   "SELECT suid, fsuid, egid, sgid, fsgid, syscall, mode, owner_uid, owner_gid, "
                   "eid, typeof(eid), cmdline_size FROM process_events WHERE syscall = 'execve' "
                   "AND owner_uid = 21 AND mode = '0104755' AND egid = 12");
    harness_expect(db, "0",
                   "SELECT count(*) FROM process_events WHERE syscall = 'execveat' OR egid = 6");
    /* What osquery has on no Linux. */
    harness_expect(db, "NULL|NULL|NULL|NULL|NULL",
                   "SELECT env, env_count, env_size, overflows, btime FROM process_events");
    harness_expect(db, "21", "SELECT cmdline_size FROM process_events WHERE eid = '10'");
    /* Without a name for it, an account is its number, and equals it as number and as text. */
    for (int i = 0; i < 4; i++) {
        static const char *const tables[] = {"process_events", "process_rows", "service_commands",
                                             "service_command_rows"};
        harness_expect(db, "1|1|1",
                       "SELECT count(*), sum(login_user = 1000), sum(login_user = '1000') FROM %s "
                       "WHERE login_user = 1000 AND user = 5",
                       tables[i]);
    }
    harness_close(db);
}
END_TEST

START_TEST(accounts_and_groups_are_those_of_the_files)
{
    sqlite3 *db = open_root();

    harness_write_text(root, "etc/passwd",
                       "root:x:0:0:root:/root:/bin/bash\n"
                       "nobody:x:4294967294:65534:No body,,,:/nonexistent:/usr/sbin/nologin\n");
    harness_write_text(root, "etc/group", "root:x:0:\nadm:x:4:ann,bob\nnogroup:x:4294967295:\n");
    harness_expect(db,
                   "0|0|root|root|/root|/bin/bash\n"
                   "4294967294|65534|nobody|No body,,,|/nonexistent|/usr/sbin/nologin",
                   "SELECT uid, gid, username, description, directory, shell FROM users");
    harness_expect(db, "0|root\n4|adm\n4294967295|nogroup", "SELECT gid, groupname FROM groups");
    /* A signed number of 32 bits; an account of Linux has no UUID. */
    harness_expect(db, "0|0|NULL\n-2|65534|NULL", "SELECT uid_signed, gid_signed, uuid FROM users");
    harness_expect(db, "0\n4\n-1", "SELECT gid_signed FROM groups");
    harness_close(db);
}
END_TEST

/* A line is a command; one of a time before it is that time's, and no row. osquery has 0 where no time is kept. */
START_TEST(histories_are_lines_of_their_users)
{
    sqlite3 *db = open_root();

    harness_write_text(root, "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(root, "home/ann/.bash_history",
                       "ls -l\n#1700000000\nsystemctl stop auditd\n");
    /* The file is named as it can be opened here, below the evidence's root. */
    harness_expect(db,
                   "1000|NULL|ls -l|home/ann/.bash_history\n"
                   "1000|1700000000.0|systemctl stop auditd|home/ann/.bash_history",
                   "SELECT uid, time, command, substr(history_file, length('%s/') + 1) "
                   "FROM shell_history ORDER BY line",
                   root);
    harness_expect(db, "ann|2",
                   "SELECT username, count(*) FROM users JOIN shell_history USING (uid)");
    harness_close(db);
}
END_TEST

/* path is the program, args what it is given, source the folder that has the item. */
START_TEST(what_starts_by_itself_is_named_with_its_program)
{
    sqlite3 *db = open_root();

    harness_write_text(root, "etc/passwd", "ann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(root, "etc/systemd/system/on.service",
                       "[Service]\nExecStart=-/usr/sbin/on --port 1 \"a b\"\nUser=daemon\n"
                       "[Install]\nWantedBy=multi-user.target\n");
    harness_link(root, "etc/systemd/system/multi-user.target.wants/on.service", "../on.service");
    harness_write_text(root, "etc/systemd/system/idle.service",
                       "[Service]\nExecStart=/usr/sbin/idle\n");
    harness_write_text(root, "etc/init.d/old",
                       "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: old\n"
                       "# Default-Start: 2 3\n### END INIT INFO\n");
    ck_assert_int_eq(chmod(below("etc/init.d/old"), 0755), 0);
    harness_link(root, "etc/rc2.d/S01old", "../init.d/old");
    harness_write_text(root, "etc/xdg/autostart/tray.desktop",
                       "[Desktop Entry]\nType=Application\nName=Tray\nExec=/usr/bin/tray --hide\n");
    harness_write_text(root, "home/ann/.config/autostart/own.desktop",
                       "[Desktop Entry]\nType=Application\nName=Own\nExec=own\n");
    harness_expect(
        db,
        "old|/etc/init.d/old||Startup Item|/etc/init.d/|enabled|root\n"
        "on.service|/usr/sbin/on|--port 1 'a b'|systemd unit|/etc/systemd/system/|enabled|daemon\n"
        "own.desktop|own||Startup Item|/home/ann/.config/autostart/|enabled|ann\n"
        "tray.desktop|/usr/bin/tray|--hide|Startup Item|/etc/xdg/autostart/|enabled|NULL",
        "SELECT name, path, args, type, source, status, username FROM startup_items ORDER BY name");
    harness_close(db);
}
END_TEST

START_TEST(a_crontab_is_shown_as_osquery_shows_it)
{
    sqlite3 *db = open_root();

    harness_write_text(root, "etc/crontab", "# m h\n5 4 * * 1 root /bin/a b\n@daily ann /bin/c\n");
    harness_write_text(root, "var/spool/cron/crontabs/bob", "*/2 * * * * /bin/d\n");
    harness_expect(db,
                   "|5|4|*|*|1|root /bin/a b|/etc/crontab\n@daily||||||ann /bin/c|/etc/crontab\n"
                   "|*/2|*|*|*|*|/bin/d|/var/spool/cron/crontabs/bob",
                   "SELECT event, minute, hour, day_of_month, month, day_of_week, command, path "
                   "FROM crontab ORDER BY path, command DESC");
    harness_close(db);
}
END_TEST

START_TEST(the_running_kernel_is_described)
{
    sqlite3 *db = harness_open();

    if (access("/proc/cmdline", R_OK) != 0 || access("/proc/sys/kernel/osrelease", R_OK) != 0)
        SKIP("needs /proc");
    char *release = harness_read("/proc/sys/kernel/osrelease", NULL);
    release[strcspn(release, "\n")] = '\0';
    harness_expect(db, release, "SELECT version FROM kernel_info");
    free(release);
    harness_expect(db, "0",
                   "SELECT count(*) FROM kernel_info WHERE arguments LIKE '%%BOOT_IMAGE=%%' OR "
                   "' ' || arguments LIKE '%% root=%%'");
    free(harness_query(db, "DELETE FROM evidence"));
    harness_expect(db, "0", "SELECT count(*) FROM kernel_info");
    harness_expect(db, "0", "SELECT count(*) FROM platform_info");
    harness_expect(db, "1", "SELECT count(*) FROM osquery_flags WHERE name = 'attack_version'");
    harness_close(db);
}
END_TEST

/* As its files were when a host was collected: an image of a disk has none of these. */
START_TEST(kernel_and_firmware_are_what_proc_and_sys_say)
{
    sqlite3 *db = open_root();

    harness_expect(db, "0", "SELECT count(*) FROM kernel_info");
    harness_expect(db, "0", "SELECT count(*) FROM platform_info");
    harness_write_text(root, "proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
    harness_write_text(root, "proc/cmdline",
                       "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=12-34 ro quiet init=/bin/sh\n");
    harness_expect(db, "6.1.0-9-amd64|ro quiet init=/bin/sh|/boot/vmlinuz-6.1|UUID=12-34",
                   "SELECT version, arguments, path, device FROM kernel_info");
    harness_write_text(root, "sys/class/dmi/id/bios_vendor", "SeaBIOS\n");
    harness_write_text(root, "sys/class/dmi/id/bios_version", "1.16.2\n");
    harness_write_text(root, "sys/class/dmi/id/bios_date", "04/01/2024\n");
    harness_write_text(root, "sys/class/dmi/id/bios_release", "5.3\n");
    harness_expect(db, "SeaBIOS|1.16.2|04/01/2024|5.3||bios",
                   "SELECT vendor, version, date, revision, extra, firmware_type "
                   "FROM platform_info");
    harness_write_text(root, "sys/firmware/efi/fw_platform_size", "64\n");
    harness_expect(db, "uefi", "SELECT firmware_type FROM platform_info");
    harness_write_text(root, "proc/uptime", "93784.25 1000.00\n");
    harness_expect(db, "1|2|3|4|93784",
                   "SELECT days, hours, minutes, seconds, total_seconds FROM uptime");
    harness_close(db);
}
END_TEST

/* The settings stand for flags. */
START_TEST(flags_have_names_descriptions_and_values)
{
    sqlite3 *db = harness_open();

    free(harness_query(db, "UPDATE svcql_settings SET value = '18.1' WHERE name = "
                           "'attack_version'"));
    harness_expect(db, "string|18.1|0|1",
                   "SELECT type, value, shell_only, length(description) > 10 FROM osquery_flags "
                   "WHERE name = 'attack_version'");
    harness_expect(db, "1",
                   "SELECT count(*) = (SELECT count(*) FROM svcql_settings) FROM osquery_flags");
    harness_close(db);
}
END_TEST

START_TEST(last_has_what_wtmp_has)
{
    sqlite3 *db = open_root();
    char     record[2 * 384] = {0};

    /* struct utmp of 64-bit Linux: type, pid, line, id, user, host, exit, session, time. */
    for (int i = 0; i < 2; i++) {
        char *at = record + 384 * i;
        at[0] = (char)(7 + i);
        at[4] = 42;
        strcpy(at + 8, "pts/0");
        if (i == 0) {
            strcpy(at + 44, "ann");
            strcpy(at + 76, "10.0.0.9");
        }
        memcpy(at + 340, (uint8_t[]){0, 0xe1, 0xf5, 0x65}, 4);
    }
    harness_write(root, "var/log/wtmp", record, sizeof record);
    harness_expect(
        db, "pts/0|42|7|user-process|ann|10.0.0.9|web\npts/0|42|8|dead-process|||web",
        "SELECT tty, pid, type, type_name, username, host, on_host FROM last ORDER BY type");
    harness_expect(db, "integer", "SELECT DISTINCT typeof(time) FROM last");
    harness_close(db);
}
END_TEST

START_TEST(lines_of_words_are_shown_as_osquery_shows_them)
{
    sqlite3 *db = open_root();

    harness_write_text(
        root, "etc/hosts",
        "# names\n127.0.0.1\tlocalhost  web # own\n\n::1\n6.6.6.6 update.vendor.example\r\n");
    harness_write_text(root, "proc/modules",
                       "nf_tables 356352 2 nft_ct,nft_x, Live 0xffffffffc0a00000\n"
                       "odd 1 0 - Loading 0x0 (OE)\n");
    harness_write_text(root, "proc/self/mounts",
                       "/dev/sda1 / ext4 rw,relatime 0 0\n"
                       "tmpfs /tmp/a\\040b\\011 tmpfs rw,nosuid 0 0\n");
    harness_expect(db, "127.0.0.1|localhost  web\n6.6.6.6|update.vendor.example",
                   "SELECT address, hostnames FROM etc_hosts");
    harness_expect(db,
                   "nf_tables|356352|nft_ct,nft_x,|Live|0xffffffffc0a00000\nodd|1|-|Loading|0x0",
                   "SELECT name, size, used_by, status, address FROM kernel_modules");
    harness_expect(db,
                   "/dev/sda1|/dev/sda1|/|ext4|rw,relatime\ntmpfs|tmpfs|/tmp/a b\t|tmpfs|rw,nosuid",
                   "SELECT device, device_alias, path, type, flags FROM mounts");
    harness_close(db);
}
END_TEST

/* Functions --------------------------------------------------------------------------------------- */

START_TEST(functions_of_osquery_give_what_they_give_there)
{
    static const struct {
        const char *text, *pattern, *all, *first; /* groups 0 and 1 */
    } cases[] = {
        {"/usr/bin/env", ".*/(.*)", "/usr/bin/env", "env"},
        {"~/a/b/c/d", "([/~].*?/.*?)/", "~/a/", "~/a"},
        {"x.service", ".*\\.(\\w+)$", "x.service", "service"},
        {"curl http://10.1.2.3:80/x", "//(\\d+\\.\\d+\\.\\d+\\.\\d+)[:/]",
         "//10.1.2.3:", "10.1.2.3"},
        {"curl http://e-x.org/", "//([\\w\\-\\.]+)[:/]", "//e-x.org/", "e-x.org"},
        {"abc12345", "(\\d{5,})", "12345", "12345"},
        {"ab-", "(\\W)$", "-", "-"},
        {"aaa", "(a{2})", "aa", "aa"},
        {"aaa", "(a{0})b?", "", ""},
        {"aaaa", "(a{1,3}?)a*$", "aaaa", "a"},
        {"abcd", "(?:ab|a)(b|c)?", "abc", "c"},
        {"ab", "(a|ab)(c|bcd)?", "a", "a"},
        {"xaby", "a(x)?b", "ab", "NULL"},
        {"aXb", "[a-zA-Z]+", "aXb", "NULL"},
        {"a]b", "([]])", "]", "]"},
        {"a{b", "a{b", "a{b", "NULL"},
        {"one two", "\\b(\\w+)$", "two", "two"},
        {"", "(.*)", "", ""},
        {"aaab", "(a*)*b", "aaab", "aaa"},
        {"a", "b", "NULL", "NULL"},
        {"a\nb", "a.b", "NULL", "NULL"},
    };
    static const char *const bad[] = {
        "(", ")", "a**", "[a", "(?=a)", "\\1", "*a", "a{2,1}", "(a{1000}){1000}", "[z-a]"};
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *expected = sqlite3_mprintf("%s|%s", cases[i].all, cases[i].first);
        char *sql =
            sqlite3_mprintf("SELECT regex_match(%Q, %Q, 0), regex_match(%Q, %Q, 1)", cases[i].text,
                            cases[i].pattern, cases[i].text, cases[i].pattern);
        harness_expect(db, expected, "%s", sql);
        sqlite3_free(sql);
        sqlite3_free(expected);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_str_eq(harness_error(db, "SELECT regex_match('a', '%s', 0)", bad[i]),
                         "regex_match: not a pattern that is understood");
    ck_assert_str_eq(harness_error(db, "SELECT regex_match('a', 'a', 10)"),
                     "regex_match: the group is 0 to 9");
    /* What would take a matcher that goes back for ever. */
    harness_expect(db, "NULL", "SELECT regex_match(hex(zeroblob(5000)) || 'x', '(0*)*(0*)*y', 1)");
    harness_expect(db, "a1|a, b||",
                   "SELECT concat('a', NULL, 1), concat_ws(', ', 'a', NULL, 'b'), concat(NULL), "
                   "concat_ws('-')");
    harness_expect(db, "usr|env|NULL|NULL",
                   "SELECT split('/usr/bin/env', '/', 0), split('/usr/bin/env', '/', 2), "
                   "split('/usr/bin/env', '/', 3), split(NULL, '/', 0)");
    harness_close(db);
}
END_TEST

Suite *make_osquery_tables_suite(void)
{
    Suite *suite = suite_create("osquery_tables");
    TCase *tc = tcase_create("osquery_tables");

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, columns_have_the_names_and_types_of_the_specifications);
    tcase_add_test(tc, what_public_queries_ask_is_served);
    tcase_add_test(tc, processes_mean_what_the_specification_says);
    tcase_add_test(tc, process_events_are_executions);
    tcase_add_test(tc, a_line_of_sudo_has_no_system_call);
    tcase_add_test(tc, accounts_and_groups_are_those_of_the_files);
    tcase_add_test(tc, histories_are_lines_of_their_users);
    tcase_add_test(tc, what_starts_by_itself_is_named_with_its_program);
    tcase_add_test(tc, kernel_and_firmware_are_what_proc_and_sys_say);
    tcase_add_test(tc, flags_have_names_descriptions_and_values);
    tcase_add_test(tc, a_crontab_is_shown_as_osquery_shows_it);
    tcase_add_test(tc, the_running_kernel_is_described);
    tcase_add_test(tc, last_has_what_wtmp_has);
    tcase_add_test(tc, lines_of_words_are_shown_as_osquery_shows_them);
    tcase_add_test(tc, functions_of_osquery_give_what_they_give_there);
    return suite;
}
