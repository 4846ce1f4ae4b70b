/* check_promises.c -- what the frame promises of every table, tried on each: terms that reach a table
 * change nothing but its speed, sources agree with evidence_sources, examples have rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "evidence.h"
#include "formats/text/buffer.h"
#include "harness.h"
#include "make_cases.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "make_macos.h"
#include "make_shimcache.h"
#include "make_systemd.h"
#include "table.h"

#define TABLE(name) extern const struct tbl_table name##_table;
#include "tables.list.h"
#undef TABLE

static const struct tbl_table *const tables[] = {
#define TABLE(name) &name##_table,
#include "tables.list.h"
#undef TABLE
};

static sqlite3    *db;
static const char *dir;

static char *below(const char *part)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, part);
    return path;
}

/* Evidence -------------------------------------------------------------------- */

/* Names that are not UTF-8, that are patterns, that differ in case alone. */
static const char *const names[] = {"caf\xe9", "caf\xc3\xa9", "a[b]",  "a*b",      "A%b",  "a_b",
                                    "a'b",     "UPPER",       "upper", "\xff\xfe", "x y ", "-"};

static void make_hostile_linux(void)
{
    char path[300], passwd[4096] = "root:x:0:0::/root:/bin/sh\n", list[4096] = "/.\n";

    make_linux(below("linux"), "Linux1");
    for (size_t i = 0; i < TBL_COUNT(names); i++) {
        snprintf(path, sizeof path, "etc/systemd/system/%s.service", names[i]);
        harness_write_text(below("linux"), path, "[Service]\nExecStart=/bin/a\nUser=x\n");
        snprintf(path, sizeof path, "etc/systemd/system/%s.service.d/%s.conf", names[i], names[i]);
        harness_write_text(below("linux"), path, "[Service]\nNice=1\n");
        snprintf(path, sizeof path, "home/%s/.bash_history", names[i]);
        harness_write_text(below("linux"), path, "systemctl start x\n");
        snprintf(path, sizeof path, "home/%s/.config/systemd/user/u.service", names[i]);
        harness_write_text(below("linux"), path, "[Service]\nExecStart=/bin/a\n");
        snprintf(passwd + strlen(passwd), 300, "%s:x:%zu:1::/home/%s:/bin/sh\n", names[i], 1000 + i,
                 names[i]);
        snprintf(list + strlen(list), 300, "/etc/systemd/system/%s.service\n", names[i]);
    }
    harness_write_text(below("linux"), "etc/passwd", passwd);
    harness_write_text(below("linux"), "etc/group", "sudo:x:27:ann,b\xe9\nroot:x:0:\n");
    harness_write_text(below("linux"), "etc/sudoers", "ann ALL=(ALL) NOPASSWD: /bin/a\n");
    harness_write_text(below("linux"), "etc/sudoers.d/caf\xe9", "bob ALL=(ALL) ALL\n");
    harness_write_text(below("linux"), "var/lib/dpkg/status",
                       "Package: foo\nStatus: install ok installed\nArchitecture: all\n"
                       "Version: 1\n\nPackage: FOO\nStatus: install ok installed\nVersion: 1\n\n");
    harness_write_text(below("linux"), "var/lib/dpkg/info/foo.list", list);
    harness_write_text(below("linux"), "var/log/dpkg.log",
                       "2026-01-01 10:00:00 install foo:all <none> 1\n"
                       "2026-01-01 10:00:01 status installed foo:all 1\n");
}

static void make_hostile_journal(void)
{
    size_t   size;
    uint8_t *journal = make_journal("regular", &size);

    harness_write(below("linux"), "var/log/journal/0123456789abcdef0123456789abcdef/system.journal",
                  journal, size);
    free(journal);
}

static void make_windows_examples(struct made_hive *hive);

