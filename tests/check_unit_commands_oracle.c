/* check_unit_commands_oracle.c -- commands of generated units, and of the host's own, against what
 * a real systemd makes of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "systemd_box.h"

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ANY(array)   ((array)[any(COUNT(array))])

/* Output of the manager ------------------------------------------------------- */

static const char *const properties[] = {"ExecCondition", "ExecStartPre", "ExecStart",
                                         "ExecStartPost", "ExecReload",   "ExecStop",
                                         "ExecStopPost",  "Environment"};

/* The object of a unit: all but letters and digits as _xx. */
static void object_path(const char *unit, char ret[1024])
{
    size_t n = (size_t)sprintf(ret, "/org/freedesktop/systemd1/unit/");

    for (; *unit; unit++) {
        bool plain = (*unit >= 'a' && *unit <= 'z') || (*unit >= 'A' && *unit <= 'Z') ||
                     (*unit >= '0' && *unit <= '9');
        n += (size_t)sprintf(ret + n, plain ? "%c" : "_%02x", (unsigned)(unsigned char)*unit);
    }
}

/* Put a line of the manager's answer for each of a unit's properties into the table `theirs`. */
static void ask(sqlite3 *db, const char *unit, const char *interface, const char *const *names,
                size_t n)
{
    char   command[4096], path[1024], *line = NULL;
    size_t size, room = 0;

    object_path(unit, path);
    size = (size_t)snprintf(command, sizeof command,
                            "busctl --json=short get-property org.freedesktop.systemd1 %s "
                            "org.freedesktop.systemd1.%s",
                            path, interface);
    for (size_t i = 0; i < n; i++)
        size += (size_t)snprintf(command + size, sizeof command - size, " %s", names[i]);
    FILE *pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(getline(&line, &room, pipe) > 0, "%s: %s", unit, names[i]);
        char *sql = sqlite3_mprintf("INSERT INTO theirs VALUES(%Q, %Q, %Q)", unit, names[i], line);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(sql);
    }
    free(line);
    ck_assert_int_eq(pclose(pipe), 0);
}

/* The same of all units, one a line in `units`, and how each was loaded. Returns how many. */
static size_t ask_services(sqlite3 *db, char *units)
{
    char  *line = NULL, name[256] = "", state[32];
    size_t n = 0, room = 0;

    harness_write_text("/", "tmp/units", units);
    FILE *pipe = popen("xargs -d '\\n' -a /tmp/units systemctl show -p Id -p LoadState", "re");
    ck_assert_ptr_nonnull(pipe);
    while (getline(&line, &room, pipe) > 0) {
        sscanf(line, "Id=%255[^\n]", name);
        if (sscanf(line, "LoadState=%31s", state) != 1)
            continue;
        char *sql = sqlite3_mprintf("INSERT INTO theirs VALUES(%Q, 'LoadState', %Q)", name, state);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(sql);
    }
    free(line);
    ck_assert_int_eq(pclose(pipe), 0);
    for (char *unit; (unit = strsep(&units, "\n")); n++)
        ask(db, unit, "Service", properties, COUNT(properties));
    return n;
}

static sqlite3 *open_theirs(void)
{
    sqlite3 *db = harness_open();

    ck_assert_int_eq(
        sqlite3_exec(db, "CREATE TEMP TABLE theirs(unit, key, answer)", NULL, NULL, NULL),
        SQLITE_OK);
    return db;
}

/* Rows of both sides that the other has not, or not as often. */
static void expect_same(sqlite3 *db, const char *what, const char *ours, const char *theirs)
{
    char *differ = harness_query(db,
                                 "WITH o AS MATERIALIZED (%s), t AS MATERIALIZED (%s) "
                                 "SELECT 'ours', * FROM (SELECT * FROM o EXCEPT SELECT * FROM t) "
                                 "UNION ALL SELECT 'theirs', * FROM (SELECT * FROM t EXCEPT "
                                 "SELECT * FROM o) ORDER BY 2, 1",
                                 ours, theirs);

    ck_assert_msg(!*differ, "%s\n%s", what, differ);
    differ = harness_query(db, "SELECT (SELECT count(*) FROM (%s)), (SELECT count(*) FROM (%s))",
                           ours, theirs);
    ck_assert_msg(atoll(differ) == atoll(strchr(differ, '|') + 1), "%s: rows %s", what, differ);
}

