#include "image_path.h"

#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    CANDIDATES_MAX = 16,
    EXPANDED_MAX =
        256 << 10, /* bytes after which nothing is expanded: Windows takes 32,767 characters */
};

/* Variables -------------------------------------------------------------------- */

/* What services.exe has in its environment on an installation that was not moved. */
static const struct {
    const char *name, *value;
} variables[] = {
    {"SystemRoot", "C:\\Windows"},
    {"windir", "C:\\Windows"},
    {"SystemDrive", "C:"},
    {"ComSpec", "C:\\Windows\\System32\\cmd.exe"},
    {"ProgramFiles", "C:\\Program Files"},
    {"ProgramFiles(x86)", "C:\\Program Files (x86)"},
    {"ProgramW6432", "C:\\Program Files"},
    {"CommonProgramFiles", "C:\\Program Files\\Common Files"},
    {"CommonProgramFiles(x86)", "C:\\Program Files (x86)\\Common Files"},
    {"CommonProgramW6432", "C:\\Program Files\\Common Files"},
    {"ProgramData", "C:\\ProgramData"},
    {"ALLUSERSPROFILE", "C:\\ProgramData"},
    {"PUBLIC", "C:\\Users\\Public"},
    {"TEMP", "C:\\Windows\\Temp"},
    {"TMP", "C:\\Windows\\Temp"},
    {"USERPROFILE", "C:\\Windows\\System32\\config\\systemprofile"},
    {"APPDATA", "C:\\Windows\\System32\\config\\systemprofile\\AppData\\Roaming"},
    {"LOCALAPPDATA", "C:\\Windows\\System32\\config\\systemprofile\\AppData\\Local"},
};

static bool is(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && strncasecmp(text, word, size) == 0;
}

static bool default_variable(const char *name, size_t size, struct buffer *out)
{
    for (size_t i = 0; i < COUNT(variables); i++)
        if (is(name, size, variables[i].name)) {
            buffer_puts(out, variables[i].value);
            return true;
        }
    return false;
}

void image_path_expand(struct buffer *out, const char *text, image_path_lookup *lookup, void *arg)
{
    const char *percent, *end;

    while (out->size < EXPANDED_MAX && (percent = strchr(text, '%')) &&
           (end = strchr(percent + 1, '%'))) {
        size_t size = (size_t)(end - percent - 1);
        buffer_put(out, text, (size_t)(percent - text));
        text = end + 1;
        if (size && ((lookup && lookup(arg, percent + 1, size, out)) ||
                     default_variable(percent + 1, size, out)))
            continue;
        buffer_put(out, percent, size + 1); /* the second sign may begin another */
        text = end;
    }
    buffer_puts(out, text);
}

/* Splitting ---------------------------------------------------------------------- */

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
    return c == '\0' || c == '"' || blank(c);
}

/* Where the first switch, quote or end of the command is: no program's path goes further. */
static size_t first_switch(const char *command)
{
    size_t i = 0;

    for (; command[i] && command[i] != '"'; i++)
        if (blank(command[i]) && (command[i + 1] == '-' || command[i + 1] == '/'))
            break;
    return i;
}

/* Where the first name with an extension of programs ends, 0 where there is none. */
static size_t extension_end(const char *command, size_t limit)
{
    static const char *const extensions[] = {".exe", ".com", ".bat", ".cmd", ".scr", ".sys",
                                             ".dll", ".pif", ".ps1", ".vbs", ".js"};

    for (size_t i = 0; i < limit; i++)
        for (size_t j = 0; command[i] == '.' && j < COUNT(extensions); j++) {
            size_t size = strlen(extensions[j]);
            if (i + size <= limit && strncasecmp(command + i, extensions[j], size) == 0 &&
                ends_word(command[i + size]))
                return i + size;
        }
    return 0;
}

/* How much of an unquoted command is its program: a bare name; else up to an extension; else up to
 * the first blank after the last backslash that comes before any switch. */
static size_t unquoted_size(const char *command)
{
    size_t word = strcspn(command, " \t");
    size_t limit = first_switch(command);

    if (memchr(command, '\\', word) == NULL && memchr(command, '/', word) == NULL)
        return word;
    size_t end = extension_end(command, limit);
    if (end)
        return end;
    size_t name = limit;
    while (name && command[name - 1] != '\\')
        name--;
    name += strcspn(command + name, " \t");
    return name < limit ? name : limit;
}

