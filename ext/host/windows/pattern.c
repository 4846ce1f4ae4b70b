/* pattern.c -- the patterns of a shell, for a name and for paths. Bytes, as in the C locale. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Names ------------------------------------------------------------------------------- */

static int folded(int byte, int flags)
{
    return flags & FNM_CASEFOLD ? tolower(byte) : byte;
}

static bool is_of_class(const char *name, size_t size, int byte)
{
    static const struct {
        const char *name;
        int (*has)(int);
    } classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
                   {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
                   {"lower", islower}, {"print", isprint}, {"punct", ispunct},
                   {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strlen(classes[i].name) == size && strncmp(classes[i].name, name, size) == 0)
            return classes[i].has(byte);
    return false;
}

/* Whether a set, after its '[', has the byte; NULL where it has no end: '[' is then itself. */
static const char *match_set(const char *p, int byte, int flags, bool *ret)
{
    bool inverted = *p == '!' || *p == '^', found = false;
    int  c = folded(byte, flags);

    p += inverted;
    for (const char *first = p; *p && (*p != ']' || p == first); p++) {
        const char *end = p[0] == '[' && p[1] == ':' ? strstr(p + 2, ":]") : NULL;
        if (end) {
            found |= is_of_class(p + 2, (size_t)(end - p) - 2, byte);
            p = end + 1;
            continue;
        }
        if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1])
            p++;
        int low = folded((unsigned char)*p, flags), high = low;
        if (p[1] == '-' && p[2] && p[2] != ']') {
            p += 2;
            if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1])
                p++;
            high = folded((unsigned char)*p, flags);
        }
        found |= low <= c && c <= high;
    }
    *ret = found != inverted;
    return *p ? p + 1 : NULL;
}

/* Match one character of the pattern; *p is left after it. */
static bool match_one(const char **p, int byte, int flags)
{
    const char *end;
    bool        in = false;

    if (**p == '?' && (byte != '/' || !(flags & FNM_PATHNAME))) {
        ++*p;
        return true;
    }
    if (**p == '[' && (byte != '/' || !(flags & FNM_PATHNAME)) &&
        (end = match_set(*p + 1, byte, flags, &in))) {
        *p = end;
        return in;
    }
    if (**p == '\\' && !(flags & FNM_NOESCAPE) && (*p)[1])
        ++*p;
    return folded((unsigned char)*(*p)++, flags) == folded(byte, flags);
}

static bool is_leading_dot(const char *text, const char *at, int flags)
{
    return *at == '.' && flags & FNM_PERIOD &&
           (at == text || (flags & FNM_PATHNAME && at[-1] == '/'));
}

/* A star is tried again, one byte further, where what follows it does not fit. */
int fnmatch(const char *p, const char *text, int flags)
{
    const char *at = text, *star = NULL, *star_at = NULL;

    while (*at || *p == '*') {
        if (*p == '*' && !is_leading_dot(text, at, flags)) {
            star = ++p;
            star_at = at;
            continue;
        }
        if (!*at)
            break;
        bool special = *p == '?' || *p == '[';
        if (*p && !(special && is_leading_dot(text, at, flags)) &&
            match_one(&p, (unsigned char)*at, flags)) {
            at++;
            continue;
        }
        if (!star || (flags & FNM_PATHNAME && *star_at == '/'))
            return FNM_NOMATCH;
        p = star;
        at = ++star_at;
    }
    return *p ? FNM_NOMATCH : 0;
}

/* Paths ------------------------------------------------------------------------------- */

#define PATH_BYTES 4096

struct search {
    glob_t *names;
    int (*failed)(const char *path, int error);
    char path[PATH_BYTES];
};

static int add(struct search *s)
{
    struct stat st;

    if (s->names->gl_lstat(s->path, &st) < 0)
        return 0;
    char **more = realloc(s->names->gl_pathv, (s->names->gl_pathc + 2) * sizeof *more);
    if (!more)
        return GLOB_NOSPACE;
    s->names->gl_pathv = more;
    if (!(more[s->names->gl_pathc] = strdup(s->path)))
        return GLOB_NOSPACE;
    more[++s->names->gl_pathc] = NULL;
    return 0;
}

static int search(struct search *s, size_t size, const char *pattern);

/* Go on with one name of the folder that the path is, where it fits. */
static int go_into(struct search *s, size_t size, const char *name, const char *rest)
{
    size_t length = strlen(name), slashes = strspn(rest, "/");

    if (size + length + slashes >= PATH_BYTES)
        return 0;
    memcpy(s->path + size, name, length);
    memcpy(s->path + size + length, rest, slashes);
    s->path[size + length + slashes] = '\0';
    int r = rest[slashes] ? search(s, size + length + slashes, rest + slashes) : add(s);
    s->path[size] = '\0';
    return r;
}

static int each_entry(struct search *s, size_t size, const char *part, const char *rest)
{
    struct dirent *entry;
    void          *folder = s->names->gl_opendir(size ? s->path : ".");
    int            r = 0;

    if (!folder)
        return s->failed(s->path, errno) ? GLOB_ABORTED : 0;
    while (r == 0 && (entry = s->names->gl_readdir(folder)))
        if (fnmatch(part, entry->d_name, FNM_PERIOD | FNM_CASEFOLD) == 0)
            r = go_into(s, size, entry->d_name, rest);
    s->names->gl_closedir(folder);
    return r;
}

static int search(struct search *s, size_t size, const char *pattern)
{
    size_t length = strcspn(pattern, "/");
    char  *part = strndup(pattern, length);

    if (!part)
        return GLOB_NOSPACE;
    int r = strpbrk(part, "*?[") ? each_entry(s, size, part, pattern + length)
                                 : go_into(s, size, part, pattern + length);
    free(part);
    return r;
}

int glob(const char *pattern, int flags, int (*failed)(const char *path, int error), glob_t *ret)
{
    struct search s = {.names = ret, .failed = failed};

    (void)flags;
    ret->gl_pathc = 0;
    ret->gl_pathv = NULL;
    size_t slashes = strspn(pattern, "/");
    if (slashes >= PATH_BYTES)
        return GLOB_NOMATCH;
    memcpy(s.path, pattern, slashes);
    int r = search(&s, slashes, pattern + slashes);
    return r ? r : ret->gl_pathc ? 0 : GLOB_NOMATCH;
}

void globfree(glob_t *names)
{
    for (size_t i = 0; i < names->gl_pathc; i++)
        free(names->gl_pathv[i]);
    free(names->gl_pathv);
    names->gl_pathv = NULL;
    names->gl_pathc = 0;
}