static void expect_agreement(sqlite3 *db, const char *what)
{
    expect_same(
        db, what,
        "SELECT unit, setting, row_number() OVER (PARTITION BY unit, setting ORDER BY "
        "position) - 1, executable, (SELECT group_concat(hex(value)) FROM json_each(argv)), "
        "flags GLOB '*-*' FROM unit_commands WHERE effective AND scope = 'system' AND unit "
        "IN (SELECT unit FROM theirs WHERE key = 'LoadState' AND answer = 'loaded')",
        "SELECT unit, t.key, c.key, c.value ->> 0, (SELECT group_concat(hex(value)) FROM "
        "json_each(c.value, '$[1]')), c.value ->> 2 FROM theirs AS t, "
        "json_each(answer, '$.data') AS c WHERE t.key GLOB 'Exec*' AND unit IN (SELECT unit "
        "FROM theirs WHERE key = 'LoadState' AND answer = 'loaded')");
    expect_same(
        db, what,
        "SELECT DISTINCT unit, (SELECT group_concat(hex(key || '=' || value)) FROM "
        "json_each(environment)) FROM unit_commands WHERE effective AND scope = 'system' "
        "AND unit IN (SELECT unit FROM theirs WHERE key = 'Environment' AND answer ->> "
        "'$.data[0]' IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM unit_settings AS s WHERE "
        "s.unit = unit_commands.unit AND key = 'EnvironmentFile')",
        "SELECT unit, (SELECT group_concat(hex(value)) FROM json_each(answer, '$.data')) FROM "
        "theirs WHERE key = 'Environment' AND answer ->> '$.data[0]' IS NOT NULL AND unit IN "
        "(SELECT unit FROM unit_commands WHERE effective AND scope = 'system') AND NOT "
        "EXISTS (SELECT 1 FROM unit_settings AS s WHERE s.unit = theirs.unit AND key = "
        "'EnvironmentFile')");
}

/* The host's own units -------------------------------------------------------- */

START_TEST(commands_of_the_hosts_units_are_those_that_the_manager_has)
{
    ENTER();
    sqlite3 *db = open_theirs();
    char *units = harness_query(db, "SELECT DISTINCT unit FROM unit_commands WHERE effective AND "
                                    "scope = 'system' AND unit NOT GLOB '*@.*' AND unit GLOB "
                                    "'*.service'");

    /* How many there are is the machine's affair. */
    ck_assert_uint_gt(ask_services(db, units), 30);
    expect_agreement(db, "the host's units");
    harness_close(db);
}
END_TEST

/* Generated units ------------------------------------------------------------- */

#define UNITS          300
#define GENERATED_SEED 7919

static const char *const programs[] = {
    "/bin/echo",      "/bin/true",    "echo",       "//usr/./bin//true",
    "/bin/../bin/sh", "%h/x",         "\"/bin/a\"", "\\x2fbin\\x2fsh",
    "/opt/%p",        "/bin/",        "a/b",        "/b\"c",
    "/bin/sh",        "/usr/bin/env", ".",          "%t/%N/x",
    "/x%%y",          "'/a b'",
};

static const char *const prefixes[] = {"",   "",   "",   "-",  "@",  ":",   "+",   "!",
                                       "!!", "-@", "@-", ":-", "+!", "!!!", "-:+", "@@"};

static const char *const words[] = {
    "a",      "b c", " ",       " ",     " ; ", " \\; ",    ";",     "\"x y\"", "'x y'",
    "\"x",    "'",   "e\\x2df", "g\\sh", "\\q", "\\u00e9",  "\\101", "\\t",     "\"i\\\"j\"",
    "k'l'm",  "%%",  "%n",      "%N",    "%p",  "%P",       "%i",    "%I",      "%j",
    "%J",     "%f",  "%y",      "%Y",    "%h",  "%t",       "%S",    "%C",      "%L",
    "%E",     "%T",  "%V",      "%u",    "%U",  "%g",       "%G",    "%s",      "%H",
    "%l",     "%m",  "%b",      "%v",    "%a",  "%o",       "%w",    "%B",      "%A",
    "%M",     "%W",  "%q",      "%d",    "%z",  "%",        "$A",    "${B}",    "$$",
    "\\\n  ", "\t",  "=",       "--x=y", "#",   "\xc3\xa9", "\"\"",  "''",      "\\\\",
};

