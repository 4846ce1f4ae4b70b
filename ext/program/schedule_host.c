#include "schedule_host.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

void host_name(char *name, size_t size)
{
    if (gethostname(name, size) < 0)
        snprintf(name, size, "localhost");
    name[size - 1] = '\0';
}

/* The first line of a file; "" where it cannot be read. */
static void first_line(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");

    if (!file || !fgets(text, (int)size, file))
        *text = '\0';
    if (file)
        fclose(file);
    text[strcspn(text, "\n")] = '\0';
}

static void random_name(char *text, size_t size)
{
    unsigned char bytes[16] = {0};

    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        snprintf((char *)bytes, sizeof bytes, "%d", (int)getpid());
    for (size_t i = 0; i < sizeof bytes && 2 * i + 2 < size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

void host_identifier(const struct schedule_options *options, const char *instance, char *text,
                     size_t size)
{
    const char *kind = options->host_identifier;

    *text = '\0';
    if (strcmp(kind, "specified") == 0)
        snprintf(text, size, "%s", options->specified_identifier);
    else if (strcmp(kind, "instance") == 0)
        snprintf(text, size, "%s", instance);
    else if (strcmp(kind, "ephemeral") == 0)
        random_name(text, size);
    else if (strcmp(kind, "uuid") == 0)
        first_line("/sys/class/dmi/id/product_uuid", text, size);
    if (!*text && strcmp(kind, "uuid") == 0)
        first_line("/etc/machine-id", text, size);
    if (!*text)
        host_name(text, size);
}

static double seconds(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double wall(void *data)
{
    (void)data;
    return seconds(CLOCK_REALTIME);
}

static double uptime(void *data)
{
    (void)data;
    return seconds(CLOCK_BOOTTIME);
}

struct schedule_clock system_clock(void)
{
    static char boot[64];

    first_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    return (struct schedule_clock){.wall = wall, .uptime = uptime, .boot = boot};
}
