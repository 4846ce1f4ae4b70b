/* check_program.c -- the svcql program as a person and a script meet it: exit statuses, formats,
 * help, and that manual and completions know every option. */
#include "program/program.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

static const struct command *const commands[] = {
    &hunt_command,  &query_command,   &cat_command,   &schedule_command, &tables_command,
    &shell_command, &osquery_command, &sigma_command, &merge_command,    &signals_command,
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

/* Run it with a line of arguments for the shell; its exit status, and what it wrote on both. */
static int run(char **ret_text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int run(char **ret_text, const char *format, ...)
{
    static char text[65536];
    char       *arguments, *line;
    va_list     ap;

    va_start(ap, format);
    ck_assert_int_gt(vasprintf(&arguments, format, ap), 0);
    va_end(ap);
    ck_assert_int_gt(asprintf(&line, "%s %s 2>&1", harness_program(), arguments), 0);
    FILE  *out = popen(line, "r");
    size_t n = fread(text, 1, sizeof text - 1, out);
    text[n] = '\0';
    int status = pclose(out);
    free(line);
    free(arguments);
    *ret_text = text;
    return WEXITSTATUS(status);
}

static void expect(int status, const char *expected, const char *arguments)
{
    char *text;

    ck_assert_msg(run(&text, "%s", arguments) == status, "%s: %s", arguments, text);
    ck_assert_str_eq(text, expected);
}

/* Help ----------------------------------------------------------------------------------------- */

START_TEST(help_fits_one_screen)
{
    char  *text;
    size_t lines = 0;

    ck_assert_int_eq(run(&text, "--help"), 0);
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, lines++)
        ck_assert_msg(end - line <= 80, "%.*s", (int)(end - line), line);
    ck_assert_uint_le(lines, 24);
}
END_TEST

/* Each command's options are in its help, in the manual and in both completions, and those have
 * no others. */
static void each_option(void (*fn)(const struct command *, const struct option_spec *, void *),
                        void *data)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        for (const struct option_spec *option = commands[i]->options; option->name; option++)
            fn(commands[i], option, data);
}

static void in_help(const struct command *command, const struct option_spec *option, void *data)
{
    char *text, word[64];

    (void)data;
    ck_assert_int_eq(run(&text, "%s --help", command->name), 0);
    snprintf(word, sizeof word, "--%s", option->name);
    ck_assert_msg(strstr(text, word) && strstr(text, option->help), "%s %s", command->name, word);
}

START_TEST(each_commands_help_has_its_options)
{
    each_option(in_help, NULL);
}
END_TEST

struct document {
    const char *path, *escaped; /* how a dash is written */
    char       *text;
};

static void in_document(const struct command *command, const struct option_spec *option, void *data)
{
    struct document *document = data;
    char             word[64];

    snprintf(word, sizeof word, "%s%s%s", document->escaped, document->escaped, option->name);
    ck_assert_msg(strstr(document->text, word), "%s: %s of %s is missing", document->path, word,
                  command->name);
}

static bool known(const char *word, size_t size)
{
    static const char *const others[] = {"help", "version"};

    for (size_t i = 0; i < 2; i++)
        if (strlen(others[i]) == size && strncmp(others[i], word, size) == 0)
            return true;
    for (size_t i = 0; i < N_COMMANDS; i++)
        for (const struct option_spec *option = commands[i]->options; option->name; option++)
            if (strlen(option->name) == size && strncmp(option->name, word, size) == 0)
                return true;
    return false;
}

static struct document documents[] = {
    {"ext/program/svcql.1", "\\-", NULL},
    {"ext/program/completion.bash", "-", NULL},
    {"ext/program/completion.zsh", "-", NULL},
};

START_TEST(manual_and_completions_know_the_options)
{
    struct document *document = &documents[_i];
    char             dashes[8];

    document->text = harness_read(document->path, NULL);
    each_option(in_document, document);
    snprintf(dashes, sizeof dashes, "%s%s", document->escaped, document->escaped);
    for (char *at = document->text; (at = strstr(at, dashes));) {
        at += strlen(dashes);
        size_t size = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        if (size && at[size] != '*')
            ck_assert_msg(known(at, size), "%s: %.*s is not an option", document->path, (int)size,
                          at);
    }
    free(document->text);
}
END_TEST