static void make_hostile_windows(void)
{
    struct made_hive         *hive = make_hive();
    const struct staged_event events[] = {
        {.channel = "System", .provider = "P", .id = 1, .time = 1700000000},
        {.channel = "SYSTEM",
         .provider = "p",
         .id = 2,
         .time = 1700000100,
         .computer = "caf\xc3\xa9"},
        {.channel = "a%b", .provider = "P", .id = 1, .time = 1700000200},
    };
    char path[300];

    make_windows(below("windows"), "WIN1", "%4");
    make_evtx(below("windows/Windows/System32/winevt/Logs/Other.evtx"), events, TBL_COUNT(events));
    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    for (size_t i = 0; i < TBL_COUNT(names); i++) {
        if ((unsigned char)names[i][strcspn(names[i], "\xe9\xff")]) /* hives are UTF-16 */
            continue;
        snprintf(path, sizeof path, "ControlSet001\\Services\\%s", names[i]);
        struct made_key *key = make_hive_key(hive, path);
        make_hive_string(key, "ImagePath", "C:\\a.exe");
        make_hive_string(key, names[i], "x");
        make_hive_dword(key, "Type", 16);
        make_hive_written(key, 1700000000 + (double)i);
    }
    make_hive_written(make_hive_key(hive, "ControlSet002\\Services\\old"), 1600000000);
    make_hive_deleted(make_hive_key(hive, "ControlSet001\\Services\\gone"));
    make_windows_examples(hive);
    make_hive_file(hive, dir, "windows/Windows/System32/config/SYSTEM");
    make_hive_free(hive);
}

