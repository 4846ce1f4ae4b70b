/* Audit records, their fields and values, and the joining of records into events. */
#include "formats/audit/audit_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/audit/audit_window.h"
#include "harness.h"

/* Records -------------------------------------------------------------------- */

/* "type node sec.msec:serial body" of a line, or the errno's name. */
static const char *head_of(const char *line)
{
    static char         text[512];
    struct audit_record record;
    struct audit_stamp  stamp;

    int r = audit_record_parse(line, strlen(line), &record, &stamp);
    if (r < 0)
        return r == -EBADMSG ? "EBADMSG" : r == -ENODATA ? "ENODATA" : "?";
    snprintf(text, sizeof text, "%.*s %.*s %lld.%03u:%llu%.*s", (int)record.type_size,
             record.line + record.type, (int)record.node_size, record.line + record.node,
             (long long)stamp.sec, stamp.msec, (unsigned long long)stamp.serial,
             (int)(record.size - record.body), record.line + record.body);
    return text;
}

START_TEST(a_record_has_type_node_and_stamp)
{
    ck_assert_str_eq(head_of("type=CWD msg=audit(1.002:3): cwd=\"/\"\r"), "CWD  1.002:3 cwd=\"/\"");
    ck_assert_str_eq(head_of("node=a.b type=EOE msg=audit(1170021493.977:283): "),
                     "EOE a.b 1170021493.977:283 ");
    ck_assert_str_eq(head_of("type=DAEMON_CONFIG msg=audit(1.477:34) config changed"),
                     "DAEMON_CONFIG  1.477:34 config changed");
    ck_assert_str_eq(head_of("type=UNKNOWN[1334] msg=audit(1.201:9): op=UNLOAD"),
                     "UNKNOWN[1334]  1.201:9 op=UNLOAD");
    ck_assert_str_eq(head_of("type=S msg=audit(1.0:0):"), "S  1.000:0");
}
END_TEST

START_TEST(what_syslog_writes_before_a_record_is_passed_over)
{
    ck_assert_str_eq(head_of("Nov 24 10:00:00 h audispd: node=n type=CWD msg=audit(1.2:3): cwd=1"),
                     "CWD n 1.002:3 cwd=1");
    ck_assert_str_eq(head_of("h kernel: [1.5] audit: type=1400 audit(1.2:3): apparmor=\"DENIED\""),
                     "1400  1.002:3 apparmor=\"DENIED\"");
}
END_TEST

START_TEST(a_line_that_is_no_record_is_refused)
{
    static const char *const bad[] = {
        "type=WRONGDATE msg=audit(1337845201): no milliseconds",
        "type=EMPTYDATE msg=audit(): x",
        "type= msg=audit(1.1:1): x",
        "msg=audit(1.1:1): x",
        "type=A msg=audit(1.1:1",
        "type=A msg=audit(1.1",
        "type=A msg=audit(99999999999999999999.1:1): x",
        "type=A msg=audit(1.1:99999999999999999999): x",
        "type=A msg=audit(-1.1:1): x",
        "type=A",
        "node=",
        "type=UNKNOWN[1329] msg=?",
        "----",
        "time->Tue Nov 24 10:00:00 2026",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(strcmp(head_of(bad[i]), "EBADMSG") == 0, "%s: %s", bad[i], head_of(bad[i]));
    ck_assert_str_eq(head_of(""), "ENODATA");
    ck_assert_str_eq(head_of("\r"), "ENODATA");
}
END_TEST

/* Of the kernel that this machine's headers are of. */
START_TEST(every_type_of_the_kernels_header_has_its_name)
{
    char *text = harness_read("/usr/include/linux/audit.h", NULL), name[64];
    int   number, n = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (sscanf(line, "#define AUDIT_%63[A-Z0-9_] %d", name, &number) != 2 || number < 1302 ||
            number > 1799 || strncmp(name, "FIRST_", 6) == 0 || strncmp(name, "LAST_", 5) == 0)
            continue;
        enum audit_type type = audit_type_find(name, strlen(name));
        ck_assert_msg(type != AUDIT_TYPE_OTHER, "%s %d", name, number);
        snprintf(name, sizeof name, "%d", number);
        ck_assert_msg(audit_type_find(name, 4) == type, "%s", name);
        n++;
    }
    ck_assert_int_gt(n, 40);
    free(text);
}
END_TEST