START_TEST(cat_prints_a_unit_as_one_file)
{
    const char *dir = harness_scratch();
    char        arguments[4400];

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "box\n");
    harness_write_text(dir, "usr/lib/systemd/system/a.service",
                       "[Unit]\nAfter=x\n\n[Service]\nExecStart=/bin/a\n\nUser=a\nNice=1\n");
    harness_write_text(dir, "etc/systemd/system/a.service.d/x.conf",
                       "[Service]\nExecStart=\nExecStart=/bin/b\nSyslogIdentifier=b\x1b[1m\n");
    snprintf(arguments, sizeof arguments, "cat -e %s a", dir);
    expect(EXIT_CLEAN,
           "# a.service on box, the system's manager\n[Unit]\n"
           "# /usr/lib/systemd/system/a.service:2\nAfter=x\n[Service]\n"
           "# /usr/lib/systemd/system/a.service:7-8\nUser=a\nNice=1\n"
           "# /etc/systemd/system/a.service.d/x.conf:3-4\nExecStart=/bin/b\n"
           "SyslogIdentifier=b\\x1b[1m\n",
           arguments);
    snprintf(arguments, sizeof arguments, "cat -f ndjson -s -e %s a | wc -l", dir);
    expect(EXIT_CLEAN, "7\n", arguments);
    snprintf(arguments, sizeof arguments, "cat -e %s nosuch", dir);
    expect(EXIT_ERROR, "svcql: cat: no unit nosuch\n", arguments);
    expect(EXIT_ERROR, "svcql: cat: give the name of a unit\n", "cat");
}
END_TEST

/* What a person gets from a key of completion. */
START_TEST(bash_completes_commands_options_and_values)
{
    static const char *const lines[][2] = {
        {"svcql sch", "schedule"},          {"svcql hunt --sev", "--severity"},
        {"svcql hunt -S crit", "critical"}, {"svcql schedule --on", "--once"},
        {"svcql query -f nd", "ndjson"},    {"svcql schedule -o jo", "journald"},
        {"svcql cat -f un", "unit"},        {"svcql cat --us", "--user"},
    };
    char command[1024], answer[128];

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        snprintf(command, sizeof command,
                 "bash -c '. ext/program/completion.bash; COMP_WORDS=(%s); "
                 "COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _svcql; echo ${COMPREPLY[@]}'",
                 lines[i][0]);
        FILE *out = popen(command, "r");
        ck_assert_ptr_nonnull(fgets(answer, sizeof answer, out));
        answer[strcspn(answer, "\n")] = '\0';
        ck_assert_msg(strcmp(answer, lines[i][1]) == 0, "%s: %s", lines[i][0], answer);
        pclose(out);
    }
}
END_TEST

/* hunt -------------------------------------------------------------------------------------------
 */

#define COMPROMISED "-e tests/fixtures/linux/compromised"

START_TEST(exit_statuses_say_what_was_found)
{
    const char *dir = harness_scratch();
    char       *text;

    harness_write_text(dir, "empty/etc/os-release", "ID=debian\n");
    harness_write_text(dir, "empty/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "empty/etc/systemd/system/.keep", "");
    ck_assert_int_eq(run(&text, "hunt " COMPROMISED), EXIT_FINDINGS);
    ck_assert_msg(run(&text, "hunt -e %s/empty", dir) == EXIT_CLEAN, "%s", text);
    ck_assert_int_eq(run(&text, "hunt -e %s/nothing", dir), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "hunt --severity grave"), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "hunt --since yesterday"), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "hunt --format xml"), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "hunt --output /nowhere/x"), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "hunt extra"), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "nothing"), EXIT_ERROR);
    ck_assert_int_eq(run(&text, "query ''"), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text, "query: there is no statement in it"));
    ck_assert_int_eq(run(&text, "hunt -e %s/fifo; mkfifo %s/fifo; exec %s hunt -e %s/fifo", dir,
                         dir, harness_program(), dir),
                     EXIT_ERROR);
    ck_assert_msg(strstr(text, "/fifo: this is a FIFO, which is not a kind of evidence"), "%s",
                  text);
    ck_assert_int_eq(run(&text, "hunt -e /dev/null"), EXIT_ERROR);
    ck_assert_msg(strstr(text, "/dev/null: this is a device,"), "%s", text);
    harness_write_text(dir, "empty/var/log/audit/audit.log", "type=EXECVE msg=audit(x\n");
    ck_assert_msg(run(&text, "hunt -e %s/empty", dir) == EXIT_INCOMPLETE, "%s", text);
}
END_TEST

