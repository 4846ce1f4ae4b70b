/* unit_commands.c -- every command that a unit would run, as it would run: quotes and escapes
 * decoded, specifiers and variables expanded, links followed.
 *
 *     SELECT unit, setting, program, text FROM unit_commands
 *     WHERE effective AND path_trust(program) IN ('temp', 'shm', 'hidden');
 */
#include "unit_commands.h"

#include <errno.h>
#include <string.h>

#include "formats/unit/unit_name.h"
#include "unit_places.h"
#include "unit_quadlet.h"

SQLITE_EXTENSION_INIT3

/* In the order in which a service runs them. */
static const char *const exec_keys[EXEC_KEYS] = {
    "ExecCondition",  "ExecStartPre", "ExecStart",   "ExecStartPost", "ExecReload",
    "ExecReloadPost", "ExecStop",     "ExecStopPre", "ExecStopPost",
};

static int open_scan(struct tbl_scan *scan)
{
    struct commands_state    *s = tbl_state(scan);
    const struct command_row *key = tbl_key(scan);
    const struct tbl_terms   *scope = TBL_TERMS(scan, struct command_row, scope);

    s->user = TBL_TERMS(scan, struct command_row, scope_user);
    s->kind = TBL_TERMS(scan, struct command_row, kind);
    s->setting = TBL_TERMS(scan, struct command_row, setting);
    bool places = s->kind->n == 0;
    for (size_t i = 0; i < s->kind->n; i++)
        places |= strcmp(s->kind->texts[i], "unit") != 0;
    return unit_each_open(
        &s->each, scan,
        &(struct unit_each_want){.walk = {.table = "unit_commands",
                                          .host = key->host,
                                          .root = key->root,
                                          .system = tbl_match_text(scope, "system", false),
                                          .user = tbl_match_text(scope, "user", false)},
                                 .path = TBL_TERMS(scan, struct command_row, path),
                                 .unit = TBL_TERMS(scan, struct command_row, unit),
                                 .instances = true,
                                 .places = places});
}

static void forget_line(struct commands_state *s)
{
    arena_free(&s->memory);
    s->parsed = (struct unit_exec_line){0};
    s->line = (struct command_line){0};
    s->current = NULL;
    s->command = 0;
}

static void forget_unit(struct commands_state *s)
{
    forget_line(s);
    if (s->have_context)
        s->each.walk.unread += (int64_t)s->context.lost;
    unit_context_close(&s->context);
    s->have_context = s->have_place = false;
    s->place = (struct place_commands){0};
    s->next = s->next_place = s->place_position = s->rows = 0;
    arena_free(&s->place_memory);
    memset(s->positions, 0, sizeof s->positions);
}

static void close_scan(struct tbl_scan *scan)
{
    struct commands_state *s = tbl_state(scan);

    forget_unit(s);
    unit_defaults_free(&s->defaults);
    unit_host_free(&s->host);
    unit_each_close(&s->each);
}

/* Lines ----------------------------------------------------------------------- */

/* The index of an Exec key; -1 for other settings. */
static int exec_key(const char *type, const struct unit_setting *setting)
{
    if (strncmp(setting->key, "Exec", 4) != 0 || strcmp(setting->section, "Unit") == 0 ||
        strcmp(setting->section, "Install") == 0 ||
        (type && !unit_section_read(type, setting->section)))
        return -1;
    for (int i = 0; i < EXEC_KEYS; i++)
        if (strcmp(setting->key, exec_keys[i]) == 0)
            return i;
    return -1;
}

static int need_host(struct commands_state *s)
{
    if (s->host_number == s->each.walk.number)
        return 0;
    unit_host_free(&s->host);
    s->host_number = s->each.walk.number;
    s->defaults_number = 0;
    s->folders = (struct unit_folders){0};
    return unit_host_read(&s->host, s->each.walk.source.root);
}

