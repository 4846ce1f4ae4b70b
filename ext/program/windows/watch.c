#include <stdlib.h>
#include <windows.h>

#include "host/windows/utf16.h"
#include "program/system.h"

#define TOGETHER 250 /* milliseconds in which one thing that happens writes several files */
#define CHANGES                                                                                    \
    (FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_SIZE |        \
     FILE_NOTIFY_CHANGE_LAST_WRITE)

/* A notification for each folder, as many as Windows waits for at once. */
struct watch {
    HANDLE   handles[MAXIMUM_WAIT_OBJECTS];
    wchar_t *folders[MAXIMUM_WAIT_OBJECTS];
    DWORD    n;
};

struct watch *watch_new(void)
{
    return calloc(1, sizeof(struct watch));
}

struct watch *watch_free(struct watch *watch)
{
    for (DWORD i = 0; watch && i < watch->n; i++) {
        FindCloseChangeNotification(watch->handles[i]);
        free(watch->folders[i]);
    }
    free(watch);
    return NULL;
}

/* The folder of a path, or the path itself where it is one; malloc()ed. */
static wchar_t *folder_of(const char *path)
{
    wchar_t *folder = utf8_to_utf16_copy(path), *last = NULL;
    DWORD    attributes = folder ? GetFileAttributesW(folder) : INVALID_FILE_ATTRIBUTES;

    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY))
        return folder;
    for (wchar_t *p = folder; p && *p; p++)
        if (*p == L'/' || *p == L'\\')
            last = p;
    if (last)
        *last = L'\0';
    return folder;
}

void watch_add(struct watch *watch, const char *path)
{
    wchar_t *folder = folder_of(path);
    HANDLE   handle = INVALID_HANDLE_VALUE;
    bool     known = !folder || watch->n == MAXIMUM_WAIT_OBJECTS;

    for (DWORD i = 0; !known && i < watch->n; i++)
        known = _wcsicmp(watch->folders[i], folder) == 0;
    if (!known)
        handle = FindFirstChangeNotificationW(folder, FALSE, CHANGES);
    if (handle == INVALID_HANDLE_VALUE) {
        free(folder);
        return;
    }
    watch->handles[watch->n] = handle;
    watch->folders[watch->n++] = folder;
}

void watch_wait(struct watch *watch, int limit)
{
    if (!watch->n) {
        Sleep((DWORD)limit);
        return;
    }
    DWORD which = WaitForMultipleObjects(watch->n, watch->handles, FALSE, (DWORD)limit);
    if (which - WAIT_OBJECT_0 >= watch->n)
        return;
    Sleep(TOGETHER);
    for (DWORD i = 0; i < watch->n; i++) /* what has come until now is one change */
        if (WaitForSingleObject(watch->handles[i], 0) == WAIT_OBJECT_0)
            FindNextChangeNotification(watch->handles[i]);
}
