#include "unit_place_commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_words.h"
#include "unit_autostart.h"
#include "unit_places.h"
#include "unit_quadlet.h"
#include "unit_sysv.h"

struct reader {
    const struct unit_each *each;
    struct arena           *memory;
    struct place_commands   out;
    const char             *off; /* why none of the file's commands is in force; NULL: they are */

    struct buffer script;      /* of Upstart, being read */
    unsigned      script_line; /* where it begins; 0: none */
};

/* Commands -------------------------------------------------------------------- */

static struct place_command *add(struct reader *r, const char *setting, unsigned line,
                                 const char *value)
{
    struct place_command *commands =
        arena_grow(r->memory, r->out.commands, r->out.n, &r->out.room, sizeof *commands);

    if (!commands)
        return NULL;
    r->out.commands = commands;
    commands[r->out.n] = (struct place_command){.entry = r->each->entry,
                                                .setting = setting,
                                                .line = line,
                                                .value = value,
                                                .exec = {.flags = UNIT_EXEC_LITERAL},
                                                .off = r->off};
    return &commands[r->out.n++];
}

/* Put the next word into `ret`: false where there is none. */
static bool next_word(const char **text, struct buffer *ret)
{
    int r = unit_word(text, UNIT_ESCAPES_PLAIN, ret);

    if (r != -EINVAL)
        return r > 0;
    buffer_reset(ret);
    for (; **text; (*text)++)
        if (**text != '"' && **text != '\'')
            buffer_putc(ret, **text);
    return !ret->failed;
}

/* The words of a value, without quotes, as in a shell; *ret_n is their number. Space for `before`
 * more words precedes the first. A quote that does not end reaches to the end. */
static const char **split(struct reader *r, const char *value, size_t before, size_t *ret_n)
{
    const char  **words = NULL;
    size_t        n = 0, room = 0;
    struct buffer word = {0};

    for (; n < before; n++)
        words = arena_grow(r->memory, words, n, &room, sizeof *words);
    while (!r->memory->failed && next_word(&value, &word)) {
        const char **more = arena_grow(r->memory, words, n, &room, sizeof *words);
        if (!more)
            break;
        words = more;
        words[n++] = arena_strndup(r->memory, word.data ? word.data : "", word.size);
    }
    r->memory->failed |= word.failed;
    buffer_free(&word);
    *ret_n = n;
    return r->memory->failed ? NULL : words;
}

/* A command whose program is the first of these words. */
static struct place_command *add_words(struct reader *r, const char *setting, unsigned line,
                                       const char *value, const char **words, size_t n)
{
    struct place_command *command = words && n ? add(r, setting, line, value) : NULL;

    if (!command)
        return NULL;
    command->exec.path = words[0];
    command->exec.argv = words;
    command->exec.argc = n;
    return command;
}

static struct place_command *add_split(struct reader *r, const char *setting, unsigned line,
                                       const char *value)
{
    size_t       n;
    const char **words = split(r, value, 0, &n);

    return add_words(r, setting, line, value, words, n);
}

/* A command that is the file itself. */
static void add_file(struct reader *r, const char *const *arguments)
{
    const char  *path = r->each->entry->path;
    size_t       n = 0;
    const char **words;

    while (arguments[n])
        n++;
    words = arena_alloc(r->memory, (n + 1) * sizeof *words);
    if (!words)
        return;
    words[0] = path;
    for (size_t i = 0; i < n; i++)
        words[i + 1] = arguments[i];
    add_words(r, "file", 1, path, words, n + 1);
}

/* A shell's text. */
static void add_shell(struct reader *r, const char *setting, unsigned line, const char *text)
{
    const char **words = arena_alloc(r->memory, 4 * sizeof *words);

    if (!words)
        return;
    words[0] = "/bin/sh";
    words[1] = "-e";
    words[2] = "-c";
    words[3] = text;
    add_words(r, setting, line, text, words, 4);
}

/* Programs -------------------------------------------------------------------- */

static void check_executable(struct reader *r)
{
    struct stat st;

    if (!r->off && root_stat(r->each->walk.source.root, r->each->entry->path, true, &st) == 0 &&
        !(st.st_mode & 0111))
        r->off = "not executable";
}