START_TEST(types_are_known_by_name_and_number)
{
    ck_assert_int_eq(audit_type_find("SYSCALL", 7), AUDIT_TYPE_SYSCALL);
    ck_assert_int_eq(audit_type_find("1130", 4), AUDIT_TYPE_SERVICE_START);
    ck_assert_int_eq(audit_type_find("UNKNOWN[1334]", 13), AUDIT_TYPE_BPF);
    ck_assert_int_eq(audit_type_find("UNKNOWN[9999]", 13), AUDIT_TYPE_OTHER);
    ck_assert_int_eq(audit_type_find("SYSCAL", 6), AUDIT_TYPE_OTHER);
    ck_assert_int_eq(audit_type_find("13", 2), AUDIT_TYPE_OTHER);
    ck_assert_str_eq(audit_type_name(AUDIT_TYPE_USER_CMD), "USER_CMD");
}
END_TEST

START_TEST(system_calls_are_known_by_the_numbers_of_their_machine)
{
    ck_assert_str_eq(audit_syscall_find(0xc000003e, 59)->name, "execve");
    ck_assert_str_eq(audit_syscall_find(0x40000003, 11)->name, "execve");
    ck_assert_str_eq(audit_syscall_find(0xc00000b7, 221)->name, "execve");
    ck_assert_ptr_null(audit_syscall_find(0xc000003e, -1));
    ck_assert_ptr_null(audit_syscall_find(0x14, 59));
    ck_assert_ptr_null(audit_syscall_find(0xc000003e, 9999)); /* sanitizers see a table's end */
    ck_assert_ptr_null(audit_syscall_named("kill", 3));
    ck_assert_ptr_null(audit_syscall_named("none_such", 9));
    ck_assert_ptr_null(audit_uring_syscall(9999));
    ck_assert_ptr_null(audit_uring_syscall(-1));
    ck_assert_int_eq(audit_syscall_named("kill", 4)->category, AUDIT_CATEGORY_KILL);
}
END_TEST

/* Fields -------------------------------------------------------------------- */

/* "name=value|name=value" of a body; enriched names in [], quoted values in "". */
static const char *fields_of(const char *body)
{
    static char         text[2048];
    char                line[1024];
    struct audit_record record;
    struct audit_stamp  stamp;
    struct audit_fields fields;
    struct audit_field  f;
    size_t              n = 0;

    snprintf(line, sizeof line, "type=X msg=audit(1.1:1): %s", body);
    ck_assert_int_eq(audit_record_parse(line, strlen(line), &record, &stamp), 0);
    audit_fields_begin(&fields, &record);
    text[0] = '\0';
    while (audit_fields_next(&fields, &f))
        n +=
            (size_t)snprintf(text + n, sizeof text - n, "%s%s%.*s%s=%s%.*s%s", n ? "|" : "",
                             f.enriched ? "[" : "", (int)f.name_size, f.name, f.enriched ? "]" : "",
                             f.quoted ? "\"" : "", (int)f.size, f.value, f.quoted ? "\"" : "");
    return text;
}

START_TEST(fields_of_kernel_records)
{
    ck_assert_str_eq(fields_of("success=no exit=-13 tty=(none) comm=\"a b\" key=(null)"),
                     "success=no|exit=-13|tty=(none)|comm=\"a b\"|key=(null)");
    ck_assert_str_eq(fields_of("avc:  denied  { read } for  pid=1 name=\"x\" tclass=dir"),
                     "pid=1|name=\"x\"|tclass=dir");
    ck_assert_str_eq(fields_of("subj==/usr/sbin/ntpd (enforce) key=(null)"),
                     "subj=/usr/sbin/ntpd (enforce)|key=(null)");
    ck_assert_str_eq(fields_of("subj= res=success"), "subj=|res=success");
    ck_assert_str_eq(fields_of("comm=\"cut"), "comm=\"cut\"");
    ck_assert_str_eq(fields_of("= =x a= "), "a=");
}
END_TEST