/* How often a text holds a word. */
static int count(const char *text, const char *word)
{
    int n = 0;

    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

/* How many findings a hunt has, and how many of them are of that severity. */
static int findings_of(const char *dir, const char *options, const char *severity, int *ret_all)
{
    char *text, word[64];

    run(&text, "hunt -f ndjson %s -e %s | grep '\"section\":\"finding\"'", options, dir);
    snprintf(word, sizeof word, "\"severity\":\"%s\"", severity);
    *ret_all = count(text, "\n");
    return count(text, word);
}

START_TEST(severity_is_the_least_that_is_shown)
{
    static const char dir[] = "tests/fixtures/linux/compromised";
    int               all, low, high, critical;

    findings_of(dir, "", "low", &low);
    ck_assert_int_eq(findings_of(dir, "", "low", &all), 1);
    ck_assert_int_eq(findings_of(dir, "-S high", "low", &high), 0);
    ck_assert_int_eq(findings_of(dir, "--severity critical", "critical", &critical), critical);
    ck_assert_int_eq(critical, 4);
    ck_assert_int_eq(high, 5);
    ck_assert_int_eq(low, 6);
    ck_assert_int_eq(findings_of(dir, "-S high", "high", &high), high - critical);
}
END_TEST

START_TEST(since_leaves_out_what_is_older)
{
    const char *dir = harness_scratch();
    char        path[4200];
    int         all;

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "etc/systemd/system/a.service", "[Service]\nExecStart=/tmp/a\n");
    ck_assert_int_eq(findings_of(dir, "--since 1h", "high", &all), 1);
    snprintf(path, sizeof path, "%s/etc/systemd/system/a.service", dir);
    struct timespec old[2] = {{.tv_sec = time(NULL) - 40 * 86400},
                              {.tv_sec = time(NULL) - 40 * 86400}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
    ck_assert_int_eq(findings_of(dir, "", "high", &all), 1);
    ck_assert_int_eq(findings_of(dir, "--since 39d", "high", &all), 0);
    ck_assert_int_eq(all, 0);
    ck_assert_int_eq(findings_of(dir, "--since 41d", "high", &all), 1);
}
END_TEST

START_TEST(coverage_says_what_is_damaged_and_what_is_absent)
{
    const char *dir = harness_scratch();
    char       *text;

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "web9\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "var/log/audit/audit.log", "type=EXECVE msg=audit(x\n");
    run(&text, "hunt -e %s --coverage -f ndjson | grep coverage", dir);
    ck_assert_msg(strstr(text, "\"status\":\"damaged\",\"source\":\""), "%s", text);
    ck_assert_int_eq(count(text, "\"status\":\"damaged\""), 1);
    ck_assert_ptr_nonnull(strstr(text, "\"status\":\"absent\""));
    run(&text, "hunt -e %s | grep '^web9 '", dir);
    int read, absent, denied, damaged;
    ck_assert_int_eq(sscanf(text, "web9 %d %d %d %d", &read, &absent, &denied, &damaged), 4);
    ck_assert_msg(read > 0 && absent > 0 && denied == 0 && damaged == 1, "%s", text);
}
END_TEST

/* It is told once, on the other stream, though the log loses more with each look. */
START_TEST(a_hunt_that_follows_tells_what_it_loses)
{
    const char *dir = harness_scratch(), *out = harness_scratch();
    char       *line, text[4096];

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "web9\n");
    harness_write_text(dir, "var/log/audit/audit.log",
                       "type=SERVICE_START msg=audit(1795514400.000:1): pid=1 uid=0 msg='unit=a "
                       "exe=\"/usr/lib/systemd/systemd\" res=success'\n");
    harness_write_text(dir, "etc/systemd/system/b.service", "[Service]\nExecStart=/usr/bin/b\n");
    ck_assert_int_gt(
        asprintf(&line,
                 "o=%s d=%s; %s hunt -e $d --follow -f ndjson > $o/out 2> $o/err & p=$!\n"
                 "until_found() { n=0; until grep -q \"$1\" $o/$2; do n=$((n + 1)); "
                 "[ $n -lt 600 ] || { kill $p; exit 1; }; sleep 0.1; done; }\n"
                 "until_found '\"section\":\"coverage\"' out\n"
                 "echo 'type=EXECVE msg=audit(x' >> $d/var/log/audit/audit.log\n"
                 "until_found audit.log err\n"
                 "echo 'type=EXECVE msg=audit(y' >> $d/var/log/audit/audit.log\n"
                 "printf '[Service]\\nExecStart=/dev/shm/.x/one\\n' > "
                 "$d/etc/systemd/system/a.service\n"
                 "until_found /a.service out; { kill $p; wait $p; } 2> /dev/null; cat $o/err",
                 out, dir, harness_program()),
        0);
    FILE  *pipe = popen(line, "r");
    size_t n = fread(text, 1, sizeof text - 1, pipe);
    text[n] = '\0';
    pclose(pipe);
    free(line);
    ck_assert_msg(strncmp(text, "svcql: hunt: ", 13) == 0, "%s", text);
    ck_assert_msg(strstr(text, "/var/log/audit/audit.log: damaged: "), "%s", text);
    ck_assert_int_eq(count(text, "\n"), 1);
}
END_TEST

START_TEST(evidence_without_anything_known_is_an_incomplete_look)
{
    const char *dir = harness_scratch();
    char       *text;

    harness_write_text(dir, "mount/.keep", "");
    harness_write_text(dir, "only/etc/motd", "hello\n");
    static const char *const names[] = {"mount", "only"};
    for (size_t i = 0; i < 2; i++) {
        char expected[4200];
        ck_assert_int_eq(run(&text, "hunt -e %s/%s", dir, names[i]), EXIT_INCOMPLETE);
        snprintf(expected, sizeof expected, "nothing was recognised in %s/%s\n", dir, names[i]);
        ck_assert_msg(strstr(text, expected), "%s", text);
        ck_assert_ptr_nonnull(strstr(text, "searched for: "));
        ck_assert_ptr_null(strstr(text, "M1018"));
        ck_assert_int_eq(run(&text, "hunt -f json -e %s/%s 2> /dev/null", dir, names[i]),
                         EXIT_INCOMPLETE);
        ck_assert_ptr_nonnull(strstr(text, "\"status\":\"unknown\""));
    }
    ck_assert_int_eq(run(&text, "hunt -e %s/mount " COMPROMISED, dir), EXIT_FINDINGS);
    ck_assert_ptr_nonnull(strstr(text, "nothing was recognised in"));
}
END_TEST

/* A file that a query reads, or a folder that it could have read, is named once. */
START_TEST(evidence_that_was_not_understood_is_named)
{
    const char *dir = harness_scratch();
    char       *text;

    harness_write_text(dir, "Security.evtx", "this is no event log, whatever its name is");
    harness_write_text(dir, "only/etc/motd", "hello\n");
    run(&text, "query -e %s/Security.evtx 'SELECT count(*) FROM windows_events, windows_events'",
        dir);
    ck_assert_int_eq(count(text, "Security.evtx: damaged: not an event log"), 1);
    run(&text, "query -e %s/only 'SELECT count(*) FROM users'", dir);
    ck_assert_int_eq(count(text, "svcql: evidence: "), 1);
    ck_assert_ptr_nonnull(strstr(text, "only: unknown: nothing was recognised in"));
    run(&text, "hunt -f ecs -e %s/Security.evtx", dir);
    ck_assert_int_eq(count(text, "Security.evtx: damaged: not an event log"), 1);
    run(&text, "query " COMPROMISED " 'SELECT 1'");
    ck_assert_ptr_null(strstr(text, "svcql:"));
}
END_TEST

START_TEST(coverage_is_a_line_a_host_and_posture_is_not_repeated)
{
    char *text;

    if (geteuid() != 0) /* the fixtures are then not root's, which is a finding on both hosts */
        SKIP("needs root");
    ck_assert_int_eq(run(&text, "hunt " COMPROMISED " -e tests/fixtures/linux/benign"), 1);
    char *coverage = strstr(text, "\nCoverage");
    ck_assert_ptr_nonnull(coverage);
    ck_assert_int_eq(count(coverage + 1, "\n"), 6); /* title, names, two hosts; the summary */
    ck_assert_int_eq(count(text, "a user has services of his own"), 1);
    ck_assert_ptr_nonnull(strstr(coverage, "\nFindings: 4 critical, "));
    ck_assert_ptr_nonnull(strstr(coverage, "; hosts with findings: 1; hosts: 2\n"));
    ck_assert_int_eq(run(&text, "hunt --coverage " COMPROMISED), 1);
    ck_assert_ptr_nonnull(strstr(text, "only a running system has it"));
    ck_assert_ptr_nonnull(strstr(text, "unknown"));
}
END_TEST

/* Run it on a terminal of that width; what it shows. */
static char *on_terminal(unsigned short columns, const char *arguments)
{
    static char    text[65536];
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    char           line[4096];
    int            fd;
    size_t         n = 0;
    ssize_t        got;

    snprintf(line, sizeof line, "exec %s %s 2> /dev/null", harness_program(), arguments);
    pid_t pid = forkpty(&fd, NULL, NULL, &size);
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    while ((got = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    close(fd);
    waitpid(pid, NULL, 0);
    return text;
}

/* Columns of a line on a terminal: colours take none, a character of UTF-8 takes one. */
static size_t columns_of(const char *line, const char *end)
{
    size_t columns = 0;

    for (; line < end; line++) {
        if (*line == '\033')
            line = memchr(line, 'm', (size_t)(end - line));
        else if (*line != '\r' && ((unsigned char)*line & 0xc0) != 0x80)
            columns++;
    }
    return columns;
}

START_TEST(cut_cells_fit_the_terminal)
{
    static const unsigned short widths[] = {80, 120};

    setenv("LC_ALL", "C.UTF-8", 1);
    for (size_t i = 0; i < 2; i++) {
        char *text = on_terminal(widths[i], "hunt " COMPROMISED);
        ck_assert_ptr_nonnull(strstr(text, "…"));
        for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
            ck_assert_msg(columns_of(line, end) <= widths[i], "%zu: %.*s", columns_of(line, end),
                          (int)(end - line), line);
    }
    ck_assert_ptr_nonnull(strstr(on_terminal(40, "query \"SELECT '0123456789' || "
                                                 "'0123456789012345678901234567890' AS x\""),
                                 "012345678901234567890123456789012345678…\r\n"));
}
END_TEST

START_TEST(rows_too_wide_for_the_terminal_are_a_line_a_cell)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    char *text = on_terminal(80, "query -e tests/fixtures/linux/compromised \"SELECT * FROM "
                                 "unit_files WHERE name = 'b.service'\"");
    ck_assert_msg(strstr(text, "b.service\r\n"), "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "exec_start\033[0m "));
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
        ck_assert_msg(columns_of(line, end) <= 80, "%.*s", (int)(end - line), line);
}
END_TEST

/* Text that an attacker typed does not act on the terminal that shows it, in the program and in
 * make hunt. */
START_TEST(hostile_texts_do_not_act_on_a_terminal)
{
    static const char *const formats[] = {"table", "csv", "json", "ndjson"};
    const char              *dir = harness_scratch();
    char                    *text, line[8192];

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(dir, "root/.bash_history",
                       "systemctl enable --now /tmp/\xc2\x9b"
                       "2J\033[31mx.service\n");
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(run(&text, "hunt -S info -f %s -e %s", formats[i], dir), EXIT_FINDINGS);
        ck_assert_msg(strstr(text, "9b2J"), "%s", text);
        ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
        ck_assert_ptr_null(strchr(text, '\033'));
    }
    if (SANITIZED)
        return;
    snprintf(
        line, sizeof line,
        "sqlite3 -batch -cmd '.load %.*s/svcql' -cmd 'DELETE FROM evidence' -cmd \"INSERT INTO "
        "evidence(location) VALUES('%s')\" :memory: < sql/hunt.sql",
        (int)(strrchr(harness_program(), '/') - harness_program()), harness_program(), dir);
    FILE  *out = popen(line, "r");
    size_t n = fread(text, 1, 65535, out);
    text[n] = '\0';
    pclose(out);
    ck_assert_msg(strstr(text, "9b2J"), "%s", text);
    ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
    ck_assert_ptr_null(strchr(text, '\033'));
}
END_TEST

START_TEST(json_holds_findings_posture_and_coverage)
{
    static const char *const keys[] = {"findings", "posture", "coverage"};
    char                    *text;
    int                      n[3];

    ck_assert_int_eq(run(&text, "hunt -f json " COMPROMISED), EXIT_FINDINGS);
    cJSON *json = cJSON_Parse(text);
    ck_assert_msg(json, "%s", text);
    for (size_t i = 0; i < 3; i++)
        n[i] = cJSON_GetArraySize(cJSON_GetObjectItem(json, keys[i]));
    cJSON_Delete(json);
    ck_assert_int_eq(n[0], 6);
    ck_assert_int_eq(n[1], 5);
    ck_assert_int_gt(n[2], 0); /* more with each table that a host without logs lacks */
    run(&text, "hunt -f ndjson " COMPROMISED);
    ck_assert_int_eq(count(text, "\"section\":\"finding\""), n[0]);
    ck_assert_int_eq(count(text, "\"section\":\"posture\""), n[1]);
    ck_assert_int_eq(count(text, "\"section\":\"coverage\""), n[2]);
}
END_TEST

START_TEST(ndjson_is_one_object_a_line)
{
    char *text, *line, *rest;
    int   sections[3] = {0};

    ck_assert_int_eq(run(&text, "hunt -f ndjson " COMPROMISED), EXIT_FINDINGS);
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        cJSON      *json = cJSON_Parse(line);
        const char *section = cJSON_GetStringValue(cJSON_GetObjectItem(json, "section"));
        ck_assert_msg(section, "%s", line);
        sections[0] += strcmp(section, "finding") == 0;
        sections[1] += strcmp(section, "posture") == 0;
        sections[2] += strcmp(section, "coverage") == 0;
        cJSON_Delete(json);
    }
    ck_assert_int_eq(sections[0], 6);
    ck_assert_int_eq(sections[1], 5);
    ck_assert_int_gt(sections[2], 0); /* as many as in json, which the test above compares */
}
END_TEST

START_TEST(output_goes_to_a_file_and_a_pipe_has_no_colour)
{
    const char *dir = harness_scratch();
    char       *text, path[4096];

    ck_assert_int_eq(run(&text, "hunt " COMPROMISED " -o %s/out", dir), EXIT_FINDINGS);
    ck_assert_str_eq(text, "");
    snprintf(path, sizeof path, "%s/out", dir);
    text = harness_read(path, NULL);
    ck_assert_ptr_nonnull(strstr(text, "critical"));
    ck_assert_ptr_null(strchr(text, '\033'));
    free(text);
}
END_TEST

/* query
 * --------------------------------------------------------------------------------------------- */

START_TEST(queries_take_parameters)
{
    char *text;

    expect(0, "x\n5\n", "query -f csv -p n=4 'SELECT :n + 1 AS x' | tr -d '\\r'");
    expect(0, "{\"a\":\"1\",\"b\":\"2\"}\n",
           "query -f ndjson -p a=1 -p b=2 'SELECT @a AS a, $b AS b'");
    expect(2, "svcql: query: :x has no value; give one with -p NAME=VALUE\n", "query 'SELECT :x'");
    expect(2, "svcql: query: ? has no value; give one with -p NAME=VALUE\n", "query 'SELECT ?'");
    expect(0, "{\"a\":9e999,\"b\":-9e999,\"c\":1.5}\n",
           "query -f ndjson 'SELECT 9e999 AS a, -9e999 AS b, 1.5 AS c'");
    ck_assert_int_eq(run(&text, "query -p z=1 'SELECT 1'"), 2);
    ck_assert_ptr_nonnull(strstr(text, "-p z=1 names no parameter of the query"));
}
END_TEST

START_TEST(controls_are_escaped_in_every_format)
{
    static const char *const formats[] = {"table", "csv", "json", "ndjson"};
    char                    *text;

    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(run(&text,
                             "query -f %s \"SELECT char(155) || '2J' || char(27) || '[2J' || "
                             "char(127) AS x\"",
                             formats[i]),
                         0);
        ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
        ck_assert_ptr_null(strchr(text, '\033'));
        ck_assert_ptr_null(strchr(text, 0x7f));
        ck_assert_msg(strstr(text, "9b2J"), "%s", text);
    }
    ck_assert_int_eq(run(&text, "query \"SELECT * FROM $(printf '\\302\\233x')\""), 2);
    ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
}
END_TEST

START_TEST(a_datetime_leaves_as_iso_8601)
{
    expect(
        0,
        "{\"datetime\":\"2026-11-24T10:00:00.000001Z\",\"last_datetime\":\"2026-11-24T10:00:00Z\","
        "\"other\":\"2026-11-24 10:00:00\"}\n",
        "query -f ndjson \"SELECT '2026-11-24 10:00:00.000001' AS datetime, "
        "'2026-11-24 10:00:00' AS last_datetime, '2026-11-24 10:00:00' AS other\"");
    expect(0, "[{\"datetime\":\"2026-11-24T10:00:00.000001Z\"}]\n",
           "query -f json \"SELECT '2026-11-24T10:00:00.000001Z' AS datetime\"");
    expect(0, "{\"datetime\":\"2026-11-24 later\"}\n",
           "query -f ndjson \"SELECT '2026-11-24 later' AS datetime\"");
}
END_TEST

START_TEST(tables_are_listed)
{
    char *text;

    ck_assert_int_eq(run(&text, "tables"), 0);
    ck_assert_ptr_nonnull(strstr(text, "unit_files"));
    ck_assert_int_eq(run(&text, "tables unit_files"), 0);
    ck_assert_ptr_nonnull(strstr(text, "commands"));
    ck_assert_int_eq(run(&text, "tables exec_path"), 0);
    ck_assert_ptr_nonnull(strstr(text, "exec_path(command)"));
    expect(2, "svcql: tables: no table, view or function unit_fils; is unit_files meant?\n",
           "tables unit_fils");
    expect(2, "svcql: tables: unexpected users\n", "tables unit_files users");
}
END_TEST

/* schedule
 * ------------------------------------------------------------------------------------------- */

START_TEST(a_pack_or_a_misspelt_key_is_no_configuration)
{
    const char *dir = harness_scratch();
    char       *text;

    ck_assert_int_eq(run(&text, "schedule --once -c sql/packs/t1569.json"), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text, "this is a pack"));
    harness_write_text(dir, "c", "{\"optoins\":{}}");
    ck_assert_int_eq(run(&text, "schedule --once -c %s/c", dir), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text, "c: optoins: unknown key"));
    harness_write_text(dir, "d",
                       "{\"packs\":{\"gone\":\"gone\"},\"schedule\":{\"q\":{\"query\":"
                       "\"SELECT 5 AS x\"}}}");
    ck_assert_int_eq(run(&text, "schedule --once -c %s/d", dir), EXIT_CLEAN);
    ck_assert_ptr_nonnull(strstr(text, "pack gone left out"));
    ck_assert_ptr_nonnull(strstr(text, "\"x\":\"5\""));
}
END_TEST

