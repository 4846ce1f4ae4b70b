#include "unit_context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/base64.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is gathered from the settings before the context is complete. */
struct gathering {
    struct unit_context *c;
    struct unit_expander expander;
    struct buffer        text, input;
    bool                 no_input; /* StandardInput= names something else */
    bool                 dynamic;  /* DynamicUser= is set */
    bool                 has_user; /* User= is set */
};

struct unit_expander unit_context_expander(const struct unit_context *context)
{
    return (struct unit_expander){unit_specifiers_expand, &context->specifiers};
}

/* A text with its specifiers expanded, in the context's memory. */
static const char *expanded(struct gathering *g, const char *text)
{
    if (!strchr(text, '%'))
        return text;
    buffer_reset(&g->text);
    unit_specifiers_expand(&g->c->specifiers, text, &g->text);
    if (!buffer_text(&g->text)) {
        g->c->memory.failed = true;
        return "";
    }
    return arena_strndup(&g->c->memory, g->text.data, g->text.size);
}

static void add_word(struct unit_context *c, struct unit_words *list, const char *text)
{
    const char **words = NULL;

    if (list->n < UNIT_LIST_MAX)
        words = arena_grow(&c->memory, list->words, list->n, &list->room, sizeof *words);
    else
        c->lost++;
    if (!words)
        return;
    list->words = words;
    words[list->n++] = text;
}

/* Settings -------------------------------------------------------------------- */

typedef void setting_fn(struct gathering *g, const char *value);

static void set_environment(struct gathering *g, const char *value)
{
    unit_environment_words(&g->c->environment, value, &g->expander);
}

static void set_user(struct gathering *g, const char *value)
{
    g->c->user = expanded(g, value);
    g->has_user = true;
}

static void set_dynamic_user(struct gathering *g, const char *value)
{
    static const char *const yes[] = {"1", "on", "t", "true", "y", "yes"};

    g->dynamic = false;
    for (size_t i = 0; i < COUNT(yes); i++)
        g->dynamic |= strcasecmp(value, yes[i]) == 0;
}

static void set_root_image(struct gathering *g, const char *value)
{
    g->c->root_image = expanded(g, value);
}

static void set_root_directory(struct gathering *g, const char *value)
{
    char        resolved[ROOT_PATH_MAX];
    const char *path = expanded(g, value + (*value == '-'));

    if (*path != '/' || strspn(path, "/") == strlen(path))
        return;
    g->c->root_directory = path;
    if (root_resolve(g->c->root, path, resolved) == 0)
        path = arena_strndup(&g->c->memory, resolved, strlen(resolved));
    g->c->view.directory = path;
}

static void set_working_directory(struct gathering *g, const char *value)
{
    const char *path = expanded(g, value + (*value == '-'));

    if (*path == '/')
        g->c->view.working_directory = path;
    else if (strcmp(path, "~") == 0)
        g->c->view.working_directory = g->c->home ? g->c->home : "/root";
}

static void set_input(struct gathering *g, const char *value)
{
    static const char file[] = "file:";

    g->no_input = strcmp(value, "data") != 0;
    if (strncmp(value, file, sizeof file - 1) == 0)
        g->c->input_file = expanded(g, value + sizeof file - 1);
}

static void set_input_text(struct gathering *g, const char *value)
{
    size_t before = g->input.size;

    buffer_reset(&g->text);
    if (g->input.size > UNIT_INPUT_MAX || unit_unescape(value, &g->text) < 0)
        return;
    unit_specifiers_expand(&g->c->specifiers, buffer_text(&g->text), &g->input);
    buffer_putc(&g->input, '\n');
    if (g->input.failed)
        g->input.size = before;
}

static void set_input_data(struct gathering *g, const char *value)
{
    size_t         size;
    const uint8_t *bytes = base64_decode(&g->c->memory, value, &size);

    if (bytes && g->input.size <= UNIT_INPUT_MAX)
        buffer_put(&g->input, bytes, size);
}