static const char *const variables[] = {
    "A=1",   "B=x",  "A=2",   "\"C=x y\"",   "D='q r'", "bad",   "1x=2",  "E=\\x41",
    "F=\\q", "G=%n", "H=\"q", "\"I=a\\tb\"", "J=",      "=x",    "K-L=1", "M=%%",
    "N=a=b", " ",    "O='",   "P=\\u00e9",   "Q=%z",    "R=a;b", "S=$A",  "T=${B}",
};

static const char *const keys[] = {"ExecCondition", "ExecStartPre", "ExecStart", "ExecStart",
                                   "ExecStartPost", "ExecReload",   "ExecStop",  "ExecStopPost"};

static const char *const names[] = {"g%u.service", "g-h-%u.service", "g\\x2dh-%u.service",
                                    "g@i-%u.service", "g-j@x\\x20y-%u.service"};

static size_t put_words(char *text, const char *const *from, size_t n, uint32_t most)
{
    size_t size = 0;

    for (uint32_t i = 1 + any(most); i; i--)
        size += (size_t)sprintf(text + size, "%s%s", from[any((uint32_t)n)], any(2) ? " " : "");
    return size;
}

static void write_unit(uint32_t number, char name[128])
{
    char   text[8192], path[256];
    size_t size = (size_t)sprintf(text, "[Service]\nType=oneshot\nExecStart=/bin/true\n");

    snprintf(name, 128, ANY(names), number); /* NOLINT: the formats are above */
    for (uint32_t n = any(4); n; n--) {
        size += (size_t)sprintf(text + size, "Environment=");
        size += any(12) ? put_words(text + size, variables, COUNT(variables), 4) : 0;
        text[size++] = '\n';
    }
    for (uint32_t n = 1 + any(3); n; n--) {
        size += (size_t)sprintf(text + size, "%s=%s%s ", ANY(keys), ANY(prefixes), ANY(programs));
        size += put_words(text + size, words, COUNT(words), 6);
        text[size++] = '\n';
    }
    text[size] = '\0';
    snprintf(path, sizeof path, "etc/systemd/system/%s", name);
    harness_write_text("/", path, text);
}

START_TEST(commands_of_generated_units_are_those_that_the_manager_has)
{
    char name[128], what[64];

    ENTER();
    sqlite3 *db = open_theirs();
    seed = GENERATED_SEED;
    snprintf(what, sizeof what, "seed %u", seed);
    for (uint32_t i = 0; i < UNITS; i++)
        write_unit(1000 + i, name);
    systemd_shell("systemctl daemon-reload");
    char *units =
        harness_query(db, "SELECT DISTINCT unit FROM unit_commands WHERE scope = 'system' "
                          "AND (unit GLOB 'g*-1???.service' OR unit GLOB 'g1*')");
    ck_assert_uint_gt(ask_services(db, units), UNITS / 2);
    expect_agreement(db, what);
    expect_same(db, what,
                "SELECT DISTINCT unit FROM unit_commands WHERE error GLOB 'bad-setting:*' AND unit "
                "IN (SELECT unit FROM theirs)",
                "SELECT unit FROM theirs WHERE key = 'LoadState' AND answer = 'bad-setting'");
    harness_close(db);
}
END_TEST

/* What the manager gives -------------------------------------------------------- */

#define DEFAULTS 60

static const char *const default_lines[] = {
    "DefaultEnvironment=A=%u",
    "DefaultEnvironment=A=x B='y %u'",
    "DefaultEnvironment=",
    "DefaultEnvironment=C=a\\x20b",
    "DefaultEnvironment=\"D=q r\" HOME=/h%u",
    "ManagerEnvironment=M=%u",
    "#DefaultEnvironment=A=no",
    "LogLevel=info",
};

static const char *const default_files[] = {
    "etc/systemd/system.conf", "etc/systemd/system.conf.d/1.conf",
    "run/systemd/system.conf.d/1.conf", "run/systemd/system.conf.d/2.conf",
    "etc/systemd/system.conf.d/.3.conf"};

static const char *const unit_lines[] = {"Environment=A=own", "Environment=E=1 B=2",
                                         "UnsetEnvironment=A", "Description=x"};

