#include "exec_path.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* exec_path() -------------------------------------------------------------------- */

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* The end of a Windows program's name, after a suffix before a blank or the end; or 0. */
static size_t windows_end(const char *text, size_t size)
{
    static const char *const suffixes[] = {".exe", ".sys", ".com", ".bat", ".cmd",
                                           ".dll", ".scr", ".ps1", ".vbs"};

    for (size_t at = 1; at + 4 <= size; at++) {
        if (text[at] != '.' ||
            (at + 4 < size && !blank(text[at + 4]) && text[at + 4] != '"' && text[at + 4] != ','))
            continue;
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
            if (strncasecmp(text + at, suffixes[i], 4) == 0)
                return at + 4;
    }
    return 0;
}

static bool windows_like(const char *text, size_t size)
{
    if (size > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/'))
        return true;
    if (size > 1 && (text[0] == '\\' || text[0] == '%'))
        return true;
    return size > 9 && strncasecmp(text, "system32\\", 9) == 0;
}

/* The first word, without its quotes and backslashes. */
static void first_word(const char *text, size_t size, bool backslashes, struct buffer *out)
{
    char quote = '\0';

    for (size_t i = 0; i < size && (quote || !blank(text[i])); i++) {
        if (quote ? text[i] == quote : text[i] == '"' || (text[i] == '\'' && backslashes))
            quote = quote ? '\0' : text[i];
        else if (text[i] == '\\' && backslashes && quote != '\'' && i + 1 < size)
            buffer_putc(out, text[++i]);
        else
            buffer_putc(out, text[i]);
    }
}

/* systemd's prefixes, which precede a path or a name. */
static size_t exec_prefixes(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && n < 6 && text[n] && strchr("@-:+!|", text[n]))
        n++;
    return n;
}

bool exec_path(const char *command, size_t size, struct buffer *out)
{
    size_t before = out->size, end;

    while (size && blank(*command))
        command++, size--;
    while (size && blank(command[size - 1]))
        size--;
    size_t prefixes = exec_prefixes(command, size);
    command += prefixes;
    size -= prefixes;
    if (!size)
        return false;
    bool windows = windows_like(command + (*command == '"'), size - (*command == '"'));
    if (windows && *command != '"' && (end = windows_end(command, size)) > 0)
        buffer_put(out, command, end);
    else
        first_word(command, size, !windows, out);
    return out->size > before || out->failed;
}

/* path_trust() ---------------------------------------------------------------------- */

#define PATH_MAX_SEEN 2048 /* bytes */

struct place {
    const char *pattern; /* folders in lower case, "/" between; "*" matches one name */
    const char *trust;
};

/* Drive letters are removed and environment variables expanded before the comparison. The first
 * that fits decides. */
/* clang-format off */
static const struct place windows_places[] = {
    {"/windows/temp", "temp"},
    {"/windows/tasks", "temp"},
    {"/windows/tracing", "temp"},
    {"/windows/debug", "temp"},
    {"/windows/system32/spool/drivers/color", "temp"},
    {"/windows/system32/tasks", "temp"},
    {"/windows/winsxs", "system"},
    {"/windows", "system"},
    {"/users/*/appdata/local/temp", "temp"},
    {"/users/*/appdata/locallow/temp", "temp"},
    {"/documents and settings/*/local settings/temp", "temp"},
    {"/users/public", "public"},
    {"/users/all users", "public"},
    {"/users", "home"},
    {"/documents and settings", "home"},
    {"/temp", "temp"},
    {"/tmp", "temp"},
    {"/perflogs", "temp"},
    {"/$recycle.bin", "temp"},
    {"/recycler", "temp"},
    {"/system volume information", "temp"},
    {"/programdata/microsoft/windows defender/platform", "vendor"},
    {"/programdata", "public"},
    {"/program files", "vendor"},
    {"/program files (x86)", "vendor"},
    {"/program files (arm)", "vendor"},
    {"/", "local"},
};
/* clang-format on */

/* Folders in which Windows and installed software keep the libraries and drivers of services. */
static const char *const libraries[] = {
    "/windows/system32",    "/windows/syswow64", "/windows/microsoft.net",
    "/windows/servicing",   "/windows/pchealth", "/winnt/system32",
    "/program files",       "/progra~1",         "/program files (x86)",
    "/program files (arm)", "/progra~2",         "/programdata/microsoft",
};