START_TEST(a_denied_query_is_reported_by_every_run)
{
    const char *dir = harness_scratch();
    char       *text;

    harness_write_text(
        dir, "c",
        "{\"options\":{\"query_timeout\":1},\"schedule\":{\"q\":{\"query\":\"WITH "
        "RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM "
        "c\"}}}");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(run(&text, "schedule --once -c %s/c --state %s/s.db", dir, dir),
                         EXIT_ERROR);
        ck_assert_ptr_nonnull(strstr(text, "took longer than 1 seconds"));
        ck_assert_ptr_nonnull(strstr(text, "\"name\":\"svcql_schedule\""));
    }
    ck_assert_ptr_nonnull(strstr(text, "q: denied for 2 more minutes"));
    ck_assert_int_eq(run(&text, "schedule --status -c %s/c --state %s/s.db", dir, dir), EXIT_CLEAN);
    ck_assert_int_eq(run(&text, "schedule --status -c %s/none --state %s/s.db", dir, dir),
                     EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text, "/none: No such file"));
}
END_TEST

START_TEST(the_shipped_pack_runs_once)
{
    const char *dir = harness_scratch();
    char       *text;

    ck_assert_msg(run(&text, "schedule --once --state %s/s --output %s/log", dir, dir) == 0, "%s",
                  text);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(run(&text, "schedule --status --state %s/s", dir), 0);
    ck_assert_ptr_nonnull(strstr(text, "pack_t1569_services_changed"));
    char state[4200];
    snprintf(state, sizeof state, "%s/s", dir);
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(state, &db), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(db, "UPDATE queries SET last_attempt = 1790000000", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    ck_assert_int_eq(run(&text, "schedule --status --state %s/s", dir), EXIT_INCOMPLETE);
    ck_assert_ptr_nonnull(strstr(text, "no query has run since 2026-09-21 14:13:20 UTC"));
    ck_assert_int_eq(run(&text,
                         "query -f csv -s %s/s \"SELECT min(runs), max(denied_until) FROM "
                         "svcql_schedule\"",
                         dir),
                     0);
    ck_assert_str_eq(text, "min(runs),max(denied_until)\r\n1,\r\n");
    ck_assert_int_eq(run(&text, "query -s %s/none 'SELECT * FROM svcql_schedule'", dir), 2);
    ck_assert_int_eq(
        run(&text, "schedule --once --state %s/s --output /nowhere/x -c %s/none", dir, dir),
        EXIT_ERROR);
    harness_write_text(dir, "c", "{\"schedule\":{\"q\":{\"query\":\"SELECT 1\"}}}");
    ck_assert_int_eq(run(&text, "schedule --once --output /nowhere/x -c %s/c", dir),
                     EXIT_INCOMPLETE);
    ck_assert_ptr_nonnull(strstr(text, "No such file or directory; results wait"));
}
END_TEST

#define OWN "-- from_cache: runs from /opt/.cache\n" TESTED
#define TESTED                                                                                     \
    "-- platform: linux\n-- technique: T1543.002\n"                                                \
    "-- weight: 70\n-- false positives: none\n-- shape: unit_command\n"                            \
    "-- fires: {\"program\": \"/opt/.cache/a\"}\n-- fires: {\"program\": \"/opt/.cache/b\"}\n"     \
    "-- spares: {\"program\": \"/opt/cache/a\"}\n-- spares: {\"program\": \"/usr/bin/b\"}\n"

START_TEST(detections_of_ones_own_are_tried_and_hunted_with)
{
    const char *root = harness_scratch(), *folder = harness_scratch();
    char       *text;

    harness_write_text(root, "etc/hostname", "web9\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/systemd/system/agent.service",
                       "[Unit]\nDescription=Agent\n[Service]\nExecStart=/opt/.cache/agent\n");
    harness_write_text(folder, "from_cache.sql", OWN "program GLOB '/opt/.cache/*'\n");
    ck_assert_msg(run(&text, "signals test %s", folder) == EXIT_CLEAN, "%s", text);
    ck_assert_msg(run(&text, "hunt -e %s --signals %s", root, folder) == EXIT_FINDINGS, "%s", text);
    ck_assert_msg(strstr(text, "runs from /opt/.cache"), "%s", text);
    harness_write_text(folder, "from_cache.sql", OWN "program GLOB '/opt/*'\n");
    ck_assert_int_eq(run(&text, "signals test %s", folder), EXIT_FINDINGS);
    ck_assert_msg(strstr(text, "from_cache.sql:9: should spare, but fires"), "%s", text);
    harness_write_text(folder, "from_cache.sql",
                       OWN "program GLOB '/opt/.cache/*') OR (program GLOB '/opt/.cache/*'\n");
    ck_assert_int_eq(run(&text, "signals test %s", folder), EXIT_FINDINGS);
    ck_assert_msg(strstr(text, "from_cache.sql:11: near \")\": syntax error"), "%s", text);
    harness_write_text(folder, "from_cache.sql",
                       OWN "program GLOB '/opt/.cache/*'\n THEN 1 END, CASE WHEN 1\n");
    ck_assert_int_eq(run(&text, "signals test %s", folder), EXIT_FINDINGS);
    ck_assert_msg(strstr(text, "from_cache.sql:12: near \"THEN\": syntax error"), "%s", text);
    ck_assert_int_eq(
        run(&text, "signals new unit_command mine 2>/dev/null | cat > %s/mine.sql", folder),
        EXIT_CLEAN);
    ck_assert_int_eq(run(&text, "signals test %s", folder), EXIT_FINDINGS);
    ck_assert_msg(strstr(text, "mine.sql:1: the sentence that `why` shows is not written yet") &&
                      strstr(text, "mine.sql:1: false positives: is not written yet"),
                  "%s", text);
    harness_write_text(folder, "runs_from_temp.sql",
                       "-- runs_from_temp: x\n" TESTED "program GLOB '/opt/.cache/*'\n");
    ck_assert_int_eq(run(&text, "signals test %s", folder), EXIT_FINDINGS);
    ck_assert_msg(strstr(text, "runs_from_temp.sql:1: a signal runs_from_temp exists already"),
                  "%s", text);
    ck_assert_int_eq(run(&text, "signals test --shipped %s", folder), EXIT_FINDINGS);
    ck_assert_msg(!strstr(text, "exists already"), "%s", text);
    ck_assert_int_eq(run(&text, "signals new unit_command mine"), EXIT_CLEAN);
    ck_assert_msg(strstr(text, "-- mine: ") && strstr(text, "-- shape:   unit_command"), "%s",
                  text);
    ck_assert_int_eq(run(&text, "hunt --signals /nonexistent"), EXIT_ERROR);
}
END_TEST

Suite *make_program_suite(void)
{
    const TTest *const tests[] = {
        help_fits_one_screen,
        detections_of_ones_own_are_tried_and_hunted_with,
        each_commands_help_has_its_options,
        bash_completes_commands_options_and_values,
        exit_statuses_say_what_was_found,
        severity_is_the_least_that_is_shown,
        since_leaves_out_what_is_older,
        coverage_says_what_is_damaged_and_what_is_absent,
        a_hunt_that_follows_tells_what_it_loses,
        evidence_without_anything_known_is_an_incomplete_look,
        evidence_that_was_not_understood_is_named,
        coverage_is_a_line_a_host_and_posture_is_not_repeated,
        cut_cells_fit_the_terminal,
        rows_too_wide_for_the_terminal_are_a_line_a_cell,
        hostile_texts_do_not_act_on_a_terminal,
        controls_are_escaped_in_every_format,
        a_datetime_leaves_as_iso_8601,
        json_holds_findings_posture_and_coverage,
        ndjson_is_one_object_a_line,
        output_goes_to_a_file_and_a_pipe_has_no_colour,
        queries_take_parameters,
        tables_are_listed,
        a_pack_or_a_misspelt_key_is_no_configuration,
        a_denied_query_is_reported_by_every_run,
        the_shipped_pack_runs_once,
    };
    Suite *suite = suite_create("program");
    TCase *tcase = tcase_create("program");

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    tcase_add_test(tcase, cat_prints_a_unit_as_one_file);
    tcase_add_loop_test(tcase, manual_and_completions_know_the_options, 0,
                        (int)(sizeof documents / sizeof documents[0]));
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