static void write_defaults(void)
{
    char text[1024];

    for (size_t i = 0; i < COUNT(default_files); i++) {
        size_t size = (size_t)sprintf(text, "[Manager]\n");
        for (uint32_t n = any(3); n; n--) {
            size += (size_t)sprintf(text + size, ANY(default_lines), any(100)); /* NOLINT */
            size += (size_t)sprintf(text + size, "\n");
        }
        if (any(3))
            harness_write_text("/", default_files[i], text);
    }
    snprintf(text, sizeof text,
             "[Service]\nType=oneshot\n%s\nStandardOutput=truncate:/tmp/given\nExecStart=/usr/bin/"
             "printf <%%%%s> . ${A} $A ${B} ${C}x ${D} ${E} ${M}\n",
             ANY(unit_lines));
    harness_write_text("/", "etc/systemd/system/given.service", text);
}

START_TEST(variables_of_the_manager_are_those_that_programs_get)
{
    ENTER();
    seed = 4711;
    for (uint32_t i = 0; i < DEFAULTS; i++) {
        systemd_shell("rm -f /etc/systemd/system.conf /etc/systemd/system.conf.d/?.conf "
                      "/etc/systemd/system.conf.d/.3.conf /run/systemd/system.conf.d/*");
        write_defaults();
        systemd_shell("systemctl daemon-reload && systemctl start given.service");
        sqlite3 *db = harness_open();
        char    *text = harness_query(
               db, "SELECT text FROM unit_commands WHERE unit = 'given.service' AND effective");
        harness_write_text("/", "tmp/ours.sh", text);
        systemd_shell("sh /tmp/ours.sh > /tmp/ours");
        size_t size;
        ck_assert_msg(strcmp(harness_read("/tmp/given", &size), harness_read("/tmp/ours", &size)) ==
                          0,
                      "%u: gives %s not %s", i, harness_read("/tmp/ours", &size),
                      harness_read("/tmp/given", &size));
        harness_close(db);
    }
}
END_TEST

/* What is refused ------------------------------------------------------------- */

#define REFUSED 400

static const char *const service_lines[] = {
    "Type=simple",
    "Type=oneshot",
    "Type=oneshot",
    "Type=forking",
    "Type=dbus",
    "Type=bogus",
    "Type=notify",
    "BusName=a.b",
    "BusName=bad",
    "ExecStart=/bin/true",
    "ExecStart=/bin/true",
    "ExecStart=/bin/true ; /bin/false",
    "ExecStart=",
    "ExecStart=-a/b",
    "ExecStart=a/b",
    "ExecStart=/bin/true %%z",
    "ExecStart=\"/bin/a",
    "ExecStartPre=/bin/echo \"oops",
    "ExecStartPost=+!/bin/true",
    "ExecStop=/bin/true",
    "ExecStop=/bin/",
    "ExecReload=@/bin/true",
    "ExecStop=- /bin/true",
    "RemainAfterExit=yes",
    "RemainAfterExit=0",
    "RemainAfterExit=bogus",
    "Restart=always",
    "Restart=on-success",
    "Restart=on-failure",
    "Restart=bogus",
    "ExitType=cgroup",
    "User=nobody",
    "User=a/b",
    "User=a:b",
    "User=%%z",
    "User=65535",
    "Group=12 3",
    "Group=-1",
    "SupplementaryGroups=root a/b",
    "WorkingDirectory=x",
    "WorkingDirectory=-x",
    "WorkingDirectory=~",
    "RootDirectory=x",
    "Environment=\"A",
    "EnvironmentFile=x",
    "StandardInput=bogus",
    "SELinuxContext=%%z",
    "AppArmorProfile=-%%z",
    "PAMName=x",
    "KillMode=process",
    "KillMode=mixed",
    "[Unit]\nSuccessAction=exit\n[Service]",
    "[Unit]\nSuccessAction=none\n[Service]",
    "[Unit]\nWants=\n[Service]",
};

static const char *const socket_lines[] = {
    "ListenStream=/run/x",
    "ListenDatagram=/run/y",
    "ListenFIFO=/run/z",
    "Accept=yes",
    "Accept=no",
    "Service=dbus.service",
    "ListenStream=",
    "ExecStartPre=a/b",
    "ExecStartPre=/bin/true",
    "User=a/b",
    "ListenNetlink=route",
    "ListenStream=nope",
    "ListenDatagram=70000",
    "ListenFIFO=x",
    "SocketUser=a/b",
    "SocketMode=0600",
};