/* Something for each example to find. */
static void make_linux_examples(void)
{
    const char *root = below("linux");
    char        text[4096], now[32], link[4200];
    time_t      seconds = time(NULL);
    long        t = (long)seconds;
    struct tm   utc;

    strftime(now, sizeof now, "%Y-%m-%d  %H:%M:%S", gmtime_r(&seconds, &utc));
    snprintf(
        text, sizeof text,
        "type=SERVICE_START msg=audit(%ld.000:1): pid=1 uid=0 auid=4294967295 ses=4294967295 "
        "msg='unit=evil comm=\"systemd\" exe=\"/x\" hostname=? addr=? terminal=? "
        "res=success'\n"
        "type=SYSCALL msg=audit(%ld.000:2): arch=c000003e syscall=59 success=yes exit=0 items=1 "
        "ppid=1 pid=2 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=1 comm=\"systemctl\" "
        "exe=\"/usr/bin/systemctl\" key=(null)\n"
        "type=EXECVE msg=audit(%ld.000:2): argc=2 a0=\"systemctl\" a1=\"start\"\n"
        "type=SYSCALL msg=audit(%ld.000:3): arch=c000003e syscall=257 success=yes exit=3 items=1 "
        "ppid=1 pid=3 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=1 comm=\"cp\" "
        "exe=\"/usr/bin/cp\" key=(null)\n"
        "type=PATH msg=audit(%ld.000:3): item=0 name=\"/etc/systemd/system/x.service\" inode=1 "
        "dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE\n",
        t, t, t, t, t);
    harness_write_text(root, "var/log/audit/audit.log", text);
    snprintf(text, sizeof text,
             "Start-Date: %s\nCommandline: apt-get install dbus\nRequested-By: ann (1000)\n"
             "Install: dbus:amd64 (1.0)\nEnd-Date: %s\n\n",
             now, now);
    harness_write_text(root, "var/log/apt/history.log", text);
    harness_write_text(root, "var/log/auth.log",
                       "Nov 24 10:00:00 h sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
                       "COMMAND=/usr/bin/systemctl start evil\n"
                       "Nov 24 10:00:01 h sshd[9]: Accepted password for ann from 10.0.0.1 port 2 "
                       "ssh2\n"
                       "Nov 24 10:00:02 h polkitd[7]: Operator of unix-session:1 successfully "
                       "authenticated as unix-user:ann to gain TEMPORARY authorization for action "
                       "org.freedesktop.systemd1.manage-units for system-bus-name::1.5 [systemctl "
                       "start x] (owned by unix-user:ann)\n");
    harness_write_text(root, "etc/os-release", "PRETTY_NAME=\"Debian\"\n");
    harness_write_text(root, "etc/crontab", "@reboot root /tmp/x\n");
    harness_write_text(root, "etc/hosts", "127.0.0.1 localhost\n");
    harness_write_text(root, "tmp/x", "x\n");
    harness_write_text(root, "etc/udev/rules.d/9.rules", "RUN+=\"/opt/x\"\n");
    harness_write_text(root, "etc/sudoers", "ann ALL=(ALL) NOPASSWD: /usr/bin/systemctl\n");
    harness_write_text(root, "etc/polkit-1/localauthority/50-local.d/x.pkla",
                       "[x]\nIdentity=unix-user:ann\nAction=org.freedesktop.systemd1.*\n"
                       "ResultAny=yes\nResultActive=yes\n");
    harness_write_text(root, "etc/systemd/system/evil.service.d/a.conf",
                       "[Service]\nExecStart=\nExecStart=/tmp/y\nEnvironment=LD_PRELOAD=/tmp/z\n");
    harness_write_text(root, "usr/lib/systemd/system/systemd-journald.service",
                       "[Service]\nExecStart=/usr/lib/systemd/systemd-journald\n");
    harness_write_text(root, "usr/lib/systemd/system/dbus.service", "[Service]\nExecStart=/a\n");
    harness_write_text(root, "usr/lib/systemd/system/news.service", "[Service]\nExecStart=/a\n");
    harness_write_text(root, "etc/systemd/system/news.service", "");
    harness_write_text(root, "etc/systemd/system/dbus.service", "[Service]\nExecStart=/b\n");
    static const uint8_t login[384] = {7, [8] = 't', [44] = 'b', [76] = 'h', [343] = 0x60};
    harness_write(root, "var/log/wtmp", login, sizeof login);
    harness_write(root, "var/log/btmp", login, sizeof login);
    snprintf(link, sizeof link, "%s/etc/systemd/system/linked.service", root);
    ck_assert_int_eq(symlink("/opt/linked.service", link), 0);
    harness_write_text(root, "usr/lib/systemd/system/masked.service", "[Service]\nExecStart=/a\n");
    snprintf(link, sizeof link, "%s/etc/systemd/system/masked.service", root);
    ck_assert_int_eq(symlink("/dev/null", link), 0);
    harness_write_text(root, "var/lib/dpkg/status",
                       "Package: foo\nStatus: install ok installed\nArchitecture: all\n"
                       "Version: 1\n\nPackage: dbus\nStatus: install ok installed\n"
                       "Architecture: all\nVersion: 1\n\n");
    harness_write_text(root, "var/lib/dpkg/info/dbus.list",
                       "/.\n/usr/lib/systemd/system/dbus.service\n/bin/systemctl\n");
    harness_write_text(root, "var/lib/dpkg/info/dbus.md5sums",
                       "00000000000000000000000000000000  usr/lib/systemd/system/dbus.service\n");
    harness_write_text(root, "var/log/dpkg.log", "2026-01-01 10:00:00 install dbus:all <none> 1\n");
}

static void make_windows_examples(struct made_hive *hive)
{
    static const char *const service = "ControlSet001\\Services\\";
    char                     path[300];

    snprintf(path, sizeof path, "%sshown", service);
    struct made_key *key = make_hive_key(hive, path);
    make_hive_string(key, "ImagePath", "C:\\Program Files\\A B\\c.exe -k");
    make_hive_string(key, "FailureCommand", "C:\\a.exe");
    make_hive_dword(key, "Type", 16);
    snprintf(path, sizeof path, "%sshown\\Security", service);
    make_hive_descriptor(make_hive_key(hive, path), "Security",
                         "O:SYG:SYD:(D;;LCRP;;;IU)(D;;LCRP;;;SU)(D;;LCRP;;;BA)(A;;LCRP;;;SY)");
    make_hive_descriptor(make_hive_key(hive, "ControlSet001\\Control\\ServiceGroupOrder\\Security"),
                         "Security", "O:SYG:SYD:(A;;0xf003f;;;WD)");
    make_hive_written(make_hive_key(hive, "ControlSet001\\Services"), 1800000000);

    static const struct made_program programs[] = {{"C:\\a.exe", 133000000000000000, true},
                                                   {"C:\\Users\\Public\\x.exe", 0, false}};
    size_t                           size;
    uint8_t                         *cache = make_shimcache("10", programs, 2, &size);
    make_hive_value(make_hive_key(hive, "ControlSet001\\Control\\Session Manager\\AppCompatCache"),
                    "AppCompatCache", 3, cache, size);
    free(cache);
}