struct image_path image_path_split(const char *command, enum image_kind kind)
{
    struct image_path path = {.program = command + strspn(command, " \t")};
    const char       *p = path.program;

    if (*p == '"') {
        path.quoted = true;
        path.program = p + 1;
        path.program_size = strcspn(p + 1, "\"");
        path.arguments = path.program + path.program_size;
        path.arguments += *path.arguments == '"';
    } else {
        path.program_size = kind == IMAGE_PROGRAM ? unquoted_size(p) : strlen(p);
        path.arguments = p + path.program_size;
        path.ambiguous = kind == IMAGE_PROGRAM && memchr(p, ' ', path.program_size) != NULL;
    }
    path.arguments += strspn(path.arguments, " \t");
    return path;
}

/* Resolving ------------------------------------------------------------------------ */

/* Prefixes of paths, and their replacements. The first that fits is used. */
static const struct {
    const char *from, *to;
} beginnings[] = {
    {"\\??\\UNC\\", "\\\\"},
    {"\\??\\", ""},
    {"\\\\?\\UNC\\", "\\\\"},
    {"\\\\?\\", ""},
    {"\\SystemRoot\\", "C:\\Windows\\"},
    {"SystemRoot\\", "C:\\Windows\\"},
    {"System32\\", "C:\\Windows\\System32\\"},
    {"SysWOW64\\", "C:\\Windows\\SysWOW64\\"},
    {"\\Device\\", "\\Device\\"},
    {"\\\\", "\\\\"},
    {"\\", "C:\\"},
};

static bool has_drive(const char *path, size_t size)
{
    return size >= 2 && path[1] == ':';
}

static void put_backslashed(struct buffer *out, const char *path, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buffer_putc(out, path[i] == '/' ? '\\' : path[i]);
}

static bool has_extension(const char *name, size_t size)
{
    for (size_t i = size; i > 0 && name[i - 1] != '\\' && name[i - 1] != '/'; i--)
        if (name[i - 1] == '.')
            return true;
    return false;
}

void image_path_resolve(struct buffer *out, const char *program, size_t size, enum image_kind kind)
{
    static const struct {
        const char *folder, *extension;
    } kinds[] = {
        [IMAGE_PROGRAM] = {"C:\\Windows\\System32\\", ".exe"},
        [IMAGE_DRIVER] = {"C:\\Windows\\", ""},
        [IMAGE_LIBRARY] = {"C:\\Windows\\System32\\", ".dll"},
    };
    bool whole = has_drive(program, size);

    for (size_t i = 0; !whole && i < COUNT(beginnings); i++) {
        size_t from = strlen(beginnings[i].from);
        if (size < from || strncasecmp(program, beginnings[i].from, from) != 0)
            continue;
        buffer_puts(out, beginnings[i].to);
        program += from;
        size -= from;
        whole = true;
    }
    if (!whole && size)
        buffer_puts(out, kinds[kind].folder);
    put_backslashed(out, program, size);
    if (size && !has_extension(program, size))
        buffer_puts(out, kinds[kind].extension);
}

void image_path_candidates(struct buffer *out, const struct image_path *path)
{
    size_t n = 0;

    buffer_putc(out, '[');
    for (size_t i = 0; path->ambiguous && i < path->program_size && n < CANDIDATES_MAX; i++) {
        struct buffer one = {0};
        if (path->program[i] != ' ' || i == 0 || path->program[i - 1] == ' ')
            continue;
        image_path_resolve(&one, path->program, i, IMAGE_PROGRAM);
        if (n++)
            buffer_putc(out, ',');
        buffer_json(out, one.data, one.size);
        buffer_free(&one);
    }
    buffer_putc(out, ']');
}

const char *image_path_svchost_group(const struct image_path *path, size_t *ret_size)
{
    static const char name[] = "svchost.exe";
    size_t            size = path->program_size;
    const char       *p = path->arguments;

    while (size && path->program[size - 1] != '\\' && path->program[size - 1] != '/')
        size--;
    if (!is(path->program + size, path->program_size - size, name) &&
        !is(path->program + size, path->program_size - size, "svchost"))
        return NULL;
    for (; (p = strpbrk(p, "-/")); p++)
        if ((p[1] == 'k' || p[1] == 'K') && blank(p[2])) {
            p += 2 + strspn(p + 2, " \t");
            *ret_size = strcspn(p, " \t\"");
            return *ret_size ? p : NULL;
        }
    return NULL;
}