START_TEST(fields_of_messages_from_user_space)
{
    ck_assert_str_eq(fields_of("pid=1 msg='unit=ssh comm=\"systemd\" hostname=? res=success'"),
                     "pid=1|unit=ssh|comm=\"systemd\"|hostname=?|res=success");
    ck_assert_str_eq(fields_of("msg='PAM: session open acct=root : exe=\"/bin/su\" "
                               "(hostname=?, addr=?, terminal=cron res=success)'"),
                     "acct=root|exe=\"/bin/su\"|hostname=?|addr=?|terminal=cron|res=success");
    ck_assert_str_eq(fields_of("msg='acct=\"it's\" terminal=? res=failed'"),
                     "acct=\"it's\"|terminal=?|res=failed");
    ck_assert_str_eq(fields_of("msg='acct=root: exe=\"/a\" addr=fe80:: res=1'"),
                     "acct=root|exe=\"/a\"|addr=fe80::|res=1");
    ck_assert_str_eq(fields_of("login pid=8 old auid=4294967295 new auid=0 old ses=1 new ses=2"),
                     "pid=8|old auid=4294967295|auid=0|old ses=1|ses=2");
    ck_assert_str_eq(fields_of(" a=1 subj=ntpd (enforce) b=2: old c=3 msg='d=4 e=5' f=6"),
                     "a=1|subj=ntpd (enforce)|b=2|old c=3|d=4|e=5|f=6");
}
END_TEST

START_TEST(the_enriched_part_is_shown_from_the_kernels)
{
    ck_assert_str_eq(fields_of("uid=0 key=(null)\x1d"
                               "ARCH=x86_64 UID=\"root\""),
                     "uid=0|key=(null)|[ARCH]=x86_64|[UID]=\"root\"");
    ck_assert_str_eq(fields_of("msg='op=login res=success'\x1dUID=\"root\" AUID=\"me\""),
                     "op=login|res=success|[UID]=\"root\"|[AUID]=\"me\"");
    ck_assert_str_eq(fields_of("saddr=0100\x1dSADDR={ fam=local path=/tmp/{a} }"),
                     "saddr=0100|[SADDR]={ fam=local path=/tmp/{a} }");
}
END_TEST

START_TEST(the_enriched_part_is_shown_where_copying_lost_its_separator)
{
    ck_assert_str_eq(fields_of("uid=0 key=(null)ARCH=x86_64 SYSCALL=execve AUID=\"me\""),
                     "uid=0|key=(null)|[ARCH]=x86_64|[SYSCALL]=execve|[AUID]=\"me\"");
    ck_assert_str_eq(fields_of("key=\"k\"ARCH=x86_64"), "key=\"k\"|[ARCH]=x86_64");
    ck_assert_str_eq(fields_of("cap_frootid=0OUID=\"root\" OGID=\"root\""),
                     "cap_frootid=0|[OUID]=\"root\"|[OGID]=\"root\"");
    ck_assert_str_eq(fields_of("saddr=0200AFSADDR={ fam=inet laddr=1.2.3.4 lport=53 }"),
                     "saddr=0200AF|[SADDR]={ fam=inet laddr=1.2.3.4 lport=53 }");
    ck_assert_str_eq(fields_of("msg='op=x res=success'UID=\"root\" AUID=\"unset\""),
                     "op=x|res=success|[UID]=\"root\"|[AUID]=\"unset\"");
    ck_assert_str_eq(fields_of("msg='op=x exe=\"/a\"'UID=\"root\""),
                     "op=x|exe=\"/a\"|[UID]=\"root\"");
}
END_TEST

/* A line of a megabyte that repeats what makes a parser look ahead. */
static void read_repeated(const char *part)
{
    struct buffer       line = {0};
    struct audit_record record;
    struct audit_stamp  stamp;
    struct audit_fields fields;
    struct audit_field  field;

    buffer_puts(&line, "type=X msg=audit(1.1:1): ");
    while (line.size + strlen(part) < AUDIT_LINE_MAX)
        buffer_puts(&line, part);
    ck_assert_int_eq(audit_record_parse(line.data, line.size, &record, &stamp), 0);
    audit_fields_begin(&fields, &record);
    while (audit_fields_next(&fields, &field))
        audit_is_null(&field);
    buffer_free(&line);
}

START_TEST(no_line_costs_more_than_its_length)
{
    static const char *const parts[] = {"a=( ",  "a=b (c ", "a=)", ")",   "\x1dX={ ",
                                        "a=\"b", "msg='",   "A",   "A=B", "old ",
                                        "a=b'",  ",",       "a=:"};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        read_repeated(parts[i]);
}
END_TEST