static void make_amcache(void)
{
    struct made_hive *hive = make_hive();

    make_hive_string(make_hive_key(hive, "Root\\InventoryApplicationFile\\a"), "LowerCaseLongPath",
                     "c:\\a.exe");
    make_hive_dword(make_hive_key(hive, "Root\\InventoryDriverBinary\\c:/x.sys"), "DriverInBox", 0);
    make_hive_file(hive, dir, "windows/Windows/AppCompat/Programs/Amcache.hve");
    make_hive_free(hive);
}

static void make_software_hive(void)
{
    struct made_hive *hive = make_hive();

    make_hive_string(make_hive_key(hive, "Microsoft\\Windows\\CurrentVersion\\Run"), "x",
                     "C:\\x.exe");
    make_hive_file(hive, dir, "windows/Windows/System32/config/SOFTWARE");
    make_hive_free(hive);
}

/* What tools printed, with the names as what they print of. */
static void make_collected(void)
{
    struct buffer services = {0}, entries = {0};

    for (size_t i = 0; i < TBL_COUNT(names); i++) {
        buffer_puts(&services, "{\"StartMode\":\"Auto\",\"PathName\":\"C:\\\\a.exe\",\"Name\":");
        buffer_json(&services, names[i], strlen(names[i]));
        buffer_puts(&services, "}\n");
        buffer_printf(&entries,
                      "{\"timestamp\":\"2026-11-20 10:44:%02u.5+0100\",\"processID\":%u,"
                      "\"eventMessage\":\"x\",\"processImagePath\":",
                      (unsigned)i % 60, (unsigned)i);
        buffer_json(&entries, names[i], strlen(names[i]));
        buffer_puts(&entries, ",\"subsystem\":");
        buffer_json(&entries, names[i], strlen(names[i]));
        buffer_puts(&entries, "}\n");
    }
    buffer_puts(&entries, "{\"timestamp\":\"2026-11-20 10:50:00.5+0100\",\"eventMessage\":\"y\","
                          "\"processImagePath\":\"/sbin/launchd\",\"processID\":1}\n");
    harness_write(dir, "collected/services.json", services.data, services.size);
    harness_write(dir, "collected/log.ndjson", entries.data, entries.size);
    buffer_free(&services);
    buffer_free(&entries);
}

static void begin(void)
{
    dir = harness_scratch();
    make_collected();
    make_hostile_linux();
    make_linux_examples();
    make_hostile_journal();
    make_hostile_windows();
    make_software_hive();
    make_amcache();
    make_macos(below("macos"), "mac1");
    harness_write_text(below("macos"), "private/var/db/com.apple.xpc.launchd/disabled.502.plist",
                       "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>"
                       "<key>com.apple.x</key><true/></dict></plist>\n");
    db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
}

static void finish(void)
{
    harness_close(db);
}

/* Terms ------------------------------------------------------------------------ */

/* A term that reaches the table, and the same after a '+', which does not. X is the column,
 * v.x for a value of it. */