/* clang-format off */
static const struct place unix_places[] = {
    {"/dev/shm", "shm"},
    {"/dev/mqueue", "shm"},
    {"/run/shm", "shm"},
    {"/run/user", "shm"},
    {"/var/run/user", "shm"},
    {"/dev", "device"},
    {"/proc", "device"},
    {"/sys", "device"},
    {"/tmp", "temp"},
    {"/var/tmp", "temp"},
    {"/usr/tmp", "temp"},
    {"/run/lock", "temp"},
    {"/var/lock", "temp"},
    {"/var/crash", "temp"},
    {"/private/tmp", "temp"},
    {"/private/var/tmp", "temp"},
    {"/private/var/folders", "temp"},
    {"/var/folders", "temp"},
    {"/users/shared", "public"},
    {"/users/guest", "public"},
    {"/users", "home"},
    {"/home", "home"},
    {"/root", "home"},
    {"/var/root", "home"},
    {"/var/home", "home"},
    {"/usr/local", "local"},
    {"/usr", "system"},
    {"/bin", "system"},
    {"/sbin", "system"},
    {"/lib", "system"},
    {"/lib32", "system"},
    {"/lib64", "system"},
    {"/libx32", "system"},
    {"/system", "system"},
    {"/nix/store", "system"},
    {"/gnu/store", "system"},
    {"/snap", "vendor"},
    {"/var/lib/snapd", "vendor"},
    {"/var/lib/flatpak", "vendor"},
    {"/opt", "vendor"},
    {"/applications", "vendor"},
    {"/library", "vendor"},
    {"/", "local"},
};
/* clang-format on */

/* clang-format off */
/* Hidden folders that usually hold programs: those of version managers, package managers of
 * languages and virtual environments, by their documentation; those of XDG's base directories and
 * hier(7); those of agents and tools that install themselves into the home. */
static const char *const tool_dots[] = {
    ".acme.sh", ".aider", ".antigravity", ".arduino15", ".asdf", ".bit", ".build-id", ".bun",
    ".bundle", ".cabal", ".cargo", ".chruby", ".claude", ".clawdbot", ".codeium", ".codex",
    ".colima", ".composer", ".conda", ".config", ".continue", ".crush", ".crystal", ".cursor",
    ".cursor-server", ".dapr", ".deno", ".docker", ".doom.d", ".dotnet", ".dropbox-dist", ".dvm",
    ".elan", ".emacs.d", ".env", ".esphome", ".espressif", ".exenv", ".factorio", ".factory",
    ".fly", ".fnm", ".foundry", ".fzf", ".gem", ".gemini", ".getssl", ".ghcup", ".go", ".goenv",
    ".goose", ".gradle", ".guix-profile", ".gvm", ".helm", ".homeassistant", ".idea", ".istioctl",
    ".jabba", ".jbang", ".jenv", ".jetbrains", ".joplin", ".julia", ".juliaup", ".k3d", ".kerl",
    ".kiex", ".kiro", ".krew", ".kube", ".lima", ".linkerd2", ".linuxbrew", ".lmstudio", ".local",
    ".luarocks", ".m2", ".micromamba", ".minecraft", ".miniconda3", ".miniforge3", ".minikube",
    ".mise", ".mix", ".moltbot", ".moon", ".n8n", ".next", ".nimble", ".nix-defexpr",
    ".nix-profile", ".node-red", ".node_modules", ".nodebrew", ".nodenv", ".npm", ".npm-global",
    ".npm-packages", ".nuxt", ".nvm", ".oh-my-zsh", ".ollama", ".opam", ".openclaw", ".opencode",
    ".orbstack", ".output", ".perlbrew", ".phpbrew", ".phpenv", ".phpvm", ".pipx", ".pixi",
    ".platformio", ".plenv", ".pm2", ".pnpm", ".pnpm-store", ".poetry", ".proto", ".pub-cache",
    ".pulumi", ".pyenv", ".qwen", ".railway", ".rakubrew", ".rbenv", ".rd", ".rustup", ".rvm",
    ".rye", ".sdkman", ".snapshots", ".stack", ".steam", ".supabase", ".svelte-kit", ".swiftly",
    ".swiftpm", ".terraform.d", ".tfenv", ".tmux", ".trae-server", ".uv", ".venv", ".venvs",
    ".vercel", ".vim", ".virtualenv", ".virtualenvs", ".volta", ".vscode", ".vscode-server",
    ".wasmer", ".wasmtime", ".windsurf-server", ".wine", ".wrangler", ".yarn", ".zvm",
};

/* The same below a home directory only: a program in /opt/.cache is hidden. */
static const char *const home_dots[] = {
    ".cache", ".var", ".bin", ".scripts", ".dotfiles", ".screenlayout", ".fehbg", ".themes",
};

/* Folders in which package managers of JavaScript link the programs of packages. */
#define NODE_BIN "/node_modules/.bin/"

