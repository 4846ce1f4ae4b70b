/* check_edges.c -- small files of every format, cut after each byte, without each, with each twice and with each changed:
 * a digest of the rows that all of these give, and of what is reported of them, as tests/edges.txt keeps it. So a limit
 * that moves by one, and a condition whose other side no whole file reaches, changes something there. What a file should
 * give is asserted elsewhere; this holds that it gives the same as before.
 *
 * UPDATE=1 writes the file. SVCQL_EDGES=NAME prints each changed text of that name with its digest, to be compared
 * with what another build prints.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#define KEPT        "tests/edges.txt"
#define PLACES      48 /* of a file, where it is changed */
#define COLUMNS_MAX 128

static const char words[] = "each word";

#define CANONICAL                                                                                  \
    "SELECT shell_canonical(?1), service_command(?1), command_runs(?1), file_writes(?1), "         \
    "exec_path(?1)"
#define COMMAND "SELECT service_command(?1), command_runs(?1), file_writes(?1), exec_path(?1)"

/* What is asked of a file: a table, given the root that has it at a place, or the file itself where the place is its name
 * alone; or with a place of NULL a query of its text, as ?1; of each of its lines, where that is `words`. */
static const struct edge {
    const char *seed, *place, *asked;
} edges[] = {
    {"edges/crontab", "etc/crontab", "cron_jobs"},
    {"edges/anacrontab", "etc/anacrontab", "cron_jobs"},
    {"edges/sudoers", "etc/sudoers", "sudoers"},
    {"edges/rules.js", "etc/polkit-1/rules.d/50-a.rules", "polkit_rules"},
    {"edges/rules.pkla", "etc/polkit-1/localauthority/50-local.d/a.pkla", "polkit_rules"},
    {"edges/rules.policy", "usr/share/polkit-1/actions/a.policy", "polkit_rules"},
    {"edges/unit.service", "etc/systemd/system/x.service", "unit_settings"},
    {"edges/unit.service", "etc/systemd/system/x.service", "unit_commands"},
    {"edges/unit.service", "etc/systemd/system/x.service", "unit_files"},
    {"edges/unit.service", "etc/systemd/system/x.service.d/a.conf", "unit_files"},
    {"edges/unit.timer", "etc/systemd/system/x.timer", "unit_settings"},
    {"edges/unit.timer", "etc/systemd/system/x.timer", "unit_files"},
    {"edges/unit.socket", "etc/systemd/system/x.socket", "unit_settings"},
    {"edges/unit.socket", "etc/systemd/system/x.socket", "unit_files"},
    {"edges/quadlet.container", "etc/containers/systemd/x.container", "unit_commands"},
    {"edges/init", "etc/init.d/x", "unit_files"},
    {"edges/init", "etc/init.d/x", "unit_commands"},
    {"edges/udev.rules", "etc/udev/rules.d/9.rules", "start_hooks"},
    {"edges/profile.sh", "etc/profile.d/x.sh", "start_hooks"},
    {"edges/apt.conf", "etc/apt/apt.conf.d/9x", "start_hooks"},
    {"edges/interfaces", "etc/network/interfaces", "start_hooks"},
    {"edges/audit.log", "audit.log", "audit_events"},
    {"edges/auth.log", "auth.log", "auth_events"},
    {"edges/bash_history", "root/.bash_history", "shell_history"},
    {"edges/zsh_history", "root/.zsh_history", "shell_history"},
    {"edges/fish_history", "root/.local/share/fish/fish_history", "shell_history"},
    {"edges/passwd", "etc/passwd", "users"},
    {"edges/group", "etc/group", "groups"},
    {"edges/dpkg.log", "var/log/dpkg.log", "package_history"},
    {"edges/apt.log", "var/log/apt/history.log", "package_history"},
    {"edges/dnf.log", "var/log/dnf.rpm.log", "package_history"},
    {"edges/yum.log", "var/log/yum.log", "package_history"},
    {"edges/status", "var/lib/dpkg/status", "package_files"},
    {"edges/os-release", "etc/os-release", "host_properties"},
    {"edges/rule.yml", "rule.yml", "svcql_rules"},
    {"edges/commands", words,
     "SELECT service_command(?1), command_runs(?1), file_writes(?1), shell_canonical(?1)"},
    {"edges/posix.sh", NULL, CANONICAL},
    {"edges/posix2.sh", NULL, CANONICAL},
    {"edges/cmd.bat", NULL, COMMAND},
    {"edges/power.ps1", NULL, COMMAND},
    {"edges/tools.sh", NULL, COMMAND},
    {"corpus/regexp/classes", NULL,
     "SELECT regexp(?1, 'ab-12 Xy'), regexp(?1, ''), regex_match('a1 b22', ?1, 0)"},
    {"corpus/rpm_store/ndb", "var/lib/rpm/Packages.db", "package_files"},
    {"corpus/rpm_store/hash", "var/lib/rpm/Packages", "package_files"},
    {"corpus/listing/Get-Service.json", "Get-Service.json", "service_listings"},
    {"corpus/listing/Get-Service.txt", "Get-Service.txt", "service_listings"},
    {"corpus/listing/Get-Service_fl.txt", "Get-Service_fl.txt", "service_listings"},
    {"corpus/listing/Win32_Service.csv", "Win32_Service.csv", "service_listings"},
    {"corpus/listing/Win32_Service.json", "Win32_Service.json", "service_listings"},
    {"corpus/listing/Win32_Service.txt", "Win32_Service.txt", "service_listings"},
    {"corpus/listing/Win32_Service_table.txt", "Win32_Service_table.txt", "service_listings"},
    {"corpus/listing/Windows.System.Services.json", "Windows.System.Services.json",
     "service_listings"},
    {"corpus/listing/autoruns.csv", "autoruns.csv", "service_listings"},
    {"corpus/listing/bare_list-units.txt", "bare_list-units.txt", "service_listings"},
    {"corpus/listing/launchctl_list.txt", "launchctl_list.txt", "service_listings"},
    {"corpus/listing/launchctl_list_b.txt", "launchctl_list_b.txt", "service_listings"},
    {"corpus/listing/launchctl_print-disabled.txt", "launchctl_print-disabled.txt",
     "service_listings"},
    {"corpus/listing/launchctl_print.txt", "launchctl_print.txt", "service_listings"},
    {"corpus/listing/old_list-unit-files.txt", "old_list-unit-files.txt", "service_listings"},
    {"corpus/listing/osquery_launchd.json", "osquery_launchd.json", "service_listings"},
    {"corpus/listing/osquery_services.json", "osquery_services.json", "service_listings"},
    {"corpus/listing/osquery_units.json", "osquery_units.json", "service_listings"},
    {"corpus/listing/reg_query.txt", "reg_query.txt", "service_listings"},
    {"corpus/listing/sc_qc.txt", "sc_qc.txt", "service_listings"},
    {"corpus/listing/sc_query.txt", "sc_query.txt", "service_listings"},
    {"corpus/listing/services.reg", "services.reg", "service_listings"},
    {"corpus/listing/show.txt", "show.txt", "service_listings"},
    {"corpus/listing/systemctl_list-timers_--all.txt", "systemctl_list-timers_--all.txt",
     "service_listings"},
    {"corpus/listing/systemctl_list-unit-files.txt", "systemctl_list-unit-files.txt",
     "service_listings"},
    {"corpus/listing/systemctl_list-units.txt", "systemctl_list-units.txt", "service_listings"},
    {"corpus/listing/systemctl_status.txt", "systemctl_status.txt", "service_listings"},
    {"corpus/listing/unit-files.ndjson", "unit-files.ndjson", "service_listings"},
    {"corpus/listing/units.json", "units.json", "service_listings"},
    {"corpus/listing/wmic_service_get.txt", "wmic_service_get.txt", "service_listings"},
    {"corpus/listing/wmic_service_list_full.txt", "wmic_service_list_full.txt", "service_listings"},
    {"corpus/event_json/azure", "azure.jsonl", "windows_events"},
    {"corpus/event_json/chainsaw", "chainsaw.jsonl", "windows_events"},
    {"corpus/event_json/elastic", "elastic.jsonl", "windows_events"},
    {"corpus/event_json/evtxecmd.csv", "evtxecmd.csv", "windows_events"},
    {"corpus/event_json/hayabusa", "hayabusa.jsonl", "windows_events"},
    {"corpus/event_json/osquery", "osquery.jsonl", "windows_events"},
    {"corpus/event_json/powershell", "powershell.jsonl", "windows_events"},
    {"corpus/event_json/splunk", "splunk.jsonl", "windows_events"},
    {"corpus/event_json/viewer.csv", "viewer.csv", "windows_events"},
    {"corpus/event_json/wazuh", "wazuh.jsonl", "windows_events"},
    {"corpus/event_json/wevtutil", "wevtutil.jsonl", "windows_events"},
    {"corpus/event_json/winlogbeat", "winlogbeat.jsonl", "windows_events"},
    {"corpus/event_json/xml", "xml.jsonl", "windows_events"},
    {"corpus/event_json/xml_like", "xml_like.jsonl", "windows_events"},
    {"corpus/unified_text/compact", "compact", "unified_log"},
    {"corpus/unified_text/default", "default", "unified_log"},
    {"corpus/unified_text/launchd", "launchd", "unified_log"},
    {"corpus/unified_text/objects", "objects", "unified_log"},
    {"corpus/unified_text/syslog", "syslog", "unified_log"},
    {"corpus/journal_export/json", "j.json", "journal"},
    {"corpus/journal_export/json-seq", "j.json", "journal"},
    {"corpus/journal_export/json-sse", "j.json", "journal"},
    {"corpus/journal_export/text", "j.export", "journal"},
    {"corpus/utmp/login", "var/log/wtmp", "logins"},
    {"corpus/plist/binary", "Library/LaunchDaemons/x.plist", "launch_daemons"},
    {"corpus/plist/xml", "Library/LaunchDaemons/x.plist", "launch_daemons"},
    {"corpus/hive/clean", "SYSTEM", "registry"},
    {"corpus/hive/clean", "SYSTEM", "registry_services"},
    {"corpus/evtx/classic", "a.evtx", "windows_events"},
    {"corpus/evtx/forwarded", "a.evtx", "windows_events"},
    {"corpus/evtx/inline", "a.evtx", "windows_events"},
    {"corpus/evtx/nested", "a.evtx", "windows_events"},
    {"corpus/evtx/user_data", "a.evtx", "windows_events"},
};