static const struct {
    unsigned    flags;
    const char *term;
    bool        text; /* only of a column of text: '+' takes a number's affinity away */
} terms[] = {
    {TBL_KEY | TBL_RANGE, "X = v.x", false},
    {TBL_KEY, "X IN (v.x, v.y, 'other')", false},
    {TBL_KEY, "X IN (v.x, NULL)", false},
    {TBL_KEY, "X = upper(v.x)", true},
    {TBL_KEY, "X = v.x COLLATE NOCASE", true},
    {TBL_KEY, "X = v.x COLLATE BINARY", true},
    {TBL_KEY, "X IS v.x", false},
    {TBL_RANGE, "X >= v.x", false},
    {TBL_RANGE, "X > v.x", false},
    {TBL_RANGE, "X <= v.x", false},
    {TBL_RANGE, "X < v.x", false},
    {TBL_RANGE, "X BETWEEN v.x AND v.y", false},
    {TBL_PREFIX, "X GLOB v.x", false},
    {TBL_PREFIX, "X GLOB substr(v.x, 1, length(v.x) - 2) || '*'", false},
    {TBL_PREFIX, "X GLOB substr(v.x, 1, length(v.x) / 2) || '*'", false},
    {TBL_PREFIX, "X GLOB upper(substr(v.x, 1, length(v.x) / 2)) || '*'", false},
    {TBL_PREFIX, "X LIKE v.x", false},
    {TBL_PREFIX, "X LIKE upper(v.x)", false},
    {TBL_PREFIX, "X LIKE lower(substr(v.x, 1, length(v.x) - 1)) || '%'", false},
    {TBL_PREFIX, "X LIKE substr(v.x, 1, length(v.x) / 2) || '%'", false},
    {TBL_PREFIX, "X LIKE '%' || substr(v.x, 3) || '%'", false},
};

/* The term with the column's name, after `mark`, for each X. */
static void write_term(char *out, size_t size, const char *term, const char *mark,
                       const char *column)
{
    size_t n = 0;

    for (const char *p = term; *p && n + 100 < size; p++)
        if (*p == 'X')
            n += (size_t)snprintf(out + n, size - n, "%st.\"%s\"", mark, column);
        else
            out[n++] = *p;
    out[n] = '\0';
}

/* The values of a column that are tried, `most` of them, and the next of each. */
static void keep_values(const char *table, const char *column, int most)
{
    harness_query(db, "DROP TABLE IF EXISTS temp.tried");
    harness_query(db,
                  "CREATE TEMP TABLE tried AS WITH d AS MATERIALIZED (SELECT DISTINCT \"%s\" "
                  "COLLATE BINARY AS x FROM \"%s\" WHERE \"%s\" IS NOT NULL LIMIT %d) "
                  "SELECT x, lead(x) OVER (ORDER BY x) AS y FROM d UNION ALL SELECT '', 'x' "
                  "UNION ALL SELECT 'nosuch', 1",
                  column, table, column, most);
}

/* The first value for which a term that reaches the table gives other rows; NULL for none. */
static char *differing_value(const char *table, const char *column, const char *term)
{
    char pushed[600], plain[600];

    write_term(pushed, sizeof pushed, term, "", column);
    write_term(plain, sizeof plain, term, "+", column);
    char *rows =
        harness_query(db,
                      "SELECT quote(x) || ' gives ' || a || ', not ' || b FROM ("
                      "SELECT v.x, (SELECT count(*) FROM \"%s\" AS t WHERE %s) AS a, "
                      "(SELECT count(*) FROM \"%s\" AS t WHERE %s) AS b FROM temp.tried AS v"
                      ") WHERE a <> b LIMIT 1",
                      table, pushed, table, plain);
    return *rows ? rows : NULL;
}

static bool has_needed(const struct tbl_table *table)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].flags & TBL_NEEDED)
            return true;
    return false;
}

static bool is_found(const struct tbl_table *table)
{
    return strcmp(table->name, "found") == 0;
}

/* Whether its rows are the same when it is read again: not those of the running system. */
static bool holds_still(const struct tbl_table *table)
{
    return !(table->artefacts & 1u << ARTEFACT_LIVE) && (!table->probe || is_found(table)) &&
           !has_needed(table) &&
           strcmp(table->name, "svcql_tables") != 0 && /* counts its own scans */
           strcmp(table->name, "evidence_sources") != 0;
}