static void read_generator(struct reader *r)
{
    static const char *const system[] = {"/run/systemd/generator", "/run/systemd/generator.early",
                                         "/run/systemd/generator.late", NULL};
    static const char *const none[] = {NULL};

    check_executable(r);
    add_file(r, strstr(r->each->entry->dir->path, "environment") ? none : system);
}

static void read_hook(struct reader *r)
{
    static const char *const sleep[] = {"pre", "suspend", NULL}, *const shutdown[] = {"poweroff",
                                                                                      NULL};

    check_executable(r);
    add_file(r, strstr(r->each->entry->dir->path, "sleep") ? sleep : shutdown);
}

static void read_script(struct reader *r)
{
    static const char *const start[] = {"start", NULL};
    const struct unit_entry *unit = unit_search_first(r->each->walk.search, r->each->unit);

    const char *ignored = strcmp(r->each->entry->dir->place->kind, "sysv") == 0
                              ? unit_sysv_ignored(r->each->walk.source.root, r->each->entry)
                              : NULL;
    const char *off =
        unit_sysv_off(r->each->walk.source.root, r->each->walk.search->manager.version);

    r->off = r->off ? r->off : ignored ? ignored : off;
    check_executable(r);
    if (unit && strcmp(unit->dir->path, "/run/systemd/generator.late") != 0 &&
        strcmp(r->each->entry->name, "rc.local") != 0)
        r->off = "a unit of its name replaces it";
    add_file(r, start);
}

/* Links of a runlevel lead to scripts that have rows of their own. */
static void read_rc(struct reader *r)
{
    const struct unit_entry *entry = r->each->entry;

    if (entry->type == DT_LNK && entry->link && strstr(entry->link, "init.d/"))
        return;
    if (entry->name[0] == 'K')
        r->off = "only stopped in this runlevel";
    read_script(r);
}

/* Files of sections ----------------------------------------------------------- */

static const struct unit_setting *setting_of(const struct reader *r, const char *section,
                                             const char *key)
{
    return section_setting(&r->each->loaded, section, key);
}

static const char *value_of(const struct reader *r, const char *section, const char *key)
{
    const struct unit_setting *setting = setting_of(r, section, key);

    return setting ? setting->value : NULL;
}

static void read_dbus(struct reader *r)
{
    static const char          section[] = "D-BUS Service";
    const struct unit_setting *exec = setting_of(r, section, "Exec");

    if (!r->off && value_of(r, section, "SystemdService"))
        r->off = "the bus asks systemd to start a unit instead";
    struct place_command *command = exec ? add_split(r, "Exec", exec->line, exec->value) : NULL;
    if (command)
        command->user = value_of(r, section, "User");
}

/* A word as it is passed on: "%%" is "%", and its escapes are decoded once more. */
static const char *passed_on(struct reader *r, const char *word)
{
    struct buffer text = {0}, decoded = {0};

    for (const char *p = word; *p; p++) {
        buffer_putc(&text, *p);
        p += *p == '%' && p[1] == '%';
    }
    if (buffer_text(&text) && unit_unescape(text.data, &decoded) == 0 && buffer_text(&decoded))
        word = arena_strndup(r->memory, decoded.data, decoded.size);
    else if (!r->off)
        r->off = "error parsing Exec= line";
    r->memory->failed |= text.failed || decoded.failed;
    buffer_free(&text);
    buffer_free(&decoded);
    return word;
}

/* The words of a desktop entry's Exec=: escapes of the file's values, then quotes, and field codes
 * that stand for files, icons and names left out. */
static void read_autostart(struct reader *r)
{
    const struct unit_setting *exec = autostart_setting(&r->each->loaded, "Exec");
    struct buffer              value = {0};
    size_t                     n = 0, kept = 0;

    if (!r->off)
        r->off = autostart_off(r->each->walk.source.root, r->each->entry, &r->each->loaded,
                               r->each->walk.search->manager.version);
    if (!exec)
        return;
    if (unit_unescape(exec->value, &value) < 0) /* systemd takes none of it; others may */
        buffer_puts(&value, exec->value);
    const char  *text = buffer_text(&value);
    const char **words = text ? split(r, text, 0, &n) : NULL;
    for (size_t i = 0; words && i < n; i++)
        if (words[i][0] != '%' || !words[i][1] || words[i][2] || words[i][1] == '%')
            words[kept++] = passed_on(r, words[i]);
    r->memory->failed |= value.failed;
    add_words(r, "Exec", exec->line, exec->value, words, kept);
    buffer_free(&value);
}

