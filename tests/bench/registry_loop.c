/* registry_loop.c -- on Windows: what svcql.dll costs to load, and registry_services beside a plain loop of
 * RegEnumKeyEx over the same keys. Makes KEYS services of its own in the registry and removes them.
 *
 * usage: registry_loop.exe PATH-OF-svcql.dll [SCHEDSTAT] : prints milliseconds of processor time, the least of
 * several times, which what else the machine does changes little. It fails where a key has no row, where a query
 * takes twice the time of a loop, or where loading takes LOAD_MS. SCHEDSTAT is for Wine, whose own times are in
 * hundredths of a second: Z:\proc\PID\schedstat, of this program. */
#include <stdio.h>
#include <stdlib.h>

#include <windows.h>

#include "sqlite3.h"

enum { KEYS = 700, TURNS = 20, LOAD_MS = 50 };

#define SERVICES "SYSTEM\\CurrentControlSet\\Services"

static double milliseconds(FILETIME time)
{
    return ((double)time.dwHighDateTime * 4294967296.0 + (double)time.dwLowDateTime) / 1e4;
}

static void failed(const char *what)
{
    fprintf(stderr, "registry_loop: %s\n", what);
    exit(1);
}

/* What a thread has run until now (linux/Documentation/scheduler/sched-stats.rst). */
static double run_time(const char *path)
{
    double nanoseconds = 0;
    FILE  *file = fopen(path, "r");

    if (!file || fscanf(file, "%lf", &nanoseconds) != 1 || nanoseconds == 0)
        failed("no processor time");
    fclose(file);
    return nanoseconds / 1e6;
}

/* Milliseconds of processor time until now. Wine keeps its registry in a process of its own, which also opens
 * the files of others: what is itself in /proc is that one. */
static double used(const char *schedstat)
{
    FILETIME began, ended, system, user;

    if (schedstat)
        return run_time(schedstat) + run_time("Z:\\proc\\self\\schedstat");
    GetProcessTimes(GetCurrentProcess(), &began, &ended, &system, &user);
    return milliseconds(system) + milliseconds(user);
}

static HKEY open_services(REGSAM rights)
{
    HKEY key;

    if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, SERVICES, 0, rights, &key) != ERROR_SUCCESS)
        failed("no services can be opened");
    return key;
}

/* Make the services, or remove them. */
static void change_services(int make)
{
    HKEY  services = open_services(KEY_ALL_ACCESS), key;
    char  name[32];
    DWORD type = 16, start = 3, control = 1;

    for (int i = 0; i < KEYS; i++) {
        snprintf(name, sizeof name, "svcqlbench%03d", i);
        if (!make) {
            RegDeleteKeyA(services, name);
            continue;
        }
        if (RegCreateKeyExA(services, name, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) !=
            ERROR_SUCCESS)
            failed("no service can be made");
        static const char path[] = "%SystemRoot%\\System32\\svchost.exe -k netsvcs -p";
        RegSetValueExA(key, "Type", 0, REG_DWORD, (const BYTE *)&type, sizeof type);
        RegSetValueExA(key, "Start", 0, REG_DWORD, (const BYTE *)&start, sizeof start);
        RegSetValueExA(key, "ErrorControl", 0, REG_DWORD, (const BYTE *)&control, sizeof control);
        RegSetValueExA(key, "ImagePath", 0, REG_EXPAND_SZ, (const BYTE *)path, sizeof path);
        RegSetValueExA(key, "ObjectName", 0, REG_SZ, (const BYTE *)"LocalSystem", 12);
        RegSetValueExA(key, "DisplayName", 0, REG_SZ, (const BYTE *)name, (DWORD)strlen(name) + 1);
        RegCloseKey(key);
    }
    RegCloseKey(services);
}

/* Values, time and descriptor of a key. */
static void read_key(HKEY key)
{
    WCHAR                name[256];
    static BYTE          data[65536];
    static unsigned char descriptor[8192];
    DWORD                n_values = 0, size, type, length;
    FILETIME             written;

    RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, &n_values, NULL, NULL, NULL,
                     &written);
    for (DWORD i = 0; i < n_values; i++) {
        length = 256, size = sizeof data;
        RegEnumValueW(key, i, name, &length, NULL, &type, data, &size);
    }
    size = sizeof descriptor;
    RegGetKeySecurity(key, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, descriptor,
                      &size);
}

/* Each service: its key, and that of its parameters, as registry_services has them. */
static int plain_loop(void)
{
    HKEY  services = open_services(KEY_READ), key, parameters;
    WCHAR name[256];
    int   n = 0;

    for (DWORD length = 256;
         RegEnumKeyExW(services, (DWORD)n, name, &length, NULL, NULL, NULL, NULL) == 0;
         length = 256, n++) {
        if (RegOpenKeyExW(services, name, 0, KEY_READ, &key) != ERROR_SUCCESS)
            continue;
        read_key(key);
        if (RegOpenKeyExW(key, L"Parameters", 0, KEY_READ, &parameters) == ERROR_SUCCESS) {
            read_key(parameters);
            RegCloseKey(parameters);
        }
        RegCloseKey(key);
    }
    RegCloseKey(services);
    return n;
}

static int query(sqlite3 *db)
{
    sqlite3_stmt *statement;
    int           n = 0;

    if (sqlite3_prepare_v2(db, "SELECT * FROM registry_services", -1, &statement, NULL) !=
        SQLITE_OK)
        failed(sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++)
            sqlite3_column_text(statement, i);
        n++;
    }
    if (sqlite3_finalize(statement) != SQLITE_OK)
        failed(sqlite3_errmsg(db));
    return n;
}

static sqlite3 *load(const char *library)
{
    sqlite3 *db;
    char    *message = NULL;

    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_enable_load_extension(db, 1) != SQLITE_OK ||
        sqlite3_load_extension(db, library, NULL, &message) != SQLITE_OK)
        failed(message ? message : "no connection");
    return db;
}

static void keep_least(double *least, double value)
{
    if (*least == 0 || value < *least)
        *least = value;
}

int main(int argc, char **argv)
{
    double loads = 0, loop = 0, rows = 0;
    int    n_keys = 0, n_rows = 0;

    if (argc < 2)
        failed("usage: registry_loop.exe PATH-OF-svcql.dll [SCHEDSTAT]");
    const char *schedstat = argc > 2 ? argv[2] : NULL;
    for (int i = 0; i < TURNS; i++) {
        double start = used(schedstat);
        sqlite3_close(load(argv[1])); /* nothing of it is left for the next */
        keep_least(&loads, used(schedstat) - start);
    }
    sqlite3 *db = load(argv[1]);
    change_services(1);
    for (int i = 0; i < TURNS; i++) {
        double start = used(schedstat);
        n_keys = plain_loop();
        double between = used(schedstat);
        n_rows = query(db);
        keep_least(&loop, between - start);
        keep_least(&rows, used(schedstat) - between);
    }
    change_services(0);
    sqlite3_close(db);
    printf("load: %.1f ms\n", loads);
    printf("registry_services: %.1f ms for %d rows, a plain loop %.1f ms for %d keys: %.2f times\n",
           rows, n_rows, loop, n_keys, rows / loop);
    return n_rows < n_keys || rows >= 2 * loop || loads >= LOAD_MS;
}