static void add_words(struct gathering *g, const char *value, struct unit_words *list)
{
    struct buffer word = {0};

    while (unit_word(&value, UNIT_ESCAPES_C, &word) > 0)
        if (buffer_text(&word))
            add_word(g->c, list, expanded(g, arena_strndup(&g->c->memory, word.data, word.size)));
    g->c->memory.failed |= word.failed;
    buffer_free(&word);
}

static void set_passed(struct gathering *g, const char *value)
{
    add_words(g, value, &g->c->passed);
}

/* Folders, separated by colons. */
static void set_search(struct gathering *g, const char *value)
{
    const char *text = expanded(g, value);

    for (size_t size; *text; text += size + (text[size] == ':')) {
        size = strcspn(text, ":");
        if (*text == '/')
            add_word(g->c, &g->c->search, arena_strndup(&g->c->memory, text, size));
    }
}

/* Bind mounts ----------------------------------------------------------------- */

/* The next part of "source:target:options", "\:" is a colon; moves *text after it. */
static const char *bind_part(struct arena *memory, const char **text)
{
    char  *part = arena_alloc(memory, strcspn(*text, "") + 1);
    size_t n = 0;

    for (; part && **text && **text != ':'; (*text)++) {
        *text += **text == '\\' && (*text)[1];
        part[n++] = **text;
    }
    *text += **text == ':';
    return part ? part : "";
}

/* An absolute path without doubled slashes, "." and a slash at its end; "" for "/"; NULL where it
 * is not an absolute path. */
static const char *plain_path(struct arena *memory, const char *path)
{
    char  *plain = *path == '/' ? arena_alloc(memory, strlen(path) + 1) : NULL;
    size_t n = 0;

    for (size_t size; plain && *(path += strspn(path, "/")); path += size) {
        size = strcspn(path, "/");
        if (size == 1 && *path == '.')
            continue;
        plain[n++] = '/';
        memcpy(plain + n, path, size);
        n += size;
    }
    return plain;
}

static void add_bind(struct gathering *g, const char *text)
{
    struct unit_context *c = g->c;
    struct unit_bind    *binds = (struct unit_bind *)(uintptr_t)c->view.binds;
    char                 resolved[ROOT_PATH_MAX];

    text += strspn(text, "-+");
    const char *source = plain_path(&c->memory, bind_part(&c->memory, &text));
    const char *target = *text ? plain_path(&c->memory, bind_part(&c->memory, &text)) : source;
    if (!source || !target || strlen(source) >= ROOT_PATH_MAX || strlen(target) >= ROOT_PATH_MAX)
        return;
    if (c->view.n_binds == UNIT_BINDS_MAX) {
        c->lost++;
        return;
    }
    if (!binds)
        c->view.binds = binds = arena_alloc(&c->memory, UNIT_BINDS_MAX * sizeof *binds);
    if (root_resolve(c->root, source, resolved) == 0)
        source = arena_strndup(&c->memory, resolved, strlen(resolved));
    if (binds)
        binds[c->view.n_binds++] = (struct unit_bind){source, target};
}

static void set_binds(struct gathering *g, const char *value)
{
    struct unit_words words = {0};

    add_words(g, value, &words);
    for (size_t i = 0; i < words.n; i++)
        add_bind(g, words.words[i]);
}

/* The manager follows the links in where a mount goes; below a root directory they stay as written. */
static void finish_binds(struct unit_context *c)
{
    struct unit_bind *binds = (struct unit_bind *)(uintptr_t)c->view.binds;
    char              resolved[ROOT_PATH_MAX];

    for (size_t i = 0; !c->view.directory && i < c->view.n_binds; i++) {
        if (root_resolve(c->root, binds[i].target, resolved) < 0)
            continue;
        const char *target = arena_strndup(&c->memory, resolved, strlen(resolved));
        if (target)
            binds[i].target = target;
    }
}

/* Gathering ------------------------------------------------------------------- */