/* The value of the first field of a body. */
static const char *value_of(const char *body, bool encoded)
{
    static char         text[512];
    char                line[1024];
    struct audit_record record;
    struct audit_stamp  stamp;
    struct audit_fields fields;
    struct audit_field  f;
    struct buffer       b = {0};

    snprintf(line, sizeof line, "type=X msg=audit(1.1:1): %s", body);
    ck_assert_int_eq(audit_record_parse(line, strlen(line), &record, &stamp), 0);
    audit_fields_begin(&fields, &record);
    ck_assert(audit_fields_next(&fields, &f));
    audit_value(&f, encoded, "!", &b);
    snprintf(text, sizeof text, "%s", buffer_text(&b));
    buffer_free(&b);
    return text;
}

START_TEST(values_in_hexadecimal_are_decoded_where_a_field_is_written_so)
{
    ck_assert_str_eq(value_of("cwd=2F746D702F6120622063", true), "/tmp/a b c");
    ck_assert_str_eq(value_of("cwd=\"2F74\"", true), "2F74");
    ck_assert_str_eq(value_of("uid=1000", false), "1000");
    ck_assert_str_eq(value_of("proctitle=6C73002D6C", true), "ls!-l");
    ck_assert_str_eq(value_of("name=FF41", true), "\xef\xbf\xbd"
                                                  "A");
    ck_assert_str_eq(value_of("name=2f74", true), "2f74");
    ck_assert_str_eq(value_of("name=2F7", true), "2F7");
}
END_TEST

START_TEST(a_value_compares_as_it_decodes)
{
    struct audit_field f = {.value = "6C7320", .size = 6};

    ck_assert(audit_value_may_be(&f, "ls "));
    ck_assert(!audit_value_may_be(&f, "6C7320"));
    ck_assert(audit_value_is(&f, "6C7320"));
    ck_assert(!audit_value_may_be(&f, "lsx"));
    ck_assert(audit_value_may_be(&f, "LS "));
    f.quoted = true;
    ck_assert(audit_value_may_be(&f, "6C7320"));
}
END_TEST

static const char *sockaddr_of(const char *hex)
{
    static char        text[256];
    struct buffer      b = {0};
    struct audit_field f = {.value = hex, .size = strlen(hex)};

    audit_sockaddr(&f, &b);
    snprintf(text, sizeof text, "%s", buffer_text(&b));
    buffer_free(&b);
    return text;
}

START_TEST(socket_addresses_are_shown_as_people_write_them)
{
    ck_assert_str_eq(sockaddr_of("02000050A9FEA9FE0000000000000000"), "169.254.169.254:80");
    ck_assert_str_eq(sockaddr_of("0A000016000000000000000000000000000000000000000100000000"),
                     "[::1]:22");
    ck_assert_str_eq(sockaddr_of("01002F72756E2F7800AA"), "unix:/run/x");
    ck_assert_str_eq(sockaddr_of("0100006162"), "unix:@ab");
    ck_assert_str_eq(sockaddr_of("100000000000000000000000"), "");
    ck_assert_str_eq(sockaddr_of("0200"), "");
    ck_assert_str_eq(sockaddr_of("xyz"), "");
}
END_TEST

/* Arguments ------------------------------------------------------------------ */

/* The JSON and the line of EXECVE bodies, joined by " => ". */
static const char *arguments_of(const char *const *bodies, size_t n)
{
    static char            text[1024];
    static char            lines[4][512];
    struct audit_arguments arguments = {0};
    struct audit_record    record;
    struct audit_stamp     stamp;
    struct buffer          b = {0};

    for (size_t i = 0; i < n; i++) {
        snprintf(lines[i], sizeof lines[i], "type=EXECVE msg=audit(1.1:1): %s", bodies[i]);
        ck_assert_int_eq(audit_record_parse(lines[i], strlen(lines[i]), &record, &stamp), 0);
        ck_assert_int_eq(audit_arguments_add(&arguments, &record), 0);
    }
    audit_arguments_json(&arguments, &b);
    buffer_puts(&b, " => ");
    audit_arguments_line(&arguments, &b);
    snprintf(text, sizeof text, "%s", buffer_text(&b));
    buffer_free(&b);
    audit_arguments_free(&arguments);
    return text;
}