#define N_EDGES (int)(sizeof edges / sizeof *edges)

/* What the time and the file system decide. */
static bool is_left_out(const char *column)
{
    static const char *const names[] = {"mtime", "ctime", "btime", "inode",
                                        "uid",   "gid",   "host",  "source"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], column) == 0)
            return true;
    return false;
}

/* FNV-1a */
#define DIGEST_BEGIN UINT64_C(14695981039346656037)

static uint64_t digest_step(uint64_t digest, uint64_t value)
{
    return (digest ^ value) * UINT64_C(1099511628211);
}

static uint64_t state;
static size_t   n_rows;

static void put(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        state = digest_step(state, (uint8_t)text[i]);
    state = digest_step(state, 0);
}

/* A text with "ROOT" for the folder. */
static void put_value(const char *text, const char *root)
{
    const char *found;

    for (; text && *root && (found = strstr(text, root)); text = found + strlen(root))
        put(text, (size_t)(found - text));
    put(text ? text : "\1", text ? strlen(text) : 1);
}

static void put_rows(sqlite3_stmt *stmt, const char *root, const char *text, size_t size)
{
    int rc;

    if (text)
        sqlite3_bind_text(stmt, 1, text, (int)size, SQLITE_STATIC);
    for (; (rc = sqlite3_step(stmt)) == SQLITE_ROW; n_rows++)
        for (int i = 0; i < sqlite3_column_count(stmt); i++)
            if (!is_left_out(sqlite3_column_name(stmt, i)))
                put_value((const char *)sqlite3_column_text(stmt, i), root);
    put(rc == SQLITE_DONE ? "." : "!", 1);
    sqlite3_reset(stmt);
}