/* The same of what the manager gives to all that it starts. */
static int need_defaults(struct commands_state *s)
{
    const struct unit_search *search = s->each.walk.search;
    int                       r = need_host(s);

    if (r < 0 || s->defaults_number == s->each.walk.next)
        return r;
    unit_defaults_free(&s->defaults);
    r = unit_defaults_read(&s->defaults, s->each.walk.source.root, &search->manager, &s->host);
    s->defaults_number = s->each.walk.next;
    s->each.walk.unread += (int64_t)s->defaults.lost;
    return r;
}

static int need_context(struct commands_state *s)
{
    if (s->have_context)
        return 0;
    int r = need_defaults(s);
    if (r == 0)
        r = unit_context_open(&s->context, &s->host, &s->defaults.environment, s->each.walk.search,
                              s->each.unit ? s->each.unit : s->each.entry->name, &s->each.loaded);
    s->have_context = r == 0;
    s->context.view.folders = &s->folders;
    s->refused = s->each.entry ? quadlet_refused(s->each.entry, &s->each.loaded) : NULL;
    if (r == 0 && s->each.stage < UNIT_STAGE_REST)
        r = unit_loaded_bad_setting(s->each.walk.search, &s->host, s->each.unit, &s->each.loaded,
                                    &s->refused);
    return r;
}

static const char *kind_of(const struct commands_state *s)
{
    return s->each.entry ? s->each.entry->dir->place->kind : "unit";
}

static bool wanted(const struct commands_state *s)
{
    return tbl_match_text(s->kind, kind_of(s), false) &&
           tbl_match_text(s->user, unit_walk_user(&s->each.walk), false);
}

/* Of a unit's drop-in whether systemd passes over it for its name. */
static bool is_dot_file(const struct commands_state *s)
{
    return !s->each.entry && s->each.loaded.n_files &&
           s->each.loaded.files[0].entry->name[0] == '.';
}

/* Whether the loaded file is one that no unit or quadlet reads. */
static bool is_unread(const struct commands_state *s)
{
    return s->each.entry ? s->each.entry->where == UNIT_DROP_IN : s->each.stage == UNIT_STAGE_REST;
}

/* Whether the setting is in force; of a file that no unit reads, whether another replaces it. */
static int64_t is_effective(const struct commands_state *s, const struct unit_setting *setting)
{
    if (is_unread(s))
        return s->each.instead || is_dot_file(s) ? 0 : TBL_NULL;
    return setting->effective && !s->each.instead && !s->refused;
}

/* Why what is loaded is not in force; NULL: it is. */
static const char *off_reason(const struct commands_state *s)
{
    if (s->each.instead)
        return "another file replaces it";
    if (!is_unread(s))
        return s->refused;
    return is_dot_file(s) ? "systemd reads no drop-in whose name begins with a dot"
                          : "no unit here reads it";
}

/* Go on to the next Exec line of the loaded unit: 1, 0 after the last, -ENOMEM. */
static int next_setting(struct commands_state *s)
{
    bool        unit = s->each.loaded.n && !s->each.entry;
    const char *type = unit ? unit_name_type(s->each.unit) : NULL;

    while (s->next < s->each.loaded.n) {
        const struct unit_setting *setting = &s->each.loaded.settings[s->next++];
        struct unit_entry         *entry = s->each.loaded.files[setting->file].entry;
        int                        key = exec_key(type, setting);
        if (key < 0 || !*setting->value || !unit_each_wants(&s->each, entry) || !wanted(s) ||
            !tbl_match_text(s->setting, setting->key, false))
            continue;
        int r = need_context(s);
        if (r < 0)
            return r;
        struct unit_expander expander = unit_context_expander(&s->context);
        s->line =
            (struct command_line){.entry = entry,
                                  .setting = exec_keys[key],
                                  .value = setting->value,
                                  .error = setting->ignored ? setting->ignored : off_reason(s),
                                  .number = setting->line,
                                  .key = key,
                                  .effective = is_effective(s, setting)};
        r = unit_exec_parse(setting->value, &expander, &s->memory, &s->parsed);
        return r < 0 ? r : 1;
    }
    return 0;
}

