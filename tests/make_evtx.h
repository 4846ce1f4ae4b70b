/* make_evtx.h -- write event logs for tests.
 *
 *     static const char *const sc[] = {"ServiceName", "PSEXESVC", "ImagePath",
 * "%SystemRoot%\\PSEXESVC.exe", NULL}; const struct staged_event events[] = {
 *         {.channel = "System", .provider = "Service Control Manager", .id = 7045, .time =
 * 1700000000, .pairs = sc},
 *     };
 *     make_evtx("/tmp/x/System.evtx", events, 1);
 *
 * What is left out gets a usual value: computer "HOST", record numbers from 1, pid 4, user
 * S-1-5-18.
 */
#ifndef SVCQL_MAKE_EVTX_H
#define SVCQL_MAKE_EVTX_H

#include <stddef.h>
#include <stdint.h>

/* How the record holds its event. */
enum staged_form {
    STAGED_NESTED,    /* as Windows does: System in one template, EventData in another */
    STAGED_INLINE,    /* one template for all of it */
    STAGED_USER_DATA, /* nested UserData, one element a pair */
    STAGED_CLASSIC,   /* nested EventData of nameless values, an array; names are ignored */
    STAGED_FORWARDED  /* written out without a template, with RenderingInfo */
};

struct staged_event {
    const char *channel, *provider, *computer, *user_sid, *message;
    const char *const
            *pairs; /* name, value, name, value, …, NULL; a value "" is empty, not absent */
    double   time;  /* seconds since the epoch */
    uint64_t record_id;
    uint32_t pid, tid;
    uint16_t id;
    uint8_t  level, version;
    enum staged_form form;
};

/* The i-th event of a log of Sysmon: a file is created, a key set, a connection opened, again and again. */
struct staged_event make_sysmon_event(size_t i, double time);

/* The bytes of a log that holds the events in their order; malloc()ed. Aborts where memory ends or
 * an event is larger than a chunk. */
uint8_t *make_evtx_bytes(const struct staged_event *events, size_t n, size_t *ret_size);

/* Write them to a file. */
void make_evtx(const char *path, const struct staged_event *events, size_t n);

/* Set the checksums of a log right after bytes of it were changed. */
void make_evtx_seal(uint8_t *log, size_t size);

#endif