static void put_answer(sqlite3 *db, const char *sql, const char *root, const char *text,
                       size_t size)
{
    sqlite3_stmt *stmt;

    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    put_rows(stmt, root, text, size);
    sqlite3_finalize(stmt);
}

/* The file of an edge as it is. */
static char *read_seed(const struct edge *edge, size_t *ret_size)
{
    char path[200];

    snprintf(path, sizeof path, "tests/%s", edge->seed);
    char *whole = harness_read(path, ret_size);
    if (strncmp(edge->seed, "corpus/hive/", 12) == 0) /* a number for the fuzzer stands before it */
        memmove(whole, whole + 4, *ret_size -= 4);
    return whole;
}

/* Put a text at an edge's place below a folder: its path, and what the table is given. */
static const char *put_file(const struct edge *edge, const char *root, const char *text,
                            size_t size, char ret_path[400])
{
    static const struct timespec moment[2] = {{1705000000, 0},
                                              {1705000000, 0}}; /* lines have no year */

    snprintf(ret_path, 400, "%s/%s", root, edge->place);
    harness_write(root, edge->place, text, size);
    ck_assert_int_eq(utimensat(AT_FDCWD, ret_path, moment, 0), 0);
    return strchr(edge->place, '/') ? root : ret_path;
}

static void ask(sqlite3 *db, const struct edge *edge, const char *dir, const char *text,
                size_t size)
{
    static int n;
    char       sql[900], root[300], path[400];

    if (!edge->place) {
        put_answer(db, edge->asked, "", text, size);
        return;
    }
    snprintf(root, sizeof root, "%s/%d", dir, n++);
    const char *asked = put_file(edge, root, text, size, path);
    snprintf(sql, sizeof sql, "SELECT * FROM %s('%s')", edge->asked, asked);
    put_answer(db, sql, root, NULL, 0);
    snprintf(sql, sizeof sql,
             "SELECT status, records, skipped, detail FROM evidence_sources WHERE table_name = "
             "'%s' AND location LIKE '%s%%' ORDER BY location",
             edge->asked, root);
    put_answer(db, sql, root, NULL, 0);
    ck_assert_int_eq(unlink(path), 0);
}