#define ARGUMENTS(...)                                                                             \
    arguments_of((const char *const[]){__VA_ARGS__},                                               \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

START_TEST(arguments_become_a_list_and_a_line_that_splits_into_it_again)
{
    ck_assert_str_eq(ARGUMENTS("argc=3 a0=\"systemctl\" a1=\"start\" a2=\"x.service\""),
                     "[\"systemctl\",\"start\",\"x.service\"] => systemctl start x.service");
    ck_assert_str_eq(ARGUMENTS("argc=3 a0=\"sh\" a1=\"-c\" a2=6563686F20226974277322"),
                     "[\"sh\",\"-c\",\"echo \\\"it's\\\"\"] => sh -c 'echo \"it'\\''s\"'");
    ck_assert_str_eq(ARGUMENTS("argc=2 a0=\"x\" a1=\"\""), "[\"x\",\"\"] => x ''");
    ck_assert_str_eq(ARGUMENTS("argc=0"), "[] => ");
}
END_TEST

START_TEST(split_arguments_are_rejoined_in_whatever_order_they_come)
{
    ck_assert_str_eq(
        ARGUMENTS("argc=3 a0=\"x\" a1_len=8 a1[0]=\"abcd\"", "a1[1]=\"efgh\" a2=\"z\""),
        "[\"x\",\"abcdefgh\",\"z\"] => x abcdefgh z");
    ck_assert_str_eq(ARGUMENTS("a1[1]=4220 a2=\"z\"", "argc=3 a0=\"x\" a1_len=6 a1[0]=4120"),
                     "[\"x\",\"A B \",\"z\"] => x 'A B ' z");
    ck_assert_str_eq(ARGUMENTS("a0[0]=C3 a0[1]=A9"), "[\"\xc3\xa9\"] => \xc3\xa9");
    ck_assert_str_eq(ARGUMENTS("a4=\"k\" a2=\"c\" a4294967296=\"no\" a=\"no\" a1x=\"no\" "
                               "b1=\"no\" aa=\"no\" 1=\"no\""),
                     "[null,null,\"c\",null,\"k\"] => ? ? c ? k");
}
END_TEST

static const char *title_of(const char *hex, bool quoted)
{
    static char        text[256];
    struct buffer      b = {0};
    struct audit_field f = {.value = hex, .size = strlen(hex), .quoted = quoted};

    audit_title_line(&f, &b);
    snprintf(text, sizeof text, "%s", buffer_text(&b));
    buffer_free(&b);
    return text;
}

START_TEST(a_process_title_is_a_command_line_too)
{
    ck_assert_str_eq(title_of("7368002D6300612062", false), "sh -c 'a b'");
    ck_assert_str_eq(title_of("737368643A20726F6F74205B707269765D", false), "sshd: root [priv]");
    ck_assert_str_eq(title_of("(systemd)", true), "(systemd)");
    ck_assert_str_eq(title_of("6C7300", false), "ls");
    ck_assert_str_eq(title_of("", false), "");
}
END_TEST

/* Events -------------------------------------------------------------------- */

/* An event is the same once more from its own bytes, whatever records of others stand between. */
static void expect_again(struct audit_window *again, const char *text, size_t size,
                         const struct audit_event *event)
{
    struct audit_event same;

    ck_assert_uint_le(event->end, size);
    ck_assert_int_eq(audit_window_again(again, text + event->offset, event->end - event->offset,
                                        event->offset, &same),
                     1);
    ck_assert_uint_eq(same.stamp.serial, event->stamp.serial);
    ck_assert_uint_eq(same.n, event->n);
    for (size_t i = 0; i < same.n; i++) {
        ck_assert_uint_eq(same.records[i].size, event->records[i].size);
        ck_assert_int_eq(same.records[i].id, event->records[i].id);
        ck_assert_mem_eq(same.records[i].line, event->records[i].line, same.records[i].size);
    }
}

/* Each event as "serial@offset:TYPE,TYPE", fed in pieces of `step` bytes. */
static char *events_of(const char *text, size_t size, size_t step, uint64_t *ret_unreadable)
{
    struct audit_window *window, *again;
    struct audit_event   event;
    struct buffer        b = {0};
    bool                 more = true;

    ck_assert_int_eq(audit_window_new(&window), 0);
    ck_assert_int_eq(audit_window_new(&again), 0);
    for (size_t at = 0; more; at += step) {
        more = at < size;
        if (more)
            ck_assert_int_eq(
                audit_window_feed(window, text + at, size - at < step ? size - at : step), 0);
        else
            audit_window_end(window);
        while (audit_window_next(window, &event) > 0) {
            buffer_printf(&b, "%s%llu@%llu", b.size ? " " : "",
                          (unsigned long long)event.stamp.serial, (unsigned long long)event.offset);
            for (size_t i = 0; i < event.n; i++)
                buffer_printf(&b, "%c%.*s", i ? ',' : ':', (int)event.records[i].type_size,
                              event.records[i].line + event.records[i].type);
            expect_again(again, text, size, &event);
        }
    }
    if (ret_unreadable)
        *ret_unreadable = audit_window_unreadable(window);
    audit_window_free(again);
    audit_window_free(window);
    buffer_text(&b);
    return b.data;
}

static void expect_events(const char *text, size_t size, const char *expected, uint64_t unreadable)
{
    static const size_t steps[] = {1, 7, 64, 1 << 20};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint64_t n;
        char    *events = events_of(text, size, steps[i], &n);
        ck_assert_str_eq(events, expected);
        ck_assert_uint_eq(n, unreadable);
        free(events);
    }
}