/* Files of a home with a dot, which shells, X and login programs read. */
static const char *const home_files[] = {
    ".bash_aliases", ".bash_login", ".bash_logout", ".bash_profile", ".bashrc", ".cshrc", ".env",
    ".fehbg", ".login", ".mkshrc", ".profile", ".tmux.conf", ".vimrc", ".xinitrc", ".xprofile",
    ".xsession", ".xsessionrc", ".zlogin", ".zprofile", ".zshenv", ".zshrc",
};
/* clang-format on */

/* clang-format off */
static const struct {
    const char *name, *path; /* of a variable, both in lower case */
} variables[] = {
    {"%systemroot%", "/windows"},
    {"\\systemroot", "/windows"},
    {"%windir%", "/windows"},
    {"%systemdrive%", ""},
    {"%programfiles%", "/program files"},
    {"%programfiles(x86)%", "/program files (x86)"},
    {"%programw6432%", "/program files"},
    {"%commonprogramfiles%", "/program files/common files"},
    {"%programdata%", "/programdata"},
    {"%allusersprofile%", "/programdata"},
    {"%public%", "/users/public"},
    {"%userprofile%", "/users/x"},
    {"%homepath%", "/users/x"},
    {"%appdata%", "/users/x/appdata/roaming"},
    {"%localappdata%", "/users/x/appdata/local"},
    {"%temp%", "/users/x/appdata/local/temp"},
    {"%tmp%", "/users/x/appdata/local/temp"},
    {"$home", "/home/x"},
    {"${home}", "/home/x"},
    {"$tmpdir", "/tmp"},
    {"${tmpdir}", "/tmp"},
    {"$xdg_runtime_dir", "/run/user/x"},
    {"system32/", "/windows/system32/"},
    {"syswow64/", "/windows/syswow64/"},
    {"~", "/home/x"},
};
/* clang-format on */

struct path {
    char   text[PATH_MAX_SEEN];
    size_t size;
    bool   windows;
};

/* Add a name; "." adds none, ".." removes one. */
static void add_name(struct path *path, const char *name, size_t size)
{
    if (!size || (size == 1 && name[0] == '.'))
        return;
    if (size == 2 && name[0] == '.' && name[1] == '.') {
        while (path->size && path->text[--path->size] != '/')
            ;
        return;
    }
    if (path->size + size + 1 >= sizeof path->text)
        return;
    path->text[path->size++] = '/';
    for (size_t i = 0; i < size; i++)
        path->text[path->size++] =
            name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
}

static void add_names(struct path *path, const char *text, size_t size)
{
    size_t begin = 0;

    for (size_t i = 0; i <= size; i++)
        if (i == size || text[i] == '/' || (text[i] == '\\' && path->windows)) {
            add_name(path, text + begin, i - begin);
            begin = i + 1;
        }
}

static bool slash(char c)
{
    return c == '/' || c == '\\';
}

/* The variable that the path begins with; its length, and 0 for none. */
static size_t variable(const char *text, size_t size, const char **ret)
{
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *name = variables[i].name;
        size_t      n = 0;

        while (n < size && name[n] &&
               ((text[n] | (text[n] >= 'A' && text[n] <= 'Z' ? 0x20 : 0)) == name[n] ||
                (slash(text[n]) && slash(name[n]))))
            n++;
        if (name[n] || (n < size && !slash(text[n]) && !slash(name[n - 1]) && name[0] != '~'))
            continue;
        *ret = variables[i].path;
        return n;
    }
    return 0;
}

/* Quotes, and NT's own prefixes of a path: \??\C:\, \\?\C:\. */
static void strip(const char **text, size_t *size)
{
    while (*size && (blank(**text) || **text == '"' || **text == '\''))
        (*text)++, (*size)--;
    while (*size && (blank((*text)[*size - 1]) || strchr("\"'", (*text)[*size - 1])))
        (*size)--;
    if (*size > 6 && (strncmp(*text, "\\??\\", 4) == 0 || strncmp(*text, "\\\\?\\", 4) == 0) &&
        (*text)[5] == ':') {
        *text += 4;
        *size -= 4;
    }
}

/* The kind of place that the beginning of a path determines. */
static const char *outright(const char *text, size_t size)
{
    if (size > 7 && strncmp(text, "/memfd:", 7) == 0)
        return "device";
    if (size > 3 && (strncmp(text, "\\\\.\\", 4) == 0 || strncmp(text, "\\\\?\\", 4) == 0)) {
        bool share = size > 8 && strncasecmp(text + 4, "UNC\\", 4) == 0;
        return share ? "unc" : "device";
    }
    if (size > 2 && text[0] == '\\' && text[1] == '\\' && !slash(text[2]))
        return "unc";
    return strncasecmp(text, "\\device\\", size < 8 ? size : 8) == 0 && size >= 8 ? "device" : NULL;
}