/* Append a value as one word of an Exec line; nothing where it is empty. */
static void put_quoted(struct buffer *line, const char *before, const char *value)
{
    if (!value || !*value)
        return;
    buffer_printf(line, " %s", before);
    if (!strpbrk(value, " \t\"'\\")) {
        buffer_puts(line, value);
        return;
    }
    buffer_putc(line, '"');
    for (; *value; value++)
        buffer_printf(line, strchr("\"\\", *value) ? "\\%c" : "%c", *value);
    buffer_putc(line, '"');
}

/* The path that a quadlet names, relative to its own folder. */
static void put_path(struct reader *r, struct buffer *line, const char *before, const char *value)
{
    const struct unit_entry *entry = r->each->entry;
    struct buffer            path = {0};

    if (*value != '/' && *value != '%')
        buffer_printf(&path, "%.*s", (int)(entry->name - entry->path), entry->path);
    buffer_puts(&path, value);
    put_quoted(line, before, buffer_text(&path));
    r->memory->failed |= path.failed;
    buffer_free(&path);
}

/* Add the command line that podman's generator makes of a setting: without the options which
 * change nothing about what runs. */
static void add_line(struct reader *r, const char *name, const struct unit_setting *setting,
                     bool overridden, struct buffer *line)
{
    struct place_command *command = add(r, name, setting->line, setting->value);

    if (command && buffer_text(line)) {
        command->entry = r->each->loaded.files[setting->file].entry;
        command->exec_line = arena_strndup(r->memory, line->data, line->size);
        command->overridden = overridden;
    }
    r->memory->failed |= line->failed;
    buffer_free(line);
}

/* Append words as they are written; podman ends a quote that does not end. */
static void put_words(struct buffer *line, const char *words)
{
    char quote = '\0';

    buffer_printf(line, "%s%s", *words ? " " : "", words);
    for (; *words; words++) {
        if (*words == '\\' && words[1])
            words++;
        else if (*words == quote)
            quote = '\0';
        else if (!quote && (*words == '"' || *words == '\''))
            quote = *words;
    }
    if (quote)
        buffer_putc(line, quote);
}

/* A container: what podman is asked to run in it. */
static void add_run(struct reader *r, const char *name, const struct unit_setting *setting,
                    bool overridden, const char *words)
{
    static const char section[] = "Container";
    const char       *options = value_of(r, section, "PodmanArgs");
    const char       *image = value_of(r, section, "Image");
    struct buffer     line = {0};

    buffer_puts(&line, "/usr/bin/podman run");
    put_quoted(&line, "--entrypoint ", value_of(r, section, "Entrypoint"));
    put_quoted(&line, "--health-cmd ", value_of(r, section, "HealthCmd"));
    put_words(&line, options ? options : "");
    if (image && *image)
        put_quoted(&line, "", image);
    else
        put_quoted(&line, "--rootfs ", value_of(r, section, "Rootfs"));
    put_words(&line, words);
    add_line(r, name, setting, overridden, &line);
}

static void read_container(struct reader *r)
{
    static const char          section[] = "Container";
    const struct unit_loaded  *loaded = &r->each->loaded;
    const struct unit_setting *last = setting_of(r, section, "Exec");
    const struct unit_setting *image = setting_of(r, section, "Image");

    for (size_t i = 0; i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (!setting->ignored && *setting->value && strcmp(setting->section, section) == 0 &&
            strcmp(setting->key, "Exec") == 0)
            add_run(r, "Exec", setting, setting != last, setting->value);
    }
    if ((!last || !*last->value) && image)
        add_run(r, "Image", image, false, "");
}

/* The other types that name what runs: a file for kube, one for a build. */
static void read_quadlet_file(struct reader *r, const char *section, const char *key,
                              const char *command)
{
    const struct unit_setting *setting = setting_of(r, section, key);
    struct buffer              line = {0};

    if (!setting || !*setting->value)
        return;
    buffer_puts(&line, command);
    put_path(r, &line, "", setting->value);
    add_line(r, key, setting, false, &line);
}

