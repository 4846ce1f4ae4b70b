#include "host/libarchive.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static struct libarchive library;
static bool              loaded;

static const struct {
    const char *name;
    size_t      offset;
} members[] = {
#define MEMBER(name) {#name, offsetof(struct libarchive, name)},
    LIBARCHIVE_FUNCTIONS(MEMBER)
#undef MEMBER
};

static void load(void)
{
    void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        void *function = dlsym(handle, members[i].name);
        if (!function)
            return;
        memcpy((char *)&library + members[i].offset, &function, sizeof function);
    }
    loaded = true;
}

const struct libarchive *libarchive(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return loaded ? &library : NULL;
}