/* The text changed at a place in each of these ways: its new size. */
enum { CUT, WITHOUT, TWICE, MARK, HIGH, N_WAYS };

static size_t change(int way, const char *whole, size_t size, size_t at, char *ret)
{
    static const char marks[] = " \"'\\=\n:;,%$#/{}()[]@-!*\t|&<>";

    memcpy(ret, whole, at);
    if (way == CUT)
        return at;
    size_t from = way == TWICE ? at : at + 1, to = way == WITHOUT ? at : at + 1;
    ret[at] = way == TWICE  ? whole[at]
              : way == MARK ? marks[at % (sizeof marks - 1)]
                            : (char)(whole[at] ^ 0x80);
    memcpy(ret + to, whole + from, size - from);
    return to + size - from;
}

static uint64_t digest_of(const struct edge *edge)
{
    const char *verbose = getenv("SVCQL_EDGES");
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    uint64_t    sum = 0;
    size_t      size;
    char       *whole = read_seed(edge, &size);

    char   *changed = malloc(size + 2);
    size_t *places = malloc((size + 1) * sizeof *places), n = 0;
    for (size_t at = 0; at < size; at++) /* what fills up between records is zeros */
        if (whole[at])
            places[n++] = at;
    size_t step = n / PLACES + 1;
    for (size_t i = 0; i < n; i += step)
        for (int way = 0; way < N_WAYS; way++) {
            /* Each way at other places, so that short ones meet each byte of a small file. */
            size_t other = i + (size_t)way * step / N_WAYS, place = places[other < n ? other : i];
            state = DIGEST_BEGIN;
            ask(db, edge, dir, changed, change(way, whole, size, place, changed));
            sum = digest_step(sum, state);
            if (verbose && strcmp(verbose, edge->seed) == 0)
                fprintf(stderr, "%s %s %zu %d %016" PRIx64 "\n", edge->seed, edge->asked, place,
                        way, state);
        }
    free(places);
    free(changed);
    free(whole);
    harness_close(db);
    return sum;
}

/* Of each line of a file: without a word, ended after it, and without its last byte. */
static uint64_t digest_of_words(const struct edge *edge)
{
    sqlite3      *db = harness_open();
    sqlite3_stmt *stmt;
    char          changed[1000];
    size_t        size;
    char         *whole = read_seed(edge, &size);

    ck_assert_int_eq(sqlite3_prepare_v2(db, edge->asked, -1, &stmt, NULL), SQLITE_OK);
    state = DIGEST_BEGIN;
    for (char *line = whole, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        for (char *word = line, *next; *word; word = next) {
            next = word + strcspn(word, " ");
            next += *next == ' ';
            snprintf(changed, sizeof changed, "%.*s%s", (int)(word - line), line, next);
            put_rows(stmt, "", changed, strlen(changed));
            put_rows(stmt, "", line, (size_t)(next - line));
            put_rows(stmt, "", line, (size_t)(next - line - 1));
        }
    }
    sqlite3_finalize(stmt);
    free(whole);
    harness_close(db);
    return state;
}

/* What may be repeated, and is, up to each limit of a small number and of a power of two, and beyond. */
#define COMMANDS                                                                                   \
    "SELECT service_command(?1), command_runs(?1), file_writes(?1), shell_canonical(?1), "         \
    "exec_path(?1)"