static size_t try_column(const struct tbl_table *table, const struct tbl_column *column, int most,
                         char *report, size_t size)
{
    size_t wrong = 0;

    keep_values(table->name, column->name, most);
    for (size_t i = 0; i < TBL_COUNT(terms); i++) {
        bool  fits = column->flags & terms[i].flags && (!terms[i].text || column->type == TBL_TEXT);
        char *value = fits ? differing_value(table->name, column->name, terms[i].term) : NULL;
        if (!value)
            continue;
        wrong++;
        snprintf(report + strlen(report), size - strlen(report), "%s.%s: %s: %s\n", table->name,
                 column->name, terms[i].term, value);
    }
    return wrong;
}

static void try_table(const struct tbl_table *table, int most)
{
    char   report[16384] = "";
    size_t wrong = 0;

    for (size_t c = 0; c < table->n_columns && strlen(report) < 12000; c++) {
        const struct tbl_column *column = &table->columns[c];
        if (!(column->flags & TBL_HIDDEN) && column->flags & (TBL_KEY | TBL_RANGE | TBL_PREFIX))
            wrong += try_column(table, column, most, report, sizeof report);
    }
    ck_assert_msg(wrong == 0, "%s", report);
}

START_TEST(terms_that_reach_a_table_give_the_rows_that_they_would_without)
{
    if (holds_still(tables[_i]))
        try_table(tables[_i], is_found(tables[_i]) ? 2 : 40); /* each query runs all analytics */
}
END_TEST

/* Of the running system: inside, where nothing else runs. */
static const char *box;
static pid_t       booted;

static void boot(void)
{
    box = harness_scratch();
    booted = systemd_start(box);
}

static void stop(void)
{
    if (booted > 0)
        systemd_stop(box);
}

START_TEST(terms_that_reach_a_table_of_the_running_system_change_nothing)
{
    if (!(tables[_i]->artefacts & 1u << ARTEFACT_LIVE))
        return;
    NEED_SYSTEMD(booted);
    systemd_enter(box);
    db = harness_open();
    try_table(tables[_i], 3);
    harness_close(db);
}
END_TEST

/* Sources ------------------------------------------------------------------------ */

static bool has_column(const struct tbl_table *table, const char *name)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (strcmp(table->columns[c].name, name) == 0)
            return true;
    return false;
}

/* A table of evidence has a host and a source. Those that need an argument report what it names. */
START_TEST(a_table_of_evidence_says_what_it_reads)
{
    const struct tbl_table *table = tables[_i];

    if (!has_column(table, "host") || !has_column(table, "source") || has_needed(table) ||
        strcmp(table->name, "evidence_sources") == 0)
        return;
    ck_assert_msg(table->artefacts || table->probe, "%s: neither artefacts nor probe", table->name);
}
END_TEST

/* No table has been read but the one at hand, which may read others' sources by itself. */
START_TEST(what_was_not_read_is_not_shown_as_read)
{
    const struct tbl_table *table = tables[_i];

    if (has_needed(table) || table->probe)
        return;
    harness_expect(db, "",
                   "SELECT table_name || ': ' || location FROM evidence_sources "
                   "WHERE status = 'read' AND table_name <> 'evidence'");
    harness_query(db, "SELECT count(*) FROM \"%s\"", table->name);
    char *read = harness_query(db,
                               "SELECT table_name || ': ' || location FROM evidence_sources "
                               "WHERE status = 'read' AND table_name NOT IN ('evidence', '%s')",
                               table->name);
    ck_assert_msg(!*read, "%s: a scan made other tables' sources read: %s", table->name, read);
    char *ready = harness_query(db,
                                "SELECT location FROM evidence_sources WHERE status = 'ready' "
                                "AND table_name = '%s' AND detail = 'not read yet'",
                                table->name);
    ck_assert_msg(!*ready, "%s: not read after a whole scan: %s", table->name, ready);
}
END_TEST

/* Examples ----------------------------------------------------------------------- */

