/* wine_hold.c -- for tests/wine.sh: have a file open for writing, as a program that writes a log has it.
 *
 * usage: wine_hold.exe PATH shared|alone : prints "held", and holds it until its input ends. */
#include <stdio.h>
#include <wchar.h>

#include <windows.h>

int wmain(int argc, wchar_t **argv)
{
    if (argc != 3)
        return 2;
    DWORD  sharing = wcscmp(argv[2], L"shared") == 0 ? FILE_SHARE_READ | FILE_SHARE_WRITE : 0;
    HANDLE file = CreateFileW(argv[1], GENERIC_READ | GENERIC_WRITE, sharing, NULL, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "wine_hold: error %lu\n", GetLastError());
        return 1;
    }
    puts("held");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    CloseHandle(file);
    return 0;
}