static void read_build(struct reader *r)
{
    const char *file = value_of(r, "Build", "File");

    if (!r->off && file && *file != '/' && !value_of(r, "Build", "SetWorkingDirectory"))
        r->off = "relative path in File key requires SetWorkingDirectory key to be set";
    read_quadlet_file(r, "Build", file ? "File" : "SetWorkingDirectory",
                      file ? "/usr/bin/podman build --file" : "/usr/bin/podman build");
}

static void read_quadlet(struct reader *r)
{
    const char *section = quadlet_section(r->each->entry);

    if (!r->off)
        r->off = quadlet_refused(r->each->entry, &r->each->loaded);
    if (section && strcmp(section, "Container") == 0)
        read_container(r);
    else if (section && strcmp(section, "Kube") == 0)
        read_quadlet_file(r, section, "Yaml", "/usr/bin/podman kube play");
    else if (section && strcmp(section, "Build") == 0)
        read_build(r);
}

/* Files of lines -------------------------------------------------------------- */

/* Read the file and pass on its lines, without comments; their memory stays valid. */
static void each_line(struct reader *r, void (*each)(struct reader *, char *line, unsigned number))
{
    char  *data, *rest, *line;
    size_t size;
    int e = root_read(r->each->walk.source.root, r->each->entry->path, UNIT_PLACE_FILE_MAX, &data,
                      &size);

    if (e < 0) {
        r->out.unread = root_gone(r->each->walk.source.root, r->each->entry->path, e) != -ENOENT;
        r->memory->failed |= e == -ENOMEM;
        return;
    }
    rest = (char *)(uintptr_t)arena_strndup(r->memory, data, size);
    free(data);
    if (r->memory->failed)
        return;
    for (unsigned number = 1; (line = strsep(&rest, "\n")); number++) {
        line += strspn(line, " \t");
        if (*line && *line != '#')
            each(r, line, number);
    }
}

/* service socktype protocol wait user program argv[0] ... */
static void inetd_line(struct reader *r, char *line, unsigned number)
{
    size_t       n;
    const char **words = split(r, line, 0, &n);

    if (!words || n < 6 || strcmp(words[5], "internal") == 0)
        return;
    const char          **argv = words + (n > 6 ? 6 : 5);
    struct place_command *command = add_words(r, "program", number, line, argv, n > 6 ? n - 6 : 1);
    if (!command)
        return;
    command->exec.path = words[5];
    command->user = arena_strndup(r->memory, words[4], strcspn(words[4], ":."));
}

static void read_inetd(struct reader *r)
{
    each_line(r, inetd_line);
}

