/* stream.c -- streams of stdio.h as POSIX has them. A stream into memory is a file that only memory has
 * unless it is large, as Windows keeps one that is temporary and deleted when it is closed. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "utf16.h"

#undef fopen
#undef fclose

/* The one stream into memory that is open. */
static FILE   *memory;
static char  **memory_text;
static size_t *memory_size;

FILE *host_fopen(const char *path, const char *mode)
{
    wchar_t *wide = utf8_to_utf16_copy(path), how[4] = {(wchar_t)*mode, L'b', L'N'};
    FILE    *file = wide ? _wfopen(wide, how) : NULL;

    free(wide);
    return file;
}

FILE *host_open_memstream(char **ret, size_t *ret_size)
{
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 1];

    if (memory || !GetTempPathW(MAX_PATH + 1, folder) ||
        !GetTempFileNameW(folder, L"svq", 0, path)) {
        errno = ENOMEM;
        return NULL;
    }
    memory = _wfopen(path, L"w+bTDN");
    memory_text = ret;
    memory_size = ret_size;
    return memory;
}

static int close_memory(void)
{
    long  size = fseek(memory, 0, SEEK_END) == 0 ? ftell(memory) : -1;
    char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    bool  done = text && fseek(memory, 0, SEEK_SET) == 0 &&
                fread(text, 1, (size_t)size, memory) == (size_t)size;

    done &= fclose(memory) == 0;
    memory = NULL;
    if (!done) {
        free(text);
        return EOF;
    }
    text[size] = '\0';
    *memory_text = text;
    *memory_size = (size_t)size;
    return 0;
}

int host_fclose(FILE *file)
{
    return file == memory ? close_memory() : fclose(file);
}