#define EXPECT_EVENTS(text, expected, unreadable)                                                  \
    expect_events(text, sizeof(text) - 1, expected, unreadable)

START_TEST(interleaved_records_join_by_stamp_and_node)
{
    EXPECT_EVENTS("type=A msg=audit(1.0:1): x\n"
                  "type=A msg=audit(1.0:2): x\n"
                  "type=B msg=audit(1.0:1): x\n"
                  "node=n type=C msg=audit(1.0:1): x\n"
                  "type=B msg=audit(1.0:2): x\n"
                  "type=EOE msg=audit(1.0:1): \n"
                  "type=D msg=audit(1.0:1): x",
                  "1@0:A,B,EOE,D 2@27:A,B 1@81:C", 0);
}
END_TEST

START_TEST(an_event_waits_two_seconds_of_its_own_clock)
{
    EXPECT_EVENTS("type=A msg=audit(10.0:1): \n"
                  "type=A msg=audit(12.9:2): \n"
                  "type=B msg=audit(10.0:1): \n"
                  "type=A msg=audit(13.0:3): \n"
                  "type=C msg=audit(10.0:1): \n",
                  "1@0:A,B 2@27:A 3@81:A 1@108:C", 0);
    EXPECT_EVENTS("type=A msg=audit(10.0:1): \n"
                  "node=b type=A msg=audit(99.0:7): \n"
                  "type=B msg=audit(10.0:1): \n",
                  "1@0:A,B 7@27:A", 0);
}
END_TEST

START_TEST(a_clock_that_was_set_back_still_joins)
{
    EXPECT_EVENTS("type=A msg=audit(90.0:1): \n"
                  "type=A msg=audit(10.0:2): \n"
                  "type=B msg=audit(10.0:2): \n",
                  "1@0:A 2@27:A,B", 0);
}
END_TEST

START_TEST(unreadable_lines_are_counted_and_the_others_kept)
{
    EXPECT_EVENTS("garbage\n"
                  "\n"
                  "type=A msg=audit(1.0:1): x\r\n"
                  "\0\0\0\0\0type=B msg=audit(1.0:2): x\n"
                  "\0\0\0\n"
                  "type=A msg=audit(1.0:3",
                  "1@9:A 2@37:B", 4);
    EXPECT_EVENTS("", "", 0);
}
END_TEST

START_TEST(a_line_too_long_is_one_unreadable_line)
{
    size_t            size = (3u << 20) + 60;
    char             *text = malloc(size);
    static const char before[] = "type=A msg=audit(1.0:1): x\n",
                      after[] = "\ntype=A msg=audit(1.0:2): \n";

    memset(text, 'x', size);
    memcpy(text, before, sizeof before - 1);
    memcpy(text + size - sizeof after + 1, after, sizeof after - 1);
    uint64_t n;
    char    *events = events_of(text, size, 4096, &n);
    ck_assert_str_eq(events, "1@0:A 2@3145762:A");
    ck_assert_uint_eq(n, 1);
    free(events);
    free(text);
}
END_TEST