static const struct exec_setting {
    const char *key;
    setting_fn *set;
} settings[] = {
    {"BindPaths", set_binds},
    {"BindReadOnlyPaths", set_binds},
    {"DynamicUser", set_dynamic_user},
    {"Environment", set_environment},
    {"ExecSearchPath", set_search},
    {"PassEnvironment", set_passed},
    {"RootDirectory", set_root_directory},
    {"RootImage", set_root_image},
    {"StandardInput", set_input},
    {"StandardInputData", set_input_data},
    {"StandardInputText", set_input_text},
    {"User", set_user},
    {"WorkingDirectory", set_working_directory},
};

static int compare_setting(const void *key, const void *entry)
{
    return strcmp(key, ((const struct exec_setting *)entry)->key);
}

/* Whether the setting is in a section that describes programs. */
static bool is_exec_section(const char *section)
{
    static const char *const sections[] = {"Service", "Socket", "Mount", "Swap"};

    for (size_t i = 0; i < COUNT(sections); i++)
        if (strcmp(section, sections[i]) == 0)
            return true;
    return false;
}

static void each_setting(struct gathering *g, const struct unit_loaded *loaded)
{
    for (size_t i = 0; i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        const struct exec_setting *found;

        if ((!setting->effective && !setting->replaced) || !is_exec_section(setting->section))
            continue;
        found =
            bsearch(setting->key, settings, COUNT(settings), sizeof settings[0], compare_setting);
        if (found)
            found->set(g, setting->value);
    }
}

/* Environment files ----------------------------------------------------------- */

static int read_environment(void *data, const char *path, int error, size_t lost)
{
    struct unit_context *c = data;
    char                *text = NULL;
    size_t               size;

    c->lost += lost + (error != 0);
    if (lost || error)
        return 0;
    int r = root_read(c->root, path, UNIT_ENVIRONMENT_MAX, &text, &size);
    if (r == 0 && !unit_environment_file(&c->environment, text, size, c->comments_join))
        r = -EINVAL;
    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        c->lost++;
    free(text);
    return r == -ENOMEM ? r : 0;
}

static int environment_files(struct gathering *g, const struct unit_loaded *loaded)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (!setting->effective || !is_exec_section(setting->section) ||
            strcmp(setting->key, "EnvironmentFile") != 0)
            continue;
        const char *path = expanded(g, setting->value + (*setting->value == '-'));
        if (*path == '/')
            r = root_glob(g->c->root, path, UNIT_FILES_MAX, read_environment, g->c);
    }
    return r;
}

static void unset_environment(struct gathering *g, const struct unit_loaded *loaded)
{
    for (size_t i = 0; i < loaded->n; i++)
        if (loaded->settings[i].effective && is_exec_section(loaded->settings[i].section) &&
            strcmp(loaded->settings[i].key, "UnsetEnvironment") == 0)
            unit_environment_unset(&g->c->environment, loaded->settings[i].value, &g->expander);
}

/* Variables from the manager ------------------------------------------------------ */

/* RuntimeDirectory= and the other settings of this kind, each with the specifier of its parent
 * folder. */
static void give_directories(struct gathering *g, const struct unit_loaded *loaded)
{
    static const struct {
        const char *key, *variable;
        char        letter;
    } directories[] = {{"RuntimeDirectory", "RUNTIME_DIRECTORY", 't'},
                       {"StateDirectory", "STATE_DIRECTORY", 'S'},
                       {"CacheDirectory", "CACHE_DIRECTORY", 'C'},
                       {"LogsDirectory", "LOGS_DIRECTORY", 'L'},
                       {"ConfigurationDirectory", "CONFIGURATION_DIRECTORY", 'E'}};
    struct unit_context *c = g->c;

    for (size_t d = 0; d < COUNT(directories); d++) {
        const char       *base = c->specifiers.values[(unsigned char)directories[d].letter];
        struct unit_words words = {0};
        struct buffer     value = {0};

        for (size_t i = 0; i < loaded->n; i++)
            if (loaded->settings[i].effective &&
                strcmp(loaded->settings[i].key, directories[d].key) == 0)
                add_words(g, loaded->settings[i].value, &words);
        for (size_t i = 0; base && i < words.n; i++)
            buffer_printf(&value, "%s%s/%.*s", i ? ":" : "", base,
                          (int)strcspn(words.words[i], ":"), words.words[i]);
        if (value.size && buffer_text(&value))
            unit_environment_give(&c->environment, directories[d].variable, value.data);
        buffer_free(&value);
    }
}