static const char *const timer_lines[] = {
    "OnCalendar=daily",     "OnBootSec=1",  "OnCalendar=dayly", "OnBootSec=5x",     "Unit=nonsense",
    "OnCalendar=25:00 UTC", "OnActiveSec=", "Persistent=yes",   "OnClockChange=yes"};
static const char *const path_lines[] = {
    "PathExists=/x", "PathExists=x",         "PathModified=~/x",
    "PathChanged=",  "DirectoryNotEmpty=/y", "MakeDirectory=yes"};
static const char *const mount_lines[] = {"What=/dev/x", "Where=/v/m%1$u", "Where=/other",
                                          "What=", "Options=ro"};
static const char *const swap_lines[] = {"What=/v/m%1$u", "What=/dev/x", "Priority=1"};
static const char *const automount_lines[] = {"Where=/v/m%1$u", "Where=/other",
                                              "DirectoryMode=0755"};

static const struct {
    const char        *type, *section;
    const char *const *lines;
    size_t             n;
    uint32_t           most;
} refused[] = {
    {"service", "Service", service_lines, COUNT(service_lines), 5},
    {"service", "Service", service_lines, COUNT(service_lines), 4},
    {"service", "Service", service_lines, COUNT(service_lines), 3},
    {"socket", "Socket", socket_lines, COUNT(socket_lines), 4},
    {"timer", "Timer", timer_lines, COUNT(timer_lines), 2},
    {"path", "Path", path_lines, COUNT(path_lines), 2},
    {"mount", "Mount", mount_lines, COUNT(mount_lines), 3},
    {"swap", "Swap", swap_lines, COUNT(swap_lines), 2},
    {"automount", "Automount", automount_lines, COUNT(automount_lines), 2},
};

static void write_settings(const char *path, size_t kind, uint32_t number)
{
    char   text[4096];
    size_t size = (size_t)sprintf(text, "[%s]\n", refused[kind].section);

    for (uint32_t n = 1 + any(refused[kind].most); n; n--) {
        const char *line = refused[kind].lines[any((uint32_t)refused[kind].n)];
        size += (size_t)sprintf(text + size, line, number); /* NOLINT: the formats are above */
        text[size++] = '\n';
    }
    text[size] = '\0';
    harness_write_text("/", path, text);
}

/* A unit, sometimes with a drop-in, whose name is put into `units`. */
static void write_refused(uint32_t number, char *units)
{
    size_t kind = any(COUNT(refused));
    char   name[64], path[256];

    snprintf(name, sizeof name, "v-m%u.%s", number, refused[kind].type);
    snprintf(path, sizeof path, "etc/systemd/system/%s", name);
    write_settings(path, kind, number);
    if (any(3) == 0) {
        snprintf(path, sizeof path, "etc/systemd/system/%s.d/x.conf", name);
        write_settings(path, kind, number);
    }
    sprintf(units + strlen(units), "%s\n", name);
}

/* Put how each unit was loaded into `theirs`, and lines of the manager's log into `log`. */
static void ask_states(sqlite3 *db, const char *units)
{
    char  *line = NULL, name[256] = "", state[32];
    size_t room = 0;

    harness_write_text("/", "tmp/refused", units);
    FILE *pipe = popen("xargs -d '\\n' -a /tmp/refused systemctl show -p Id -p LoadState", "re");
    ck_assert_ptr_nonnull(pipe);
    while (getline(&line, &room, pipe) > 0) {
        sscanf(line, "Id=%255[^\n]", name);
        if (sscanf(line, "LoadState=%31s", state) != 1)
            continue;
        char *sql = sqlite3_mprintf("INSERT INTO theirs VALUES(%Q, 'LoadState', %Q)", name, state);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(sql);
    }
    ck_assert_int_eq(pclose(pipe), 0);
    pipe = popen("journalctl --sync; journalctl -o cat -b _PID=1", "re");
    ck_assert_ptr_nonnull(pipe);
    for (ssize_t n; (n = getline(&line, &room, pipe)) > 0;) {
        line[n - 1] = '\0';
        char *sql = sqlite3_mprintf("INSERT INTO log VALUES(%Q)", line);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(sql);
    }
    ck_assert_int_eq(pclose(pipe), 0);
    free(line);
}