/* The value of "key = value" or "key += value"; NULL: another key. */
static const char *xinetd_value(const char *line, const char *key)
{
    size_t size = strlen(key);

    if (strncmp(line, key, size) != 0)
        return NULL;
    line += size + strspn(line + size, " \t");
    line += strspn(line, "+-");
    return *line == '=' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

/* Within "service x {": the program, its arguments and user; a file may have several services. */
static void xinetd_line(struct reader *r, char *line, unsigned number)
{
    struct place_command *last = r->out.n ? &r->out.commands[r->out.n - 1] : NULL;
    const char           *value;

    if (strncmp(line, "service", 7) == 0) {
        add(r, "server", number, "");
        return;
    }
    if (!last)
        return;
    if ((value = xinetd_value(line, "server"))) {
        last->line = number;
        last->value = last->exec.path = value;
    } else if ((value = xinetd_value(line, "server_args"))) {
        last->exec.argv = split(r, value, 1, &last->exec.argc);
    } else if ((value = xinetd_value(line, "user"))) {
        last->user = value;
    } else if ((value = xinetd_value(line, "disable")) && strncmp(value, "yes", 3) == 0) {
        last->off = "disable = yes";
    }
}

static void read_xinetd(struct reader *r)
{
    size_t n = 0;

    each_line(r, xinetd_line);
    for (size_t i = 0; i < r->out.n && !r->memory->failed; i++) {
        struct place_command *command = &r->out.commands[i];
        const char          **argv = (const char **)(uintptr_t)command->exec.argv;

        if (!command->exec.path)
            continue; /* internal, or defaults */
        if (!argv)
            argv = split(r, "", 1, &command->exec.argc);
        if (!argv)
            return;
        argv[0] = command->exec.path;
        command->exec.argv = argv;
        r->out.commands[n++] = *command;
    }
    r->out.n = n;
}

/* What follows a word and blanks; NULL where the line does not begin with that word. */
static const char *text_after(const char *line, const char *word)
{
    size_t size = strlen(word);

    return strncmp(line, word, size) == 0 && (!line[size] || strchr(" \t", line[size]))
               ? line + size + strspn(line + size, " \t")
               : NULL;
}

static void end_script(struct reader *r)
{
    const char *text = buffer_text(&r->script);

    if (text)
        add_shell(r, "script", r->script_line, arena_strndup(r->memory, text, r->script.size));
    r->memory->failed |= !text;
    buffer_free(&r->script);
    r->script_line = 0;
}

/* exec COMMAND, script ... end script, each also after pre-start and so on. */
static void upstart_line(struct reader *r, char *line, unsigned number)
{
    static const char *const stages[] = {"pre-start", "post-start", "pre-stop", "post-stop"};
    const char              *rest = line, *text;

    if (r->script_line && text_after(line, "end")) {
        end_script(r);
        return;
    }
    if (r->script_line) {
        buffer_puts(&r->script, r->script.size ? "\n" : "");
        buffer_puts(&r->script, line);
        return;
    }
    for (size_t i = 0; i < sizeof stages / sizeof stages[0] && rest == line; i++)
        if ((text = text_after(line, stages[i])))
            rest = text;
    if ((text = text_after(rest, "exec")))
        add_shell(r, "exec", number, text);
    else if (text_after(rest, "script"))
        r->script_line = number;
}

static void read_upstart(struct reader *r)
{
    each_line(r, upstart_line);
    buffer_free(&r->script); /* of a script that does not end */
}

/* Kinds ----------------------------------------------------------------------- */

static const struct {
    const char *kind;
    void (*read)(struct reader *r);
} kinds[] = {
    {"generator", read_generator}, {"hook", read_hook},
    {"sysv", read_script},         {"rc", read_rc},
    {"dbus", read_dbus},           {"autostart", read_autostart},
    {"quadlet", read_quadlet},     {"inetd", read_inetd},
    {"xinetd", read_xinetd},       {"upstart", read_upstart},
};

int place_commands_read(const struct unit_each *each, struct arena *memory,
                        struct place_commands *ret)
{
    struct reader r = {.each = each, .memory = memory};

    if (each->instead)
        r.off = "another file replaces it";
    if (!unit_is_mask(each->walk.source.root, each->entry->path))
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            if (strcmp(kinds[i].kind, each->entry->dir->place->kind) == 0)
                kinds[i].read(&r);
    if (memory->failed)
        return -ENOMEM;
    *ret = r.out;
    return 0;
}

/* Mounts ---------------------------------------------------------------------- */

const struct unit_setting *mount_setting(const struct unit_loaded *loaded, const char *key)
{
    for (size_t i = 0; i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (setting->effective && strcmp(setting->key, key) == 0 &&
            (strcmp(setting->section, "Mount") == 0 || strcmp(setting->section, "Swap") == 0))
            return setting;
    }
    return NULL;
}

int mount_command_read(const struct unit_loaded *loaded, const struct unit_specifiers *specifiers,
                       struct arena *memory, struct unit_exec *ret)
{
    static const struct {
        const char *key, *option;
    } arguments[] = {{"What", NULL}, {"Where", NULL}, {"Type", "-t"}, {"Options", "-o"}};
    const char  **words = arena_alloc(memory, 8 * sizeof *words);
    struct buffer text = {0};
    size_t        n = 0;

    if (!words)
        return -ENOMEM;
    words[n++] = mount_setting(loaded, "Where") ? "/bin/mount" : "/sbin/swapon";
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        const struct unit_setting *setting = mount_setting(loaded, arguments[i].key);
        if (!setting)
            continue;
        buffer_reset(&text);
        unit_specifiers_expand(specifiers, setting->value, &text);
        if (arguments[i].option)
            words[n++] = arguments[i].option;
        words[n++] = arena_strndup(memory, text.data ? text.data : "", text.size);
    }
    memory->failed |= text.failed;
    buffer_free(&text);
    *ret =
        (struct unit_exec){.path = words[0], .argv = words, .argc = n, .flags = UNIT_EXEC_LITERAL};
    return memory->failed ? -ENOMEM : 0;
}