/* The same of the commands that a file beside the units names. */
static int next_place(struct commands_state *s)
{
    int r = 0;

    if (!s->each.entry || !wanted(s))
        return 0;
    if (!s->have_place) {
        r = place_commands_read(&s->each, &s->place_memory, &s->place);
        s->each.walk.unread += s->place.unread;
        s->have_place = true;
    }
    while (r == 0 && s->next_place < s->place.n) {
        const struct place_command *command = &s->place.commands[s->next_place++];
        if (!tbl_match_text(s->setting, command->setting, false) ||
            !unit_each_wants(&s->each, command->entry))
            continue;
        if ((r = need_context(s)) < 0)
            break;
        s->line = (struct command_line){.entry = command->entry,
                                        .setting = command->setting,
                                        .value = command->value,
                                        .user = command->user,
                                        .error = command->off,
                                        .number = command->line,
                                        .key = -1,
                                        .effective = !command->off && !command->overridden};
        if (is_unread(s) && !command->off) {
            s->line.error = off_reason(s);
            s->line.effective = TBL_NULL;
        }
        s->parsed = (struct unit_exec_line){.commands = &command->exec, .n = 1};
        if (command->exec_line) {
            struct unit_expander expander = unit_context_expander(&s->context);
            r = unit_exec_parse(command->exec_line, &expander, &s->memory, &s->parsed);
        }
        return r < 0 ? r : 1;
    }
    return r;
}

/* What the manager itself runs for a mount or swap unit, once for each unit. */
static int next_mount(struct commands_state *s)
{
    bool loaded = s->each.loaded.n && s->each.stage < UNIT_STAGE_REST;

    if (!loaded || s->have_place || !wanted(s) || !tbl_match_text(s->setting, "What", false))
        return 0;
    s->have_place = true;
    const struct unit_setting *what = mount_setting(&s->each.loaded, "What");
    if (!what || !unit_each_wants(&s->each, s->each.loaded.files[what->file].entry))
        return 0;
    int r = need_context(s);
    if (r == 0)
        r = mount_command_read(&s->each.loaded, &s->context.specifiers, &s->memory, &s->mount);
    if (r < 0)
        return r;
    s->line = (struct command_line){.entry = s->each.loaded.files[what->file].entry,
                                    .setting = "What",
                                    .value = what->value,
                                    .number = what->line,
                                    .error = s->refused,
                                    .key = -1,
                                    .effective = !s->refused};
    s->parsed = (struct unit_exec_line){.commands = &s->mount, .n = 1};
    return 1;
}

/* Go on to the next line: 1, 0 after the last, -ENOMEM. */
static int next_line(struct commands_state *s)
{
    forget_line(s);
    int r = next_setting(s);
    if (r == 0)
        r = next_mount(s);
    return r != 0 ? r : next_place(s);
}

/* Rows ------------------------------------------------------------------------ */

/* The instance in a unit's name; NULL: it has none. */
static const char *instance_of(struct tbl_scan *scan, const char *unit)
{
    char instance[UNIT_NAME_MAX];

    if (unit_name_kind(unit) != UNIT_NAME_INSTANCE || !unit_name_instance(unit, instance))
        return NULL;
    return tbl_strndup(scan, instance, strlen(instance));
}

/* Why systemd does not run the row's command; NULL: it does. */
static const char *row_error(struct tbl_scan *scan, const struct commands_state *s)
{
    if (s->line.error || s->current)
        return s->line.error;
    const char *fault = tbl_utf8(scan, s->parsed.fault, strlen(s->parsed.fault));
    return s->parsed.refused || !fault
               ? fault
               : tbl_printf(scan, "%s; systemd ignores the rest of the line", fault);
}