/* What no file that the test makes can show. */
static const struct {
    const char *table, *sql; /* part of the query; NULL: all of the table's */
} elsewhere[] = {
    {"attached_baseline", NULL},               /* needs a baseline */
    {"journal", NULL},                         /* needs journald, which wrote within the hour */
    {"path_permissions", NULL},                /* is about this host's /usr/bin */
    {"svcql_rules", NULL},                     /* reads /etc */
    {"evidence_sources", "'denied'"},          /* nothing is denied to root */
    {"windows_events", "carved"},              /* needs a damaged log */
    {"windows_events", "'/triage"},            /* names a folder */
    {"registry_services", "copy IS NOT NULL"}, /* needs a shadow copy */
    {"logged_in_users", NULL},                 /* of this host, just now */
    {"hash", "processes"},                     /* of what runs here */
    {"file", "processes"},
};

static bool is_elsewhere(const char *table, const char *sql)
{
    for (size_t i = 0; i < TBL_COUNT(elsewhere); i++)
        if (strcmp(elsewhere[i].table, table) == 0 &&
            (!elsewhere[i].sql || strstr(sql, elsewhere[i].sql)))
            return true;
    return false;
}

START_TEST(each_example_finds_something)
{
    const struct tbl_table *table = tables[_i];

    if (table->probe || table->artefacts & 1u << ARTEFACT_LIVE)
        return;
    for (size_t i = 0; i < table->n_examples; i++) {
        const char *sql = table->examples[i].sql;
        if (is_elsewhere(table->name, sql))
            continue;
        char *rows = harness_query(db, "%s", sql);
        ck_assert_msg(*rows, "%s: no row for \"%s\": %s", table->name, table->examples[i].title,
                      sql);
    }
}
END_TEST

/* Shapes ------------------------------------------------------------------------ */

static const char *const alone[] = {"linux", "windows", "macos", "linux/var/log",
                                    "windows/Windows/System32/winevt/Logs"};

/* A view of a shape is not read where no evidence has what gives it rows: none may be lost by that. */
START_TEST(views_of_shapes_have_all_rows_of_their_facts)
{
    int64_t all = 0;

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", below(alone[_i]));
    char *shapes = harness_query(
        db, "SELECT group_concat(substr(name, 1, length(name) - 6)) FROM svcql_tables WHERE kind = "
            "'facts' AND name GLOB '*_facts'");
    for (const char *shape = strtok(shapes, ","); shape; shape = strtok(NULL, ",")) {
        int64_t facts = harness_int(db, "SELECT count(*) FROM %s_facts", shape);
        ck_assert_msg(harness_int(db, "SELECT count(*) FROM %s_signals", shape) == facts,
                      "%s_signals has not the %lld rows of its facts", shape, (long long)facts);
        all += facts;
    }
    ck_assert_msg(all > 0 || strchr(alone[_i], '/'), "no facts at all");
    free(shapes);
}
END_TEST

Suite *make_promises_suite(void)
{
    Suite *suite = suite_create("promises");
    TCase *tcase = tcase_create("tables");

    tcase_add_checked_fixture(tcase, begin, finish);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, terms_that_reach_a_table_give_the_rows_that_they_would_without, 0,
                        TBL_COUNT(tables));
    tcase_add_loop_test(tcase, a_table_of_evidence_says_what_it_reads, 0, TBL_COUNT(tables));
    tcase_add_loop_test(tcase, what_was_not_read_is_not_shown_as_read, 0, TBL_COUNT(tables));
    tcase_add_loop_test(tcase, each_example_finds_something, 0, TBL_COUNT(tables));
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("live");
    tcase_add_unchecked_fixture(tcase, boot, stop);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, terms_that_reach_a_table_of_the_running_system_change_nothing, 0,
                        TBL_COUNT(tables));
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("shapes");
    tcase_add_checked_fixture(tcase, begin, finish);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, views_of_shapes_have_all_rows_of_their_facts, 0, TBL_COUNT(alone));
    suite_add_tcase(suite, tcase);
    return suite;
}