START_TEST(units_that_the_manager_refuses_have_its_reason)
{
    static char units[REFUSED * 32];

    ENTER();
    sqlite3 *db = open_theirs();
    ck_assert_int_eq(sqlite3_exec(db, "CREATE TEMP TABLE log(line)", NULL, NULL, NULL), SQLITE_OK);
    seed = 20261129;
    for (uint32_t i = 0; i < REFUSED; i++)
        write_refused(i, units);
    systemd_shell("systemctl daemon-reload");
    ask_states(db, units);
    expect_same(db, "seed 20261129: which",
                "SELECT name FROM unit_files WHERE kind = 'unit' AND scope = 'system' AND name IN "
                "(SELECT unit FROM theirs) AND error GLOB '*bad-setting: *'",
                "SELECT unit FROM theirs WHERE answer = 'bad-setting'");
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM theirs"), REFUSED);
    /* Which of them it refuses is a matter of its version. */
    harness_expect(db, "1", "SELECT count(*) > %d FROM theirs WHERE answer = 'bad-setting'",
                   REFUSED / 4);
    harness_expect(db, "1", "SELECT count(*) > %d FROM theirs WHERE answer = 'loaded'",
                   REFUSED / 4);
    harness_expect(
        db, "",
        "WITH logged AS MATERIALIZED (SELECT DISTINCT replace(line, char(39), '') AS line FROM "
        "log), ours AS MATERIALIZED (SELECT name, replace(substr(error, instr(error, "
        "'bad-setting: ') + 13), char(39), '') AS reason FROM unit_files WHERE kind = 'unit' AND "
        "scope = 'system' AND name GLOB 'v-m*' AND error GLOB '*bad-setting: *') SELECT "
        "name, reason FROM ours WHERE reason NOT IN (SELECT line FROM logged) AND name || "
        "': ' || reason NOT IN (SELECT line FROM logged) ORDER BY name");
    harness_close(db);
}
END_TEST

/* What programs get ----------------------------------------------------------- */

#define RUNS 60

/* Prints its arguments, a \\001, and its variables, each with a NUL. */
static const char print_all[] = "#!/bin/sh\nfor a; do printf '%s\\0' \"$a\"; done\n"
                                "printf '\\001\\0'; exec env -0\n";

static const char *const file_parts[] = {
    "V_A=1\n",
    "V_B='x y'\n",
    "V_C=\"q\\\"r\"\n",
    "V_D=a\\ b\n",
    "# c\n",
    "; d\n",
    " # e\\\n",
    "\\\n",
    "\n",
    "export V_E=1\n",
    " V_F = z  \n",
    "V_G='a'\"b\"c\n",
    "V_H=\"$V_A\"\n",
    "V_I=\\$x\n",
    "=\n",
    "V_J\n",
    "V_K=\r\n",
    "\t",
    "V_L='multi\nline'\n",
    "V_N=a#b\n",
    "V_O=\"a\\nb\"\n",
    "V_P=\n",
    "V_A=2\n",
    "V_Q='open",
    "V_R=\"o\\\np\"\n",
    "V_S=x\\\ny\n",
    "V-T=1\n",
    "V_U=\"a\" b\n",
    "V_V=a 'b'\n",
    "V_W=\xc3\xa9\n",
};

static const char *const settings[] = {
    "Environment=V_A=one \"V_X=s t\"\n",
    "Environment=V_Y='q \\\"u' V_B=2\n",
    "UnsetEnvironment=V_A\n",
    "UnsetEnvironment=V_B=2 V_N\n",
    "Environment=\n",
    "Environment=V_Z=%%\n",
    "Environment=\"V_X= lead  'in' \\\\t\"\n",
};

static const char *const expansions[] = {
    "$V_A",  "${V_A}", "x${V_A}y", "$V_X",     "${V_X}",   "$V_B ",     "$$",
    "$$V_A", "a$V_A",  "${V_A",    "$NONE",    "${NONE}",  "a${NONE}b", "${V_A:-x}",
    "$V_Y",  "$V_G",   "$V_L",     "\"$V_X\"", "'${V_X}'", "$V_D ",     "${V_O}",
    "plain", "$",      "$1",       "${}",      "$V_A$V_B",
};