/* /proc/self/root and /proc/PID/cwd lead to a process's own root: the path continues below it. */
static void through_proc(struct path *path)
{
    static const char proc[] = "/proc/";
    size_t            at = sizeof proc - 1;

    if (path->windows || path->size < at || memcmp(path->text, proc, at) != 0)
        return;
    while (at < path->size && path->text[at] != '/')
        at++;
    if (path->size - at < 6 || memcmp(path->text + at, "/root/", 6) != 0)
        return;
    at += 5;
    memmove(path->text, path->text + at, path->size - at);
    path->size -= at;
    through_proc(path);
}

static bool read_path(struct path *path, const char *text, size_t size)
{
    const char *value = NULL;
    size_t      length = variable(text, size, &value);
    bool        drive = size > 2 && text[1] == ':' && slash(text[2]);

    path->windows =
        drive || (size && strchr("%\\", text[0])) || (value && strncmp(value, "/windows", 8) == 0);
    if (!value && !drive && (!size || !slash(text[0])))
        return false;
    if (value)
        add_names(path, value, strlen(value));
    length = drive ? 2 : length;
    add_names(path, text + length, size - length);
    through_proc(path);
    return true;
}

/* Whether the folders of a pattern are the first of the path. */
static bool within(const char *path, size_t size, const char *pattern)
{
    size_t at = 0;

    if (strcmp(pattern, "/") == 0)
        return true;
    for (; *pattern; pattern++) {
        if (*pattern == '*') {
            while (at < size && path[at] != '/')
                at++;
            continue;
        }
        if (at >= size || path[at++] != *pattern)
            return false;
    }
    return at == size || path[at] == '/';
}

static bool is_one_of(const char *const *names, size_t n, const char *name, size_t size)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
            return true;
    return false;
}

#define ONE_OF(names, name, size) is_one_of(names, sizeof names / sizeof names[0], name, size)

/* Folders that hold folders of programs and of data, by XDG's rules, and no programs themselves. */
static const char *const base_dots[] = {".cache", ".config", ".local"};

/* Whether a name of the path that begins with a dot hides nothing: path->text[at, end) with its slash. */
static bool usual_dot(const struct path *path, size_t at, size_t end, bool home)
{
    const char *name = path->text + at + 1;
    size_t      size = end - at - 1, bin = sizeof NODE_BIN - 1;

    if (end == path->size) /* a file's name: the exceptions are for folders */
        return (size == 4 && memcmp(name, ".env", 4) == 0) ||
               (home && ONE_OF(home_files, name, size));
    if (ONE_OF(base_dots, name, size) && !memchr(path->text + end + 1, '/', path->size - end - 1))
        return false;
    return ONE_OF(tool_dots, name, size) || (home && ONE_OF(home_dots, name, size)) ||
           (end + 1 >= bin && memcmp(path->text + end + 1 - bin, NODE_BIN, bin) == 0);
}

static bool hidden(const struct path *path, bool home)
{
    for (size_t at = 0, end; at < path->size; at = end) {
        for (end = at + 1; end < path->size && path->text[end] != '/'; end++)
            ;
        if (end - at > 2 && path->text[at + 1] == '.' && !usual_dot(path, at, end, home))
            return true;
    }
    return false;
}

/* The place of a path that is read; temporary places have precedence over hidden ones. */
static const char *place_of(const struct path *path)
{
    const struct place *places = path->windows ? windows_places : unix_places;

    while (!within(path->text, path->size, places->pattern))
        places++;
    bool home = strcmp(places->trust, "home") == 0;
    if (strcmp(places->trust, "temp") != 0 && strcmp(places->trust, "shm") != 0 &&
        strcmp(places->trust, "device") != 0 && !path->windows && hidden(path, home))
        return "hidden";
    return places->trust;
}

/* The kind of place, or NULL; the path's folders where they decide it. */
static const char *read_trust(const char *text, size_t size, struct path *path)
{
    strip(&text, &size);
    const char *trust = outright(text, size);

    if (trust)
        return trust;
    if (size > 10 && strncmp(text + size - 10, " (deleted)", 10) == 0)
        size -= 10;
    return read_path(path, text, size) ? place_of(path) : NULL;
}

const char *path_trust(const char *text, size_t size)
{
    struct path path = {.size = 0};

    return read_trust(text, size, &path);
}

int path_usual_library(const char *text, size_t size)
{
    struct path path = {.size = 0};
    const char *trust = read_trust(text, size, &path);

    if (!trust)
        return -1;
    if (!path.windows)
        return strcmp(trust, "system") == 0 || strcmp(trust, "vendor") == 0;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
        if (within(path.text, path.size, libraries[i]))
            return strcmp(trust, "temp") != 0;
    return 0;
}