static void give_credentials(struct gathering *g, const struct unit_loaded *loaded)
{
    struct unit_context *c = g->c;
    const char          *run = c->specifiers.values['t'];
    char                 path[2 * ROOT_PATH_MAX];

    if (!run)
        return;
    snprintf(path, sizeof path, "%s/credentials/%s", run, c->unit);
    c->specifiers.values['d'] = arena_strndup(&c->memory, path, strlen(path));
    for (size_t i = 0; i < loaded->n; i++)
        if (loaded->settings[i].effective && strstr(loaded->settings[i].key, "Credential")) {
            unit_environment_give(&c->environment, "CREDENTIALS_DIRECTORY", path);
            return;
        }
}

/* HOME, USER and so on of the user that the programs run as. */
static void give_user(struct gathering *g, const struct unit_host *host,
                      const struct unit_loaded *loaded)
{
    struct unit_context    *c = g->c;
    const char             *name = c->scope == UNIT_USER ? c->user : NULL;
    const struct unit_user *user;

    for (size_t i = 0; i < loaded->n; i++)
        if (loaded->settings[i].effective && is_exec_section(loaded->settings[i].section) &&
            strcmp(loaded->settings[i].key, "User") == 0)
            name = expanded(g, loaded->settings[i].value);
    user = name ? unit_host_user(host, name) : NULL;
    if (!user)
        return;
    c->home = *user->home ? user->home : "/";
    unit_environment_give(&c->environment, "HOME", c->home);
    unit_environment_give(&c->environment, "LOGNAME", user->name);
    unit_environment_give(&c->environment, "USER", user->name);
    unit_environment_give(&c->environment, "SHELL", *user->shell ? user->shell : "/bin/sh");
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/* The user that DynamicUser= makes has the unit's name; where no user may have that name, a name
 * made of its digest, of which only the beginning is given here. */
static void give_dynamic_user(struct gathering *g)
{
    const char *name = g->c->specifiers.values['p'];

    if (!g->dynamic || g->has_user || g->c->scope != UNIT_SYSTEM || !name)
        return;
    size_t size = strlen(name);
    bool   valid = strspn(name, LETTERS) > 0 && strspn(name, LETTERS "0123456789-") == size;
    g->c->user = valid && size < 32 ? name : "_du";
}

bool unit_context_keeps(const void *data, const char *name, size_t size)
{
    static const char *const given[] = {
        "CREDENTIALS_DIRECTORY",
        "EXIT_CODE",
        "EXIT_STATUS",
        "FDSTORE",
        "HOME",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "LANG",
        "LOGNAME",
        "LOG_NAMESPACE",
        "MAINPID",
        "MANAGERPID",
        "NOTIFY_SOCKET",
        "PATH",
        "PIDFILE",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "SERVICE_RESULT",
        "SHELL",
        "SYSTEMD_EXEC_PID",
        "TERM",
        "USER",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
        "XDG_RUNTIME_DIR",
    };
    static const char *const   prefixes[] = {"LC_", "LISTEN_", "MONITOR_", "TRIGGER_",
                                             "MEMORY_PRESSURE_"};
    const struct unit_context *c = data;

    if (c->scope != UNIT_SYSTEM) /* a session passes unknown variables to its manager */
        return true;
    for (size_t i = 0; i < COUNT(given); i++)
        if (strlen(given[i]) == size && memcmp(given[i], name, size) == 0)
            return true;
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (size > strlen(prefixes[i]) && memcmp(prefixes[i], name, strlen(prefixes[i])) == 0)
            return true;
    for (size_t i = 0; i < c->passed.n; i++)
        if (strlen(c->passed.words[i]) == size && memcmp(c->passed.words[i], name, size) == 0)
            return true;
    return false;
}

/* Opening --------------------------------------------------------------------- */

static void open_names(struct unit_context *c, const struct unit_host *host,
                       const struct unit_search *search, const struct unit_loaded *loaded)
{
    unit_host_specifiers(host, &search->manager, &c->memory, &c->specifiers);
    unit_specifiers_name(&c->specifiers, c->unit, &c->memory);
    if (loaded->n_files && loaded->files[0].entry->where == UNIT_TOP)
        unit_specifiers_file(&c->specifiers, loaded->files[0].entry->path, &c->memory);
    c->environment.memory = &c->memory;
    c->view.working_directory = "/";
    if (c->scope == UNIT_SYSTEM)
        c->user = "root";
    if (c->scope == UNIT_USER) {
        c->user = search->manager.user;
        c->view.working_directory = search->manager.home ? search->manager.home : "/";
    }
}

static void finish_input(struct gathering *g)
{
    struct unit_context *c = g->c;

    if (g->input.failed)
        c->memory.failed = true;
    if (!g->input.size || (g->no_input))
        return;
    c->lost += g->input.size > UNIT_INPUT_MAX;
    c->input_size = g->input.size > UNIT_INPUT_MAX ? UNIT_INPUT_MAX : g->input.size;
    c->input = arena_strndup(&c->memory, g->input.data, c->input_size);
}

int unit_context_open(struct unit_context *context, const struct unit_host *host,
                      const struct unit_environment *defaults, const struct unit_search *search,
                      const char *unit, const struct unit_loaded *loaded)
{
    struct unit_context *c = context;
    struct gathering     g = {.c = c};

    *c = (struct unit_context){.root = search->root,
                               .unit = unit,
                               .scope = search->manager.scope,
                               .comments_join = search->manager.version < 254};
    g.expander = unit_context_expander(c);
    open_names(c, host, search, loaded);
    for (size_t i = 0; i < defaults->n; i++)
        unit_environment_give(&c->environment, defaults->variables[i].name,
                              defaults->variables[i].value);
    give_user(&g, host, loaded);
    give_directories(&g, loaded);
    give_credentials(&g, loaded);
    each_setting(&g, loaded);
    give_dynamic_user(&g);
    int r = environment_files(&g, loaded);
    unit_environment_settle(&c->environment);
    c->environment.unset_last = search->manager.version >= 258;
    unset_environment(&g, loaded);
    c->lost += c->environment.lost;
    finish_binds(c);
    finish_input(&g);
    buffer_free(&g.text);
    buffer_free(&g.input);
    if (r == 0 && c->memory.failed)
        r = -ENOMEM;
    if (r < 0)
        unit_context_close(c);
    return r;
}

void unit_context_close(struct unit_context *context)
{
    arena_free(&context->memory);
    *context = (struct unit_context){0};
}

/* Programs -------------------------------------------------------------------- */

static bool is_file(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, true, &st) == 0 && S_ISREG(st.st_mode);
}

bool unit_context_find(const struct unit_context *context, const char *name,
                       char ret[ROOT_PATH_MAX])
{
    static const char *const usual[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                        "/usr/bin",        "/sbin",          "/bin"};
    const struct unit_words *search = &context->search;
    size_t                   n = search->n ? search->n : COUNT(usual);
    char                     path[2 * ROOT_PATH_MAX], found[ROOT_PATH_MAX];

    if (strchr(name, '/'))
        return unit_program_resolve(context->root, &context->view, name, ret);
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", search->n ? search->words[i] : usual[i], name);
        if (strlen(path) < ROOT_PATH_MAX &&
            unit_program_resolve(context->root, &context->view, path, found) &&
            is_file(context->root, found)) {
            strcpy(ret, found);
            return true;
        }
    }
    if (!search->n)
        return false;
    snprintf(path, sizeof path, "%s/%s", search->words[0], name);
    return strlen(path) < ROOT_PATH_MAX &&
           unit_program_resolve(context->root, &context->view, path, ret);
}