#define PATTERNS "SELECT regexp(?1, 'aaab'), regex_match('aaab', ?1, 0), regexp('a+b', ?1)"
#define PATHS                                                                                      \
    "SELECT path_trust(?1), path_name(?1), exec_path(?1), usual_library(?1), name_randomness(?1)"

static const struct growing {
    const char *asked, *begin, *part, *end;
} growing[] = {
    {COMMANDS, "", "sudo ", "systemctl start x"},
    {COMMANDS, "", "nohup env -i ", "systemctl start x"},
    {COMMANDS, "systemctl start ", "a ", ""},
    {COMMANDS, "systemctl ", "--now ", "enable x"},
    {COMMANDS, "systemctl start ", "a", ""},
    {COMMANDS, "", "id; ", "systemctl stop x"},
    {COMMANDS, "", "cat | ", "sh"},
    {COMMANDS, "echo ", "{a,b}", " > /etc/systemd/system/a.service"},
    {COMMANDS, "echo {", "a,", "b}"},
    {COMMANDS, "systemctl start ", "{", "a,b}"},
    {COMMANDS, "systemctl start a{1..", "1", "}"},
    {COMMANDS, "", "cat <<A;", "\nA\n"},
    {COMMANDS, "", "a=1;", "systemctl start $a"},
    {COMMANDS, "x=", "a", "; systemctl start $x"},
    {COMMANDS, "", "$(", "systemctl start x"},
    {COMMANDS, "", "(", "systemctl start x)"},
    {COMMANDS, "", "if a; then ", "systemctl start x"},
    {COMMANDS, "cp ", "a ", "/etc/systemd/system"},
    {COMMANDS, "printf '", "\\x41", "' > /etc/systemd/system/a.service"},
    {COMMANDS, "echo -e ", "\\101", " > /etc/systemd/system/a.service"},
    {COMMANDS, "f() { ", "systemctl start x; ", "}; f; f"},
    {COMMANDS, "cmd /c ", "^", "sc start x"},
    {COMMANDS, "", "cmd /c ", "sc start x"},
    {COMMANDS, "", "powershell -c ", "Start-Service x"},
    {COMMANDS, "sc create x binPath= \"", "a", "\""},
    {COMMANDS, "", "\n", "systemctl start x"},
    {COMMANDS, "systemctl start \"", "$x", "\""},
    {PATTERNS, "", "a?", "b"},
    {PATTERNS, "(", "x|", "b)"},
    {PATTERNS, "", "(", "a"},
    {PATTERNS, "a{", "1", "}"},
    {PATTERNS, "a{0,", "1", "}"},
    {PATTERNS, "[", "a-c", "]"},
    {PATTERNS, "", "a", "b"},
    {PATHS, "/", "a/", "b.so"},
    {PATHS, "/usr/lib/", "a", ".so"},
    {PATHS, "C:\\", "a\\", "b.exe -x"},
    {PATHS, "", "a b ", "c.exe"},
    {"SELECT event_number(?1), event_number('0x' || ?1), utc_datetime(?1), logon_type(?1)", "", "9",
     ""},
    {"SELECT event_message(?1), printable(?1), entropy(?1)", "%%1", "0", " x"},
};

#define N_GROWING (int)(sizeof growing / sizeof *growing)

static uint64_t digest_of_growing(const struct growing *one)
{
    static const size_t more[] = {63,   64,   65,   99,   100,  101,  127,  128,  129,  199,
                                  200,  201,  255,  256,  257,  511,  512,  513,  999,  1000,
                                  1001, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097};
    sqlite3            *db = harness_open();
    sqlite3_stmt       *stmt;
    size_t              part = strlen(one->part);
    char               *text = malloc(strlen(one->begin) + 4097 * part + strlen(one->end) + 1);

    ck_assert_int_eq(sqlite3_prepare_v2(db, one->asked, -1, &stmt, NULL), SQLITE_OK);
    state = DIGEST_BEGIN;
    for (size_t i = 0; i < 36 + sizeof more / sizeof *more; i++) {
        size_t times = i < 36 ? i : more[i - 36], n = (size_t)sprintf(text, "%s", one->begin);
        for (size_t k = 0; k < times; k++, n += part)
            memcpy(text + n, one->part, part);
        n += (size_t)sprintf(text + n, "%s", one->end);
        put_rows(stmt, "", text, n);
    }
    sqlite3_finalize(stmt);
    free(text);
    harness_close(db);
    return state;
}