static void write_run(uint32_t number)
{
    char   text[4096], path[256];
    size_t size = 0;

    for (uint32_t n = 1 + any(8); n; n--)
        size += (size_t)sprintf(text + size, "%s", ANY(file_parts));
    snprintf(path, sizeof path, "var/lib/env/%u", number);
    harness_write_text("/", path, text);
    size = (size_t)sprintf(text,
                           "[Service]\nType=oneshot\nStandardOutput=file:/var/lib/out/%u\n"
                           "EnvironmentFile=-/var/lib/env/%u\n",
                           number, number);
    for (uint32_t n = any(4); n; n--)
        size += (size_t)sprintf(text + size, "%s", ANY(settings));
    size += (size_t)sprintf(text + size, "ExecStart=%s/var/lib/print", any(8) ? "" : ":");
    for (uint32_t n = 1 + any(7); n; n--)
        size += (size_t)sprintf(text + size, " %s", ANY(expansions));
    sprintf(text + size, "\n");
    snprintf(path, sizeof path, "etc/systemd/system/run%u.service", number);
    harness_write_text("/", path, text);
}

/* Run the text that we give for a unit, as a shell would. */
static void run_text(sqlite3 *db, uint32_t number)
{
    char *text =
        harness_query(db, "SELECT text FROM unit_commands WHERE unit = 'run%u.service'", number);
    char path[64];

    snprintf(path, sizeof path, "var/lib/text/%u", number);
    harness_write_text("/", path, text);
    systemd_shell("env -i bash /%s > /var/lib/ours/%u", path, number);
}

/* The variables that a run got, as the table has them: name and value in hexadecimal digits. */
static void expect_variables(sqlite3 *db, uint32_t number, const char *data, size_t size,
                             const char *what)
{
    ck_assert_int_eq(sqlite3_exec(db, "DELETE FROM theirs", NULL, NULL, NULL), SQLITE_OK);
    for (size_t at = 0; at < size; at += strlen(data + at) + 1) {
        if (strncmp(data + at, "V_", 2) != 0)
            continue;
        char *sql = sqlite3_mprintf("INSERT INTO theirs VALUES('', '', hex(%Q))", data + at);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(sql);
    }
    char *ours = sqlite3_mprintf("SELECT hex(e.key || '=' || e.value) FROM unit_commands, "
                                 "json_each(environment) AS e WHERE unit = 'run%u.service'",
                                 number);
    expect_same(db, what, ours, "SELECT answer FROM theirs");
    sqlite3_free(ours);
}

START_TEST(texts_and_variables_are_those_that_programs_get)
{
    char path[64], what[64];

    ENTER();
    sqlite3 *db = open_theirs();
    seed = 20261128;
    systemd_shell("mkdir -p /var/lib/env /var/lib/out /var/lib/ours /var/lib/text");
    harness_write_text("/", "var/lib/print", print_all);
    systemd_shell("chmod 755 /var/lib/print");
    for (uint32_t i = 0; i < RUNS; i++)
        write_run(i);
    systemd_shell("systemctl daemon-reload; cd /etc/systemd/system; systemctl start run*.service");
    for (uint32_t i = 0; i < RUNS; i++) {
        size_t size, ours_size;
        snprintf(path, sizeof path, "/var/lib/out/%u", i);
        snprintf(what, sizeof what, "seed 20261128, run%u.service", i);
        char *theirs = harness_read(path, &size);
        char *mark = memchr(theirs, 1, size);
        ck_assert_msg(mark, "%s", what);
        run_text(db, i);
        snprintf(path, sizeof path, "/var/lib/ours/%u", i);
        char *ours = harness_read(path, &ours_size);
        ck_assert_msg(memchr(ours, 1, ours_size) == ours + (mark - theirs) &&
                          memcmp(ours, theirs, (size_t)(mark - theirs)) == 0,
                      "%s", what);
        expect_variables(db, i, mark + 2, size - (size_t)(mark + 2 - theirs), what);
    }
    harness_close(db);
}
END_TEST

Suite *make_unit_commands_oracle_suite(void)
{
    Suite *s = suite_create("unit_commands_oracle");
    TCase *t = tcase_create("systemd");

    tcase_set_timeout(t, 120);
    tcase_add_unchecked_fixture(t, boot, halt);
    tcase_add_test(t, commands_of_the_hosts_units_are_those_that_the_manager_has);
    tcase_add_test(t, commands_of_generated_units_are_those_that_the_manager_has);
    tcase_add_test(t, variables_of_the_manager_are_those_that_programs_get);
    tcase_add_test(t, units_that_the_manager_refuses_have_its_reason);
    tcase_add_test(t, texts_and_variables_are_those_that_programs_get);
    suite_add_tcase(s, t);
    return s;
}