START_TEST(an_endless_event_is_cut_so_that_memory_stays_bounded)
{
    struct audit_window *window;
    struct audit_event   event;
    size_t               n = 0, records = 0;
    static const char    line[] = "type=A msg=audit(1.0:1): x\n";

    ck_assert_int_eq(audit_window_new(&window), 0);
    for (size_t i = 0; i < 400000; i++) {
        ck_assert_int_eq(audit_window_feed(window, line, sizeof line - 1), 0);
        for (; audit_window_next(window, &event) > 0; n++)
            records += event.n;
    }
    audit_window_end(window);
    for (; audit_window_next(window, &event) > 0; n++)
        records += event.n;
    ck_assert_uint_eq(records, 400000);
    ck_assert_uint_eq(n, 400000 * (sizeof line - 1) / AUDIT_WINDOW_BYTES + 1);
    audit_window_free(window);
}
END_TEST

START_TEST(hundreds_of_events_may_be_open_at_once)
{
    struct buffer text = {0};
    size_t        n = 0;

    for (unsigned record = 0; record < 3; record++)
        for (unsigned i = 0; i < 1000; i++)
            buffer_printf(&text, "type=R%u msg=audit(5.0:%u): \n", record, i);
    char *events = events_of(buffer_text(&text), text.size, 4096, NULL);
    for (const char *at = events; (at = strstr(at, ":R0,R1,R2")); at++)
        n++;
    ck_assert_uint_eq(n, 1000);
    free(events);
    buffer_free(&text);
}
END_TEST

/* Evidence ------------------------------------------------------------------- */

static void whole_and_in_pieces(const char *path, void *data)
{
    size_t   size;
    uint64_t a, b;
    char    *text = harness_read(path, &size);
    char    *whole = events_of(text, size, size ? size : 1, &a);
    char    *pieces = events_of(text, size, 61, &b);

    ck_assert_msg(strcmp(whole, pieces) == 0, "%s: events differ", path);
    ck_assert_uint_eq(a, b);
    *(size_t *)data += strlen(whole) > 0;
    free(whole);
    free(pieces);
    free(text);
}

START_TEST(a_made_log_reads_the_same_however_it_is_cut)
{
    size_t n = 0;

    whole_and_in_pieces("tests/corpus/audit_text/records", &n);
    ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(real_logs_read_the_same_however_they_are_cut)
{
    size_t with_events = 0;

    if (!harness_each_evidence("audit", ".log", whole_and_in_pieces, &with_events))
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_gt(with_events, 20);
}
END_TEST

Suite *make_audit_text_suite(void)
{
    const TTest *const tests[] = {
        a_record_has_type_node_and_stamp,
        what_syslog_writes_before_a_record_is_passed_over,
        a_line_that_is_no_record_is_refused,
        types_are_known_by_name_and_number,
        every_type_of_the_kernels_header_has_its_name,
        system_calls_are_known_by_the_numbers_of_their_machine,
        fields_of_kernel_records,
        fields_of_messages_from_user_space,
        the_enriched_part_is_shown_from_the_kernels,
        the_enriched_part_is_shown_where_copying_lost_its_separator,
        no_line_costs_more_than_its_length,
        values_in_hexadecimal_are_decoded_where_a_field_is_written_so,
        a_value_compares_as_it_decodes,
        socket_addresses_are_shown_as_people_write_them,
        arguments_become_a_list_and_a_line_that_splits_into_it_again,
        split_arguments_are_rejoined_in_whatever_order_they_come,
        a_process_title_is_a_command_line_too,
        interleaved_records_join_by_stamp_and_node,
        an_event_waits_two_seconds_of_its_own_clock,
        a_clock_that_was_set_back_still_joins,
        unreadable_lines_are_counted_and_the_others_kept,
        a_line_too_long_is_one_unreadable_line,
        an_endless_event_is_cut_so_that_memory_stays_bounded,
        hundreds_of_events_may_be_open_at_once,
        a_made_log_reads_the_same_however_it_is_cut,
        real_logs_read_the_same_however_they_are_cut,
    };
    Suite *suite = suite_create("audit_text");
    TCase *tcase = tcase_create("audit_text");

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}