static void line_of(int i, char *ret, size_t room)
{
    const struct edge *edge = &edges[i < N_EDGES ? i : 0];

    n_rows = 0;
    if (i >= N_EDGES) {
        const struct growing *one = &growing[i - N_EDGES];
        snprintf(ret, room, "%s%s...%s\t\tgrowing\t%016" PRIx64 "\n", one->begin,
                 one->part[0] == '\n' ? "" : one->part, one->end[0] == '\n' ? "" : one->end,
                 digest_of_growing(one));
        return;
    }
    uint64_t digest = edge->place == words ? digest_of_words(edge) : digest_of(edge);
    snprintf(ret, room, "%s\t%s\t%s\t%zu\t%016" PRIx64 "\n", edge->seed,
             edge->place ? edge->place : "",
             edge->place && edge->place != words ? edge->asked : "functions", n_rows, digest);
}

START_TEST(changed_files_give_what_they_gave)
{
    char   line[900];
    size_t size;

    if (getenv("UPDATE"))
        return;
    line_of(_i, line, sizeof line);
    char *kept = harness_read(KEPT, &size);
    ck_assert_msg(strstr(kept, line) != NULL, "%.*s: other rows than in " KEPT,
                  (int)strcspn(line, "\n"), line);
    free(kept);
}
END_TEST

/* A digest of each column of a query's rows; how many columns there are. */
static int digest_columns(sqlite3 *db, const char *sql, uint64_t ret[COLUMNS_MAX])
{
    sqlite3_stmt *stmt;

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "%s", sql);
    int n = sqlite3_column_count(stmt);
    ck_assert_int_le(n, COLUMNS_MAX);
    for (int i = 0; i < n; i++)
        ret[i] = DIGEST_BEGIN;
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < n; i++) {
            state = ret[i];
            put_value((const char *)sqlite3_column_text(stmt, i), "");
            ret[i] = state;
        }
    sqlite3_finalize(stmt);
    return n;
}

/* What is not asked for is not read: a column alone has the values that it has among all. */
START_TEST(a_column_alone_is_what_it_is_among_all)
{
    const struct edge *edge = &edges[_i];
    uint64_t           all[COLUMNS_MAX], alone[COLUMNS_MAX];
    char               path[400], sql[900];
    size_t             size;

    if (!edge->place || edge->place == words)
        return;
    sqlite3    *db = harness_open();
    char       *whole = read_seed(edge, &size);
    const char *asked = put_file(edge, harness_scratch(), whole, size, path);
    snprintf(sql, sizeof sql, "SELECT * FROM %s('%s')", edge->asked, asked);
    int n = digest_columns(db, sql, all);
    for (int i = 0; i < n; i++) {
        char *column = harness_query(db, "SELECT name FROM pragma_table_info('%s') WHERE cid = %d",
                                     edge->asked, i);
        snprintf(sql, sizeof sql, "SELECT \"%s\" FROM %s('%s')", column, edge->asked, asked);
        digest_columns(db, sql, alone);
        ck_assert_msg(alone[0] == all[i], "%s of %s alone is another", column, edge->seed);
        free(column);
    }
    free(whole);
    harness_close(db);
}
END_TEST

START_TEST(the_list_has_each_of_them_once)
{
    char   line[900];
    size_t size, n = 0;

    if (getenv("UPDATE")) {
        FILE *out = fopen(KEPT, "w");
        ck_assert_ptr_nonnull(out);
        for (int i = 0; i < N_EDGES + N_GROWING; i++) {
            line_of(i, line, sizeof line);
            fputs(line, out);
        }
        fclose(out);
    }
    char *kept = harness_read(KEPT, &size);
    for (size_t i = 0; i < size; i++)
        n += kept[i] == '\n';
    ck_assert_uint_eq(n, N_EDGES + N_GROWING);
    free(kept);
}
END_TEST

Suite *make_edges_suite(void)
{
    Suite *suite = suite_create("edges");
    TCase *tcase = tcase_create("edges");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_list_has_each_of_them_once);
    tcase_add_loop_test(tcase, a_column_alone_is_what_it_is_among_all, 0, N_EDGES);
    tcase_add_loop_test(tcase, changed_files_give_what_they_gave, 0, N_EDGES + N_GROWING);
    suite_add_tcase(suite, tcase);
    return suite;
}