static int fill(struct tbl_scan *scan, struct commands_state *s, struct command_row *row)
{
    const struct command_line *line = &s->line;
    const char                *path = tbl_utf8(scan, line->entry->path, strlen(line->entry->path));
    const char                *executable = s->current ? s->current->path : "";

    *row = (struct command_row){.host = s->each.walk.source.host,
                                .source = unit_walk_source(scan, &s->each.walk, path),
                                .path = path,
                                .line = line->number,
                                .scope = unit_walk_scope(&s->each.walk),
                                .scope_user = unit_walk_user(&s->each.walk),
                                .kind = kind_of(s),
                                .unit = s->each.unit,
                                .instance = s->each.unit ? instance_of(scan, s->each.unit) : NULL,
                                .setting = line->setting,
                                .flags = s->current ? s->current->prefix : NULL,
                                .executable = tbl_utf8(scan, executable, strlen(executable)),
                                .effective = line->effective,
                                .error = row_error(scan, s),
                                .root = row->root};
    row->position = (int64_t)(line->key < 0 ? ++s->place_position : ++s->positions[line->key]);
    if (row->unit && s->each.entry)
        row->unit = tbl_utf8(scan, row->unit, strlen(row->unit));
    if (!s->current && line->effective == 1)
        row->effective = 0;
    bool whole = row->source && row->executable;
    if (!s->current)
        row->executable = NULL;
    s->have_words = s->have_reading = s->have_program = false;
    s->each.walk.records++;
    return whole ? SQLITE_ROW : SQLITE_NOMEM;
}

/* Go on to the next command of the line, then to a row for the part that systemd refuses. */
static bool next_command(struct commands_state *s)
{
    s->current = s->command < s->parsed.n ? &s->parsed.commands[s->command] : NULL;
    if (!s->line.entry || s->command > s->parsed.n || (!s->current && !s->parsed.fault))
        return false;
    s->command++;
    return true;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct commands_state *s = tbl_state(scan);
    int                    r;

    for (;;) {
        if (next_command(s)) {
            if (s->rows++ < UNIT_COMMANDS_MAX)
                return fill(scan, s, row);
            s->each.walk.unread++;
            continue;
        }
        r = next_line(s);
        if (r == 0) {
            forget_unit(s);
            r = unit_each_next(&s->each);
            if (r == 0)
                return SQLITE_DONE;
        }
        if (r < 0)
            return tbl_error(scan, r, "unit directories");
    }
}

