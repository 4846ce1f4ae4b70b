/* root_windows.c -- paths as Windows writes them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "root.h"

/* Prefixes of a path, and their folders within the root of the system drive. The
 * folders are those of a default installation. */
static const struct {
    const char *prefix, *to;
} prefixes[] = {
    {"\\SystemRoot\\", "/Windows/"},
    {"%SystemRoot%\\", "/Windows/"},
    {"%windir%\\", "/Windows/"},
    {"%SystemDrive%\\", "/"},
    {"%ProgramFiles%\\", "/Program Files/"},
    {"%ProgramFiles(x86)%\\", "/Program Files (x86)/"},
    {"%ProgramW6432%\\", "/Program Files/"},
    {"%CommonProgramFiles%\\", "/Program Files/Common Files/"},
    {"%ProgramData%\\", "/ProgramData/"},
    {"%ALLUSERSPROFILE%\\", "/ProgramData/"},
    {"%PUBLIC%\\", "/Users/Public/"},
    {"\\Device\\BootDevice\\", "/"},
};

static bool is_slash(char c)
{
    return c == '\\' || c == '/';
}

/* Whether `text` begins with `prefix`, ignoring case and the direction of slashes. */
static bool begins(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if (strncasecmp(text, prefix, 1) != 0 && !(is_slash(*text) && is_slash(*prefix)))
            return false;
    return true;
}

static int put(const char *to, const char *rest, char ret[ROOT_PATH_MAX])
{
    char path[ROOT_PATH_MAX];

    if (snprintf(path, sizeof path, "%s%s", to, rest) >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    for (char *c = path; *c; c++)
        if (*c == '\\')
            *c = '/';
    strcpy(ret, path);
    return 0;
}

int root_windows_path(const char *windows, char drive, char ret[ROOT_PATH_MAX])
{
    static const char *const local[] = {"\\??\\", "\\\\?\\", "\\\\.\\", "\\DosDevices\\",
                                        "\\GLOBAL??\\"};

    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if (begins(windows, local[i])) {
            windows += strlen(local[i]);
            break;
        }
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (begins(windows, prefixes[i].prefix))
            return put(prefixes[i].to, windows + strlen(prefixes[i].prefix), ret);
    if (begins(windows, "\\Device\\") || begins(windows, "\\\\") || begins(windows, "UNC\\"))
        return -EXDEV;
    if (windows[0] && windows[1] == ':') {
        bool own = (windows[0] & ~32) == drive;
        return own ? put("/", windows + 2 + strspn(windows + 2, "\\/"), ret) : -EXDEV;
    }
    if (*windows == '%')
        return -EXDEV; /* a variable of a user, or an unknown one */
    return is_slash(*windows) ? put("/", windows + 1, ret) : put("/Windows/", windows, ret);
}