/* Columns --------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct command_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the command belongs to"),
    ROW(source, TBL_ID, "Path in the evidence of the file that names it"),
    ROW(path, TBL_KEY | TBL_PREFIX, "Path on its host of the file that names it"),
    ROW(line, TBL_ID, "Line at which the setting begins"),
    ROW(scope, TBL_KEY, "Manager that runs it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User of that manager; NULL where the unit is the same for all users"),
    ROW(kind, TBL_KEY,
        "Kind of the file that names it: unit (a unit or drop-in); else, as in unit_files, sysv, "
        "rc, hook, "
        "generator, dbus, autostart, quadlet, xinetd, inetd, upstart"),
    ROW(unit, TBL_KEY | TBL_ID,
        "Unit that runs it, or that is generated from the file; a template has rows of its own, "
        "with %i "
        "as written, and so has each "
        "instance that is enabled or that another unit starts"),
    ROW(instance, 0, "Instance, as in the unit's name; NULL: none"),
    ROW(setting, TBL_KEY | TBL_ID,
        "Setting that holds it: ExecStart, ExecStopPost and so on; What of mount and swap units, "
        "for which the manager runs mount and swapon; file where the file itself is run"),
    ROW(position, TBL_ID, "Number of the command among those of its setting, from 1"),
    ROW(flags, 0,
        "Prefixes before the program: @ second word is argv[0], - failure ignored, : variables as "
        "written, + full privileges, ! User= not applied, | passed to a shell"),
    ROW(executable, 0,
        "Program as the line names it, specifiers expanded; NULL where systemd refuses the line"),
    TBL_LAZY("program", TBL_TEXT, 0,
             "File that runs: found in the search path or below the root directory, bind mounts, "
             "links and .. resolved",
             unit_commands_get_program),
    TBL_LAZY("program_kind", TBL_TEXT, 0,
             "Kind of that file: elf, script (begins with #!), text, other, missing, unreadable",
             unit_commands_get_program_kind),
    TBL_LAZY("program_sha256", TBL_TEXT, 0, "SHA-256 of that file; NULL above 64 MiB",
             unit_commands_get_program_sha256),
    TBL_LAZY("script", TBL_TEXT, 0,
             "File that runs in the end: what an interpreter (sh, python3, perl, node, php, "
             "java -jar ...) or a wrapper (env, nice, busybox, chroot ...) is given, also by sh -c "
             "with one command; resolved as the program; NULL: none, or several",
             unit_commands_get_script),
    TBL_LAZY("script_kind", TBL_TEXT, 0, "Kind of that file, as program_kind",
             unit_commands_get_script_kind),
    TBL_LAZY("script_sha256", TBL_TEXT, 0, "SHA-256 of that file; NULL above 64 MiB",
             unit_commands_get_script_sha256),
    TBL_LAZY("script_text", TBL_TEXT, 0,
             "First 64 KiB of the script, or of the program where it is a script or text",
             unit_commands_get_script_text),
    TBL_LAZY("argv", TBL_TEXT, 0,
             "Words, unquoted, specifiers expanded and variables as written, as a JSON array; as "
             "systemctl show prints them",
             unit_commands_get_argv),
    TBL_LAZY("text", TBL_TEXT, 0,
             "The command as it would run, in one line: variables of Environment= and "
             "EnvironmentFile= expanded, words quoted where a shell needs it",
             unit_commands_get_text),
    TBL_LAZY(
        "canonical", TBL_TEXT, 0,
        "The text in lines as shell_canonical() gives them: the command first, then what sh -c, "
        "env -S, eval, its standard input and similar constructs make of it, with quotes and "
        "escapes removed and known variables expanded",
        unit_commands_get_canonical),
    TBL_LAZY(
        "runs", TBL_TEXT, 0,
        "Every program and script that the command names to run, itself first, as a JSON array",
        unit_commands_get_runs),
    TBL_LAZY("environment", TBL_TEXT, 0,
             "Variables that the unit's settings give it, as a JSON object",
             unit_commands_get_environment),
    TBL_LAZY("standard_input", TBL_TEXT, 0,
             "Text that it reads: StandardInputText= and StandardInputData=, decoded",
             unit_commands_get_input),
    TBL_LAZY("bind_mounts", TBL_TEXT, 0,
             "Bind mount that puts another file in the program's place, source:target; NULL: none",
             unit_commands_get_bind_mounts),
    TBL_LAZY("root_directory", TBL_TEXT, 0, "RootDirectory= or RootImage=; NULL: the host's root",
             unit_commands_get_root_directory),
    TBL_LAZY("working_directory", TBL_TEXT, 0, "Folder that it starts in",
             unit_commands_get_working_directory),
    TBL_LAZY("user", TBL_TEXT, 0, "User that it runs as; NULL: each user of the host",
             unit_commands_get_user),
    ROW(effective, TBL_KEY,
        "Whether it is in force after all files of the unit are read: false where a drop-in "
        "removes it or systemd refuses it; NULL for a drop-in of units that are absent"),
    ROW(error, 0, "Why systemd does not run it; NULL where it does"),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Programs that run from folders that anybody may write",
     "SELECT unit, setting, program, text FROM unit_commands "
     "WHERE effective AND path_trust(program) IN ('temp', 'shm', 'hidden')"},
    {"Units whose program is absent",
     "SELECT unit, executable FROM unit_commands WHERE effective AND program_kind = 'missing'"},
    {"Variables that the services get",
     "SELECT DISTINCT unit, e.key, e.value FROM unit_commands, json_each(environment) AS e "
     "WHERE effective"},
};

const struct tbl_table unit_commands_table = {
    .name = "unit_commands",
    .doc =
        "One row for each command that a unit would run, as it would run: unquoted, specifiers and "
        "variables expanded, program resolved",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct command_row),
    .state_size = sizeof(struct commands_state),
    .rows = 400,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
